/**
 * The live log: the greatest-stamped write to each key (R5, R6). It also holds the waiting writes: they came in parts of pulls, and the
 * vector does not claim them yet.
 *
 * A write that came in a part is live when the vector claims it, `w.t <= vv[w.r]`. So raising the vector makes the writes of all parts live
 * in one instant. {@link compact} later moves these writes to their place and drops the writes that they supersede, a few at a time. Until
 * then a look for the newest write to a key looks in both places.
 *
 * Two indexes cover all writes. The index by key serves gets. For each replica that accepted some of the writes, a B+ tree by accept time
 * serves pulls: the writes that a puller lacks are a range of the tree, which begins where the puller's vector, or the part before, ends.
 */
import sorted from 'sorted-btree';
import type { Bytes } from '../core/bytes.js';
import type { ReplicaId } from '../core/ids.js';
import type { Stamp, Write } from '../core/write.js';
import { compareReplicas, compareStamps } from './order.js';
import { at, type Vector } from './vector.js';

/** The writes of one replica by accept time. */
type Origin = InstanceType<typeof sorted.default<number, Write>>;

/** Mutable; changed by {@link add}, {@link addWaiting} and {@link compact} alone. */
export interface WriteLog {
  readonly later: (a: Stamp, b: Stamp) => boolean;
  /** The replica's vector, by which writes are seen. */
  readonly vv: Vector;
  readonly byKey: Map<Bytes, Write>;
  /** The writes of parts that {@link compact} has not moved to their place, by key. */
  readonly waiting: Map<Bytes, ReadonlyArray<Write>>;
  readonly origins: Map<ReplicaId, Origin>;
  /** Writes that the durable log still has to drop: they were superseded, or no vector will claim them. */
  readonly stale: Map<string, Write>;
  /** Writes that are live although the vector does not claim them. See {@link recoverWrite}. */
  readonly unclaimed: Set<Write>;
  /** The keys that {@link compact} has still to look at; undefined: none. */
  compacting: IterableIterator<Bytes> | undefined;
  /** The cost of pulls: how many entries and origins {@link lacking} has looked at since the log was made. */
  visited: number;
}

/** An empty log of a replica with this vector. `later` is the order of stamps (R4). */
export const createWriteLog = (later: (a: Stamp, b: Stamp) => boolean, vv: Vector): WriteLog => ({
  later,
  vv,
  byKey: new Map(),
  waiting: new Map(),
  origins: new Map(),
  stale: new Map(),
  unclaimed: new Set(),
  compacting: undefined,
  visited: 0,
});

const isClaimed = (log: WriteLog, w: Stamp): boolean => w.t <= at(log.vv, w.r);
const nameOf = ({ t, r }: Stamp): string => `${t} ${r}`;
const NONE: ReadonlyArray<Write> = [];

// --- reading ---------------------------------------------------------------------------------------------------------------

/** The greatest-stamped live write to a key (R5). */
export const latest = (log: WriteLog, key: Bytes): Write | undefined => {
  let top = log.byKey.get(key);
  if (log.waiting.size === 0) return top;
  for (const w of log.waiting.get(key) ?? NONE) if (isClaimed(log, w) && (top === undefined || log.later(w, top))) top = w;
  return top;
};

/** Every live write. The order is not specified. */
export const liveWrites = (log: WriteLog): ReadonlyArray<Write> => {
  if (log.waiting.size === 0) return [...log.byKey.values()];
  const writes: Write[] = [];
  for (const [key, write] of log.byKey) writes.push(log.waiting.has(key) ? latest(log, key)! : write);
  for (const key of log.waiting.keys()) {
    const write = log.byKey.has(key) ? undefined : latest(log, key);
    if (write !== undefined) writes.push(write);
  }
  return writes;
};

/** How many keys have a live write. */
export const sizeOfLog = (log: WriteLog): number => {
  let size = log.byKey.size;
  for (const [key, writes] of log.waiting) if (!log.byKey.has(key) && writes.some((w) => isClaimed(log, w))) size++;
  return size;
};

/** The writes that came in parts and are not live yet. */
export function* waitingIn(log: WriteLog): Generator<Write> {
  for (const writes of log.waiting.values()) for (const w of writes) if (!isClaimed(log, w)) yield w;
}

// --- what a puller lacks (R9) ----------------------------------------------------------------------------------------------

/** The limits of one answer: `writes` counts writes, `bytes` the bytes of their keys and values. One write is always allowed. */
export interface PartLimits {
  readonly writes: number;
  readonly bytes: number;
}

/** A part of the writes that a puller lacks. The part has all of them up to the stamp `upTo`. Null: this is the last part. */
export interface LackedPart {
  readonly writes: Write[];
  readonly upTo: Stamp | null;
}

/** One replica's writes from some accept time on. */
interface Head {
  readonly rest: IterableIterator<[number, Write]>;
  readonly until: number;
  write: Write;
}

const headFrom = (log: WriteLog, r: ReplicaId, origin: Origin, known: number, after: Stamp | null): Head | undefined => {
  log.visited++;
  // Stamps of one accept time are ordered by replica (R4).
  const next = after === null ? 0 : compareReplicas(r, after.r) > 0 ? after.t : after.t + 1;
  const head = { rest: origin.entries(Math.max(known + 1, next)), until: log.unclaimed.size > 0 ? Infinity : at(log.vv, r) };
  const write = advance(head);
  return write === undefined ? undefined : { ...head, write };
};

const advance = ({ rest, until }: Pick<Head, 'rest' | 'until'>): Write | undefined => {
  const next = rest.next();
  return next.done === true || next.value[0] > until ? undefined : next.value[1];
};

/** The index of the head with the least stamp. A linear search is enough: there is one head for each replica, and replicas are few. */
const leastOf = (heads: ReadonlyArray<Head>): number => {
  let least = 0;
  for (let i = 1; i < heads.length; i++) if (compareStamps(heads[i]!.write, heads[least]!.write) < 0) least = i;
  return least;
};

/** The most entries that {@link lacking} looks at for one part. Superseded entries that are not dropped yet count too. */
const MAX_LOOKED_AT = 65_536;
const UNLIMITED: PartLimits = { writes: Infinity, bytes: Infinity };

/**
 * R9: the live writes with `w.t > known[w.r]` after the stamp `after`, in R4's order, as many as the limits allow. The cost is a step for each
 * entry found, a step for each replica, and a walk down each tree.
 */
export const lacking = (log: WriteLog, known: Vector, after: Stamp | null = null, limits: PartLimits = UNLIMITED): LackedPart => {
  const heads = [...log.origins].flatMap(([r, origin]) => headFrom(log, r, origin, at(known, r), after) ?? []);
  const writes: Write[] = [];
  let [bytes, looked] = [0, 0];
  let upTo: Stamp | null = null;
  while (heads.length > 0) {
    const i = leastOf(heads);
    const { write } = heads[i]!;
    log.visited++;
    if (latest(log, write.key) === write) {
      const size = write.key.length + write.value.length;
      if (writes.length > 0 && (writes.length >= limits.writes || bytes + size > limits.bytes)) return { writes, upTo };
      writes.push(write);
      bytes += size;
    }
    upTo = { t: write.t, r: write.r };
    const next = advance(heads[i]!);
    if (next === undefined) heads.splice(i, 1);
    else heads[i]!.write = next;
    if (++looked >= MAX_LOOKED_AT && limits !== UNLIMITED && heads.length > 0) return { writes, upTo };
  }
  return { writes, upTo: null };
};

// --- changing --------------------------------------------------------------------------------------------------------------

const index = (log: WriteLog, write: Write): void => {
  const origin = log.origins.get(write.r);
  if (origin !== undefined) origin.set(write.t, write);
  else log.origins.set(write.r, new sorted.default<number, Write>([[write.t, write]], (a, b) => a - b));
};

const unindex = (log: WriteLog, write: Write): void => {
  const origin = log.origins.get(write.r);
  if (origin?.get(write.t) !== write) return;
  origin.delete(write.t);
  if (origin.size === 0) log.origins.delete(write.r);
};

/** Gives a write up. The durable log has the write and has to drop it. */
const giveUp = (log: WriteLog, write: Write): void => {
  unindex(log, write);
  log.stale.set(nameOf(write), write);
};

/**
 * Adds a write and prunes (R5, R6). Gives the write that lost: the write that the log dropped, or `write` itself if the log already has this
 * write or a later one. Undefined: the key is new.
 */
export const add = (log: WriteLog, write: Write): Write | undefined => {
  const current = log.waiting.size === 0 ? log.byKey.get(write.key) : compactKey(log, write.key);
  if (current !== undefined && !log.later(write, current)) return write;
  if (current !== undefined) unindex(log, current);
  log.byKey.set(write.key, write);
  index(log, write);
  return current;
};

/** Takes a write that was added from those that the durable log may drop. True: the durable log still has the write, which was given up before. */
export const takeFromStale = (log: WriteLog, write: Write): boolean => log.stale.delete(nameOf(write));

/** Takes in a write of a part. The write is not live until the vector claims it. True: the durable log does not have the write yet. */
export const addWaiting = (log: WriteLog, write: Write): boolean => {
  if (isClaimed(log, write) || log.origins.get(write.r)?.get(write.t) !== undefined) return false;
  log.waiting.set(write.key, [...(log.waiting.get(write.key) ?? NONE), write]);
  index(log, write);
  return !takeFromStale(log, write);
};

/**
 * Takes in a write that the durable log held. A write that the vector does not claim is live all the same: the log had lost earlier changes
 * and kept this write, and perhaps no other replica has it.
 */
export const recoverWrite = (log: WriteLog, write: Write): void => {
  if (!isClaimed(log, write)) log.unclaimed.add(write);
  const lost = add(log, write);
  if (lost !== undefined) giveUp(log, lost);
};

/** Takes in a write of a part that the durable log held. `isWaited`: some pull of which parts have come goes on. */
export const recoverWaiting = (log: WriteLog, write: Write, isWaited: boolean): void => {
  if (isClaimed(log, write)) recoverWrite(log, write);
  else if (isWaited) addWaiting(log, write);
  else giveUp(log, write);
};

// --- compacting --------------------------------------------------------------------------------------------------------------

/** Moves those waiting writes to a key that are live now to their place. Gives the newest live write to the key. */
const compactKey = (log: WriteLog, key: Bytes): Write | undefined => {
  const waiting = log.waiting.get(key);
  if (waiting === undefined) return log.byKey.get(key);
  const before = log.byKey.get(key);
  const top = latest(log, key);
  if (top !== undefined && top !== before) log.byKey.set(key, top);
  if (before !== undefined && top !== before) giveUp(log, before);
  const rest: Write[] = [];
  for (const w of waiting) {
    if (!isClaimed(log, w)) rest.push(w);
    else if (w !== top) giveUp(log, w);
  }
  if (rest.length === 0) log.waiting.delete(key);
  else if (rest.length < waiting.length) log.waiting.set(key, rest);
  return top;
};

/** Has {@link compact} something to do? */
export const needsCompacting = (log: WriteLog): boolean => log.compacting !== undefined || log.stale.size > 0;

/** Lets {@link compact} look at every key with waiting writes. A transfer has ended: the vector claims these writes, or never will. */
export const beginCompacting = (log: WriteLog): void => {
  if (log.waiting.size > 0) log.compacting = log.waiting.keys();
};

/**
 * Moves waiting writes that are live now to their place, for at most `most` keys. `inVain`: the vector will never claim the other waiting
 * writes, so they are given up. Gives at most `most` writes that the durable log may drop.
 */
export const compact = (log: WriteLog, most: number, inVain: boolean): Write[] => {
  for (let n = 0; n < most && log.compacting !== undefined; n++) {
    const next = log.compacting.next();
    if (next.done === true) {
      log.compacting = undefined;
      break;
    }
    compactKey(log, next.value);
    if (!inVain) continue;
    for (const w of log.waiting.get(next.value) ?? NONE) giveUp(log, w);
    log.waiting.delete(next.value);
  }
  const drops: Write[] = [];
  for (const [name, write] of log.stale) {
    if (drops.length >= most) break;
    log.stale.delete(name);
    drops.push(write);
  }
  return drops;
};

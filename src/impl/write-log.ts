/**
 * The live log: for each key its greatest-stamped write, and nothing else (R5, R6); and the writes that have come in parts of pulls
 * and that the vector does not claim yet.
 *
 * A write that came in a part is live when the vector has it, `w.t <= vv[w.r]`. So the writes of many parts become live in one instant,
 * when the vector is raised, however many they are. Moving them to their place, and dropping those that they supersede, is left for
 * later, a few at a time ({@link compact}); until then whoever looks for the newest write to a key looks in both places.
 *
 * Two indexes over all of them: by key, for gets; and for each replica that accepted some of them a B+ tree by accept time, in which what
 * a puller lacks is a range that begins where its vector, or the part before, ends.
 */
import sorted from 'sorted-btree';
import type { Bytes } from '../core/bytes.js';
import type { ReplicaId } from '../core/ids.js';
import type { Stamp, Write } from '../core/write.js';
import { compareReplicas, compareStamps } from './order.js';
import { at, type Vector } from './vector.js';

/** The writes of one replica by accept time. */
type Origin = InstanceType<typeof sorted.default<number, Write>>;

/** Mutable; changed by {@link add}, {@link wait} and {@link compact} alone. */
export interface WriteLog {
  readonly later: (a: Stamp, b: Stamp) => boolean;
  /** The replica's vector, by which writes are seen. */
  readonly vv: Vector;
  readonly byKey: Map<Bytes, Write>;
  /** By key, the writes of parts that have not been moved to their place. */
  readonly waiting: Map<Bytes, ReadonlyArray<Write>>;
  readonly origins: Map<ReplicaId, Origin>;
  /** Writes that are in the durable log, are superseded or waited in vain, and have yet to be dropped there. */
  readonly stale: Map<string, Write>;
  /** Writes that were live when the vector did not have them, as far as is known. See {@link recoverWrite}. */
  readonly unclaimed: Set<Write>;
  /** Where {@link compact} is; undefined where it has nothing to do. */
  compacting: IterableIterator<Bytes> | undefined;
  /** Entries and origins looked at by {@link lacking} since the log was made: the cost of pulls, counted. */
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

/** Every live write, in no special order. */
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

/** The writes that have come in parts and are not live yet. */
export function* waitingIn(log: WriteLog): Generator<Write> {
  for (const writes of log.waiting.values()) for (const w of writes) if (!isClaimed(log, w)) yield w;
}

// --- what a puller lacks (R9) ----------------------------------------------------------------------------------------------

/** How much goes into one answer: at most so many writes, and bytes of keys and values; one write always does. */
export interface PartLimits {
  readonly writes: number;
  readonly bytes: number;
}

/** A part of what a puller lacks. `upTo`: the last stamp that it is complete up to; null: it is complete. */
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

/** The head with the least stamp: there are as many as replicas, which are few. */
const leastOf = (heads: ReadonlyArray<Head>): number => {
  let least = 0;
  for (let i = 1; i < heads.length; i++) if (compareStamps(heads[i]!.write, heads[least]!.write) < 0) least = i;
  return least;
};

/** The most entries that are looked at for one part, those included that are superseded and have yet to be dropped. */
const MAX_LOOKED_AT = 65_536;
const UNLIMITED: PartLimits = { writes: Infinity, bytes: Infinity };

/**
 * R9: of the live writes with `w.t > known[w.r]` those after a stamp, in R4's order, as many as the limits allow. Costs what it finds, a step
 * for each replica, and a walk down each tree.
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

/** It is of no use any more, and in the durable log: it has to be dropped there. */
const giveUp = (log: WriteLog, write: Write): void => {
  unindex(log, write);
  log.stale.set(nameOf(write), write);
};

/**
 * Adds a write and prunes (R5, R6). Gives the write that lost: the one that was dropped from the log, or `write` itself when
 * the log already has it or something later; undefined when the key is new.
 */
export const add = (log: WriteLog, write: Write): Write | undefined => {
  const current = log.waiting.size === 0 ? log.byKey.get(write.key) : compactKey(log, write.key);
  if (current !== undefined && !log.later(write, current)) return write;
  if (current !== undefined) unindex(log, current);
  log.byKey.set(write.key, write);
  index(log, write);
  return current;
};

/** Takes in a write of a part: it is not seen until the vector has it. True where the durable log does not have it yet. */
export const wait = (log: WriteLog, write: Write): boolean => {
  if (isClaimed(log, write) || log.origins.get(write.r)?.get(write.t) !== undefined) return false;
  log.waiting.set(write.key, [...(log.waiting.get(write.key) ?? NONE), write]);
  index(log, write);
  return !log.stale.delete(nameOf(write));
};

/** Must a write that was added be written down? Not where it is in the durable log still, given up and not dropped. */
export const isToBeWritten = (log: WriteLog, write: Write): boolean => !log.stale.delete(nameOf(write));

/**
 * Takes in a write that the durable log held. One that the vector does not have is live all the same: it was kept from a log that had lost
 * what was before it, and nobody but this replica may have it.
 */
export const recoverWrite = (log: WriteLog, write: Write): void => {
  if (!isClaimed(log, write)) log.unclaimed.add(write);
  const lost = add(log, write);
  if (lost !== undefined) giveUp(log, lost);
};

/** Takes in a write that the durable log held and that came in a part. `isWaited`: there are pulls of which parts are there. */
export const recoverWaiting = (log: WriteLog, write: Write, isWaited: boolean): void => {
  if (isClaimed(log, write)) recoverWrite(log, write);
  else if (isWaited) wait(log, write);
  else giveUp(log, write);
};

// --- compacting --------------------------------------------------------------------------------------------------------------

/** Moves a key's writes that waited and are live now to their place. Gives the newest. */
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

/** Lets {@link compact} look at all that waits: the vector has been raised over it, or it waits in vain. */
export const beginCompacting = (log: WriteLog): void => {
  if (log.waiting.size > 0) log.compacting = log.waiting.keys();
};

/**
 * Goes on with moving what waited and is live now to its place, for so many keys. `inVain`: nobody will ever claim the others, and
 * they are given up. Gives the writes that the durable log may drop.
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

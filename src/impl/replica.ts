/**
 * The replica as it ships: a message goes in, an answer and what to append to the durable log come out. No I/O; the machine's date only
 * bounds what is taken in (R16).
 *
 * R8 with a log that keeps one write a key (R6 allows more pruning). Invariant I: for every replica r and every write w that r
 * accepted with `w.t <= vv[r]`, the log's write to w's key is w or a later one (R4).
 *
 * - A put's stamp is the greatest of the log: its time is above the clock, the clock at or above every time in the log. So what
 *   it replaces is older, and I holds for vv[self] = t, since the replica's every earlier write was covered before.
 * - A merge of the answer to a request with vector v (an old one perhaps: vv has only grown since). Let w of r have
 *   `w.t <= answerer.vv[r]`. If `w.t <= v[r]`, I held at the puller. Else the answerer has w or a later u to that key; if
 *   `u.t > v[u.r]` the answer carries u; else the puller had u or a later one when it asked. `add` never replaces a write by
 *   an earlier one, so what was had is had for ever, and repetitions and reorderings change nothing.
 *
 * A pull in parts (R9) raises the vector with its last part alone; the writes of the others wait unseen. Let `known` be what the puller had, or
 * had waiting, when it asked for the first part, and v the answerer's vector then. A write that the answerer had then and that is not in
 * `known` is in one of the parts, or was superseded at the answerer by one with a greater stamp, which comes later in the order of the parts
 * (R4's), so is in one of them or superseded in turn. So after the part that says that it was the last one, the puller has, or has waiting, v or
 * something later for each key: it may ask again with `known` and v as what it has, until one part is all. That one is taken in as
 * the answer to a whole pull is, and I holds by the same argument, of a puller to which what waits is added.
 *
 * From I: a get served under `vv[r] >= t` reads the stamp (t, r) or a later one (R12), as does one that finds a later write to the key
 * itself; and equal vectors mean equal stores.
 */
import type { Bytes } from '../core/bytes.js';
import { replicaId, serverOf, type ReplicaId } from '../core/ids.js';
import type { Get, GetAnswer, Pull, Pulled, Put, PutAnswer, Refused } from '../core/messages.js';
import type { Stamp, Transfer, VectorEntries, Write } from '../core/write.js';
import { NODE } from '../ports/node.js';
import { mostOfPeers, refusalOfMerge, refusalOfPut } from './horizon.js';
import { digestOf, recall, remember, windowsOf, type ClientWindows, type Seen } from './client-windows.js';
import { randomIncarnation } from './incarnation.js';
import { NO_CHANGE, type Append, type Recovered } from './log/log.js';
import { compareReplicas, compareStamps, isLater } from './order.js';
import { policyWith, SHIPPED, type Faults } from './policy.js';
import { merge, compactSome, type Merged, type Compacted, type MergingReplica } from './merge-pulled.js';
import { at, entriesOfVector, raise, vectorOfEntries, type Vector } from './vector.js';
import {
  add,
  createWriteLog,
  needsCompacting,
  lacking,
  latest,
  liveWrites,
  recoverWaiting,
  recoverWrite,
  sizeOfLog,
  waitingIn,
  type PartLimits,
} from './write-log.js';

/** A replica. Opaque: `step` alone changes it, in place; the functions below read it. */
export interface Replica extends MergingReplica {
  /** Its identity (R7); it changes where a peer knows more of it than it does itself (R7a). */
  id: ReplicaId;
  /** @internal */
  readonly windows: ClientWindows;
  /** @internal */
  readonly part: PartLimits;
  /** @internal */
  readonly now: () => number;
  /** @internal */
  readonly newIncarnation: () => number;
}

/** A pull's name, which is its own among all pulls of a run: in traces, at both ends. Without one it is nobody's, and in no trace. */
interface Named {
  readonly name?: string;
}

/** The answer to a pull arrived: take it in. `asked`: the vector that the request asked with. */
interface Merge extends Named {
  readonly type: 'merge';
  readonly asked: VectorEntries;
  readonly pulled: Pulled;
}

/** Housekeeping, a step at a time: what parts have brought is moved to its place, what is superseded is dropped. Nobody sees any of it. */
interface Compact {
  readonly type: 'compact';
}
/** What a replica is asked. */
export type Message = Put | Get | (Pull & Named) | Merge | Compact;
/** What it answers to each. */
export interface AnswerTo {
  readonly put: PutAnswer | Refused;
  readonly get: GetAnswer;
  readonly pull: Pulled;
  readonly merge: Merged | Refused;
  readonly compact: Compacted;
}
/** What it answers. */
export type Answer = AnswerTo[keyof AnswerTo];

/** The answer may leave once `append` is in the durable log; at once when there is none and none before it is waiting. */
export interface Effects<A = Answer> {
  readonly answer: A;
  readonly append: Append | undefined;
}

/** What a replica can be made with; `faults` is for tests alone. `part`: how much goes into one answer to a pull (R9). */
export interface ReplicaOptions {
  readonly faults?: Faults;
  /** The time in ms since 1970, which bounds the accept times that are taken in (R16). Default: the machine's. */
  readonly now?: () => number;
  /** An incarnation that no replica had before. Default: random. */
  readonly newIncarnation?: () => number;
  readonly part?: PartLimits;
}

/** How much goes into one answer: what a process can read, check and write down in a few milliseconds. */
const PART: PartLimits = { writes: 1024, bytes: 256 * 1024 };
/** A replica's state in the contract's words: vector entries in the order of R7, writes in the order of R4. */
export interface Snapshot {
  readonly id: ReplicaId;
  readonly clock: number;
  readonly vv: VectorEntries;
  readonly log: ReadonlyArray<Write>;
  /** Writes of parts of pulls that the vector does not claim yet, and how far those pulls have come. */
  readonly waiting: ReadonlyArray<Write>;
  readonly transfers: ReadonlyArray<Transfer>;
}

// --- constructors ----------------------------------------------------------------------------------------------------------

/** A replica that has nothing yet. */
export const createReplica = (id: ReplicaId, options: ReplicaOptions = {}): Replica => {
  const policy = options.faults === undefined ? SHIPPED : policyWith(options.faults, id);
  const { now = NODE.clock.wallMs, newIncarnation = () => randomIncarnation() } = options;
  const vv: Vector = new Map();
  return {
    id,
    policy,
    log: createWriteLog(policy.later, vv),
    vv,
    windows: new Map(),
    transfers: new Map(),
    part: options.part ?? PART,
    now,
    newIncarnation,
    clock: 0,
  };
};

/** The replica that a log held (R7, R10). What was superseded and had yet to be dropped is dropped by {@link Compact}. */
export const restore = (recovered: Recovered, options: ReplicaOptions = {}): Replica => {
  const replica = createReplica(recovered.replica, options);
  for (const [r, t] of recovered.vv) raise(replica.vv, r, t);
  for (const transfer of recovered.transfers) replica.transfers.set(serverOf(transfer.from), transfer);
  for (const write of recovered.writes) recoverWrite(replica.log, write);
  for (const write of recovered.waiting) recoverWaiting(replica.log, write, recovered.transfers.length > 0);
  return { ...replica, windows: windowsOf(recovered.seen), clock: recovered.clock };
};

// --- operations ------------------------------------------------------------------------------------------------------------

/** Takes one message: changes the replica, gives the answer and what must be durable before it leaves. */
export function step<T extends keyof AnswerTo>(replica: Replica, message: Message & { readonly type: T }): Effects<AnswerTo[T]>;
export function step(replica: Replica, message: Message): Effects {
  const renewed = renew(replica, message);
  const effects = take(replica, message);
  return renewed === undefined ? effects : { ...effects, append: { ...(effects.append ?? NO_CHANGE), replica: renewed } };
}

/**
 * R7a: a peer that claims more of this replica than its own counter does has seen what this log lacks: the log is older than the
 * replica, and whatever it accepts from now on it accepts as a new one. (What no honest history has, nobody can claim.)
 */
const renew = (replica: Replica, message: Message): ReplicaId | undefined => {
  const vv = message.type === 'pull' ? message.vv : message.type === 'merge' ? message.pulled.vv : [];
  const claimed = vv.reduce((most, [r, t]) => (r === replica.id && t > most ? t : most), 0);
  if (!replica.policy.isOutdated(claimed, at(replica.vv, replica.id))) return undefined;
  if (claimed > mostOfPeers(replica.clock, replica.now())) return undefined;
  replica.id = replicaId(serverOf(replica.id), replica.newIncarnation());
  return replica.id;
};

const take = (replica: Replica, message: Message): Effects => {
  switch (message.type) {
    case 'put':
      return put(replica, message);
    case 'get':
      return { answer: get(replica, message), append: undefined };
    case 'pull':
      return { answer: pull(replica, message), append: undefined };
    case 'merge': {
      const refusal = refusalOfMerge(replica.clock, message.pulled, replica.now());
      return refusal === undefined ? merge(replica, message.asked, replica.policy.receive(message.pulled)) : refused(refusal);
    }
    case 'compact':
      return compactSome(replica);
  }
};

const BEHIND: Effects<AnswerTo['put']> = { answer: { type: 'behind' }, append: undefined };

/** A refusal that changes nothing. */
const refused = (reason: Refused['reason']): Effects<Refused> => ({ answer: { type: 'refused', reason }, append: undefined });

/**
 * R2, R3, R12, R14. A repetition is recognised before anything else is checked: it is the same put, and was accepted, under whichever
 * identity this log was written then. An own stamp is the greatest of the log when it is given, so the add always wins.
 */
const put = (replica: Replica, message: Put): Effects<AnswerTo['put']> => {
  const { client, session, clientTime, key, value } = message;
  const before = recall(replica.windows, message);
  if (typeof before === 'string') return refused(before);
  if (before !== undefined) return { answer: { type: 'accepted', stamp: before }, append: undefined };
  if (message.replica !== null && message.replica !== replica.id) return refused('other-replica');
  const refusal = refusalOfPut(replica.clock, message, replica.now());
  if (refusal !== undefined) return refused(refusal);
  if (!replica.policy.meets(replica.vv, message.require)) return BEHIND;

  const stamp: Stamp = { t: replica.policy.acceptTime(replica.clock, message.clock), r: replica.id };
  const write: Write = { t: stamp.t, r: stamp.r, client, clientTime, key, value };
  const seen: Seen = { client, session, clientTime, stamp, digest: digestOf(key, value) };
  replica.clock = stamp.t;
  replica.vv.set(stamp.r, stamp.t);
  const lost = add(replica.log, write);
  const append: Append = {
    writes: lost === write ? [] : [write],
    drops: lost === undefined || lost === write ? [] : [lost],
    vv: [[stamp.r, stamp.t]],
    clock: stamp.t,
    seen: [seen],
    forgotten: remember(replica.windows, seen),
  };
  return { answer: { type: 'accepted', stamp }, append };
};

/** R12, scope key: has the replica the stamp, or a later write to the key than it? */
const reaches = (replica: Replica, atLeast: Stamp | null, write: Write | undefined): boolean =>
  atLeast === null ||
  (write !== undefined && isLater(write, atLeast)) ||
  replica.policy.meets(replica.vv, [[atLeast.r, atLeast.t]]);

/** R5, R12, R13: ERR_DEP (`behind`) comes before ERR_KEY (`missing`). */
const get = (replica: Replica, message: Get): GetAnswer => {
  const write = latest(replica.log, message.key);
  if (!replica.policy.meets(replica.vv, message.require) || !reaches(replica, message.atLeast, write)) return { type: 'behind' };
  if (write === undefined) return { type: 'missing' };
  return { type: 'found', value: write.value, stamp: { t: write.t, r: write.r } };
};

/** R9: writes, vector and clock of one instant. */
const pull = (replica: Replica, message: Pull): Pulled => {
  const known = vectorOfEntries(message.vv);
  const { puller, after } = message;
  const { writes, upTo } = replica.policy.answer(puller, () => lacking(replica.log, known, after, replica.part));
  return { type: 'pulled', from: replica.id, after, writes, upTo, vv: vectorOf(replica), clock: replica.clock };
};

/** What only reads, of a replica that takes nothing in any more. */
export const read = (replica: Replica, message: Get | Pull): GetAnswer | Pulled =>
  message.type === 'get' ? get(replica, message) : pull(replica, message);

// --- reading ---------------------------------------------------------------------------------------------------------------

/** The version vector (R8), in the order of R7. */
export const vectorOf = (replica: Replica): VectorEntries => entriesOfVector(replica.vv);

/** The accept time (R2). */
export const clockOf = (replica: Replica): number => replica.clock;

/** Has it {@link Compact} to do? */
export const isToCompact = (replica: Replica): boolean => needsCompacting(replica.log);

/** How far the pulls have come of which parts are there (R9), in the order of R7. */
export const transfersOf = (replica: Replica): ReadonlyArray<Transfer> =>
  [...replica.transfers.values()].sort((a, b) => compareReplicas(a.from, b.from));

/** How many keys the store has. */
export const sizeOf = (replica: Replica): number => sizeOfLog(replica.log);

/** The greatest-stamped write to each key, which is the store (R5), of this instant; in no special order. */
export const liveWritesOf = (replica: Replica): ReadonlyArray<Write> => liveWrites(replica.log);

/** The store (R5), sorted by the bytes of the keys. */
export const storeOf = (replica: Replica): ReadonlyArray<readonly [key: Bytes, value: Bytes]> =>
  liveWritesOf(replica)
    .map(({ key, value }) => [key, value] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));

/** Does the replica have everything that this vector claims? */
export const knows = (replica: Replica, vv: VectorEntries): boolean => vv.every(([r, t]) => at(replica.vv, r) >= t);

/** How many log entries and replicas pulls have looked at so far: what they cost (R9), counted. */
export const pullCostOf = (replica: Replica): number => replica.log.visited;

/** The state in the contract's words, for comparison with the model. */
export const snapshot = (replica: Replica): Snapshot => ({
  id: replica.id,
  clock: replica.clock,
  vv: vectorOf(replica),
  log: [...liveWrites(replica.log)].sort(compareStamps),
  waiting: replica.transfers.size === 0 ? [] : [...waitingIn(replica.log)].sort(compareStamps),
  transfers: transfersOf(replica),
});

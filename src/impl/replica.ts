/**
 * The shipped replica: a message goes in; an answer and an append for the durable log come out. The replica does no I/O. It uses the
 * machine's date only to bound accept times (R16).
 *
 * R8 with a log that keeps one write a key (R6 allows more pruning). Invariant I: for every replica r and every write w that r
 * accepted with `w.t <= vv[r]`, the log's write to w's key is w or a later one (R4).
 *
 * - A put's stamp is the greatest of the log: its time is above the clock, and the clock is at or above every time in the log. So the put
 *   replaces an older write. I holds for vv[self] = t, because I covered every earlier write of the replica before.
 * - A merge takes in the answer to a request with vector v (v may be old: vv has only grown since). Let w of r have
 *   `w.t <= answerer.vv[r]`. If `w.t <= v[r]`, I held at the puller. Else the answerer has w or a later write u to that key. If
 *   `u.t > v[u.r]`, the answer carries u. Else the puller had u or a later write when it asked. `add` never replaces a write by an
 *   earlier write. So the puller's write to a key never becomes an earlier one, and repetitions and reorderings change nothing.
 *
 * A pull in parts (R9) raises the vector with its last part alone; the writes of the other parts wait unseen. Let `known` be the vector of
 * the writes that the puller had, or had waiting, when it asked for the first part. Let v be the answerer's vector then. Take a write that
 * the answerer had then and that `known` does not claim. Either one of the parts has this write, or the answerer superseded it by a write
 * with a greater stamp. The superseding write comes later in the order of the parts (R4's order), so one of the parts has it, or it was
 * superseded in turn. So after the part that says that it is the last one, the puller has, or has waiting, for each key the write that v
 * claims or a later one. The puller may then ask again with `known` and v as its vector, until one part is the whole answer. The puller
 * takes this part in like the answer to a whole pull. I holds by the argument above, for a puller that has the waiting writes too.
 *
 * From I: a get served under `vv[r] >= t` reads the stamp (t, r) or a later one (R12). So does a get that finds a later write to the key.
 * Equal vectors mean equal stores.
 */
import type { Bytes } from '../core/bytes.js';
import { replicaId, serverOf, type ReplicaId } from '../core/ids.js';
import type { Get, GetAnswer, Pull, PulledAnswer, Put, PutAnswer, RefusedAnswer } from '../core/messages.js';
import type { Stamp, Transfer, VectorEntries, Write } from '../core/write.js';
import { NODE } from '../ports/node.js';
import { mostOfPeers, refusalOfMerge, refusalOfPut } from './horizon.js';
import { digestOf, recall, remember, windowsOf, type ClientWindows, type SeenPut } from './client-windows.js';
import { randomIncarnation } from './incarnation.js';
import { NO_CHANGE, type Append, type RecoveredLog } from './log/log.js';
import { compareReplicas, compareStamps, isLater } from './order.js';
import { policyWith, SHIPPED, type Faults } from './policy.js';
import { merge, compactSome, type MergeResult, type CompactResult, type MergingReplica } from './merge-pulled.js';
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
  /** The replica's identity (R7). It changes when a peer knows more of this replica's writes than the replica itself (R7a). */
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

/** A pull's name in the traces of both ends. No other pull of a run has this name. A pull without a name is in no trace. */
interface Named {
  readonly name?: string;
}

/** The answer to a pull arrived, and the replica is to take it in. `asked`: the vector of the pull's request. */
interface Merge extends Named {
  readonly type: 'merge';
  readonly asked: VectorEntries;
  readonly pulled: PulledAnswer;
}

/** One step of housekeeping: moves live writes of parts to their place, and drops superseded writes. No answer changes by it. */
interface Compact {
  readonly type: 'compact';
}
/** A message to a replica. */
export type Message = Put | Get | (Pull & Named) | Merge | Compact;
/** A replica's answer, by the type of the message. */
export interface AnswerTo {
  readonly put: PutAnswer | RefusedAnswer;
  readonly get: GetAnswer;
  readonly pull: PulledAnswer;
  readonly merge: MergeResult | RefusedAnswer;
  readonly compact: CompactResult;
}
/** Any answer of a replica. */
export type ReplicaAnswer = AnswerTo[keyof AnswerTo];

/** The answer may leave once `append` is in the durable log. If `append` is undefined, the answer may leave once no earlier append waits. */
export interface Effects<A = ReplicaAnswer> {
  readonly answer: A;
  readonly append: Append | undefined;
}

/** The options of a replica. `faults` is for tests alone. `part`: the limits of one answer to a pull (R9). */
export interface ReplicaOptions {
  readonly faults?: Faults;
  /** Gives the time in ms since 1970, which bounds the accept times that the replica takes in (R16). Default: the machine's time. */
  readonly now?: () => number;
  /** Gives an incarnation that no replica had before. Default: a random one. */
  readonly newIncarnation?: () => number;
  readonly part?: PartLimits;
}

/** The default limits of one answer: a process can read, check and write down a part of this size in a few milliseconds. */
const PART: PartLimits = { writes: 1024, bytes: 256 * 1024 };
/** A replica's state in the contract's words: vector entries in the order of R7, writes in the order of R4. */
export interface Snapshot {
  readonly id: ReplicaId;
  readonly clock: number;
  readonly vv: VectorEntries;
  readonly log: ReadonlyArray<Write>;
  /** The writes of parts of pulls that the vector does not claim yet. `transfers` says how far these pulls have come. */
  readonly waiting: ReadonlyArray<Write>;
  readonly transfers: ReadonlyArray<Transfer>;
}

// --- constructors ----------------------------------------------------------------------------------------------------------

/** A replica without writes. */
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

/** The replica that a log held (R7, R10). The log may hold superseded writes; {@link Compact} drops them. */
export const restore = (recovered: RecoveredLog, options: ReplicaOptions = {}): Replica => {
  const replica = createReplica(recovered.replica, options);
  for (const [r, t] of recovered.vv) raise(replica.vv, r, t);
  for (const transfer of recovered.transfers) replica.transfers.set(serverOf(transfer.from), transfer);
  for (const write of recovered.writes) recoverWrite(replica.log, write);
  for (const write of recovered.waiting) recoverWaiting(replica.log, write, recovered.transfers.length > 0);
  return { ...replica, windows: windowsOf(recovered.seen), clock: recovered.clock };
};

// --- operations ------------------------------------------------------------------------------------------------------------

/** Takes one message and changes the replica. Gives the answer, and the append that must be durable before the answer leaves. */
export function step<T extends keyof AnswerTo>(replica: Replica, message: Message & { readonly type: T }): Effects<AnswerTo[T]>;
export function step(replica: Replica, message: Message): Effects {
  const renewed = renewReplica(replica, message);
  const effects = take(replica, message);
  return renewed === undefined ? effects : { ...effects, append: { ...(effects.append ?? NO_CHANGE), replica: renewed } };
}

/**
 * R7a: a peer that claims more of this replica's writes than the replica's own vector entry has seen writes that this log lacks. So the log is
 * older than the replica, and the replica accepts puts under a new identity from now on. A claim beyond every honest history is ignored
 * (R16).
 */
const renewReplica = (replica: Replica, message: Message): ReplicaId | undefined => {
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
      return unchanged(get(replica, message));
    case 'pull':
      return unchanged(pull(replica, message));
    case 'merge': {
      const refusal = refusalOfMerge(replica.clock, message.pulled, replica.now());
      return refusal === undefined ? merge(replica, message.asked, replica.policy.receive(message.pulled)) : refused(refusal);
    }
    case 'compact':
      return compactSome(replica);
  }
};

/** An answer that changes nothing. */
const unchanged = <A>(answer: A): Effects<A> => ({ answer, append: undefined });
const BEHIND: Effects<AnswerTo['put']> = unchanged({ type: 'behind' });
const refused = (reason: RefusedAnswer['reason']): Effects<RefusedAnswer> => unchanged({ type: 'refused', reason });

/**
 * R2, R3, R12, R14, R16. A repetition is recognised before every other check: this log accepted the same put, perhaps under an earlier identity.
 * The new stamp is the greatest of the log, so the new write wins in `add`. Only under a fault that keeps the accept time down (V5) may it lose there.
 */
const put = (replica: Replica, message: Put): Effects<AnswerTo['put']> => {
  const { client, session, clientTime, key, value } = message;
  const before = recall(replica.windows, message);
  if (typeof before === 'string') return refused(before);
  if (before !== undefined) return unchanged({ type: 'accepted', stamp: before });
  if (message.replica !== null && message.replica !== replica.id) return refused('other-replica');
  const refusal = refusalOfPut(replica.clock, message, replica.now());
  if (refusal !== undefined) return refused(refusal);
  if (!replica.policy.meets(replica.vv, message.require)) return BEHIND;

  const stamp: Stamp = { t: replica.policy.acceptTime(replica.clock, message.clock), r: replica.id };
  const write: Write = { t: stamp.t, r: stamp.r, client, clientTime, key, value };
  const seen: SeenPut = { client, session, clientTime, stamp, digest: digestOf(key, value) };
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

/** R12, scope key: does the vector claim the stamp `atLeast`, or is `write` later than this stamp? */
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

/** R9: the answer has the writes, the vector and the clock of one instant. */
const pull = (replica: Replica, message: Pull): PulledAnswer => {
  const known = vectorOfEntries(message.vv);
  const { puller, after } = message;
  const { writes, upTo } = replica.policy.answer(puller, () => lacking(replica.log, known, after, replica.part));
  return { type: 'pulled', from: replica.id, after, writes, upTo, vv: vectorOf(replica), clock: replica.clock };
};

/** Answers a message that only reads, for a replica that takes no change in any more. */
export const read = (replica: Replica, message: Get | Pull): GetAnswer | PulledAnswer =>
  message.type === 'get' ? get(replica, message) : pull(replica, message);

// --- reading ---------------------------------------------------------------------------------------------------------------

/** The version vector (R8), in the order of R7. */
export const vectorOf = (replica: Replica): VectorEntries => entriesOfVector(replica.vv);

/** The accept time (R2). */
export const clockOf = (replica: Replica): number => replica.clock;

/** Has a {@link Compact} message something to do? */
export const isToCompact = (replica: Replica): boolean => needsCompacting(replica.log);

/** The progress of each pull of which parts have come (R9), in the order of R7. */
export const transfersOf = (replica: Replica): ReadonlyArray<Transfer> =>
  [...replica.transfers.values()].sort((a, b) => compareReplicas(a.from, b.from));

/** How many keys the store has. */
export const sizeOf = (replica: Replica): number => sizeOfLog(replica.log);

/** The greatest-stamped write to each key at this instant, which is the store (R5). The order is not specified. */
export const liveWritesOf = (replica: Replica): ReadonlyArray<Write> => liveWrites(replica.log);

/** The store (R5), sorted by the bytes of the keys. */
export const storeOf = (replica: Replica): ReadonlyArray<readonly [key: Bytes, value: Bytes]> =>
  liveWritesOf(replica)
    .map(({ key, value }) => [key, value] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));

/** Does the replica's vector claim every write that this vector claims? */
export const knows = (replica: Replica, vv: VectorEntries): boolean => vv.every(([r, t]) => at(replica.vv, r) >= t);

/** The cost of all pulls so far (R9): the number of log entries and origins that the pulls looked at. */
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

/**
 * Takes the answers to pulls in (R9): whole answers, and parts, which wait for the last part. `replica.ts` proves that the vector then claims
 * no write that the replica lacks (R8).
 */
import { serverOf, type NodeId, type ReplicaId } from '../core/ids.js';
import type { Pull, PulledAnswer } from '../core/messages.js';
import type { Stamp, Transfer, VectorEntries, Write } from '../core/write.js';
import type { Append } from './log/log.js';
import type { Policy } from './policy.js';
import { at, entriesOfVector, raise, vectorOfEntries, type Vector } from './vector.js';
import { add, takeFromStale, needsCompacting, compact, beginCompacting, addWaiting, type WriteLog } from './write-log.js';

/** The fields of a replica that change when the replica takes an answer in. All @internal to `src/impl`. */
export interface MergingReplica {
  id: ReplicaId;
  readonly policy: Policy;
  readonly log: WriteLog;
  readonly vv: Vector;
  /** The pulls of which parts have come, by the server that answers. */
  readonly transfers: Map<NodeId, Transfer>;
  clock: number;
}

/** The answer to a message, and the append that must be durable before this answer leaves. */
interface ReplyWithAppend<A> {
  readonly answer: A;
  readonly append: Append | undefined;
}

/**
 * The result of taking the answer to a pull in. `added`: the number of new writes. `changed`: the writes, the vector or the clock changed.
 * `kind`:
 * - `last`: the answer ended the transfer. The replica has all that the answerer had.
 * - `part`: the transfer goes on. The writes wait for its last part, and the next part must be asked for.
 * - `other`: the answer was not the next part, or came from another replica than the parts before. The transfer begins anew.
 */
export interface MergeResult {
  readonly type: 'merged';
  readonly kind: 'part' | 'last' | 'other';
  readonly added: number;
  readonly changed: boolean;
}

/** One step of housekeeping is done. `more`: another step has something to do. */
export interface CompactResult {
  readonly type: 'compacted';
  readonly more: boolean;
}

/** How many keys, and how many writes, one step of housekeeping looks at. */
const COMPACTED_AT_ONCE = 1024;

/**
 * The pull to send to a server. Its `vv` claims the writes that this replica knows, and the writes that wait from earlier parts. Its `after`
 * says where the next part begins. The answer goes to {@link merge} with this `vv`.
 */
export const requestFor = (replica: MergingReplica, server: NodeId): Pull => {
  const transfer = replica.transfers.get(server);
  const { id: puller } = replica;
  if (transfer === undefined) return { type: 'pull', puller, vv: entriesOfVector(replica.vv), after: null };
  const vv = vectorOfEntries([...replica.vv, ...transfer.base]);
  return { type: 'pull', puller, vv: entriesOfVector(vv), after: transfer.after };
};

const isSameStamp = (a: Stamp | null, b: Stamp | null): boolean => a?.t === b?.t && a?.r === b?.r;

/**
 * The kind of an answer: see {@link MergeResult}. This replica must have every write that the vector `asked` claims, or must have it waiting from
 * the same replica.
 */
const kindOf = (replica: MergingReplica, asked: VectorEntries, { from, after, upTo }: PulledAnswer): MergeResult['kind'] => {
  const known = replica.transfers.get(serverOf(from));
  const transfer = known?.from === from ? known : undefined;
  if (!isSameStamp(transfer?.after ?? null, after)) return 'other';
  const has = new Map(transfer?.base ?? []);
  if (!asked.every(([r, t]) => Math.max(at(replica.vv, r), has.get(r) ?? 0) >= t)) return 'other';
  return after === null && upTo === null ? 'last' : 'part';
};

/** Takes the answer to a pull in. `asked` is the pull's vector. */
export const merge = (replica: MergingReplica, asked: VectorEntries, pulled: PulledAnswer): ReplyWithAppend<MergeResult> => {
  const kind = kindOf(replica, asked, pulled);
  switch (kind) {
    case 'part':
      return mergePart(replica, pulled);
    case 'last':
      return mergeLast(replica, pulled);
    case 'other': {
      const append = isFromAnother(replica, pulled.from) ? endTransfer(replica, serverOf(pulled.from)) : undefined;
      return { answer: { type: 'merged', kind, added: 0, changed: false }, append };
    }
  }
};

const NOTHING = { writes: [], drops: [], vv: [], seen: [], forgotten: [] } as const;

const isFromAnother = (replica: MergingReplica, from: ReplicaId): boolean =>
  (replica.transfers.get(serverOf(from))?.from ?? from) !== from;

/** Ends the transfer from a server. If no other transfer goes on, the writes that still wait will never be claimed. */
const endTransfer = (replica: MergingReplica, server: NodeId): Append | undefined => {
  if (!replica.transfers.delete(server)) return undefined;
  beginCompacting(replica.log);
  return { ...NOTHING, clock: replica.clock, transfers: [...replica.transfers.values()] };
};

/**
 * Takes in a part that is not the last. Its writes wait, and no get sees a change. One append holds the writes and the transfer's progress,
 * so a restart never finds progress without its writes.
 */
const mergePart = (replica: MergingReplica, { from, after, writes, upTo, vv }: PulledAnswer): ReplyWithAppend<MergeResult> => {
  const known = replica.transfers.get(serverOf(from));
  const before = known?.from === from ? known : undefined;
  const goal = after === null || before === undefined ? vv : before.goal;
  const transfer: Transfer =
    upTo === null ? { from, base: goal, goal, after: null } : { from, base: before?.base ?? [], goal, after: upTo };
  replica.transfers.set(serverOf(from), transfer);
  const news = writes.filter((write) => addWaiting(replica.log, write));
  return {
    answer: { type: 'merged', kind: 'part', added: news.length, changed: false },
    append: { ...NOTHING, waiting: news, clock: replica.clock, transfers: [...replica.transfers.values()] },
  };
};

/**
 * Takes in the last part, or the only part. One call raises the vector and adds the writes, so nobody can observe the new vector without
 * the writes (R8). The vector is raised first: the waiting writes are then live, so an older write to the same key is not added.
 */
const mergeLast = (replica: MergingReplica, pulled: PulledAnswer): ReplyWithAppend<MergeResult> => {
  const vv = pulled.vv.filter(([r, t]) => raise(replica.vv, r, t));
  const writes: Write[] = [];
  const drops: Write[] = [];
  for (const write of pulled.writes) {
    const lost = add(replica.log, write);
    if (lost === write) continue;
    if (!takeFromStale(replica.log, write)) writes.push(write);
    if (lost !== undefined) drops.push(lost);
  }
  const clock = replica.policy.advance(replica.clock, pulled.clock);
  const changed = writes.length > 0 || vv.length > 0 || clock > replica.clock;
  replica.clock = clock;
  const ended = endTransfer(replica, serverOf(pulled.from));
  return {
    answer: { type: 'merged', kind: 'last', added: writes.length, changed },
    append: changed || ended !== undefined ? { ...NOTHING, ...ended, writes, drops, vv, clock } : undefined,
  };
};

/** Does one step of housekeeping, with at most {@link COMPACTED_AT_ONCE} keys and as many writes. */
export const compactSome = (replica: MergingReplica): ReplyWithAppend<CompactResult> => {
  const drops = compact(replica.log, COMPACTED_AT_ONCE, replica.transfers.size === 0);
  return {
    answer: { type: 'compacted', more: needsCompacting(replica.log) },
    append: drops.length === 0 ? undefined : { ...NOTHING, drops, clock: replica.clock },
  };
};

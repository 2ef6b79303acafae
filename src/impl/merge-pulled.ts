/**
 * Taking in what was pulled (R9): whole answers, and parts, which wait for the last. Why that claims nothing too much (R8) stands in `replica.ts`.
 */
import { serverOf, type NodeId, type ReplicaId } from '../core/ids.js';
import type { Pull, Pulled } from '../core/messages.js';
import type { Stamp, Transfer, VectorEntries, Write } from '../core/write.js';
import type { Append } from './log/log.js';
import type { Policy } from './policy.js';
import { at, entriesOfVector, raise, vectorOfEntries, type Vector } from './vector.js';
import { add, isToBeWritten, needsCompacting, compact, beginCompacting, wait, type WriteLog } from './write-log.js';

/** The fields of a replica that change when it takes in an answer. All @internal to `src/impl`. */
export interface MergingReplica {
  id: ReplicaId;
  readonly policy: Policy;
  readonly log: WriteLog;
  readonly vv: Vector;
  /** By server, the pulls from it of which parts have come. */
  readonly transfers: Map<NodeId, Transfer>;
  clock: number;
}

/** The result of taking an answer in, and the append that must be durable before the result is told. */
interface Taken<A> {
  readonly answer: A;
  readonly append: Append | undefined;
}

/**
 * What came of an answer to a pull: how many writes were new, and whether anything changed (the vector and the clock count too). `kind`:
 * - `last`: the answer ended the transfer. The replica has all that the answerer had.
 * - `part`: the transfer goes on. The writes wait for its last part, and the next part must be asked for.
 * - `other`: the answer was not the next part, or came from another replica than the parts before. The transfer begins anew.
 */
export interface Merged {
  readonly type: 'merged';
  readonly kind: 'part' | 'last' | 'other';
  readonly added: number;
  readonly changed: boolean;
}

/** One step of housekeeping is done; `more`: there is more to do. */
export interface Compacted {
  readonly type: 'compacted';
  readonly more: boolean;
}

/** Keys and writes that one step of housekeeping looks at. */
const COMPACTED_AT_ONCE = 1024;

/**
 * What to ask a server for: what is not yet known, nor waiting from the parts before, and where the next part begins. (The answer goes to
 * `merge` with the vector that was asked with.)
 */
export const requestFor = (replica: MergingReplica, server: NodeId): Pull => {
  const transfer = replica.transfers.get(server);
  const { id: puller } = replica;
  if (transfer === undefined) return { type: 'pull', puller, vv: entriesOfVector(replica.vv), after: null };
  const vv = vectorOfEntries([...replica.vv, ...transfer.base]);
  return { type: 'pull', puller, vv: entriesOfVector(vv), after: transfer.after };
};

const isSameStamp = (a: Stamp | null, b: Stamp | null): boolean => a?.t === b?.t && a?.r === b?.r;

/** Which kind of answer it is: see {@link Merged}. What it was asked with must be what this replica has, or has waiting from the same replica. */
const kindOf = (replica: MergingReplica, asked: VectorEntries, { from, after, upTo }: Pulled): Merged['kind'] => {
  const known = replica.transfers.get(serverOf(from));
  const transfer = known?.from === from ? known : undefined;
  if (!isSameStamp(transfer?.after ?? null, after)) return 'other';
  const has = new Map(transfer?.base ?? []);
  if (!asked.every(([r, t]) => Math.max(at(replica.vv, r), has.get(r) ?? 0) >= t)) return 'other';
  return after === null && upTo === null ? 'last' : 'part';
};

/** Takes an answer to a request that asked with the vector `asked` in. */
export const merge = (replica: MergingReplica, asked: VectorEntries, pulled: Pulled): Taken<Merged> => {
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

/** The transfer from a server is over, or of no use any more. Where no other goes on, what waits then waits in vain. */
const endTransfer = (replica: MergingReplica, server: NodeId): Append | undefined => {
  if (!replica.transfers.delete(server)) return undefined;
  beginCompacting(replica.log);
  return { ...NOTHING, clock: replica.clock, transfers: [...replica.transfers.values()] };
};

/** A part that is not the last: it waits, and nothing that can be seen changes. Progress is durable with what it speaks of. */
const mergePart = (replica: MergingReplica, { from, after, writes, upTo, vv }: Pulled): Taken<Merged> => {
  const known = replica.transfers.get(serverOf(from));
  const before = known?.from === from ? known : undefined;
  const goal = after === null || before === undefined ? vv : before.goal;
  const transfer: Transfer =
    upTo === null ? { from, base: goal, goal, after: null } : { from, base: before?.base ?? [], goal, after: upTo };
  replica.transfers.set(serverOf(from), transfer);
  const news = writes.filter((write) => wait(replica.log, write));
  return {
    answer: { type: 'merged', kind: 'part', added: news.length, changed: false },
    append: { ...NOTHING, waiting: news, clock: replica.clock, transfers: [...replica.transfers.values()] },
  };
};

/**
 * The last part, or the only one: nobody can observe the new vector without the writes (R8). The vector is raised first: what waited is then
 * live, and an older write to the same key is not added at all.
 */
const mergeLast = (replica: MergingReplica, pulled: Pulled): Taken<Merged> => {
  const vv = pulled.vv.filter(([r, t]) => raise(replica.vv, r, t));
  const writes: Write[] = [];
  const drops: Write[] = [];
  for (const write of pulled.writes) {
    const lost = add(replica.log, write);
    if (lost === write) continue;
    if (isToBeWritten(replica.log, write)) writes.push(write);
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

/** A step of housekeeping: so many keys and writes. */
export const compactSome = (replica: MergingReplica): Taken<Compacted> => {
  const drops = compact(replica.log, COMPACTED_AT_ONCE, replica.transfers.size === 0);
  return {
    answer: { type: 'compacted', more: needsCompacting(replica.log) },
    append: drops.length === 0 ? undefined : { ...NOTHING, drops, clock: replica.clock },
  };
};

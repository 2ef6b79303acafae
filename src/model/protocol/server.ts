/**
 * A replica: its state, and how it answers a put and a get (a pull: `pulls.ts`; a kill and a restart: `restarts.ts`). Each is a pure function
 * over the messages of `src/core`. Where a variant departs from the rule, a comment names the variant.
 *
 * @module
 * @category The protocol
 */
import * as O from 'fp-ts/lib/Option.js';
import type { Bytes } from '../../core/bytes.js';
import { replicaId, type NodeId, type ReplicaId } from '../../core/ids.js';
import type { Get, GetAnswer, Put, PutAnswer, RefusedAnswer } from '../../core/messages.js';
import type { Stamp, Transfer } from '../../core/write.js';
import { byIdentity, looksTheSame, type PutIdentity, type LoggedWrite } from './put-identity.js';
import { isOlder, orderAt, stampOf } from './order.js';
import type { Rules } from './rules.js';
import * as V from './vector.js';
import * as L from './write-log.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** A put that this replica accepted. The replica recognises a repeat of the put by it, and refuses another put under the same identity (R3). */
export interface Receipt extends PutIdentity {
  readonly key: Bytes;
  readonly value: Bytes;
  readonly stamp: Stamp;
}

/** Work half done, under two variants only. V2: the server has read its log for an answer. V8: the server has yet to add writes that it claims. */
export type HalfDoneWork =
  { readonly type: 'torn'; readonly to: ReplicaId; readonly writes: L.Log } | { readonly type: 'eager'; readonly writes: L.Log };

/** A server: the replica that it is now (R7), its accept-time counter (R2), vector (R8) and log (R5, R6). */
export interface Server {
  readonly replica: ReplicaId;
  readonly up: boolean;
  readonly clock: number;
  readonly vv: V.Vector;
  readonly log: L.Log;
  /** The accepted puts that {@link Rules.remembersPuts} has the replica remember, in the order of {@link PutIdentity}. */
  readonly receipts: ReadonlyArray<Receipt>;
  /** Volatile: a kill loses it. */
  readonly midway: HalfDoneWork | null;
  /** Writes that came in parts of pulls and that the vector does not claim yet (R9). No get or pull sees them. They are durable, as the log is. */
  readonly waiting: L.Log;
  /** How far the pulls in parts have come: at most one transfer for each answering server, sorted by replica. */
  readonly transfers: ReadonlyArray<Transfer>;
}

// --- constructors ----------------------------------------------------------------------------------------------------------

/** A server with nothing: at its first start, or when it comes back without its log. */
export const newServer = (id: NodeId, incarnation = 0): Server => ({
  replica: replicaId(id, incarnation),
  up: true,
  clock: 0,
  vv: V.none,
  log: [],
  receipts: [],
  midway: null,
  waiting: [],
  transfers: [],
});

/** The server with some fields changed. `sessionWith` says why each field is named. */
export const serverWith = (server: Server, changes: Partial<Server>): Server => ({
  replica: changes.replica ?? server.replica,
  up: changes.up ?? server.up,
  clock: changes.clock ?? server.clock,
  vv: changes.vv ?? server.vv,
  log: changes.log ?? server.log,
  receipts: changes.receipts ?? server.receipts,
  midway: changes.midway === undefined ? server.midway : changes.midway,
  waiting: changes.waiting ?? server.waiting,
  transfers: changes.transfers ?? server.transfers,
});

const BEHIND = { type: 'behind' } as const;
const MISSING = { type: 'missing' } as const;
const OTHER_REPLICA = { type: 'refused', reason: 'other-replica' } as const;
const NOT_THE_SAME = { type: 'refused', reason: 'not-the-same' } as const;
const accepted = (stamp: Stamp): PutAnswer => ({ type: 'accepted', stamp });

// --- what a replica knows of itself ----------------------------------------------------------------------------------------

/** The log after pruning (R6), by the replica's own order of stamps. */
export const pruned = (rules: Rules, server: Server, log: L.Log): L.Log =>
  L.prune(rules, orderAt(rules.variant)(server.replica))(log);

/** The greatest-stamped write to a key that the replica has (R5). */
export const newestOfServer =
  (rules: Rules) =>
  (server: Server, key: string): O.Option<LoggedWrite> =>
    L.newest(orderAt(rules.variant)(server.replica))(server.log, key);

/** The replica's store (R5). */
export const storeOfServer =
  (rules: Rules) =>
  (server: Server): L.Store =>
    L.storeOf(orderAt(rules.variant)(server.replica))(server.log);

// --- puts (R2, R3, R12, R14) -----------------------------------------------------------------------------------------------

/** R2: the accept time of a put from a session with this clock. V1: the session's clock is ignored. */
const acceptTime = (rules: Rules, server: Server, sessionClock: number): number =>
  (rules.variant === 'V1' ? server.clock : Math.max(server.clock, sessionClock)) + 1;

/** R3: the receipt of the put that this replica takes `put` for. */
const knownPut = (rules: Rules, server: Server, put: Put): Receipt | undefined =>
  server.receipts.find((x) => looksTheSame(rules, x, put));

/** R3: does `put` use the identity of a put with another key or value? V9: the replica does not look. */
const isImpostor = ({ variant }: Rules, known: Receipt, put: Put): boolean =>
  variant !== 'V9' && (known.key !== put.key || known.value !== put.value);

/** R14: was the put sent to another replica before? Then only that replica may accept it. V11: the replica does not look. */
const isForAnother = ({ variant }: Rules, server: Server, put: Put): boolean =>
  variant !== 'V11' && put.replica !== null && put.replica !== server.replica;

const remember = ({ remembersPuts }: Rules, { receipts }: Server, receipt: Receipt): Server['receipts'] => {
  if (remembersPuts === 'no') return receipts;
  const kept = remembersPuts === 'all' ? receipts : receipts.filter((x) => x.client !== receipt.client);
  return [...kept, receipt].sort(byIdentity);
};

const acceptNew = (rules: Rules, server: Server, put: Put): readonly [Server, PutAnswer] => {
  const stamp = { t: acceptTime(rules, server, put.clock), r: server.replica };
  const { client, session, clientTime, key, value } = put;
  return [
    serverWith(server, {
      clock: stamp.t,
      vv: V.raise(server.vv, stamp),
      log: pruned(rules, server, L.add(server.log, [L.writeOf(put, stamp)])),
      receipts: remember(rules, server, { client, session, clientTime, key, value, stamp }),
    }),
    accepted(stamp),
  ];
};

/**
 * Answers a put. If the server remembers the put, it answers with the stamp that the put got, also where the server was another replica then,
 * and nothing changes. If the remembered put has another key or value, the put is refused (R3). If the put was sent to another replica
 * before, it is refused (R14). If the replica lacks a write that the put requires, the answer is ERR_DEP (`behind`; R12). Every other put is
 * stamped and logged (R2, R6).
 */
export const acceptPut =
  (rules: Rules) =>
  (server: Server, put: Put): readonly [Server, PutAnswer | RefusedAnswer] => {
    const known = knownPut(rules, server, put);
    if (known !== undefined) return [server, isImpostor(rules, known, put) ? NOT_THE_SAME : accepted(known.stamp)];
    if (isForAnother(rules, server, put)) return [server, OTHER_REPLICA];
    return V.covers(server.vv, put.require) ? acceptNew(rules, server, put) : [server, BEHIND];
  };

// --- gets (R12, R13) -------------------------------------------------------------------------------------------------------

/** What a get requires of the replica: the stamp `atLeast` or a later write to the key (scope key), and a vector (scope store; R11's floor). */
export type GetRequirement = Pick<Get, 'atLeast' | 'require'>;

/** R12, scope key: does the replica have the stamp `atLeast`, or a later write to the key? `top` is its newest write to the key. */
const reaches = (server: Server, atLeast: Stamp | null, top: O.Option<LoggedWrite>): boolean =>
  atLeast === null || V.has(server.vv, atLeast) || (O.isSome(top) && isOlder(atLeast, top.value));

/** Answers a get. ERR_DEP (`behind`) goes before ERR_KEY (`missing`); else the answer is the greatest-stamped write. V6: never ERR_DEP. */
export const answerGet =
  (rules: Rules) =>
  (server: Server, get: GetRequirement & Pick<Get, 'key'>): GetAnswer => {
    const top = newestOfServer(rules)(server, get.key);
    if (rules.variant !== 'V6' && !(V.covers(server.vv, get.require) && reaches(server, get.atLeast, top))) return BEHIND;
    return O.isSome(top) ? { type: 'found', value: top.value.value, stamp: stampOf(top.value) } : MISSING;
  };

/**
 * A replica: what it is, and what it does on a put, a get, a pull, a kill and a restart. Each is a pure function over the
 * messages of `src/core`; the variants V1 to V8 are the marked departures.
 */
import * as O from 'fp-ts/lib/Option.js';
import { incarnationOf, replicaId, serverOf, type NodeId, type ReplicaId } from '../core/ids.js';
import type { Get, GetAnswer, Pull, Pulled, Put, PutAnswer } from '../core/messages.js';
import type { Stamp, Write } from '../core/write.js';
import { orderAt, stampOf } from './order.js';
import type { Rules } from './rules.js';
import * as V from './vector.js';
import * as L from './write-log.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** A put that this replica accepted, to know it again (R3). */
export interface Receipt {
  readonly client: NodeId;
  readonly clientTime: number;
  readonly stamp: Stamp;
}

/** Work half done, which only two faults have: V2 has read its log for an answer, V8 has yet to add the writes it claims. */
export type Midway =
  { readonly type: 'torn'; readonly to: ReplicaId; readonly writes: L.Log } | { readonly type: 'eager'; readonly writes: L.Log };

/** A server: the replica that it is now (R7), its accept-time counter (R2), vector (R8) and log (R5, R6). */
export interface Server {
  readonly replica: ReplicaId;
  readonly up: boolean;
  readonly clock: number;
  readonly vv: V.Vector;
  readonly log: L.Log;
  /** The last put accepted from each client, sorted by client; empty where {@link Rules.remembersPuts} is off. */
  readonly receipts: ReadonlyArray<Receipt>;
  /** Volatile: a kill loses it. */
  readonly midway: Midway | null;
}

// --- constructors ----------------------------------------------------------------------------------------------------------

/** A server as it first starts, or as it starts again as a new replica. */
export const newServer = (id: NodeId, incarnation = 0): Server => ({
  replica: replicaId(id, incarnation),
  up: true,
  clock: 0,
  vv: V.none,
  log: [],
  receipts: [],
  midway: null,
});

/** The server with some fields changed. Field by field: see `sessionWith`. */
export const serverWith = (server: Server, changes: Partial<Server>): Server => ({
  replica: changes.replica ?? server.replica,
  up: changes.up ?? server.up,
  clock: changes.clock ?? server.clock,
  vv: changes.vv ?? server.vv,
  log: changes.log ?? server.log,
  receipts: changes.receipts ?? server.receipts,
  midway: changes.midway === undefined ? server.midway : changes.midway,
});

const BEHIND = { type: 'behind' } as const;
const MISSING = { type: 'missing' } as const;
const accepted = (stamp: Stamp): PutAnswer => ({ type: 'accepted', stamp });

// --- what a replica knows of itself ----------------------------------------------------------------------------------------

const pruned = (rules: Rules, server: Server, log: L.Log): L.Log =>
  L.prune(rules.pruning, orderAt(rules.variant)(server.replica))(log);

/** The greatest-stamped write to a key that the replica has (R5). */
export const newest =
  (rules: Rules) =>
  (server: Server, key: string): O.Option<Write> =>
    L.newest(orderAt(rules.variant)(server.replica))(server.log, key);

/** The replica's store (R5). */
export const storeOf =
  (rules: Rules) =>
  (server: Server): L.Store =>
    L.storeOf(orderAt(rules.variant)(server.replica))(server.log);

// --- puts (R2, R3, R12) ----------------------------------------------------------------------------------------------------

/** R2: the accept time of a put from a session with this clock. V1: the session's clock is ignored. */
const acceptTime = (rules: Rules, server: Server, sessionClock: number): number =>
  (rules.variant === 'V1' ? server.clock : Math.max(server.clock, sessionClock)) + 1;

/** R3: the stamp that the same put got here before, if it came before. */
const knownPut = (server: Server, put: Put): Receipt | undefined =>
  server.receipts.find((x) => x.client === put.client && x.clientTime === put.clientTime);

const remember = (rules: Rules, server: Server, receipt: Receipt): Server['receipts'] =>
  rules.remembersPuts
    ? [...server.receipts.filter((x) => x.client !== receipt.client), receipt].sort((a, b) => a.client - b.client)
    : server.receipts;

const acceptNew = (rules: Rules, server: Server, put: Put): readonly [Server, PutAnswer] => {
  const stamp = { t: acceptTime(rules, server, put.clock), r: server.replica };
  const { client, clientTime } = put;
  return [
    serverWith(server, {
      clock: stamp.t,
      vv: V.raise(server.vv, stamp),
      log: pruned(rules, server, L.add(server.log, [L.writeOf(put, stamp)])),
      receipts: remember(rules, server, { client, clientTime, stamp }),
    }),
    accepted(stamp),
  ];
};

/**
 * A put: refused where the replica lacks what the session requires (R12), answered with the same stamp and no change where
 * it is a put accepted before (R3), else stamped and logged (R2, R6).
 */
export const acceptPut =
  (rules: Rules) =>
  (server: Server, put: Put): readonly [Server, PutAnswer] => {
    const known = knownPut(server, put);
    if (known !== undefined) return [server, accepted(known.stamp)];
    return V.covers(server.vv, put.require) ? acceptNew(rules, server, put) : [server, BEHIND];
  };

// --- gets (R12, R13) -------------------------------------------------------------------------------------------------------

/** A get: ERR_DEP (`behind`) before ERR_KEY (`missing`), else the greatest-stamped write. V6: nothing is refused. */
export const answerGet =
  (rules: Rules) =>
  (server: Server, get: Pick<Get, 'key' | 'require'>): GetAnswer => {
    if (rules.variant !== 'V6' && !V.covers(server.vv, get.require)) return BEHIND;
    const top = newest(rules)(server, get.key);
    return O.isSome(top) ? { type: 'found', value: top.value.value, stamp: stampOf(top.value) } : MISSING;
  };

// --- pulls (R9) ------------------------------------------------------------------------------------------------------------

/** What a puller asks. */
export const pullRequest = (server: Server): Pull => ({ type: 'pull', puller: server.replica, vv: server.vv });

/** What an answer to a pull says, whoever gives it. */
export type Answer = Pick<Pulled, 'writes' | 'vv' | 'clock'>;

/** The answer for a puller with this vector, taken at one instant: the writes that it lacks, the vector and the accept time. */
export const answerFor = (server: Server, vv: V.Vector): Answer => ({
  writes: L.lackedBy(server.log, vv),
  vv: server.vv,
  clock: server.clock,
});

/** The same as a message. */
export const answerPull = (server: Server, pull: Pull): Pulled => ({
  type: 'pulled',
  from: server.replica,
  ...answerFor(server, pull.vv),
});

/**
 * R9: the puller adds the writes, prunes, and takes the maxima. V5: the accept time is not raised. `whole` is its log with the writes
 * added, for whoever knows it already.
 */
export const receive =
  (rules: Rules) =>
  (server: Server, answer: Answer, whole = L.add(server.log, answer.writes)): Server => {
    const claimed = claim(rules, server, answer);
    const log = pruned(rules, server, whole);
    return log === server.log ? claimed : serverWith(claimed, { log });
  };

/** The half of {@link receive} that takes the maxima. */
const claim = (rules: Rules, server: Server, answer: Answer): Server => {
  const clock = rules.variant === 'V5' ? server.clock : Math.max(server.clock, answer.clock);
  const vv = V.join(server.vv, answer.vv);
  return clock === server.clock && vv === server.vv ? server : serverWith(server, { clock, vv });
};

/** V2, first half: the answerer has read its log, and will read its vector later. */
export const readLogOnly = (server: Server, pull: Pull): Server =>
  serverWith(server, {
    midway: { type: 'torn', to: pull.puller, writes: L.lackedBy(server.log, pull.vv) },
  });

/** V2, second half: the writes of then with the vector of now. */
export const finishAnswer = (server: Server, writes: L.Log): readonly [Server, Pulled] => [
  serverWith(server, { midway: null }),
  { ...answerPull(server, { type: 'pull', puller: server.replica, vv: server.vv }), writes },
];

/** V8, first half: the puller claims what it does not have yet. */
export const claimFirst =
  (rules: Rules) =>
  (server: Server, answer: Answer): Server =>
    serverWith(claim(rules, server, answer), { midway: { type: 'eager', writes: answer.writes } });

/** V8, second half: now it has the writes, unless it was killed in between. */
export const addLate =
  (rules: Rules) =>
  (server: Server, writes: L.Log): Server =>
    serverWith(server, {
      log: pruned(rules, server, L.add(server.log, writes)),
      midway: null,
    });

// --- kill and restart (R7, R10) --------------------------------------------------------------------------------------------

/** SIGKILL: what is in the durable log stays (R10), what was under way is gone. */
export const kill = (server: Server): Server => serverWith(server, { up: false, midway: null });

/** Back with its log: the same replica (R7), with every write that it acknowledged (R10). */
export const restart = (server: Server): Server => serverWith(server, { up: true });

/** Back without its log: a new replica of the same server (R7). V3: under the old identity all the same. */
export const restartBlank =
  (rules: Rules) =>
  (server: Server): Server =>
    newServer(serverOf(server.replica), incarnationOf(server.replica) + (rules.variant === 'V3' ? 0 : 1));

/**
 * A replica: what it is, and what it does on a put, a get and a pull (on a kill and a restart: `restarts.ts`). Each is a pure
 * function over the messages of `src/core`; the variants are the marked departures.
 */
import * as O from 'fp-ts/lib/Option.js';
import type { Bytes } from '../core/bytes.js';
import { replicaId, serverOf, type NodeId, type ReplicaId } from '../core/ids.js';
import type { Get, GetAnswer, Pull, Pulled as Message, Put, PutAnswer, Refused } from '../core/messages.js';
import type { Stamp, Transfer } from '../core/write.js';
import { byIdentity, looksTheSame, type Identity, type Logged } from './identity.js';
import { isOlder, orderAt, replicaOrd, sameStamp, stampOf } from './order.js';
import type { Rules } from './rules.js';
import * as V from './vector.js';
import * as L from './write-log.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** A put that this replica accepted, to know it again (R3), and to know another that says it is the same. */
export interface Receipt extends Identity {
  readonly key: Bytes;
  readonly value: Bytes;
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
  /** The puts accepted that {@link Rules.remembersPuts} asks to know again, in the order of {@link Identity}. */
  readonly receipts: ReadonlyArray<Receipt>;
  /** Volatile: a kill loses it. */
  readonly midway: Midway | null;
  /** Writes that have come in parts of pulls and that the vector does not claim yet (R9): nobody sees them. Durable, as the log is. */
  readonly waiting: L.Log;
  /** How far those pulls have come: for each server one at most, sorted by replica. */
  readonly transfers: ReadonlyArray<Transfer>;
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
  waiting: [],
  transfers: [],
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
  waiting: changes.waiting ?? server.waiting,
  transfers: changes.transfers ?? server.transfers,
});

const BEHIND = { type: 'behind' } as const;
const MISSING = { type: 'missing' } as const;
const OTHER_REPLICA = { type: 'refused', reason: 'other-replica' } as const;
const NOT_THE_SAME = { type: 'refused', reason: 'not-the-same' } as const;
const accepted = (stamp: Stamp): PutAnswer => ({ type: 'accepted', stamp });

// --- what a replica knows of itself ----------------------------------------------------------------------------------------

const pruned = (rules: Rules, server: Server, log: L.Log): L.Log => L.prune(rules, orderAt(rules.variant)(server.replica))(log);

/** The greatest-stamped write to a key that the replica has (R5). */
export const newest =
  (rules: Rules) =>
  (server: Server, key: string): O.Option<Logged> =>
    L.newest(orderAt(rules.variant)(server.replica))(server.log, key);

/** The replica's store (R5). */
export const storeOf =
  (rules: Rules) =>
  (server: Server): L.Store =>
    L.storeOf(orderAt(rules.variant)(server.replica))(server.log);

// --- puts (R2, R3, R12, R14) -----------------------------------------------------------------------------------------------

/** R2: the accept time of a put from a session with this clock. V1: the session's clock is ignored. */
const acceptTime = (rules: Rules, server: Server, sessionClock: number): number =>
  (rules.variant === 'V1' ? server.clock : Math.max(server.clock, sessionClock)) + 1;

/** R3: the put that came here before and says that it is this one. */
const knownPut = (rules: Rules, server: Server, put: Put): Receipt | undefined =>
  server.receipts.find((x) => looksTheSame(rules, x, put));

/** R3: does it repeat another's identity? V9: nobody looks. */
const isImpostor = ({ variant }: Rules, known: Receipt, put: Put): boolean =>
  variant !== 'V9' && (known.key !== put.key || known.value !== put.value);

/** R14: was the put sent to another replica before, which alone may take it? V11: nobody looks. */
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
 * A put. One that the log knows is answered with the stamp that it got, whichever replica the server was then, and changes nothing; one
 * that says it is another put is refused (R3). Then one is refused that was sent to another replica before (R14), and one of which the
 * replica lacks what the session requires (R12). All others are stamped and logged (R2, R6).
 */
export const acceptPut =
  (rules: Rules) =>
  (server: Server, put: Put): readonly [Server, PutAnswer | Refused] => {
    const known = knownPut(rules, server, put);
    if (known !== undefined) return [server, isImpostor(rules, known, put) ? NOT_THE_SAME : accepted(known.stamp)];
    if (isForAnother(rules, server, put)) return [server, OTHER_REPLICA];
    return V.covers(server.vv, put.require) ? acceptNew(rules, server, put) : [server, BEHIND];
  };

// --- gets (R12, R13) -------------------------------------------------------------------------------------------------------

/** What a get asks of whoever answers it: the key's stamp or a later one (scope key), and a vector (scope store, and the floor of R11). */
export type Required = Pick<Get, 'atLeast' | 'require'>;

/** R12, scope key: has the replica the stamp, or a later write to the key than it? */
const reaches = (server: Server, atLeast: Stamp | null, top: O.Option<Logged>): boolean =>
  atLeast === null || V.has(server.vv, atLeast) || (O.isSome(top) && isOlder(atLeast, top.value));

/** A get: ERR_DEP (`behind`) before ERR_KEY (`missing`), else the greatest-stamped write. V6: nothing is refused. */
export const answerGet =
  (rules: Rules) =>
  (server: Server, get: Required & Pick<Get, 'key'>): GetAnswer => {
    const top = newest(rules)(server, get.key);
    if (rules.variant !== 'V6' && !(V.covers(server.vv, get.require) && reaches(server, get.atLeast, top))) return BEHIND;
    return O.isSome(top) ? { type: 'found', value: top.value.value, stamp: stampOf(top.value) } : MISSING;
  };

// --- pulls (R9) ------------------------------------------------------------------------------------------------------------

/** How many writes an answer may carry; `unbounded`: all of them. */
export type PartWrites = number | 'unbounded';

/** The transfer of a server's pulls from another, whichever replica that is now. */
const transferFrom = (server: Server, from: NodeId): Transfer | undefined =>
  server.transfers.find((x) => serverOf(x.from) === from);

/** What a puller asks a server for: the next part, where parts have come before. */
export const pullRequest = (server: Server, from?: NodeId): Pull => {
  const transfer = from === undefined ? undefined : transferFrom(server, from);
  return {
    type: 'pull',
    puller: server.replica,
    vv: transfer === undefined ? server.vv : V.join(server.vv, transfer.base),
    after: transfer?.after ?? null,
  };
};

/** The answer to a pull, with the model's own writes. */
export type Pulled = Omit<Message, 'writes'> & { readonly writes: L.Log };

/** What an answer to a pull says, whoever gives it. */
export type Answer = Pick<Pulled, 'writes' | 'vv' | 'clock'>;

/** The answer for a puller with this vector, taken at one instant: the writes that it lacks, the vector and the accept time. */
export const answerFor = (server: Server, vv: V.Vector): Answer => ({
  writes: L.lackedBy(server.log, vv),
  vv: server.vv,
  clock: server.clock,
});

/** The same as a message: of those writes the first after the request's stamp, as many as an answer may carry. */
export const answerPull = (server: Server, pull: Pull, most: PartWrites = 'unbounded'): Pulled => {
  const { after } = pull;
  const whole = answerFor(server, pull.vv);
  const lacked = after === null ? whole.writes : whole.writes.filter((w) => isOlder(after, w));
  const writes = most === 'unbounded' ? lacked : lacked.slice(0, most);
  const last = writes.at(-1);
  const upTo = last === undefined || writes.length === lacked.length ? null : stampOf(last);
  return { type: 'pulled', from: server.replica, ...whole, after, writes, upTo };
};

/**
 * R9: the puller adds the writes, prunes, and takes the maxima. V5: the accept time is not raised. `whole` is its log with the writes
 * added, for whoever knows it already.
 */
export const receive =
  (rules: Rules) =>
  (server: Server, answer: Answer, whole = withArrived(server, answer)): Server => {
    const claimed = claim(rules, server, answer);
    const log = pruned(rules, server, whole);
    return log === server.log ? claimed : serverWith(claimed, { log });
  };

/** The log with all that an answer brings: its writes, and those that waited and are claimed now. */
export const withArrived = (server: Server, { writes, vv }: Answer): L.Log => {
  const arrived = L.add(server.log, writes);
  return server.waiting.length === 0
    ? arrived
    : L.add(
        arrived,
        server.waiting.filter((w) => V.has(vv, w)),
      );
};

/** The half of {@link receive} that takes the maxima. What is claimed waits no longer. */
const claim = (rules: Rules, server: Server, answer: Answer): Server => {
  const clock = rules.variant === 'V5' ? server.clock : Math.max(server.clock, answer.clock);
  const vv = V.join(server.vv, answer.vv);
  if (clock === server.clock && vv === server.vv) return server;
  return serverWith(server, { clock, vv, waiting: server.waiting.filter((w) => !V.has(vv, w)) });
};

// --- pulls in parts (R9) ---------------------------------------------------------------------------------------------------

/**
 * What a puller makes of an answer to a request that asked with the vector `asked`. `other`: it is of no use, since another replica
 * answers than the one whose parts came before, or it is not the part that comes next. `part`: its writes wait. `last`: after it, the puller
 * has all that the answerer had at that instant, and takes the answer in as that of a whole pull.
 */
export const kindOf = (server: Server, asked: V.Vector, pulled: Pulled): 'other' | 'part' | 'last' => {
  const { after, base } = server.transfers.find((x) => x.from === pulled.from) ?? { after: null, base: V.none };
  const isNext = after === null ? pulled.after === null : pulled.after !== null && sameStamp(after, pulled.after);
  if (!isNext || !V.covers(V.join(server.vv, base), asked)) return 'other';
  return pulled.after === null && pulled.upTo === null ? 'last' : 'part';
};

/** The transfers without that from a server; what waits for nothing is thrown away. */
const withoutTransfer = (server: Server, from: NodeId): Server => {
  if (transferFrom(server, from) === undefined) return server;
  const transfers = server.transfers.filter((x) => serverOf(x.from) !== from);
  return serverWith(server, { transfers, waiting: transfers.length === 0 ? [] : server.waiting });
};

/** An answer of no use: where another replica gave it, its parts begin anew. */
export const receiveOther = (server: Server, { from }: Pulled): Server =>
  transferFrom(server, serverOf(from))?.from === from ? server : withoutTransfer(server, serverOf(from));

/**
 * A part: its writes wait, and nothing that can be seen changes. Why the base may become the vector of the *first* part's instant: a
 * write that the answerer had then is in a part, or was superseded there by a later one, which no part has passed (R4's order); so
 * when the parts have passed all stamps, that one is there. A vector of a later part would claim writes with stamps that were passed already.
 */
export const receivePart = (server: Server, { from, after, writes, upTo, vv }: Pulled): Server => {
  const before = server.transfers.find((x) => x.from === from);
  const goal = after === null || before === undefined ? vv : before.goal;
  const transfer: Transfer =
    upTo === null ? { from, base: goal, goal, after: null } : { from, base: before?.base ?? V.none, goal, after: upTo };
  return serverWith(server, {
    waiting: L.add(
      server.waiting,
      writes.filter((w) => !V.has(server.vv, w)),
    ),
    transfers: [...server.transfers.filter((x) => serverOf(x.from) !== serverOf(from)), transfer].sort((a, b) =>
      replicaOrd.compare(a.from, b.from),
    ),
  });
};

/** The last part: {@link receive}, and the transfer is over. */
export const receiveLast =
  (rules: Rules) =>
  (server: Server, pulled: Pulled, whole = withArrived(server, pulled)): Server =>
    withoutTransfer(receive(rules)(server, pulled, whole), serverOf(pulled.from));

/** V2, first half: the answerer has read its log, and will read its vector later. */
export const readLogOnly = (server: Server, pull: Pull): Server =>
  serverWith(server, {
    midway: { type: 'torn', to: pull.puller, writes: L.lackedBy(server.log, pull.vv) },
  });

/** V2, second half: the writes of then with the vector of now. */
export const finishAnswer = (server: Server, writes: L.Log): readonly [Server, Pulled] => [
  serverWith(server, { midway: null }),
  { ...answerPull(server, pullRequest(server)), writes },
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

/**
 * Anti-entropy (R9): what a replica asks another, what it answers, what it makes of an answer, whole or in parts. The variants are marked.
 *
 * @module
 * @category The protocol
 */
import { serverOf, type NodeId } from '../../core/ids.js';
import type { Pull, Pulled as Message } from '../../core/messages.js';
import type { Transfer } from '../../core/write.js';
import { isOlder, replicaOrd, sameStamp, stampOf } from './order.js';
import type { Rules } from './rules.js';
import { pruned, serverWith, type Server } from './server.js';
import * as V from './vector.js';
import * as L from './write-log.js';

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

/** The contents of an answer to a pull, without its sender. */
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

/**
 * Anti-entropy (R9): the puller's request, the answerer's answer, and the puller's receipt of an answer, whole or in parts. The variants are
 * marked.
 *
 * @module
 * @category The protocol
 */
import { serverOf, type NodeId } from '../../core/ids.js';
import type { Pull, PulledAnswer as Message } from '../../core/messages.js';
import type { Transfer } from '../../core/write.js';
import { isOlder, replicaOrd, sameStamp, stampOf } from './order.js';
import type { Rules } from './rules.js';
import { pruned, serverWith, type Server } from './server.js';
import * as V from './vector.js';
import * as L from './write-log.js';

/** How many writes an answer may carry; `unbounded`: any number. */
export type PartWrites = number | 'unbounded';

/** The server's transfer from the server `from`, whichever replica of `from` answers. */
const transferFrom = (server: Server, from: NodeId): Transfer | undefined =>
  server.transfers.find((x) => serverOf(x.from) === from);

/** The puller's request to the server `from`. If parts of an answer came before, it asks for the next part. */
export const pullRequest = (server: Server, from?: NodeId): Pull => {
  const transfer = from === undefined ? undefined : transferFrom(server, from);
  return {
    type: 'pull',
    puller: server.replica,
    vv: transfer === undefined ? server.vv : V.join(server.vv, transfer.base),
    after: transfer?.after ?? null,
  };
};

/** The answer to a pull. Its writes are those of the model, which name their session. */
export type AnswerToPull = Omit<Message, 'writes'> & { readonly writes: L.Log };

/** The contents of an answer to a pull, without its sender. */
export type PullContents = Pick<AnswerToPull, 'writes' | 'vv' | 'clock'>;

/** The answer for a puller with the vector `vv`, taken at one instant: the writes that the puller lacks, and the server's vector and accept time. */
export const answerFor = (server: Server, vv: V.Vector): PullContents => ({
  writes: L.lackedBy(server.log, vv),
  vv: server.vv,
  clock: server.clock,
});

/** The answer as a message. It carries the first `most` writes that the puller lacks and that are later than the request's `after`. */
export const answerPull = (server: Server, pull: Pull, most: PartWrites = 'unbounded'): AnswerToPull => {
  const { after } = pull;
  const whole = answerFor(server, pull.vv);
  const lacked = after === null ? whole.writes : whole.writes.filter((w) => isOlder(after, w));
  const writes = most === 'unbounded' ? lacked : lacked.slice(0, most);
  const last = writes.at(-1);
  const upTo = last === undefined || writes.length === lacked.length ? null : stampOf(last);
  return { type: 'pulled', from: server.replica, ...whole, after, writes, upTo };
};

/**
 * R9: the puller adds the writes, prunes, and takes the maxima. V5: the accept time is not raised. `whole` is the puller's log with the
 * writes added; a caller that has it already passes it.
 */
export const receive =
  (rules: Rules) =>
  (server: Server, answer: PullContents, whole = withArrived(server, answer)): Server => {
    const claimed = claim(rules, server, answer);
    const log = pruned(rules, server, whole);
    return log === server.log ? claimed : serverWith(claimed, { log });
  };

/** The server's log with the answer's writes, and with the waiting writes that the answer's vector claims. */
export const withArrived = (server: Server, { writes, vv }: PullContents): L.Log => {
  const arrived = L.add(server.log, writes);
  return server.waiting.length === 0
    ? arrived
    : L.add(
        arrived,
        server.waiting.filter((w) => V.has(vv, w)),
      );
};

/** The half of {@link receive} that takes the maxima. A waiting write that the new vector claims waits no longer. */
const claim = (rules: Rules, server: Server, answer: PullContents): Server => {
  const clock = rules.variant === 'V5' ? server.clock : Math.max(server.clock, answer.clock);
  const vv = V.join(server.vv, answer.vv);
  if (clock === server.clock && vv === server.vv) return server;
  return serverWith(server, { clock, vv, waiting: server.waiting.filter((w) => !V.has(vv, w)) });
};

// --- pulls in parts (R9) ---------------------------------------------------------------------------------------------------

/**
 * How the puller takes an answer to a request that asked with the vector `asked`. `other`: the answer is of no use. It is not the part that
 * comes next from the replica that gave it, or the puller does not cover `asked` any more. `part`: the writes of the answer wait. `last`:
 * the puller takes the answer in as that of a whole pull, since the puller then has all that the answerer had when it answered.
 */
export const kindOf = (server: Server, asked: V.Vector, pulled: AnswerToPull): 'other' | 'part' | 'last' => {
  const { after, base } = server.transfers.find((x) => x.from === pulled.from) ?? { after: null, base: V.none };
  const isNext = after === null ? pulled.after === null : pulled.after !== null && sameStamp(after, pulled.after);
  if (!isNext || !V.covers(V.join(server.vv, base), asked)) return 'other';
  return pulled.after === null && pulled.upTo === null ? 'last' : 'part';
};

/** The server without its transfer from the server `from`. If no transfer is left, the waiting writes are thrown away. */
const withoutTransfer = (server: Server, from: NodeId): Server => {
  if (transferFrom(server, from) === undefined) return server;
  const transfers = server.transfers.filter((x) => serverOf(x.from) !== from);
  return serverWith(server, { transfers, waiting: transfers.length === 0 ? [] : server.waiting });
};

/** The server after an answer of no use. If another replica gave the answer than the one of the transfer, the transfer is thrown away. */
export const receiveOther = (server: Server, { from }: AnswerToPull): Server =>
  transferFrom(server, serverOf(from))?.from === from ? server : withoutTransfer(server, serverOf(from));

/**
 * The server after a part: the writes of the part wait, and neither log nor vector changes. When the parts have passed all stamps, the base
 * becomes `goal`, the answerer's vector when it sent the *first* part. The puller then has all that `goal` claims: each such write is in a
 * part, or a later write superseded it at the answerer before its turn, and the later write is in a part that comes later (R4's order). The
 * vector of a later part would claim too much: writes that the answerer got meanwhile, with stamps that the parts had passed.
 */
export const receivePart = (server: Server, { from, after, writes, upTo, vv }: AnswerToPull): Server => {
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

/** The server after a `last` answer: {@link receive}, and the transfer is over. */
export const receiveLast =
  (rules: Rules) =>
  (server: Server, pulled: AnswerToPull, whole = withArrived(server, pulled)): Server =>
    withoutTransfer(receive(rules)(server, pulled, whole), serverOf(pulled.from));

/** V2, first half: the answerer reads its log now, and its vector later. */
export const readLogOnly = (server: Server, pull: Pull): Server =>
  serverWith(server, {
    midway: { type: 'torn', to: pull.puller, writes: L.lackedBy(server.log, pull.vv) },
  });

/** V2, second half: the answer has the writes that were read before and the vector that the server has now. */
export const finishAnswer = (server: Server, writes: L.Log): readonly [Server, AnswerToPull] => [
  serverWith(server, { midway: null }),
  { ...answerPull(server, pullRequest(server)), writes },
];

/** V8, first half: the puller takes the answer's vector, and does not have its writes yet. */
export const claimFirst =
  (rules: Rules) =>
  (server: Server, answer: PullContents): Server =>
    serverWith(claim(rules, server, answer), { midway: { type: 'eager', writes: answer.writes } });

/** V8, second half: the puller adds the writes. A kill between the halves loses them. */
export const addLate =
  (rules: Rules) =>
  (server: Server, writes: L.Log): Server =>
    serverWith(server, {
      log: pruned(rules, server, L.add(server.log, writes)),
      midway: null,
    });

/**
 * The network: partitions made by links (contract, section 5), and messages in flight at the finer grain (section 7, R9).
 *
 * @module
 * @category The protocol
 */
import type { NodeId, ReplicaId } from '../../core/ids.js';
import type { Stamp } from '../../core/write.js';
import { sessionText } from './put-identity.js';
import type { AnswerToPull } from './pulls.js';
import * as V from './vector.js';

// --- links and partitions --------------------------------------------------------------------------------------------------

/** A link between two servers, the smaller id first. */
export type Pair = readonly [NodeId, NodeId];

/** The pair of two servers. */
export const pair = (a: NodeId, b: NodeId): Pair => (a < b ? [a, b] : [b, a]);

/** Every pair of the first `n` servers. */
export const allPairs = (n: number): ReadonlyArray<Pair> =>
  Array.from({ length: n }, (_, a) => Array.from({ length: n - a - 1 }, (_, i): Pair => [a, a + 1 + i])).flat();

/** Groups the servers that reach each other over links. The ids of a group ascend; the groups ascend by their least id. */
export const partitions = (servers: ReadonlyArray<NodeId>, links: ReadonlyArray<Pair>): ReadonlyArray<ReadonlyArray<NodeId>> =>
  links
    .filter(([a, b]) => servers.includes(a) && servers.includes(b))
    .reduce<ReadonlyArray<ReadonlyArray<NodeId>>>(
      (groups, [a, b]) => merge(groups, a, b),
      servers.map((s) => [s]),
    );

const merge = (groups: ReadonlyArray<ReadonlyArray<NodeId>>, a: NodeId, b: NodeId): ReadonlyArray<ReadonlyArray<NodeId>> => {
  const joined = groups.filter((g) => g.includes(a) || g.includes(b));
  return [...groups.filter((g) => !joined.includes(g)), joined.flat().sort((x, y) => x - y)].sort(
    (g, h) => (g[0] ?? 0) - (h[0] ?? 0),
  );
};

// --- messages in flight ----------------------------------------------------------------------------------------------------

/** A message of a three-step pull (R9), between two servers. `replica` is the puller's replica that asked; its next replica must not take it (R7). */
export type Message =
  | {
      readonly type: 'request';
      readonly puller: NodeId;
      readonly answerer: NodeId;
      readonly replica: ReplicaId;
      readonly vv: V.Vector;
      readonly after: Stamp | null;
    }
  | {
      readonly type: 'answer';
      readonly puller: NodeId;
      readonly answerer: NodeId;
      readonly replica: ReplicaId;
      readonly pulled: AnswerToPull;
      /** The vector of the request. It is empty where answers never come in parts: nothing looks at it there. */
      readonly asked: V.Vector;
    };

/** The messages in flight, as a sorted bag: equal bags are equal values, and messages may arrive in any order. */
export type Net = ReadonlyArray<Message>;

/** A message as text. Two messages are the same if their texts are the same. */
export const textOf = (m: Message): string =>
  m.type === 'request'
    ? `${m.replica}?${m.answerer}[${V.show(m.vv)}]${part(m.after, null)}`
    : `${m.replica}!${m.answerer}[${V.show(m.pulled.vv)}]@${m.pulled.clock}${m.pulled.writes
        .map((w) => `;${w.t},${w.r},${sessionText(w.client, w.session)},${w.clientTime},${w.key}`)
        .join('')}${part(m.pulled.after, m.pulled.upTo)}${m.asked.length === 0 ? '' : `[${V.show(m.asked)}]`}`;

/** The part that a message asks for or carries, as text; empty where the message is about the whole answer. */
const part = (after: Stamp | null, upTo: Stamp | null): string => {
  const text = (stamp: Stamp | null): string => (stamp === null ? '' : `${stamp.t}@${stamp.r}`);
  return after === null && upTo === null ? '' : `(${text(after)}..${text(upTo)})`;
};

/** The bag with one more message. */
export const send = (net: Net, message: Message): Net =>
  [...net, message].sort((a, b) => {
    const [x, y] = [textOf(a), textOf(b)];
    return x < y ? -1 : x > y ? 1 : 0;
  });

/** The bag without one copy of a message. */
export const take = (net: Net, message: Message): Net => {
  const i = net.indexOf(message);
  return i < 0 ? net : [...net.slice(0, i), ...net.slice(i + 1)];
};

/** The messages of a bag without their copies. */
export const distinct = (net: Net): Net => net.filter((m, i) => i === 0 || textOf(m) !== textOf(net[i - 1] ?? m));

/** Is a pull of this puller from this answerer under way? */
export const isBusy = (net: Net, puller: NodeId, answerer: NodeId): boolean =>
  net.some((m) => m.puller === puller && m.answerer === answerer);

/** The bag after a connection of two servers breaks: without the messages on it. */
export const withoutLink = (net: Net, [a, b]: Pair): Net =>
  net.filter((m) => !((m.puller === a && m.answerer === b) || (m.puller === b && m.answerer === a)));

/** The bag after a server is killed: without the messages on its connections. */
export const withoutServer = (net: Net, server: NodeId): Net => net.filter((m) => m.puller !== server && m.answerer !== server);

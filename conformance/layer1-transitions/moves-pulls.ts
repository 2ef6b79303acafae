/** The moves of anti-entropy (R9): a pull as one step, or as request, answer and receipt. */
import type { NodeId } from '#bayou/core/ids.js';
import { step } from '#bayou/impl/replica.js';
import { requestFor } from '#bayou/impl/merge-pulled.js';
import { covers, vectorOfEntries } from '#bayou/impl/vector.js';
import { textOf } from '#bayou/model/protocol/network.js';
import { pullFrom, takeIn } from './one-server.js';
import {
  sendInFlight,
  sentMessage,
  serverIdOf,
  type MessageInFlight,
  type NetPart,
  type ServerPart,
} from './implementation-parts.js';
import type { Move, MoveSettings } from './move.js';

export const pull =
  (settings: MoveSettings): Move =>
  ([puller, answerer, ...links]) => ({
    parts: [pullFrom(settings, puller as ServerPart, answerer as ServerPart), answerer, ...links],
  });

export const request: Move = ([puller, answerer, net, ...links]) => {
  const { replica } = puller as ServerPart;
  const sent: MessageInFlight = {
    type: 'request',
    puller: serverIdOf(puller as ServerPart),
    answerer: serverIdOf(answerer as ServerPart),
    pull: requestFor(replica, serverIdOf(answerer as ServerPart)),
  };
  return { parts: [puller, answerer, sendInFlight(net as NetPart, sent), ...links] };
};

/** The different messages that fit, in the model's order: the k-th belongs to the model's outcome k. */
const fitting = (net: NetPart, fits: (m: MessageInFlight) => boolean): ReadonlyArray<MessageInFlight> => {
  const texts = net.map((m) => textOf(sentMessage(m)));
  return net.filter((m, i) => fits(m) && texts.indexOf(texts[i]!) === i);
};

const without = (net: NetPart, message: MessageInFlight): NetPart => {
  const i = net.indexOf(message);
  return [...net.slice(0, i), ...net.slice(i + 1)];
};

/** The model sends no answer that would change nothing, unless answers are parts. Where the model sends none, the implementation's answer must carry no writes; it is then dropped. */
export const answer =
  (settings: MoveSettings, puller: NodeId, answerer: NodeId): Move =>
  ([server, net], which) => {
    const part = server as ServerPart;
    const m = fitting(net as NetPart, (x) => x.type === 'request' && x.puller === puller && x.answerer === answerer)[which];
    if (m?.type !== 'request') return { parts: [server, net], wrong: 'there is no such request' };
    const rest = without(net as NetPart, m);
    const pulled = step<'pull'>(part.replica, m.pull).answer;
    if (settings.replicaOptions.part === undefined && covers(vectorOfEntries(m.pull.vv), pulled.vv)) {
      const idle = pulled.writes.length === 0 ? {} : { wrong: 'an answer without news carries writes' };
      return { parts: [server, rest], saw: 'nothing new', ...idle };
    }
    return {
      parts: [
        server,
        sendInFlight(rest, {
          type: 'answer',
          puller,
          answerer,
          to: m.pull.puller,
          asked: settings.replicaOptions.part === undefined ? [] : m.pull.vv,
          pulled,
        }),
      ],
    };
  };

export const receipt =
  (settings: MoveSettings, puller: NodeId, answerer: NodeId): Move =>
  ([server, net], which) => {
    const part = server as ServerPart;
    const m = fitting(net as NetPart, (x) => x.type === 'answer' && x.puller === puller && x.answerer === answerer)[which];
    if (m?.type !== 'answer') return { parts: [server, net], wrong: 'there is no such answer' };
    const rest = without(net as NetPart, m);
    // The connection ends with the process, so an answer reaches the replica that asked or nobody.
    if (m.to !== part.replica.id) return { parts: [server, rest], saw: 'for a former replica' };
    const [after, saw] = takeIn(settings, part, m.asked, m.pulled);
    return { parts: [after, rest], ...(saw !== undefined && { saw }) };
  };

export const lose: Move = ([net, ...budget], which) => {
  const m = fitting(net as NetPart, () => true)[which]!;
  return { parts: [without(net as NetPart, m), ...budget], saw: textOf(sentMessage(m)) };
};

export const duplicate: Move = ([net, ...budget], which) => {
  const m = fitting(net as NetPart, () => true)[which]!;
  return { parts: [sendInFlight(net as NetPart, m), ...budget], saw: textOf(sentMessage(m)) };
};

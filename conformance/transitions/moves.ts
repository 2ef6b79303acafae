/**
 * The implementation's step for each of the model's. A move takes the parts of the slots that the model's interaction looks at, in
 * the same order, and gives the parts after it, with what a user would have seen (`saw`, in the words of the model's notes).
 *
 * A put that is refused (ERR_DEP) uses up a client time in the implementation and none in the model, where it changes nothing at
 * all. R3's count is there to tell puts apart, so its gaps mean nothing; the move checks that nothing else has changed and goes on from
 * the state before.
 */
import type { Bytes } from '#bayou/core/bytes.js';
import { incarnationOf, replicaId, type NodeId } from '#bayou/core/ids.js';
import type { GetAnswer, Put, PutAnswer } from '#bayou/core/messages.js';
import {
  beginGet,
  beginPut,
  inOrder,
  nextGet,
  nextPut,
  type GetAttempt,
  type PutAttempt,
  type Turn,
} from '#bayou/impl/attempt.js';
import { createReplica, step } from '#bayou/impl/replica.js';
import { requestFor } from '#bayou/impl/taking-in.js';
import { gotAnswer, putAnswered, startGet, startPut, token } from '#bayou/impl/session.js';
import { covers, vectorOfEntries } from '#bayou/impl/vector.js';
import { valueOf } from '#bayou/model/protocol/identity.js';
import { textOf } from '#bayou/model/protocol/network.js';
import { putArrives, putDelayed } from './late.js';
import { getAt, pullFrom, putAt, takeIn } from './one-server.js';
import { copyLog, putBack, startAnew, startFromToken, takeToken } from './again.js';
import {
  copySession,
  messageOf,
  openDisk,
  sendFlying,
  serverIdOf,
  type ClientPart,
  type Flying,
  type Making,
  type NetPart,
  type ServerPart,
} from './parts.js';
import type { Move, Moved, Parts, Ways } from './move.js';
import { probe } from './probe.js';

// --- clients that roam -----------------------------------------------------------------------------------------------------

const sessionFor = (ways: Ways, part: ClientPart): ClientPart['session'] =>
  ways.copies ? copySession(part.session, ways.sessionKeys) : part.session;

const nextValue = ({ session }: ClientPart): Bytes => valueOf(session.client, session.clientTime + 1, session.number);

/** A refused put has changed nothing but the count of puts. */
const onlyCounted = (before: ClientPart['session'], after: ClientPart['session']): string | undefined => {
  const isSame = JSON.stringify(token(before)) === JSON.stringify(token(after)) && before.clientTime === after.clientTime - 1;
  return isSame ? undefined : 'a refused put has changed the session';
};

const put =
  (ways: Ways, key: Bytes): Move =>
  ([client, server, puts]) => {
    const before = client as ClientPart;
    const session = copySession(before.session, ways.sessionKeys);
    const request = startPut(session, key, nextValue(before));
    const [after, answer] = putAt(ways, server as ServerPart, request);
    if (answer.type === 'behind') {
      const wrong = onlyCounted(before.session, session);
      return { parts: [client, server, puts], saw: 'ERR_DEP', ...(wrong !== undefined && { wrong }) };
    }
    if (answer.type === 'refused') return { parts: [client, server, puts], wrong: `the put was refused: ${answer.reason}` };
    putAnswered(session, request, answer);
    return { parts: [{ ...before, session }, after, puts], ...probed(ways, after, request) };
  };

/** How many puts are passed over for each after which the replica is asked what the model has no step for. */
const PROBE_EVERY = 101;

/** What a probe found wrong after a put, if it was the turn of one. */
const probed = (ways: Ways, { replica }: ServerPart, accepted: Put): Pick<Moved, 'wrong'> => {
  const wrong = ways.probes.puts++ % PROBE_EVERY === 0 ? probe(replica, accepted) : undefined;
  return wrong === undefined ? {} : { wrong };
};

const seenOf = (key: Bytes, answer: GetAnswer): string => {
  switch (answer.type) {
    case 'found':
      return `${key}:${answer.value}`;
    case 'missing':
      return `${key}:ERR_KEY`;
    case 'behind':
      return `${key}:ERR_DEP`;
  }
};

const get =
  (ways: Ways, key: Bytes): Move =>
  ([client, server]) => {
    const part = client as ClientPart;
    const session = sessionFor(ways, part);
    const request = startGet(session, key);
    const answer = getAt(server as ServerPart, request);
    gotAnswer(session, request, answer);
    return { parts: [{ ...part, session }, server], saw: seenOf(key, answer) };
  };

/** Way 0: the put is lost; way 1: it arrives, and the answer is lost. */
const putUnanswered =
  (ways: Ways, key: Bytes): Move =>
  ([client, server, puts, lost], way) => {
    const part = client as ClientPart;
    const session = sessionFor(ways, part);
    const pending = { ...startPut(session, key, nextValue(part)), replica: (server as ServerPart).replica.id };
    const silent = { ...part, session, pending };
    if (way === 0) return { parts: [silent, server, puts, lost], saw: 'the put is lost' };
    const [after, answer] = putAt(ways, server as ServerPart, pending);
    if (answer.type !== 'accepted') return { parts: [silent, server, puts, lost], wrong: `the put came to '${answer.type}'` };
    return { parts: [silent, after, puts, lost], saw: 'the answer is lost' };
  };

const repeatPut =
  (ways: Ways): Move =>
  ([client, server, puts]) => {
    const part = client as ClientPart;
    const { pending } = part;
    if (pending === undefined) return { parts: [client, server, puts], wrong: 'there is no put to repeat' };
    const [after, answer] = putAt(ways, server as ServerPart, pending);
    if (answer.type === 'behind') return { parts: [client, server, puts], saw: 'ERR_DEP' };
    if (answer.type === 'refused') return { parts: [client, server, puts], saw: answer.reason };
    const session = sessionFor(ways, part);
    putAnswered(session, pending, answer);
    return { parts: [{ ...part, session, pending: undefined }, after, puts] };
  };

const giveUp: Move = ([client]) => ({ parts: [{ ...(client as ClientPart), pending: undefined }] });

// --- clients with links (R13 to R15) ---------------------------------------------------------------------------------------

/** Runs an attempt to its end: dead servers cannot be reached, live ones answer. */
const attempt = <T, A extends { readonly type: string }, R>(
  first: Turn<T, R>,
  next: (a: T, event: { readonly type: 'unreachable' } | { readonly type: 'answered'; readonly answer: A }) => Turn<T, R>,
  ask: (server: NodeId) => A | undefined,
): { readonly result: R; readonly answeredBy: NodeId | undefined } => {
  let answeredBy: NodeId | undefined;
  let turn = first;
  while (turn.effect.type === 'ask') {
    const { server } = turn.effect;
    const answer = ask(server);
    if (answer !== undefined && answer.type !== 'behind') answeredBy = server;
    turn = next(turn.attempt, answer === undefined ? { type: 'unreachable' } : { type: 'answered', answer });
  }
  return { result: turn.effect.result, answeredBy };
};

const putInOrder =
  (ways: Ways, key: Bytes): Move =>
  ([client, puts, ...servers]) => {
    const before = client as ClientPart;
    const session = copySession(before.session, ways.sessionKeys);
    const request = startPut(session, key, nextValue(before));
    const after = [...(servers as ReadonlyArray<ServerPart>)];
    const { result, answeredBy } = attempt<PutAttempt, PutAnswer, { readonly type: string }>(
      beginPut(inOrder(before.connected, before.answeredLast)),
      nextPut,
      (id) => {
        const at = after.findIndex((s) => serverIdOf(s) === id);
        if (!after[at]!.up) return undefined;
        const [part, answer] = putAt(ways, after[at]!, request);
        if (answer.type === 'refused') throw new Error(`a put of a bounded configuration was refused: ${answer.reason}`);
        after[at] = part;
        if (answer.type === 'accepted') putAnswered(session, request, answer);
        return answer;
      },
    );
    if (result.type === 'accepted')
      return {
        parts: [{ ...before, session, answeredLast: answeredBy }, puts, ...after],
        saw: `at s${answeredBy ?? ''}`,
      };
    const wrong = onlyCounted(before.session, session);
    return { parts: [client, puts, ...servers], saw: result.type, ...(wrong !== undefined && { wrong }) };
  };

const getInOrder =
  (ways: Ways, key: Bytes): Move =>
  ([client, ...servers]) => {
    const part = client as ClientPart;
    const session = sessionFor(ways, part);
    const request = startGet(session, key);
    const { result, answeredBy } = attempt<GetAttempt, GetAnswer, { readonly type: string; readonly value?: string }>(
      beginGet(inOrder(part.connected, part.answeredLast)),
      nextGet,
      (id) => {
        const server = (servers as ReadonlyArray<ServerPart>).find((s) => serverIdOf(s) === id)!;
        if (!server.up) return undefined;
        const answer = getAt(server, request);
        gotAnswer(session, request, answer);
        return answer;
      },
    );
    const where = answeredBy === undefined ? '' : ` at s${answeredBy}`;
    return {
      parts: [{ ...part, session, answeredLast: answeredBy ?? part.answeredLast }, ...servers],
      saw: `${key}:${result.type === 'value' ? (result.value ?? '') : result.type}${where}`,
    };
  };

const changeClientLink =
  (server: NodeId, made: boolean): Move =>
  ([client, spent]) => {
    const part = client as ClientPart;
    const connected = made ? [...part.connected, server] : part.connected.filter((s) => s !== server);
    const answeredLast = !made && part.answeredLast === server ? undefined : part.answeredLast;
    return { parts: [{ ...part, connected, answeredLast }, spent] };
  };

// --- anti-entropy (R9) -----------------------------------------------------------------------------------------------------

const pull =
  (ways: Ways): Move =>
  ([puller, answerer, ...links]) => ({
    parts: [pullFrom(ways, puller as ServerPart, answerer as ServerPart), answerer, ...links],
  });

const request: Move = ([puller, answerer, net, ...links]) => {
  const { replica } = puller as ServerPart;
  const sent: Flying = {
    type: 'request',
    puller: serverIdOf(puller as ServerPart),
    answerer: serverIdOf(answerer as ServerPart),
    pull: requestFor(replica, serverIdOf(answerer as ServerPart)),
  };
  return { parts: [puller, answerer, sendFlying(net as NetPart, sent), ...links] };
};

/** The different messages that fit, in the model's order: the k-th is the model's way k. */
const fitting = (net: NetPart, fits: (m: Flying) => boolean): ReadonlyArray<Flying> => {
  const texts = net.map((m) => textOf(messageOf(m)));
  return net.filter((m, i) => fits(m) && texts.indexOf(texts[i]!) === i);
};

const without = (net: NetPart, message: Flying): NetPart => {
  const i = net.indexOf(message);
  return [...net.slice(0, i), ...net.slice(i + 1)];
};

/** The model spares an answer that would change nothing, unless answers are parts; the implementation's is looked at, and dropped. */
const answer =
  (ways: Ways, puller: NodeId, answerer: NodeId): Move =>
  ([server, net], way) => {
    const part = server as ServerPart;
    const m = fitting(net as NetPart, (x) => x.type === 'request' && x.puller === puller && x.answerer === answerer)[way];
    if (m?.type !== 'request') return { parts: [server, net], wrong: 'there is no such request' };
    const rest = without(net as NetPart, m);
    const pulled = step<'pull'>(part.replica, m.pull).answer;
    if (ways.making.part === undefined && covers(vectorOfEntries(m.pull.vv), pulled.vv)) {
      const idle = pulled.writes.length === 0 ? {} : { wrong: 'an answer without news carries writes' };
      return { parts: [server, rest], saw: 'nothing new', ...idle };
    }
    return {
      parts: [
        server,
        sendFlying(rest, {
          type: 'answer',
          puller,
          answerer,
          to: m.pull.puller,
          asked: ways.making.part === undefined ? [] : m.pull.vv,
          pulled,
        }),
      ],
    };
  };

const receipt =
  (ways: Ways, puller: NodeId, answerer: NodeId): Move =>
  ([server, net], way) => {
    const part = server as ServerPart;
    const m = fitting(net as NetPart, (x) => x.type === 'answer' && x.puller === puller && x.answerer === answerer)[way];
    if (m?.type !== 'answer') return { parts: [server, net], wrong: 'there is no such answer' };
    const rest = without(net as NetPart, m);
    // The connection ends with the process, so an answer reaches the replica that asked or nobody.
    if (m.to !== part.replica.id) return { parts: [server, rest], saw: 'for a former replica' };
    const [after, saw] = takeIn(ways, part, m.asked, m.pulled);
    return { parts: [after, rest], ...(saw !== undefined && { saw }) };
  };

const lose: Move = ([net, ...spent], way) => {
  const m = fitting(net as NetPart, () => true)[way]!;
  return { parts: [without(net as NetPart, m), ...spent], saw: textOf(messageOf(m)) };
};

const duplicate: Move = ([net, ...spent], way) => {
  const m = fitting(net as NetPart, () => true)[way]!;
  return { parts: [sendFlying(net as NetPart, m), ...spent], saw: textOf(messageOf(m)) };
};

// --- links, kills, restarts, stabilize -------------------------------------------------------------------------------------

/** A link that was there is broken, and what was on it is gone; the model's note says which it is. */
const changeLink =
  (a: NodeId, b: NodeId, isUp: (link: unknown) => boolean): Move =>
  ([link, spent, ...net]) => ({
    parts: [
      link,
      spent,
      ...net.map((n) =>
        isUp(link)
          ? (n as NetPart).filter((m) => !((m.puller === a && m.answerer === b) || (m.puller === b && m.answerer === a)))
          : n,
      ),
    ],
  });

/** The process is gone; what is left is what its log holds. */
const kill =
  (making: Making): Move =>
  async ([server, spent, ...net]) => {
    const part = server as ServerPart;
    const id = serverIdOf(part);
    const left = await reopened(part, making);
    return {
      parts: [
        { ...left, up: false },
        spent,
        ...net.map((n) => (n as NetPart).filter((m) => m.puller !== id && m.answerer !== id)),
      ],
    };
  };

const reopened = async (part: ServerPart, making: Making): Promise<ServerPart> => ({
  ...part,
  ...(await openDisk(part, making)),
});

const restart =
  (making: Making): Move =>
  async ([server]) => ({ parts: [{ ...(await reopened(server as ServerPart, making)), up: true }] });

const restartBlank =
  (making: Making): Move =>
  ([server, spent]) => {
    const { id } = (server as ServerPart).replica;
    const replica = createReplica(replicaId(serverIdOf(server as ServerPart), incarnationOf(id) + 1), making);
    return { parts: [{ up: true, replica, seen: [], disk: undefined } satisfies ServerPart, spent] };
  };

/** Rounds of pulls over the links that are up, until nothing changes, as the master has them done. */
const stabilize =
  (ways: Ways, servers: number, linked: (links: Parts) => ReadonlyArray<readonly [NodeId, NodeId]>): Move =>
  (parts) => {
    const now = [...(parts.slice(0, servers) as ReadonlyArray<ServerPart>)];
    const links = parts.slice(servers);
    for (let changed = true; changed;) {
      changed = false;
      for (const [a, b] of linked(links).flatMap(([x, y]) => [[x, y] as const, [y, x] as const])) {
        if (!now[a]!.up || !now[b]!.up) continue;
        const after = pullFrom({ ...ways, copies: true }, now[a]!, now[b]!);
        changed ||= after.disk !== now[a]!.disk;
        now[a] = after;
      }
    }
    return { parts: [...now, ...links] };
  };

// --- all of them -----------------------------------------------------------------------------------------------------------

/** What the model says of the links, which the implementation's replicas know nothing of. */
export interface LinkView {
  readonly isUp: (link: unknown) => boolean;
  readonly linked: (links: Parts) => ReadonlyArray<readonly [NodeId, NodeId]>;
  readonly servers: number;
  readonly roaming: boolean;
}

const idOf = (name: string | number | undefined): NodeId => Number(String(name).slice(1));

/** The move of an interaction, by its label. */
export const moveOf = (family: string, args: ReadonlyArray<string | number>, ways: Ways, links: LinkView): Move => {
  const [first, second] = args;
  const key = String(args.at(-1));
  switch (family) {
    case 'Put':
      return links.roaming ? put(ways, key) : putInOrder(ways, key);
    case 'Get':
      return links.roaming ? get(ways, key) : getInOrder(ways, key);
    case 'PutUnanswered':
      return putUnanswered(ways, key);
    case 'PutDelayed':
      return putDelayed(ways, key);
    case 'PutArrives':
      return putArrives(ways);
    case 'RepeatPut':
      return repeatPut(ways);
    case 'GiveUp':
      return giveUp;
    case 'TakeToken':
      return takeToken;
    case 'StartSession':
      return key === 'anew' ? startAnew(ways.sessionKeys) : startFromToken(ways.sessionKeys);
    case 'Copy':
      return copyLog(idOf(first));
    case 'PutBack':
      return putBack(ways.making, idOf(first));
    case 'BreakLink':
    case 'MakeLink':
      return changeClientLink(idOf(second), family === 'MakeLink');
    case 'Pull':
      return pull(ways);
    case 'Request':
      return request;
    case 'Answer':
      return answer(ways, idOf(second), idOf(first));
    case 'Receipt':
      return receipt(ways, idOf(first), idOf(second));
    case 'Lose':
      return lose;
    case 'Duplicate':
      return duplicate;
    case 'ChangeLink': {
      const [a, b] = String(first).split('-').map(idOf);
      return changeLink(a!, b!, links.isUp);
    }
    case 'Kill':
      return kill(ways.making);
    case 'Restart':
      return restart(ways.making);
    case 'RestartBlank':
      return restartBlank(ways.making);
    case 'Stabilize':
      return stabilize(ways, links.servers, links.linked);
    default:
      throw new Error(`the implementation has no move for the model's ${family}`);
  }
};

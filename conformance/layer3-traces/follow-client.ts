/* eslint-disable max-lines -- the followers of a client's events share one scene, so they stand in one file. */
/** Follows a client's process: each of its events is a step of the model's session. */
import type { NodeId } from '#bayou/core/ids.js';
import type { Get, Put } from '#bayou/core/messages.js';
import type { EventOf, TraceEvent } from '#bayou/core/trace.js';
import type { GivenAnswer } from './ledger.js';
import { reject, RejectedEvent, showStamp, Undecidable } from './rejection.js';
import { linkName } from '../common/topology-of-script.js';
import { type CommandedOperation, commandsOf, mayRun, type Scene, seen } from './run-scene.js';
import { FollowedSession, type SessionOperation } from './followed-session.js';
import type { FollowedProcess } from './timeline.js';

/** Follows an event of a client's process. */
export const followClient = (scene: Scene, process: FollowedProcess, event: TraceEvent): void => {
  switch (event.type) {
    case 'session':
      sessionBegins(scene, event);
      return;
    case 'asked':
      asked(scene, process, sessionOf(scene, process, event), event);
      return;
    case 'putDone':
      putDone(scene, process, sessionOf(scene, process, event), event);
      return;
    case 'getDone':
      getDone(scene, process, sessionOf(scene, process, event), event);
      return;
    default:
      reject(event, 'trace', `a client does not write down '${event.type}'`);
  }
};

/** R11a: no earlier session, of this run or of an earlier run on the same folder, had this session number. */
const sessionBegins = (scene: Scene, event: EventOf<'session'>): void => {
  const { client, session, guarantees } = event;
  if (scene.sessions.has(client)) reject(event, 'R3', `client ${client} has a session already`);
  const name = `${client} ${session}`;
  if (scene.sessionNames.has(name)) reject(event, 'R11a', `the session number ${session} was client ${client}'s before`);
  scene.sessionNames.add(name);
  scene.sessions.set(client, new FollowedSession(client, session, guarantees, scene.variant));
};

const sessionOf = (scene: Scene, process: FollowedProcess, event: TraceEvent): FollowedSession =>
  scene.sessions.get(process.who.id) ?? reject(event, 'trace', 'the session has not begun');

// --- asking (R13, R14) -----------------------------------------------------------------------------------------------------

/** The value of a put that is being asked. The value stands in the put's result. Undefined where the client was killed before the result. */
const valueAhead = (process: FollowedProcess, clientTime: number): string | undefined => {
  for (let i = process.next; i < process.events.length; i++) {
    const e = process.events[i]!;
    if (e.type === 'putDone' && e.clientTime === clientTime) return e.value;
  }
  return undefined;
};

/** The master's command that started this operation. */
const commandFor = (
  scene: Scene,
  process: FollowedProcess,
  event: TraceEvent,
  what: string,
  is: (c: CommandedOperation) => boolean,
): CommandedOperation | undefined => {
  const master = scene.timeline.processes.get('master');
  if (master === undefined) return undefined;
  const queue = commandsOf(scene, process.who.id);
  scene.timeline.await(
    event,
    master,
    () => queue.some(is),
    `client ${process.who.id} does a ${what} that the master has not asked for`,
  );
  const at = queue.findIndex(is);
  const command = queue[at]!;
  queue.splice(0, at + 1);
  process.knows = Math.max(process.knows, command.n);
  return command;
};

const begin = (
  scene: Scene,
  process: FollowedProcess,
  event: TraceEvent,
  session: FollowedSession,
  op: 'put' | 'get',
  key: string,
  clientTime: number,
) => {
  const command = commandFor(scene, process, event, `${op} of ${key}`, (c) => c.op === op && c.key === key);
  const request = op === 'get' ? session.getOf(key) : session.putOf(key, command?.value ?? valueAhead(process, clientTime) ?? '');
  session.operation = { request, asked: [], sent: undefined };
  return session.operation;
};

const asked = (scene: Scene, process: FollowedProcess, session: FollowedSession, e: EventOf<'asked'>): void => {
  const { operation = begin(scene, process, e, session, e.op, e.key, e.clientTime) } = session;
  const { request } = operation;
  if (request.type !== e.op || request.key !== e.key) reject(e, 'R13', `the session is at its ${request.type} of ${request.key}`);
  if (request.type === 'put' && request.clientTime !== e.clientTime)
    reject(e, 'R3', `the put has client time ${e.clientTime}; the session's next is ${request.clientTime}`);
  checkOrder(scene, process, session, e, operation.asked);
  operation.asked.push(e.server);
  if (e.replica === null) return;
  if (request.type === 'put') checkReplica(scene, process, e, operation.sent);
  operation.sent = { server: e.server, replica: e.replica };
  const sent = { request, knows: process.knows };
  scene.ledger.sent(process.who.id, e.server).push(sent);
  if (request.type === 'get') scene.ledger.gets(process.who.id, e.server, request.key).sent.push(sent);
};

/** R14: a put that was sent goes to the same replica alone, until that replica has refused it. */
const checkReplica = (scene: Scene, process: FollowedProcess, e: EventOf<'asked'>, sent: SessionOperation['sent']): void => {
  if (sent === undefined || sent.replica === e.replica) return;
  const client = process.who.id;
  const isRefusing = (x: TraceEvent): boolean => x.type === 'refuse' && x.client === client && x.clientTime === e.clientTime;
  const find = (): GivenAnswer | undefined =>
    scene.ledger
      .given(client, sent.server)
      .find((g) => g.clientTime === e.clientTime && (g.answer.type === 'behind' || g.answer.type === 'refused'));
  const servers = scene.timeline.of('server', sent.server);
  const refused = scene.timeline.need(e, servers, isRefusing, find);
  // A server whose log has failed writes no refusals to its trace.
  const failed = servers.find(({ events }) => events.some(({ type }) => type === 'logFailed'));
  if (refused === undefined && failed !== undefined)
    throw new Undecidable(`the log of ${failed.name} failed; what it refuses afterwards is not compared`);
  if (refused === undefined)
    reject(e, 'R14', `it sends the put to ${String(e.replica)}; it had sent it to ${sent.replica}, which has not refused it`);
  else process.knows = Math.max(process.knows, refused.knows);
};

/** The servers with a certain link to the session, in R13's order. `placed`: only servers whose place in that order is certain, too. */
const certain = (scene: Scene, client: NodeId, session: FollowedSession, placed: boolean): ReadonlyArray<NodeId> =>
  session.order().filter((server) => {
    const link = linkName(client, server);
    return !scene.doubts.links.has(link) && !(placed && scene.doubts.places.has(link));
  });

/**
 * R13, R14: a session asks its servers in the order of connecting, but first the server that answered last. The session asks the same server once more where
 * the connection broke. A server whose link or place is in doubt may be asked at any time; the others keep their order among themselves.
 */
const checkOrder = (
  scene: Scene,
  process: FollowedProcess,
  session: FollowedSession,
  e: EventOf<'asked'>,
  asked: ReadonlyArray<NodeId>,
): void => {
  const client = process.who.id;
  const isDoubtful = (server: NodeId): boolean => {
    const link = linkName(client, server);
    return scene.doubts.links.has(link) || scene.doubts.places.has(link);
  };
  if (!scene.hasMaster || isDoubtful(e.server)) return;
  const order = certain(scene, client, session, true);
  const before = asked.filter((server) => !isDoubtful(server));
  const last = before.at(-1);
  const next = last === undefined ? order[0] : order[order.indexOf(last) + 1];
  const again = asked.at(-1) === e.server && (e.op === 'put' || before.filter((s) => s === last).length === 1);
  if (e.server !== next && !again)
    reject(
      e,
      'R13',
      `it asks server ${e.server}; its servers are, in order, ${order.join(', ') || 'none'}, and it has asked ${before.join(', ') || 'none'}`,
    );
};

// --- results (R11 to R15) --------------------------------------------------------------------------------------------------

/** The first answer of this server that fits the session's result and that no other result has taken. */
const answerFrom = (
  scene: Scene,
  event: EventOf<'putDone' | 'getDone'>,
  process: FollowedProcess,
  server: NodeId,
  is: (g: GivenAnswer) => boolean,
): GivenAnswer | undefined => {
  const isMine = (g: GivenAnswer): boolean =>
    event.type === 'getDone' ? g.clientTime === 0 && g.key === event.key : g.clientTime === event.clientTime;
  const client = process.who.id;
  const given = scene.ledger.given(client, server);
  const find = (): GivenAnswer | undefined => given.find((g) => !g.taken && is(g));
  const matters = (e: TraceEvent): boolean =>
    (e.type === 'answer' || e.type === 'accept' || e.type === 'refuse') && e.client === client;
  for (const p of scene.timeline.of('server', server)) {
    // A process that has not started yet has answered nobody.
    if (!mayRun(scene, p)) continue;
    try {
      const found = scene.timeline.seek(p, matters, find);
      if (found !== undefined) return found;
    } catch (error) {
      // The server has given this operation another answer. So the client's result is wrong, and not the server's event that was rejected.
      if (error instanceof RejectedEvent && given.some((g) => !g.taken && isMine(g))) return undefined;
      throw error;
    }
  }
  return undefined;
};

const take = (scene: Scene, process: FollowedProcess, event: TraceEvent, answer: GivenAnswer): void => {
  answer.taken = true;
  const given = scene.ledger.given(process.who.id, answer.process.who.id);
  while (given[0]?.taken === true) given.shift();
  process.knows = Math.max(process.knows, answer.knows);
  seen(scene, event, answer.process, answer.index);
};

const putDone = (scene: Scene, process: FollowedProcess, session: FollowedSession, e: EventOf<'putDone'>): void => {
  const operation = session.operation ?? begin(scene, process, e, session, 'put', e.key, e.clientTime);
  session.operation = undefined;
  const put = operation.request;
  if (put.type !== 'put' || put.key !== e.key || put.value !== e.value)
    return reject(e, 'R14', `the session is at its ${show(put)}`);
  if (put.clientTime !== e.clientTime)
    reject(e, 'R3', `the put has client time ${e.clientTime}; the session's next is ${put.clientTime}`);
  const last = operation.asked.at(-1);
  if (e.result === 'accepted') {
    const is = (g: GivenAnswer): boolean =>
      g.clientTime === e.clientTime && g.answer.type === 'accepted' && showStamp(g.answer.stamp) === showStamp(e.stamp);
    const answer = last === undefined ? undefined : answerFrom(scene, e, process, last, is);
    if (answer === undefined || e.stamp === null)
      return reject(e, 'R14', `no server has answered this put with the stamp ${showStamp(e.stamp)}`);
    take(scene, process, e, answer);
    session.afterPut(put, e.stamp);
    session.answeredBy(answer.process.who.id);
    return;
  }
  if (e.stamp !== null) reject(e, 'R14', `a put that came to ${e.result} has no stamp`);
  session.afterFailedPut(put);
  if (e.result !== 'UNKNOWN') nothingWritten(scene, process, session, e, operation.asked);
  if (e.result === 'ERR_CONN') someoneAsked(scene, process, session, e, operation.asked);
  if (e.result === 'ERR_DEP') behindEverywhere(scene, process, session, e, operation.asked, (g) => g.clientTime === e.clientTime);
};

/** R14: ERR_DEP, ERR_LOG and ERR_CONN promise that the put was not written and never will be. */
const nothingWritten = (
  scene: Scene,
  process: FollowedProcess,
  session: FollowedSession,
  e: EventOf<'putDone'>,
  servers: ReadonlyArray<NodeId>,
): void => {
  session.failed.add(e.clientTime);
  for (const server of servers) {
    const given = scene.ledger.given(process.who.id, server);
    const accepted = given.find((g) => g.clientTime === e.clientTime && g.answer.type === 'accepted');
    if (accepted === undefined) continue;
    // The server accepted the put in memory, and undid it when the log did not take it.
    if (accepted.process.events.some(({ type }) => type === 'logFailed'))
      throw new Undecidable(`the log of ${accepted.process.name} failed; what it had not written yet is not compared`);
    reject(e, 'R14', `the put came to ${e.result}, and server ${server} has accepted it`);
  }
};

const getDone = (scene: Scene, process: FollowedProcess, session: FollowedSession, e: EventOf<'getDone'>): void => {
  const operation = session.operation ?? begin(scene, process, e, session, 'get', e.key, 0);
  session.operation = undefined;
  const get = operation.request;
  if (get.type !== 'get' || get.key !== e.key) return reject(e, 'R13', `the session is at its ${show(get)}`);
  const last = operation.asked.at(-1);
  const isMine = (g: GivenAnswer): boolean => g.key === e.key && g.clientTime === 0;
  if (e.result === 'ERR_DEP') behindEverywhere(scene, process, session, e, operation.asked, isMine);
  if (e.result === 'ERR_CONN') someoneAsked(scene, process, session, e, operation.asked);
  if (e.result === 'ERR_DEP' || e.result === 'ERR_CONN') return;
  const is = (g: GivenAnswer): boolean =>
    isMine(g) &&
    (g.answer.type === 'found'
      ? e.result === 'value' && g.answer.value === e.value && showStamp(g.answer.stamp) === showStamp(e.stamp)
      : g.answer.type === 'missing' && e.result === 'ERR_KEY');
  const answer = last === undefined ? undefined : answerFrom(scene, e, process, last, is);
  if (answer === undefined)
    return reject(
      e,
      'R13',
      `no answer of server ${last ?? '(none was asked)'} is ${e.result} ${e.value ?? ''} ${showStamp(e.stamp)}`,
    );
  take(scene, process, e, answer);
  if (e.stamp !== null) session.afterGet(e.key, e.stamp);
  session.answeredBy(answer.process.who.id);
};

const show = (request: Get | Put): string =>
  request.type === 'get' ? `get of ${request.key}` : `put of ${request.key}:${request.value}`;

/** R13: ERR_DEP is the result only where a server was behind, and no connected server met the guarantees. */
const behindEverywhere = (
  scene: Scene,
  process: FollowedProcess,
  session: FollowedSession,
  e: EventOf<'putDone' | 'getDone'>,
  askedServers: ReadonlyArray<NodeId>,
  isMine: (g: GivenAnswer) => boolean,
): void => {
  // A server that was asked again after its connection broke may have answered once. So each server counts once: a second answer may belong to the next operation.
  const answers = [...new Set(askedServers)].flatMap((server) => {
    const answer = answerFrom(scene, e, process, server, (g) => isMine(g) && g.answer.type === 'behind');
    if (answer !== undefined) take(scene, process, e, answer);
    return answer ?? [];
  });
  if (answers.length === 0) reject(e, 'R13', 'no server that it asked was behind');
  if (!scene.hasMaster) return;
  const left = certain(scene, process.who.id, session, false).filter((s) => !askedServers.includes(s));
  if (left.length > 0) reject(e, 'R13', `it did not ask server ${left.join(', ')}, which it is connected to`);
};

/** R15: ERR_CONN comes only after a connected server was tried. (The time may run out before all of them are tried.) */
const someoneAsked = (
  scene: Scene,
  process: FollowedProcess,
  session: FollowedSession,
  e: EventOf<'putDone' | 'getDone'>,
  askedServers: ReadonlyArray<NodeId>,
): void => {
  if (!scene.hasMaster || askedServers.length > 0) return;
  const servers = certain(scene, process.who.id, session, false);
  if (servers.length > 0) reject(e, 'R15', `it did not try server ${servers.join(', ')}, which it is connected to`);
};

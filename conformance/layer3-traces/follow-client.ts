/** Follows a client's process: each of its events is a step of the model's session. */
import { isDeepStrictEqual } from 'node:util';
import type { NodeId } from '#bayou/core/ids.js';
import type { EventOf, TraceEvent } from '#bayou/core/trace.js';
import { MASTERS_CLIENTS } from '../common/masters-clients.js';
import { linkName } from '../common/topology-of-script.js';
import { begin, certain, refusalOf } from './client-operations.js';
import { getDone, putDone } from './client-results.js';
import { FollowedSession, type SessionOperation, type TriedServer } from './followed-session.js';
import { reject } from './rejection.js';
import { mayRun, type Scene, serverState, wasReplica } from './run-scene.js';
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

/** R12: the session asks for what the contract says. R11a: no earlier session, of this run or of an earlier run on the same folder, had this session number. */
const sessionBegins = (scene: Scene, event: EventOf<'session'>): void => {
  const { client, session, guarantees } = event;
  if (!isDeepStrictEqual(guarantees, MASTERS_CLIENTS))
    reject(
      event,
      'R12',
      `the master's clients ask for ${JSON.stringify(MASTERS_CLIENTS)}; this one asks for ${JSON.stringify(guarantees)}`,
    );
  if (scene.sessions.has(client)) reject(event, 'R3', `client ${client} has a session already`);
  const name = `${client} ${session}`;
  if (scene.sessionNames.has(name)) reject(event, 'R11a', `the session number ${session} was client ${client}'s before`);
  scene.sessionNames.add(name);
  scene.sessions.set(client, new FollowedSession(client, session, guarantees, scene.variant));
};

const sessionOf = (scene: Scene, process: FollowedProcess, event: TraceEvent): FollowedSession =>
  scene.sessions.get(process.who.id) ?? reject(event, 'trace', 'the session has not begun');

// --- asking (R13, R14) -----------------------------------------------------------------------------------------------------

const asked = (scene: Scene, process: FollowedProcess, session: FollowedSession, e: EventOf<'asked'>): void => {
  const { operation = begin(scene, process, e, session) } = session;
  const { request } = operation;
  if (request.type !== e.op || request.key !== e.key) reject(e, 'R13', `the session is at its ${request.type} of ${request.key}`);
  if (request.type === 'put' && request.clientTime !== e.clientTime)
    reject(e, 'R3', `the put has client time ${e.clientTime}; the session's next is ${request.clientTime}`);
  checkOrder(scene, process, session, e, operation.tried);
  operation.tried.push({ server: e.server, replica: e.replica });
  const before = operation.sent;
  if (request.type === 'put') checkReplica(scene, process, e, before);
  if (e.replica === null) return;
  checkNamed(scene, e);
  operation.sent = { server: e.server, replica: e.replica };
  const isRepeated = before?.replica === e.replica;
  const sent = {
    request: request.type === 'put' ? { ...request, replica: isRepeated ? e.replica : null } : request,
    replica: e.replica,
    knows: process.knows,
  };
  scene.ledger.sent(process.who.id, e.server).push(sent);
  if (request.type === 'get') scene.ledger.gets(process.who.id, e.server, request.key).sent.push(sent);
};

/** R14: a put that was sent goes to the same replica alone, until that replica has refused it. */
const checkReplica = (scene: Scene, process: FollowedProcess, e: EventOf<'asked'>, sent: SessionOperation['sent']): void => {
  if (sent === undefined || sent.replica === e.replica) return;
  const refused = refusalOf(scene, process, e, sent);
  if (refused === undefined) {
    const to = e.replica === null ? `goes on to server ${e.server}` : `sends the put to ${e.replica}`;
    reject(e, 'R14', `it ${to}; it had sent it to ${sent.replica}, which has not refused it`);
  } else process.knows = Math.max(process.knows, refused.knows);
};

/** R7, R14: a server tells its sessions which replica it is. So the server was the replica that the session names, and had said so before. */
const checkNamed = (scene: Scene, e: EventOf<'asked'>): void => {
  const servers = scene.timeline.of('server', e.server);
  if (servers.length === 0) return;
  const isNaming = (x: TraceEvent): boolean => (x.type === 'start' || x.type === 'renewed') && x.replica === e.replica;
  const find = (): FollowedProcess | undefined => servers.find((p) => wasReplica(serverState(scene, p), e.replica));
  const named = scene.timeline.need(
    e,
    servers.filter((p) => mayRun(scene, p)),
    isNaming,
    find,
  );
  if (named === undefined)
    reject(
      e,
      e.op === 'put' ? 'R14' : 'R7',
      `it asks server ${e.server} as replica ${String(e.replica)}, which the server never was`,
    );
};

/**
 * R13, R14: a session asks its servers in the order of connecting, but first the server that answered last. The session asks the same server once more where
 * the connection broke. A server whose link or place is in doubt may be asked at any time; the others keep their order among themselves.
 */
const checkOrder = (
  scene: Scene,
  process: FollowedProcess,
  session: FollowedSession,
  e: EventOf<'asked'>,
  tried: ReadonlyArray<TriedServer>,
): void => {
  const client = process.who.id;
  const isDoubtful = (server: NodeId): boolean => {
    const link = linkName(client, server);
    return scene.doubts.links.has(link) || scene.doubts.places.has(link);
  };
  if (!scene.hasMaster || isDoubtful(e.server)) return;
  const order = certain(scene, client, session, true);
  const before = tried.map(({ server }) => server).filter((server) => !isDoubtful(server));
  const last = before.at(-1);
  const next = last === undefined ? order[0] : order[order.indexOf(last) + 1];
  const again = tried.at(-1)?.server === e.server && (e.op === 'put' || before.filter((s) => s === last).length === 1);
  if (e.server !== next && !again)
    reject(
      e,
      'R13',
      `it asks server ${e.server}; its servers are, in order, ${order.join(', ') || 'none'}, and it has asked ${before.join(', ') || 'none'}`,
    );
};

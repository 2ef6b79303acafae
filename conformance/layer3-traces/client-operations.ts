/** The operations of a session that is followed: the master's command that asked for one, the servers that it may ask, and the refusals that it got. */
import type { NodeId } from '#bayou/core/ids.js';
import type { Get, Put } from '#bayou/core/messages.js';
import type { EventOf, TraceEvent } from '#bayou/core/trace.js';
import { linkName } from '../common/topology-of-script.js';
import type { FollowedSession, SessionOperation } from './followed-session.js';
import type { GivenAnswer } from './ledger.js';
import { Undecidable } from './rejection.js';
import { type CommandedOperation, commandsOf, type Scene } from './run-scene.js';
import type { FollowedProcess } from './timeline.js';

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

/** How long the master's command took, in ms; undefined where the trace ends before its result. */
const msOf = (scene: Scene, command: CommandedOperation | undefined): number | undefined => {
  if (command === undefined) return undefined;
  const after = scene.timeline.processes.get('master')?.events[command.n + 1];
  return after?.type === 'result' ? after.ms : undefined;
};

/** Begins the operation of this event. */
export const begin = (
  scene: Scene,
  process: FollowedProcess,
  event: EventOf<'asked' | 'putDone' | 'getDone'>,
  session: FollowedSession,
): SessionOperation => {
  const op = event.type === 'asked' ? event.op : event.type === 'putDone' ? 'put' : 'get';
  const { key } = event;
  const command = commandFor(scene, process, event, `${op} of ${key}`, (c) => c.op === op && c.key === key);
  const clientTime = event.type === 'getDone' ? 0 : event.clientTime;
  const request = op === 'get' ? session.getOf(key) : session.putOf(key, command?.value ?? valueAhead(process, clientTime) ?? '');
  session.operation = { request, ms: msOf(scene, command), tried: [], sent: undefined };
  return session.operation;
};

/** A request for people. */
export const showRequest = (request: Get | Put): string =>
  request.type === 'get' ? `get of ${request.key}` : `put of ${request.key}:${request.value}`;

/** The servers with a certain link to the session, in R13's order. `placed`: only servers whose place in that order is certain, too. */
export const certain = (scene: Scene, client: NodeId, session: FollowedSession, placed: boolean): ReadonlyArray<NodeId> =>
  session.order().filter((server) => {
    const link = linkName(client, server);
    return !scene.doubts.links.has(link) && !(placed && scene.doubts.places.has(link));
  });

/** The refusal of a put by the server that it was sent to last; undefined: that server has not refused it. */
export const refusalOf = (
  scene: Scene,
  process: FollowedProcess,
  e: EventOf<'asked' | 'putDone'>,
  sent: NonNullable<SessionOperation['sent']>,
): GivenAnswer | undefined => {
  const client = process.who.id;
  const isRefusing = (x: TraceEvent): boolean => x.type === 'refuse' && x.client === client && x.clientTime === e.clientTime;
  const find = (): GivenAnswer | undefined =>
    scene.ledger
      .given(client, sent.server)
      .find((g) => g.clientTime === e.clientTime && (g.answer.type === 'behind' || g.answer.type === 'refused'));
  const servers = scene.timeline.of('server', sent.server);
  const refused = scene.timeline.need(e, servers, isRefusing, find);
  // A server whose log has failed writes no refusals to its trace.
  const failed = servers.find(hasFailed);
  if (refused === undefined && failed !== undefined)
    throw new Undecidable(`the log of ${failed.name} failed; what it refuses afterwards is not compared`);
  return refused;
};

/** Does the process say, at any time, that its log has failed? */
export const hasFailed = ({ events }: FollowedProcess): boolean => events.some(({ type }) => type === 'logFailed');

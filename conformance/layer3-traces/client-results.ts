/** Follows the results of a client's puts and gets (R11 to R15): each has to follow from the answers that the session got. */
import type { NodeId } from '#bayou/core/ids.js';
import type { EventOf, TraceEvent } from '#bayou/core/trace.js';
import { begin, certain, hasFailed, refusalOf, showRequest } from './client-operations.js';
import type { FollowedSession, SessionOperation, TriedServer } from './followed-session.js';
import type { GivenAnswer } from './ledger.js';
import { reject, RejectedEvent, showStamp } from './rejection.js';
import { mayRun, type Scene, seen } from './run-scene.js';
import type { FollowedProcess } from './timeline.js';

type PutDone = EventOf<'putDone'>;
type GetDone = EventOf<'getDone'>;

// --- answers ---------------------------------------------------------------------------------------------------------------

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

// --- puts (R14, R15) -------------------------------------------------------------------------------------------------------

export const putDone = (scene: Scene, process: FollowedProcess, session: FollowedSession, e: PutDone): void => {
  const operation = session.operation ?? begin(scene, process, e, session);
  session.operation = undefined;
  const put = operation.request;
  if (put.type !== 'put' || put.key !== e.key || put.value !== e.value)
    return reject(e, 'R14', `the session is at its ${showRequest(put)}`);
  if (put.clientTime !== e.clientTime)
    reject(e, 'R3', `the put has client time ${e.clientTime}; the session's next is ${put.clientTime}`);
  const last = operation.tried.at(-1)?.server;
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
  failedPut(scene, process, session, e, operation);
};

const failedPut = (
  scene: Scene,
  process: FollowedProcess,
  session: FollowedSession,
  e: PutDone,
  operation: SessionOperation,
): void => {
  if (e.result === 'UNKNOWN') {
    isOnItsWay(e, operation);
    return;
  }
  nothingWritten(scene, process, session, e, operation);
  if (e.result === 'ERR_LOG') aLogFailed(scene, e, operation);
  if (e.result === 'ERR_CONN') allTried(scene, process, session, e, operation);
  if (e.result === 'ERR_DEP') behindEverywhere(scene, process, session, e, operation, (g) => g.clientTime === e.clientTime);
};

/** R14: the outcome of a put is unknown only where the put was sent and got no answer. A session that goes on to another server knows that the servers before have not written it. */
const isOnItsWay = (e: PutDone, { tried }: SessionOperation): void => {
  const last = tried.at(-1);
  if (last === undefined) reject(e, 'R14', 'the put was sent to no server, so its outcome is not unknown');
  else if (last.replica === null)
    reject(e, 'R14', `the put was not sent to server ${last.server}, which was tried last, so its outcome is not unknown`);
};

/** R14: ERR_DEP, ERR_LOG and ERR_CONN promise that the put was not written and never will be: each server that it was sent to has refused it. */
const nothingWritten = (
  scene: Scene,
  process: FollowedProcess,
  session: FollowedSession,
  e: PutDone,
  { tried, sent }: SessionOperation,
): void => {
  session.failed.add(e.clientTime);
  const { timeline, ledger } = scene;
  for (const { server } of tried) {
    const given = ledger.given(process.who.id, server).filter((g) => g.clientTime === e.clientTime);
    if (e.result !== 'ERR_DEP' && given.some(({ answer }) => answer.type === 'behind'))
      reject(e, 'R12, R13', `server ${server} was behind, and the put came to ${e.result}`);
    const accepted = given.find(({ answer }) => answer.type === 'accepted');
    // A server whose log has failed accepted the put in memory, and undid it when the log did not take it.
    if (accepted !== undefined && !hasFailed(accepted.process))
      reject(e, 'R14', `the put came to ${e.result}, and server ${server} has accepted it`);
  }
  if (sent === undefined || timeline.of('server', sent.server).length === 0) return;
  const refused = refusalOf(scene, process, e, sent);
  if (refused === undefined)
    reject(e, 'R14', `the put came to ${e.result}, and was sent to ${sent.replica}, which has not refused it`);
  else process.knows = Math.max(process.knows, refused.knows);
};

/** ERR_LOG: the log of a server that was reached has failed. Such a server writes that down. */
const aLogFailed = ({ timeline }: Scene, e: PutDone, { tried }: SessionOperation): void => {
  if (tried.every(({ server }) => timeline.of('server', server).every((p) => !hasFailed(p))))
    reject(e, 'R10', 'no server that it asked has said that its log has failed');
};

// --- gets (R13, R15) -------------------------------------------------------------------------------------------------------

export const getDone = (scene: Scene, process: FollowedProcess, session: FollowedSession, e: GetDone): void => {
  const operation = session.operation ?? begin(scene, process, e, session);
  session.operation = undefined;
  const get = operation.request;
  if (get.type !== 'get' || get.key !== e.key) return reject(e, 'R13', `the session is at its ${showRequest(get)}`);
  compareLater(scene, process.who.id, e, operation);
  const last = operation.tried.at(-1)?.server;
  const isMine = (g: GivenAnswer): boolean => g.key === e.key && g.clientTime === 0;
  if (e.result === 'ERR_DEP') behindEverywhere(scene, process, session, e, operation, isMine);
  if (e.result === 'ERR_CONN') allTried(scene, process, session, e, operation);
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

/**
 * The shortest time, in ms, that a client can be told to give to a put or a get. An operation that took less did not run out of time, on however busy a machine, and has tried and heard all
 * that it could. (A trace does not say how much time a client has. It is 100 ms at least; a put is not sent for the first time in the last fiftieth.)
 */
const SHORTEST_MS = 98;

const hadTime = ({ ms }: SessionOperation): boolean => ms !== undefined && ms < SHORTEST_MS;

/**
 * R13: a get ends with the first answer that has or lacks the key, so a server that was asked before the last one was behind. Neither ERR_DEP nor ERR_CONN follows from an answer that has or
 * lacks the key, and ERR_CONN does not follow from ERR_DEP. A get that got no answer is sent to the server once more, so it is a server that was asked once whose answer must have been heard.
 */
const compareLater = (scene: Scene, client: NodeId, e: GetDone, operation: SessionOperation): void => {
  if (!hadTime(operation)) return;
  const { tried } = operation;
  const isServed = e.result === 'value' || e.result === 'ERR_KEY';
  const compared = isServed ? tried.slice(0, -1) : tried;
  for (const { server, replica } of compared) {
    if (replica === null || tried.filter((other) => other.server === server).length > 1) continue;
    const get = scene.ledger.gets(client, server, e.key).sent.at(-1);
    if (get === undefined) continue;
    get.onAnswer = (answer) => {
      if (answer !== 'behind' || e.result === 'ERR_CONN')
        reject(e, 'R13', `server ${server} answered '${answer}' to this get, which came to ${e.result}`);
    };
  }
};

/** R13: ERR_DEP is the result only where a server was behind, and no connected server met the guarantees. */
const behindEverywhere = (
  scene: Scene,
  process: FollowedProcess,
  session: FollowedSession,
  e: PutDone | GetDone,
  { tried }: SessionOperation,
  isMine: (g: GivenAnswer) => boolean,
): void => {
  // A server that was asked again after its connection broke may have answered once. So each server counts once: a second answer may belong to the next operation.
  const answers = [...new Set(tried.map(({ server }) => server))].flatMap((server) => {
    const answer = answerFrom(scene, e, process, server, (g) => isMine(g) && g.answer.type === 'behind');
    if (answer !== undefined) take(scene, process, e, answer);
    return answer ?? [];
  });
  if (answers.length === 0) reject(e, 'R13', 'no server that it asked was behind');
  const left = untried(scene, process, session, tried);
  if (left.length > 0) reject(e, 'R13', `it did not ask server ${left.join(', ')}, which it is connected to`);
};

/** The servers with a certain link to the session that it has not tried; none where no master's trace tells the links. */
const untried = (
  scene: Scene,
  process: FollowedProcess,
  session: FollowedSession,
  tried: ReadonlyArray<TriedServer>,
): ReadonlyArray<NodeId> =>
  scene.hasMaster ? certain(scene, process.who.id, session, false).filter((s) => tried.every(({ server }) => server !== s)) : [];

/** R15: ERR_CONN comes only after every connected server was tried. A session whose time ran out before has tried one at least. */
const allTried = (
  scene: Scene,
  process: FollowedProcess,
  session: FollowedSession,
  e: PutDone | GetDone,
  operation: SessionOperation,
): void => {
  const left = untried(scene, process, session, operation.tried);
  if (left.length > 0 && (operation.tried.length === 0 || hadTime(operation)))
    reject(e, 'R15', `it did not try server ${left.join(', ')}, which it is connected to`);
};

/** Follows a server's answers to the requests of sessions (R2, R3, R12). */
import type { ReplicaId } from '#bayou/core/ids.js';
import type { Get, Put, RefusedAnswer } from '#bayou/core/messages.js';
import type { EventOf, TraceEvent } from '#bayou/core/trace.js';
import { sameStamp } from '#bayou/model/protocol/order.js';
import { showRequired } from '#bayou/model/checking/seen-in-a-run.js';
import { same } from '#bayou/model/protocol/vector.js';
import type { SentRequest } from './ledger.js';
import { reject, showStamp, showVector } from './rejection.js';
import { FollowedReplica } from './followed-replica.js';
import { type Prepare, type Scene, type ServerState, wasReplica } from './run-scene.js';
import { checkReason } from './refusals.js';
import type { FollowedProcess } from './timeline.js';
import { checkLink } from './server-links.js';

/** The request as the session sent it; undefined where no trace of the session exists. `find` looks the request up, and finds nothing until the session's trace was followed far enough. */
const sentBy = (
  scene: Scene,
  process: FollowedProcess,
  event: EventOf<'accept' | 'refuse' | 'answer'>,
  find: (sent: ReadonlyArray<SentRequest>) => SentRequest | undefined,
) => {
  const session = scene.timeline.of('client', event.client)[0];
  if (session === undefined) return undefined;
  const sent = scene.ledger.sent(event.client, process.who.id);
  const isSending = (e: TraceEvent): boolean =>
    e.type === 'asked' &&
    e.server === process.who.id &&
    (event.type === 'answer' ? e.op === 'get' && e.key === event.key : e.op === 'put' && e.clientTime === event.clientTime);
  const found = scene.timeline.need(event, [session], isSending, () => find(sent));
  if (found === undefined) {
    const what = event.type === 'answer' ? `get of ${event.key}` : `put ${event.clientTime}`;
    return reject(event, 'R13', `client ${event.client} had not sent this ${what} to server ${process.who.id}`);
  }
  process.knows = Math.max(process.knows, found.knows);
  return found.request;
};

const putOf =
  (clientTime: number) =>
  (sent: ReadonlyArray<SentRequest>): SentRequest | undefined =>
    sent.findLast(({ request }) => request.type === 'put' && request.clientTime === clientTime);

const given = (
  scene: Scene,
  process: FollowedProcess,
  e: EventOf<'accept' | 'refuse' | 'answer'>,
  answer: ReturnType<FollowedReplica['get' | 'put']> | RefusedAnswer,
) =>
  scene.ledger.given(e.client, process.who.id).push({
    process,
    index: process.next,
    knows: process.knows,
    key: e.type === 'refuse' ? '' : e.key,
    clientTime: e.type === 'answer' ? 0 : e.clientTime,
    answer,
    taken: false,
  });

export const prepareAccept: Prepare<'accept'> = (scene, process, state, replica, e) => {
  const request = sentBy(scene, process, e, putOf(e.clientTime));
  return (): void => {
    checkLink(state, e, e.client);
    const { client, clientTime, clock, key, value, require } = e;
    const named = namedBy(scene, process, state, e);
    const at = named.find((r) => r === null || r === replica.id) ?? named.at(-1) ?? null;
    const put: Put = { type: 'put', client, session: e.session, clientTime, replica: at, clock, key, value, require };
    if (request?.type === 'put') checkPut(e, request);
    checkSession(scene, e);
    const session = scene.sessions.get(e.client);
    if (session?.failed.has(e.clientTime) === true) reject(e, 'R14', 'the session was told that this put wrote nothing');
    const before = replica.vv;
    const answer = replica.put(put, process.next);
    if (answer.type === 'behind')
      return reject(
        e,
        'R12',
        `it lacks what the session requires: it has ${showVector(before)}, required is ${showVector(e.require)}`,
      );
    if (answer.type === 'refused')
      return answer.reason === 'other-replica'
        ? reject(e, 'R14', `the put was sent to ${String(at)}, which alone may take it; this is ${replica.id}`)
        : reject(e, 'R3', `the model refuses the put: ${answer.reason}`);
    const repeats = before === replica.vv;
    if (!sameStamp(answer.stamp, e.stamp))
      reject(e, repeats ? 'R3' : 'R2', `the put's stamp is ${showStamp(e.stamp)}; the model gives it ${showStamp(answer.stamp)}`);
    if (repeats !== e.repeated)
      reject(e, 'R3', e.repeated ? 'it is said to repeat a put that was not accepted here' : 'this put was accepted here before');
    const stamp = scene.ledger.stampOf(e.client, e.session, e.clientTime, e.stamp);
    if (!sameStamp(stamp, e.stamp)) reject(e, 'R14', `the put has the stamp ${showStamp(stamp)} already, from another replica`);
    given(scene, process, e, answer);
  };
};

/**
 * R14: the replica that may take the put alone, for each time that the session has sent it; null: any replica. A connection names its replica, and a server that goes on as another one ends
 * its sessions' connections. A put that was sent for the first time may have come just before that.
 */
const namedBy = (
  scene: Scene,
  process: FollowedProcess,
  state: ServerState,
  e: EventOf<'accept' | 'refuse'>,
): ReadonlyArray<ReplicaId | null> =>
  scene.ledger.sent(e.client, process.who.id).flatMap(({ request, replica }) => {
    if (request.type !== 'put' || request.clientTime !== e.clientTime) return [];
    return [request.replica ?? (wasReplica(state, replica) ? null : replica)];
  });

const checkSession = (scene: Scene, e: EventOf<'accept' | 'refuse'>): void => {
  const session = scene.sessions.get(e.client);
  if (session !== undefined && session.number !== e.session)
    reject(e, 'R11a', `the session of client ${e.client} is ${session.number}, the put says ${e.session}`);
};

const checkPut = (e: EventOf<'accept'>, sent: Put): void => {
  if (sent.key !== e.key || sent.value !== e.value)
    reject(e, 'R1', `the session put ${sent.key}:${sent.value}, the server accepted ${e.key}:${e.value}`);
  if (sent.clock !== e.clock) reject(e, 'R11', `the session's clock is ${sent.clock}, the put says ${e.clock}`);
  if (!same(sent.require, e.require))
    reject(e, 'R12', `the session requires ${showVector(sent.require)}, the put says ${showVector(e.require)}`);
};

export const prepareRefuse: Prepare<'refuse'> = (scene, process, state, replica, e) => {
  const request = sentBy(scene, process, e, putOf(e.clientTime));
  const sent = request?.type === 'put' ? request : undefined;
  return (): void => {
    checkLink(state, e, e.client);
    checkSession(scene, e);
    if (sent !== undefined && !same(sent.require, e.require))
      reject(e, 'R12', `the session requires ${showVector(sent.require)}, the refusal says ${showVector(e.require)}`);
    checkReason(e, replica, sent, sent === undefined ? undefined : namedBy(scene, process, state, e));
    checkVector(e, replica);
    given(scene, process, e, e.reason === 'behind' ? { type: 'behind' } : { type: 'refused', reason: e.reason });
  };
};

export const prepareAnswer: Prepare<'answer'> = (scene, process, state, replica, e) => {
  const gets = scene.ledger.gets(e.client, process.who.id, e.key);
  // Answers come in the order of their requests, so this answer's request has the number `gets.answers.length` or a later one. Perhaps the session was not followed to
  // that request yet. Perhaps the session was followed further: then it knows of master's events that this server's answer need not come after.
  const request = sentBy(
    scene,
    process,
    e,
    () => gets.sent[gets.answers.length] ?? gets.sent.findLast((sent) => isGetLike(sent.request, e)),
  );
  return (): void => {
    checkLink(state, e, e.client);
    gets.answers.push(e.result);
    if (request !== undefined) checkAsked(scene, process, state, e, request);
    const answer = replica.get({ type: 'get', client: e.client, key: e.key, atLeast: e.atLeast, require: e.require });
    const [stamp, value] = answer.type === 'found' ? [answer.stamp, answer.value] : [null, null];
    if (answer.type !== e.result || value !== e.value || showStamp(stamp) !== showStamp(e.stamp))
      reject(
        e,
        answer.type === e.result ? 'R5' : 'R12, R13',
        `the answer is ${e.result} ${e.value ?? ''} ${showStamp(e.stamp)}; the model's is ${answer.type} ${value ?? ''} ${showStamp(stamp)}`,
      );
    checkVector(e, replica);
    given(scene, process, e, answer);
  };
};

/** R7, R12: the session has sent such a get to this process, as a replica that the process is, or was before a renewal. */
const checkAsked = (
  scene: Scene,
  process: FollowedProcess,
  state: ServerState,
  e: EventOf<'answer'>,
  request: Get | Put,
): void => {
  const alike = scene.ledger.sent(e.client, process.who.id).filter((s) => isGetLike(s.request, e));
  if (alike.length === 0) reject(e, 'R12', `the session requires ${requirement(request)}, the get says ${requirement(e)}`);
  if (!alike.some(({ replica }) => wasReplica(state, replica)))
    reject(e, 'R7', `the get was sent to ${alike.at(-1)!.replica}, which this process never was`);
};

const isGetLike = (request: Get | Put, e: EventOf<'answer'>): boolean =>
  request.type === 'get' &&
  request.key === e.key &&
  same(request.require, e.require) &&
  showStamp(request.atLeast) === showStamp(e.atLeast);

const requirement = (asked: Get | Put | EventOf<'answer'>): string =>
  showRequired(showVector(asked.require), asked.type === 'put' || asked.atLeast === null ? undefined : showStamp(asked.atLeast));

export const checkVector = (e: EventOf<'refuse' | 'answer' | 'pullAnswered' | 'merged'>, replica: FollowedReplica): void => {
  if (!same(e.vv, replica.vv)) reject(e, 'R8', `its vector is ${showVector(e.vv)}; the model's is ${showVector(replica.vv)}`);
};

/** The moves of clients with links (R13 to R15). */
import type { Bytes } from '#bayou/core/bytes.js';
import type { NodeId } from '#bayou/core/ids.js';
import type { GetAnswer, PutAnswer } from '#bayou/core/messages.js';
import {
  beginGet,
  beginPut,
  inOrder,
  nextGet,
  nextPut,
  type GetAttempt,
  type PutAttempt,
  type AttemptStep,
} from '#bayou/impl/attempt.js';
import { gotAnswer, putAnswered, startGet, startPut } from '#bayou/impl/session.js';
import { getAt, putAt } from './one-server.js';
import { copySession, serverIdOf, type ClientPart, type ServerPart } from './implementation-parts.js';
import type { Move, MoveSettings } from './move.js';
import { nextValue, onlyCounted, sessionFor } from './moves-roaming.js';

/** Runs an attempt to its end: dead servers cannot be reached, live ones answer. */
const attempt = <T, A extends { readonly type: string }, R>(
  first: AttemptStep<T, R>,
  next: (a: T, event: { readonly type: 'unreachable' } | { readonly type: 'answered'; readonly answer: A }) => AttemptStep<T, R>,
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

export const putInOrder =
  (settings: MoveSettings, key: Bytes): Move =>
  ([client, puts, ...servers]) => {
    const before = client as ClientPart;
    const session = copySession(before.session, settings.sessionKeys);
    const request = startPut(session, key, nextValue(before));
    const after = [...(servers as ReadonlyArray<ServerPart>)];
    const { result, answeredBy } = attempt<PutAttempt, PutAnswer, { readonly type: string }>(
      beginPut(inOrder(before.connected, before.answeredLast)),
      nextPut,
      (id) => {
        const at = after.findIndex((s) => serverIdOf(s) === id);
        if (!after[at]!.up) return undefined;
        const [part, answer] = putAt(settings, after[at]!, request);
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

export const getInOrder =
  (settings: MoveSettings, key: Bytes): Move =>
  ([client, ...servers]) => {
    const part = client as ClientPart;
    const session = sessionFor(settings, part);
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

export const changeClientLink =
  (server: NodeId, made: boolean): Move =>
  ([client, budget]) => {
    const part = client as ClientPart;
    const connected = made ? [...part.connected, server] : part.connected.filter((s) => s !== server);
    const answeredLast = !made && part.answeredLast === server ? undefined : part.answeredLast;
    return { parts: [{ ...part, connected, answeredLast }, budget] };
  };

/** The moves of clients that roam (R2, R3, R12, R14): at any server, at any time. */
import type { Bytes } from '#bayou/core/bytes.js';
import type { GetAnswer, Put } from '#bayou/core/messages.js';
import { gotAnswer, putAnswered, startGet, startPut, token } from '#bayou/impl/session.js';
import { valueOf } from '#bayou/model/protocol/put-identity.js';
import { getAt, putAt } from './one-server.js';
import { copySession, type ClientPart, type ServerPart } from './implementation-parts.js';
import type { Move, MoveOutcome, MoveSettings } from './move.js';
import { probe } from './probe.js';

export const sessionFor = (settings: MoveSettings, part: ClientPart): ClientPart['session'] =>
  settings.copies ? copySession(part.session, settings.sessionKeys) : part.session;

export const nextValue = ({ session }: ClientPart): Bytes => valueOf(session.client, session.clientTime + 1, session.number);

/** A refused put has changed nothing but the count of puts. */
export const onlyCounted = (before: ClientPart['session'], after: ClientPart['session']): string | undefined => {
  const isSame = JSON.stringify(token(before)) === JSON.stringify(token(after)) && before.clientTime === after.clientTime - 1;
  return isSame ? undefined : 'a refused put has changed the session';
};

export const put =
  (settings: MoveSettings, key: Bytes): Move =>
  ([client, server, puts]) => {
    const before = client as ClientPart;
    const session = copySession(before.session, settings.sessionKeys);
    const request = startPut(session, key, nextValue(before));
    const [after, answer] = putAt(settings, server as ServerPart, request);
    if (answer.type === 'behind') {
      const wrong = onlyCounted(before.session, session);
      return { parts: [client, server, puts], saw: 'ERR_DEP', ...(wrong !== undefined && { wrong }) };
    }
    if (answer.type === 'refused') return { parts: [client, server, puts], wrong: `the put was refused: ${answer.reason}` };
    putAnswered(session, request, answer);
    return { parts: [{ ...before, session }, after, puts], ...probed(settings, after, request) };
  };

/** One put in this many is followed by a probe: requests for which the model has no step. */
const PROBE_EVERY = 101;

/** Probes the replica after this put, if it is a probe's turn; `wrong`: what the probe found. */
const probed = (settings: MoveSettings, { replica }: ServerPart, accepted: Put): Pick<MoveOutcome, 'wrong'> => {
  const wrong = settings.putCounter.puts++ % PROBE_EVERY === 0 ? probe(replica, accepted) : undefined;
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

export const get =
  (settings: MoveSettings, key: Bytes): Move =>
  ([client, server]) => {
    const part = client as ClientPart;
    const session = sessionFor(settings, part);
    const request = startGet(session, key);
    const answer = getAt(server as ServerPart, request);
    gotAnswer(session, request, answer);
    return { parts: [{ ...part, session }, server], saw: seenOf(key, answer) };
  };

/** Outcome 0: the put is lost; outcome 1: it arrives, and the answer is lost. */
export const putUnanswered =
  (settings: MoveSettings, key: Bytes): Move =>
  ([client, server, puts, lost], which) => {
    const part = client as ClientPart;
    const session = sessionFor(settings, part);
    const pending = { ...startPut(session, key, nextValue(part)), replica: (server as ServerPart).replica.id };
    const silent = { ...part, session, pending };
    if (which === 0) return { parts: [silent, server, puts, lost], saw: 'the put is lost' };
    const [after, answer] = putAt(settings, server as ServerPart, pending);
    if (answer.type !== 'accepted') return { parts: [silent, server, puts, lost], wrong: `the put came to '${answer.type}'` };
    return { parts: [silent, after, puts, lost], saw: 'the answer is lost' };
  };

export const repeatPut =
  (settings: MoveSettings): Move =>
  ([client, server, puts]) => {
    const part = client as ClientPart;
    const { pending } = part;
    if (pending === undefined) return { parts: [client, server, puts], wrong: 'there is no put to repeat' };
    const [after, answer] = putAt(settings, server as ServerPart, pending);
    if (answer.type === 'behind') return { parts: [client, server, puts], saw: 'ERR_DEP' };
    if (answer.type === 'refused') return { parts: [client, server, puts], saw: answer.reason };
    const session = sessionFor(settings, part);
    putAnswered(session, pending, answer);
    return { parts: [{ ...part, session, pending: undefined }, after, puts] };
  };

export const giveUp: Move = ([client]) => ({ parts: [{ ...(client as ClientPart), pending: undefined }] });

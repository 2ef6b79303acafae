/** The moves of puts that arrive late (R14). The session has stopped waiting, so the server's answer is lost. */
import type { Bytes } from '#bayou/core/bytes.js';
import { startPut } from '#bayou/impl/session.js';
import { byIdentity, valueOf } from '#bayou/model/protocol/put-identity.js';
import type { Move, MoveSettings } from './move.js';
import { putAt } from './one-server.js';
import { copySession, type ClientPart, type LatePart, type ServerPart } from './implementation-parts.js';

/** A put is sent, and is still on its which when its session stops waiting. */
export const putDelayed =
  (settings: MoveSettings, key: Bytes): Move =>
  ([client, server, puts, lost, late]) => {
    const part = client as ClientPart;
    const session = copySession(part.session, settings.sessionKeys);
    const put = startPut(session, key, valueOf(session.client, session.clientTime + 1, session.number));
    const replica = (server as ServerPart).replica.id;
    const onTheirWay = [...(late as LatePart).onTheirWay, { put, replica }].sort((a, b) => byIdentity(a.put, b.put));
    return { parts: [{ ...part, session, pending: { ...put, replica } }, server, puts, lost, { onTheirWay } satisfies LatePart] };
  };

/** A put arrives at the replica that it was sent to. */
export const putArrives =
  (settings: MoveSettings): Move =>
  ([server, puts, late], which) => {
    const part = server as ServerPart;
    const { onTheirWay } = late as LatePart;
    const delayed = onTheirWay.filter((d) => d.replica === part.replica.id)[which];
    if (delayed === undefined) return { parts: [server, puts, late], wrong: 'there is no such put on its which' };
    const [after, answer] = putAt(settings, part, delayed.put);
    return {
      parts: [after, puts, { onTheirWay: onTheirWay.filter((d) => d !== delayed) } satisfies LatePart],
      saw: answer.type === 'accepted' ? delayed.put.value : `${delayed.put.value}: ${answer.type}`,
    };
  };

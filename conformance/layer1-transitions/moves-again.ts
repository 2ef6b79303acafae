/**
 * The moves of sessions that end and start again, anew or from a token (R11a), and of servers that are put back from a copy of their log (R7a). The log
 * on disk finds out that its folder is a copy; here a replica begins with the state that such a log has.
 */
import type { ReplicaOptions } from '#bayou/impl/replica.js';
import { incarnationOf, replicaId, type NodeId } from '#bayou/core/ids.js';
import { NO_CHANGE } from '#bayou/impl/log/log.js';
import { newSession, resume, token } from '#bayou/impl/session.js';
import { numberAfter } from '#bayou/model/protocol/put-identity.js';
import type { Move } from './move.js';
import {
  openDisk,
  serverIdOf,
  type ClientPart,
  type CopiesPart,
  type ServerPart,
  type TokenPart,
} from './implementation-parts.js';

/** The session's token is taken; the session goes on. */
export const takeToken: Move = ([client]) => ({
  parts: [client, { token: token((client as ClientPart).session) } satisfies TokenPart],
});

/** The client's next session: its connections stay, and nobody has answered it yet. */
const next = (part: ClientPart, session: ClientPart['session']): ClientPart => ({
  session,
  pending: undefined,
  connected: part.connected,
  answeredLast: undefined,
});

/** Starts a session without a token, under a number of its own. */
export const startAnew =
  (maxKeys: number): Move =>
  ([client, started]) => {
    const part = client as ClientPart;
    const { client: id, number, guarantees } = part.session;
    return { parts: [next(part, newSession(id, numberAfter(number), guarantees, { maxKeys })), started] };
  };

/** Starts a session that goes on from the token. */
export const startFromToken =
  (maxKeys: number): Move =>
  ([client, started]) => {
    const part = client as ClientPart;
    const from = (started as TokenPart).token;
    if (from === null) return { parts: [client, started], wrong: 'there is no token' };
    return { parts: [next(part, resume(from, numberAfter(part.session.number), { maxKeys })), started] };
  };

/** Copies the server's log. */
export const copyLog =
  (id: NodeId): Move =>
  ([server, made]) => {
    const copies = [...(made as CopiesPart).copies];
    copies[id] = server as ServerPart;
    return { parts: [server, { copies } satisfies CopiesPart] };
  };

/** The copy replaces the log, and the server goes on with it as a new replica. */
export const putBack =
  (replicaOptions: ReplicaOptions, id: NodeId): Move =>
  async ([server, made]) => {
    const part = server as ServerPart;
    const copy = (made as CopiesPart).copies[id];
    if (copy === undefined) return { parts: [server, made], wrong: 'there is no copy' };
    const replica = replicaId(serverIdOf(part), incarnationOf(part.replica.id) + 1);
    const kept = { ...copy, disk: { append: { ...NO_CHANGE, replica }, before: copy.disk } };
    return { parts: [{ ...kept, ...(await openDisk(kept, replicaOptions)), up: true } satisfies ServerPart, made] };
  };

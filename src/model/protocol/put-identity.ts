/**
 * The identity of a put (R3): client id, session number, client time. A new session gets a number that no session of its client had (R11a).
 *
 * @module
 * @category The protocol
 */
import type { Bytes } from '../../core/bytes.js';
import type { NodeId, SessionNumber } from '../../core/ids.js';
import type { Put } from '../../core/messages.js';
import type { Write } from '../../core/write.js';
import type { Rules } from './rules.js';

/** A write as a log of the model holds it. R1's write does not name the session that made it; R6 needs the session. */
export interface LoggedWrite extends Write {
  readonly session: SessionNumber;
}

/** The fields that identify a put. */
export type PutIdentity = Pick<Put, 'client' | 'session' | 'clientTime'>;

/** Every client's first session. */
export const FIRST: SessionNumber = '1';

/** R11a: the number of the client's session after this one. A client's sessions are counted, so no two have the same number. */
export const numberAfter = (session: SessionNumber): SessionNumber => (parseInt(session, 16) + 1).toString(16);

/** Are they the same put? */
export const samePut = (a: PutIdentity, b: PutIdentity): boolean =>
  a.clientTime === b.clientTime && a.client === b.client && a.session === b.session;

/** Orders puts by client, session (as they were started) and client time. */
export const byIdentity = (a: PutIdentity, b: PutIdentity): number =>
  a.client - b.client || parseInt(a.session, 16) - parseInt(b.session, 16) || a.clientTime - b.clientTime;

/** R3: does a replica take `a` and `b` for the same put? V9: the replica ignores the session number. */
export const looksTheSame = ({ variant }: Rules, a: PutIdentity, b: PutIdentity): boolean =>
  variant === 'V9' ? a.client === b.client && a.clientTime === b.clientTime : samePut(a, b);

/** A client's session as text: `11` the first, `11.2` the second. */
export const sessionText = (client: NodeId, session: SessionNumber): string =>
  session === FIRST ? `${client}` : `${client}.${session}`;

/** A put's value names the put, so that different puts have different values: `11#1`, and of the second session `11.2#1`. */
export const valueOf = (client: NodeId, clientTime: number, session: SessionNumber = FIRST): Bytes =>
  `${sessionText(client, session)}#${clientTime}`;

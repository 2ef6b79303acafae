/**
 * Who may talk to a cluster: whoever knows the secret of the run. Both ends prove it, by an HMAC over both nonces, so neither
 * secret nor proof can be used again.
 *
 * This keeps out other users and programs of the machine and of the network, who can neither read nor write as a client, nor
 * kill or cut a server as the master. It does not hide what is said (nothing is encrypted), nor protect from somebody who can
 * change packets on the way, from root, or from the user who runs the cluster: use a tunnel or TLS in front where that matters.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { SessionNumber } from '../core/ids.js';
import type { Party } from './protocol.js';

/** A fresh secret for a cluster: 256 bits, hexadecimal. */
export const newSecret = (): string => randomBytes(32).toString('hex');

/** A fresh nonce. */
export const newNonce = (): string => randomBytes(16).toString('hex');

/** The number of a new session, which none had before (R11a): 128 random bits. */
export const newSessionNumber = (): SessionNumber => randomBytes(16).toString('hex');

/** What both ends have said of themselves when a proof is made. */
export interface Introduction {
  readonly dialer: Party;
  readonly dialerNonce: string;
  readonly acceptor: Party;
  readonly acceptorNonce: string;
}

/** The proof that one end of a connection knows the secret. */
export const proof = (secret: string, end: 'dialer' | 'acceptor', i: Introduction): string =>
  createHmac('sha256', secret)
    .update(JSON.stringify([end, i.dialer.role, i.dialer.id, i.dialerNonce, i.acceptor.role, i.acceptor.id, i.acceptorNonce]))
    .digest('hex');

/** Compares proofs in constant time. */
export const sameProof = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1'));

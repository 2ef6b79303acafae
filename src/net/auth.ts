/**
 * Only processes that know the cluster's secret may talk to the cluster. Each end proves by an HMAC over both nonces that
 * it knows the secret. The secret is never sent, and a proof cannot be used for another connection.
 *
 * The secret keeps out other users and programs of the machine and of the network. A program that only carries the bytes is kept out, too: every
 * frame after the handshake is sealed with a key of the connection (`frame-cipher.ts`). The secret does not protect from root or from the user who
 * runs the cluster.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ReplicaId, SessionNumber } from '../core/ids.js';
import { NODE } from '../ports/node.js';
import type { Party } from './protocol.js';

/** The least and the most characters of a secret. */
export const LEAST_SECRET = 16;
export const MAX_SECRET = 4096;

/** A fresh secret for a cluster: 256 bits, hexadecimal. */
export const newSecret = (chance = NODE.chance): string => chance.bytes(32).toString('hex');

/** A fresh nonce. */
export const newNonce = (chance = NODE.chance): string => chance.bytes(16).toString('hex');

/** The number of a new session (R11a): 128 random bits, so no session had it before. */
export const newSessionNumber = (chance = NODE.chance): SessionNumber => chance.bytes(16).toString('hex');

/** The facts that both ends have stated about themselves when a proof is made. */
export interface Introduction {
  readonly dialer: Party;
  readonly dialerNonce: string;
  readonly acceptor: Party;
  readonly acceptorNonce: string;
  /** The replica that the acceptor is (R7); null: it is no server. */
  readonly acceptorReplica: ReplicaId | null;
  /** The TLS channel's own key (`transport.ts`); empty without TLS. */
  readonly channel: string;
}

/** The text under a proof or a key: its purpose, and the facts of the introduction. */
export const describeIntroduction = (purpose: string, i: Introduction): string =>
  JSON.stringify([
    purpose,
    ...[i.dialer.role, i.dialer.id, i.dialerNonce],
    ...[i.acceptor.role, i.acceptor.id, i.acceptorNonce, i.acceptorReplica],
    i.channel,
  ]);

/** The proof that one end of a connection knows the secret. */
export const proof = (secret: string, end: 'dialer' | 'acceptor', i: Introduction): string =>
  createHmac('sha256', secret).update(describeIntroduction(end, i)).digest('hex');

/** Compares proofs in constant time. */
export const sameProof = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1'));

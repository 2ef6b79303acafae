/** Ids of servers, clients and replicas (contract, section 1 and R7), and the numbers of sessions (R3, R11a). */
import * as t from 'io-ts/lib/index.js';

/** A server's or a client's id: a non-negative safe integer, one namespace for both. */
export type NodeId = number;

/**
 * A replica's id, `server.incarnation`, for example `8021.0`. A server that comes back without its log is a new replica: the
 * same server id under a new incarnation (R7). One string, so that equality and `Map` keys are native.
 */
export type ReplicaId = `${number}.${number}`;

/**
 * A session's number (R3, R11a), which no session had before: 1 to 32 hexadecimal digits in lower case, not all of them 0. The
 * implementation draws 128 random bits, the model counts. A put is known by client id, session number and client time.
 */
export type SessionNumber = string;

const SESSION = /^(?!0+$)[0-9a-f]{1,32}$/;

/** Numbers of so many digits are exact. */
const MAX_DIGITS = 15;

const REPLICA = /^(0|[1-9]\d{0,15})\.(0|[1-9]\d{0,15})$/;

/** The replica of a server's given incarnation; the first is 0. */
export const replicaId = (server: NodeId, incarnation = 0): ReplicaId => `${server}.${incarnation}`;

/** The server that a replica is an incarnation of. */
export const serverOf = (r: ReplicaId): NodeId => Number(r.slice(0, r.indexOf('.')));

/** Which incarnation of its server a replica is. */
export const incarnationOf = (r: ReplicaId): number => Number(r.slice(r.indexOf('.') + 1));

const isNatural = (u: unknown): u is number => Number.isSafeInteger(u) && (u as number) >= 0;

/** Numbers that are not exact would make two replicas one. */
const isReplicaId = (u: unknown): u is ReplicaId =>
  typeof u === 'string' && REPLICA.test(u) && (u.length <= MAX_DIGITS || u.split('.').every((n) => isNatural(Number(n))));

/** A non-negative safe integer: an id, an accept time, a client time, a counter. */
export const Natural: t.Type<number> = new t.Type(
  'Natural',
  isNatural,
  (u, c) => (isNatural(u) ? t.success(u) : t.failure(u, c)),
  t.identity,
);

/** Decodes a {@link NodeId}. */
export const NodeIdC: t.Type<NodeId> = Natural;

/** Decodes a {@link ReplicaId}. */
export const ReplicaIdC: t.Type<ReplicaId> = new t.Type(
  'ReplicaId',
  isReplicaId,
  (u, c) => (isReplicaId(u) ? t.success(u) : t.failure(u, c)),
  t.identity,
);

const isSessionNumber = (u: unknown): u is SessionNumber => typeof u === 'string' && SESSION.test(u);

/** Decodes a {@link SessionNumber}. */
export const SessionNumberC: t.Type<SessionNumber> = new t.Type(
  'SessionNumber',
  isSessionNumber,
  (u, c) => (isSessionNumber(u) ? t.success(u) : t.failure(u, c)),
  t.identity,
);

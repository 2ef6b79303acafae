/** The session (R11, R12): the stamps that it has written and read, and the requirements that follow. Answers change it. No sockets. */
import type { Bytes } from '../core/bytes.js';
import type { NodeId, ReplicaId, SessionNumber } from '../core/ids.js';
import type { Get, GetAnswer, Put, PutAnswer } from '../core/messages.js';
import type { Guarantees, SessionToken } from '../core/guarantees.js';
import type { Stamp, VectorEntries } from '../core/write.js';
import { isLater } from './order.js';
import { entriesOfVector, raise, vectorOfEntries, type Vector } from './vector.js';

/** The default of `maxKeys`: how many keys each of the two per-key maps remembers. */
const MAX_KEYS = 10_000;

/** Stamps by key. The least recently used key is first. */
type Stamps = Map<Bytes, Stamp>;

/** A session's state (R11). Opaque: only the functions below read it, and they change it in place. */
export interface Session {
  readonly client: NodeId;
  /** The session's number. No earlier session had this number (R11a). */
  readonly number: SessionNumber;
  readonly guarantees: Guarantees;
  /** @internal */
  readonly maxKeys: number;
  /** @internal The greatest accept time seen in an answer. */
  clock: number;
  /** The last client time that the session has given to a put (R3). */
  clientTime: number;
  /** @internal Greatest stamp written, by key. */
  readonly wrote: Stamps;
  /** @internal Greatest stamp read, by key. */
  readonly read: Stamps;
  /** @internal The requirement of every get for the sake of the forgotten keys. */
  readonly floor: Vector;
  /** @internal */
  readonly writeVector: Vector;
  /** @internal */
  readonly readVector: Vector;
}

/** Limits of a session. */
export interface SessionOptions {
  /** How many keys each per-key map remembers. Beyond `maxKeys` the least recently used key's stamp goes into the floor. Default 10,000. */
  readonly maxKeys?: number;
}

// --- constructors ----------------------------------------------------------------------------------------------------------

/** A session that has seen nothing. */
export const newSession = (
  client: NodeId,
  number: SessionNumber,
  guarantees: Guarantees,
  options: SessionOptions = {},
): Session => ({
  client,
  number,
  guarantees,
  maxKeys: options.maxKeys ?? MAX_KEYS,
  clock: 0,
  clientTime: 0,
  wrote: new Map(),
  read: new Map(),
  floor: new Map(),
  writeVector: new Map(),
  readVector: new Map(),
});

/**
 * A new session (R11a) that has seen every stamp of the token, and keeps the token's guarantees. If `maxKeys` is lower than the earlier
 * session's, the oldest keys go into the floor. One token may begin any number of sessions.
 */
export const resume = (token: SessionToken, number: SessionNumber, options: SessionOptions = {}): Session => {
  const session: Session = {
    ...newSession(token.client, number, token.guarantees, options),
    clock: token.clock,
    floor: vectorOfEntries(token.floor),
    writeVector: vectorOfEntries(token.writeVector),
    readVector: vectorOfEntries(token.readVector),
  };
  for (const [key, stamp] of token.wrote) note(session, 'wrote', key, stamp);
  for (const [key, stamp] of token.read) note(session, 'read', key, stamp);
  return session;
};

/**
 * The stamps and vectors that the session has seen, as JSON (R11a). The token leaves the session's number and client time out, so no session
 * that begins with the token can be taken for this session.
 */
export const token = (session: Session): SessionToken => ({
  version: 2,
  client: session.client,
  clock: session.clock,
  guarantees: session.guarantees,
  wrote: [...session.wrote],
  read: [...session.read],
  floor: entriesOfVector(session.floor),
  writeVector: entriesOfVector(session.writeVector),
  readVector: entriesOfVector(session.readVector),
});

// --- operations ------------------------------------------------------------------------------------------------------------

/** R12, R13: the request of a get, with the requirement that the server must meet. */
export const startGet = (session: Session, key: Bytes): Get => ({
  type: 'get',
  client: session.client,
  key,
  ...(session.guarantees.scope === 'store' ? requiredOfStore(session) : requiredOfKey(session, key)),
});

/** R12: the request of a get, raised by a stamp that the session has written or read since. It is the same object where that requires no more. */
export const raised = ({ guarantees }: Session, request: Get, which: 'wrote' | 'read', key: Bytes, stamp: Stamp): Get => {
  const isRequired = which === 'wrote' ? guarantees.readYourWrites : guarantees.monotonicReads;
  if (!isRequired) return request;
  if (guarantees.scope === 'key') {
    const isLess = request.key === key && (request.atLeast === null || isLater(stamp, request.atLeast));
    return isLess ? { ...request, atLeast: stamp } : request;
  }
  const require = vectorOfEntries(request.require);
  if ((require.get(stamp.r) ?? 0) >= stamp.t) return request;
  raise(require, stamp.r, stamp.t);
  return { ...request, require: entriesOfVector(require) };
};

/**
 * R12: does the answer to `sent` meet what is required by now? With scope key it does if it has a late enough stamp. Otherwise only the server could tell,
 * and it was not asked for this much.
 */
export const meets = (sent: Get, required: Get, answer: GetAnswer): boolean => {
  if (sent === required) return true;
  const { atLeast } = required;
  return answer.type === 'found' && sent.require === required.require && (atLeast === null || !isLater(atLeast, answer.stamp));
};

/** R3, R12: the request of a put, with the next client time. */
export const startPut = (session: Session, key: Bytes, value: Bytes): Put => {
  session.clientTime++;
  return {
    type: 'put',
    client: session.client,
    session: session.number,
    clientTime: session.clientTime,
    replica: null,
    clock: session.clock,
    key,
    value,
    require: requiredOfPut(session),
  };
};

/**
 * The same put (R3) for the next server, while no server has taken it (R14). It gets the session's current clock and requirement. An answer may raise
 * the requirement and not the clock: the answer to an earlier put, after a get has seen a later stamp.
 */
export const refreshed = (session: Session, put: Put): Put => ({ ...put, clock: session.clock, require: requiredOfPut(session) });

/**
 * The same put with the next client time (R3), while no server has taken it (R14). Its session has gone so far meanwhile that a server could take its first client
 * time for a put that it has forgotten.
 */
export const renumbered = (session: Session, put: Put): Put => ({ ...put, clientTime: ++session.clientTime });

/**
 * The put as it was sent to this replica, for another try at the same replica (R14). The put keeps its clock, so a server that may have
 * forgotten the put can tell how old the put is.
 */
export const repeated = (put: Put, replica: ReplicaId): Put => ({ ...put, replica });

/**
 * R14: the chain of a put. Of two puts of one chain the later must wait for the earlier put's result: until then nobody knows which replica will stamp
 * the earlier put. The puts to one key are a chain, because the later put must have the greater stamp. With Monotonic Writes all puts are one chain, because
 * the later put has to require the earlier put.
 */
export const chainOf = (session: Session, { key }: Put): string => (session.guarantees.monotonicWrites ? '' : key);

/** R11: takes the answer to a get into the session. */
export const gotAnswer = (session: Session, request: Get, answer: GetAnswer): void => {
  if (answer.type !== 'found') return;
  session.clock = Math.max(session.clock, answer.stamp.t);
  raise(session.readVector, answer.stamp.r, answer.stamp.t);
  note(session, 'read', request.key, answer.stamp);
};

/** R11: takes the answer to a put into the session. */
export const putAnswered = (session: Session, request: Put, answer: PutAnswer): void => {
  if (answer.type !== 'accepted') return;
  session.clock = Math.max(session.clock, answer.stamp.t);
  raise(session.writeVector, answer.stamp.r, answer.stamp.t);
  note(session, 'wrote', request.key, answer.stamp);
};

const requiredOfPut = ({ guarantees, readVector, writeVector }: Session): VectorEntries => {
  const require: Vector = new Map();
  if (guarantees.writesFollowReads) raiseAll(require, readVector);
  if (guarantees.monotonicWrites) raiseAll(require, writeVector);
  return entriesOfVector(require);
};

/** R12: the requirement of a get. */
type Required = Pick<Get, 'atLeast' | 'require'>;

const requiredOfKey = (session: Session, key: Bytes): Required => {
  const { readYourWrites, monotonicReads } = session.guarantees;
  const wrote = readYourWrites ? session.wrote.get(key) : undefined;
  const read = monotonicReads ? session.read.get(key) : undefined;
  const greater = wrote !== undefined && read !== undefined && isLater(read, wrote) ? read : (wrote ?? read);
  return { atLeast: greater ?? null, require: entriesOfVector(session.floor) };
};

const requiredOfStore = (session: Session): Required => {
  const require: Vector = new Map();
  if (session.guarantees.readYourWrites) raiseAll(require, session.writeVector);
  if (session.guarantees.monotonicReads) raiseAll(require, session.readVector);
  return { atLeast: null, require: entriesOfVector(require) };
};

const raiseAll = (vector: Vector, other: Vector): void => {
  for (const [r, t] of other) raise(vector, r, t);
};

/** Remembers the greatest stamp of a key. The key becomes the most recently used one. The least recently used key may be forgotten. */
const note = (session: Session, which: 'wrote' | 'read', key: Bytes, stamp: Stamp): void => {
  const stamps = session[which];
  const before = stamps.get(key);
  stamps.delete(key);
  stamps.set(key, before === undefined || isLater(stamp, before) ? stamp : before);
  if (stamps.size <= session.maxKeys) return;
  const [oldest] = stamps;
  if (oldest === undefined) return;
  stamps.delete(oldest[0]);
  if (which === 'wrote' ? session.guarantees.readYourWrites : session.guarantees.monotonicReads) {
    raise(session.floor, oldest[1].r, oldest[1].t);
  }
};

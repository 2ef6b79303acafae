/**
 * A session (R11 to R15): its state, what it requires of a server, what it learns from an answer, and the session after it.
 *
 * @module
 * @category The protocol
 */
import type { Bytes } from '../../core/bytes.js';
import type { NodeId, ReplicaId, SessionNumber } from '../../core/ids.js';
import type { Get, Put } from '../../core/messages.js';
import type { Guarantees } from '../../core/guarantees.js';
import type { Stamp } from '../../core/write.js';
import { FIRST, numberAfter, valueOf } from './put-identity.js';
import { isOlder } from './order.js';
import type { Rules } from './rules.js';
import type { GetRequirement } from './server.js';
import * as V from './vector.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** One stamp for each key, sorted by key. */
export type Stamps = ReadonlyArray<readonly [Bytes, Stamp]>;

/** A put that was sent to a replica and never answered: its outcome is unknown until it is repeated there and answered (R14). */
export interface UnansweredPut {
  readonly clientTime: number;
  readonly key: Bytes;
  readonly replica: ReplicaId;
}

/** A put that was acknowledged, for the property SESSION_ORDER. */
export interface AcknowledgedPut {
  readonly clientTime: number;
  readonly key: Bytes;
  readonly stamp: Stamp;
}

/**
 * Bounded maps (R11). `wrote` and `read` list the keys whose stamps the session still knows, oldest use first; the stamps of all other keys
 * were folded into `floor`, where the session asks for their guarantee. The maps of {@link Session} stay whole, for the properties; the session looks only at the keys listed here.
 */
export interface KnownKeys {
  readonly wrote: ReadonlyArray<Bytes>;
  readonly read: ReadonlyArray<Bytes>;
  readonly floor: V.Vector;
}

/** A session's state (R11). The properties also look at `wrote` and `read`, which record all that the session has seen. */
export interface Session {
  readonly client: NodeId;
  /** R11a: no other session of the client has this number. */
  readonly number: SessionNumber;
  readonly clientTime: number;
  readonly clock: number;
  /**
   * For each key, the stamp of the session's last write (R12). R11 asks for the greatest stamp. Both are the same stamp, since a put is
   * stamped above the session's clock (R2). Under V1 they can differ; then the stamp of the last write is kept, as R12 says.
   */
  readonly wrote: Stamps;
  /** For each key, the greatest stamp that the session has read. */
  readonly read: Stamps;
  readonly writeVector: V.Vector;
  readonly readVector: V.Vector;
  /** The keys that the bounded per-key maps still hold (R11). `null`: the maps are not bounded. */
  readonly kept: KnownKeys | null;
  readonly unanswered: UnansweredPut | null;
  /** The session's acknowledged puts. `null` where no answer can be lost: every put is acknowledged, and `wrote` says enough. */
  readonly acknowledged: ReadonlyArray<AcknowledgedPut> | null;
  /** The servers that the session is connected to, in the order of connecting (R13); empty where clients roam freely. */
  readonly servers: ReadonlyArray<NodeId>;
  /** The server that answered last (R13); `null` where none has, or where clients roam freely. */
  readonly last: NodeId | null;
}

/** A new session. */
export const newSession = (client: NodeId, servers: ReadonlyArray<NodeId> = [], isBounded = false): Session => ({
  client,
  number: FIRST,
  clientTime: 0,
  clock: 0,
  wrote: [],
  read: [],
  writeVector: V.none,
  readVector: V.none,
  kept: isBounded ? { wrote: [], read: [], floor: V.none } : null,
  unanswered: null,
  acknowledged: null,
  servers,
  last: null,
});

/**
 * The session with some fields changed. Each field is named: every place with a spread makes objects of another hidden class, and a function
 * that gets objects of several hidden classes runs many times slower.
 */
export const sessionWith = (session: Session, changes: Partial<Session>): Session => ({
  client: changes.client ?? session.client,
  number: changes.number ?? session.number,
  clientTime: changes.clientTime ?? session.clientTime,
  clock: changes.clock ?? session.clock,
  wrote: changes.wrote ?? session.wrote,
  read: changes.read ?? session.read,
  writeVector: changes.writeVector ?? session.writeVector,
  readVector: changes.readVector ?? session.readVector,
  kept: changes.kept === undefined ? session.kept : changes.kept,
  unanswered: changes.unanswered === undefined ? session.unanswered : changes.unanswered,
  acknowledged: changes.acknowledged === undefined ? session.acknowledged : changes.acknowledged,
  servers: changes.servers ?? session.servers,
  last: changes.last === undefined ? session.last : changes.last,
});

// --- stamps by key ---------------------------------------------------------------------------------------------------------

/** The stamp of a key; undefined where `stamps` has none. */
export const stampFor = (stamps: Stamps, key: Bytes): Stamp | undefined => stamps.find((entry) => entry[0] === key)?.[1];

const withStamp = (stamps: Stamps, key: Bytes, stamp: Stamp): Stamps =>
  stampFor(stamps, key) === stamp
    ? stamps
    : [...stamps.filter((entry) => entry[0] < key), [key, stamp], ...stamps.filter((entry) => entry[0] > key)];

const later = (known: Stamp | undefined, stamp: Stamp): Stamp => (known !== undefined && !isOlder(known, stamp) ? known : stamp);

const raisedBy = (vector: V.Vector, stamp: Stamp | undefined): V.Vector =>
  stamp === undefined ? vector : V.raise(vector, stamp);

// --- what it asks (R12) ----------------------------------------------------------------------------------------------------

/** The stamp that the session wrote to a key (or read of it), where the session still knows the key. */
const known = (session: Session, what: 'wrote' | 'read', key: Bytes): Stamp | undefined =>
  session.kept === null || session.kept[what].includes(key) ? stampFor(session[what], key) : undefined;

const greater = (a: Stamp | undefined, b: Stamp | undefined): Stamp | null =>
  a === undefined ? (b ?? null) : b === undefined ? a : later(a, b);

/**
 * R12, scope key: the greater of the stamp that the session wrote to the key (readYourWrites) and the stamp that it read of the key
 * (monotonicReads). The replica must also cover the floor (R11). The floor is empty where neither guarantee is asked.
 */
const requiredOfKey = (guarantees: Guarantees, session: Session, key: Bytes): GetRequirement => ({
  atLeast: greater(
    guarantees.readYourWrites ? known(session, 'wrote', key) : undefined,
    guarantees.monotonicReads ? known(session, 'read', key) : undefined,
  ),
  require: session.kept?.floor ?? V.none,
});

/** R12, scope store: the write vector (readYourWrites) joined with the read vector (monotonicReads). */
const requiredOfStore = (guarantees: Guarantees, session: Session): GetRequirement => ({
  atLeast: null,
  require: V.join(
    guarantees.readYourWrites ? session.writeVector : V.none,
    guarantees.monotonicReads ? session.readVector : V.none,
  ),
});

/** R12: what a server must have before it may answer this session's get of a key. */
export const requiredOfGet = (guarantees: Guarantees, session: Session, key: Bytes): GetRequirement =>
  guarantees.scope === 'key' ? requiredOfKey(guarantees, session, key) : requiredOfStore(guarantees, session);

/** R12: what a server must have before it may accept this session's put. */
const requiredOfPut = (guarantees: Guarantees, session: Session): V.Vector =>
  V.join(guarantees.writesFollowReads ? session.readVector : V.none, guarantees.monotonicWrites ? session.writeVector : V.none);

/** The get that the session sends. */
export const getOf =
  (guarantees: Guarantees) =>
  (session: Session, key: Bytes): Get => ({
    type: 'get',
    client: session.client,
    key,
    ...requiredOfGet(guarantees, session, key),
  });

/** The put that the session sends. If a put is unanswered, the session repeats it to the replica that it was sent to (R3, R14). */
export const putOf =
  (guarantees: Guarantees, value: typeof valueOf = valueOf) =>
  (session: Session, key: Bytes): Put => {
    const clientTime = session.unanswered?.clientTime ?? session.clientTime + 1;
    return {
      type: 'put',
      client: session.client,
      session: session.number,
      clientTime,
      replica: session.unanswered?.replica ?? null,
      clock: session.clock,
      key: session.unanswered?.key ?? key,
      value: value(session.client, clientTime, session.number),
      require: requiredOfPut(guarantees, session),
    };
  };

// --- what it learns (R11) --------------------------------------------------------------------------------------------------

/** The session after its put was accepted with this stamp. */
export const afterPut = (session: Session, put: Put, stamp: Stamp): Session =>
  sessionWith(session, {
    clientTime: put.clientTime,
    clock: Math.max(session.clock, stamp.t),
    wrote: withStamp(session.wrote, put.key, stamp),
    writeVector: V.raise(session.writeVector, stamp),
    unanswered: null,
    acknowledged: session.acknowledged && [...session.acknowledged, { clientTime: put.clientTime, key: put.key, stamp }],
  });

/** The session after its put was sent to a replica and the connection broke before the answer (R14). */
export const afterSilence = (session: Session, put: Put, replica: ReplicaId): Session =>
  sessionWith(session, {
    clientTime: put.clientTime,
    unanswered: { clientTime: put.clientTime, key: put.key, replica },
  });

/** The session after it gave its unanswered put up. The outcome stays unknown (R14). */
export const afterGivingUp = (session: Session): Session => sessionWith(session, { unanswered: null });

/** The session after its get found the write with this stamp. If nothing changes, the result is the same object. */
export const afterGet = (session: Session, key: Bytes, stamp: Stamp): Session => {
  const clock = Math.max(session.clock, stamp.t);
  const read = withStamp(session.read, key, later(stampFor(session.read, key), stamp));
  const readVector = V.raise(session.readVector, stamp);
  return clock === session.clock && read === session.read && readVector === session.readVector
    ? session
    : sessionWith(session, { clock, read, readVector });
};

/** The keys of a map, oldest use first, after `key` was used, and the key that is then one too many. */
const used = (keys: ReadonlyArray<Bytes>, key: Bytes, bound: number) => {
  const order = [...keys.filter((k) => k !== key), key];
  return order.length > bound ? { keys: order.slice(1), out: order[0] } : { keys: order, out: undefined };
};

/**
 * R11: the session after it wrote (or read) a key, with each of its maps bounded to `bound` keys. A key beyond the bound is folded into the floor
 * if the session asks for the guarantee that looks at the map. A floor of other keys would refuse gets for a guarantee that nobody asked for.
 */
export const bounded =
  (guarantees: Guarantees, bound: number) =>
  (session: Session, what: 'wrote' | 'read', key: Bytes): Session => {
    if (session.kept === null) return session;
    const { keys, out } = used(session.kept[what], key, bound);
    const isAsked = what === 'wrote' ? guarantees.readYourWrites : guarantees.monotonicReads;
    const stamp = isAsked && out !== undefined ? stampFor(session[what], out) : undefined;
    return sessionWith(session, { kept: { ...session.kept, [what]: keys, floor: raisedBy(session.kept.floor, stamp) } });
  };

// --- the servers that it asks (R13) ----------------------------------------------------------------------------------------

/** R13: first the server that answered last, then the other connected servers in the order of connecting. */
export const askingOrder = ({ servers, last }: Session): ReadonlyArray<NodeId> =>
  last !== null && servers.includes(last) ? [last, ...servers.filter((s) => s !== last)] : servers;

/** The session after a server answered: the session asks that server first the next time (R13). */
export const answeredBy = (session: Session, server: NodeId): Session => sessionWith(session, { last: server });

/** The session after a link to a server is made: the session asks that server after the servers connected before. */
export const linkMade = (session: Session, server: NodeId): Session =>
  session.servers.includes(server) ? session : sessionWith(session, { servers: [...session.servers, server] });

/** The session after a link to a server is cut. */
export const linkCut = (session: Session, server: NodeId): Session =>
  sessionWith(session, {
    servers: session.servers.filter((s) => s !== server),
    last: session.last === server ? null : session.last,
  });

// --- who comes after it (R11a) ---------------------------------------------------------------------------------------------

/** The next session under the client's id. It has the links of this session and knows nothing else of it. */
export const startedAnew = (session: Session): Session =>
  sessionWith(newSession(session.client, session.servers, session.kept !== null), {
    number: numberAfter(session.number),
    acknowledged: session.acknowledged && [],
  });

/** A token of the session: a session that has seen the same and has made no put yet. V9: the token also keeps the client time. */
export const tokenOf = ({ variant }: Rules, session: Session): Session =>
  sessionWith(session, {
    number: FIRST,
    clientTime: variant === 'V9' ? session.clientTime : 0,
    unanswered: null,
    acknowledged: session.acknowledged && [],
    servers: [],
    last: null,
  });

/** The next session under the client's id, which goes on from a token. */
export const startedFrom = (session: Session, token: Session): Session =>
  sessionWith(token, { number: numberAfter(session.number), servers: session.servers });

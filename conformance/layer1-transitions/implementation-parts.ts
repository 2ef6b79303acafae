/**
 * The implementation's part for each component of the model's state, how a part is copied, and the abstraction function: the model's value for a
 * part.
 *
 * | model | implementation |
 * | --- | --- |
 * | a server that is up | a `Replica` and the appends it has made durable |
 * | a server that is down | what its durable log holds when it is opened |
 * | a session | a `Session`, the put it has not been answered, the servers it is connected to, the one that answered last |
 * | the messages in flight | the requests and answers of pulls that were sent |
 * | the puts that arrive late | the requests that were sent |
 * | the token that was taken | a `SessionToken` |
 * | the copies of logs | the appends that each had made durable |
 * | links, budgets, the history of all puts | nothing: the master's business, or bounds of the model |
 */
import * as E from 'fp-ts/lib/Either.js';
import { incarnationOf, replicaId, serverOf, type NodeId, type ReplicaId } from '#bayou/core/ids.js';
import type { Pull, PulledAnswer, Put } from '#bayou/core/messages.js';
import type { Guarantees, SessionToken } from '#bayou/core/guarantees.js';
import { nameOfSlot, type SeenPut } from '#bayou/impl/client-windows.js';
import { openDurable } from '#bayou/impl/durable.js';
import type { Append } from '#bayou/impl/log/log.js';
import { createMemoryLog } from '#bayou/impl/log/memory-log.js';
import { restore, snapshot, type Replica, type ReplicaOptions } from '#bayou/impl/replica.js';
import { resume, token, type Session } from '#bayou/impl/session.js';
import { textOf, type Message, type Net } from '#bayou/model/protocol/network.js';
import type { Server } from '#bayou/model/protocol/server.js';
import type { Session as ModelSession, Stamps } from '#bayou/model/protocol/session.js';
import { byIdentity, FIRST, type LoggedWrite } from '#bayou/model/protocol/put-identity.js';
import type { Rules } from '#bayou/model/protocol/rules.js';
import { replicaOrd, stampOrd } from '#bayou/model/protocol/order.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** The appends that were made durable, latest first. */
export interface DurableAppends {
  readonly append: Append;
  readonly before: DurableAppends | undefined;
}

/** A server. The replica of a part is never changed: a move takes its step with a copy. */
export interface ServerPart {
  readonly up: boolean;
  readonly replica: Replica;
  readonly seen: ReadonlyArray<SeenPut>;
  readonly disk: DurableAppends | undefined;
}

/** A client. The session of a part is never changed. */
export interface ClientPart {
  readonly session: Session;
  /** The put that was sent and not answered (R14). */
  readonly pending: Put | undefined;
  readonly connected: ReadonlyArray<NodeId>;
  readonly answeredLast: NodeId | undefined;
}

/** A message of a pull in flight. */
export type MessageInFlight =
  | { readonly type: 'request'; readonly puller: NodeId; readonly answerer: NodeId; readonly pull: Pull }
  | {
      readonly type: 'answer';
      readonly puller: NodeId;
      readonly answerer: NodeId;
      readonly to: ReplicaId;
      /** The vector that was asked with. */
      readonly asked: Pull['vv'];
      readonly pulled: PulledAnswer;
    };

/** The messages in flight, in the order of the model's bag. */
export type NetPart = ReadonlyArray<MessageInFlight>;

/** The puts that have not arrived yet, in the order in which the model has them. */
export interface LatePart {
  readonly onTheirWay: ReadonlyArray<{ readonly put: Put; readonly replica: ReplicaId }>;
}

/** The token that a session may begin with (R11a). */
export interface TokenPart {
  readonly token: SessionToken | null;
}

/** The latest copy of each server's log (R7a). */
export interface CopiesPart {
  readonly copies: ReadonlyArray<ServerPart | undefined>;
}

// --- copies ----------------------------------------------------------------------------------------------------------------

/** Copies a replica: makes one from what its log would hold. (Sampled paths are replayed without copies, to check that copies are faithful.) */
export const copyReplica = (part: ServerPart, replicaOptions: ReplicaOptions): Replica => {
  const { id, clock, vv, log, waiting, transfers } = snapshot(part.replica);
  return restore({ replica: id, found: 'whole', clock, vv, writes: log, waiting, seen: part.seen, transfers }, replicaOptions);
};

/** Copies a session: makes one from its token. */
export const copySession = (session: Session, maxKeys: number): Session => ({
  ...resume(token(session), session.number, { maxKeys }),
  clientTime: session.clientTime,
});

/** The server that opens a durable log with these appends (by `openDurable`, as a process does when it starts). */
export const openDisk = async (
  part: ServerPart,
  replicaOptions: ReplicaOptions,
): Promise<Pick<ServerPart, 'replica' | 'seen'>> => {
  const log = createMemoryLog();
  const { id } = part.replica;
  const owner = { server: serverOf(id), freshIncarnation: incarnationOf(id) };
  await log.open(owner);
  const appends: Append[] = [];
  for (let d = part.disk; d !== undefined; d = d.before) appends.unshift(d.append);
  await log.commit(appends);
  const [held, opened] = [await log.open(owner), await openDurable(log, owner, replicaOptions)];
  if (E.isLeft(held) || E.isLeft(opened)) throw new Error('a log in memory cannot be opened');
  return { replica: opened.right.replica, seen: replicaOptions.faults?.amnesia === true ? [] : [...held.right.seen] };
};

/** The puts to recognise after an append. */
export const seenAfter = (seen: ReadonlyArray<SeenPut>, { seen: more, forgotten }: Append): ReadonlyArray<SeenPut> =>
  more.length === 0 && forgotten.length === 0
    ? seen
    : [...seen.filter((s) => !forgotten.some((f) => nameOfSlot(f) === nameOfSlot(s))), ...more];

// --- the abstraction function ----------------------------------------------------------------------------------------------

const sorted = <T>(items: ReadonlyArray<T>, compare: (a: T, b: T) => number): ReadonlyArray<T> => [...items].sort(compare);

const sortedVector = (entries: Pull['vv']): Pull['vv'] => sorted(entries, ([a], [b]) => replicaOrd.compare(a, b));

/** The puts that the model remembers: of each client its last put at this server, in any session (`last`), or all puts (`all`). */
const receiptsOf = (seen: ReadonlyArray<SeenPut>, remembered: 'last' | 'all'): Server['receipts'] => {
  const last = new Map<NodeId, SeenPut>();
  for (const s of seen) last.set(s.client, s);
  return sorted(
    [...(remembered === 'all' ? seen : last.values())].map(({ client, session, clientTime, stamp }) => ({
      client,
      session,
      clientTime,
      key: '',
      value: '',
      stamp,
    })),
    byIdentity,
  );
};

/** Writes of the model; the implementation's do not say which session made them. */
const logOf = (writes: PulledAnswer['writes']): ReadonlyArray<LoggedWrite> =>
  sorted(writes, stampOrd.compare).map((write) => ({ ...write, session: FIRST }));

/** A server of the model, with the puts that the model remembers (`Rules.remembersPuts`). */
export const serverOfPart = (part: ServerPart, remembersPuts: Rules['remembersPuts']): Server => {
  const { id, clock, vv, log, waiting, transfers } = snapshot(part.replica);
  return {
    replica: id,
    up: part.up,
    clock,
    vv: sorted(vv, ([a], [b]) => replicaOrd.compare(a, b)),
    log: logOf(log),
    receipts: remembersPuts === 'no' ? [] : receiptsOf(part.seen, remembersPuts),
    midway: null,
    waiting: logOf(waiting),
    transfers: transfers.map((x) => ({ ...x, base: sortedVector(x.base), goal: sortedVector(x.goal) })),
  };
};

/**
 * The stamps of a bounded map of reads that a get looks at: none without Monotonic Reads. There the two maps may differ. The session may read
 * an older write of a key that it had forgotten. The implementation then knows the older stamp. The model, whose map stays whole for the
 * properties, knows the greater one.
 */
const readsLookedAt = (read: Stamps, guarantees: Guarantees): Stamps => (guarantees.monotonicReads ? read : []);

/** A session of the model. (The client times of puts that were refused are not counted: see `moves.ts`.) */
export const sessionOfPart = (part: ClientPart, isBounded: boolean): ModelSession => {
  const { session, pending, connected, answeredLast } = part;
  const t = token(session);
  const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);
  const byReplica = ([a]: readonly [ReplicaId, number], [b]: readonly [ReplicaId, number]): number => replicaOrd.compare(a, b);
  return {
    client: t.client,
    number: session.number,
    clientTime: session.clientTime,
    clock: t.clock,
    wrote: sorted(t.wrote, byKey),
    read: isBounded ? readsLookedAt(sorted(t.read, byKey), t.guarantees) : sorted(t.read, byKey),
    writeVector: sorted(t.writeVector, byReplica),
    readVector: sorted(t.readVector, byReplica),
    kept: isBounded
      ? { wrote: t.wrote.map(([key]) => key), read: t.read.map(([key]) => key), floor: sorted(t.floor, byReplica) }
      : null,
    unanswered:
      pending === undefined
        ? null
        : { clientTime: pending.clientTime, key: pending.key, replica: pending.replica ?? replicaId(0) },
    acknowledged: null,
    servers: connected,
    last: answeredLast ?? null,
  };
};

const withoutWriters = (log: Server['log']): Server['log'] => log.map((write) => ({ ...write, session: FIRST }));

/** Messages of the model without the sessions that made the writes, which R1 does not tell. */
export const withoutWriterSessions = (net: Net): Net =>
  net.map((m) => (m.type === 'answer' ? { ...m, pulled: { ...m.pulled, writes: withoutWriters(m.pulled.writes) } } : m));

/**
 * A server of the model without two facts that the implementation's lacks: the sessions that made its writes, which R1 does not tell, and the contents
 * of the puts in its receipts, of which the implementation keeps a digest.
 */
export const withoutReceiptContents = (server: Server): Server => ({
  ...server,
  log: withoutWriters(server.log),
  waiting: withoutWriters(server.waiting),
  receipts: server.receipts.map((receipt) => ({ ...receipt, key: '', value: '' })),
});

/** A session of the model without the fields that only properties use: its acknowledged puts, and the keys that its bounded maps no longer know (R11). */
export const withoutPropertyFields = (session: ModelSession, guarantees: Guarantees): ModelSession => {
  const { kept } = session;
  return kept === null
    ? { ...session, acknowledged: null }
    : {
        ...session,
        acknowledged: null,
        wrote: session.wrote.filter(([key]) => kept.wrote.includes(key)),
        read: readsLookedAt(
          session.read.filter(([key]) => kept.read.includes(key)),
          guarantees,
        ),
      };
};

/**
 * The model's message. Where answers are whole, the model leaves out the vector of the request, since the puller's next state does not depend on it;
 * then `asked` is empty here, too.
 */
export const sentMessage = (m: MessageInFlight): Message => {
  const vv = sortedVector;
  return m.type === 'request'
    ? { type: 'request', puller: m.puller, answerer: m.answerer, replica: m.pull.puller, vv: vv(m.pull.vv), after: m.pull.after }
    : {
        type: 'answer',
        puller: m.puller,
        answerer: m.answerer,
        replica: m.to,
        pulled: { ...m.pulled, vv: vv(m.pulled.vv), writes: logOf(m.pulled.writes) },
        asked: vv(m.asked),
      };
};

/** The bag of the model. */
export const netOfPart = (net: NetPart): Net => net.map(sentMessage);

/** The messages with one more, in the order of the model's bag. */
export const sendInFlight = (net: NetPart, message: MessageInFlight): NetPart => {
  const pairs = [...net, message].map((m) => [textOf(sentMessage(m)), m] as const);
  return sorted(pairs, ([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, m]) => m);
};

/** The id of a part's server. */
export const serverIdOf = (part: ServerPart): NodeId => serverOf(part.replica.id);

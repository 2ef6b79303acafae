/**
 * The model's names for the servers, clients, keys and writes of a run. Ids and keys that the model could have are kept. Others get the model's ids and
 * keys in the same order, so that the order of stamps stays (R4).
 */
import { incarnationOf, replicaId, serverOf, type NodeId, type ReplicaId } from '#bayou/core/ids.js';
import type { Bytes } from '#bayou/core/bytes.js';
import { textOfBytes } from '#bayou/core/bytes.js';
import type { Stamp, VectorEntries, Write } from '#bayou/core/write.js';
import { valueOf } from '#bayou/model/protocol/put-identity.js';
import { replicaOrd } from '#bayou/model/protocol/order.js';
import { showWrites } from '#bayou/model/checking/seen-in-a-run.js';
import { showStamp, showVector } from '#bayou/model/checking/texts.js';
import { clientId, keyName } from '#bayou/model/checking/world.js';
import type { RunRecord } from './recording.js';

/** The model's names for a run. */
export interface Names {
  readonly servers: number;
  readonly clients: ReadonlyArray<NodeId>;
  readonly keys: number;
  readonly server: (id: NodeId) => string;
  readonly client: (id: NodeId) => string;
  readonly key: (key: Bytes) => string;
  readonly stamp: (stamp: Stamp) => string;
  readonly vector: (vv: VectorEntries) => string;
  readonly replica: (r: ReplicaId) => ReplicaId;
  /** `a=11#1 3@1.0, …`; a value that no put of the run has is shown as it is. */
  readonly writes: (writes: ReadonlyArray<Write>) => string;
  readonly value: (client: NodeId, clientTime: number) => string;
  /** By name of the model, the run's name, where the two differ. */
  readonly legend: Readonly<Record<string, string>>;
}

const MAX_SERVERS = 11;
const MAX_CLIENTS = 100;
const MAX_KEYS = 26;
/** The most servers, or clients, that the model has and the run lacks, so that those of the run keep their names. */
const MAX_GAPS = 2;

const sorted = <T>(all: Iterable<T>, compare: (a: T, b: T) => number): ReadonlyArray<T> => [...new Set(all)].sort(compare);

/**
 * Numbers things. A thing keeps its own number where all have one and there are at most `MAX_GAPS` gaps; otherwise it gets its place in the order.
 * Undefined: there are too many things.
 */
const numbered = <T>(
  things: ReadonlyArray<T>,
  own: (thing: T) => number,
  limit: number,
  gaps: number,
): { readonly count: number; readonly of: (thing: T) => number } | undefined => {
  if (things.length > limit) return undefined;
  const keep = things.every((thing) => own(thing) >= 0 && own(thing) < Math.min(limit, things.length + gaps));
  const count = keep ? Math.max(-1, ...things.map(own)) + 1 : things.length;
  return { count: Math.max(count, 1), of: keep ? own : (thing) => things.indexOf(thing) };
};

/** The names in a run. `clientTimes`: by client, the client times of accepted puts, in order. */
interface Things {
  readonly servers: ReadonlyArray<NodeId>;
  readonly clients: ReadonlyArray<NodeId>;
  readonly keys: ReadonlyArray<Bytes>;
  readonly clientTimes: ReadonlyMap<NodeId, ReadonlyArray<number>>;
  readonly values: ReadonlyMap<string, Bytes>;
  /** The replicas that each server was, in their order: incarnations are random, and the model counts them from 0. */
  readonly lives: ReadonlyMap<NodeId, ReadonlyArray<ReplicaId>>;
}

const thingsOf = ({ followed, verdict }: RunRecord): Things => {
  const last = verdict.rejection?.event ?? undefined;
  const events = [...followed.map(({ event }) => event), ...(last === undefined ? [] : [last])];
  const servers: NodeId[] = [];
  const clients: NodeId[] = [];
  const keys: Bytes[] = [];
  const clientTimes = new Map<NodeId, number[]>();
  const values = new Map<string, Bytes>();
  const lives = new Map<NodeId, ReplicaId[]>();
  for (const { who } of followed) (who.role === 'server' ? servers : who.role === 'client' ? clients : []).push(who.id);
  for (const e of events) {
    if (e.type === 'start') servers.push(serverOf(e.replica));
    if (e.type === 'start' || e.type === 'renewed') {
      const known = lives.get(serverOf(e.replica)) ?? [];
      if (!known.includes(e.replica)) lives.set(serverOf(e.replica), [...known, e.replica]);
    }
    if (e.type === 'pullAsked') servers.push(e.peer);
    if (e.type !== 'accept' && e.type !== 'answer' && e.type !== 'refuse') continue;
    clients.push(e.client);
    if (e.type === 'refuse') continue;
    keys.push(e.key);
    if (e.type === 'answer') continue;
    values.set(`${e.client} ${e.clientTime}`, e.value);
    const known = clientTimes.get(e.client) ?? [];
    if (!known.includes(e.clientTime))
      clientTimes.set(
        e.client,
        [...known, e.clientTime].sort((a, b) => a - b),
      );
  }
  return {
    servers: sorted(servers, (a, b) => a - b),
    clients: sorted(clients, (a, b) => a - b),
    keys: sorted(keys, (a, b) => (a < b ? -1 : 1)),
    clientTimes,
    values,
    lives,
  };
};

/** The model's names for a run, or the reason why the model has none. */
export const namesOf = (recording: RunRecord): Names | string => {
  const things = thingsOf(recording);
  const servers = numbered(things.servers, (id) => id, MAX_SERVERS, MAX_GAPS);
  const clients = numbered(things.clients, (id) => id - clientId(0), MAX_CLIENTS, MAX_GAPS);
  const keys = numbered(
    things.keys,
    (key) => (key.length === 1 ? key.charCodeAt(0) - keyName(0).charCodeAt(0) : -1),
    MAX_KEYS,
    MAX_KEYS,
  );
  if (servers === undefined) return `a path has ${MAX_SERVERS} servers at most, and the run ${things.servers.length}`;
  if (clients === undefined) return `a path has ${MAX_CLIENTS} clients at most, and the run ${things.clients.length}`;
  if (keys === undefined) return `a path has ${MAX_KEYS} keys at most, and the run ${things.keys.length}`;
  /** A replica's place among the lives of its server. A replica from before the run keeps its number. */
  const lifeOf = (r: ReplicaId): number => {
    const place = things.lives.get(serverOf(r))?.indexOf(r) ?? -1;
    return place < 0 ? incarnationOf(r) : place;
  };
  const replica = (r: ReplicaId): ReplicaId => replicaId(servers.of(serverOf(r)), lifeOf(r));
  const modelClient = (id: NodeId): NodeId => clientId(clients.of(id));
  const key = (of: Bytes): string => keyName(keys.of(of));
  const value = (client: NodeId, clientTime: number): string =>
    valueOf(modelClient(client), (things.clientTimes.get(client)?.indexOf(clientTime) ?? -1) + 1);
  const write = (w: Write): Write => {
    const isPut = things.values.get(`${w.client} ${w.clientTime}`) === w.value;
    return { ...w, r: replica(w.r), key: key(w.key), value: isPut ? value(w.client, w.clientTime) : JSON.stringify(w.value) };
  };
  const server = (id: NodeId): string => `s${servers.of(id)}`;
  const client = (id: NodeId): string => `c${modelClient(id)}`;
  return {
    servers: servers.count,
    clients: Array.from({ length: clients.count }, (_, i) => things.clients.find((id) => clients.of(id) === i) ?? -1),
    keys: keys.count,
    server,
    client,
    key,
    stamp: (stamp) => showStamp({ t: stamp.t, r: replica(stamp.r) }),
    vector: (vv) => showVector(vv.map(([r, t]) => [replica(r), t] as const).sort(([a], [b]) => replicaOrd.compare(a, b))),
    replica,
    writes: (writes) => showWrites(writes.map(write)),
    value,
    legend: legendOf([
      ...things.servers.map((id) => [server(id), server(id) === `s${id}` ? '' : `server ${id}`] as const),
      ...things.clients.map((id) => [client(id), client(id) === `c${id}` ? '' : `client ${id}`] as const),
      ...things.keys.map((k) => [key(k), textOfBytes(k)] as const),
      ...[...things.clientTimes].flatMap(([id, times]) =>
        times.map((time) => [value(id, time), textOfBytes(things.values.get(`${id} ${time}`) ?? '')] as const),
      ),
    ]),
  };
};

/** The names that are not the run's own. */
const legendOf = (names: ReadonlyArray<readonly [string, string]>): Names['legend'] =>
  Object.fromEntries(names.filter(([name, is]) => is !== '' && name !== is));

/** Makes sound histories from lists of steps. The judge's tests plant false answers in them, and its bench judges them. */
import type { NodeId, ReplicaId } from '#bayou/core/ids.js';
import type { Guarantees } from '#bayou/core/guarantees.js';
import type { Stamp } from '#bayou/core/write.js';
import { type JudgedHistory, historyOf, MASTERS_CLIENTS, type Operation, type StoreView } from './judged-history.js';
import { compareStamps, coverAll, type Vector } from './stamp-order.js';

/** One step of an invented run: a put or get of `key` by `client` at `server`, or a pull of `server` from `peer`. */
export interface HistoryStep {
  readonly what: 'put' | 'get' | 'pull';
  readonly client: number;
  readonly server: number;
  readonly peer: number;
  readonly key: number;
}

interface Server {
  readonly store: Map<string, { stamp: Stamp; value: string }>;
  readonly vv: Vector;
  clock: number;
}

interface Session {
  clock: number;
  readonly wrote: Map<string, Stamp>;
  readonly read: Map<string, Stamp>;
  readonly readVector: Vector;
  readonly writeVector: Vector;
}

const meets = (vv: Vector, need: Vector): boolean => [...need].every(([r, t]) => (vv.get(r) ?? 0) >= t);
const has = (vv: Vector, s: Stamp | undefined): boolean => s === undefined || (vv.get(s.r) ?? 0) >= s.t;

/**
 * The history that a sound system leaves after these steps. Replicas, pulls and sessions are written in the simplest way here.
 */
export const soundHistory = (
  steps: ReadonlyArray<HistoryStep>,
  servers: number,
  guarantees: Guarantees = MASTERS_CLIENTS,
): JudgedHistory => {
  const replicas: Server[] = Array.from({ length: servers }, () => ({ store: new Map(), vv: new Map(), clock: 0 }));
  const sessions = new Map<NodeId, Session>();
  const operations: Operation[] = [];
  let position = 0;
  for (const step of steps) {
    const server = replicas[step.server]!;
    if (step.what === 'pull') {
      pull(server, replicas[step.peer]!);
      continue;
    }
    const s = sessions.get(step.client) ?? {
      clock: 0,
      wrote: new Map(),
      read: new Map(),
      readVector: new Map(),
      writeVector: new Map(),
    };
    sessions.set(step.client, s);
    const key = `k${step.key}`;
    const base = {
      f: step.what,
      process: step.client,
      session: null,
      key,
      server: step.server,
      invoked: position++,
      completed: position++,
    };
    if (step.what === 'put') operations.push(put(server, step.server, s, key, base, guarantees));
    else operations.push(get(server, s, key, base, guarantees));
  }
  return historyOf(operations, {
    guarantees: new Map([...sessions.keys()].map((c) => [c, guarantees])),
    stores: settle(replicas, position),
  });
};

type Base = Omit<Operation, 'value' | 'stamp' | 'outcome'>;

/** The operation with its outcome. Field by field: see `completed` in jepsen.ts. */
const ended = (base: Base, value: string | null, outcome: 'ok' | 'fail', stamp: Stamp | null): Operation => ({
  f: base.f,
  process: base.process,
  session: base.session,
  key: base.key,
  value,
  outcome,
  stamp,
  server: base.server,
  invoked: base.invoked,
  completed: base.completed,
});

const put = (server: Server, id: number, s: Session, key: string, base: Base, g: Guarantees): Operation => {
  const value = `v${base.invoked}`;
  if ((g.writesFollowReads && !meets(server.vv, s.readVector)) || (g.monotonicWrites && !meets(server.vv, s.writeVector)))
    return ended(base, value, 'fail', null);
  server.clock = Math.max(server.clock, s.clock) + 1;
  const stamp: Stamp = { t: server.clock, r: `${id}.0` satisfies ReplicaId };
  server.store.set(key, { stamp, value });
  server.vv.set(stamp.r, stamp.t);
  s.clock = stamp.t;
  s.wrote.set(key, stamp);
  s.writeVector.set(stamp.r, stamp.t);
  return ended(base, value, 'ok', stamp);
};

const get = (server: Server, s: Session, key: string, base: Base, g: Guarantees): Operation => {
  const sound =
    g.scope === 'key'
      ? has(server.vv, s.wrote.get(key)) && has(server.vv, s.read.get(key))
      : meets(server.vv, s.writeVector) && meets(server.vv, s.readVector);
  if (!sound) return ended(base, null, 'fail', null);
  const found = server.store.get(key);
  if (found === undefined) return ended(base, null, 'ok', null);
  s.clock = Math.max(s.clock, found.stamp.t);
  s.read.set(key, found.stamp);
  s.readVector.set(found.stamp.r, Math.max(found.stamp.t, s.readVector.get(found.stamp.r) ?? 0));
  return ended(base, found.value, 'ok', found.stamp);
};

const pull = (puller: Server, from: Server): void => {
  for (const [key, write] of from.store) {
    const mine = puller.store.get(key);
    if (mine === undefined || compareStamps(mine.stamp, write.stamp) < 0) puller.store.set(key, write);
  }
  coverAll(puller.vv, from.vv);
  puller.clock = Math.max(puller.clock, from.clock);
};

const settle = (replicas: ReadonlyArray<Server>, position: number): StoreView[] => {
  for (const a of replicas) for (const b of replicas) pull(a, b);
  for (const a of replicas) for (const b of replicas) pull(a, b);
  const group = replicas.map((_, i) => i);
  return replicas.map((r, i) => ({
    server: i,
    entries: [...r.store].map(([k, w]) => [k, w.value] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
    position: position + 1 + i,
    settled: { round: 1, group, position },
  }));
};

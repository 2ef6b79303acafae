/**
 * Makes a history of a trace. The clients' processes tell their operations. The master's commands, which run one after the other, put the operations
 * in order. Of the servers' events only a start as a new replica counts, since it shows that a log has lost something (R7, R7a).
 */
import * as E from 'fp-ts/lib/Either.js';
import { type NodeId, type ReplicaId, serverOf } from '#bayou/core/ids.js';
import { type Command, parseLine } from '#bayou/core/script.js';
import type { Guarantees } from '#bayou/core/guarantees.js';
import type { EventOf, TraceEvent } from '#bayou/core/trace.js';
import {
  type JudgedHistory,
  MASTERS_CLIENTS,
  type Operation,
  type SessionName,
  type SettledStores,
  type StoreView,
} from './judged-history.js';
import { partitionsIn, EMPTY_SHAPE, shapeAfter, shapeWithout, type ClusterShape } from './partitions.js';

/** The history of one run's trace; the events may be in any order. */
export const historyOfTrace = (events: ReadonlyArray<TraceEvent>): JudgedHistory => historyOfRuns([events]);

/**
 * The history of several runs on the same data folder, one after the other. A server still has in a later run what it acknowledged in an earlier one.
 * The clients of each run are other sessions, even under the same ids (R11a). `lossy` has the servers whose logs a fault has spoilt, put back or taken
 * away; undefined: unknown, and every server that comes back as another replica counts as one of them.
 */
export const historyOfRuns = (runs: ReadonlyArray<ReadonlyArray<TraceEvent>>, lossy?: ReadonlySet<NodeId>): JudgedHistory => {
  const histories = runs.map(historyOfRun);
  const reborn = new Set([...rebornIn(runs.flat())].filter((server) => lossy?.has(server) !== false));
  const operations: Operation[] = [];
  const stores: StoreView[] = [];
  const guarantees = new Map<SessionName, Guarantees>();
  let [offset, rounds] = [0, 0];
  for (const h of histories) {
    for (const op of h.operations) operations.push({ ...op, invoked: op.invoked + offset, completed: op.completed + offset });
    for (const view of h.stores) stores.push(later(view, offset, rounds));
    for (const [session, asked] of h.guarantees) guarantees.set(session, asked);
    offset += h.length;
    rounds += h.rounds;
  }
  return { operations, stores, guarantees, ordered: histories.every((h) => h.ordered), reborn };
};

/** A store of a later run, with its position and round counted from the first run. */
const later = (view: StoreView, offset: number, rounds: number): StoreView => ({
  ...view,
  position: view.position + offset,
  settled: view.settled && {
    ...view.settled,
    round: view.settled.round + rounds,
    position: view.settled.position + offset,
  },
});

/** Servers that ran as more than one replica, or came back with nothing. */
const rebornIn = (events: ReadonlyArray<TraceEvent>): ReadonlySet<NodeId> => {
  const replicas = new Map<NodeId, Set<ReplicaId>>();
  const reborn = new Set<NodeId>();
  for (const e of events) {
    if (e.type !== 'start') continue;
    const server = serverOf(e.replica);
    const known = replicas.get(server) ?? new Set<ReplicaId>();
    if (known.size > 0 && (e.fresh || !known.has(e.replica))) reborn.add(server);
    replicas.set(server, known.add(e.replica));
  }
  return reborn;
};

/** The history of one run; its positions and rounds begin at 0. */
interface RunHistory extends Omit<JudgedHistory, 'reborn'> {
  /** Above every position. */
  readonly length: number;
  readonly rounds: number;
}

const historyOfRun = (events: ReadonlyArray<TraceEvent>): RunHistory => {
  const processes = new Map<string, TraceEvent[]>();
  for (const e of events) {
    const list = processes.get(e.p);
    if (list === undefined) processes.set(e.p, [e]);
    else list.push(e);
  }
  for (const list of processes.values()) list.sort((a, b) => a.n - b.n);
  const guarantees = new Map<SessionName, Guarantees>();
  const done = new Map<NodeId, Operation[]>();
  for (const list of processes.values()) readClient(list, guarantees, done);
  const length = 1 + events.reduce((most, e) => Math.max(most, e.n), 0);
  const master = processes.get('master');
  const told = master === undefined ? undefined : orderByMaster(master, done);
  return told === undefined
    ? { operations: [...done.values()].flat(), stores: [], guarantees, ordered: false, length, rounds: 0 }
    : { ...told, guarantees, ordered: true, length };
};

/** Reads the operations of one client's process; their positions are the counts of that process. */
const readClient = (
  list: ReadonlyArray<TraceEvent>,
  guarantees: Map<SessionName, Guarantees>,
  done: Map<NodeId, Operation[]>,
): void => {
  const session = list.find((e) => e.type === 'session');
  if (session === undefined) return;
  const name = `${session.client}/${session.session}`;
  // A trace is one of a master's run, so what its sessions ask for is the contract's to say (R12), and not the trace's.
  guarantees.set(name, MASTERS_CLIENTS);
  const operations = done.get(session.client) ?? [];
  done.set(session.client, operations);
  let asked: EventOf<'asked'>[] = [];
  for (const e of list) {
    if (e.type === 'asked') asked.push(e);
    if (e.type !== 'putDone' && e.type !== 'getDone') continue;
    const f = e.type === 'putDone' ? 'put' : 'get';
    const mine = asked.filter((a) => a.op === f && a.key === e.key && (e.type === 'getDone' || a.clientTime === e.clientTime));
    if (mine.length > 0) asked = asked.filter((a) => !mine.includes(a));
    operations.push({
      f,
      process: session.client,
      session: name,
      key: e.key,
      value: e.value,
      outcome: outcomeOf(e.result),
      stamp: e.stamp,
      server: mine.at(-1)?.server ?? null,
      invoked: mine[0]?.n ?? e.n - 0.5,
      completed: e.result === 'UNKNOWN' ? Infinity : e.n,
    });
  }
};

const outcomeOf = (result: EventOf<'putDone'>['result'] | EventOf<'getDone'>['result']): Operation['outcome'] => {
  switch (result) {
    case 'accepted':
    case 'value':
    case 'ERR_KEY':
      return 'ok';
    case 'UNKNOWN':
      return 'info';
    case 'ERR_DEP':
    case 'ERR_LOG':
    case 'ERR_CONN':
      return 'fail';
  }
};

/** The facts that the master's commands add: the position of each operation among the others, and the stores that were printed. */
interface ByMaster {
  readonly operations: Operation[];
  readonly stores: StoreView[];
  shape: ClusterShape;
  readonly pairs: Set<string>;
  settled: Map<NodeId, SettledStores>;
  round: number;
  /** By client, the number of its operations that have their positions. */
  readonly taken: Map<NodeId, number>;
  /** The command under way. */
  begun: EventOf<'command'> | undefined;
  /** Servers that ended by themselves while the command under way went on: it found them live. */
  readonly lost: NodeId[];
}

const orderByMaster = (
  master: ReadonlyArray<TraceEvent>,
  done: ReadonlyMap<NodeId, ReadonlyArray<Operation>>,
): Pick<RunHistory, 'operations' | 'stores' | 'rounds'> | undefined => {
  const byMaster: ByMaster = {
    operations: [],
    stores: [],
    shape: EMPTY_SHAPE,
    pairs: new Set(),
    settled: new Map(),
    round: 0,
    taken: new Map(),
    begun: undefined,
    lost: [],
  };
  for (const e of master) {
    if (e.type === 'command') byMaster.begun = e;
    // A fault kills a server without a command.
    if (e.type === 'kill' && takeCommand(byMaster, { type: 'killServer', id: e.server })) byMaster.settled.delete(e.server);
    if (e.type === 'died') byMaster.lost.push(e.server);
    if (e.type === 'result' && byMaster.begun !== undefined) {
      if (!takeResult(byMaster, byMaster.begun, e, done)) return undefined;
      byMaster.begun = undefined;
    }
    if (byMaster.begun === undefined) for (const server of byMaster.lost.splice(0)) lose(byMaster, server);
  }
  return { operations: byMaster.operations, stores: byMaster.stores, rounds: byMaster.round };
};

/** A server that ended by itself is in no partition any more, until it joins again. What it acknowledged it must have then, as after a kill (R10). */
const lose = (byMaster: ByMaster, server: NodeId): void => {
  byMaster.shape = shapeWithout(byMaster.shape, server);
  byMaster.settled.delete(server);
};

/** Takes a command with its result; false where an operation of its client does not fit. */
const takeResult = (
  byMaster: ByMaster,
  begun: EventOf<'command'>,
  result: EventOf<'result'>,
  done: ReadonlyMap<NodeId, ReadonlyArray<Operation>>,
): boolean => {
  const line = parseLine(begun.text);
  if (E.isLeft(line) || line.right === undefined) return true;
  const command = line.right;
  // The command failed to start this server, so there is no such server.
  if (command.type === 'joinServer' && result.errors.some((error) => error.includes('did not start'))) return true;
  if (!takeCommand(byMaster, command)) return true;
  if (command.type === 'put' || command.type === 'get') {
    const at = byMaster.taken.get(command.client) ?? 0;
    byMaster.taken.set(command.client, at + 1);
    if (!place(byMaster, command, done.get(command.client)?.[at], begun.n, result.n)) return false;
  }
  tell(byMaster, command, begun.n, result);
  return true;
};

/** Updates the shape by a command; false where the command is bad input. */
const takeCommand = (byMaster: ByMaster, command: Command): boolean => {
  const after = shapeAfter(byMaster.shape, command);
  byMaster.shape = after ?? byMaster.shape;
  return after !== undefined;
};

/** Gives a client's operation the positions of its command; false where operation and command do not fit. */
const place = (
  byMaster: ByMaster,
  command: Extract<Command, { type: 'put' | 'get' }>,
  op: Operation | undefined,
  invoked: number,
  end: number,
): boolean => {
  if (command.type === 'put') byMaster.pairs.add(pairOf(command.key, command.value));
  if (op === undefined) return true;
  if (op.f !== command.type || op.key !== command.key) return false;
  byMaster.operations.push({ ...op, invoked, completed: op.completed === Infinity ? Infinity : end });
  return true;
};

const tell = (byMaster: ByMaster, command: Command, begun: number, result: EventOf<'result'>): void => {
  switch (command.type) {
    case 'stabilize':
      byMaster.settled = new Map();
      if (result.errors.length > 0) return;
      byMaster.round++;
      for (const group of partitionsIn(byMaster.shape))
        for (const server of group) byMaster.settled.set(server, { round: byMaster.round, group, position: begun });
      return;
    case 'printStore':
      if (result.errors.length === 0)
        byMaster.stores.push({
          server: command.id,
          entries: result.output.map((line) => splitEntry(line, byMaster.pairs)),
          position: result.n,
          settled: byMaster.settled.get(command.id) ?? null,
        });
      return;
    case 'put':
    case 'joinServer':
    case 'createConnection':
      byMaster.settled = new Map();
      return;
    case 'killServer':
      byMaster.settled.delete(command.id);
      return;
    default:
      return;
  }
};

/** Key and value as one name. It begins with the key's length, so two different pairs have different names. */
const pairOf = (key: string, value: string): string => `${key.length}:${key}${value}`;

/** A printed line as key and value. Both may contain colons, so the line is split where key and value are a pair that was put. */
const splitEntry = (line: string, pairs: ReadonlySet<string>): readonly [key: string, value: string] => {
  for (let at = line.indexOf(':'); at >= 0; at = line.indexOf(':', at + 1))
    if (pairs.has(pairOf(line.slice(0, at), line.slice(at + 1)))) return [line.slice(0, at), line.slice(at + 1)];
  const at = line.indexOf(':');
  return [line.slice(0, at), line.slice(at + 1)];
};

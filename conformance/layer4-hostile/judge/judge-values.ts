/**
 * Judges a history without stamps, as Jepsen's are. Where every value is put only once to its key, a read names the write that it saw. From the reads
 * of a session follows which write is older than which (R2, R12). Each such pair is an edge of a graph of the writes. The sessions contradict each
 * other exactly when the graph has a cycle.
 */
import { counted } from '#bayou/core/counted.js';
import {
  guaranteesOf,
  type JudgedHistory,
  type Operation,
  type SessionName,
  sessionOf,
  showOperation,
  inTimeOrder,
} from './judged-history.js';
import { onlyPut, originOf, type Origins } from './integrity.js';
import { reportViolation, type PartialVerdict, type PromiseName } from './verdict.js';

/** An edge of the graph: the write `older` comes before the write `newer` (both are indices of puts). The operations `earlier` and `by` show it together. */
interface OrderEdge {
  readonly older: number;
  readonly newer: number;
  readonly promise: PromiseName;
  readonly earlier: Operation;
  readonly by: Operation;
}

/** The writes that a session saw: by key the one it last put (`wrote`) and last read (`read`), and all it saw since its last put (`fresh`). */
interface Session {
  readonly wrote: Map<string, Seen>;
  readonly read: Map<string, Seen>;
  fresh: Seen[];
}

interface Seen {
  readonly write: number;
  readonly by: Operation;
}

/** The answer to an operation must not be older than these writes: its session had seen them when the operation was sent. */
interface Requirement {
  readonly wrote: Seen | undefined;
  readonly read: Seen | undefined;
  readonly fresh: ReadonlyArray<Seen>;
}

/** Judges the sessions of a history by its values alone. */
export const judgeValues = (h: JudgedHistory, origins: Origins, soFar: PartialVerdict): void => {
  const edges = edgesOf(h, origins, soFar);
  if (isAcyclic(edges, edges.length, h.operations.length)) return;
  const at = firstContradiction(edges, h.operations.length);
  const edge = edges[at]!;
  const against = wayBack(edges.slice(0, at), edge.newer, edge.older);
  const witness = against.at(-1) ?? edge;
  reportViolation(
    soFar,
    edge.promise,
    edge.earlier,
    edge.by,
    `together they say that ${named(h, edge.older)} is older than ${named(h, edge.newer)}; the opposite follows from ` +
      `${counted(against.length, 'observation')} before, the last: ${showOperation(witness.by)}`,
  );
};

const named = (h: JudgedHistory, write: number): string => {
  const op = h.operations[write]!;
  return `${op.key}=${String(op.value)}`;
};

const edgesOf = (h: JudgedHistory, origins: Origins, soFar: PartialVerdict): ReadonlyArray<OrderEdge> => {
  const edges: OrderEdge[] = [];
  const sessions = new Map<SessionName, Session>();
  const requirements: (Requirement | undefined)[] = new Array<Requirement | undefined>(h.operations.length);
  const indices = new Map<Operation, number>(h.operations.map((op, i) => [op, i]));
  const seenBy = (op: Operation): Session => {
    const name = sessionOf(op);
    const s = sessions.get(name) ?? { wrote: new Map(), read: new Map(), fresh: [] };
    sessions.set(name, s);
    return s;
  };
  const addEdge = (seen: Seen | undefined, newer: number, promise: PromiseName, by: Operation): void => {
    if (seen === undefined) return;
    soFar.checked[promise]++;
    if (seen.write !== newer) edges.push({ older: seen.write, newer, promise, earlier: seen.by, by });
  };
  const invoke = (op: Operation, i: number): void => {
    const s = seenBy(op);
    requirements[i] = { wrote: s.wrote.get(op.key), read: s.read.get(op.key), fresh: op.f === 'put' ? [...s.fresh] : [] };
  };
  const complete = (op: Operation, i: number): void => {
    const requirement = requirements[i]!;
    requirements[i] = undefined;
    if (op.outcome !== 'ok') return;
    const s = seenBy(op);
    if (op.f === 'put') {
      for (const seen of requirement.fresh) addEdge(seen, i, 'LATER', op);
      const mine = { write: i, by: op };
      s.wrote.set(op.key, mine);
      const known = new Set(requirement.fresh);
      s.fresh = [...s.fresh.filter((seen) => !known.has(seen)), mine];
      return;
    }
    const g = guaranteesOf(h, sessionOf(op));
    const wrote = g.readYourWrites ? requirement.wrote : undefined;
    const read = g.monotonicReads ? requirement.read : undefined;
    if (op.value === null) {
      judgeMissing(wrote, read, op, soFar);
      return;
    }
    const write = writeReadBy(origins, indices, op, soFar);
    if (write === undefined) return;
    addEdge(wrote, write, 'RYW', op);
    addEdge(read, write, 'MR', op);
    const seen = { write, by: op };
    if (s.read.get(op.key)?.write !== write) s.fresh.push(seen);
    s.read.set(op.key, seen);
  };
  inTimeOrder(h.operations, invoke, complete);
  return edges;
};

/** An answer without a value is older than every write: a key that the session wrote or read has a value in every later answer. */
const judgeMissing = (wrote: Seen | undefined, read: Seen | undefined, op: Operation, soFar: PartialVerdict): void => {
  if (wrote !== undefined) {
    soFar.checked.RYW++;
    reportViolation(soFar, 'RYW', wrote.by, op, 'the session put this key, and now there is no value');
  }
  if (read !== undefined) {
    soFar.checked.MR++;
    reportViolation(soFar, 'MR', read.by, op, 'the session read this key, and now there is no value');
  }
};

const writeReadBy = (
  origins: Origins,
  indices: ReadonlyMap<Operation, number>,
  op: Operation,
  soFar: PartialVerdict,
): number | undefined => {
  const origin = originOf(origins, op.key, op.value ?? '');
  if (origin === undefined) return undefined;
  const put = onlyPut(origin);
  if (put === null) soFar.undecided.add('some values were put more than once to their key; their reads name no write');
  return put === null ? undefined : indices.get(put);
};

/** Have the first `count` edges no cycle? Removes the writes that no remaining write is older than, until there is none. Then all are removed, or there is a cycle. */
const isAcyclic = (edges: ReadonlyArray<OrderEdge>, count: number, writes: number): boolean => {
  const olderCount = new Uint32Array(writes);
  const start = new Uint32Array(writes + 1);
  for (let i = 0; i < count; i++) {
    const s = edges[i]!;
    olderCount[s.newer]!++;
    start[s.older + 1]!++;
  }
  for (let i = 0; i < writes; i++) start[i + 1]! += start[i]!;
  const next = start.slice();
  const targets = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const s = edges[i]!;
    targets[next[s.older]!++] = s.newer;
  }
  const ready: number[] = [];
  olderCount.forEach((count, write) => count === 0 && ready.push(write));
  // `ready` grows during the loop; the loop goes on to its new end.
  for (const write of ready)
    for (let e = start[write]!; e < start[write + 1]!; e++) {
      const target = targets[e]!;
      const left = olderCount[target]! - 1;
      olderCount[target] = left;
      if (left === 0) ready.push(target);
    }
  return ready.length === writes;
};

/** The index of the first edge that closes a cycle, found by bisection. */
const firstContradiction = (edges: ReadonlyArray<OrderEdge>, writes: number): number => {
  let good = 0;
  let bad = edges.length;
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1;
    if (isAcyclic(edges, middle, writes)) good = middle;
    else bad = middle;
  }
  return bad - 1;
};

/** A shortest path of edges from one write to another. */
const wayBack = (edges: ReadonlyArray<OrderEdge>, from: number, to: number): ReadonlyArray<OrderEdge> => {
  const out = new Map<number, OrderEdge[]>();
  for (const s of edges) out.set(s.older, [...(out.get(s.older) ?? []), s]);
  const cameBy = new Map<number, OrderEdge>();
  const queue = [from];
  for (let at = 0; at < queue.length && !cameBy.has(to); at++)
    for (const s of out.get(queue[at]!) ?? []) {
      if (cameBy.has(s.newer)) continue;
      cameBy.set(s.newer, s);
      queue.push(s.newer);
    }
  const way: OrderEdge[] = [];
  for (
    let s = cameBy.get(to);
    s !== undefined && way.length <= edges.length;
    s = s.older === from ? undefined : cameBy.get(s.older)
  )
    way.unshift(s);
  return way;
};

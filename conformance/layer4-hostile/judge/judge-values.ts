/**
 * The judge on a history without stamps, as Jepsen's are: when every value is put only once to its key, a read names the write
 * it saw. What the sessions saw then says which write is older than which (R2, R12), and the sessions contradict each other exactly
 * when these sayings go round in a circle.
 */
import { counted } from '#bayou/core/counted.js';
import {
  guaranteesOf,
  type History,
  type Operation,
  type SessionName,
  sessionOf,
  showOperation,
  walk,
} from './judged-history.js';
import { onlyPut, originOf, type Origins } from './integrity.js';
import { accuse, type Court, type Promised } from './verdict.js';

/** One saying: write `older` comes before write `newer` (indices of puts), as `by` shows together with `earlier`. */
interface Saying {
  readonly older: number;
  readonly newer: number;
  readonly promise: Promised;
  readonly earlier: Operation;
  readonly by: Operation;
}

/** What a session saw: the write it last put or read of each key, and all it saw since its last put. */
interface Session {
  readonly wrote: Map<string, Seen>;
  readonly read: Map<string, Seen>;
  fresh: Seen[];
}

interface Seen {
  readonly write: number;
  readonly by: Operation;
}

/** What had come back when an operation was sent. */
interface Duty {
  readonly wrote: Seen | undefined;
  readonly read: Seen | undefined;
  readonly fresh: ReadonlyArray<Seen>;
}

/** Judges the sessions of a history by its values alone. */
export const judgeValues = (h: History, origins: Origins, court: Court): void => {
  const sayings = sayingsOf(h, origins, court);
  if (isAcyclic(sayings, sayings.length, h.operations.length)) return;
  const at = firstContradiction(sayings, h.operations.length);
  const saying = sayings[at]!;
  const against = wayBack(sayings.slice(0, at), saying.newer, saying.older);
  const witness = against.at(-1) ?? saying;
  accuse(
    court,
    saying.promise,
    saying.earlier,
    saying.by,
    `together they say that ${named(h, saying.older)} is older than ${named(h, saying.newer)}; the opposite follows from ` +
      `${counted(against.length, 'observation')} before, the last: ${showOperation(witness.by)}`,
  );
};

const named = (h: History, write: number): string => {
  const op = h.operations[write]!;
  return `${op.key}=${String(op.value)}`;
};

const sayingsOf = (h: History, origins: Origins, court: Court): ReadonlyArray<Saying> => {
  const sayings: Saying[] = [];
  const sessions = new Map<SessionName, Session>();
  const duties: (Duty | undefined)[] = new Array<Duty | undefined>(h.operations.length);
  const indices = new Map<Operation, number>(h.operations.map((op, i) => [op, i]));
  const seenBy = (op: Operation): Session => {
    const name = sessionOf(op);
    const s = sessions.get(name) ?? { wrote: new Map(), read: new Map(), fresh: [] };
    sessions.set(name, s);
    return s;
  };
  const say = (seen: Seen | undefined, newer: number, promise: Promised, by: Operation): void => {
    if (seen === undefined) return;
    court.checked[promise]++;
    if (seen.write !== newer) sayings.push({ older: seen.write, newer, promise, earlier: seen.by, by });
  };
  const invoke = (op: Operation, i: number): void => {
    const s = seenBy(op);
    duties[i] = { wrote: s.wrote.get(op.key), read: s.read.get(op.key), fresh: op.f === 'put' ? [...s.fresh] : [] };
  };
  const complete = (op: Operation, i: number): void => {
    const duty = duties[i]!;
    duties[i] = undefined;
    if (op.outcome !== 'ok') return;
    const s = seenBy(op);
    if (op.f === 'put') {
      for (const seen of duty.fresh) say(seen, i, 'Accept Order', op);
      const mine = { write: i, by: op };
      s.wrote.set(op.key, mine);
      const known = new Set(duty.fresh);
      s.fresh = [...s.fresh.filter((seen) => !known.has(seen)), mine];
      return;
    }
    const g = guaranteesOf(h, sessionOf(op));
    const wrote = g.readYourWrites ? duty.wrote : undefined;
    const read = g.monotonicReads ? duty.read : undefined;
    if (op.value === null) {
      judgeMissing(wrote, read, op, court);
      return;
    }
    const write = theWrite(origins, indices, op, court);
    if (write === undefined) return;
    say(wrote, write, 'Read Your Writes', op);
    say(read, write, 'Monotonic Reads', op);
    const seen = { write, by: op };
    if (s.read.get(op.key)?.write !== write) s.fresh.push(seen);
    s.read.set(op.key, seen);
  };
  walk(h.operations, invoke, complete);
  return sayings;
};

/** Nothing is older than everything: a key that the session wrote or read is never without a value again. */
const judgeMissing = (wrote: Seen | undefined, read: Seen | undefined, op: Operation, court: Court): void => {
  if (wrote !== undefined) {
    court.checked['Read Your Writes']++;
    accuse(court, 'Read Your Writes', wrote.by, op, 'the session put this key, and now there is no value');
  }
  if (read !== undefined) {
    court.checked['Monotonic Reads']++;
    accuse(court, 'Monotonic Reads', read.by, op, 'the session read this key, and now there is no value');
  }
};

const theWrite = (origins: Origins, indices: ReadonlyMap<Operation, number>, op: Operation, court: Court): number | undefined => {
  const origin = originOf(origins, op.key, op.value ?? '');
  if (origin === undefined) return undefined;
  const put = onlyPut(origin);
  if (put === null) court.undecided.add('some values were put more than once to their key; their reads name no write');
  return put === null ? undefined : indices.get(put);
};

/** Do the first `count` sayings leave an order of the writes possible? Takes away what nothing is older than, again and again. */
const isAcyclic = (sayings: ReadonlyArray<Saying>, count: number, writes: number): boolean => {
  const olderCount = new Uint32Array(writes);
  const start = new Uint32Array(writes + 1);
  for (let i = 0; i < count; i++) {
    const s = sayings[i]!;
    olderCount[s.newer]!++;
    start[s.older + 1]!++;
  }
  for (let i = 0; i < writes; i++) start[i + 1]! += start[i]!;
  const next = start.slice();
  const targets = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const s = sayings[i]!;
    targets[next[s.older]!++] = s.newer;
  }
  const ready: number[] = [];
  olderCount.forEach((count, write) => count === 0 && ready.push(write));
  // An array that grows while it is walked is walked to its new end.
  for (const write of ready)
    for (let e = start[write]!; e < start[write + 1]!; e++) {
      const target = targets[e]!;
      const left = olderCount[target]! - 1;
      olderCount[target] = left;
      if (left === 0) ready.push(target);
    }
  return ready.length === writes;
};

/** The first saying that closes a circle, by halving. */
const firstContradiction = (sayings: ReadonlyArray<Saying>, writes: number): number => {
  let good = 0;
  let bad = sayings.length;
  while (bad - good > 1) {
    const middle = (good + bad) >>> 1;
    if (isAcyclic(sayings, middle, writes)) good = middle;
    else bad = middle;
  }
  return bad - 1;
};

/** A shortest chain of sayings from one write to another. */
const wayBack = (sayings: ReadonlyArray<Saying>, from: number, to: number): ReadonlyArray<Saying> => {
  const out = new Map<number, Saying[]>();
  for (const s of sayings) out.set(s.older, [...(out.get(s.older) ?? []), s]);
  const cameBy = new Map<number, Saying>();
  const queue = [from];
  for (let at = 0; at < queue.length && !cameBy.has(to); at++)
    for (const s of out.get(queue[at]!) ?? []) {
      if (cameBy.has(s.newer)) continue;
      cameBy.set(s.newer, s);
      queue.push(s.newer);
    }
  const way: Saying[] = [];
  for (
    let s = cameBy.get(to);
    s !== undefined && way.length <= sayings.length;
    s = s.older === from ? undefined : cameBy.get(s.older)
  )
    way.unshift(s);
  return way;
};

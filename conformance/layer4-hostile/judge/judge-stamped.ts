/** Judges a history whose answers carry their stamps. One pass over the operations compares stamps, and decides every promise. */
import type { NodeId, ReplicaId } from '#bayou/core/ids.js';
import type { Guarantees } from '#bayou/core/guarantees.js';
import type { Stamp } from '#bayou/core/write.js';
import { guaranteesOf, type JudgedHistory, type Operation, type SessionName, sessionOf, inTimeOrder } from './judged-history.js';
import { compareStamps, cover, coverAll, showStamp, type Vector } from './stamp-order.js';
import { reportViolation, type PartialVerdict } from './verdict.js';

/** An operation that came back with a stamp. */
export type StampedOperation = Operation & { readonly stamp: Stamp };

const isStamped = (op: Operation): op is StampedOperation => op.stamp !== null;

/** Can this history be judged by stamps? Then every answer with a value has a stamp. */
export const hasStamps = (h: JudgedHistory): boolean =>
  h.operations.every((op) => op.outcome !== 'ok' || op.value === null || isStamped(op));

/** The acknowledged writes of a history: by stamp, and for each key and replica in the order of accept times. */
export interface Writes {
  readonly byStamp: ReadonlyMap<ReplicaId, ReadonlyMap<number, StampedOperation>>;
  readonly byKey: ReadonlyMap<string, ReadonlyMap<ReplicaId, ReadonlyArray<StampedOperation>>>;
}

/** The acknowledged write that has a stamp. */
export const writeAt = (writes: Writes, s: Stamp): StampedOperation | undefined => writes.byStamp.get(s.r)?.get(s.t);

/** Sorts the acknowledged writes by stamp and by key. It also decides UNIQUE (R4, R7): no stamp stands on two writes. */
export const writesOf = (h: JudgedHistory, soFar: PartialVerdict): Writes => {
  const byStamp = new Map<ReplicaId, Map<number, StampedOperation>>();
  const byKey = new Map<string, Map<ReplicaId, StampedOperation[]>>();
  for (const op of h.operations) {
    if (op.f !== 'put' || op.outcome !== 'ok' || !isStamped(op)) continue;
    soFar.checked.UNIQUE++;
    const times = byStamp.get(op.stamp.r) ?? new Map<number, StampedOperation>();
    if (times.size === 0) byStamp.set(op.stamp.r, times);
    const twin = times.get(op.stamp.t);
    if (twin !== undefined) {
      reportViolation(soFar, 'UNIQUE', twin, op, `both writes have the stamp ${showStamp(op.stamp)}`);
      continue;
    }
    times.set(op.stamp.t, op);
    const replicas = byKey.get(op.key) ?? new Map<ReplicaId, StampedOperation[]>();
    byKey.set(op.key, replicas);
    const list = replicas.get(op.stamp.r);
    if (list === undefined) replicas.set(op.stamp.r, [op]);
    else list.push(op);
  }
  for (const replicas of byKey.values()) for (const list of replicas.values()) list.sort((a, b) => a.stamp.t - b.stamp.t);
  return { byStamp, byKey };
};

/** The greatest acknowledged write to a key that whoever has this vector must have (R8). */
const greatestWithin = (writes: Writes, key: string, vector: Vector): StampedOperation | null => {
  let best: StampedOperation | null = null;
  for (const [replica, list] of writes.byKey.get(key) ?? []) {
    const write = lastUpTo(list, vector.get(replica) ?? 0);
    if (write !== undefined && (best === null || compareStamps(write.stamp, best.stamp) > 0)) best = write;
  }
  return best;
};

const lastUpTo = (list: ReadonlyArray<StampedOperation>, t: number): StampedOperation | undefined => {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (list[middle]!.stamp.t <= t) low = middle + 1;
    else high = middle;
  }
  return list[low - 1];
};

/** The judge's memory of a session: the same as R11 gives the session itself, with the operation that each stamp comes from. */
interface Session {
  readonly guarantees: Guarantees;
  readonly wrote: Map<string, StampedOperation>;
  readonly read: Map<string, StampedOperation>;
  readonly writeVector: Vector;
  readonly readVector: Vector;
  /** For each server, the vectors that it must cover since it showed this session a write (WFR, MW). */
  readonly shown: Map<NodeId, Shown>;
  newest: StampedOperation | null;
}

interface Shown {
  readonly byRead: Vector;
  readonly byPut: Vector;
  witness: Operation;
}

/** The answer to an operation must not be older than these writes: the operation's session had seen them when the operation was sent. */
interface Requirement {
  readonly wrote: StampedOperation | null;
  readonly read: StampedOperation | null;
  readonly newest: StampedOperation | null;
  readonly readVector: Vector | null;
}

/** A write depends on its session's vectors at the time it was sent (R12). A vector is null where the session did not ask for the guarantee. */
interface Dependencies {
  readonly reads: Vector | null;
  readonly writes: Vector | null;
}

const newSession = (guarantees: Guarantees): Session => ({
  guarantees,
  wrote: new Map(),
  read: new Map(),
  writeVector: new Map(),
  readVector: new Map(),
  shown: new Map(),
  newest: null,
});

/** Judges RYW, MR, WFR, MW, LATER and SESSION_ORDER. */
export const judgeStamped = (h: JudgedHistory, writes: Writes, soFar: PartialVerdict): void => {
  const sessions = new Map<SessionName, Session>();
  const requirements: (Requirement | undefined)[] = new Array<Requirement | undefined>(h.operations.length);
  const dependencies = new Map<Operation, Dependencies>();
  const seenBy = (op: Operation): Session => {
    const name = sessionOf(op);
    const known = sessions.get(name);
    if (known !== undefined) return known;
    const session = newSession(guaranteesOf(h, name));
    sessions.set(name, session);
    return session;
  };
  const invoke = (op: Operation, i: number): void => {
    const s = seenBy(op);
    requirements[i] = requirementOf(s, op);
    const { writesFollowReads, monotonicWrites } = s.guarantees;
    if (op.f === 'put' && (writesFollowReads || monotonicWrites))
      dependencies.set(op, {
        reads: writesFollowReads ? new Map(s.readVector) : null,
        writes: monotonicWrites ? new Map(s.writeVector) : null,
      });
  };
  const complete = (op: Operation, i: number): void => {
    const requirement = requirements[i];
    requirements[i] = undefined;
    if (op.outcome !== 'ok' || requirement === undefined) return;
    const s = seenBy(op);
    if (op.f === 'put') {
      if (isStamped(op)) learnPut(s, requirement, op, soFar);
      return;
    }
    judgeGet(s, requirement, op, writes, soFar);
    if (!h.reborn.has(op.server ?? -1)) judgeDependencies(s, op, writes, dependencies, soFar);
    learnGet(s, op);
  };
  inTimeOrder(h.operations, invoke, complete);
};

const requirementOf = (s: Session, op: Operation): Requirement => ({
  wrote: s.wrote.get(op.key) ?? null,
  read: s.read.get(op.key) ?? null,
  newest: s.newest,
  readVector: op.f === 'get' && s.guarantees.scope === 'store' && s.guarantees.monotonicReads ? new Map(s.readVector) : null,
});

const newer = (a: StampedOperation | null | undefined, b: StampedOperation): StampedOperation =>
  a === null || a === undefined || compareStamps(a.stamp, b.stamp) < 0 ? b : a;

const learnPut = (s: Session, requirement: Requirement, op: StampedOperation, soFar: PartialVerdict): void => {
  if (requirement.wrote !== null) {
    soFar.checked.SESSION_ORDER++;
    if (compareStamps(op.stamp, requirement.wrote.stamp) <= 0)
      reportViolation(
        soFar,
        'SESSION_ORDER',
        requirement.wrote,
        op,
        `${showStamp(op.stamp)} is not above ${showStamp(requirement.wrote.stamp)}`,
      );
  }
  soFar.checked.LATER++;
  if (requirement.newest !== null && compareStamps(op.stamp, requirement.newest.stamp) <= 0)
    reportViolation(
      soFar,
      'LATER',
      requirement.newest,
      op,
      `${showStamp(op.stamp)} is not above ${showStamp(requirement.newest.stamp)}`,
    );
  s.wrote.set(op.key, newer(s.wrote.get(op.key), op));
  s.newest = newer(s.newest, op);
  cover(s.writeVector, op.stamp);
};

const learnGet = (s: Session, op: Operation): void => {
  if (!isStamped(op)) return;
  s.read.set(op.key, newer(s.read.get(op.key), op));
  s.newest = newer(s.newest, op);
  cover(s.readVector, op.stamp);
};

/** Is the answer of a get older than the write `than`? An answer without a value is older than every write. */
const isOlder = (op: Operation, than: StampedOperation): boolean => op.stamp === null || compareStamps(op.stamp, than.stamp) < 0;

const older = (op: Operation, than: StampedOperation): string =>
  `${op.stamp === null ? 'no value' : showStamp(op.stamp)} is older than ${showStamp(than.stamp)}`;

const judgeGet = (s: Session, requirement: Requirement, op: Operation, writes: Writes, soFar: PartialVerdict): void => {
  if (s.guarantees.readYourWrites && requirement.wrote !== null) {
    soFar.checked.RYW++;
    if (isOlder(op, requirement.wrote)) reportViolation(soFar, 'RYW', requirement.wrote, op, older(op, requirement.wrote));
  }
  if (s.guarantees.monotonicReads && requirement.read !== null) {
    soFar.checked.MR++;
    if (isOlder(op, requirement.read)) reportViolation(soFar, 'MR', requirement.read, op, older(op, requirement.read));
  }
  if (requirement.readVector !== null && requirement.readVector.size > 0) {
    soFar.checked.MR++;
    const must = greatestWithin(writes, op.key, requirement.readVector);
    if (must !== null && isOlder(op, must))
      reportViolation(soFar, 'MR', must, op, `${older(op, must)}, which the read vector covers (scope store)`);
  }
};

/** Judges WFR and MW: a server that shows a write has, now and later, the writes on which that write depends. */
const judgeDependencies = (
  s: Session,
  op: Operation,
  writes: Writes,
  dependencies: ReadonlyMap<Operation, Dependencies>,
  soFar: PartialVerdict,
): void => {
  if (op.server === null || dependencies.size === 0) return;
  const shown = s.shown.get(op.server) ?? { byRead: new Map(), byPut: new Map(), witness: op };
  if (op.invoked >= shown.witness.completed) {
    judgeShown(shown.byRead, 'WFR', shown.witness, op, writes, soFar);
    judgeShown(shown.byPut, 'MW', shown.witness, op, writes, soFar);
  }
  const write = op.stamp === null ? undefined : writeAt(writes, op.stamp);
  const needed = write === undefined ? undefined : dependencies.get(write);
  if (needed === undefined) return;
  if (needed.reads !== null) coverAll(shown.byRead, needed.reads);
  if (needed.writes !== null) coverAll(shown.byPut, needed.writes);
  shown.witness = op;
  s.shown.set(op.server, shown);
};

const judgeShown = (
  vector: Vector,
  promise: 'WFR' | 'MW',
  witness: Operation,
  op: Operation,
  writes: Writes,
  soFar: PartialVerdict,
): void => {
  if (vector.size === 0) return;
  soFar.checked[promise]++;
  const must = greatestWithin(writes, op.key, vector);
  if (must !== null && isOlder(op, must))
    reportViolation(
      soFar,
      promise,
      witness,
      op,
      `${older(op, must)}, which came with what server ${String(op.server)} had shown`,
    );
};

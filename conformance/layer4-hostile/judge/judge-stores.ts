/** Judges the printed stores: after `stabilize` the stores of a partition are equal (STABLE), and no acknowledged write is lost (DURABLE, R10). */
import { type NodeId, serverOf } from '#bayou/core/ids.js';
import { type JudgedHistory, type Operation, sessionOf, type SettledStores, type StoreView } from './judged-history.js';
import { faultOf, onlyPut, originOf, type Origins } from './integrity.js';
import { compareStamps } from './stamp-order.js';
import { hasStamps, type StampedOperation } from './judge-stamped.js';
import { reportViolation, type PartialVerdict } from './verdict.js';

/** Judges the stores that were printed. */
export const judgeStores = (h: JudgedHistory, origins: Origins, soFar: PartialVerdict): void => {
  const first = new Map<number, StoreView[]>();
  const stamped = hasStamps(h);
  const held = stamped && h.ordered ? holdingsOf(h) : new Map<string, Holdings>();
  for (const view of h.stores) {
    judgeOrigins(view, origins, h.ordered, soFar);
    if (view.settled === null) continue;
    judgeEqual(first, view, view.settled, soFar);
    if (!h.ordered) soFar.undecided.add('DURABLE: the order between the clients and stabilize is not known');
    else if (stamped) judgeKeptByStamps(held.get(nameOf(view.settled))!, view, origins, soFar);
    else judgeKeptByValues(h, view, view.settled, origins, soFar);
  }
};

const judgeOrigins = (view: StoreView, origins: Origins, ordered: boolean, soFar: PartialVerdict): void => {
  for (const [key, value] of view.entries) {
    soFar.checked.INTEGRITY++;
    const fault = faultOf(originOf(origins, key, value), ordered ? view.position : Infinity);
    if (fault !== undefined) reportViolation(soFar, 'INTEGRITY', fault[0] ?? view, view, `${key}:${value}: ${fault[1]}`);
  }
};

const judgeEqual = (first: Map<number, StoreView[]>, view: StoreView, settled: SettledStores, soFar: PartialVerdict): void => {
  const views = first.get(settled.round) ?? [];
  first.set(settled.round, views);
  const other = views.find((v) => settled.group.includes(v.server));
  if (other === undefined) {
    views.push(view);
    return;
  }
  soFar.checked.STABLE++;
  const text = (v: StoreView): string => JSON.stringify(v.entries);
  if (text(other) !== text(view))
    reportViolation(soFar, 'STABLE', other, view, `servers ${other.server} and ${view.server} are in one partition, and differ`);
};

/** For each key the greatest acknowledged write that a server must have. */
type Holdings = Map<string, StampedOperation>;

const hold = (holdings: Holdings, write: StampedOperation): void => {
  const known = holdings.get(write.key);
  if (known === undefined || compareStamps(write.stamp, known.stamp) > 0) holdings.set(write.key, write);
};

/** The groups that a `stabilize` left with equal stores, in the order of the rounds. Only groups with a printed store are in the list. */
const settlesOf = (h: JudgedHistory): ReadonlyArray<SettledStores> => {
  const byName = new Map<string, SettledStores>();
  for (const { settled } of h.stores) if (settled !== null) byName.set(nameOf(settled), settled);
  return [...byName.values()].sort((a, b) => a.position - b.position);
};

const nameOf = ({ round, group }: SettledStores): string => `${round} ${group.join()}`;

/**
 * For each group of a `stabilize` the writes that its servers must have afterwards (R10): the writes that one of them had acknowledged before, and
 * the writes that one of them had got by an earlier `stabilize`. A server that came back as another replica may have lost its writes, so its writes do not count.
 */
const holdingsOf = (h: JudgedHistory): ReadonlyMap<string, Holdings> => {
  const acknowledged = h.operations
    .filter((op): op is StampedOperation => op.f === 'put' && op.outcome === 'ok' && op.stamp !== null)
    .sort((a, b) => a.completed - b.completed);
  const has = new Map<NodeId, Holdings>();
  const found = new Map<string, Holdings>();
  let next = 0;
  for (const settled of settlesOf(h)) {
    for (; next < acknowledged.length && acknowledged[next]!.completed <= settled.position; next++) {
      const write = acknowledged[next]!;
      const server = serverOf(write.stamp.r);
      const holdings = has.get(server) ?? new Map<string, StampedOperation>();
      has.set(server, holdings);
      hold(holdings, write);
    }
    const members = settled.group.filter((server) => !h.reborn.has(server));
    const together: Holdings = new Map();
    for (const server of members) for (const write of has.get(server)?.values() ?? []) hold(together, write);
    for (const server of members) has.set(server, new Map(together));
    found.set(nameOf(settled), together);
  }
  return found;
};

const judgeKeptByStamps = (holdings: Holdings, view: StoreView, origins: Origins, soFar: PartialVerdict): void => {
  const entries = new Map(view.entries);
  for (const [key, write] of holdings) {
    soFar.checked.DURABLE++;
    const value = entries.get(key);
    if (value === undefined) {
      reportViolation(soFar, 'DURABLE', write, view, `${key} is not there`);
      continue;
    }
    const put = onlyPut(originOf(origins, key, value));
    if (put?.outcome === 'ok' && put.stamp !== null && compareStamps(put.stamp, write.stamp) < 0)
      reportViolation(soFar, 'DURABLE', write, view, `${key}:${value} is older than the acknowledged ${String(write.value)}`);
  }
};

/**
 * Without stamps nobody knows which server accepted a write. So DURABLE is decided only where one group has all the servers whose stores were printed.
 * There every acknowledged key has a value, and its own session had not replaced that value before.
 */
const judgeKeptByValues = (
  h: JudgedHistory,
  view: StoreView,
  settled: SettledStores,
  origins: Origins,
  soFar: PartialVerdict,
): void => {
  if (!h.stores.every((v) => settled.group.includes(v.server))) {
    soFar.undecided.add('DURABLE in a partition: without stamps nobody knows which server accepted a write');
    return;
  }
  const entries = new Map(view.entries);
  for (const op of h.operations) {
    if (op.f !== 'put' || op.outcome !== 'ok' || op.completed > settled.position) continue;
    soFar.checked.DURABLE++;
    const value = entries.get(op.key);
    const put = value === undefined ? null : onlyPut(originOf(origins, op.key, value));
    if (value === undefined) reportViolation(soFar, 'DURABLE', op, view, `${op.key} is not there`);
    else if (isReplaced(put, op))
      reportViolation(soFar, 'DURABLE', op, view, `${op.key}:${value} was replaced by its own session`);
  }
};

const isReplaced = (put: Operation | null | undefined, by: Operation): boolean =>
  put !== null &&
  put !== undefined &&
  put !== by &&
  sessionOf(put) === sessionOf(by) &&
  put.completed <= by.invoked &&
  put.value !== by.value;

/** The printed stores: equal after `stabilize` within a partition, and without the loss of an acknowledged write (R10). */
import { serverOf } from '#bayou/core/ids.js';
import type { History, Operation, Settled, StoreView } from './history.js';
import { faultOf, onlyPut, originOf, type Origins } from './integrity.js';
import { compareStamps } from './order.js';
import { hasStamps, type Stamped } from './stamped.js';
import { accuse, type Court } from './verdict.js';

/** Judges the stores that were printed. */
export const judgeStores = (h: History, origins: Origins, court: Court): void => {
  const first = new Map<number, StoreView[]>();
  const stamped = hasStamps(h);
  for (const view of h.stores) {
    judgeOrigins(view, origins, h.ordered, court);
    if (view.settled === null) continue;
    judgeEqual(first, view, view.settled, court);
    if (!h.ordered) court.undecided.add('lost writes: the order between the clients and stabilize is not known');
    else if (stamped) judgeKeptByStamps(h, view, view.settled, origins, court);
    else judgeKeptByValues(h, view, view.settled, origins, court);
  }
};

const judgeOrigins = (view: StoreView, origins: Origins, ordered: boolean, court: Court): void => {
  for (const [key, value] of view.entries) {
    court.checked.Integrity++;
    const fault = faultOf(originOf(origins, key, value), ordered ? view.position : Infinity);
    if (fault !== undefined) accuse(court, 'Integrity', fault[0] ?? view, view, `${key}:${value}: ${fault[1]}`);
  }
};

const judgeEqual = (first: Map<number, StoreView[]>, view: StoreView, settled: Settled, court: Court): void => {
  const views = first.get(settled.round) ?? [];
  first.set(settled.round, views);
  const other = views.find((v) => settled.group.includes(v.server));
  if (other === undefined) {
    views.push(view);
    return;
  }
  court.checked.Convergence++;
  const text = (v: StoreView): string => JSON.stringify(v.entries);
  if (text(other) !== text(view))
    accuse(court, 'Convergence', other, view, `servers ${other.server} and ${view.server} are in one partition, and differ`);
};

/** The acknowledged writes that the servers of a group had accepted before a `stabilize`, the greatest for each key. */
const acceptedBefore = (h: History, settled: Settled): ReadonlyMap<string, Stamped> => {
  const greatest = new Map<string, Stamped>();
  for (const op of h.operations) {
    if (op.f !== 'put' || op.outcome !== 'ok' || op.stamp === null || op.completed > settled.position) continue;
    const server = serverOf(op.stamp.r);
    if (!settled.group.includes(server) || h.reborn.has(server)) continue;
    const known = greatest.get(op.key);
    if (known === undefined || compareStamps(op.stamp, known.stamp) > 0) greatest.set(op.key, op as Stamped);
  }
  return greatest;
};

const judgeKeptByStamps = (h: History, view: StoreView, settled: Settled, origins: Origins, court: Court): void => {
  const entries = new Map(view.entries);
  for (const [key, write] of acceptedBefore(h, settled)) {
    court.checked['No Lost Write']++;
    const value = entries.get(key);
    if (value === undefined) {
      accuse(court, 'No Lost Write', write, view, `${key} is not there`);
      continue;
    }
    const put = onlyPut(originOf(origins, key, value));
    if (put?.outcome === 'ok' && put.stamp !== null && put.attempts === 1 && compareStamps(put.stamp, write.stamp) < 0)
      accuse(court, 'No Lost Write', write, view, `${key}:${value} is older than the acknowledged ${String(write.value)}`);
  }
};

/**
 * Without stamps nobody knows who accepted a write, so this decides only for a group of all the servers that were printed after any
 * stabilize; there every acknowledged key has a value, and not one that its own session had replaced.
 */
const judgeKeptByValues = (h: History, view: StoreView, settled: Settled, origins: Origins, court: Court): void => {
  if (!h.stores.every((v) => settled.group.includes(v.server))) {
    court.undecided.add('lost writes in a partition: without stamps nobody knows which server accepted a write');
    return;
  }
  const entries = new Map(view.entries);
  for (const op of h.operations) {
    if (op.f !== 'put' || op.outcome !== 'ok' || op.completed > settled.position) continue;
    court.checked['No Lost Write']++;
    const value = entries.get(op.key);
    const put = value === undefined ? null : onlyPut(originOf(origins, op.key, value));
    if (value === undefined) accuse(court, 'No Lost Write', op, view, `${op.key} is not there`);
    else if (isReplaced(put, op)) accuse(court, 'No Lost Write', op, view, `${op.key}:${value} was replaced by its own session`);
  }
};

const isReplaced = (put: Operation | null | undefined, by: Operation): boolean =>
  put !== null &&
  put !== undefined &&
  put !== by &&
  put.process === by.process &&
  put.completed <= by.invoked &&
  put.value !== by.value;

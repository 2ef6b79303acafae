/** Where read values come from: with or without stamps, what is read was put, to that key, and not later than it was read. */
import type { History, Operation } from './history.js';
import { showStamp } from './order.js';
import type { Writes } from './stamped.js';
import { accuse, type Court } from './verdict.js';

/** The puts of one value to one key: the one sent first, and whether one of them may stand under a stamp that nobody was told. */
export interface Origin {
  first: Operation;
  /** The put, when it is the only one; null when the value was put to this key more than once. */
  only: Operation | null;
  loose: boolean;
  /** Did all of them fail? */
  failed: boolean;
}

/** Key and value as one name; the length keeps two pairs apart whatever bytes they are made of. */
export const pairOf = (key: string, value: string): string => `${key.length}:${key}${value}`;

const isLoose = (op: Operation): boolean => op.outcome === 'info' || op.attempts === null || op.attempts > 1;

/** For each key and value, where it came from. */
export const originsOf = (h: History): ReadonlyMap<string, Origin> => {
  const origins = new Map<string, Origin>();
  for (const op of h.operations) {
    if (op.f !== 'put') continue;
    const pair = pairOf(op.key, op.value ?? '');
    const known = origins.get(pair);
    const failed = op.outcome === 'fail';
    if (known === undefined) {
      origins.set(pair, { first: op, only: op, loose: isLoose(op), failed });
      continue;
    }
    if (op.invoked < known.first.invoked) known.first = op;
    known.only = null;
    known.loose ||= isLoose(op);
    known.failed &&= failed;
  }
  return origins;
};

/** Judges every value that was read; `writes` are null for a history without stamps. */
export const judgeIntegrity = (h: History, origins: ReadonlyMap<string, Origin>, writes: Writes | null, court: Court): void => {
  const named = new Map<string, Operation>();
  for (const op of h.operations) {
    if (op.f !== 'get' || op.outcome !== 'ok' || op.value === null) continue;
    court.checked.Integrity++;
    const origin = origins.get(pairOf(op.key, op.value));
    if (origin === undefined) accuse(court, 'Integrity', op, op, 'nobody ever put this value to this key');
    else if (origin.failed) accuse(court, 'Integrity', origin.first, op, 'the put of this value had failed');
    else if (h.ordered && origin.first.invoked > op.completed)
      accuse(court, 'Integrity', origin.first, op, 'it was read before it was put');
    else if (writes !== null && op.stamp !== null) judgeName(op, showStamp(op.stamp), origin, writes, named, court);
  }
};

/** One stamp, one write: the value read under a stamp is the value that was acknowledged, or read before, under it. */
const judgeName = (
  op: Operation,
  stamp: string,
  origin: Origin,
  writes: Writes,
  named: Map<string, Operation>,
  court: Court,
): void => {
  const write = writes.byStamp.get(stamp) ?? named.get(stamp);
  if (write === undefined) {
    named.set(stamp, op);
    if (!origin.loose)
      accuse(court, 'Integrity', origin.first, op, `its only put was acknowledged under another stamp than ${stamp}`);
  } else if (write.key !== op.key || write.value !== op.value)
    accuse(court, 'Unique Stamps', write, op, `two writes are known under the stamp ${stamp}`);
};

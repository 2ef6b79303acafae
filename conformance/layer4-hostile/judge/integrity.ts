/** Judges INTEGRITY, with or without stamps: a value that is read was put before, to that key, by a put that did not fail. */
import type { JudgedHistory, Operation } from './judged-history.js';
import { compareStamps, showStamp } from './stamp-order.js';
import { type Writes, writeAt } from './judge-stamped.js';
import type { Stamp } from '#bayou/core/write.js';
import { reportViolation, type PartialVerdict } from './verdict.js';

/** Where a value of a key came from: its only put, or a summary of several puts. */
export type ValueOrigin = Operation | Several;

interface Several {
  /** The put that was sent first. */
  readonly first: Operation;
  /** May one of the puts have a stamp that no client was told? Only a put of unknown outcome may: an acknowledged one keeps its stamp for ever (R14). */
  readonly indeterminate: boolean;
  /** Did all of the puts fail? */
  readonly failed: boolean;
}

/** Where every value of every key came from. */
export type Origins = ReadonlyMap<string, ReadonlyMap<string, ValueOrigin>>;

const isIndeterminate = (o: ValueOrigin): boolean => ('indeterminate' in o ? o.indeterminate : o.outcome === 'info');
const hasFailed = (o: ValueOrigin): boolean => ('failed' in o ? o.failed : o.outcome === 'fail');
const firstOf = (o: ValueOrigin): Operation => ('first' in o ? o.first : o);

/** The put of a value, if only one put has the value: then a read of the value names its write. */
export const onlyPut = (o: ValueOrigin | undefined): Operation | null => (o === undefined || 'first' in o ? null : o);

/** Where a value of a key came from; undefined when nobody put it. */
export const originOf = (origins: Origins, key: string, value: string): ValueOrigin | undefined => origins.get(key)?.get(value);

export const originsOf = (h: JudgedHistory): Origins => {
  const origins = new Map<string, Map<string, ValueOrigin>>();
  for (const op of h.operations) {
    if (op.f !== 'put') continue;
    const values = origins.get(op.key) ?? new Map<string, ValueOrigin>();
    if (values.size === 0) origins.set(op.key, values);
    const value = op.value ?? '';
    const known = values.get(value);
    values.set(value, known === undefined ? op : together(known, op));
  }
  return origins;
};

const together = (known: ValueOrigin, op: Operation): Several => ({
  first: op.invoked < firstOf(known).invoked ? op : firstOf(known),
  indeterminate: isIndeterminate(known) || isIndeterminate(op),
  failed: hasFailed(known) && hasFailed(op),
});

/** The fault of a value that was seen at a position of the history: the put that contradicts it (null: there is none), and why. Undefined: no fault. */
export const faultOf = (origin: ValueOrigin | undefined, position: number): readonly [Operation | null, string] | undefined => {
  if (origin === undefined) return [null, 'nobody ever put this value to this key'];
  if (hasFailed(origin)) return [firstOf(origin), 'the put of this value had failed'];
  return firstOf(origin).invoked > position ? [firstOf(origin), 'it was seen before it was put'] : undefined;
};

/** Judges every value that was read; `writes` are null for a history without stamps. */
export const judgeIntegrity = (h: JudgedHistory, origins: Origins, writes: Writes | null, soFar: PartialVerdict): void => {
  const named = new Map<string, Operation>();
  const stamps = new Map<Operation, Operation>();
  for (const op of h.operations) {
    if (op.f !== 'get' || op.outcome !== 'ok' || op.value === null) continue;
    soFar.checked.INTEGRITY++;
    const origin = originOf(origins, op.key, op.value);
    const fault = faultOf(origin, h.ordered ? op.completed : Infinity);
    if (fault !== undefined) reportViolation(soFar, 'INTEGRITY', fault[0] ?? op, op, fault[1]);
    else if (writes !== null && op.stamp !== null) {
      judgeName(op, op.stamp, origin!, writes, named, soFar);
      judgeOneStamp(op, op.stamp, origin!, stamps, soFar);
    }
  }
};

/** Judges UNIQUE: the value read under a stamp is the value that was acknowledged, or read before, under that stamp. */
const judgeName = (
  op: Operation,
  stamp: Stamp,
  origin: ValueOrigin,
  writes: Writes,
  named: Map<string, Operation>,
  soFar: PartialVerdict,
): void => {
  const write = writeAt(writes, stamp) ?? named.get(showStamp(stamp));
  if (write === undefined) {
    named.set(showStamp(stamp), op);
    if (!isIndeterminate(origin)) {
      const text = `its only put was acknowledged under another stamp than ${showStamp(stamp)} (R14)`;
      reportViolation(soFar, 'UNIQUE', firstOf(origin), op, text);
    }
  } else if (write.key !== op.key || write.value !== op.value)
    reportViolation(soFar, 'UNIQUE', write, op, `two writes are known under the stamp ${showStamp(stamp)}`);
};

/** Judges UNIQUE: a put has one stamp (R14), acknowledged or not. Wherever its value is read, it has the same stamp. */
const judgeOneStamp = (
  op: Operation,
  stamp: Stamp,
  origin: ValueOrigin,
  stamps: Map<Operation, Operation>,
  soFar: PartialVerdict,
): void => {
  const put = onlyPut(origin);
  if (put === null) return;
  const before = stamps.get(put);
  if (before === undefined) stamps.set(put, op);
  else if (before.stamp !== null && compareStamps(before.stamp, stamp) !== 0)
    reportViolation(
      soFar,
      'UNIQUE',
      before,
      op,
      `one put has the stamps ${showStamp(before.stamp)} and ${showStamp(stamp)} (R14)`,
    );
};

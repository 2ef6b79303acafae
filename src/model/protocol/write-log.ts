/**
 * The write log (R1, R5, R6): a set of writes, kept sorted by stamp so that equal logs are equal values.
 *
 * @module
 * @category The protocol
 */
import type { Ord } from 'fp-ts/lib/Ord.js';
import * as O from 'fp-ts/lib/Option.js';
import type { Bytes } from '../../core/bytes.js';
import type { Put } from '../../core/messages.js';
import type { Stamp } from '../../core/write.js';
import { samePut, type LoggedWrite } from './put-identity.js';
import { sameStamp, stampOrd } from './order.js';
import type { Rules } from './rules.js';
import { has, type Vector } from './vector.js';

/** A set of writes, sorted by stamp. Under V3 and V10 two writes can have one stamp; they are sorted by client, session, client time and key. */
export type Log = ReadonlyArray<LoggedWrite>;

/** What a replica's users see: each key that was written, with its value; sorted by key. */
export type Store = ReadonlyArray<readonly [Bytes, Bytes]>;

// --- order -----------------------------------------------------------------------------------------------------------------

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** The order of a log. */
export const byStamp = (a: LoggedWrite, b: LoggedWrite): number =>
  stampOrd.compare(a, b) ||
  a.client - b.client ||
  byText(a.session, b.session) ||
  a.clientTime - b.clientTime ||
  byText(a.key, b.key);

/** Are `a` and `b` the same accepted write? */
export const sameWrite = (a: LoggedWrite, b: LoggedWrite): boolean => samePut(a, b) && sameStamp(a, b);

// --- operations ------------------------------------------------------------------------------------------------------------

/** The write that a put becomes when it is accepted with this stamp. */
export const writeOf = ({ client, session, clientTime, key, value }: Put, { t, r }: Stamp): LoggedWrite => ({
  t,
  r,
  client,
  session,
  clientTime,
  key,
  value,
});

/** The log with `write` inserted in its place. */
const insert = (log: Log, write: LoggedWrite): Log => {
  const later = log.findIndex((w) => byStamp(w, write) > 0);
  return later === -1 ? [...log, write] : [...log.slice(0, later), write, ...log.slice(later)];
};

/** The log with the writes added. A write that the log has already is not added again. Nothing is pruned. */
export const add = (log: Log, writes: Log): Log =>
  writes.reduce((more, w) => (more.some((x) => sameWrite(x, w)) ? more : insert(more, w)), log);

/** The greatest-stamped write to a key (R5), by the replica's own order. The order is R4's, except under V7. */
export const newest =
  (order: Ord<Stamp>) =>
  (log: Log, key: Bytes): O.Option<LoggedWrite> =>
    O.fromNullable(
      log.reduce<LoggedWrite | undefined>(
        (top, w) => (w.key !== key || (top !== undefined && order.compare(top, w) >= 0) ? top : w),
        undefined,
      ),
    );

/** R5: each key with the value of the greatest-stamped write to it. */
export const storeOf =
  (order: Ord<Stamp>) =>
  (log: Log): Store =>
    keysOf(log).flatMap((key) => {
      const top = newest(order)(log, key);
      return O.isSome(top) ? [[key, top.value.value] as const] : [];
    });

/** The keys that are written, sorted by bytes. */
const keysOf = (log: Log): ReadonlyArray<Bytes> => [...new Set(log.map((w) => w.key))].sort();

/** Are the two stores equal? */
export const sameStore = (a: Store, b: Store): boolean =>
  a.length === b.length && a.every((entry, i) => entry.every((part, j) => part === b[i]?.[j]));

/** R9: the writes that a replica with this vector lacks. */
export const lackedBy = (log: Log, vv: Vector): Log => log.filter((w) => !has(vv, w));

// --- pruning ---------------------------------------------------------------------------------------------------------------

/** The switches that pruning depends on. */
export type PruningRules = Pick<Rules, 'variant' | 'pruning'>;

/**
 * R6: does `y` overwrite `x`? Both are writes of one session to one key, `y` has a greater client time (or is of the same put), and `y` has a
 * greater stamp. V1: a greater client time is enough.
 */
const overwrites = ({ variant }: PruningRules, y: LoggedWrite, x: LoggedWrite): boolean =>
  y.client === x.client &&
  y.key === x.key &&
  y.session === x.session &&
  (y.clientTime > x.clientTime
    ? variant === 'V1' || stampOrd.compare(y, x) > 0
    : y.clientTime === x.clientTime && stampOrd.compare(y, x) > 0);

/** Is `y` a write to the same key as `x`, and later in this order of stamps? */
const outranks = (order: Ord<Stamp>, y: LoggedWrite, x: LoggedWrite): boolean => y.key === x.key && order.compare(y, x) > 0;

/** May a replica that has `y` drop `x`? */
const supersedes = (rules: PruningRules, order: Ord<Stamp>) => (y: LoggedWrite, x: LoggedWrite) =>
  rules.pruning === 'R6' ? overwrites(rules, y, x) : outranks(order, y, x);

/** The log without the writes that other writes of the log supersede (R6). */
export const prune =
  (rules: PruningRules, order: Ord<Stamp>) =>
  (log: Log): Log => {
    const drops = supersedes(rules, order);
    const kept = log.filter((x) => !log.some((y) => drops(y, x)));
    return kept.length === log.length ? log : kept;
  };

/** Does the log have the write, or a write that supersedes it (R8)? */
export const hasOrSupersedes =
  (rules: PruningRules, order: Ord<Stamp>) =>
  (log: Log, write: LoggedWrite): boolean =>
    log.some((y) => sameWrite(y, write) || supersedes(rules, order)(y, write));

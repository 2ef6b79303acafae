/**
 * Takes a replica whose log has failed back to exactly the log's state. Memory was ahead of the log by the changes that were on their way.
 * A restart forgets these changes and gives their stamps out again, so the replica must not show them.
 */
import type { Bytes } from '../core/bytes.js';
import type { ReplicaId } from '../core/ids.js';
import type { Stamp, Write } from '../core/write.js';
import type { Append } from './log/log.js';
import { isLater } from './order.js';
import type { Replica } from './replica.js';
import { at, raise, type Vector } from './vector.js';
import { createWriteLog, recoverWrite, type WriteLog } from './write-log.js';

/** The identity, clock and vector that are in the replica's log. Memory may be ahead of them. */
export interface DurableState {
  id: ReplicaId;
  clock: number;
  readonly vv: Vector;
}

/** The {@link DurableState} of a replica that has no change on its way to its log. */
export const durableOf = ({ id, clock, vv }: Replica): DurableState => ({ id, clock, vv: new Map(vv) });

/** These changes have reached the log. */
export const reached = (durable: DurableState, appends: ReadonlyArray<Append>): void => {
  for (const { replica, clock, vv } of appends) {
    durable.id = replica ?? durable.id;
    durable.clock = Math.max(durable.clock, clock);
    for (const [r, t] of vv) raise(durable.vv, r, t);
  }
};

/** Is it a whole write? A step gives whole writes as its drops; a log needs the stamps alone. */
const isWrite = (w: Stamp | Write): w is Write => 'key' in w;

/** Every write that memory has, or that an undone change dropped from memory. Every write that is live in the log is among them. */
function* remembered(log: WriteLog, undone: ReadonlyArray<Append>): Generator<Write> {
  yield* log.byKey.values();
  for (const writes of log.waiting.values()) yield* writes;
  yield* log.stale.values();
  for (const { drops } of undone) yield* drops.filter(isWrite);
}

/**
 * The replica in its log's state, for gets and pulls. `undone`: all changes that did not reach the log, in order. The result forgets
 * remembered puts and pulls under way, because the replica takes no change in any more.
 *
 * A write that the log's vector claims is in the log or superseded there. Every write that is live in the log is in memory, or an undone
 * change dropped it, because a durable drop follows the superseding write. So the greatest claimed write to a key is the live one.
 */
export const fallBack = (replica: Replica, { id, clock, vv }: DurableState, undone: ReadonlyArray<Append>): Replica => {
  const live = new Map<Bytes, Write>();
  for (const w of remembered(replica.log, undone)) {
    // An unclaimed write is live although no vector claims it.
    if (w.t > at(vv, w.r) && !replica.log.unclaimed.has(w)) continue;
    const top = live.get(w.key);
    if (top === undefined || isLater(w, top)) live.set(w.key, w);
  }
  const log = createWriteLog(replica.policy.later, vv);
  for (const w of live.values()) recoverWrite(log, w);
  return { ...replica, id, clock, vv, log, windows: new Map(), transfers: new Map() };
};

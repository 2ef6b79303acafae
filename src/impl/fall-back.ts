/**
 * What a replica can still show when its log has failed: exactly what the log has. Memory was ahead of it by the changes that were on their way; to show one of them
 * would be to show what a restart forgets, and a stamp that is then given out again.
 */
import type { Bytes } from '../core/bytes.js';
import type { ReplicaId } from '../core/ids.js';
import type { Stamp, Write } from '../core/write.js';
import type { Append } from './log/log.js';
import { isLater } from './order.js';
import type { Replica } from './replica.js';
import { at, raise, type Vector } from './vector.js';
import { createWriteLog, recoverWrite, type WriteLog } from './write-log.js';

/** What of a replica is in its log, where memory does not say so any more. */
export interface Durable {
  id: ReplicaId;
  clock: number;
  readonly vv: Vector;
}

/** What of this replica is in its log, when nothing is on its way there. */
export const durableOf = ({ id, clock, vv }: Replica): Durable => ({ id, clock, vv: new Map(vv) });

/** These changes have reached the log. */
export const reached = (durable: Durable, appends: ReadonlyArray<Append>): void => {
  for (const { replica, clock, vv } of appends) {
    durable.id = replica ?? durable.id;
    durable.clock = Math.max(durable.clock, clock);
    for (const [r, t] of vv) raise(durable.vv, r, t);
  }
};

/** A step drops writes that it has in its hand; their stamps are all that a log needs. */
const isWrite = (w: Stamp | Write): w is Write => 'key' in w;

/** Every write that memory still has, or has dropped with a change that is undone: each that is live in the log is among them. */
function* remembered(log: WriteLog, undone: ReadonlyArray<Append>): Generator<Write> {
  yield* log.byKey.values();
  for (const writes of log.waiting.values()) yield* writes;
  yield* log.stale.values();
  for (const { drops } of undone) yield* drops.filter(isWrite);
}

/**
 * The replica as its log has it, to be read and pulled from. `undone`: the changes that did not get there, all of them, in order. Puts and pulls under way are
 * forgotten: nothing is taken in any more.
 *
 * A write that the log's vector claims is in the log or superseded there, and memory has, or has dropped with an undone change, whatever is live in the log
 * (a durable drop follows what supersedes it). So the greatest of the claimed ones is the live one.
 */
export const fallBack = (replica: Replica, { id, clock, vv }: Durable, undone: ReadonlyArray<Append>): Replica => {
  const live = new Map<Bytes, Write>();
  for (const w of remembered(replica.log, undone)) {
    // Loose ones are live though no vector claims them.
    if (w.t > at(vv, w.r) && !replica.log.unclaimed.has(w)) continue;
    const top = live.get(w.key);
    if (top === undefined || isLater(w, top)) live.set(w.key, w);
  }
  const log = createWriteLog(replica.policy.later, vv);
  for (const w of live.values()) recoverWrite(log, w);
  return { ...replica, id, clock, vv, log, windows: new Map(), transfers: new Map() };
};

/** What a log holds, in memory, and how an append changes it. */
import type { ReplicaId } from '../../core/ids.js';
import type { Stamp, Write } from '../../core/write.js';
import { nameOfSlot, type Seen } from '../client-windows.js';
import type { Append, Recovered } from './log.js';
import { compareStamps } from '../order.js';
import { entriesOfVector, raise, vectorOfEntries, type Vector } from '../vector.js';

/** A log's contents. Mutable. */
export interface LogContents {
  readonly writes: Map<string, Write>;
  readonly seen: Map<string, Seen>;
  readonly vv: Vector;
  clock: number;
}

const nameOfWrite = (w: Stamp): string => `${w.r} ${w.t}`;

/** What was recovered, or nothing. */
export const contentsOf = (recovered?: Recovered): LogContents => ({
  writes: new Map([...(recovered?.writes ?? [])].map((w) => [nameOfWrite(w), w])),
  seen: new Map([...(recovered?.seen ?? [])].map((s) => [nameOfSlot(s), s])),
  vv: vectorOfEntries(recovered?.vv ?? []),
  clock: recovered?.clock ?? 0,
});

/** Applies one append. */
export const applyAppend = (contents: LogContents, append: Append): void => {
  for (const w of append.writes) contents.writes.set(nameOfWrite(w), w);
  for (const w of append.drops) contents.writes.delete(nameOfWrite(w));
  for (const [r, t] of append.vv) raise(contents.vv, r, t);
  for (const s of append.forgotten) contents.seen.delete(nameOfSlot(s));
  for (const s of append.seen) contents.seen.set(nameOfSlot(s), s);
  contents.clock = Math.max(contents.clock, append.clock);
};

/** The contents as they are recovered by this replica. */
export const recoveredFrom = (contents: LogContents, replica: ReplicaId, found: Recovered['found']): Recovered => ({
  replica,
  found,
  clock: contents.clock,
  vv: entriesOfVector(contents.vv),
  writes: [...contents.writes.values()].sort(compareStamps),
  seen: [...contents.seen.values()],
});

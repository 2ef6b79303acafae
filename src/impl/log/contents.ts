/** A log's contents in memory. An append changes them. */
import type { ReplicaId } from '../../core/ids.js';
import type { Stamp, Transfer, Write } from '../../core/write.js';
import { nameOfSlot, type SeenPut } from '../client-windows.js';
import type { Append, RecoveredLog } from './log.js';
import { compareStamps } from '../order.js';
import { entriesOfVector, raise, vectorOfEntries, type Vector } from '../vector.js';

/** A log's contents. Mutable. */
export interface LogContents {
  readonly writes: Map<string, Write>;
  readonly seen: Map<string, SeenPut>;
  readonly vv: Vector;
  /** The writes that came in parts of pulls; see {@link RecoveredLog}. */
  readonly waiting: Map<string, Write>;
  transfers: ReadonlyArray<Transfer>;
  clock: number;
  replica: ReplicaId | undefined;
}

const nameOfWrite = (w: Stamp): string => `${w.r} ${w.t}`;

/** The contents of a recovered log. `replica` is undefined if the log never had an identity. */
export type RecoveredContents = Pick<RecoveredLog, 'clock' | 'vv' | 'writes' | 'seen' | 'waiting' | 'transfers'> & {
  readonly replica: ReplicaId | undefined;
};

/** The contents of a recovered log; empty without `held`. */
export const contentsOf = (held?: RecoveredContents): LogContents => ({
  writes: new Map([...(held?.writes ?? [])].map((w) => [nameOfWrite(w), w])),
  seen: new Map([...(held?.seen ?? [])].map((s) => [nameOfSlot(s), s])),
  vv: vectorOfEntries(held?.vv ?? []),
  waiting: new Map([...(held?.waiting ?? [])].map((w) => [nameOfWrite(w), w])),
  transfers: held?.transfers ?? [],
  clock: held?.clock ?? 0,
  replica: held?.replica,
});

/** Applies one append. */
export const applyAppend = (contents: LogContents, append: Append): void => {
  for (const w of append.writes) contents.writes.set(nameOfWrite(w), w);
  for (const w of append.waiting ?? []) contents.waiting.set(nameOfWrite(w), w);
  for (const w of append.drops) if (!contents.writes.delete(nameOfWrite(w))) contents.waiting.delete(nameOfWrite(w));
  for (const [r, t] of append.vv) raise(contents.vv, r, t);
  contents.transfers = append.transfers ?? contents.transfers;
  for (const s of append.forgotten) contents.seen.delete(nameOfSlot(s));
  for (const s of append.seen) contents.seen.set(nameOfSlot(s), s);
  contents.clock = Math.max(contents.clock, append.clock);
  contents.replica = append.replica ?? contents.replica;
};

/** The contents in the form of a recovered log. */
export const heldBy = (contents: LogContents): RecoveredContents => ({
  clock: contents.clock,
  vv: entriesOfVector(contents.vv),
  writes: [...contents.writes.values()].sort(compareStamps),
  seen: [...contents.seen.values()],
  waiting: [...contents.waiting.values()].sort(compareStamps),
  transfers: contents.transfers,
  replica: contents.replica,
});

/** Several changes as one change. A write that one of them adds and another drops is left out. */
export const merged = (appends: ReadonlyArray<Append>): Append => {
  const writes = new Map<string, Write>();
  const waiting = new Map<string, Write>();
  const drops = new Map<string, Stamp>();
  const seen = new Map<string, SeenPut>();
  const forgotten: SeenPut[] = [];
  const vv: Vector = new Map();
  let clock = 0;
  let transfers: Append['transfers'];
  let replica: ReplicaId | undefined;
  for (const append of appends) {
    // A write that was dropped and has come again stays in the database as it was. The database may have it as live or as waiting; both mean
    // the same, because the vector decides whether the write is live.
    for (const w of append.writes) if (!drops.delete(nameOfWrite(w))) writes.set(nameOfWrite(w), w);
    for (const w of append.waiting ?? []) if (!drops.delete(nameOfWrite(w))) waiting.set(nameOfWrite(w), w);
    for (const w of append.drops)
      if (!writes.delete(nameOfWrite(w)) && !waiting.delete(nameOfWrite(w))) drops.set(nameOfWrite(w), w);
    for (const s of append.forgotten) if (!seen.delete(nameOfSlot(s))) forgotten.push(s);
    for (const s of append.seen) seen.set(nameOfSlot(s), s);
    for (const [r, t] of append.vv) raise(vv, r, t);
    clock = Math.max(clock, append.clock);
    transfers = append.transfers ?? transfers;
    replica = append.replica ?? replica;
  }
  return {
    writes: [...writes.values()],
    drops: [...drops.values()],
    vv: [...vv],
    clock,
    seen: [...seen.values()],
    forgotten,
    ...(waiting.size === 0 ? {} : { waiting: [...waiting.values()] }),
    ...(transfers === undefined ? {} : { transfers }),
    ...(replica === undefined ? {} : { replica }),
  };
};

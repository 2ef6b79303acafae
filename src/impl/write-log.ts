/**
 * The live log: for each key its greatest-stamped write, and nothing else (R5, R6).
 *
 * Two indexes over the same entries: by key, for gets; and for each replica that accepted some of them a doubly linked list
 * in the order of accept times, so that what a puller lacks is the end of each list and is found by walking back from it.
 */
import type { Bytes } from '../core/bytes.js';
import type { ReplicaId } from '../core/ids.js';
import type { Stamp, Write } from '../core/write.js';
import { at, type Vector } from './vector.js';

interface Entry {
  readonly write: Write;
  older: Entry | undefined;
  newer: Entry | undefined;
}

/** The end of one replica's list, which is never empty. */
interface Origin {
  newest: Entry;
}

/** Mutable; changed by {@link add} alone. */
export interface WriteLog {
  readonly later: (a: Stamp, b: Stamp) => boolean;
  readonly byKey: Map<Bytes, Entry>;
  readonly origins: Map<ReplicaId, Origin>;
  /** Entries and origins looked at by {@link lacking} since the log was made: the cost of pulls, counted. */
  visited: number;
}

/** An empty log. `later` is the order of stamps (R4). */
export const createWriteLog = (later: (a: Stamp, b: Stamp) => boolean): WriteLog => ({
  later,
  byKey: new Map(),
  origins: new Map(),
  visited: 0,
});

/** The greatest-stamped write to a key (R5). */
export const latest = (log: WriteLog, key: Bytes): Write | undefined => log.byKey.get(key)?.write;

/** Every live write, in no special order. */
export function* writesOf(log: WriteLog): Generator<Write> {
  for (const entry of log.byKey.values()) yield entry.write;
}

/**
 * Adds a write and prunes (R5, R6). Gives the write that lost: the one that was dropped from the log, or `write` itself when
 * the log already has it or something later; undefined when the key is new. O(1) for a write that is the newest of its
 * replica, as every put's and every pulled one is; otherwise one step for each newer entry of that replica.
 */
export const add = (log: WriteLog, write: Write): Write | undefined => {
  const current = log.byKey.get(write.key);
  if (current !== undefined && !log.later(write, current.write)) return write;
  if (current !== undefined) unlink(log, current);
  log.byKey.set(write.key, link(log, write));
  return current?.write;
};

/** R9: every write with `w.t > vv[w.r]`, for each replica in the order of accept times. Costs what it finds. */
export const lacking = (log: WriteLog, vv: Vector): Write[] => {
  const found: Write[] = [];
  for (const [r, origin] of log.origins) {
    const known = at(vv, r);
    let first: Entry | undefined;
    for (let e: Entry | undefined = origin.newest; e !== undefined; e = e.older) {
      log.visited++;
      if (e.write.t <= known) break;
      first = e;
    }
    for (; first !== undefined; first = first.newer) found.push(first.write);
  }
  return found;
};

const link = (log: WriteLog, write: Write): Entry => {
  const origin = log.origins.get(write.r);
  let older = origin?.newest;
  let newer: Entry | undefined;
  while (older !== undefined && older.write.t > write.t) {
    newer = older;
    older = older.older;
  }
  const entry: Entry = { write, older, newer };
  if (origin === undefined) {
    log.origins.set(write.r, { newest: entry });
    return entry;
  }
  if (older !== undefined) older.newer = entry;
  if (newer === undefined) origin.newest = entry;
  else newer.older = entry;
  return entry;
};

const unlink = (log: WriteLog, entry: Entry): void => {
  const { older, newer } = entry;
  const origin = log.origins.get(entry.write.r)!;
  if (older !== undefined) older.newer = newer;
  if (newer !== undefined) newer.older = older;
  else if (older === undefined) log.origins.delete(entry.write.r);
  else origin.newest = older;
};

/** A log in memory: durable for as long as the object lives. For tests, and for servers that need not outlive their process. */
import * as E from 'fp-ts/lib/Either.js';
import { replicaId, type ReplicaId } from '../core/ids.js';
import type { Write } from '../core/write.js';
import { slotOf, type Seen } from './client-windows.js';
import type { Append, Log, Recovered } from './log.js';
import { compareStamps } from './order.js';
import { entriesOfVector, raise, type Vector } from './vector.js';

const writeName = (w: Write): string => `${w.r} ${w.t}`;
const seenName = (s: Seen): string => `${s.client} ${slotOf(s.clientTime)}`;

/** An empty log; opened again, it gives back what was committed. */
export const createMemoryLog = (): Log => {
  const writes = new Map<string, Write>();
  const seen = new Map<string, Seen>();
  const vv: Vector = new Map();
  let clock = 0;
  let replica: ReplicaId | undefined;

  const apply = (append: Append): void => {
    for (const w of append.writes) writes.set(writeName(w), w);
    for (const w of append.drops) writes.delete(writeName(w));
    for (const [r, t] of append.vv) raise(vv, r, t);
    for (const s of append.forgotten) seen.delete(seenName(s));
    for (const s of append.seen) seen.set(seenName(s), s);
    clock = append.clock;
  };

  return {
    open: (owner) => {
      const found = replica === undefined ? 'fresh' : 'whole';
      replica ??= replicaId(owner.server, owner.freshIncarnation);
      const recovered: Recovered = {
        replica,
        found,
        clock,
        vv: entriesOfVector(vv),
        writes: [...writes.values()].sort(compareStamps),
        seen: [...seen.values()],
      };
      return Promise.resolve(E.right(recovered));
    },
    commit: (appends) => {
      appends.forEach(apply);
      return undefined;
    },
    close: () => Promise.resolve(),
  };
};

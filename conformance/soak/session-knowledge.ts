/** What the soak's judge knows that a session has seen. */
import type { Stamp } from '#bayou/core/write.js';
import { compareStamps } from '../layer4-hostile/judge/stamp-order.js';
import { NO_TIMES, type SeenTimes, withTime } from './write-guarantees.js';

/** The knowledge of a session: for each key the greatest stamp it has seen, and the greatest accept time of all, and the same by replica of what it wrote and read. Never changed in place. */
export interface Knowledge {
  readonly wrote: SeenTimes;
  readonly read: SeenTimes;
  readonly keys: ReadonlyMap<string, Stamp>;
  readonly clock: number;
}

export const NOTHING: Knowledge = { keys: new Map(), clock: 0, wrote: NO_TIMES, read: NO_TIMES };

/** What the judge knows that one session has seen. */
export class SessionRecord {
  #keys: Map<string, Stamp>;
  #clock: number;
  #times: Pick<Knowledge, 'wrote' | 'read'>;

  constructor({ keys, clock, wrote, read }: Knowledge) {
    this.#keys = new Map(keys);
    this.#clock = clock;
    this.#times = { wrote, read };
  }

  saw(how: 'wrote' | 'read', key: string, stamp: Stamp): void {
    this.#times = { ...this.#times, [how]: withTime(this.#times[how], stamp) };
    const before = this.#keys.get(key);
    if (before === undefined || compareStamps(stamp, before) > 0) this.#keys.set(key, stamp);
    this.#clock = Math.max(this.#clock, stamp.t);
  }

  knowledge(): Knowledge {
    return { keys: new Map(this.#keys), clock: this.#clock, ...this.#times };
  }
}

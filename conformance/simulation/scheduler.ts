/**
 * Virtual time. What is to happen waits in a queue, by its time and then in the order in which it was scheduled; between two events everything that
 * Node has waiting in promises and `nextTick`s is done, so that an event's consequences come before the next event.
 */
import TinyQueue from 'tinyqueue';
import { Killed, type Life, type Scheduled } from './life.js';
import type { Trace } from './world-trace.js';
import { hearsNow, hearUncaught } from './uncaught.js';

/** How a run ended: what was awaited came; nothing was left to happen; it had happened too much, or too long. */
export type RunEnd = 'done' | 'idle' | 'events' | 'time';

/** How far a run may go. */
export interface RunLimits {
  readonly events: number;
  /** In µs of the world. */
  readonly untilUs: number;
}

/** An exception that a process did not catch. */
export interface Crash {
  readonly atUs: number;
  readonly life: string;
  readonly error: unknown;
}

/** After so many events is looked whether what the queue holds is mostly cancelled. */
const SWEEP = 4096;

/** The scheduler. */
export class Scheduler {
  nowUs = 0;
  /** How many events there were. */
  events = 0;
  readonly crashes: Crash[] = [];
  readonly #trace: Trace;
  #queue = new TinyQueue<Scheduled>([], (a, b) => a.at - b.at || a.order - b.order);
  #order = 0;
  #cancelled = 0;
  #acting: Life | undefined;
  readonly #onUncaught = (error: unknown): void => this.crash(this.#acting, error);

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  /** Lets something happen after so many µs, to the world or to a life: then it waits while that is paused, and never happens to the dead. */
  after(us: number, life: Life | undefined, what: string, act: () => void): Scheduled {
    const at = this.nowUs + Math.max(0, Math.round(us));
    const event = { at, order: this.#order++, life, what, act };
    this.#queue.push(event);
    return event;
  }

  cancel(event: Scheduled): void {
    if (event.act === undefined) return;
    event.act = undefined;
    this.#cancelled++;
  }

  /** What is to happen to a life. */
  pendingOf(life: Life): ReadonlyArray<string> {
    return this.#queue.data.filter((event) => event.life === life && event.act !== undefined).map(({ what }) => what);
  }

  /** A paused life goes on: what waited happens now, in its order. */
  goOn(life: Life): void {
    for (const event of life.goOn()) this.#putOff(event, this.nowUs);
  }

  /** What was due in an order stays in it. */
  #putOff(event: Scheduled, at: number): void {
    event.at = at;
    event.order = this.#order++;
    this.#queue.push(event);
  }

  /** A note in the trace. */
  note(whom: string, what: string): void {
    this.#trace.note(this.nowUs, whom, what);
  }

  /** What a process did not catch ends it, as it ends a real one. What the dead throw reaches nobody. */
  crash(life: Life | undefined, error: unknown): void {
    if (error instanceof Killed || life?.isDead === true) return;
    if (life === undefined) throw error;
    this.crashes.push({ atUs: this.nowUs, life: life.name, error });
    this.note(life.name, `uncaught ${String(error)}`);
    life.die('exit status 1');
  }

  /** Lets one event after the other happen, until `isDone` says so after one. Real time passes; nothing in the world sees it. */
  async run(isDone: () => boolean, limits: RunLimits): Promise<RunEnd> {
    const endHearing = hearUncaught();
    try {
      return await new Promise<RunEnd>((resolve, reject) => {
        const turn = (): void => {
          try {
            const end = isDone() ? 'done' : this.#step(limits);
            if (end === undefined) setImmediate(turn);
            else resolve(end);
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        };
        setImmediate(turn);
      });
    } finally {
      endHearing();
    }
  }

  #step(limits: RunLimits): RunEnd | undefined {
    for (;;) {
      const event = this.#queue.peek();
      if (event === undefined) return 'idle';
      if (event.at > limits.untilUs) {
        this.nowUs = Math.max(this.nowUs, limits.untilUs);
        return 'time';
      }
      if (this.events >= limits.events) return 'events';
      this.#queue.pop();
      if (this.#happens(event)) return undefined;
    }
  }

  /** False: it did not happen, or not yet. */
  #happens(event: Scheduled): boolean {
    const { life, act } = event;
    if (act === undefined) this.#cancelled--;
    if (act === undefined || life?.isDead === true) return false;
    if (life?.isPaused === true) {
      life.held.push(event);
      return false;
    }
    if (life !== undefined && life.busyUntilUs > event.at) {
      this.#putOff(event, life.busyUntilUs);
      return false;
    }
    this.nowUs = Math.max(this.nowUs, event.at);
    this.events++;
    if (this.events % SWEEP === 0) this.#sweep();
    this.#acting = life;
    hearsNow(this.#onUncaught);
    event.act = undefined;
    this.#trace.note(this.nowUs, life?.name ?? '-', event.what);
    try {
      act();
    } catch (error) {
      this.crash(life, error);
    }
    return true;
  }

  /** Deadlines that were met in time leave as much behind as there is to come. */
  #sweep(): void {
    if (this.#cancelled * 2 < this.#queue.length) return;
    const left = this.#queue.data.filter(({ act }) => act !== undefined);
    this.#queue = new TinyQueue(left, (a, b) => a.at - b.at || a.order - b.order);
    this.#cancelled = 0;
  }
}

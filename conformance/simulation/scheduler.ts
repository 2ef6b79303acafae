/**
 * Virtual time. Events wait in a queue, ordered by their time and then by the order in which they were scheduled. Between two events Node runs all waiting
 * promises and `nextTick`s, so that the consequences of an event come before the next event.
 */
import TinyQueue from 'tinyqueue';
import { errorOf, stackOf } from '#bayou/core/errors.js';
import { KilledProcessError, type Life, type ScheduledEvent } from './life.js';
import type { WorldTrace } from './world-trace.js';
import { hearsNow, hearUncaught } from './uncaught.js';

/** The end of a run. `done`: the awaited condition holds; `idle`: no event is left; `events`, `time`: it reached a limit. */
export type RunEnd = 'done' | 'idle' | 'events' | 'time';

/** The limits of a run. */
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

/** The number of events between two looks whether most of the queue is cancelled. */
const SWEEP = 4096;

/** The scheduler. */
export class Scheduler {
  nowUs = 0;
  /** The number of events so far. */
  events = 0;
  readonly crashes: Crash[] = [];
  readonly #trace: WorldTrace;
  #queue = new TinyQueue<ScheduledEvent>([], (a, b) => a.at - b.at || a.order - b.order);
  #order = 0;
  #cancelled = 0;
  #acting: Life | undefined;
  readonly #onUncaught = (error: unknown): void => this.crash(this.#acting, error);

  constructor(trace: WorldTrace) {
    this.#trace = trace;
  }

  /** Schedules `act` after `us`. An event of a life waits while the life is paused, and does not happen after its death. An event without a life is the world's. */
  after(us: number, life: Life | undefined, what: string, act: () => void): ScheduledEvent {
    const at = this.nowUs + Math.max(0, Math.round(us));
    const event = { at, order: this.#order++, life, what, act };
    this.#queue.push(event);
    return event;
  }

  cancel(event: ScheduledEvent): void {
    if (event.act === undefined) return;
    event.act = undefined;
    this.#cancelled++;
  }

  /** The names of the events that wait for a life. */
  pendingOf(life: Life): ReadonlyArray<string> {
    return this.#queue.data.filter((event) => event.life === life && event.act !== undefined).map(({ what }) => what);
  }

  /** Ends the pause of a life: its held events happen now, in their order. */
  goOn(life: Life): void {
    for (const event of life.goOn()) this.#putOff(event, this.nowUs);
  }

  /** Puts an event off. Events that are put off one after the other keep that order. */
  #putOff(event: ScheduledEvent, at: number): void {
    event.at = at;
    event.order = this.#order++;
    this.#queue.push(event);
  }

  /** Writes a note to the trace. */
  note(whom: string, what: string): void {
    this.#trace.note(this.nowUs, whom, what);
  }

  /** An exception that a process did not catch ends the process, as it ends a real one. Exceptions of the dead are ignored. */
  crash(life: Life | undefined, error: unknown): void {
    if (error instanceof KilledProcessError || life?.isDead === true) return;
    if (life === undefined) throw error;
    this.crashes.push({ atUs: this.nowUs, life: life.name, error });
    this.note(life.name, `uncaught ${String(error)}`);
    life.die('exit status 1');
  }

  /** A line for each exception that a process did not catch: the process, and where the exception was thrown. */
  uncaught(): ReadonlyArray<string> {
    return this.crashes.map(({ life, error }) => `${life} did not catch ${stackOf(error)}`);
  }

  /** Runs one event after the other, until `isDone` holds after an event. Nothing in the world sees the real time that passes. */
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
            reject(errorOf(error));
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

  /** Runs an event; false where it does not happen, or has to wait. */
  #happens(event: ScheduledEvent): boolean {
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

  /** Removes cancelled events where they are half of the queue or more: every deadline that was met leaves one. */
  #sweep(): void {
    if (this.#cancelled * 2 < this.#queue.length) return;
    const left = this.#queue.data.filter(({ act }) => act !== undefined);
    this.#queue = new TinyQueue(left, (a, b) => a.at - b.at || a.order - b.order);
    this.#cancelled = 0;
  }
}

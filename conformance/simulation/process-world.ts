/** The ports of one process (`ports/ports.ts`) in a simulated world. A dead process calls nothing, and nothing calls it. */
import type { Clock, Network, Timer, Timers, World } from '#bayou/ports/ports.js';
import type { Life, ScheduledEvent } from './life.js';
import type { RandomStream } from './seeded-streams.js';
import type { Scheduler } from './scheduler.js';

/** A machine's clock. It may go too fast or too slowly, be wrong, and be set. */
export class MachineClock {
  /** What the clock showed when the world began, plus the amounts by which it was set since, in ms since 1970. */
  wallMs: number;
  #rate = 1;
  /** The monotonic time, in µs, at the moment `#sinceUs` of the world, from which on the clock has gone at the present rate. */
  #baseUs = 0;
  #sinceUs = 0;

  constructor(wallMs: number) {
    this.wallMs = wallMs;
  }

  /** The clock's speed: 1 is right. */
  get rate(): number {
    return this.#rate;
  }

  /** Sets the rate, from the moment `nowUs` of the world on. */
  go(rate: number, nowUs: number): void {
    this.#baseUs = this.monotonicUs(nowUs);
    this.#sinceUs = nowUs;
    this.#rate = rate;
  }

  /** The monotonic time since the world began, by this clock, in µs. */
  monotonicUs(nowUs: number): number {
    return this.#baseUs + (nowUs - this.#sinceUs) * this.#rate;
  }

  /** The time that the clock shows, in ms since 1970, with fractions. */
  shownMs(nowUs: number): number {
    return this.wallMs + this.monotonicUs(nowUs) / 1000;
  }
}

/** How late a timer may be, in µs. */
const LATE_US = 1000;
/** The delay of `soon`, in µs. */
const SOON_US = 2;
/** Node's longest timer, in ms; Node makes a longer one 1 ms. */
const MAX_TIMER_MS = 2 ** 31 - 1;

const clockOf = (scheduler: Scheduler, machine: MachineClock): Clock => {
  const bornUs = machine.monotonicUs(scheduler.nowUs);
  return {
    wallMs: () => Math.floor(machine.shownMs(scheduler.nowUs)),
    nowMs: () => (machine.monotonicUs(scheduler.nowUs) - bornUs) / 1000,
  };
};

/** The time of a timer as Node has it: whole ms, at least one. */
const wholeMs = (ms: number): number => (ms >= 1 && ms <= MAX_TIMER_MS ? Math.trunc(ms) : 1);

const NO_TIMER: Timer = { cancel: () => undefined };

const timersOf = (scheduler: Scheduler, life: Life, machine: MachineClock, random: RandomStream): Timers => {
  const us = (ms: number): number => (wholeMs(ms) * 1000) / machine.rate + random.int(0, LATE_US);
  return {
    after: (ms, act) => {
      if (life.isDead) return NO_TIMER;
      const event = scheduler.after(us(ms), life, 'timer', act);
      return { cancel: () => scheduler.cancel(event) };
    },
    every: (ms, act) => {
      if (life.isDead) return NO_TIMER;
      let isOver = false;
      let event: ScheduledEvent;
      const next = (): void => {
        event = scheduler.after(us(ms), life, 'timer', () => {
          // An exception of `act` ends the process. As in Node, the next timer is set before the process ends.
          try {
            act();
          } finally {
            if (!isOver) next();
          }
        });
      };
      next();
      return {
        cancel: () => {
          isOver = true;
          scheduler.cancel(event);
        },
      };
    },
    soon: (act) => {
      if (!life.isDead) scheduler.after(SOON_US, life, 'soon', act);
    },
    endOfTurn: (act) => endOfTurn(scheduler, life, act),
  };
};

/** Calls `act` before the next event, unless the life is over by then. */
export const endOfTurn = (scheduler: Scheduler, life: Life, act: () => void): void =>
  process.nextTick(() => {
    if (life.isDead) return;
    try {
      act();
    } catch (error) {
      scheduler.crash(life, error);
    }
  });

/** A process's world. `random` gives streams of this life alone. */
export const worldOf = (
  scheduler: Scheduler,
  life: Life,
  machine: MachineClock,
  random: (name: string) => RandomStream,
  network: Network,
): World => {
  const chance = random('chance');
  return {
    clock: clockOf(scheduler, machine),
    timers: timersOf(scheduler, life, machine, random('timers')),
    chance: { bytes: (count) => chance.bytes(count) },
    network,
  };
};

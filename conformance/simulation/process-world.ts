/** The world of one process (`ports/ports.ts`), in a simulated one. Whoever is dead calls nobody, and nobody calls the dead. */
import type { Clock, Network, Timer, Timers, World } from '#bayou/ports/ports.js';
import type { Life, Scheduled } from './life.js';
import type { Random } from './seeded-streams.js';
import type { Scheduler } from './scheduler.js';

/** A machine's clock: it may go too fast or too slowly, be wrong, and be set. */
export class MachineClock {
  /** What it showed when the world began, and by how much it has been set since, in ms since 1970. */
  wallMs: number;
  #rate = 1;
  /** What the clock that is never set shows at a moment of the world, from which on it has gone at this rate. */
  #baseUs = 0;
  #sinceUs = 0;

  constructor(wallMs: number) {
    this.wallMs = wallMs;
  }

  /** How fast it goes: 1 is right. */
  get rate(): number {
    return this.#rate;
  }

  /** It goes at this rate from this moment of the world on. */
  go(rate: number, nowUs: number): void {
    this.#baseUs = this.monotonicUs(nowUs);
    this.#sinceUs = nowUs;
    this.#rate = rate;
  }

  /** How much has passed since the world began, by this clock, in µs; it never goes back. */
  monotonicUs(nowUs: number): number {
    return this.#baseUs + (nowUs - this.#sinceUs) * this.#rate;
  }

  /** What it shows, in ms since 1970, with fractions. */
  shownMs(nowUs: number): number {
    return this.wallMs + this.monotonicUs(nowUs) / 1000;
  }
}

/** How late a timer may be, in µs. */
const LATE_US = 1000;
/** How long what is to come soon takes, in µs. */
const SOON_US = 2;
/** The longest that Node waits; what is longer is taken for 1. */
const MAX_TIMER_MS = 2 ** 31 - 1;

const clockOf = (scheduler: Scheduler, machine: MachineClock): Clock => {
  const bornUs = machine.monotonicUs(scheduler.nowUs);
  return {
    wallMs: () => Math.floor(machine.shownMs(scheduler.nowUs)),
    nowMs: () => (machine.monotonicUs(scheduler.nowUs) - bornUs) / 1000,
  };
};

/** As Node takes a time: whole ms, at least one. */
const wholeMs = (ms: number): number => (ms >= 1 && ms <= MAX_TIMER_MS ? Math.trunc(ms) : 1);

const NO_TIMER: Timer = { cancel: () => undefined };

const timersOf = (scheduler: Scheduler, life: Life, machine: MachineClock, random: Random): Timers => {
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
      let event: Scheduled;
      const next = (): void => {
        event = scheduler.after(us(ms), life, 'timer', () => {
          // What it throws ends the process; until then the next one is set, as Node does.
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

/** Acts before the next event, unless the life is over by then. */
export const endOfTurn = (scheduler: Scheduler, life: Life, act: () => void): void =>
  process.nextTick(() => {
    if (life.isDead) return;
    try {
      act();
    } catch (error) {
      scheduler.crash(life, error);
    }
  });

/** A process's world. `random`: of this life alone. */
export const worldOf = (
  scheduler: Scheduler,
  life: Life,
  machine: MachineClock,
  random: (name: string) => Random,
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

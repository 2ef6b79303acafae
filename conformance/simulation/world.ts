/** The world of one process (`ports/ports.ts`), in a simulated one. Whoever is dead calls nobody, and nobody calls the dead. */
import type { Clock, Network, Timer, Timers, World } from '#bayou/ports/ports.js';
import type { Life, Scheduled } from './life.js';
import type { Random } from './random.js';
import type { Scheduler } from './scheduler.js';

/** A machine's clock: it may go too fast or too slowly, be wrong, and be set. */
export interface MachineClock {
  /** What it showed when the world began, in ms since 1970. */
  wallMs: number;
  /** How fast it goes: 1 is right. */
  rate: number;
}

/** How late a timer may be, in µs. */
const LATE_US = 1000;
/** How long what is to come soon takes, in µs. */
const SOON_US = 2;
/** The longest that Node waits; what is longer is taken for 1. */
const MAX_TIMER_MS = 2 ** 31 - 1;

const clockOf = (scheduler: Scheduler, life: Life, machine: MachineClock): Clock => ({
  wallMs: () => Math.floor(machine.wallMs + (scheduler.nowUs * machine.rate) / 1000),
  nowMs: () => ((scheduler.nowUs - life.bornUs) * machine.rate) / 1000,
});

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
    clock: clockOf(scheduler, life, machine),
    timers: timersOf(scheduler, life, machine, random('timers')),
    chance: { bytes: (count) => chance.bytes(count) },
    network,
  };
};

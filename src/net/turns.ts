/** The turns of a process. In a turn the process reads once from every stream that has bytes. */
import type { Timers } from '../ports/ports.js';

/** Counts the turns of the process whose timers these are. */
const turnCounter = (timers: Timers): (() => number) => {
  let turn = 0;
  let isCounted = false;
  return () => {
    if (!isCounted) {
      isCounted = true;
      timers.soon(() => {
        isCounted = false;
        turn++;
      });
    }
    return turn;
  };
};

const counters = new WeakMap<Timers, () => number>();

/** Gives a function that returns the number of the process's present turn. */
export const turnsOf = (timers: Timers): (() => number) => {
  const counter = counters.get(timers) ?? turnCounter(timers);
  counters.set(timers, counter);
  return counter;
};

/** A log line that somebody outside can cause at will: one a second at most, with how many were left out. */
import { NODE } from '../ports/node.js';
import type { Logger } from './logger.js';

/** The shortest time between two lines, in ms. */
const PERIOD_MS = 1_000;

/** Logs the first line at once and later ones at most once a second; `now` is a clock in ms. */
export const throttled = (
  log: Logger[keyof Logger],
  now: () => number = NODE.clock.nowMs,
  periodMs: number = PERIOD_MS,
): ((text: string) => void) => {
  let next = -Infinity;
  let left = 0;
  return (text) => {
    if (now() < next) {
      left++;
      return;
    }
    next = now() + periodMs;
    log(left === 0 ? text : `${text} (and ${left} more such lines before it)`);
    left = 0;
  };
};

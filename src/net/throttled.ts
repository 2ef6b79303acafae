/**
 * Throttles log lines that another process can cause at will. One line a second is logged at most, with the number of lines left out. A line
 * that repeats says nothing new, for example about a member with a wrong secret that dials for ever. So after each time that the line is
 * logged, it is left out for twice as long, up to a minute.
 */
import { NODE } from '../ports/node.js';
import type { Logger } from './logger.js';

/** The shortest time between two lines, in ms. */
const PERIOD_MS = 1_000;
/** The longest time between two lines of the same cause, in periods. */
const MAX_PERIODS = 60;

/** A line's cause: the line without its ports and counts. */
const causeOf = (text: string): string => text.replaceAll(/\d+/g, '0');

/** Logs the first line at once, and throttles later lines. `now` is a clock in ms. */
export const throttled = (
  log: Logger[keyof Logger],
  now: () => number = NODE.clock.nowMs,
  periodMs: number = PERIOD_MS,
): ((text: string) => void) => {
  let saidAt = -Infinity;
  let said = '';
  let periods = 1;
  let left = 0;
  return (text) => {
    const cause = causeOf(text);
    const silentMs = now() - saidAt;
    if (silentMs < periodMs * (cause === said ? periods : 1)) {
      left++;
      return;
    }
    // A cause that was silent for twice its wait is news again.
    const goesOn = cause === said && silentMs < 2 * periods * periodMs;
    periods = goesOn ? Math.min(MAX_PERIODS, 2 * periods) : 1;
    [saidAt, said] = [now(), cause];
    log(left === 0 ? text : `${text} (and ${left} more such lines before it)`);
    left = 0;
  };
};

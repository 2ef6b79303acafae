/**
 * A log line that somebody outside can cause at will: one a second at most, with how many were left out. One that goes on and on says nothing new, as a
 * member's with a wrong secret that dials for ever: each time it is said it is left out for twice as long, up to a minute.
 */
import { NODE } from '../ports/node.js';
import type { Logger } from './logger.js';

/** The shortest time between two lines, in ms. */
const PERIOD_MS = 1_000;
/** The longest between two that say the same, in periods. */
const MOST_PERIODS = 60;

/** What a line says, whatever ports and counts it says it of. */
const causeOf = (text: string): string => text.replaceAll(/\d+/g, '0');

/** Logs the first line at once, and later ones so that they are not too many; `now` is a clock in ms. */
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
    // It was away for as long again: it is news.
    const goesOn = cause === said && silentMs < 2 * periods * periodMs;
    periods = goesOn ? Math.min(MOST_PERIODS, 2 * periods) : 1;
    [saidAt, said] = [now(), cause];
    log(left === 0 ? text : `${text} (and ${left} more such lines before it)`);
    left = 0;
  };
};

/** Finds out how many files and sockets this process has open, how many the system allows, and when none is left. */
import { closeSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { NODE } from '../ports/node.js';
import type { Timer, Timers } from '../ports/ports.js';
import { codeOf } from '../files/error-code.js';

/** The time between two looks whether a descriptor is left, in ms. */
const LOOK_MS = 250;

const NONE_LEFT = new Set<unknown>(['EMFILE', 'ENFILE']);

const isNoneLeft = (): boolean => {
  try {
    closeSync(openSync('/', 'r'));
    return false;
  } catch (error) {
    return NONE_LEFT.has(codeOf(error));
  }
};

/**
 * Logs a line each time that this process runs out of descriptors: libuv then turns away whoever connects, and tells nobody. The process looks every `LOOK_MS`, and
 * misses a shortage that begins and ends between two looks.
 */
export const watchDescriptors = (say: (line: string) => void, timers: Timers = NODE.timers): Timer => {
  let wasLeft = true;
  return timers.every(
    LOOK_MS,
    () => {
      const isLeft = !isNoneLeft();
      if (wasLeft && !isLeft)
        say('too many files are open, so that whoever connects is turned away; raise the limit (ulimit -n)');
      wasLeft = isLeft;
    },
    false,
  );
};

/** How many descriptors this process has; 0 where the system does not tell. */
export const openDescriptors = (): number => {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch {
    return 0;
  }
};

/** How many descriptors this process may have; Infinity where the system does not tell, or sets no limit; 0 where none is left to look with. */
export const descriptorsOfProcess = (read = (): string => readFileSync('/proc/self/limits', 'latin1')): number => {
  try {
    const limit = /^Max open files +(\d+)/m.exec(read())?.[1];
    return limit === undefined ? Infinity : Number(limit);
  } catch (error) {
    return NONE_LEFT.has(codeOf(error)) ? 0 : Infinity;
  }
};

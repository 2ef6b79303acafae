/** How many files and sockets the system lets this process have open. */
import { readFileSync } from 'node:fs';

/** How many descriptors this process may have; Infinity where the system does not tell, or sets no limit. */
export const descriptorsOfProcess = (): number => {
  try {
    const limit = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1];
    return limit === undefined ? Infinity : Number(limit);
  } catch {
    return Infinity;
  }
};

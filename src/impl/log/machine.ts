/** What tells one machine, and one run of it, from another; '' where the system does not tell. */
import { readFileSync } from 'node:fs';

const lineOf = (path: string): string => {
  try {
    return readFileSync(path, 'latin1').trim();
  } catch {
    return '';
  }
};

/** Changes at every start of the machine. */
export const bootOfMachine = (): string => lineOf('/proc/sys/kernel/random/boot_id');

/** Another for every machine that was set up, and for every container that has one of its own. */
export const idOfMachine = (): string => lineOf('/etc/machine-id');

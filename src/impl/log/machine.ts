/** The names of this machine and of its boot. '': the system does not tell. */
import { readFileSync } from 'node:fs';

const lineOf = (path: string): string => {
  try {
    return readFileSync(path, 'latin1').trim();
  } catch {
    return '';
  }
};

/** The name of this boot: it changes with every start of the machine. */
export const bootOfMachine = (): string => lineOf('/proc/sys/kernel/random/boot_id');

/** The name of the machine. Every machine, and every container with a file of its own, has another name. */
export const idOfMachine = (): string => lineOf('/etc/machine-id');

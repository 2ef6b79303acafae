/** Folders for the runs that conformance makes. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '#bayou/command-line/exit.js';
import { reasonOf } from '#bayou/command-line/say.js';

/** Makes a new folder below the system's temporary folder. @throws UsageError where the system cannot make one. */
export const temporaryFolder = (prefix: string): string => {
  try {
    return mkdtempSync(join(tmpdir(), prefix));
  } catch (error) {
    throw new UsageError(`no temporary folder can be made in ${tmpdir()}: ${reasonOf(error)}; see to TMPDIR`);
  }
};

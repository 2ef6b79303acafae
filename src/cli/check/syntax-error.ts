/** Finds the line of a syntax error. The error that `import` throws does not name the line; Node prints it only for the program that it runs. */
import { spawnSync } from 'node:child_process';
import { filesOf } from './module-digests.js';

/** The most files that are looked at, and how long Node may take for each, in ms. */
const MAX_FILES = 50;
const DEADLINE_MS = 10_000;

/** The first line of a file that Node cannot parse, as `FILE:LINE`. The file is not run. */
const faultIn = (file: string): string | undefined => {
  const { status, stderr } = spawnSync(process.execPath, ['--check', file], { encoding: 'utf8', timeout: DEADLINE_MS });
  const [first = ''] = stderr.split('\n', 1);
  return status !== 0 && /:\d+$/.test(first) ? first.replace(/^file:\/\//, '') : undefined;
};

/** The first syntax error, in a module or in a file that it imports by a relative path, as `FILE:LINE`; undefined where Node finds none. */
export const syntaxErrorAt = (module: string): string | undefined => {
  let looked = 0;
  for (const file of filesOf(module)) {
    if (looked++ === MAX_FILES) break;
    const at = faultIn(file);
    if (at !== undefined) return at;
  }
  return undefined;
};

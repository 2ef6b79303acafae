/** Where a module breaks the syntax: Node throws an error for it that does not say so, and prints it only for a program of its own. */
import { spawnSync } from 'node:child_process';
import { filesOf } from './module-digests.js';

/** How many files are looked through, and how long Node may take for each, in ms. */
const MOST_FILES = 50;
const DEADLINE_MS = 10_000;

/** `FILE:LINE` of the first line that Node cannot read, of a file; nothing runs. */
const faultIn = (file: string): string | undefined => {
  const { status, stderr } = spawnSync(process.execPath, ['--check', file], { encoding: 'utf8', timeout: DEADLINE_MS });
  const [first = ''] = stderr.split('\n', 1);
  return status !== 0 && /:\d+$/.test(first) ? first.replace(/^file:\/\//, '') : undefined;
};

/** Where the first syntax error is, in the module or a file that it imports from beside it, as `FILE:LINE`; nothing where Node finds none there. */
export const syntaxErrorAt = (module: string): string | undefined => {
  let looked = 0;
  for (const file of filesOf(module)) {
    if (looked++ === MOST_FILES) break;
    const at = faultIn(file);
    if (at !== undefined) return at;
  }
  return undefined;
};

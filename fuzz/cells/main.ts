/**
 * `npm run fuzz:cells` looks whether the checker ever reads or writes beyond the end of one of its arrays. A copy of the build, whose typed arrays are
 * watched, runs its own fuzz with the given options. See docs/fuzz.md.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { watchedCopy } from './watched-copy.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const COPY = join(ROOT, 'node_modules/.cache/watched-cells');

const { watched, unwatched } = watchedCopy(ROOT, COPY);
process.stdout.write(`${watched} accesses are watched${unwatched.length === 0 ? '' : `; not so: ${unwatched.join(', ')}`}\n`);
const args = [join(COPY, 'dist/fuzz/main.js'), ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, args, { cwd: COPY, stdio: 'inherit' });
if (status === 1)
  process.stdout.write('(That repeats it without watching. To watch again, say fuzz:cells in the place of fuzz:checker.)\n');
process.exitCode = status ?? 1;

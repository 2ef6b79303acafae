// Runs the tests of the checker's verdicts, of what it refuses and of what it writes under another version of Node: `npm run test:under -- 24`.
import { spawnSync } from 'node:child_process';

const FILES = [
  'test/cli/check-cases.test.ts',
  'test/checker/odd-values.test.ts',
  'test/checker/key-audit.test.ts',
  'test/checker/one-form.test.ts',
  'test/checker/bad-arguments.test.ts',
  'test/checker/formats.test.ts',
];

const [version = '', ...files] = process.argv.slice(2);
if (!/^\d+(\.\d+)*$/.test(version)) {
  process.stderr.write('Say which version of Node: npm run test:under -- 24\n');
  process.exit(2);
}
const vitest = ['node_modules/vitest/vitest.mjs', 'run', ...(files.length === 0 ? FILES : files)];
const words = ['exec', '--yes', `--package=node@${version}`, '--', 'node', ...vitest];
process.exit(spawnSync('npm', words, { stdio: 'inherit' }).status ?? 1);

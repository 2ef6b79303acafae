/** Bare Node runs what is built: every published entry is imported, every subcommand says what it is for, a script runs. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const { exports: published, version } = JSON.parse(readFileSync('package.json', 'utf8'));
for (const entry of Object.keys(published).filter((name) => name !== './package.json')) {
  const module = await import(`bayou${entry.slice(1)}`);
  assert.ok(Object.keys(module).length > 0, `bayou${entry.slice(1)} exports nothing`);
}

const bayou = (...args) => execFileSync(process.execPath, ['dist/cli/main.js', ...args], { encoding: 'utf8' });
assert.equal(bayou('--version'), `${version}\n`);
for (const command of ['check', 'conform', 'master', 'server', 'client', 'explain', 'cleanup'])
  assert.match(bayou(command, '--help'), /^Usage: /);
assert.match(bayou('check'), /holds/);
const script = execFileSync(process.execPath, ['dist/master.js', '--anti-entropy-ms', '0', 'examples/partition.script'], {
  encoding: 'utf8',
});
assert.equal(script, 'a:ERR_DEP\na:b\nz:ERR_KEY\na:b\n');
assert.equal(execFileSync(process.execPath, ['examples/session.mjs'], { encoding: 'utf8' }), 'put accepted\nget hello\n');
process.stdout.write('dist runs under bare Node\n');

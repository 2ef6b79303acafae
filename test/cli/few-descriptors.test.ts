/**
 * Too few open files, from as few as Node itself starts with: no command takes them for a bug of its own or for something else, none waits, and none leaves a
 * process behind.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serveIn, type Served } from '../support/served.js';

const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const MASTER = fileURLToPath(new URL('../../dist/master.js', import.meta.url));

let home: string;
let served: Served;
let port: string;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'bayou-few-'));
  mkdirSync(join(home, 'tmp'));
  writeFileSync(join(home, 's.script'), 'joinServer 0\njoinServer 1\njoinClient 2 0\nput 2 a b\nget 2 a\n');
  served = await serveIn(home, CLI);
  port = served.port;
});
afterAll(async () => {
  await served.stop();
  rmSync(home, { recursive: true, force: true });
});

const COMMANDS: Readonly<Record<string, () => string>> = {
  master: () => 'master s.script',
  'master by itself': () => 's.script',
  conform: () => 'conform s.script',
  client: () => `client --server 0@${port} --secret-file secret`,
  'check of a model of one’s own': () => 'check example:peterson',
  'check with threads': () => 'check bayou-s-2112 --workers 2',
  explore: () => 'explore --html page.html bayou-s-2112',
  backup: () => 'backup --data-dir served --to copy',
  // This server ends by itself, because another one listens at its port.
  server: () => `server --id 1 --port ${port} --data-dir mine --secret-file secret`,
};

/** With fewer Node does not start. */
const FILES = [20, 24, 28, 32, 34, 36, 40, 48, 60];

/** Far more than any of them takes. */
const DEADLINE_MS = 60_000;

describe.runIf(process.platform === 'linux')('with so few open files', () => {
  test.each(Object.entries(COMMANDS))('%s', (name, command) => {
    for (const files of FILES) {
      rmSync(join(home, 'copy'), { recursive: true, force: true });
      const done = spawnSync('bash', ['-c', `ulimit -n ${files}; exec "$NODE" "$PROGRAM" ${command()}`], {
        cwd: home,
        input: 'put a b\n',
        encoding: 'utf8',
        timeout: DEADLINE_MS,
        killSignal: 'SIGKILL',
        env: {
          ...process.env,
          NODE: process.execPath,
          PROGRAM: name === 'master by itself' ? MASTER : CLI,
          TMPDIR: join(home, 'tmp'),
        },
      });
      const what = `ulimit -n ${files}; bayou ${command()}\n${done.stderr}`;
      expect(done.status, what).not.toBeNull();
      expect(done.status, what).not.toBe(70);
      expect(done.stderr, what).not.toMatch(/^\s+at |^node:|a bug, please|TLS/m);
      const lines = done.stderr.split('\n').slice(0, -1);
      // Of a master each command of the script may fail.
      if (!name.startsWith('master')) expect(lines.length, what).toBeLessThanOrEqual(1);
      for (const line of lines) {
        if (line.includes('it cannot be loaded')) expect(line, what).toContain('raise the limit (ulimit -n)');
        expect(line, what).toMatch(/^((bayou|master)( \w+)?: |line \d+: |\{"level":.*too many files are open)/);
      }
      if (done.status !== 0 && name !== 'conform') expect(lines, what).not.toEqual([]);
      for (const folder of readdirSync(join(home, 'tmp'))) expect(readdirSync(join(home, 'tmp', folder)), what).toEqual([]);
    }
  });
});

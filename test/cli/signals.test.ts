/**
 * SIGINT and SIGTERM, at moments that nobody chose, to every command: it ends, with a status that says so, without a stack, and leaves neither a
 * process nor half a file. The moments follow from a seed; a failure prints the command that tries them again.
 */
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.js';
import { serveIn, type Served } from '../support/served.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLI = join(ROOT, 'dist/cli/main.js');

let home: string;
let served: Served;
let port: string;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'bayou-signals-'));
  const script = [
    'joinServer 0',
    'joinServer 1',
    'joinClient 2 0',
    ...Array.from({ length: 3_000 }, (_, i) => `put 2 k${i} v\nget 2 k${i}`),
  ];
  writeFileSync(join(home, 'long.script'), `${script.join('\n')}\nstabilize\nprintStore 1\n`);
  const wide = [
    'joinServer 0',
    'joinClient 2 0',
    `put 2 k ${'v'.repeat(50_000)}`,
    ...Array.from({ length: 20 }, () => 'get 2 k'),
  ];
  writeFileSync(join(home, 'wide.script'), `${wide.join('\n')}\n`);
  writeFileSync(join(home, 'lines'), Array.from({ length: 20_000 }, (_, i) => `put k${i % 50} v\nget k${i % 50}\n`).join(''));
  served = await serveIn(home, CLI);
  port = served.port;
});
afterAll(async () => {
  await served.stop();
  rmSync(home, { recursive: true, force: true });
});

/** A command that takes a while, and how long it is watched before the signal at most, in ms. */
interface Long {
  readonly line: () => string;
  readonly withinMs: number;
  /** Statuses of an end before the signal, or by it. A shell says 128 and the signal's number of what it ended. */
  readonly statuses: ReadonlyArray<number>;
}

/** Ended by the signal: before the program was there to heed it, too. */
const SIGNALLED = [130, 143];

const LONG: Readonly<Record<string, Long>> = {
  check: { line: () => 'check kills --workers 2 --checkpoint point', withinMs: 3_000, statuses: [0, ...SIGNALLED] },
  'check of a model of one’s own': { line: () => 'check example:paxos', withinMs: 2_000, statuses: [0, ...SIGNALLED] },
  'conform, layer 1': { line: () => 'conform --config links', withinMs: 3_000, statuses: [0, ...SIGNALLED] },
  'conform, layers 2 and 3': { line: () => 'conform long.script', withinMs: 5_000, statuses: [0, 3, ...SIGNALLED] },
  'conform, layer 4': { line: () => 'conform --runs 20', withinMs: 4_000, statuses: [0, ...SIGNALLED] },
  explore: { line: () => 'explore bayou-s-2112', withinMs: 3_000, statuses: [0, ...SIGNALLED] },
  'explore of a run': { line: () => 'explore --html page.html long.script', withinMs: 4_000, statuses: [0, ...SIGNALLED] },
  master: { line: () => 'master long.script', withinMs: 3_000, statuses: [0, ...SIGNALLED] },
  'master whose results nobody reads': {
    line: () => 'master long.script | sleep 1000',
    withinMs: 4_000,
    statuses: [0, ...SIGNALLED],
  },
  'master that is ending, whose results nobody reads': {
    line: () => 'master wide.script | sleep 1000',
    withinMs: 2_000,
    statuses: SIGNALLED,
  },
  server: {
    line: () => `server --id 1 --data-dir mine --secret-file secret --peer 0@${port}`,
    withinMs: 1_500,
    statuses: [0, ...SIGNALLED],
  },
  backup: { line: () => 'backup --data-dir served --to copy', withinMs: 600, statuses: [0, ...SIGNALLED] },
  client: {
    line: () => `client --server 0@${port} --secret-file secret --token-file token < lines`,
    withinMs: 2_500,
    statuses: [0, ...SIGNALLED],
  },
  explain: { line: () => 'explain --list', withinMs: 300, statuses: [0, ...SIGNALLED] },
  cleanup: { line: () => 'cleanup', withinMs: 300, statuses: [0, ...SIGNALLED] },
};

/** A run in a folder of temporary files of its own. */
interface Ended {
  readonly status: number | null;
  readonly by: NodeJS.Signals | null;
  readonly said: string;
}

const end = (line: string, temporary: string, signal: NodeJS.Signals, afterMs: number): Promise<Ended> =>
  new Promise((resolve) => {
    const [command = '', reader] = line.split(' | ');
    const [words = '', input] = command.split(' < ');
    const shell = `exec "$NODE" "$CLI" ${words}${input === undefined ? '' : ` < ${input}`}`;
    const child = spawn('bash', ['-c', shell], {
      cwd: home,
      env: { ...process.env, TMPDIR: temporary, NODE: process.execPath, CLI },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    if (reader === undefined) child.stdout.resume();
    else child.stdout.pause();
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    setTimeout(() => child.kill(signal), afterMs);
    child.on('exit', (status, by) => {
      child.stdout.destroy();
      resolve({ status, by, said });
    });
  });

/** Processes that were started with this folder of temporary files. */
const left = (temporary: string): ReadonlyArray<string> =>
  readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) => {
      try {
        const env = execFileSync('cat', [`/proc/${pid}/environ`], { encoding: 'latin1', stdio: ['ignore', 'pipe', 'ignore'] });
        return env.includes(`TMPDIR=${temporary}\0`)
          ? [execFileSync('cat', [`/proc/${pid}/cmdline`], { encoding: 'latin1' })]
          : [];
      } catch {
        return [];
      }
    })
    .filter((line) => line !== '');

const TRIES = 3;

test('every command is among them', () => {
  expect([...new Set(Object.keys(LONG).map((name) => name.split(/[ ,]/)[0]))].sort()).toEqual(
    COMMANDS.map(({ name }) => name).sort(),
  );
});

describe.runIf(process.platform === 'linux')('SIGINT and SIGTERM end', () => {
  test.each(Object.entries(LONG))('%s', async (name, { line, withinMs, statuses }) => {
    let n = 0;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('SIGINT', 'SIGTERM'), fc.integer({ min: 0, max: withinMs }), async (signal, afterMs) => {
        const temporary = join(home, `tmp-${name.replaceAll(/\W/g, '')}-${n++}`);
        mkdirSync(temporary);
        rmSync(join(home, 'copy'), { recursive: true, force: true });
        const before = readdirSync(home);
        const { status, by, said } = await end(line(), temporary, signal, afterMs);
        // Before Node is there, or its program, the signal ends it as it ends anything.
        if (by !== null) expect(by).toBe(signal);
        else expect(statuses, said).toContain(status);
        expect(said).not.toMatch(/^\s+at |a bug, please/m);
        // Its processes end with it, and are not waited for by it.
        while (left(temporary).length > 0) await new Promise((resolve) => setTimeout(resolve, 20));
        const fresh = readdirSync(home).filter((file) => !before.includes(file));
        expect(fresh.filter((file) => /\.part$|\.new$|\.\d+$/.test(file))).toEqual([]);
        if (by === null) expect(readdirSync(temporary).filter((file) => !/^bayou-\d+$/.test(file))).toEqual([]);
      }),
      { numRuns: TRIES, endOnFailure: true },
    );
  });
});

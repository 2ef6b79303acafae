/** A process that may open few files: whoever comes, with the secret or without, leaves its log enough of them. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect as connectSocket, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type BayouSession, connect } from '../../src/library.js';
import { descriptorsOfProcess } from '../../src/net/descriptors.js';
import { fewestFor, connectionLimitsOf } from '../../src/net/connection-limits.js';
import { SECRET } from '../net/support.js';
import { until } from '../support/until.js';
import { right } from '../support/right.js';

const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const DESCRIPTORS = 128;
const TOLD = 'too many files are open, so that whoever connects is turned away; raise the limit (ulimit -n)';
/** So few that a server has none left for whoever comes. */
const TOO_FEW = 40;
/** Enough for LevelDB to begin new files several times. */
const PUTS = 200;
const VALUE = 'v'.repeat(100_000);

let home: string;
let child: ChildProcess;
let said = '';
let port = 0;
let isOver = false;
const sockets = new Set<Socket>();
const sessions: BayouSession[] = [];

const start = async (descriptors: number): Promise<void> => {
  home = mkdtempSync(join(tmpdir(), 'bayou-descriptors-'));
  [said, isOver] = ['', false];
  writeFileSync(join(home, 'secret'), SECRET, { mode: 0o600 });
  const server = [CLI, 'server', '--id', '0', '--data-dir', 'data', '--secret-file', 'secret', '--metrics-port', '0'];
  child = spawn('prlimit', [`--nofile=${descriptors}:${descriptors}`, process.execPath, ...server], { cwd: home });
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await until(() => / listens on .*:\d+/.test(said) || child.exitCode !== null);
  port = Number(/ listens on .*:(\d+)/.exec(said)?.[1]);
};
afterEach(() => {
  isOver = true;
  child.kill('SIGKILL');
  for (const socket of sockets) socket.destroy();
  for (const session of sessions.splice(0)) session.close();
  rmSync(home, { recursive: true, force: true });
});

const open = async (): Promise<E.Either<string, BayouSession>> => {
  const opened = await connect({ servers: [{ id: 0, port }], secret: SECRET });
  if (E.isRight(opened)) sessions.push(opened.right);
  return opened;
};

/** Opens a socket that says nothing; gives one up for each that is too many here. */
const intrude = (at: number): Promise<void> =>
  new Promise((resolve) => {
    const socket = connectSocket(at, '127.0.0.1');
    sockets.add(socket);
    socket.on('error', () => undefined).once('connect', () => resolve());
    socket.once('close', () => {
      sockets.delete(socket);
      resolve();
    });
  });

const FLOODS: Readonly<Record<string, () => Promise<unknown>>> = {
  strangers: () => intrude(port),
  'strangers at the port of the metrics': () => intrude(Number(/health on .*:(\d+)/.exec(said)?.[1])),
  // Each is a client of an id of its own.
  members: open,
};

const isLimitable = spawnSync('prlimit', ['--version']).status === 0;

describe.runIf(isLimitable)(`with ${DESCRIPTORS} descriptors`, () => {
  beforeEach(() => start(DESCRIPTORS));

  test.each(Object.keys(FLOODS))('a flood of %s fails no put', async (name) => {
    const session = right(await open());
    let came = 0;
    const flood = async (): Promise<void> => {
      for (; !isOver; came++) await FLOODS[name]?.();
    };
    const floods = Array.from({ length: 16 }, flood);
    await until(() => came > DESCRIPTORS);
    for (let n = 0; n < PUTS; n++)
      expect(await session.put(`k${n % 40}`, VALUE), said.slice(-500)).toMatchObject({ type: 'accepted' });
    isOver = true;
    await Promise.all(floods);
    expect(said).not.toContain('the log cannot be written');
    expect([child.exitCode, child.signalCode]).toEqual([null, null]);
  });
});

test.runIf(isLimitable)(
  'too few to keep the log are refused, with how many it takes; with those all floods together fail no put',
  async () => {
    await start(64);
    const refusal =
      /^bayou server: this process may have 64 files open, and a server needs (\d+); raise the limit \(ulimit -n\)\n$/.exec(said);
    expect(refusal, said).not.toBeNull();
    expect(child.exitCode).toBe(1);
    rmSync(home, { recursive: true, force: true });

    await start(Number(refusal?.[1]));
    const session = right(await open());
    const came: Record<string, number> = {};
    const flood = async (name: string): Promise<void> => {
      for (came[name] = 0; !isOver; came[name]++) await FLOODS[name]?.();
    };
    const floods = Object.keys(FLOODS).flatMap((name) => Array.from({ length: 8 }, () => flood(name)));
    await until(() => Object.values(came).every((n) => n > TOO_FEW / 4));
    for (let n = 0; n < PUTS; n++)
      expect(await session.put(`k${n % 40}`, VALUE), said.slice(-500)).toMatchObject({ type: 'accepted' });
    isOver = true;
    await Promise.all(floods);
    expect(said).not.toContain('the log cannot be written');
  },
);

test.runIf(isLimitable)(
  'a server that has no descriptor left, so that the system sends away who comes, says so once',
  async () => {
    await start(DESCRIPTORS);
    // Lowered while it runs: with so few it does not start.
    spawnSync('prlimit', ['--pid', `${child.pid}`, `--nofile=${TOO_FEW}:${TOO_FEW}`]);
    const lines = (): number => said.split('\n').filter((line) => /"level":("warn"|40)/.test(line) && line.includes(TOLD)).length;
    const metrics = Number(/health on .*:(\d+)/.exec(said)?.[1]);
    const flood = async (at: number): Promise<void> => {
      while (lines() === 0) await intrude(at);
    };
    await Promise.all([...Array.from({ length: 8 }, () => flood(port)), flood(metrics), flood(metrics)]);
    // While it lasts it is not said again: later lines are.
    const seen = said.length;
    for (let n = 0; n < 100; n++) await intrude(port);
    await until(() => said.slice(seen).includes('a connection was cut off'));
    expect(lines()).toBe(1);
  },
);

test('whatever a process may open, connections leave a part of it, and everybody has some', () => {
  for (const descriptors of [128, 256, 1_024, 4_096, 65_536]) {
    const { strangers, clients, others, metrics } = connectionLimitsOf(descriptors);
    expect(strangers + clients + others + metrics).toBeLessThan((descriptors * 5) / 8);
    expect(Math.min(strangers, clients, others, metrics)).toBeGreaterThan(0);
  }
  for (const taken of [0, 20, 100])
    for (let descriptors = fewestFor(taken); descriptors < 4_096; descriptors++) {
      const { strangers, clients, others, metrics } = connectionLimitsOf(descriptors, taken);
      const all = strangers + clients + others + metrics;
      expect(all + fewestFor(taken) - 32).toBeLessThanOrEqual(descriptors);
    }
  expect(connectionLimitsOf(Infinity)).toEqual({ strangers: 256, clients: 8_192, others: 2_048, metrics: 64 });
});

test.each([
  ['EMFILE', 0],
  ['ENFILE', 0],
  ['ENOENT', Infinity],
])('where its limit cannot be read for %s a process has %s descriptors', (code, most) => {
  const read = (): string => {
    throw Object.assign(new Error(code), { code });
  };
  expect(descriptorsOfProcess(read)).toBe(most);
  expect(descriptorsOfProcess(() => 'Max open files            128                  4096                 files\n')).toBe(128);
  expect(Object.values(connectionLimitsOf(descriptorsOfProcess(read))).every((places) => places >= 8)).toBe(true);
});

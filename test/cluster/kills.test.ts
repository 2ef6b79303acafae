/**
 * A durable server is killed (SIGKILL) again and again while sessions put, at moments drawn from a seed; whatever was acknowledged
 * must be there afterwards (R10), under stamps that were never given out before (R7).
 *
 * `BAYOU_KILLS=500 BAYOU_SEED=7 npx vitest run test/cluster/kills.test.ts` tries more, or others.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { type BayouSession, connect, type ServerAddress } from '../../src/index.js';
import { seedOr } from '../support/seeds.js';
import { right } from '../support/right.js';

const KILLS = Number(process.env['BAYOU_KILLS'] ?? 20);
const SEED = seedOr(1);
const WRITERS = 16;

const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'bayou-kills-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const secret = 'a secret for the test of kills';

interface Server {
  readonly child: ChildProcess;
  readonly replica: string;
  readonly address: ServerAddress;
}

/** Starts the server, each time at a port that is free: its last one may be another's by now. */
const start = async (): Promise<Server> => {
  const args = [
    'server',
    '--id',
    '0',
    '--data-dir',
    join(dir, 'data'),
    '--secret-file',
    join(dir, 'secret'),
    '--log-level',
    'silent',
  ];
  const child = spawn(process.execPath, [CLI, ...args, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await new Promise<string>((resolve) => {
    child.stdout.setEncoding('utf8').once('data', (text: string) => resolve(text));
    child.once('exit', (status) => resolve(`exit status ${status}`));
  });
  const match = /replica (\S+)\) listens on 127\.0\.0\.1:(\d+)/.exec(line);
  if (match === null) throw new Error(line);
  return { child, replica: match[1] ?? '', address: { id: 0, port: Number(match[2]) } };
};

const kill = async (server: Server): Promise<void> => {
  const gone = new Promise((resolve) => server.child.once('exit', resolve));
  server.child.kill('SIGKILL');
  await gone;
};

const session = async (address: ServerAddress): Promise<BayouSession> =>
  right(await connect({ servers: [address], secret, timeoutMs: 2_000 }));

interface Acknowledged {
  readonly value: string;
  readonly stamp: string;
}

test(`nothing that was acknowledged is lost by ${KILLS} kills (seed ${SEED})`, { timeout: 60_000 + KILLS * 3_000 }, async () => {
  writeFileSync(join(dir, 'secret'), secret, { mode: 0o600 });
  const stamps = new Map<string, string>();
  const last = new Map<string, Acknowledged>();
  const acksBeforeKill = fc.sample(fc.integer({ min: 1, max: 400 }), { numRuns: KILLS, seed: SEED });
  let server = await start();
  const { replica } = server;
  let n = 0;
  for (const [round, enough] of acksBeforeKill.entries()) {
    let acks = 0;
    let running = true;
    const writer = async (s: BayouSession, w: number): Promise<void> => {
      while (running) {
        const [key, value] = [`w${w}k${n % 5}`, `v${n++}`];
        const put = await s.put(key, value);
        if (put.type !== 'accepted') continue;
        const stamp = `${put.stamp.t} ${put.stamp.r}`;
        expect(stamps.get(stamp), `a stamp was given out twice, round ${round}`).toBeUndefined();
        stamps.set(stamp, value);
        last.set(key, { value, stamp });
        acks++;
      }
      s.close();
    };
    const sessions = await Promise.all(Array.from({ length: WRITERS }, () => session(server.address)));
    const writers = sessions.map(writer);
    while (acks < enough) await new Promise((resolve) => setImmediate(resolve));
    await kill(server);
    running = false;
    await Promise.all(writers);

    server = await start();
    expect(server.replica).toBe(replica);
    const reader = await session(server.address);
    for (const [key, { value, stamp }] of last) {
      const got = await reader.get(key);
      if (got.type !== 'value') throw new Error(`${key} is ${got.type} after kill ${round + 1}`);
      // A put that was not acknowledged may have been accepted after the last that was.
      const [t] = stamp.split(' ');
      expect(got.stamp.t, `${key} went back after kill ${round + 1}`).toBeGreaterThanOrEqual(Number(t));
      if (got.stamp.t === Number(t)) expect(got.text).toBe(value);
    }
    reader.close();
  }
  await kill(server);
});

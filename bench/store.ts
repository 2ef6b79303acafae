/**
 * One durable server over the library, beside Redis in the same run; a pull that misses one write in stores of two sizes; memory.
 *
 * `npm run bench:store` (`-- --write` puts the tables into docs/figures.md). Redis: `apt-get install redis-server`.
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient } from '@redis/client';
import { connect, type BayouSession } from 'bayou';
import * as E from 'fp-ts/lib/Either.js';
import { replicaId } from '#bayou/core/ids.js';
import type { Put } from '#bayou/core/messages.js';
import { createReplica, step, vectorOf } from '#bayou/impl/replica.js';
import { encodeFrame } from '#bayou/net/frame.js';
import { figure, machine, median, table, writeSection } from './support/table.js';

const OPERATIONS = 20_000;
const IN_FLIGHT = [1, 16, 256];
const RUNS = 3;
const dir = mkdtempSync(join(tmpdir(), 'bayou-bench-'));

/** Something with puts and gets. */
interface Store {
  readonly put: (key: string, value: string) => Promise<unknown>;
  readonly get: (key: string) => Promise<unknown>;
}

const key = (i: number): string => `key${i % 1000}`;

/** Operations per second with so many under way at once. */
const rate = async (inFlight: number, operation: (i: number) => Promise<unknown>): Promise<number> => {
  const count = inFlight === 1 ? OPERATIONS / 4 : OPERATIONS;
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) await operation(next++);
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: inFlight }, worker));
  return (count / (performance.now() - began)) * 1000;
};

const rates = async (store: Store): Promise<string[]> => {
  const out: string[] = [];
  for (const operation of [(i: number) => store.put(key(i), `value${i}`), (i: number) => store.get(key(i))]) {
    for (const n of IN_FLIGHT) {
      const runs: number[] = [];
      for (let run = 0; run < RUNS; run++) runs.push(await rate(n, operation));
      out.push(figure(median(runs)));
    }
  }
  return out;
};

// --- bayou -----------------------------------------------------------------------------------------------------------------

const CLI = fileURLToPath(new URL('../cli/main.js', import.meta.url));

const stop = async (child: ChildProcess): Promise<void> => {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill();
  await gone;
};

interface Running {
  readonly child: ChildProcess;
  readonly session: BayouSession;
}

const bayou = async (name: string, flags: ReadonlyArray<string>): Promise<Running> => {
  const secretFile = join(dir, 'secret');
  const args = [
    'server',
    '--id',
    '0',
    '--data-dir',
    join(dir, name),
    '--secret-file',
    secretFile,
    '--log-level',
    'warn',
    ...flags,
  ];
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  const line = await new Promise<string>((resolve) => child.stdout.setEncoding('utf8').once('data', resolve));
  const port = Number(/:(\d+)\n$/.exec(line)?.[1]);
  const session = await connect({ servers: [{ id: 0, port }], secret: readFileSync(secretFile, 'utf8').trim() });
  if (E.isLeft(session)) throw new Error(session.left);
  return { child, session: session.right };
};

const bayouRow = async (name: string, flags: ReadonlyArray<string>): Promise<string[]> => {
  const { child, session } = await bayou(name, flags);
  const row = await rates(session);
  session.close();
  await stop(child);
  return row;
};

// --- Redis -----------------------------------------------------------------------------------------------------------------

const hasRedis = (): boolean => spawnSync('redis-server', ['--version']).status === 0;

const redisRow = async (appendfsync: string, port: number): Promise<string[]> => {
  const args = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', dir, '--appendonly', 'yes', '--appendfsync', appendfsync];
  const child = spawn('redis-server', [...args, '--appenddirname', `redis-${appendfsync}`], { stdio: 'ignore' });
  const client = createClient({ socket: { port, host: '127.0.0.1' } });
  client.on('error', () => undefined);
  await client.connect();
  const row = await rates({ put: (k, v) => client.set(k, v), get: (k) => client.get(k) });
  client.destroy();
  await stop(child);
  return row;
};

// --- a pull that misses one write ------------------------------------------------------------------------------------------

const putOf = (i: number, k: string): Put => ({
  type: 'put',
  client: 1,
  session: '1',
  clientTime: i,
  replica: null,
  clock: 0,
  key: k,
  value: `value${i}`,
  require: [],
});

/** µs for a pull of one write between two replicas with so many live keys: request, answer, its frame, merge. */
const pullOfOne = (keys: number): number => {
  const [a, b] = [createReplica(replicaId(0)), createReplica(replicaId(1))];
  const pull = (): void => {
    const { answer } = step<'pull'>(a, { type: 'pull', puller: b.id, vv: vectorOf(b), after: null });
    encodeFrame(answer);
    step<'merge'>(b, { type: 'merge', asked: [], pulled: answer });
  };
  for (let i = 1; i <= keys; i++) step<'put'>(a, putOf(i, `key${i}`));
  pull();
  const times: number[] = [];
  for (let i = 1; i <= 20_000; i++) {
    step<'put'>(a, putOf(keys + i, `key${(i * 7919) % keys}`));
    const began = performance.now();
    pull();
    times.push((performance.now() - began) * 1000);
  }
  return median(times);
};

// --- memory ----------------------------------------------------------------------------------------------------------------

const residentMiB = (child: ChildProcess): number =>
  Number(execFileSync('ps', ['-o', 'rss=', '-p', `${child.pid}`], { encoding: 'utf8' })) / 1024;

const memory = async (): Promise<readonly [number, number]> => {
  const { child, session } = await bayou('memory', []);
  const empty = residentMiB(child);
  let i = 0;
  const load = async (): Promise<void> => {
    while (i < 100_000) {
      i++;
      await session.put(`key${i}`, `value${i}`);
    }
  };
  await Promise.all(Array.from({ length: 64 }, load));
  const full = residentMiB(child);
  session.close();
  await stop(child);
  return [empty, full];
};

// --- the tables ------------------------------------------------------------------------------------------------------------

const rows: string[][] = [
  ['bayou', ...(await bayouRow('plain', []))],
  ['bayou, `--fsync`', ...(await bayouRow('fsync', ['--fsync']))],
];
if (hasRedis()) {
  rows.push(['Redis, appendfsync everysec', ...(await redisRow('everysec', 21_901))]);
  rows.push(['Redis, appendfsync always', ...(await redisRow('always', 21_902))]);
} else {
  rows.push(['Redis', ...Array.from({ length: 6 }, () => 'not installed')]);
}
const [small, large] = [pullOfOne(1_000), pullOfOne(1_000_000)];
const [empty, full] = await memory();
const text = [
  `${machine()}; medians of ${RUNS} runs of ${OPERATIONS.toLocaleString('en')} operations on 1,000 keys, one connection; \`npm run bench:store\``,
  table(['operations/s', ...IN_FLIGHT.map((n) => `put, ${n} in flight`), ...IN_FLIGHT.map((n) => `get, ${n} in flight`)], rows),
  table(
    ['what', 'figure'],
    [
      ['a pull that misses one write, 1,000 live keys', `${figure(small)} µs`],
      ['the same, 1,000,000 live keys', `${figure(large)} µs, ratio ${(large / small).toFixed(2)}`],
      ['resident memory of a server process, empty store', `${figure(empty)} MiB`],
      ['the same with 100,000 keys', `${figure(full)} MiB`],
    ],
  ),
].join('\n\n');
console.log(text);
if (process.argv.includes('--write')) writeSection('docs/figures.md', 'store', text);
rmSync(dir, { recursive: true, force: true });
process.exit();

/** The three machines of docs/operations.md, here on three loopback addresses, with TLS: as the page says, and then one is killed. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import parsePrometheus from 'parse-prometheus-text-format';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../support/until.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLI = join(ROOT, 'dist/cli/main.js');
const page = readFileSync(join(ROOT, 'docs/operations.md'), 'utf8');
const [prepare = '', starts = '', talk = ''] = [...page.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block]) => block ?? '');

const home = mkdtempSync(join(tmpdir(), 'bayou-machines-'));
const bash = (command: string) =>
  spawnSync('bash', ['-c', `bayou() { "${process.execPath}" "${CLI}" "$@"; }; ${command}`], { cwd: home, encoding: 'utf8' });

const running: { child: ChildProcess; said: () => string }[] = [];

/** Starts what a line of the page starts, and waits until it listens. */
const start = async (line: string): Promise<ChildProcess> => {
  const child = spawn(process.execPath, [CLI, ...line.split(' ').slice(1)], { cwd: home, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  running.push({ child, said: () => said });
  await until(() => said.includes(' listens on ') || child.exitCode !== null);
  expect(said).toContain(' listens on ');
  return child;
};

const gone = (child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> =>
  new Promise((resolve) => {
    child.once('exit', (code) => resolve(code));
    child.kill(signal);
  });

interface Family {
  readonly name: string;
  readonly metrics: ReadonlyArray<{ readonly value?: string; readonly labels?: Readonly<Record<string, string>> }>;
}

const scrape = async (address: string): Promise<ReadonlyArray<Family>> =>
  parsePrometheus(await (await fetch(`http://${address}:7401/metrics`)).text()) as ReadonlyArray<Family>;

const valueOf = (families: ReadonlyArray<Family>, name: string, labels: Readonly<Record<string, string>> = {}): number =>
  Number(
    families
      .find((f) => f.name === name)
      ?.metrics.find((m) => Object.entries(labels).every(([label, value]) => m.labels?.[label] === value))?.value ?? NaN,
  );

const lines = starts.trim().split('\n');
const client = (address: string, id: number, command: string): string =>
  (talk.split('\n')[1] ?? '').replace('get colour', command).replace('2@127.0.0.3', `${id}@${address}`);

/** Asks until the answer is there: a server may not have pulled yet. */
const answered = (command: string, answer: string): string => {
  for (;;) {
    const done = bash(command);
    if (done.stdout === answer || done.status !== 0) return done.stdout + done.stderr;
  }
};

beforeAll(() => {
  cpSync(join(ROOT, 'examples/three-machines'), home, { recursive: true });
  const prepared = bash(prepare);
  expect(prepared.status, prepared.stderr).toBe(0);
});
afterEach(() => {
  for (const { child } of running.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

describe('three machines', () => {
  test('with TLS: writes spread, one is killed and comes back, and what is measured says so', async () => {
    expect(statSync(join(home, 'secret')).mode & 0o077).toBe(0);
    const [first] = [await start(lines[0] ?? ''), await start(lines[1] ?? ''), await start(lines[2] ?? '')];
    const put = bash(talk.split('\n')[0] ?? '');
    expect([put.status, put.stderr]).toEqual([0, '']);
    expect(answered(talk.split('\n')[1] ?? '', 'colour:blue\n')).toBe('colour:blue\n');

    expect(await gone(first, 'SIGKILL')).toBeNull();
    expect(bash(client('127.0.0.2', 1, 'put colour green')).status).toBe(0);
    for (;;) if (valueOf(await scrape('127.0.0.3'), 'bayou_peer_up', { peer: '0' }) === 0) break;
    const seen = running[2]?.said() ?? '';
    expect(seen).toContain('server 0 is up');
    expect(seen).toContain('server 0 is down');

    await start(lines[0] ?? '');
    expect(answered(client('127.0.0.1', 0, 'get colour'), 'colour:green\n')).toBe('colour:green\n');
    for (;;) if (valueOf(await scrape('127.0.0.3'), 'bayou_peer_up', { peer: '0' }) === 1) break;
    const families = await scrape('127.0.0.1');
    expect(valueOf(families, 'bayou_requests_total', { op: 'get', outcome: 'found' })).toBeGreaterThan(0);
    expect(valueOf(families, 'bayou_keys')).toBe(1);
    expect(valueOf(families, 'bayou_log_failed')).toBe(0);
    expect(valueOf(families, 'bayou_log_bytes')).toBeGreaterThan(0);
    expect(valueOf(families, 'bayou_peer_lag_seconds', { peer: '1' })).toBeGreaterThanOrEqual(0);
    expect((await fetch('http://127.0.0.1:7401/health')).status).toBe(200);
    expect((await fetch('http://127.0.0.1:7401/nothing')).status).toBe(404);
    expect((await fetch('http://127.0.0.1:7401/metrics', { method: 'POST' })).status).toBe(405);
    for (const { child } of running.splice(1)) expect(await gone(child, 'SIGTERM')).toBe(0);
  });
});

describe('health', () => {
  test('turns bad when the log fails, and good again after a restart, with all that was acknowledged', async () => {
    writeFileSync(
      join(home, 'alone.json'),
      JSON.stringify({ id: 7, dataDir: 'alone', secretFile: 'secret', port: 7410, metricsPort: 7411 }),
    );
    const command = ['server', '--config', 'alone.json'];
    const limited = spawn('prlimit', ['--fsize=200000', process.execPath, CLI, ...command], {
      cwd: home,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    limited.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const said = (): string => stderr;
    running.push({ child: limited, said });
    const health = async (): Promise<number> => (await fetch('http://127.0.0.1:7411/health').catch(() => undefined))?.status ?? 0;
    for (;;) if ((await health()) === 200) break;
    const value = 'v'.repeat(20_000);
    const puts = Array.from({ length: 40 }, (_, i) => `put k${i} ${value}`).join('\n');
    writeFileSync(join(home, 'puts'), `${puts}\n`);
    const done = bash('bayou client --server 7@127.0.0.1:7410 --secret-file secret < puts');
    expect(done.status).toBe(1);
    expect(await health()).toBe(503);
    // Reads go on; each put after the one under which it failed is told that, and not that nobody was reached.
    const outcomes = done.stderr.split('\n').flatMap((line) => /put k\d+: (\w+):/.exec(line)?.[1] ?? []);
    expect(outcomes.length).toBeGreaterThan(1);
    expect(outcomes).toEqual(outcomes.map((_, i) => (i === 0 ? 'UNKNOWN' : 'ERR_LOG')));
    const first = bash('echo get k0 | bayou client --server 7@127.0.0.1:7410 --secret-file secret');
    expect([first.stdout, first.stderr]).toEqual([`k0:${value}\n`, '']);
    expect(
      said()
        .split('\n')
        .filter((line) => line.includes('the log cannot be written')),
    ).toHaveLength(1);
    const why = await (await fetch('http://127.0.0.1:7411/health')).text();
    expect(why).toContain('the log');
    await gone(limited, 'SIGTERM');

    await start(`bayou ${command.join(' ')}`);
    expect(await health()).toBe(200);
    const refused = new Set(done.stderr.split('\n').flatMap((line) => /put (k\d+)/.exec(line)?.[1] ?? []));
    const kept = Array.from({ length: 40 }, (_, i) => `k${i}`).filter((key) => !refused.has(key));
    expect(kept.length).toBeGreaterThan(0);
    writeFileSync(join(home, 'gets'), kept.map((key) => `get ${key}\n`).join(''));
    const got = bash('bayou client --server 7@127.0.0.1:7410 --secret-file secret < gets');
    expect(got.stdout).toBe(kept.map((key) => `${key}:${value}\n`).join(''));
  });
});

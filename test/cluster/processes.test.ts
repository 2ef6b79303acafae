import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { until } from '../support/until.js';

const MASTER = fileURLToPath(new URL('../../dist/master.js', import.meta.url));
const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** These tests' own temporary folder, and so their own registry of runs. */
const temporary = mkdtempSync(join(tmpdir(), 'bayou-processes-'));
afterAll(() => rmSync(temporary, { recursive: true, force: true }));
const env = { ...process.env, TMPDIR: temporary };

interface Master {
  readonly child: ChildProcess;
  readonly out: () => string;
  readonly err: () => string;
  readonly ended: Promise<number | null>;
}

const master = (args: ReadonlyArray<string>, program: ReadonlyArray<string> = [MASTER]): Master => {
  const child = spawn(process.execPath, [...program, ...args], { env, stdio: ['pipe', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('latin1').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  child.stdin.on('error', () => undefined);
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { child, out: () => out, err: () => err, ended };
};

const say = (m: Master, ...lines: ReadonlyArray<string>): void => void m.child.stdin?.write(`${lines.join('\n')}\n`);

/** The pids of processes that a master of this registry has started. */
const processes = (): number[] => {
  const tokens = runs();
  return execFileSync('ps', ['-eo', 'pid=,stat=,args='], { encoding: 'utf8' })
    .split('\n')
    .filter((line) => tokens.some((token) => line.includes(`--run=${token}`)) && !/^\s*\d+\s+Z/.test(line))
    .map((line) => Number.parseInt(line));
};

const registry = (): string => join(temporary, `bayou-${process.getuid?.() ?? 'user'}`);
const runs = (): string[] => {
  try {
    return readdirSync(registry());
  } catch {
    return [];
  }
};

const JOIN = ['joinServer 0', 'joinServer 1', 'joinClient 2 0'];

describe('no process is left behind', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('after %s to the master; its exit status is 130', async (signal) => {
    const m = master([]);
    say(m, ...JOIN, 'get 2 ready');
    await until(() => m.out().includes('ready:ERR_KEY'));
    expect(processes()).toHaveLength(3);
    m.child.kill(signal);
    expect(await m.ended).toBe(130);
    expect([processes(), runs()]).toEqual([[], []]);
  });

  test('after SIGKILL to the master in the middle of a script of 10,000 commands; it runs again right away', async () => {
    const script = [
      ...JOIN,
      ...Array.from({ length: 10_000 }, (_, i) => (i % 2 === 0 ? `put 2 k${i} v${i}` : `get 2 k${i - 1}`)),
      'done',
    ];
    const m = master([]);
    say(m, ...script);
    await until(() => m.out().split('\n').length > 1_000);
    const left = processes();
    expect(left).toHaveLength(3);
    m.child.kill('SIGKILL');
    await m.ended;
    const again = master([]);
    say(again, ...script);
    await until(() => !processes().some((pid) => left.includes(pid)));
    expect(await again.ended).toBe(0);
    expect(
      again
        .out()
        .split('\n')
        .filter((line) => line !== ''),
    ).toHaveLength(5_000);
    expect(processes()).toEqual([]);
  });

  test.each([[[MASTER]], [[CLI, 'master']]])('when whoever reads the results goes away: %j', async (program) => {
    const before = runs();
    const m = master([], program);
    say(m, ...JOIN, 'get 2 ready');
    await until(() => m.out().includes('ready:ERR_KEY'));
    m.child.stdout?.destroy();
    say(m, 'get 2 a', 'get 2 b', 'get 2 c');
    expect(await m.ended).toBe(130);
    expect([processes(), runs()]).toEqual([[], before]);
  });
});

describe('bayou cleanup', () => {
  const cleanup = (): string => execFileSync(process.execPath, [CLI, 'cleanup'], { env, encoding: 'utf8' });

  test('kills what a crashed run left, by pid, start time and token, and nothing else', async () => {
    execFileSync(process.execPath, [CLI, 'cleanup'], { env });
    const living = master([]);
    say(living, 'joinServer 0', 'joinClient 1 0', 'get 1 ready');
    await until(() => living.out().includes('ready'));
    const crashed = master([]);
    say(crashed, 'joinServer 0', 'joinClient 1 0', 'get 1 ready');
    await until(() => crashed.out().includes('ready'));
    const before = processes();
    // A stopped process does not notice that its master is gone, and so is left behind.
    const [dir] = runs().filter((token) => {
      const { pid } = JSON.parse(readFileSync(join(registry(), token, 'master.json'), 'utf8')) as { pid: number };
      return pid === crashed.child.pid;
    });
    const recorded = readFileSync(join(registry(), dir ?? '', 'processes.ndjson'), 'utf8')
      .trim()
      .split('\n');
    const pids = recorded.map((line) => (JSON.parse(line) as { pid: number }).pid);
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    crashed.child.kill('SIGKILL');
    // Its children have its standard error, so that it does not close yet.
    await until(() => crashed.child.signalCode !== null);
    expect(cleanup()).toBe(`removed 1 crashed run; killed pid ${pids.join(', ')}; left 1 running master alone\n`);
    expect(processes()).toEqual(before.filter((pid) => !pids.includes(pid)));
    say(living, 'put 1 a b', 'get 1 a');
    living.child.stdin?.end();
    expect(await living.ended).toBe(0);
    expect(living.out()).toContain('a:b');
    expect(cleanup()).toBe('removed 0 crashed runs; killed no process; left 0 running masters alone\n');
  });
});

describe('masters', () => {
  test('two side by side, on the same range of ports, do not disturb each other', async () => {
    const range = ['--ports', '21000-21049'];
    const [a, b] = [master(range), master(range)];
    for (const [m, value] of [
      [a, 'one'],
      [b, 'two'],
    ] as const) {
      say(m, ...JOIN, `put 2 k ${value}`, 'stabilize', 'printStore 1');
      m.child.stdin?.end();
    }
    expect([await a.ended, await b.ended, a.out(), b.out(), a.err(), b.err()]).toEqual([0, 0, 'k:one\n', 'k:two\n', '', '']);
  });

  test('a --data-dir outlives its run: the servers come back with what they had (R7, R10)', async () => {
    const dataDir = join(temporary, 'data');
    const first = master(['--data-dir', dataDir]);
    say(first, ...JOIN, 'put 2 a b', 'stabilize');
    first.child.stdin?.end();
    expect(await first.ended).toBe(0);
    const second = master(['--data-dir', dataDir]);
    say(second, 'joinServer 1', 'printStore 1');
    second.child.stdin?.end();
    expect([await second.ended, second.out()]).toEqual([0, 'a:b\n']);
  });

  test('a server whose folder was lost comes back as a new replica, so that no stamp is given out twice (R7)', async () => {
    const dataDir = join(temporary, 'lost');
    const m = master(['--data-dir', dataDir, '--anti-entropy-ms', '0']);
    say(m, ...JOIN, 'put 2 a old', 'stabilize', 'killServer 0', 'get 2 down');
    await until(() => m.out().includes('down:ERR_CONN'));
    rmSync(join(dataDir, 'server-0'), { recursive: true });
    // With the same identity the new write would have the old one's stamp, and server 1 would never pull it.
    say(m, 'joinServer 0', 'joinClient 3 0', 'put 3 a new', 'stabilize', 'printStore 0', 'printStore 1');
    m.child.stdin?.end();
    expect(await m.ended).toBe(0);
    const [, zero, one] = m.out().split('\n');
    expect(zero).toBe(one);
  });

  test('a backup is put back beside servers that began anew: stamps of the one are not those of the others (R7, R7a)', async () => {
    const dataDir = join(temporary, 'anew');
    const run = async (...lines: ReadonlyArray<string>): Promise<string> => {
      const m = master(['--data-dir', dataDir]);
      say(m, 'joinServer 0', 'joinServer 1', ...lines);
      m.child.stdin?.end();
      expect(await m.ended).toBe(0);
      return m.out();
    };
    await run('joinClient 5 0', 'put 5 k old', 'stabilize');
    const backup = join(temporary, 'backup');
    cpSync(join(dataDir, 'server-1'), backup, { recursive: true });
    rmSync(dataDir, { recursive: true });
    await run('joinClient 5 0', 'put 5 other new', 'stabilize');
    rmSync(join(dataDir, 'server-1'), { recursive: true });
    cpSync(backup, join(dataDir, 'server-1'), { recursive: true });
    expect(await run('stabilize', 'printStore 0', 'printStore 1')).toBe('k:old\nother:new\n'.repeat(2));
  });

  test('a damaged log is refused in one line that says what to do, and the script goes on', async () => {
    const dataDir = join(temporary, 'damaged');
    const first = master(['--data-dir', dataDir]);
    say(first, ...JOIN, 'put 2 a b');
    first.child.stdin?.end();
    await first.ended;
    rmSync(join(dataDir, 'server-0', 'CURRENT'));
    const second = master(['--data-dir', dataDir]);
    say(second, 'joinServer 0', 'joinServer 1', 'printStore 1');
    second.child.stdin?.end();
    expect(await second.ended).toBe(3);
    expect(second.err()).toMatch(
      /^line 1: joinServer 0: server 0 did not start: the log in .* is damaged: .*; keep it, and put a backup in its place/,
    );
  });

  test('with --memory a killed server comes back empty, as a new replica, and pulls what the others have', async () => {
    const m = master(['--memory', '--anti-entropy-ms', '0']);
    say(m, ...JOIN, 'put 2 a b', 'stabilize', 'killServer 0', 'joinServer 0', 'get 2 a', 'printStore 0', 'stabilize', 'get 2 a');
    m.child.stdin?.end();
    expect([await m.ended, m.out()]).toEqual([0, 'a:ERR_DEP\na:b\n']);
  });
});

describe('bad usage', () => {
  test.each([
    [['--ports', 'x'], "option '--ports <from-to>' argument 'x' is invalid"],
    [['--anti-entropy-ms', '-1'], "'--anti-entropy-ms <ms>' argument '-1' is invalid"],
    [['--log-level', 'loud'], 'Allowed choices are'],
    [['--memory', '--fsync'], "option '--memory' cannot be used with option '--fsync'"],
    [['--data-dir', '/proc/x'], 'master: --data-dir: /proc/x: there is no such file'],
    [['--log-file', '/proc/x/y'], 'master: --log-file: /proc/x/y: there is no such file'],
    [['--data-dir', 'package.json/x'], 'master: --data-dir: package.json/x: a part of its path is no folder'],
    [['--frobnicate'], "unknown option '--frobnicate'"],
    [['a', 'b'], 'too many arguments'],
  ])('%j', async (args, said) => {
    const m = master(args);
    expect(await m.ended).toBe(2);
    expect(m.err()).toContain(said);
    expect(m.err().trim().split('\n')).toHaveLength(1);
  });

  test('a script that is not there', async () => {
    const m = master([join(temporary, 'nowhere.script')]);
    expect(await m.ended).toBe(2);
    expect(m.err()).toMatch(/^master: the script: .*nowhere\.script: there is no such file\n$/);
  });
});

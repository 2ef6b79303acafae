/** Sessions over time (R11a, R14): who comes again is another, whoever goes on with a token too, and a put has one stamp. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { connect, type ServerAddress, type SessionToken } from '../../src/index.js';
import { runMaster } from '../support/master.js';
import { until } from '../support/until.js';
import { right } from '../support/right.js';

const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const fixture = (name: string): string => fileURLToPath(new URL(`./fixtures/${name}`, import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'bayou-sessions-'));
const children = new Set<ChildProcess>();
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  children.clear();
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const secret = 'a secret for the test of sessions';
writeFileSync(join(dir, 'secret'), secret, { mode: 0o600 });

interface Server {
  readonly child: ChildProcess;
  readonly address: ServerAddress;
}

const started = async (args: ReadonlyArray<string>): Promise<{ readonly child: ChildProcess; readonly line: string }> => {
  const child = spawn(process.execPath, [CLI, ...args], { cwd: dir, stdio: ['pipe', 'pipe', 'inherit'] });
  children.add(child);
  const line = await new Promise<string>((resolve) => child.stdout.once('data', (d: Buffer) => resolve(d.toString())));
  return { child, line };
};

let folders = 0;
/** The host of a server that comes back at its port: meanwhile nobody gets the port, as all others look for theirs at 127.0.0.1. */
const OWN_HOST = '127.0.0.7';

/** A server process with a folder of its own, on any port or on this one. */
const server = async (id: number, more: ReadonlyArray<string> = []): Promise<Server> => {
  const folder = more.includes('--data-dir') ? [] : ['--data-dir', `data-${id}-${folders++}`];
  const quiet = ['--anti-entropy-ms', '0', '--log-level', 'silent'];
  const args = ['server', '--id', `${id}`, ...folder, '--secret-file', 'secret', ...quiet, ...more];
  const { child, line } = await started(args);
  const [, host = '', port] = / ([\d.]+):(\d+)\n/.exec(line) ?? [];
  return { child, address: { id, host, port: Number(port) } };
};

const at = (servers: ReadonlyArray<Server>): ReadonlyArray<string> =>
  servers.flatMap(({ address }) => ['--server', `${address.id}@127.0.0.1:${address.port}`]);

const client = (servers: ReadonlyArray<Server>, input: string | Buffer, more: ReadonlyArray<string> = []) => {
  const ran = spawnSync(process.execPath, [CLI, 'client', ...at(servers), '--secret-file', 'secret', ...more], {
    cwd: dir,
    input,
    encoding: 'latin1',
  });
  return { status: ran.status, stdout: ran.stdout, stderr: ran.stderr };
};
const FINE = { status: 0, stderr: '' };

describe('a client that joins again under the id of an earlier run', () => {
  test('is a new session: its first put is not taken for that of the day before', async () => {
    const flags = ['--data-dir', join(dir, 'two-days')];
    const day = (n: number) => runMaster(readFileSync(fixture(`session-reused.day${n}.script`), 'latin1'), flags);
    expect(await day(1)).toEqual({ status: 0, stderr: '', stdout: 'colour:red\n' });
    expect(await day(2)).toEqual({ status: 0, stderr: '', stdout: 'colour:blue\ncolour:blue\n' });
  });
});

describe('bayou client', () => {
  test('takes keys and values for the bytes that they are', async () => {
    const s = await server(0);
    const ran = client([s], readFileSync(fixture('keys-not-utf8.lines')));
    expect(ran).toEqual({ ...FINE, stdout: '\u00ff:one\n\u00fe:two\n' });
  });

  test('takes every byte that separates nothing, in keys and values, as it is', async () => {
    const s = await server(0);
    const bytes = Array.from({ length: 256 }, (_, b) => String.fromCharCode(b)).filter((b) => !' \t\r\n'.includes(b));
    const all = bytes.join('');
    const lines = [...bytes.map((b) => `put ${b} v${b}w`), `put ${all} ${all}`, ...bytes.map((b) => `get ${b}`), `get ${all}`];
    const ran = client([s], Buffer.from(`${lines.join('\n')}\n`, 'latin1'));
    expect(ran).toEqual({ ...FINE, stdout: [...bytes.map((b) => `${b}:v${b}w\n`), `${all}:${all}\n`].join('') });
  });

  test('says of a wrong line which it was, and goes on', async () => {
    const s = await server(0);
    const ran = client([s], 'put a\n\nput a b\r\ngot a\nget a\nget a b');
    expect(ran.stdout).toBe('a:b\n');
    expect(ran.stderr).toBe(
      ["1: 'put a'", "4: 'got a'", "6: 'get a b'"]
        .map((what) => `bayou client: line ${what} is neither 'put key value' nor 'get key'\n`)
        .join(''),
    );
    expect(ran.status).toBe(1);
  });
});

describe('a token file', () => {
  const token = (name: string): SessionToken => JSON.parse(readFileSync(join(dir, name), 'utf8')) as SessionToken;

  test.each(['SIGINT', 'SIGKILL'] as const)(
    'knows what was told before a %s, and the next session loses no put',
    async (signal) => {
      const s = await server(0);
      const file = `${signal}.json`;
      const args = ['client', ...at([s]), '--secret-file', 'secret', '--token-file', file];
      const child = spawn(process.execPath, [CLI, ...args], { cwd: dir, stdio: ['pipe', 'pipe', 'inherit'] });
      children.add(child);
      let told = '';
      child.stdout.on('data', (d: Buffer) => (told += d.toString()));
      child.stdin.write('put a 1\nput b 2\nget a\n');
      await until(() => told === 'a:1\n');
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill(signal);
      await gone;
      expect(token(file).wrote.map(([key, stamp]) => [key, stamp.t])).toEqual([['a', 1], ['b', 2]]); // prettier-ignore
      expect(client([s], 'put c 3\nget c\nget a\n', ['--token-file', file])).toEqual({ ...FINE, stdout: 'c:3\na:1\n' });
    },
  );

  test('that is old, and used twice, promises what it knew, and no put is lost', async () => {
    const [s, behind] = [await server(0), await server(1)];
    expect(client([s], 'put k 1\n', ['--token-file', 'old.json'])).toEqual({ ...FINE, stdout: '' });
    for (const copy of ['one.json', 'two.json']) copyFileSync(join(dir, 'old.json'), join(dir, copy));
    expect(client([s], 'put k 2\nput only2 2\nget k\n', ['--token-file', 'one.json']).stdout).toBe('k:2\n');
    expect(client([s], 'get k\nput k 3\nput only3 3\nget k\n', ['--token-file', 'two.json']).stdout).toBe('k:2\nk:3\n');
    expect(client([s], 'put k 4\nget k\nget only2\nget only3\n', ['--token-file', 'old.json']).stdout).toBe(
      'k:4\nonly2:2\nonly3:3\n',
    );
    for (const file of ['one.json', 'two.json', 'old.json'])
      expect(client([behind], 'get k\nget nothing\n', ['--token-file', file]).stdout).toBe('k:ERR_DEP\nnothing:ERR_KEY\n');
  });

  test('of version 1 is taken; what it says of who it was is not', async () => {
    const s = await server(0);
    expect(client([s], 'put k 1\n', ['--token-file', 'v2.json']).status).toBe(0);
    writeFileSync(join(dir, 'v1.json'), JSON.stringify({ ...token('v2.json'), version: 1, clientTime: 0 }));
    expect(client([s], 'put k 2\nget k\n', ['--token-file', 'v1.json'])).toEqual({ ...FINE, stdout: 'k:2\n' });
    expect(token('v1.json').version).toBe(2);
  });

  test.each([
    ['is not JSON', 'rubbish', 'it is not JSON: '],
    ['is none', '{"version":3}', 'bad.json: it is no token of a session: name another file'],
    ['has a clock at its end', undefined, 'bad.json: it is from further ahead than any cluster can be'],
  ])('that %s is refused in one line, and left as it is', async (_what, text, said) => {
    const s = await server(0);
    expect(client([s], 'put k 1\n', ['--token-file', 'good.json']).status).toBe(0);
    const bad = text ?? JSON.stringify({ ...token('good.json'), clock: 2 ** 53 - 2 });
    writeFileSync(join(dir, 'bad.json'), bad);
    const ran = client([s], 'put k 2\n', ['--token-file', 'bad.json']);
    expect(ran.status).toBe(1);
    expect(ran.stderr.split('\n')).toHaveLength(2);
    expect(ran.stderr).toContain(said);
    expect(readFileSync(join(dir, 'bad.json'), 'utf8')).toBe(bad);
  });

  test.each([
    ['in a folder that is not there', 'no/such/folder.json', 'its folder is not there'],
    ['that is a device', '/dev/full', 'it is a device'],
    ['that is a folder', '.', 'it is a folder'],
    ['that is read-only', 'readonly.json', 'is read-only'],
    ['that is a link to nothing', 'dangling.json', 'leads nowhere'],
  ])('%s is one line and a bad status before anything is put', async (_name, name, why) => {
    const s = await server(0);
    const home = mkdtempSync(join(dir, 'home-'));
    const file = name.endsWith('.json') && !name.includes('/') ? join(home, name) : name;
    writeFileSync(join(home, 'readonly.json'), '', { mode: 0o444 });
    symlinkSync('nothing', join(home, 'dangling.json'));
    const ran = client([s], 'put k v\n', ['--token-file', file]);
    expect([ran.status, ran.stdout]).toEqual([1, '']);
    expect(ran.stderr).toMatch(new RegExp(`^bayou client: --token-file: [^\n]*${why}[^\n]*\n$`));
    expect(client([s], 'get k\n').stdout).toBe('k:ERR_KEY\n');
  });

  test('is written where a link leads, which stays; halves of processes that are gone are removed, others stay', async () => {
    const s = await server(0);
    const home = mkdtempSync(join(dir, 'home-'));
    const [link, target] = [join(home, 'link.json'), join(home, 'target.json')];
    expect(client([s], 'put k v\n', ['--token-file', target]).status).toBe(0);
    chmodSync(target, 0o640);
    symlinkSync('target.json', link);
    // No process has the greatest pid there is; this one runs.
    const [gone, alive] = [`${target}.4194304.new`, `${target}.${process.pid}.new`];
    for (const half of [gone, alive]) writeFileSync(half, 'half');
    expect(client([s], 'get k\n', ['--token-file', link]).stdout).toBe('k:v\n');
    expect(lstatSync(link).isSymbolicLink()).toBe(true);
    expect(statSync(target).mode & 0o777).toBe(0o640);
    expect((JSON.parse(readFileSync(target, 'utf8')) as { read: unknown[] }).read).toHaveLength(1);
    expect([existsSync(gone), existsSync(alive)]).toEqual([false, true]);
  });
});

describe('a put of which no answer comes (R14)', () => {
  test('goes to no other server; what is acknowledged after it has one stamp', async () => {
    const first = await server(1);
    const second = await server(0);
    const busy = right(await connect({ servers: [first.address], secret }));
    const session = right(await connect({ servers: [first.address, second.address], secret, timeoutMs: 1_500 }));
    // So that what the stopped server accepts later has a greater stamp than the other's.
    for (let i = 0; i < 20; i++) await busy.put(`other${i}`, 'x');
    first.child.kill('SIGSTOP');
    expect(await session.put('k', 'old')).toEqual({ type: 'UNKNOWN' });
    const after = await session.put('k', 'new');
    expect(after).toMatchObject({ type: 'accepted', stamp: { r: expect.stringMatching(/^0\./) as unknown } });
    first.child.kill('SIGCONT');
    // The one that nobody was told of takes effect or does not: it is at one server alone, or nowhere.
    const reader = right(await connect({ servers: [second.address], secret }));
    expect(await reader.get('k')).toMatchObject({ text: 'new', stamp: after.type === 'accepted' ? after.stamp : null });
    for (const one of [busy, session, reader]) one.close();
  });

  test('is repeated at the same replica when that is back, and has the one stamp', async () => {
    const folder = ['--data-dir', 'back', '--host', OWN_HOST];
    const s = await server(0, folder);
    const session = right(await connect({ servers: [s.address], secret, timeoutMs: 30_000 }));
    expect(await session.put('k', '1')).toMatchObject({ type: 'accepted', stamp: { t: 1 } });
    s.child.kill('SIGSTOP');
    const put = session.put('k', '2');
    s.child.kill('SIGKILL');
    await new Promise((resolve) => s.child.once('exit', resolve));
    await server(0, [...folder, '--port', `${s.address.port}`]);
    expect(await put).toMatchObject({ type: 'accepted', stamp: { t: 2 } });
    expect(await session.put('k', '3')).toMatchObject({ type: 'accepted', stamp: { t: 3 } });
    session.close();
  });

  test('is not repeated at another incarnation of the server: its outcome is unknown', async () => {
    const s = await server(0, ['--data-dir', 'first', '--host', OWN_HOST]);
    const session = right(await connect({ servers: [s.address], secret, timeoutMs: 30_000 }));
    await session.put('k', '1');
    s.child.kill('SIGSTOP');
    const put = session.put('k', '2');
    s.child.kill('SIGKILL');
    await new Promise((resolve) => s.child.once('exit', resolve));
    await server(0, ['--data-dir', 'second', '--host', OWN_HOST, '--port', `${s.address.port}`]);
    expect(await put).toEqual({ type: 'UNKNOWN' });
    expect(await session.put('k', '3')).toMatchObject({ type: 'accepted' });
    session.close();
  });

  test('a session that is closed meanwhile says so at once', async () => {
    const s = await server(0);
    const session = right(await connect({ servers: [s.address], secret, timeoutMs: 600_000 }));
    await session.put('k', '1');
    s.child.kill('SIGSTOP');
    const puts = [session.put('k', '2'), session.put('l', '3')];
    session.close();
    expect(await Promise.all(puts)).toEqual([{ type: 'UNKNOWN' }, { type: 'UNKNOWN' }]);
    expect(await session.put('k', '4')).toEqual({ type: 'ERR_CONN' });
  });
});

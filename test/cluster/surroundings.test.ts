/** What the master does where its surroundings are against it: slow readers, full disks, too few files, folders of somebody else. */
import { execFileSync, spawn, spawnSync, type SpawnSyncReturns } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const MASTER = join(ROOT, 'dist/master.js');
const CLI = join(ROOT, 'dist/cli/main.js');

let home: string;
beforeEach(() => (home = mkdtempSync(join(tmpdir(), 'bayou-surroundings-'))));
afterEach(() => rmSync(home, { recursive: true, force: true }));

const bash = (command: string, env: Readonly<Record<string, string>> = {}): SpawnSyncReturns<string> =>
  spawnSync('bash', ['-c', command], { cwd: home, encoding: 'utf8', env: { ...process.env, TMPDIR: home, ...env } });

const script = (name: string, ...lines: ReadonlyArray<string>): string => {
  const file = join(home, name);
  writeFileSync(file, `${lines.join('\n')}\n`, 'latin1');
  return file;
};

const START = ['joinServer 0', 'joinClient 1 0'];
const GETS = 300;
const LONG = [...START, `put 1 k ${'v'.repeat(1_000)}`, ...Array.from({ length: GETS }, () => 'get 1 k')];
const PROGRAMS = [`node ${MASTER}`, `node ${CLI} master`];

describe('results', () => {
  test.each(PROGRAMS)('are all printed to a reader that is slow: %s', (program) => {
    // The reader begins when the program has had the time to be done, which only makes the fault more likely.
    const done = bash(`(${program} ${script('s', ...LONG)}; echo "status $?" >&2) | (sleep 3; wc -l)`);
    expect([done.stdout.trim(), done.stderr]).toEqual([`${GETS}`, 'status 0\n']);
  });

  test.each([...PROGRAMS, `node ${MASTER} --help #`, `node ${CLI} --help #`])(
    'that find no room are no success: %s',
    (program) => {
      const done = bash(`${program} ${script('s', ...START, 'get 1 k')} > /dev/full`.replace(/#.*>/, '>'));
      expect(done.status).not.toBe(0);
    },
  );
});

describe('a script', () => {
  test('may begin with a byte order mark', () => {
    const done = bash(`node ${MASTER} ${script('s', `\u00ef\u00bb\u00bf${START[0]}`, ...START.slice(1), 'get 1 k')}`);
    expect([done.status, done.stdout, done.stderr]).toEqual([0, 'k:ERR_KEY\n', '']);
  });
  test('has no use for one in its middle', () => {
    const done = bash(`node ${MASTER} ${script('s', START[0] ?? '', `\u00ef\u00bb\u00bf${START[1]}`)}`);
    expect([done.status, done.stderr]).toEqual([1, "line 2: unknown command '\ufeffjoinClient'\n"]);
  });
});

describe('the folder of the runs', () => {
  const runs = `bayou-${process.getuid?.() ?? 'user'}`;
  const end = (): [number | null, string] => {
    const done = bash(`node ${MASTER} ${script('s', ...START)}`);
    return [done.status, done.stderr];
  };

  test('is nobody else’s, and what is in it', () => {
    expect(end()).toEqual([0, '']);
    expect(statSync(join(home, runs)).mode & 0o777).toBe(0o700);
  });
  test('that others may look into is refused', () => {
    mkdirSync(join(home, runs));
    chmodSync(join(home, runs), 0o755);
    const [status, said] = end();
    expect(status).toBe(2);
    expect(said).toBe(
      `master: the run's folder cannot be made: others may look into ${join(home, runs)}; chmod 700 it, or set TMPDIR to a folder of your own\n`,
    );
  });
  test('that is a link to somewhere is refused', () => {
    symlinkSync('/', join(home, runs));
    expect(end()).toEqual([
      2,
      `master: the run's folder cannot be made: ${join(home, runs)} is no folder; remove it, or set TMPDIR\n`,
    ]);
  });
  test.runIf(process.getuid?.() === 0)('that somebody else made is refused', () => {
    mkdirSync(join(home, runs), { mode: 0o700 });
    execFileSync('chown', ['65534', join(home, runs)]);
    const [status, said] = end();
    expect(status).toBe(2);
    expect(said).toContain('was made by somebody else');
  });
  test.each(['master', 'conform'])('that cannot be there is one line: %s', (command) => {
    const missing = join(home, 'missing');
    const done = bash(`node ${CLI} ${command} ${script('s', ...START)}`, { TMPDIR: missing });
    expect(done.status).toBe(2);
    expect(done.stderr).toMatch(/^bayou (master|conform): [^\n]*there is no such file; see to TMPDIR\n$/);
    expect(existsSync(missing)).toBe(false);
  });
});

describe('too few open files', () => {
  test.each([32, 40, 48])('%s: each command that fails is one line, and nothing is left', (files) => {
    const servers = Array.from({ length: 6 }, (_, i) => `joinServer ${i}`);
    const done = bash(`ulimit -n ${files}; node ${MASTER} ${script('s', ...servers, 'stabilize')}`);
    expect(done.stderr).not.toContain('    at ');
    for (const line of done.stderr.split('\n').slice(0, -1))
      expect(line).toMatch(/^(line \d+: |master: server \d+ ended by itself|\{"level":.*too many files are open)/);
    expect(done.status).toBe(done.stderr === '' ? 0 : 3);
    expect(readdirSync(join(home, `bayou-${process.getuid?.() ?? 'user'}`))).toEqual([]);
  });
});

describe('a secret', () => {
  const server = (file: string): SpawnSyncReturns<string> =>
    bash(`timeout 20 node ${CLI} server --id 0 --data-dir data --secret-file ${file} --port 1 < /dev/null`);

  test('that others may read is refused', () => {
    writeFileSync(join(home, 'secret'), 'a secret that is long enough\n');
    chmodSync(join(home, 'secret'), 0o640);
    const done = server('secret');
    expect(done.status).toBe(2);
    expect(done.stderr).toBe(
      'bayou server: --secret-file: secret: others than its owner may use it; chmod 600 it, and change the secret if they may have read it\n',
    );
  });

  test('is made once, whole, and for its owner alone, however many servers start at once', async () => {
    const all = Array.from({ length: 4 }, (_, id) =>
      spawn(process.execPath, [CLI, 'server', '--id', `${id}`, '--data-dir', `data-${id}`, '--secret-file', 'secret'], {
        cwd: home,
        stdio: ['ignore', 'pipe', 'inherit'],
      }),
    );
    const said = await Promise.all(
      all.map((child) => new Promise<string>((resolve) => child.stdout.once('data', (d: Buffer) => resolve(d.toString())))),
    );
    expect(said.map((text) => /^server \d/.test(text))).toEqual(all.map(() => true));
    expect(statSync(join(home, 'secret')).mode & 0o777).toBe(0o600);
    expect(statSync(join(home, 'data-0')).mode & 0o777).toBe(0o700);
    expect(readdirSync(home).filter((name) => name.startsWith('secret'))).toEqual(['secret']);
    await Promise.all(
      all.map((child) => {
        const gone = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGTERM');
        return gone;
      }),
    );
  });
});

describe('an address', () => {
  test('may be of IPv6, in brackets', () => {
    const done = bash(
      [
        `node ${CLI} server --id 0 --host '[::1]' --data-dir data --secret-file secret > said & server=$!`,
        'until grep -qs listens said; do sleep 0.05; done',
        `port=$(sed 's/.*://' said)`,
        `echo 'put a b' | node ${CLI} client --server "0@[::1]:$port" --secret-file secret; echo "status $?"`,
        'cat said; kill $server; wait $server; echo "ended $?"',
      ].join('\n'),
    );
    expect(done.stderr.split('\n').filter((line) => line !== '' && !line.startsWith('{'))).toEqual([]);
    expect(done.stdout).toMatch(/^status 0\nserver 0 \(replica 0\.\d+\) listens on \[::1\]:\d+\nended 0\n$/);
  });
});

describe('whatever a whole run writes', () => {
  test('is for its owner alone, though the umask says that it is for all: logs, traces, secrets, tokens, copies, and the folders', () => {
    const puts = Array.from({ length: 120 }, (_, n) => `put 2 k${n} ${'v'.repeat(20_000)}`);
    const joins = ['joinServer 0', 'joinServer 1', 'joinClient 2 0'];
    const text = script('whole', ...joins, ...puts, 'stabilize', 'killServer 0', 'joinServer 0', 'get 2 k1', 'killServer 1');
    const client = `node ${CLI} client --server "5@$(sed 's/.*://' said)" --secret-file made/secret --token-file token`;
    const done = bash(
      [
        'umask 000; mkdir -m 777 made',
        `node ${MASTER} --data-dir data --trace trace.ndjson --log-file log.ndjson --log-level debug ${text} > out`,
        `node ${CLI} server --id 5 --data-dir made/data --secret-file made/secret --log-level error > said & server=$!`,
        'for i in $(seq 200); do grep -qs listens said && break; sleep 0.05; done',
        `sed 's/put 2/put/; /^put/!d' ${text} | ${client}; echo "client $?"`,
        `node ${CLI} backup --data-dir made/data --to copy`,
        'ls -lR made copy >&2; kill $server; wait $server; echo "server $?"',
      ].join('\n'),
    );
    expect(done.stdout).toBe('client 0\nserver 5: 120 keys\nserver 0\n');
    // While a server runs, too.
    expect(done.stderr.split('\n').filter((line) => /^[-d]...(?!------)/.test(line))).toEqual([]);
    const theirs = ['whole', 'out', 'said', 'made'];
    const all = readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((name) => !theirs.includes(name));
    for (const name of ['trace.ndjson', 'log.ndjson', 'token', 'copy/CURRENT', 'data/server-0/CURRENT', 'made/secret'])
      expect(all).toContain(name);
    for (const name of all) expect([name, statSync(join(home, name)).mode & 0o077]).toEqual([name, 0]);
  });
});

describe('a data folder that others may look into', () => {
  test('has no file that they may read, the files of the database among them', () => {
    mkdirSync(join(home, 'data', 'server-0'), { recursive: true, mode: 0o755 });
    const text = script('private', 'joinServer 0', 'joinClient 5 0', 'put 5 a b');
    expect(bash(`umask 022; node ${MASTER} --data-dir data ${text}`).status).toBe(0);
    const files = readdirSync(join(home, 'data', 'server-0'), { recursive: true, encoding: 'utf8' });
    expect(files).toContain('CURRENT');
    for (const file of files) expect(statSync(join(home, 'data', 'server-0', file)).mode & 0o077, file).toBe(0);
  });
});

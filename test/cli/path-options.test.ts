/**
 * Every option and argument that takes a file or a folder, with all that may stand at a path: a command that cannot use it says so in one line that
 * names it, waits for nobody, and leaves what is there as it is. Which options there are is read from the programs' own help, so that a new
 * one is not forgotten.
 */
import { execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.js';

const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const isRoot = process.getuid?.() === 0;

let home: string;
let socket: Server;
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'bayou-files-'));
  writeFileSync(join(home, 'secret'), 'a secret that is long enough\n', { mode: 0o600 });
  socket = createServer();
  await new Promise<void>((resolve) => socket.listen(join(home, 'socket'), resolve));
  execFileSync('mkfifo', ['-m', '600', 'pipe'], { cwd: home });
  mkdirSync(join(home, 'folder'));
  symlinkSync('nowhere', join(home, 'dangling'));
  symlinkSync('circle', join(home, 'circle'));
  writeFileSync(join(home, 'empty'), '', { mode: 0o600 });
  writeFileSync(join(home, 'huge'), '', { mode: 0o600 });
  truncateSync(join(home, 'huge'), 3 * 2 ** 30);
  writeFileSync(join(home, 'mine.mjs'), 'export default {};\n', { mode: 0o600 });
  writeFileSync(join(home, 'mine.json'), '{"name": "mine"}\n', { mode: 0o600 });
  writeFileSync(join(home, 'closed'), 'x');
  chmodSync(join(home, 'closed'), 0);
  // A device of its own: whoever is root and renames over one makes away with the machine's.
  if (isRoot) execFileSync('mknod', ['-m', '600', 'endless', 'c', '1', '5'], { cwd: home });
});
afterAll(() => {
  socket.close();
  rmSync(home, { recursive: true, force: true });
});

// --- which there are -------------------------------------------------------------------------------------------------------

/** What stands for a path in a help, and what does not. */
const PATHS = new Set(['file', 'files...', 'dir', 'script', 'paths...', 'config...', 'what...']);
const VALUES =
  /^(n|ms|s|id|bits|size|port|level|order|list|text|options|config|topology|address|from-to|name|name=value|id@host:port|names\.\.\.)$/;

const helpOf = (name: string): string => execFileSync(process.execPath, [CLI, name, '--help'], { encoding: 'utf8' });

/** What of a command takes a value: its options, and its argument under the name that the usage gives it. */
const takersOf = (name: string): ReadonlyArray<readonly [taker: string, value: string]> => {
  const help = helpOf(name);
  const options = [...help.matchAll(/^ {2}(?:-\w, )?(--[\w-]+) [<[]([^>\]]+)[>\]]/gm)].map(([, flag = '', value = '']) => [
    `${name} ${flag}`,
    value,
  ]);
  const usage = /^Usage: .*$/m.exec(help)?.[0] ?? '';
  const argument = [...usage.matchAll(/\[([\w.]+)\]/g)].flatMap(([, value = '']) =>
    value === 'options' ? [] : [[name, value] as const],
  );
  return [...options, ...argument] as unknown as ReadonlyArray<readonly [string, string]>;
};

const takers = COMMANDS.flatMap(({ name }) => takersOf(name));

// --- how each is called ----------------------------------------------------------------------------------------------------

const READ = [
  'pipe',
  'endless',
  'folder',
  'socket',
  'dangling',
  'circle',
  'empty',
  'huge',
  'closed',
  'none',
  'none/x',
  'empty/x',
];
/** An empty file is left out: TLS itself refuses its contents, and names the options instead of the file. */
const TLS = READ.filter((kind) => kind !== 'empty');
/** `mine.mjs` and `mine.json` are files that no command has written: they may be somebody's only copy. */
const MINE = ['mine.mjs', 'mine.json'];
const WRITTEN = ['pipe', 'endless', 'folder', 'socket', 'dangling', 'circle', 'closed', 'none/x', 'empty/x', ...MINE];
const FOLDER = ['pipe', 'endless', 'socket', 'dangling', 'circle', 'empty', 'closed', 'empty/x'];

interface Taker {
  /** The kinds of paths that the option is given. */
  readonly given: ReadonlyArray<string>;
  readonly args: (path: string) => ReadonlyArray<string>;
  /** The status where it is refused. Default: 2. */
  readonly status?: number;
  /** The kinds among them that are no mistake. */
  readonly fine?: ReadonlyArray<string>;
}

const SERVER = ['server', '--id', '0', '--data-dir', 'data'];
const CLIENT = ['client', '--server', '0@1'];
const SECRET = ['--secret-file', 'secret'];

const TAKERS: Readonly<Record<string, Taker>> = {
  check: { given: READ, args: (file) => ['check', file] },
  'check --checkpoint': {
    given: WRITTEN,
    args: (file) => ['check', 'bayou-s-2112', '--checkpoint', file],
    fine: ['dangling', 'circle', 'closed'],
  },
  'check --resume': { given: READ, args: (file) => ['check', 'bayou-s-2112', '--resume', file] },
  'check --replay': { given: READ, args: (file) => ['check', '--replay', file] },
  'check --out-dir': { given: FOLDER, args: (dir) => ['check', 'v1-original-clock', '--out-dir', dir, '--format', 'text'] },
  conform: { given: READ, args: (file) => ['conform', file], fine: ['empty'] },
  'conform --trace': { given: READ, args: (file) => ['conform', '--trace', file], fine: ['empty'] },
  'conform --config': { given: READ, args: (file) => ['conform', '--config', file] },
  'conform --replay': { given: READ, args: (file) => ['conform', '--replay', file] },
  'conform --corpus': { given: FOLDER, args: (dir) => ['conform', '--simulate', '--runs', '1', '--corpus', dir] },
  'conform --junit': {
    given: WRITTEN,
    args: (file) => ['conform', '--config', 'bayou-s-2112', '--junit', file],
    fine: ['closed'],
  },
  // The folder is only made where something diverges, so no path is wrong here.
  'conform --out-dir': { given: [], args: (dir) => ['conform', '--out-dir', dir] },
  explore: { given: READ, args: (file) => ['explore', '--html', 'page.html', file] },
  'explore --html': { given: WRITTEN, args: (file) => ['explore', 'bayou-s-2112', '--html', file], fine: ['closed'] },
  master: { given: READ, args: (file) => ['master', file], fine: ['empty'] },
  'master --data-dir': { given: FOLDER, args: (dir) => ['master', '--data-dir', dir, 'empty'] },
  'master --trace': { given: WRITTEN, args: (file) => ['master', '--trace', file, 'empty'], fine: ['closed'] },
  'master --log-file': {
    given: WRITTEN.filter((kind) => kind !== 'none/x'),
    args: (file) => ['master', '--log-file', file, 'empty'],
    fine: ['closed'],
  },
  'server --data-dir': { given: FOLDER, args: (dir) => ['server', '--id', '0', '--data-dir', dir, ...SECRET], status: 1 },
  'server --secret-file': {
    given: READ.filter((kind) => kind !== 'none'),
    args: (file) => [...SERVER, '--secret-file', file],
  },
  'server --tls-cert': { given: TLS, args: (file) => [...SERVER, ...SECRET, '--tls-cert', file] },
  'server --tls-key': { given: TLS, args: (file) => [...SERVER, ...SECRET, '--tls-key', file] },
  'server --tls-ca': { given: TLS, args: (file) => [...SERVER, ...SECRET, '--tls-ca', file] },
  'server --config': { given: READ, args: (file) => ['server', '--config', file] },
  'backup --data-dir': { given: [...FOLDER, 'none'], args: (dir) => ['backup', '--data-dir', dir, '--to', 'copy'], status: 1 },
  'backup --to': { given: [], args: (dir) => ['backup', '--data-dir', 'data', '--to', dir], status: 1 },
  'client --secret-file': { given: READ, args: (file) => [...CLIENT, '--secret-file', file] },
  'client --token-file': {
    given: [...READ.filter((kind) => kind !== 'none'), 'mine.mjs'],
    args: (file) => [...CLIENT, ...SECRET, '--token-file', file],
    status: 1,
  },
  'client --tls-cert': { given: TLS, args: (file) => [...CLIENT, ...SECRET, '--tls-cert', file] },
  'client --tls-key': { given: TLS, args: (file) => [...CLIENT, ...SECRET, '--tls-key', file] },
  'client --tls-ca': { given: TLS, args: (file) => [...CLIENT, ...SECRET, '--tls-ca', file] },
};

/** What a log itself says of its folder. */
const OF_LOGS = ['server --data-dir', 'backup --data-dir'];

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Far more than any of them takes: whoever waits for a pipe is killed, and has no status. */
const DEADLINE_MS = 60_000;

const run = (args: ReadonlyArray<string>): Promise<Ended> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, [CLI, ...args], {
      cwd: home,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, TMPDIR: home },
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS);
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('close', (status) => {
      clearTimeout(timer);
      resolve({ status, stdout, stderr });
    });
  });

/** What stands at a path: its kind, and what is in it where that could be lost. */
const lookOf = (path: string): unknown => {
  const found = path.startsWith('empty/') ? undefined : lstatSync(join(home, path), { throwIfNoEntry: false });
  return found === undefined
    ? undefined
    : [found.mode, found.ino, found.rdev, ...(MINE.includes(path) ? [readFileSync(join(home, path), 'utf8')] : [])];
};

const isHere = (kind: string): boolean => (kind !== 'endless' || isRoot) && (kind !== 'closed' || !isRoot);

test('every option that takes a value is known to take a path, or not to', () => {
  expect(takers.filter(([, value]) => !PATHS.has(value) && !VALUES.test(value))).toEqual([]);
  const paths = takers.filter(([, value]) => PATHS.has(value)).map(([taker]) => taker);
  expect(Object.keys(TAKERS).sort()).toEqual(paths.sort());
});

describe('what cannot be used is one line that names it', () => {
  test.each(
    Object.entries(TAKERS).flatMap(([name, taker]) => taker.given.filter(isHere).map((kind) => [name, kind, taker] as const)),
  )('%s: %s', async (name, kind, { args, status = 2, fine = [] }) => {
    const before = lookOf(kind);
    const ended = await run(args(kind));
    if (fine.includes(kind)) {
      expect(ended.status).not.toBeNull();
      return;
    }
    const command = name.split(' ')[0] ?? '';
    expect(ended.stderr).toMatch(new RegExp(String.raw`^bayou ${command}: [^\n]*${kind}[^\n]*\n$`));
    // The system's codes are in words. What a log says of its folder has the code beside them.
    if (!OF_LOGS.includes(name)) expect(ended.stderr).not.toMatch(/\bE[A-Z]{3,}\b/);
    expect(ended.status).toBe(status);
    expect(ended.stdout).toBe('');
    expect(lookOf(kind)).toEqual(before);
  });
});

describe('a pipe of the shell', () => {
  const bash = (command: string): string =>
    execFileSync('bash', ['-c', `bayou() { "$NODE" "$CLI" "$@"; }; ${command}`], {
      cwd: home,
      encoding: 'utf8',
      env: { ...process.env, NODE: process.execPath, CLI },
    });

  test('is read as a script, as it comes', () => {
    expect(bash('bayou master <(echo joinServer 0; echo joinClient 1 0; sleep 1; echo get 1 k)')).toBe('k:ERR_KEY\n');
  });
  test('may hold a secret, a configuration and a model’s configuration', () => {
    const said = bash(
      `bayou client --server 0@1 --secret-file <(cat secret) 2>&1 < /dev/null; bayou server --config <(echo '{"id":0,"dataDir":"d","secretFile":"secret","tlsCa":"none"}') 2>&1; bayou check <(cat spec.json) | tail -1; true`.replace(
        'spec.json',
        fileURLToPath(new URL('../../spec/configs/bayou-s-2112.json', import.meta.url)),
      ),
    );
    expect(said).toMatch(
      /^bayou client: no server could be reached: .*\nbayou server: --tls-ca: none: there is no such file\n.*: holds: .*\n$/,
    );
  });
});

describe('a byte order mark', () => {
  const MARK = '\ufeff';
  test.each([
    [
      'a secret',
      'secret.mark',
      `${MARK}a secret that is long enough`,
      [...CLIENT, '--secret-file', 'secret.mark'],
      /no server could be reached/,
    ],
    [
      'a configuration',
      'config.mark',
      `${MARK}{"id":0,"dataDir":"d","secretFile":"none/x"}`,
      ['server', '--config', 'config.mark'],
      /--secret-file: none\/x/,
    ],
    ['a token', 'token.mark', `${MARK}{}`, [...CLIENT, ...SECRET, '--token-file', 'token.mark'], /it is no token of a session/],
    ['a path', 'path.mark', `${MARK}{}`, ['check', '--replay', 'path.mark'], /path.mark: it is empty/],
    ['a plan', 'plan.json', `${MARK}{}`, ['conform', 'plan.json'], /no plan of a run/],
    ['a model’s configuration', 'model.json', `${MARK}{"servers":0}`, ['check', './model.json'], /servers: /],
    ['a configuration of layer 1', 'model.json', `${MARK}{"servers":0}`, ['conform', '--config', 'model.json'], /servers: /],
    [
      'a trace',
      'trace.mark',
      `${MARK}{}`,
      ['conform', '--trace', 'trace.mark'],
      /trace.mark:1: this line is not a trace event: \{\}/,
    ],
    ['a PEM', 'pem.mark', `${MARK}x`, [...CLIENT, ...SECRET, '--tls-ca', 'pem.mark'], /there is no certificate in --tls-ca/],
  ] as const)('in front of %s is skipped', async (_what, file, text, args, said) => {
    writeFileSync(join(home, file), text, { mode: 0o600 });
    const { stderr } = await run(args);
    expect(stderr).toMatch(said);
    expect(stderr).not.toContain(MARK);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  test('makes no other secret of a secret', async () => {
    writeFileSync(join(home, 'marked'), `${MARK}${readFileSync(join(home, 'secret'), 'utf8')}`, { mode: 0o600 });
    const server = spawn(process.execPath, [CLI, 'server', '--id', '4', '--data-dir', 'marked-data', '--secret-file', 'marked'], {
      cwd: home,
    });
    const port = await new Promise<string>((resolve) =>
      server.stdout.once('data', (chunk: Buffer) => resolve(/:(\d+)\n/.exec(chunk.toString())?.[1] ?? '')),
    );
    const ended = await run(['client', '--server', `4@${port}`, ...SECRET]);
    const gone = new Promise((resolve) => server.once('exit', resolve));
    server.kill('SIGTERM');
    await gone;
    expect([ended.status, ended.stderr]).toEqual([0, '']);
    expect(existsSync(join(home, 'marked-data'))).toBe(true);
  });
});

describe('what is no file of bayou is not written over', () => {
  const mine = 'export default {};\n';
  const CHECK = ['check', 'v1-original-clock', '--out-dir', 'there', '--format', 'json,text,itf,mermaid,shiviz,html,dot'];
  const put = (path: string): string => {
    writeFileSync(join(home, path), mine);
    return path;
  };
  test('where a counterexample would be', async () => {
    mkdirSync(join(home, 'there'));
    const first = await run(CHECK);
    const files = [...first.stdout.matchAll(/^written: (.*)$/gm)].map(([, file = '']) => file);
    expect(files.length).toBeGreaterThan(5);
    // Its own are written over.
    expect((await run(CHECK)).status).toBe(0);
    for (const file of files) {
      const before = readFileSync(join(home, file), 'utf8');
      put(file);
      const ended = await run(CHECK);
      expect([file, ended.status, ended.stderr.split('\n').length]).toEqual([file, 2, 2]);
      expect(ended.stderr).toContain(`${file}: it is there already, and is no `);
      expect(readFileSync(join(home, file), 'utf8')).toBe(mine);
      writeFileSync(join(home, file), before);
    }
  });
  test('beside a checkpoint, and in the folder beside a trace', async () => {
    put('half.part');
    const half = await run(['check', 'bayou-s-2112', '--checkpoint', 'half']);
    expect(half.stderr).toBe(
      'bayou check: --checkpoint: half: half.part is there already, and is no checkpoint: name another file\n',
    );
    mkdirSync(join(home, 'run.d'));
    put('run.d/notes.txt');
    const traced = await run(['master', '--trace', 'run', 'empty']);
    expect(traced.stderr).toBe(
      'bayou master: --trace: run: run.d would be emptied for it, and has notes.txt in it: name another file, or move that\n',
    );
    expect([readFileSync(join(home, 'half.part'), 'utf8'), readFileSync(join(home, 'run.d/notes.txt'), 'utf8')]).toEqual([
      mine,
      mine,
    ]);
  });
});

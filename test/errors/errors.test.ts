/** docs/errors.md is complete: each of its lines is what a program prints, and whatever stands in the source as an error stands there. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectationsIn, HOLE, type SourceText, textsIn } from '../support/error-lines.js';
import { patternOf, type Row, rowsOf } from '../support/error-page.js';
import { until } from '../support/until.js';
import { connections } from './connections.js';
import { COMPONENTS } from './components.js';
import { ENDS } from './ends.js';
import { LOGS } from './logs.js';
import { LOST } from './lost-logs.js';
import { OTHERS } from './other-texts.js';
import { PARTICIPANTS } from './participants.js';
import { MACHINES } from './machines.js';
import * as provocations from './provocations.js';
import { saidToUsage, USAGE } from './usage.js';

/** Commands, by the line that they provoke. */
const PROVOCATIONS: Readonly<Record<string, string>> = { ...provocations.PROVOCATIONS, ...MACHINES };

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLI = join(ROOT, 'dist/cli/main.js');
const rows = rowsOf(readFileSync(join(ROOT, 'docs/errors.md'), 'utf8'));
const home = mkdtempSync(join(tmpdir(), 'bayou-errors-'));
const secret = 'the secret of the page of errors';
const children: ChildProcess[] = [];
const sockets: Socket[] = [];
let mute: Server;
let env: NodeJS.ProcessEnv = { ...process.env, NODE: process.execPath, CLI, ROOT };

interface Ran {
  readonly said: string;
  readonly status: number | null;
}

/** What came of commands: some provoke several lines. */
const ran = new Map<string, Promise<Ran>>();

/** Runs a command, once, and gives all that it says and its status; none within the time. */
const run = (command: string): Promise<Ran> => {
  const before = ran.get(command) ?? runNow(command);
  ran.set(command, before);
  return before;
};

const runNow = (command: string, timeout = 60_000): Promise<Ran> =>
  new Promise((resolve) => {
    const failing = 'failing() { FAULT="$1" NODE_OPTIONS="--import=$ROOT/test/errors/faulty.mjs" "${@:2}"; }';
    const script = `bayou() { "$NODE" "$CLI" "$@"; }; ${failing}; ${command}`;
    execFile('bash', ['-c', script], { cwd: home, env, timeout, encoding: 'latin1' }, (error, stdout, stderr) =>
      resolve({
        said: Buffer.from(stdout + stderr, 'latin1').toString(),
        status: error === null ? 0 : ((error.code as number | undefined) ?? null),
      }),
    );
  });

/** Starts a server; gives its port, and that of its metrics. */
const started = async (args: ReadonlyArray<string>): Promise<readonly [port: string, metrics: string]> => {
  const child = spawn(process.execPath, [CLI, 'server', '--port', '0', '--secret-file', 'secret', ...args], { cwd: home });
  children.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await until(() => / listens on .*:\d+/.test(said) || child.exitCode !== null);
  const portIn = (line: RegExp): string => line.exec(said)?.[1] ?? '';
  return [portIn(/ listens on .*:(\d+)/), portIn(/^metrics and health on .*:(\d+)/m)];
};

beforeAll(async () => {
  cpSync(join(ROOT, 'examples/three-machines'), home, { recursive: true });
  writeFileSync(join(home, 'secret'), secret, { mode: 0o600 });
  await run(
    './make-certificates.sh 127.0.0.1; openssl req -x509 -newkey rsa:2048 -nodes -keyout other.key -out other.pem -days 2 -subj /CN=x',
  );
  mute = createServer((socket) => sockets.push(socket));
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  const files = ['--tls-cert', 'tls/127.0.0.1.pem', '--tls-key', 'tls/127.0.0.1.key', '--tls-ca', 'tls/ca.pem'];
  const [PLAIN] = await started(['--id', '0', '--data-dir', 'd0']);
  const [TLS, METRICS] = await started(['--id', '7', '--data-dir', 'd7', '--metrics-port', '0', ...files]);
  env = {
    ...env,
    PLAIN,
    TLS,
    METRICS,
    MUTE: `${(mute.address() as AddressInfo).port}`,
  };
  // A server that has written something and is gone.
  const [port] = await started(['--id', '3', '--data-dir', 'ended']);
  await run(`echo put k v | bayou client --server 3@${port} --secret-file secret`);
  const last = children.at(-1)!;
  last.kill('SIGTERM');
  await until(() => last.exitCode !== null);
});
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  for (const socket of sockets) socket.destroy();
  mute.close();
  rmSync(home, { recursive: true, force: true });
});

/** The status that a line's section of the page promises; undefined where it goes with several. */
const STATUS_OF: Readonly<Record<string, number>> = {
  'Bad usage': 2,
  'A server that does not start': 1,
  'A session': 1,
};

/** What a line begins with that a program says: for people, in a log, to a master, or in the report of `bayou conform`. */
const BEGINNING = /^(bayou( \w+)?: |not written: |line \d+: |\{"(level|failed)"| {2}\S)/;

/** Lines that are provoked in this process. */
const IN_PROCESS = { ...connections(home), ...ENDS, ...PARTICIPANTS, ...COMPONENTS, ...LOGS, ...LOST };

/** Tests that hold a line beside those here: one has the greater part of it in an expectation. */
const expected = expectationsIn(ROOT, ['test']).filter(({ file }) => !file.startsWith('test/errors/'));
const lettersIn = (text: string): number => text.replaceAll(/[^a-z]/gi, '').length;
const piecesOf = (text: string): ReadonlyArray<string> =>
  text
    .split(HOLE)
    .map((piece) => piece.trim())
    .sort((a, b) => b.length - a.length);
const LEAST_LETTERS = 12;
const holds = (line: string): SourceText | undefined => {
  const [longest = ''] = piecesOf(line);
  return expected.find(
    ({ text }) =>
      (lettersIn(longest) >= LEAST_LETTERS && text.includes(longest)) ||
      piecesOf(text).some(
        (piece) => lettersIn(piece) >= LEAST_LETTERS && 2 * lettersIn(piece) >= lettersIn(longest) && line.includes(piece),
      ),
  );
};

/** Rows that no test provokes. It may become less: what is provoked loses its dagger. */
const RARE = 3;

describe('docs/errors.md', () => {
  const common = rows.filter(({ isRare }) => !isRare);
  const isHere = ({ line }: Row): boolean => [PROVOCATIONS, IN_PROCESS, USAGE].some((lines) => line in lines);

  test('has each line once', () => {
    const lines = rows.map(({ line }) => line);
    expect(lines.filter((line, i) => lines.indexOf(line) !== i)).toEqual([]);
  });

  test('has a line for each provocation, and for each line one here or a test elsewhere, but for the rare ones', () => {
    const lines = new Set(rows.map(({ line }) => line));
    expect([PROVOCATIONS, IN_PROCESS, USAGE].flatMap(Object.keys).filter((line) => !lines.has(line))).toEqual([]);
    expect(common.filter((row) => !isHere(row) && holds(row.line) === undefined)).toEqual([]);
    expect(rows.filter((row) => row.isRare && isHere(row))).toEqual([]);
    expect(rows.length - common.length).toBe(RARE);
  });

  test.each(common.filter(({ line }) => line in PROVOCATIONS).map(({ line, section }) => [line, section]))(
    '%s',
    async (line, section) => {
      const { said, status } = await run(PROVOCATIONS[line]!);
      const found = said.split('\n').filter((one) => patternOf(line, '.*?').test(one));
      expect(found, `${PROVOCATIONS[line]}\n${said}`).not.toEqual([]);
      for (const one of found) expect(one).toMatch(BEGINNING);
      if (section in STATUS_OF && !found[0]!.startsWith('{')) expect(status).toBe(STATUS_OF[section]);
      // None of them has a stack, and none is a bug.
      if (!line.startsWith('a bug')) expect(said).not.toMatch(/^\s+at |a bug, please/m);
    },
  );

  test.each(Object.entries(IN_PROCESS))('in this process: %s', async (line, provoke) =>
    expect(await provoke()).toMatch(patternOf(line, '[^\\n]*?')),
  );

  test('what bayou check refuses, it refuses in these lines', async () => {
    const said = await saidToUsage(home);
    for (const line of Object.keys(USAGE)) {
      expect(said.get(line)).toMatch(patternOf(line, '[^\\n]*?'));
      expect(said.get(line)).toMatch(/^bayou check: [^\n]*\n?$/);
    }
  });

  /** Where programs say something. What the checker says of a model is in docs/own-model.md, and has the tests of the checker. */
  const SOURCES = [
    ...[
      'src/cli',
      'src/net',
      'src/master',
      'src/command-line',
      'src/impl',
      'src/core',
      'src/ports',
      'src/checked-model',
      'src/explorer/data',
      'src/library.ts',
      'src/library-fields.ts',
      'src/library-options.ts',
    ],
    ...['src/master.ts', 'src/model/checking/config.ts', 'src/checker/checkpoint'],
    ...['conformance/cli', 'conformance/runs'],
  ];

  /** What `bayou conform` did and came to, in its report. */
  const REPORTS = /^conformance\/cli\/([\w-]+-)?(report|tasks|sum)\.ts$/;

  test('has every line that the source can say: the other texts of it are counted, file by file', () => {
    const others = textsIn(ROOT, SOURCES).filter(
      ({ text, file }) =>
        !REPORTS.test(file) && !rows.some(({ line }) => patternOf(text, '.*').test(line) || patternOf(line, '.*').test(text)),
    );
    const placeOf = (file: string): string =>
      Object.keys(OTHERS).find((place) => file === place || file.startsWith(`${place}/`)) ?? file;
    const counted: Record<string, number> = {};
    for (const { file } of others) counted[placeOf(file)] = (counted[placeOf(file)] ?? 0) + 1;
    const allowed = Object.fromEntries(Object.entries(OTHERS).map(([place, [count]]) => [place, count]));
    const strange = others.filter(({ file }) => counted[placeOf(file)] !== allowed[placeOf(file)]);
    const said = strange.map(({ file, line, text }) => `${file}:${line} ${text}`).join('\n');
    expect(counted, `one of these is new: a line of docs/errors.md, or counted in test/errors/other-texts.ts\n${said}`).toEqual(
      allowed,
    );
  });
});

/** docs/errors.md is complete: each of its lines is what a program prints, and whatever stands in the source as an error stands there. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMemoryLog } from '../../src/impl/log/memory-log.js';
import { connect } from '../../src/library.js';
import { encodeFrame } from '../../src/net/frame.js';
import { dial } from '../../src/net/handshake.js';
import { PROTOCOL_VERSION } from '../../src/net/protocol.js';
import { putOf } from '../impl/support/puts.js';
import { ask, closed, dialAs, dialed, handshakeByHand, QUIET, remember, serve, stranger } from '../net/support.js';
import { errorLinesIn } from '../support/error-lines.js';
import { patternOf, rowsOf } from '../support/error-page.js';
import { until } from '../support/until.js';
import { PROVOCATIONS } from './provocations.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLI = join(ROOT, 'dist/cli/main.js');
const rows = rowsOf(readFileSync(join(ROOT, 'docs/errors.md'), 'utf8'));
const home = mkdtempSync(join(tmpdir(), 'bayou-errors-'));
const secret = 'the secret of the page of errors';
const children: ChildProcess[] = [];
const sockets: Socket[] = [];
let mute: Server;
let env: NodeJS.ProcessEnv = { ...process.env, NODE: process.execPath, CLI };

/** Runs a command, and gives all that it says and its status; none within the time. */
const run = (command: string, timeout = 60_000): Promise<{ readonly said: string; readonly status: number | null }> =>
  new Promise((resolve) => {
    const script = `bayou() { "$NODE" "$CLI" "$@"; }; ${command}`;
    execFile('bash', ['-c', script], { cwd: home, env, timeout, encoding: 'latin1' }, (error, stdout, stderr) =>
      resolve({
        said: Buffer.from(stdout + stderr, 'latin1').toString(),
        status: error === null ? 0 : ((error.code as number | undefined) ?? null),
      }),
    );
  });

const started = async (args: ReadonlyArray<string>): Promise<string> => {
  const child = spawn(process.execPath, [CLI, 'server', '--port', '0', '--secret-file', 'secret', ...args], { cwd: home });
  children.push(child);
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await until(() => / listens on .*:\d+/.test(said) || child.exitCode !== null);
  return / listens on .*:(\d+)/.exec(said)?.[1] ?? '';
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
  env = {
    ...env,
    PLAIN: await started(['--id', '0', '--data-dir', 'd0']),
    TLS: await started(['--id', '7', '--data-dir', 'd7', ...files]),
    MUTE: `${(mute.address() as AddressInfo).port}`,
  };
  // A server that has written something and is gone.
  const port = await started(['--id', '3', '--data-dir', 'ended']);
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

/** Lines of connections, which are provoked in this process. */
const IN_PROCESS: Readonly<Record<string, () => Promise<string>>> = {
  'a connection was cut off: …': () => heard(async (server) => closed((await stranger(server)).end(encodeFrame(1)))),
  'it said more than a handshake has': () => heard(async (server) => cutAfter(await stranger(server), Buffer.alloc(100_000, 1))),
  'protocol version …; this process speaks …': () =>
    heard(async (server) => cutAfter(await stranger(server), encodeFrame({ hello: { version: 1, from: CLIENT, nonce: 'n' } }))),
  "… … does not know the cluster's secret": () =>
    heard(async (server) => {
      const socket = await stranger(server);
      socket.write(encodeFrame({ hello: { version: PROTOCOL_VERSION, from: CLIENT, nonce: 'n' } }));
      return cutAfter(socket, encodeFrame({ proof: '0' }));
    }),
  'a frame of … bytes, above the maximum of …': () =>
    heard(async (server) => cutAfter(await stranger(server), Buffer.alloc(4, 255))),
  'a frame that is not JSON': () => heard(async (server) => cutAfter(await stranger(server), Buffer.from([0, 0, 0, 1, 123]))),
  'a message whose … is wrong': () => heard(async (server) => cutAfter(await stranger(server), encodeFrame({ hello: 1 }))),
  'a frame that was not sealed for this connection': () =>
    heard(async (server) => cutAfter((await handshakeByHand(CLIENT, server)).socket, encodeFrame({ bye: 0 }))),
  '… … was cut off: it sent …': () =>
    heard(async (server) => {
      const { socket, sealed } = await handshakeByHand(CLIENT, server);
      return cutAfter(socket, sealed({ bye: 'x' }));
    }),
  'put … of client …, session …, was refused: …': () =>
    heard(async (server) => ask(await dialed({ role: 'client', id: 9 }, server), { ...putOf(1, 'k', 'v'), clock: 2 ** 53 - 1 })),
  '… … has writes of replica … that its log lacks: going on as the new replica …': () =>
    heard(async (server) =>
      ask(await dialed({ role: 'server', id: 8 }, server), {
        type: 'namedPull',
        pull: 'p',
        ask: { type: 'pull', puller: '8.0', vv: [[server.replica, 9]], after: null },
      }),
    ),
  'the log cannot be written: …; until then it takes no writes, and shows what the log has': () =>
    heard(async (server) => ask(await dialed({ role: 'client', id: 9 }, server), putOf(1, 'k', 'v')), { log: fullLog() }),
  'it speaks TLS, and this server does not: give it --tls-cert and --tls-key': () =>
    heard(async (server) => cutAfter(await stranger(server), Buffer.from([22, 3, 1, 0, 1]))),
  'no TLS: …': () => heard(async (server) => closed((await stranger(server)).end('x')), { tls: tls() }),
  'what it says is not TLS: does it have --tls-ca?': () =>
    heard(async (server) => cutAfter(await stranger(server), encodeFrame(1)), { tls: tls() }),
  'it has to show one, for this server has …: give it --tls-cert and --tls-key': () =>
    heard(async ({ address }) => dial({ me: CLIENT, secret, tls: { ca: tls().ca } }, address, SERVER, QUIET), { tls: tls() }),
  'its certificate is not taken (…): … must be who has signed it, and it must be in time': () =>
    heard(async ({ address }) => dial({ me: CLIENT, secret, tls: { ...shows('other'), ca: tls().ca } }, address, SERVER, QUIET), {
      tls: tls(),
    }),
  'refused by … …: …': async () => {
    const server = await serve(0, remember(), { refused: [5] });
    const done = await dialAs(CLIENT, server);
    await server.close();
    return E.isLeft(done) ? done.left : '';
  },
  '… … closed the connection': async () => {
    const [logger, first] = [remember(), await serve(0, remember())];
    const second = await serve(1, logger, { peers: [{ id: 0, address: first.address }] });
    await first.close();
    await until(() => logger.lines.some((line) => line.includes('is down')));
    await second.close();
    return logger.lines.join('\n');
  },
  'no servers to connect to': async () => {
    const done = await connect({ servers: [], secret });
    return E.isLeft(done) ? done.left : '';
  },
};

const CLIENT = { role: 'client', id: 5 } as const;
const SERVER = { role: 'server', id: 0 } as const;
const pem = (name: string): string => readFileSync(join(home, name), 'utf8');
const shows = (name: string) => ({ cert: pem(`${name}.pem`), key: pem(`${name}.key`) });
const tls = () => ({ ...shows('tls/127.0.0.1'), ca: pem('tls/ca.pem') });

const cutAfter = async (socket: Socket, bytes: Buffer): Promise<void> => {
  const over = closed(socket);
  socket.write(bytes);
  await over;
};

/** What a server's log says of somebody who talks to it. */
const heard = async (
  talk: (server: Awaited<ReturnType<typeof serve>>) => Promise<unknown>,
  options: Parameters<typeof serve>[2] = {},
): Promise<string> => {
  const logger = remember();
  const server = await serve(0, logger, options);
  await talk(server);
  await until(() => logger.lines.length > 0);
  await server.close();
  return logger.lines.join('\n');
};

const fullLog = () => ({
  ...createMemoryLog(),
  commit: () => Promise.reject(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })),
});

/** The status that a line's section of the page promises; undefined where it goes with several. */
const STATUS_OF: Readonly<Record<string, number>> = {
  'Bad usage': 2,
  'A server that does not start': 1,
  'A session': 1,
};

/** What a line begins with that a program says, and a line of a log. */
const BEGINNING = /^(bayou( \w+)?: |line \d+: |\{"level")/;

describe('docs/errors.md', () => {
  const common = rows.filter(({ isRare }) => !isRare);

  test('has each line once, and a provocation for all but the rare ones', () => {
    const lines = rows.map(({ line }) => line);
    expect(lines.filter((line, i) => lines.indexOf(line) !== i)).toEqual([]);
    const provoked = [...Object.keys(PROVOCATIONS), ...Object.keys(IN_PROCESS)];
    expect(provoked.sort()).toEqual(common.map(({ line }) => line).sort());
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
      expect(said).not.toMatch(/^\s+at |a bug, please/m);
    },
  );

  test.each(common.filter(({ line }) => line in IN_PROCESS).map(({ line }) => line))('in this process: %s', async (line) =>
    expect(await IN_PROCESS[line]!()).toMatch(patternOf(line, '[^\\n]*?')),
  );

  /** Where programs say errors. Models of one's own have a page of their own. */
  const SOURCES = [
    'src/cli',
    'src/net',
    'src/master',
    'src/program',
    'src/impl',
    'src/library.ts',
    'src/library-options.ts',
    'src/subject',
    'src/exploration',
    'conformance/cli',
    'conformance/runs',
  ];
  const ELSEWHERE =
    /^src\/subject\/subject\.ts|^src\/cli\/check\/(module|parameters|engine|examples)\.ts|^src\/cli\/watched\/|^src\/library-options\.ts|^src\/cli\/explore\/server\.ts:(7|8|9)|^src\/cli\/explore\/showing\.ts|^src\/net\/(protocol\.ts:84|process|client-program)|^src\/impl\/(replica|log\/level-log)/;

  test('has every line that the source can say', () => {
    const missing = errorLinesIn(ROOT, SOURCES)
      .filter(({ at }) => !ELSEWHERE.test(at))
      .filter(({ text }) => !rows.some(({ line }) => patternOf(text, '.*').test(line) || patternOf(line, '.*').test(text)));
    expect(missing).toEqual([]);
  });
});

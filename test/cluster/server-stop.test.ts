/** SIGTERM ends a server whatever is connected to it and whatever it is doing; all that it has acknowledged is in its log. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type BayouServer, type BayouSession, connect, startServer } from '../../src/library.js';
import { encodeFrame } from '../../src/net/frame.js';
import { PROTOCOL_VERSION } from '../../src/net/protocol.js';
import { handshakeByHand, type Reached, SECRET, stranger } from '../net/support.js';
import { until } from '../support/until.js';
import { right } from '../support/right.js';

const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

let home: string;
let child: ChildProcess | undefined;
let env: NodeJS.ProcessEnv = process.env;
const ending: (() => unknown)[] = [];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'bayou-stop-'));
  writeFileSync(join(home, 'secret'), SECRET, { mode: 0o600 });
});
afterEach(async () => {
  child?.kill('SIGKILL');
  env = process.env;
  for (const end of ending.splice(0)) await end();
  rmSync(home, { recursive: true, force: true });
});

/** The process gets the signal in the moment in which it says that it listens. */
const AT_ONCE = `data:text/javascript,${encodeURIComponent(`
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = (text, ...more) => {
    const done = write(text, ...more);
    if (text.includes(' listens on ')) process.kill(process.pid, 'SIGTERM');
    return done;
  };
`)}`;

const HANGING = new URL('hanging-disk.mjs', import.meta.url).href;

/** A server in a process of its own, and what it says. */
const start = async (...more: ReadonlyArray<string>): Promise<Reached & { readonly said: () => string }> => {
  const options = ['server', '--id', '0', '--port', '0', '--data-dir', 'data', '--secret-file', 'secret', ...more];
  child = spawn(process.execPath, [CLI, ...options], { cwd: home, stdio: ['ignore', 'pipe', 'pipe'], env });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await until(() => / listens on .*:\d+/.test(said) || child?.exitCode !== null);
  const port = Number(/ listens on .*:(\d+)/.exec(said)?.[1]);
  return { id: 0, address: { host: '127.0.0.1', port }, said: () => said };
};

const stopped = async (): Promise<readonly [number | null, string | null]> => {
  child?.kill('SIGTERM');
  await until(() => child?.exitCode !== null || child.signalCode !== null);
  return [child?.exitCode ?? null, child?.signalCode ?? null];
};

const sessionAt = async ({ address, id }: Reached): Promise<BayouSession> => {
  const session = right(await connect({ servers: [{ id, ...address }], secret: SECRET, timeoutMs: 30_000 }));
  ending.push(session.close);
  return session;
};

const held = (socket: Socket): Socket => {
  ending.push(() => socket.destroy());
  return socket;
};

const VALUE = 'v'.repeat(512 * 1024);
const get = { type: 'get', client: 5, key: 'k0', atLeast: null, require: [] } as const;

/** Who is connected when the signal comes. */
const COMPANY: Readonly<Record<string, (server: Reached) => Promise<unknown>>> = {
  'strangers who say nothing': (server) => Promise.all(Array.from({ length: 100 }, async () => held(await stranger(server)))),
  'half handshakes': (server) =>
    Promise.all(
      Array.from({ length: 100 }, async () =>
        held(await stranger(server)).write(
          encodeFrame({ hello: { version: PROTOCOL_VERSION, from: { role: 'client', id: 5 }, nonce: 'n' } }),
        ),
      ),
    ),
  'half a frame of a member': async (server) => {
    const { socket, sealed } = await handshakeByHand({ role: 'client', id: 5 }, server);
    held(socket).write(sealed({ id: 0, ask: get }).subarray(0, -1));
  },
  'a member that floods it': async (server) => {
    const { socket, sealed } = await handshakeByHand({ role: 'client', id: 5 }, server);
    const frames = Buffer.concat(Array.from({ length: 20_000 }, (_, id) => sealed({ id, ask: { ...get, key: 'none' } })));
    held(socket).resume().write(frames);
  },
  'members that read none of their answers': async (server) => {
    const session = await sessionAt(server);
    for (let n = 0; n < 24; n++) expect(await session.put(`k${n}`, VALUE)).toMatchObject({ type: 'accepted' });
    const master = await handshakeByHand({ role: 'master', id: 0 }, server);
    held(master.socket)
      .pause()
      .write(master.sealed({ id: 0, ask: { type: 'store' } }));
    const client = await handshakeByHand({ role: 'client', id: 5 }, server);
    const gets = Array.from({ length: 64 }, (_, id) => client.sealed({ id, ask: get }));
    held(client.socket).pause().write(Buffer.concat(gets));
  },
};

describe('a server whose folder is', () => {
  const WAYS: ReadonlyArray<readonly [string, () => void]> = [
    ['removed', () => rmSync(join(home, 'data'), { recursive: true })],
    [
      'replaced by an older copy',
      () => {
        renameSync(join(home, 'data'), join(home, 'aside'));
        cpSync(join(home, 'older'), join(home, 'data'), { recursive: true });
      },
    ],
  ];
  test.each(WAYS)(
    '%s is not well, though nothing is put, and its status is 1; another server can pull all it acknowledged first',
    async (_how, hurt) => {
      const server = await start('--metrics-port', '0');
      cpSync(join(home, 'data'), join(home, 'older'), { recursive: true });
      expect(await (await sessionAt(server)).put('mine', 'kept')).toMatchObject({ type: 'accepted' });
      hurt();
      const health = /^metrics and health on (\S+)$/m.exec(server.said())?.[1];
      let answer = { status: 200, text: '' };
      while (answer.status === 200) {
        const response = await fetch(`${health}/health`);
        answer = { status: response.status, text: await response.text() };
      }
      expect(answer).toMatchObject({ status: 503, text: expect.stringContaining('was removed or moved') as string });
      expect(server.said()).toContain('let another server pull all that this one has before it is stopped');

      const dataDir = join(home, 'other');
      const other = right(await startServer({ id: 1, secret: SECRET, dataDir, peers: [{ id: 0, ...server.address }] }));
      ending.push(other.close);
      expect(await stopped()).toEqual([1, null]);
      expect(server.said()).toContain('bayou server: the log is not in its place: ');
      expect(existsSync(join(home, 'data'))).toBe(_how !== 'removed');
      expect(await (await sessionAt({ id: 1, address: other })).get('mine')).toMatchObject({ type: 'value', text: 'kept' });
    },
  );
});

describe('SIGTERM', () => {
  test.each(Object.entries(COMPANY))('ends a server that has %s', async (_name, come) => {
    const server = await start();
    const session = await sessionAt(server);
    expect(await session.put('mine', 'kept')).toMatchObject({ type: 'accepted' });
    await come(server);
    // The answer to a later question shows that the server has read everything that came before.
    expect(await session.get('mine')).toMatchObject({ type: 'value', text: 'kept' });
    expect(await stopped()).toEqual([0, null]);

    const again = await start();
    expect(again.said()).not.toContain('new replica');
    expect(await (await sessionAt(again)).get('mine')).toMatchObject({ type: 'value', text: 'kept' });
  });

  test('ends a server in order that gets it as soon as it has said that it listens', async () => {
    env = { ...process.env, NODE_OPTIONS: `--import ${AT_ONCE}` };
    await start();
    await until(() => child?.exitCode !== null || child.signalCode !== null);
    expect([child?.exitCode, child?.signalCode]).toEqual([0, null]);
  });

  test('ends a server in the middle of a pull, and one whose peer listens and says nothing', async () => {
    const started = right(await startServer({ id: 1, secret: SECRET, antiEntropyMs: 0, logLevel: 'silent' }));
    const other: BayouServer = started;
    ending.push(other.close);
    const session = await sessionAt({ id: 1, address: other });
    for (let n = 0; n < 100; n++) expect(await session.put(`k${n}`, VALUE)).toMatchObject({ type: 'accepted' });
    const hole: Server = createServer((socket) => void held(socket));
    await new Promise<void>((resolve) => hole.listen(0, '127.0.0.1', resolve));
    ending.push(() => hole.close());
    const { port } = hole.address() as { readonly port: number };
    // 50 MiB in parts of a write each.
    await start('--peer', `1@127.0.0.1:${other.port}`, '--peer', `2@127.0.0.1:${port}`, '--anti-entropy-ms', '10');
    expect(await stopped()).toEqual([0, null]);
    expect((await start()).said()).not.toContain('new replica');
  });

  test.each([
    [
      'database',
      [],
      'bayou server: it has not ended within 4 s (a disk or a name server that does not answer?), and is killed; what it has acknowledged is in its log\n',
    ],
    ['database', ['--fsync'], 'and is killed'],
    // Its main thread can say nothing.
    ['main', [], ''],
  ] as const)('ends a server whose disk does not answer the %s %s; what it has acknowledged stays', async (hangs, more, line) => {
    const fifo = join(home, 'fifo');
    execFileSync('mkfifo', [fifo]);
    env = { ...process.env, NODE_OPTIONS: `--import=${HANGING}`, HANGS: hangs, FIFO: fifo };
    const server = await start(...more);
    const session = await sessionAt(server);
    expect(await session.put('mine', 'kept')).toMatchObject({ type: 'accepted' });
    expect(await stopped()).toEqual([null, 'SIGKILL']);
    await until(() => server.said().includes(line));

    env = process.env;
    expect(await (await sessionAt(await start(...more))).get('mine')).toMatchObject({ type: 'value', text: 'kept' });
  });
});

/**
 * Every wait has a deadline. Here the other end is there, belongs, and says nothing: without the deadline each of these tests would wait for ever,
 * which is a failure of its own.
 */
import { connect as connectSocket, createServer, type Server, type Socket } from 'node:net';
import * as E from 'fp-ts/lib/Either.js';
import { afterEach, expect, test } from 'vitest';
import { connect } from '../../src/index.js';
import type { Callbacks } from '../../src/net/connection.js';
import { listen } from '../../src/net/listen.js';
import { ask, dialed, QUIET, remember, SECRET, serve, storedAt } from './support.js';

const SOON_MS = 600;
const KEY = { type: 'get', client: 5, key: 'k', atLeast: null, require: [] } as const;

let ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.reverse()) await end();
  ends = [];
});

/** A server that shakes hands, takes every request, and answers none. */
const silentMember = async (id: number) => {
  const asked: string[] = [];
  const callbacks: Callbacks = { ...QUIET, onAsk: (_connection, what) => void asked.push(what.type) };
  const listening = await listen(
    { me: { role: 'server', id }, secret: SECRET, replica: () => `${id}.0` },
    {
      host: '127.0.0.1',
      ports: { wanted: 0, range: null },
      admit: () => undefined,
      onConnection: (connection) => void ends.push(() => connection.close('the test is over')),
      callbacks,
      log: remember(),
    },
  );
  if (E.isLeft(listening)) throw new Error(listening.left);
  const [port, stop] = listening.right;
  ends.push(stop);
  return { id, address: { host: '127.0.0.1', port }, port, asked };
};

/** Somebody who takes connections, and does not even shake hands. */
const silentStranger = async (): Promise<number> => {
  const sockets: Socket[] = [];
  const server: Server = createServer((socket) => void sockets.push(socket));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as { port: number }).port;
};

test('a request over a connection comes back when its time is over', async () => {
  const silent = await silentMember(0);
  const connection = await dialed({ role: 'client', id: 5 }, silent);
  ends.push(() => connection.close('the test is over'));
  expect(await ask(connection, KEY, SOON_MS)).toMatchObject({ type: 'timedOut' });
  expect(silent.asked).toEqual(['get']);
});

test('R14: a session whose server says nothing is told UNKNOWN of a put, and R15: ERR_CONN of a get', async () => {
  const silent = await silentMember(0);
  const session = await connect({ servers: [silent], secret: SECRET, timeoutMs: SOON_MS });
  if (E.isLeft(session)) throw new Error(session.left);
  ends.push(() => session.right.close());
  expect(await session.right.put('k', 'v')).toEqual({ type: 'UNKNOWN' });
  expect(await session.right.get('k')).toEqual({ type: 'ERR_CONN' });
  expect(silent.asked.slice(0, 2)).toEqual(['put', 'get']);
});

test('R9: a pull whose answerer says nothing is given up, and the server serves', async () => {
  const silent = await silentMember(1);
  const server = await serve(0, remember(), { timeoutMs: SOON_MS });
  ends.push(() => server.close());
  expect(await server.link(1, silent.address)).toEqual(E.right(undefined));
  const master = await dialed({ role: 'master', id: 0 }, server);
  ends.push(() => master.close('the test is over'));
  expect(await ask(master, { type: 'sync' })).toMatchObject({ type: 'synced', failed: [1] });
  expect(silent.asked).toContain('namedPull');
});

/** Something in the way to a server, which may keep all that passes over the connections that there are; later ones it lets pass. */
const gateTo = async (port: number) => {
  const pairs: (readonly [Socket, Socket])[] = [];
  const gate: Server = createServer((near) => {
    const far = connectSocket(port, '127.0.0.1');
    pairs.push([near, far]);
    for (const [one, other] of [[near, far] as const, [far, near] as const]) {
      one.on('data', (bytes) => other.write(bytes));
      one.on('error', () => undefined).on('close', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => gate.listen(0, '127.0.0.1', resolve));
  ends.push(() => {
    for (const sockets of pairs) for (const socket of sockets) socket.destroy();
    gate.close();
  });
  const keep = (): void => {
    for (const sockets of pairs) for (const socket of sockets) socket.removeAllListeners('data').pause();
  };
  return { address: { host: '127.0.0.1', port: (gate.address() as { port: number }).port }, keep, count: () => pairs.length };
};

test.each([0, 20])(
  'R9: a sync brings all where a connection that was there lets nothing pass any more, with pulls each %i ms',
  async (antiEntropyMs) => {
    const lines = remember();
    const [server, peer] = [await serve(0, lines, { antiEntropyMs }), await serve(1, remember())];
    ends.push(
      () => server.close(),
      () => peer.close(),
    );
    const gate = await gateTo(peer.address.port);
    expect(await server.link(1, gate.address)).toEqual(E.right(undefined));
    gate.keep();
    const session = await connect({ servers: [{ id: 1, ...peer.address }], secret: SECRET });
    if (E.isLeft(session)) throw new Error(session.left);
    ends.push(() => session.right.close());
    expect(await session.right.put('k', 'v')).toMatchObject({ type: 'accepted' });
    const master = await dialed({ role: 'master', id: 0 }, server);
    ends.push(() => master.close('the test is over'));
    // The master grants 4 seconds to a server that has this deadline for a pull.
    expect(await ask(master, { type: 'sync' }, 4_000)).toMatchObject({ type: 'synced', failed: [] });
    expect(await storedAt(master)).toEqual([['k', 'v']]);
    expect(gate.count()).toBe(2);
    expect(lines.lines.join('\n')).toContain('server 1 is down: it did not answer a pull in time');
  },
);

test('a link to who does not even shake hands is a failure of the link, and no more', async () => {
  const port = await silentStranger();
  const server = await serve(0, remember(), { timeoutMs: SOON_MS });
  ends.push(() => server.close());
  const linked = await server.link(9, { host: '127.0.0.1', port });
  expect(E.isLeft(linked) && linked.left).toContain(`within ${SOON_MS} ms`);
});

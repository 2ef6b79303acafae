import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { newNonce, proof } from '../../src/net/auth.js';
import { encodeFrame } from '../../src/net/frame.js';
import { MAX_FRAME_BYTES } from '../../src/net/net-limits.js';
import { PROTOCOL_VERSION } from '../../src/net/protocol.js';
import type { RunningServer } from '../../src/net/server.js';
import { ask, closed, dialAs, dialed, handshakeByHand, SECRET, serveForTest, stranger, storedAt } from './support.js';
import { until } from '../support/until.js';
import { putOf } from '../impl/support/puts.js';

/** Is the server still of use to those who belong? */
const serves = async (server: RunningServer): Promise<boolean> => {
  const connection = await dialed({ role: 'client', id: 77 }, server);
  const answer = await ask(connection, { type: 'get', client: 77, key: 'nobody wrote this', atLeast: null, require: [] });
  connection.close('done');
  return (answer as { type: string }).type === 'missing';
};

const hello = (version: number) => ({ hello: { version, from: { role: 'client', id: 5 }, nonce: newNonce() } });

const BAD_FIRST_WORDS: ReadonlyArray<readonly [string, Buffer, string]> = [
  ['a request over HTTP', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'it speaks HTTP, which no member of a cluster does'],
  ['rubbish', Buffer.from('rubbish'), 'above the maximum of 4096'],
  ['a frame that is not JSON', Buffer.concat([Buffer.from([0, 0, 0, 3]), Buffer.from('{{{')]), 'not JSON'],
  ['a message of the wrong shape', encodeFrame({ hello: { version: 1 } }), "whose field 'hello.from"],
  ['the wrong version', encodeFrame(hello(99)), `protocol version 99; this process speaks ${PROTOCOL_VERSION}`],
  ['a frame that is too large', Buffer.from([0x7f, 0xff, 0xff, 0xff]), 'above the maximum'],
  ['a request before the handshake', encodeFrame({ id: 1, ask: { type: 'sync' } }), "field 'hello' is wrong"],
];

describe('strangers are cut off with one log line, and the process lives on', () => {
  test.each(BAD_FIRST_WORDS)('%s', async (_name, bytes, said) => {
    const { server, lines } = await serveForTest();
    const socket = await stranger(server);
    socket.write(bytes);
    await closed(socket);
    await until(() => lines.length > 0);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(said);
    expect(await serves(server)).toBe(true);
  });

  test('half a frame, and then the end', async () => {
    const { server, lines } = await serveForTest();
    const socket = await stranger(server);
    socket.end(encodeFrame(hello(PROTOCOL_VERSION)).subarray(0, 20));
    await closed(socket);
    await until(() => lines.length > 0);
    expect(lines[0]).toContain('closed in the handshake');
    expect(await serves(server)).toBe(true);
  });
});

describe('whoever does not know the secret stays out', () => {
  test('a dialer with another secret notices that the server is not of its cluster', async () => {
    const { server } = await serveForTest();
    const refused = await dialAs({ role: 'master', id: 0 }, server, 'another secret altogether');
    expect(E.isLeft(refused) && refused.left).toContain('is not server 0 of this cluster');
  });

  test('a dialer that makes a proof up is not heard, the master least of all', async () => {
    const { server, lines } = await serveForTest();
    const socket = await stranger(server);
    socket.write(encodeFrame({ hello: { version: PROTOCOL_VERSION, from: { role: 'master', id: 0 }, nonce: newNonce() } }));
    socket.write(encodeFrame({ proof: 'f'.repeat(64) }));
    socket.write(encodeFrame({ id: 0, ask: { type: 'unlink', peer: { role: 'server', id: 1 } } }));
    await closed(socket);
    await until(() => lines.length > 0);
    expect(lines[0]).toContain("master 0 does not know the cluster's secret");
  });

  test('a proof is of no use to another role, another id, or in another conversation', () => {
    const i = {
      dialer: { role: 'client', id: 5 },
      dialerNonce: 'a',
      acceptor: { role: 'server', id: 0 },
      acceptorNonce: 'b',
      acceptorReplica: '0.0',
      channel: '',
    } as const;
    const made = new Set([
      proof(SECRET, 'dialer', i),
      proof(SECRET, 'acceptor', i),
      proof(SECRET, 'dialer', { ...i, dialer: { role: 'master', id: 5 } }),
      proof(SECRET, 'dialer', { ...i, dialer: { role: 'client', id: 6 } }),
      proof(SECRET, 'dialer', { ...i, acceptorNonce: 'c' }),
      proof(SECRET, 'dialer', { ...i, dialerNonce: 'c' }),
      proof(SECRET, 'dialer', { ...i, channel: 'c' }),
    ]);
    expect(made.size).toBe(7);
  });
});

describe('those who belong are held to their role', () => {
  test('a client can neither cut links, nor read a store, nor write as another', async () => {
    const { server } = await serveForTest();
    const client = await dialed({ role: 'client', id: 5 }, server);
    expect(await ask(client, { type: 'unlink', peer: { role: 'server', id: 1 } })).toMatchObject({ type: 'failed' });
    expect(await ask(client, { type: 'store' })).toMatchObject({ type: 'failed' });
    const put = {
      type: 'put',
      client: 6,
      session: '1',
      clientTime: 1,
      replica: null,
      clock: 0,
      key: 'a',
      value: 'b',
      require: [],
    } as const;
    expect(await ask(client, put)).toMatchObject({ type: 'failed' });
    expect(await ask(client, { ...put, client: 5 })).toMatchObject({ type: 'accepted' });
  });

  test('a cut link is refused until it is restored', async () => {
    const { server } = await serveForTest();
    const client = await dialed({ role: 'client', id: 5 }, server);
    server.cut({ role: 'client', id: 5 });
    await until(() => !client.isOpen());
    expect(await ask(client, { type: 'get', client: 5, key: 'k', atLeast: null, require: [] })).toMatchObject({ type: 'unsent' });
    const refused = await dialAs({ role: 'client', id: 5 }, server);
    expect(E.isLeft(refused) && refused.left).toContain('the link to client 5 is cut');
    const master = await dialed({ role: 'master', id: 0 }, server);
    expect(await ask(master, { type: 'link', peer: { role: 'client', id: 5 }, address: null })).toEqual({ type: 'done' });
    expect(E.isRight(await dialAs({ role: 'client', id: 5 }, server))).toBe(true);
  });

  test('rubbish after the handshake is cut off too', async () => {
    const { server, lines } = await serveForTest();
    const client = await dialed({ role: 'client', id: 5 }, server);
    client.ask({ type: 'nonsense' } as never, 1_000, () => undefined);
    await until(() => !client.isOpen());
    expect(lines).toEqual([expect.stringContaining("client 5 was cut off: it sent a message whose field 'ask")]);
    expect(await serves(server)).toBe(true);
  });
});

describe('limits', () => {
  test('an answer longer than a frame comes in parts and whole', async () => {
    const { server } = await serveForTest();
    const client = await dialed({ role: 'client', id: 5 }, server);
    const value = 'x'.repeat(400_000);
    for (let i = 1; i <= 20; i++) {
      await ask(client, { ...putOf(i, `k${i}`, value), client: 5 });
    }
    const master = await dialed({ role: 'master', id: 0 }, server);
    const stored = await storedAt(master);
    expect(stored.map(([k, v]) => [k, v.length])).toEqual(
      Array.from({ length: 20 }, (_, i) => [`k${i + 1}`, value.length]).sort((a, b) => ((a[0] ?? 0) < (b[0] ?? 0) ? -1 : 1)),
    );
    expect(20 * value.length).toBeGreaterThan(MAX_FRAME_BYTES);
  });

  test('a pull longer than a frame is merged whole (R9)', async () => {
    const { server } = await serveForTest();
    const { server: other } = await serveForTest(1);
    const client = await dialed({ role: 'client', id: 5 }, server);
    const value = 'y'.repeat(400_000);
    for (let i = 1; i <= 20; i++) {
      await ask(client, { ...putOf(i, `k${i}`, value), client: 5 });
    }
    await other.link(0, server.address);
    const master = await dialed({ role: 'master', id: 0 }, other);
    expect(await ask(master, { type: 'sync' }, 10_000)).toEqual({
      type: 'synced',
      vv: [['0.0', 20]],
      failed: [],
      inParts: true,
      failure: null,
    });
    expect(await storedAt(master)).toHaveLength(20);
  });

  test('a reader that does not read is not served: memory stays bounded, and it is served when it reads', async () => {
    const { server } = await serveForTest();
    const writer = await dialed({ role: 'client', id: 5 }, server);
    const size = 500_000;
    await ask(writer, {
      type: 'put',
      client: 5,
      session: '1',
      clientTime: 1,
      replica: null,
      clock: 0,
      key: 'k',
      value: 'z'.repeat(size),
      require: [],
    });
    const { socket, sealed } = await handshakeByHand({ role: 'client', id: 6 }, server);
    socket.pause();
    const before = process.memoryUsage().arrayBuffers;
    const asks = 1_000;
    for (let id = 0; id < asks; id++)
      socket.write(sealed({ id, ask: { type: 'get', client: 6, key: 'k', atLeast: null, require: [] } }));
    // The server goes on serving others while half a gigabyte of answers is asked for.
    for (let i = 0; i < 20; i++) expect(await serves(server)).toBe(true);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100_000_000);
    let received = 0;
    socket.on('data', (chunk: Buffer) => (received += chunk.length)).resume();
    await until(() => received > asks * size);
    socket.destroy();
  });

  test('a link to where nobody listens is a failure that is told, and the server serves', async () => {
    const { server } = await serveForTest();
    const { server: other } = await serveForTest(1, { timeoutMs: 60_000 });
    const master = await dialed({ role: 'master', id: 0 }, other);
    // Nobody listens at this address: the link goes on trying, the request does not.
    const link = { type: 'link', peer: { role: 'server', id: 9 }, address: { host: '127.0.0.1', port: 1 } } as const;
    expect(await ask(master, link)).toMatchObject({ type: 'failed', why: expect.stringContaining('ECONNREFUSED') as unknown });
    expect(await serves(server)).toBe(true);
  });
});

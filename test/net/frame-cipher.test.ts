/** What somebody without the secret can do who carries the bytes between two members: nothing but cut. */
import { createServer, connect as connectSocket, type Server, type Socket } from 'node:net';
import * as E from 'fp-ts/lib/Either.js';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { frameSplitter } from '../../conformance/faults/frames.js';
import { encodeFrame } from '../../src/net/frame.js';
import { dial } from '../../src/net/handshake.js';
import type { Address } from '../../src/net/protocol.js';
import { frameCipherOf } from '../../src/net/frame-cipher.js';
import { until } from '../support/until.js';
import { ask, closed, handshakeByHand, QUIET, SECRET, serveForTest } from './support.js';
import { seedOr } from '../support/seeds.js';

const INTRODUCTIONS = 2;
const CLIENT = { role: 'client', id: 5 } as const;

let relays: Server[] = [];
afterEach(() => {
  for (const relay of relays) relay.close();
  relays = [];
});

/** Given the frames that one end sent after the introductions, what goes on instead. */
type Meddle = (frame: Buffer, n: number) => ReadonlyArray<Buffer>;

/** A squatter on some port that hands everything through to the server, and may meddle with what a client sends; gives all that it saw. */
const relay = async (to: Address, meddle: Meddle = (f) => [f]): Promise<{ address: Address; seen: () => string }> => {
  const seen: Buffer[] = [];
  const relaying = createServer((client) => {
    const server: Socket = connectSocket(to.port, to.host);
    const cut = frameSplitter();
    let n = -INTRODUCTIONS;
    client.on('error', () => undefined).on('close', () => server.destroy());
    server.on('error', () => undefined).on('close', () => client.destroy());
    server.on('data', (chunk: Buffer) => {
      seen.push(chunk);
      client.write(chunk);
    });
    client.on('data', (chunk: Buffer) => {
      seen.push(chunk);
      for (const frame of cut(chunk)) {
        const at = n++;
        for (const f of at < 0 ? [frame] : meddle(frame, at)) server.write(f);
      }
    });
  });
  relays.push(relaying);
  await new Promise<void>((resolve) => relaying.listen(0, '127.0.0.1', resolve));
  const { port } = relaying.address() as { port: number };
  return { address: { host: '127.0.0.1', port }, seen: () => Buffer.concat(seen).toString('latin1') };
};

const get = { type: 'get', client: 5, key: 'a-key-that-is-secret', atLeast: null, require: [] } as const;

const through = async (address: Address) => {
  const dialed = await dial({ me: CLIENT, secret: SECRET }, address, { role: 'server', id: 0 }, QUIET);
  if (E.isLeft(dialed)) throw new Error(dialed.left);
  return dialed.right;
};

describe('a relay without the secret', () => {
  test('carries what it cannot read', async () => {
    const { server } = await serveForTest();
    const { address, seen } = await relay(server.address);
    const connection = await through(address);
    expect(await ask(connection, get)).toEqual({ type: 'missing' });
    expect(seen()).toContain('hello');
    expect(seen()).not.toContain('a-key-that-is-secret');
    expect(seen()).not.toContain('missing');
  });

  const MEDDLERS: ReadonlyArray<readonly [string, Meddle]> = [
    [
      'adds a frame of its own',
      (f) => [encodeFrame({ id: 99, ask: { type: 'get', client: 5, key: 'k', atLeast: null, require: [] } }), f],
    ],
    ['repeats a frame', (f) => [f, f]],
    ['leaves a frame out', (f, n) => (n === 0 ? [] : [f])],
    ['changes a byte', (f) => [Buffer.from(f.map((b, i) => (i === f.length - 1 ? b ^ 1 : b)))]],
    ['shortens a frame below a tag', (f) => [Buffer.concat([Buffer.from([0, 0, 0, 5]), f.subarray(4, 9)])]],
    ['sends an empty frame', () => [Buffer.alloc(4)]],
  ];
  test.each(MEDDLERS)('is cut off where it %s, and nothing of it is done', async (_name, meddle) => {
    const { server, lines } = await serveForTest();
    const { address } = await relay(server.address, meddle);
    const connection = await through(address);
    void ask(connection, get);
    void ask(connection, get);
    await until(() => !connection.isOpen());
    expect(lines).toEqual(['client 5 was cut off: it sent a frame that was not sealed for this connection']);
  });

  test('cannot use what it saw on one connection on another', async () => {
    const { server, lines } = await serveForTest();
    const first = await handshakeByHand(CLIENT, server);
    const second = await handshakeByHand(CLIENT, server);
    second.socket.write(first.sealed({ id: 0, ask: get }));
    await closed(second.socket);
    await until(() => lines.length > 0);
    expect(lines).toEqual(['client 5 was cut off: it sent a frame that was not sealed for this connection']);
    first.socket.destroy();
  });
});

describe('seals', () => {
  const introduction = {
    dialer: CLIENT,
    dialerNonce: 'a',
    acceptor: { role: 'server', id: 0 },
    acceptorNonce: 'b',
    acceptorReplica: '0.0',
    channel: '',
  } as const;
  const bytes = fc.string({ unit: fc.integer({ min: 0, max: 255 }).map((n) => String.fromCharCode(n)), maxLength: 200 });

  test('what one end seals the other opens, in order, in both directions', () =>
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), bytes)), (messages) => {
        const [dialer, acceptor] = [
          frameCipherOf(SECRET, 'dialer', introduction),
          frameCipherOf(SECRET, 'acceptor', introduction),
        ];
        for (const [there, text] of messages) {
          const [from, to] = there ? [dialer, acceptor] : [acceptor, dialer];
          expect(to.open(from.seal(text))).toBe(text);
        }
      }),
      { seed: seedOr(4), numRuns: 200 },
    ));

  test.each([
    ['another secret', 'another', introduction],
    ['another role', SECRET, { ...introduction, dialer: { role: 'master', id: 5 } as const }],
    ['another id', SECRET, { ...introduction, dialer: { role: 'client', id: 6 } as const }],
    ['another nonce of the dialer', SECRET, { ...introduction, dialerNonce: 'c' }],
    ['another nonce of the acceptor', SECRET, { ...introduction, acceptorNonce: 'c' }],
    ['another TLS channel', SECRET, { ...introduction, channel: 'c' }],
    ['another replica', SECRET, { ...introduction, acceptorReplica: '0.1' as const }],
  ])('%s does not open them', (_name, secret, other) => {
    const sealed = frameCipherOf(SECRET, 'dialer', introduction).seal('{}');
    expect(frameCipherOf(secret, 'acceptor', other).open(sealed)).toBeUndefined();
  });

  test('an end does not open what it sealed itself', () => {
    const end = frameCipherOf(SECRET, 'dialer', introduction);
    expect(end.open(end.seal('{}'))).toBeUndefined();
  });
});

/** Attacks that take more than one connection, or time: replays, reflections, an insider of TLS without the secret, those who are slow, and those who do not read. */
import { connect as connectSocket, createServer, type Server, type Socket } from 'node:net';
import { connect as connectTls, createServer as createTls } from 'node:tls';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { frameSplitter } from '../../conformance/faults/frames.js';
import { encodeFrame } from '../../src/net/frame.js';
import { dial } from '../../src/net/handshake.js';
import { STRANGER_MS } from '../../src/net/net-limits.js';
import { PROTOCOL_VERSION } from '../../src/net/protocol.js';
import type { RunningServer } from '../../src/net/server.js';
import { putOf } from '../impl/support/puts.js';
import { certificates } from '../support/certificates.js';
import { until } from '../support/until.js';
import { ask, closed, dialed, handshakeByHand, QUIET, SECRET, serveForTest, stranger } from './support.js';

const CLIENT = { role: 'client', id: 5 } as const;
const SERVER = { role: 'server', id: 0 } as const;
const OTHER = { role: 'client', id: 9 } as const;
const get = { type: 'get', client: 5, key: 'k', atLeast: null, require: [] } as const;

const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

const listening = async (relay: Server): Promise<{ host: string; port: number }> => {
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  ending.push(() => relay.close());
  return { host: '127.0.0.1', port: (relay.address() as { port: number }).port };
};

/** Others are served, and at once. */
const serves = async (server: RunningServer, n = 1): Promise<void> => {
  const connection = await dialed(OTHER, server);
  expect(await ask(connection, putOf(n, 'k', 'v'))).toMatchObject({ type: 'accepted' });
  connection.close('done');
};

describe('a handshake that somebody has heard', () => {
  test('is of no use a second time, whole or in part', async () => {
    const { server, lines } = await serveForTest();
    const said: Buffer[] = [];
    const relay = createServer((client) => {
      const there = connectSocket(server.address.port, server.address.host);
      const cut = frameSplitter();
      client.on('data', (chunk: Buffer) => {
        said.push(...cut(chunk));
        there.write(chunk);
      });
      there.on('data', (chunk: Buffer) => client.write(chunk)).on('error', () => undefined);
      client.on('error', () => undefined).on('close', () => there.destroy());
    });
    const through = await dial({ me: CLIENT, secret: SECRET }, await listening(relay), SERVER, QUIET);
    if (E.isLeft(through)) throw new Error(through.left);
    expect(await ask(through.right, { ...putOf(1, 'k', 'v'), client: 5 })).toMatchObject({ type: 'accepted' });
    through.right.close('done');
    expect(said.length).toBeGreaterThan(2);
    for (const frames of [said, said.slice(0, 2), [said[0]!, said[0]!], [said[1]!], [said[2]!]]) {
      const socket = await stranger(server);
      for (const frame of frames) socket.write(frame);
      await closed(socket);
    }
    expect(lines.join('\n')).toContain("client 5 does not know the cluster's secret");
    expect(server.status().keys).toBe(1);
    await serves(server);
  });

  test.each(['acceptor', 'dialer'])('is not answered by what its own %s says', async (whose) => {
    const { server, lines } = await serveForTest();
    const socket = await stranger(server);
    const heard: Buffer[] = [];
    const cut = frameSplitter();
    socket.on('data', (chunk: Buffer) => heard.push(...cut(chunk)));
    socket.write(encodeFrame({ hello: { version: PROTOCOL_VERSION, from: { role: 'server', id: 0 }, nonce: 'n' } }));
    await until(() => heard.length > 0);
    const { hello } = JSON.parse(heard[0]!.subarray(4).toString('latin1')) as { hello: { proof: string } };
    if (whose === 'acceptor') socket.write(encodeFrame({ proof: hello.proof }));
    else socket.write(heard[0]!);
    await closed(socket);
    await until(() => lines.length > 0);
    expect(lines[0]).toMatch(/does not know the cluster's secret|a message whose/);
  });

  test('and frames that go back to whoever sealed them are not opened', async () => {
    const { server } = await serveForTest();
    let reflected = 0;
    const relay = createServer((client) => {
      const there = connectSocket(server.address.port, server.address.host);
      let isIntroduced = false;
      const cut = frameSplitter();
      client.on('data', (chunk: Buffer) => {
        for (const frame of cut(chunk)) {
          if (!isIntroduced) there.write(frame);
          else {
            reflected++;
            client.write(frame);
          }
        }
      });
      let heard = 0;
      const cutBack = frameSplitter();
      there.on('data', (chunk: Buffer) => {
        for (const frame of cutBack(chunk)) {
          client.write(frame);
          isIntroduced = ++heard === 2;
        }
      });
      there.on('error', () => undefined);
      client.on('error', () => undefined).on('close', () => there.destroy());
    });
    const faults: string[] = [];
    const callbacks = { ...QUIET, onFault: (_c: unknown, what: string) => void faults.push(what) };
    const through = await dial({ me: CLIENT, secret: SECRET }, await listening(relay), SERVER, callbacks);
    if (E.isLeft(through)) throw new Error(through.left);
    expect(await ask(through.right, get)).toMatchObject({ type: 'broken' });
    expect(reflected).toBe(1);
    expect(faults).toEqual(['a frame that was not sealed for this connection']);
  });
});

describe('TLS', () => {
  const { authority, signed, pem, remove } = certificates();
  beforeAll(() => {
    authority('ca');
    signed('member', 'ca', 'IP:127.0.0.1');
    signed('insider', 'ca', 'IP:127.0.0.1');
  });
  afterAll(remove);
  const shows = (name: string) => ({ cert: pem(`${name}.pem`), key: pem(`${name}.key`), ca: pem('ca.pem') });

  test('somebody with a certificate and without the secret, who stands between two members, is seen by the one who dials', async () => {
    const { server } = await serveForTest(0, { tls: shows('member') });
    const relay = createTls({ ...shows('insider'), requestCert: true }, (client) => {
      const there = connectTls({ ...shows('insider'), host: '127.0.0.1', port: server.address.port });
      client.pipe(there).pipe(client);
      for (const end of [client, there]) end.on('error', () => undefined);
      client.on('close', () => there.destroy());
      there.on('close', () => client.destroy());
    });
    const me = { me: CLIENT, secret: SECRET, tls: shows('member') } as const;
    const at = await listening(relay);
    expect(await dial(me, at, SERVER, QUIET)).toEqual(
      E.left(`whoever listens on 127.0.0.1:${at.port} is not server 0 of this cluster`),
    );
    expect(E.isRight(await dial(me, server.address, SERVER, QUIET))).toBe(true);
  });
});

describe('whoever is slow', () => {
  test('has a second for the whole handshake, however it drips', async () => {
    const { server, lines } = await serveForTest();
    const socket = await stranger(server);
    const words = encodeFrame({ hello: { version: PROTOCOL_VERSION, from: CLIENT, nonce: 'n' } });
    let at = 0;
    const drip = setInterval(() => socket.write(words.subarray(at, ++at)), STRANGER_MS / 20);
    ending.push(() => clearInterval(drip));
    await closed(socket);
    expect(lines).toEqual([`a connection was cut off: no handshake within ${STRANGER_MS} ms (it came from 127.0.0.1)`]);
    expect(at).toBeLessThan(words.length);
  });

  test('and a member keeps nobody from anything by a frame that does not end, on all the connections that it may have', async () => {
    const { server } = await serveForTest();
    const mine = await Promise.all(Array.from({ length: 64 }, () => handshakeByHand(CLIENT, server)));
    for (const { socket, sealed } of mine) {
      const frame = sealed({ id: 0, ask: { ...putOf(1, 'k', 'x'.repeat(100_000)), client: 5 } });
      let at = frame.length - 2_000;
      socket.write(frame.subarray(0, at));
      const drip = setInterval(() => socket.write(frame.subarray(at, ++at)), 5);
      ending.push(
        () => clearInterval(drip),
        () => socket.destroy(),
      );
    }
    for (let n = 1; n <= 20; n++) await serves(server, n);
    expect(server.status().keys).toBe(1);
  });
});

describe('a member that has many connections and reads nothing', () => {
  const MANY = 48;
  test('slows nobody else, and is served no more than it reads', async () => {
    let gets = 0;
    const served = (op: string): void => {
      if (op === 'get') gets++;
    };
    const meter = { served, pulled: () => undefined, answered: () => undefined };
    const { server } = await serveForTest(0, { meter });
    const filler = await dialed(OTHER, server);
    // A long answer to each question.
    expect(await ask(filler, putOf(1, 'k', 'v'.repeat(500_000)))).toMatchObject({ type: 'accepted' });
    const mine = await Promise.all(Array.from({ length: MANY }, () => handshakeByHand(CLIENT, server)));
    const [ASKED, MOST] = [40, 20];
    for (const { socket, sealed } of mine) {
      socket.pause();
      ending.push(() => socket.destroy());
      socket.write(Buffer.concat(Array.from({ length: ASKED }, (_, id) => sealed({ id, ask: get }))));
    }
    const sockets: Socket[] = mine.map(({ socket }) => socket);
    await until(() => gets >= MANY);
    for (let n = 2; n <= 40; n++) expect(await ask(filler, putOf(n, `k${n}`, 'v'), 10_000)).toMatchObject({ type: 'accepted' });
    // What the system itself takes, some megabytes on each, and one more.
    expect(gets).toBeLessThanOrEqual(MANY * MOST);
    expect(sockets.every((socket) => !socket.destroyed)).toBe(true);
    await serves(server, 41);
  }, 60_000);
});

test('connections that come and go for ever leave nothing behind', async () => {
  const { server } = await serveForTest();
  for (let round = 0; round < 40; round++) {
    const all = await Promise.all(Array.from({ length: 16 }, (_, i) => dialed({ role: 'client', id: 100 + i }, server)));
    for (const [i, connection] of all.entries()) {
      if (i % 2 === 0) void ask(connection, { ...get, client: 100 + i });
      connection.close('done');
    }
  }
  await until(() => server.status().connections === 0);
  await serves(server);
});

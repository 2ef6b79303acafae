/** Lines of servers, connections and sessions that run in this process, by the line of docs/errors.md. */
import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { connect, startServer } from '../../src/library.js';
import { encodeFrame } from '../../src/net/frame.js';
import { dial } from '../../src/net/handshake.js';
import { PROTOCOL_VERSION } from '../../src/net/protocol.js';
import { putOf } from '../impl/support/puts.js';
import { ask, closed, dialAs, dialed, handshakeByHand, QUIET, remember, serve, stranger } from '../net/support.js';
import { until } from '../support/until.js';

const secret = 'the secret of the page of errors';
const CLIENT = { role: 'client', id: 5 } as const;
const SERVER = { role: 'server', id: 0 } as const;

const cutAfter = async (socket: Socket, bytes: Buffer): Promise<void> => {
  const over = closed(socket);
  socket.write(bytes);
  await over;
};

/** What a server's log says of somebody who talks to it. */
export const heard = async (
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

/** Why a server does not listen there. */
const unheard = async (options: Parameters<typeof serve>[2]): Promise<string> => {
  try {
    await (await serve(0, remember(), options)).close();
    return 'it listens';
  } catch (error) {
    return String(error);
  }
};

/** Why a server does not listen at the port of another. */
const atATakenPort = async (
  portsOf: (port: number) => { readonly wanted: number; readonly range: readonly [number, number] | null },
) => {
  const server = await serve(0, remember());
  const said = await unheard({ ports: portsOf(server.address.port) });
  await server.close();
  return said;
};

/** What it answers, or whom it takes in, before it is closed. */
const told = async (
  talk: (server: Awaited<ReturnType<typeof serve>>) => Promise<unknown>,
  options: Parameters<typeof serve>[2] = {},
): Promise<string> => {
  const server = await serve(0, remember(), options);
  const said = JSON.stringify(await talk(server));
  await server.close();
  return said;
};

const reached = (host: string, port: number): Promise<string> =>
  dial({ me: CLIENT, secret }, { host, port }, SERVER, QUIET).then((done) => (E.isLeft(done) ? done.left : 'reached'));

const leftOf = async (done: Promise<E.Either<string, unknown>>): Promise<string> => {
  const is = await done;
  return E.isLeft(is) ? is.left : 'nothing is wrong';
};

const ONE_CLIENT = { strangers: 8, clients: 1, others: 8, metrics: 8 };

type Lines = Readonly<Record<string, () => Promise<string>>>;

const LISTENING: Lines = {
  'port … is taken there (ss -ltnp shows by whom); choose another port': () =>
    atATakenPort((port) => ({ wanted: 0, range: [port, port] })),
  'they are all taken there (ss -ltnp shows by whom); choose another port': () =>
    atATakenPort((port) => ({ wanted: port, range: [port, port] })),
  'this machine has no such address (ip address shows those that it has); choose one of its own': () =>
    unheard({ host: '192.0.2.1' }),
  "no address is found for this name (…); give an address, or see to the name's entry": () =>
    unheard({ host: 'no.such.name.invalid' }),
};

const REFUSED: Lines = {
  '…: nobody listens there': () => reached('127.0.0.1', 1),
  '…: no address is found for this name': () => reached('no.such.name.invalid', 1),
  'all … places for … are taken': () =>
    told(
      async (server) => {
        await dialed(CLIENT, server);
        return dialAs({ role: 'client', id: 6 }, server);
      },
      { connectionLimits: ONE_CLIENT },
    ),
  'the link to … … is cut': () => told((server) => dialAs(CLIENT, server), { refused: [5] }),
  "a server does not do this '…' for … …": () => told(async (server) => ask(await dialed(CLIENT, server), { type: 'sync' })),
  "a server does not do '…' for the master": () =>
    told(async (server) => ask(await dialed({ role: 'master', id: 0 }, server), putOf(1, 'k', 'v'))),
  'half a frame, and then the end': () =>
    heard(async (server) => {
      const { socket, sealed } = await handshakeByHand(CLIENT, server);
      const over = closed(socket);
      socket.end(sealed({ bye: 0 }).subarray(0, 9));
      await over;
    }),
};

const LIBRARY: Lines = {
  '…: expected …, but it is …': () => leftOf(connect({ servers: 7 } as never)),
  'what it was given cannot be read: a getter or a proxy in it throws, or it has no end': () =>
    leftOf(
      connect({
        secret,
        get servers(): never {
          throw new Error('no');
        },
      }),
    ),
  'metricsHost: without metricsPort nothing is served there; give that too (0: any free port), or leave both out': () =>
    leftOf(startServer({ id: 0, metricsHost: '127.0.0.1' })),
  'connect: token: …; use what token() gave, or leave it out to begin a new session': () =>
    leftOf(connect({ servers: [], secret, token: {} as never })),
  'no servers to connect to': () => leftOf(connect({ servers: [], secret })),
};

/** Of a server that is talked to; certificates are in this folder. */
// eslint-disable-next-line max-lines-per-function -- a list: one line of a server after the other.
const talks = (home: string): Lines => {
  const pem = (name: string): string => readFileSync(join(home, name), 'utf8');
  const shows = (name: string) => ({ cert: pem(`${name}.pem`), key: pem(`${name}.key`) });
  const tls = () => ({ ...shows('tls/127.0.0.1'), ca: pem('tls/ca.pem') });
  return {
    '… (it came from …)': () => heard(async (server) => closed((await stranger(server)).end(encodeFrame(1)))),
    'server … at … is not up, and is tried again: …': () =>
      heard(() => Promise.resolve(), { peers: [{ id: 1, address: { host: '127.0.0.1', port: 1 } }] }),
    'a connection was cut off: …': () => heard(async (server) => closed((await stranger(server)).end(encodeFrame(1)))),
    'it said more than a handshake has': () =>
      heard(async (server) => cutAfter(await stranger(server), Buffer.alloc(100_000, 1))),
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
      heard(async (server) =>
        ask(await dialed({ role: 'client', id: 9 }, server), { ...putOf(1, 'k', 'v'), clock: 2 ** 53 - 1 }),
      ),
    '… … has writes of replica … that its log lacks: going on as the new replica …': () =>
      heard(async (server) =>
        ask(await dialed({ role: 'server', id: 8 }, server), {
          type: 'namedPull',
          pull: 'p',
          ask: { type: 'pull', puller: '8.0', vv: [[server.replica, 9]], after: null },
        }),
      ),
    'it speaks TLS, and this server does not: give it --tls-cert and --tls-key': () =>
      heard(async (server) => cutAfter(await stranger(server), Buffer.from([22, 3, 1, 0, 1]))),
    'no TLS: …': () => heard(async (server) => closed((await stranger(server)).end('x')), { tls: tls() }),
    'what it says is not TLS: does it have --tls-ca?': () =>
      heard(async (server) => cutAfter(await stranger(server), encodeFrame(1)), { tls: tls() }),
    'it has to show one, for this server has …: give it --tls-cert and --tls-key': () =>
      heard(async ({ address }) => dial({ me: CLIENT, secret, tls: { ca: tls().ca } }, address, SERVER, QUIET), { tls: tls() }),
    'its certificate is not taken (…): … must be who has signed it, and it must be in time': () =>
      heard(
        async ({ address }) => dial({ me: CLIENT, secret, tls: { ...shows('other'), ca: tls().ca } }, address, SERVER, QUIET),
        {
          tls: tls(),
        },
      ),
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
  };
};

/** All of them; certificates are in this folder when they are called. */
export const connections = (home: string): Lines => ({ ...talks(home), ...LISTENING, ...REFUSED, ...LIBRARY });

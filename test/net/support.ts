/** A server in this process, and strangers who talk to it. */
import { connect as connectSocket, type Socket } from 'node:net';
import * as E from 'fp-ts/lib/Either.js';
import { onTestFinished } from 'vitest';
import type { ReplicaId } from '../../src/core/ids.js';
import { createMemoryLog } from '../../src/impl/log/memory-log.js';
import { newNonce, proof } from '../../src/net/auth.js';
import type { Callbacks, Connection } from '../../src/net/connection.js';
import { encodeFrame, encodeSealed, frameReader } from '../../src/net/frame.js';
import { dial } from '../../src/net/handshake.js';
import type { Logger } from '../../src/net/logger.js';
import { type Party, PROTOCOL_VERSION } from '../../src/net/protocol.js';
import { frameCipherOf } from '../../src/net/frame-cipher.js';
import { type RunningServer, type ServerOptions, startServer } from '../../src/net/server.js';
import { STARVED } from '../support/starved.js';
import { until } from '../support/until.js';

export const SECRET = 'the secret of these tests';

/** Which server, and where it listens: one of this process, or of another. */
export type Reached = Pick<RunningServer, 'id' | 'address'>;

/** A logger that remembers its lines. */
export const remember = (): Logger & { readonly lines: string[] } => {
  const lines: string[] = [];
  const add = (text: string): void => void lines.push(text);
  return { lines, debug: () => undefined, info: add, warn: add, error: add };
};

/** A server without background pulls. */
export const serve = async (id: number, logger: Logger, options: Partial<ServerOptions> = {}): Promise<RunningServer> => {
  const started = await startServer({
    id,
    secret: SECRET,
    host: '127.0.0.1',
    ports: { wanted: 0, range: null },
    log: createMemoryLog(),
    freshIncarnation: 0,
    antiEntropyMs: 0,
    timeoutMs: 2_000,
    refused: [],
    logger,
    trace: undefined,
    name: `server-${id}`,
    ...options,
  });
  if (E.isLeft(started)) throw new Error(started.left);
  return started.right;
};

/** A server, with the lines that it logs. It is closed after the test that called this. */
export const serveForTest = async (
  id = 0,
  options: Partial<ServerOptions> = {},
): Promise<{ readonly server: RunningServer; readonly lines: ReadonlyArray<string> }> => {
  const logger = remember();
  const server = await serve(id, logger, options);
  onTestFinished(() => server.close().then(() => undefined));
  return { server, lines: logger.lines };
};

/** Callbacks of an end that is asked nothing. */
export const QUIET: Callbacks = {
  onAsk: (_c, _a, reply) => reply({ type: 'failed', why: 'nothing is done here' }),
  onClose: () => undefined,
  onFault: () => undefined,
};

/** Dials a server as this party. */
export const dialAs = (me: Party, server: Reached, secret = SECRET): Promise<E.Either<string, Connection>> =>
  dial({ me, secret }, server.address, { role: 'server', id: server.id }, QUIET);

/** How often a handshake is tried. A server waits a second for a stranger, which a busy machine may take. */
const TRIES = 10;

/** A connection, or a failed test. */
export const dialed = async (me: Party, server: Reached): Promise<Connection> => {
  for (let tries = 1; ; tries++) {
    const connection = await dialAs(me, server);
    if (E.isRight(connection)) return connection.right;
    if (tries === TRIES || !STARVED.test(connection.left)) throw new Error(connection.left);
  }
};

/** Asks and waits. */
export const ask = (connection: Connection, what: Parameters<Connection['ask']>[0], deadlineMs = 60_000): Promise<unknown> =>
  new Promise((resolve) => {
    connection.ask(what, deadlineMs, (result) => resolve(E.isRight(result) ? result.right : result.left));
  });

/** What a server's store has, as a master asks for it. */
export const storedAt = async (master: Connection): Promise<ReadonlyArray<readonly [string, string]>> => {
  const entries: (readonly [string, string])[] = [];
  await new Promise((resolve) => {
    master.ask({ type: 'store' }, 10_000, resolve, (part) => {
      if (part.type === 'stored') entries.push(...part.entries);
    });
  });
  return entries.sort(([a], [b]) => (a < b ? -1 : 1));
};

/** A bare socket to a server. */
export const stranger = (server: Reached): Promise<Socket> =>
  new Promise((resolve) => {
    const socket = connectSocket(server.address.port, server.address.host, () => resolve(socket));
    socket.on('error', () => undefined);
  });

/** Resolves when the other end has closed. */
export const closed = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    socket.resume().once('close', () => resolve());
  });

/** A bare socket that has made the handshake. */
interface ByHand {
  readonly socket: Socket;
  readonly sealed: (value: unknown) => Buffer;
  /** The sealed frame of a text, JSON or not. */
  readonly sealedText: (json: string) => Buffer;
}

/** Undefined: the server hung up meanwhile. */
const shakeHands = async (me: Party, server: Reached): Promise<ByHand | undefined> => {
  const socket = await stranger(server);
  const heard: unknown[] = [];
  const reader = frameReader(() => 4096);
  const take = (chunk: Buffer): void => {
    reader.push(chunk);
    for (let next = reader.next(); E.isRight(next) && next.right !== undefined; next = reader.next())
      heard.push(next.right.value);
  };
  socket.on('data', take);
  const nonce = newNonce();
  socket.write(encodeFrame({ hello: { version: PROTOCOL_VERSION, from: me, nonce } }));
  const hears = async (count: number): Promise<boolean> => {
    await until(() => heard.length === count || socket.destroyed);
    return heard.length === count;
  };
  if (!(await hears(1))) return undefined;
  const { hello } = heard[0] as { hello: { nonce: string; replica: ReplicaId } };
  const acceptor = { role: 'server', id: server.id } as const;
  const introduction = {
    dialer: me,
    dialerNonce: nonce,
    acceptor,
    acceptorNonce: hello.nonce,
    acceptorReplica: hello.replica,
    channel: '',
  };
  socket.write(encodeFrame({ proof: proof(SECRET, 'dialer', introduction) }));
  if (!(await hears(2))) return undefined;
  socket.off('data', take);
  const { seal } = frameCipherOf(SECRET, 'dialer', introduction);
  const sealedText = (json: string): Buffer => {
    const payload = seal(json);
    const header = Buffer.alloc(4);
    header.writeUInt32BE(payload.length);
    return Buffer.concat([header, payload]);
  };
  return { socket, sealed: (value) => encodeSealed(value, seal), sealedText };
};

/** A bare socket that has made the handshake as this party. */
export const handshakeByHand = async (me: Party, server: Reached): Promise<ByHand> => {
  for (let tries = 0; tries < TRIES; tries++) {
    const shaken = await shakeHands(me, server);
    if (shaken !== undefined) return shaken;
  }
  throw new Error(`${me.role} ${me.id} was hung up on in each of ${TRIES} handshakes`);
};

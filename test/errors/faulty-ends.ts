/** Ends of connections that do what they must not, and networks that do not work: real ones, but for what is given in their place. */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import * as E from 'fp-ts/lib/Either.js';
import type { ReplicaId } from '../../src/core/ids.js';
import type { Callbacks, Connection } from '../../src/net/connection.js';
import { accept, dial, type ProcessIdentity } from '../../src/net/handshake.js';
import type { Answer, NetRequest, Party } from '../../src/net/protocol.js';
import { acceptorOf, NODE_WORLD } from '../../src/ports/node-network.js';
import type { ByteStream, World } from '../../src/ports/ports.js';
import { QUIET, remember, SECRET, serve } from '../net/support.js';
import { until } from '../support/until.js';

export const CLIENT: Party = { role: 'client', id: 5 };
export const SERVER: Party = { role: 'server', id: 0 };

export const GET: NetRequest = { type: 'get', client: 5, key: 'k', atLeast: null, require: [] };
/** Above every accept time of an honest history. */
export const FAR = 2 ** 53 - 1;

/** What an answer, or why there is none, says. */
export const told = (result: unknown): string => JSON.stringify(result);

/** What is provoked for each line: a text that has it. */
export type Lines = Readonly<Record<string, () => Promise<string>>>;

/** Where something listens, and how it ends. */
export interface Place {
  readonly id: number;
  readonly address: { readonly host: string; readonly port: number };
  readonly end: () => void;
}

/** Whatever is done with the sockets of those that connect. */
export const listening = async (onSocket: (socket: Socket) => void, id = 0): Promise<Place> => {
  const sockets = new Set<Socket>();
  const server: Server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onSocket(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const end = (): void => {
    server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { id, address: { host: '127.0.0.1', port: (server.address() as AddressInfo).port }, end };
};

/** How a member behaves that belongs to the cluster. */
export interface Behaviour {
  readonly onAsk?: Callbacks['onAsk'];
  readonly onConnection?: (connection: Connection) => void;
  readonly onClose?: Callbacks['onClose'];
  /** Which replica it says that it is. */
  readonly replica?: ReplicaId;
  readonly world?: World;
}

/** A server that knows the secret, with the real handshake, and does what it is told instead of serving. */
export const faulty = (
  { onAsk, onConnection, onClose, replica = '0.0', world = NODE_WORLD }: Behaviour,
  id = 0,
): Promise<Place> =>
  listening((socket) => {
    const identity: ProcessIdentity = { me: { role: 'server', id }, secret: SECRET, replica: () => replica, world };
    const callbacks: Callbacks = { ...QUIET, ...(onAsk && { onAsk }), ...(onClose && { onClose }) };
    void accept(
      identity,
      socket,
      () => undefined,
      callbacks,
      () => () => 1,
    ).then((accepted) => {
      if (E.isRight(accepted)) onConnection?.(accepted.right);
    });
  }, id);

/** One that answers whatever it is asked with this. */
export const answering = (answer: Answer, id = 0, replica: ReplicaId = '0.0'): Promise<Place> =>
  faulty({ onAsk: (_connection, _ask, reply) => reply(answer), replica }, id);

/** Says something about a place, which then ends. */
export const at = async (place: Promise<Place>, use: (place: Place) => Promise<string>): Promise<string> => {
  const there = await place;
  try {
    return await use(there);
  } finally {
    there.end();
  }
};

/** Node's world, in which connecting fails so. `error`: a code of the system, or all that is said. */
export const unreachable = (error: string | Error): World => ({
  ...NODE_WORLD,
  network: {
    ...NODE_WORLD.network,
    connect: () => {
      const socket = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
      const why =
        typeof error === 'string' ? Object.assign(new Error(`connect ${error} 192.0.2.1:7000`), { code: error }) : error;
      setImmediate(() => socket.destroy(why));
      return Object.assign(socket, { destroySoon: () => socket.destroy(), unref: () => socket as unknown as ByteStream });
    },
  },
});

/** Node's world, in which nobody may listen, or accepting fails later. */
export const deaf = (code: string, when: 'at once' | 'later'): World => ({
  ...NODE_WORLD,
  network: {
    ...NODE_WORLD.network,
    acceptor: (onConnection) => {
      const server = createServer(onConnection);
      const real = acceptorOf(server);
      const error = Object.assign(new Error(`listen ${code}: what the system says`), { code });
      return {
        ...real,
        listen: (place) => (when === 'at once' ? Promise.reject(error) : real.listen(place)),
        onError: (tell) => {
          real.onError(tell);
          setImmediate(() => server.emit('error', error));
        },
      };
    },
  },
});

/** Node's world, with so much less patience. */
export const hasty = (times: number): World => ({
  ...NODE_WORLD,
  timers: { ...NODE_WORLD.timers, after: (ms, act, keepAlive) => NODE_WORLD.timers.after(ms / times, act, keepAlive) },
});

/** Why a place is not reached. */
export const reached = async (
  place: Pick<Place, 'address'>,
  o: Partial<ProcessIdentity> = {},
  signal?: AbortSignal,
): Promise<string> => {
  const done = await dial({ me: CLIENT, secret: SECRET, ...o }, place.address, SERVER, QUIET, signal);
  if (E.isLeft(done)) return done.left;
  done.right.close('enough');
  return 'reached';
};

/** What a server's log says. */
export const logged = async (
  options: Parameters<typeof serve>[2],
  talk: (server: Awaited<ReturnType<typeof serve>>) => unknown = () => undefined,
): Promise<string> => {
  const lines: string[] = [];
  const logger = { ...remember(), debug: (line: string) => lines.push(line), warn: (line: string) => lines.push(line) };
  const server = await serve(0, { ...logger, error: logger.warn, info: () => undefined }, options);
  await talk(server);
  await until(() => lines.length > 0);
  await server.close();
  return lines.join('\n');
};

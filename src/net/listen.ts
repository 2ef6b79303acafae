/** Listening: on a free port, for connections that can prove that they belong. */
import { createServer, type Server } from 'node:net';
import * as E from 'fp-ts/lib/Either.js';
import { counted } from '../core/counted.js';
import type { Callbacks, Connection } from './connection.js';
import { accept, type Identity } from './handshake.js';
import { MAX_STRANGERS } from './limits.js';
import type { Logger } from './logger.js';
import type { Party } from './protocol.js';

/** Which ports to try; see {@link "net/config"}. */
export interface Ports {
  readonly wanted: number;
  readonly range: readonly [number, number] | null;
}

/** What a listener needs besides who it is. */
export interface Listening {
  readonly host: string;
  readonly ports: Ports;
  readonly admit: (peer: Party) => string | undefined;
  readonly onConnection: (connection: Connection) => void;
  readonly callbacks: Callbacks;
  readonly log: Logger;
}

const candidates = ({ wanted, range }: Ports): number[] => {
  const inRange = range === null ? [0] : Array.from({ length: range[1] - range[0] + 1 }, (_, i) => range[0] + i);
  return wanted === 0 ? inRange : [wanted, ...inRange];
};

const listenOn = (server: Server, host: string, port: number): Promise<E.Either<NodeJS.ErrnoException, number>> =>
  new Promise((resolve) => {
    const onError = (error: NodeJS.ErrnoException): void => resolve(E.left(error));
    server.once('error', onError);
    server.listen({ host, port }, () => {
      server.off('error', onError);
      const address = server.address();
      resolve(E.right(typeof address === 'object' && address !== null ? address.port : port));
    });
  });

/** Listens on the first port that is free; gives it, and a function that stops listening. Fails with one line. */
export const listen = async (identity: Identity, l: Listening): Promise<E.Either<string, readonly [number, () => void]>> => {
  let strangers = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    if (strangers >= MAX_STRANGERS) {
      socket.destroy();
      return;
    }
    strangers++;
    void accept(identity, socket, l.admit, l.callbacks).then((accepted) => {
      strangers--;
      if (E.isLeft(accepted))
        l.log[accepted.left.isRefusal ? 'info' : 'warn'](`a connection was cut off: ${accepted.left.message}`);
      else l.onConnection(accepted.right);
    });
  });
  const ports = candidates(l.ports);
  let last = 'no port to try';
  for (const port of ports) {
    const got = await listenOn(server, l.host, port);
    if (E.isRight(got)) {
      server.on('error', (error) => l.log.error(`listening: ${error.message}`));
      return E.right([got.right, () => server.close()]);
    }
    last = got.left.message;
    if (got.left.code !== 'EADDRINUSE' && got.left.code !== 'EACCES') break;
  }
  return E.left(`cannot listen on ${l.host} (tried ${counted(ports.length, 'port')}): ${last}`);
};

/** Node's network: TCP. */
import { connect, createServer, type Server } from 'node:net';
import { NODE } from './node.js';
import type { Acceptor, Endpoint, Network, World } from './ports.js';

/** How long a connection may be silent before the system asks whether the other end is there, in ms. */
export const KEEP_ALIVE_MS = 10_000;

const listenOn = (server: Server, { host, port }: Endpoint): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });

/** A server of Node's as an {@link Acceptor}. */
export const acceptorOf = (server: Server): Acceptor => ({
  listen: (at) => listenOn(server, at),
  onError: (tell) => void server.on('error', tell),
  close: () => void server.close(),
});

const TCP: Network = {
  connect: ({ host, port }) => connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS }),
  acceptor: (onConnection) =>
    acceptorOf(createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS }, onConnection)),
};

/** The world that processes live in. */
export const NODE_WORLD: World = { ...NODE, network: TCP };

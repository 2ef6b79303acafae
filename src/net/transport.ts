/**
 * Streams and acceptors, plain or with TLS (RFC 8446): the layer below the handshake, which is the same over both. Plain ones are the
 * network port's; TLS is Node's own, over Node's own sockets.
 */
import { isIP, type Socket } from 'node:net';
import { connect as connectTls, createServer as createTls, TLSSocket } from 'node:tls';
import { acceptorOf, KEEP_ALIVE_MS } from '../ports/node-network.js';
import type { Acceptor, ByteStream, Network } from '../ports/ports.js';
import { STRANGER_MS } from './net-limits.js';
import type { Address } from './protocol.js';
import type { Tls } from './tls.js';
import { strangerError } from './socket-errors.js';

const LABEL = 'EXPORTER-bayou-handshake';
const CHANNEL_BYTES = 32;

/**
 * The keying material that only the two ends of a TLS connection know (RFC 5705), in hexadecimal; empty without TLS. The handshake's proofs cover it, so
 * that nobody can hand a proof on from one connection to another.
 */
export const channelOf = (socket: ByteStream): string =>
  socket instanceof TLSSocket ? socket.exportKeyingMaterial(CHANNEL_BYTES, LABEL, Buffer.alloc(0)).toString('hex') : '';

/** Connects; the stream's first event may be an error. */
export const connectTo = (network: Network, { host, port }: Address, tls: Tls | undefined): ByteStream => {
  if (tls === undefined) return network.connect({ host, port });
  const socket = connectTls({ ...tls, host, port, minVersion: 'TLSv1.3', ...(isIP(host) === 0 && { servername: host }) });
  return withKeepAlive(socket);
};

/** Sets no delay and keep-alive, as plain streams of the network port have them. */
const withKeepAlive = (socket: Socket): Socket => socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS);

/** What a listener tells: a stranger has connected; a stranger is ready for the handshake; or TLS with a stranger failed. All calls about one stranger have the same `id`. */
export interface Door {
  readonly onStranger: (id: string, socket: ByteStream) => void;
  readonly onReady: (id: string, socket: ByteStream) => void;
  readonly onFailure: (id: string, why: string) => void;
}

const idOf = (socket: ByteStream): string => `${socket.remoteAddress ?? ''} ${socket.remotePort ?? 0}`;

/** Makes a listener, which does not listen yet. */
export const makeListener = (network: Network, tls: Tls | undefined, door: Door): Acceptor => {
  if (tls === undefined)
    return network.acceptor((socket) => {
      const id = idOf(socket);
      door.onStranger(id, socket);
      door.onReady(id, socket);
    });
  const server = createTls(
    {
      ...tls,
      minVersion: 'TLSv1.3',
      handshakeTimeout: STRANGER_MS,
      requestCert: tls.ca !== undefined,
      rejectUnauthorized: tls.ca !== undefined,
    },
    (socket) => door.onReady(idOf(socket), withKeepAlive(socket)),
  );
  server.on('connection', (socket: Socket) => door.onStranger(idOf(socket), socket));
  server.on('tlsClientError', (error, socket) => {
    const id = idOf(socket);
    // Node does not close a socket whose TLS handshake took too long.
    socket.destroy();
    door.onFailure(id, `no TLS: ${strangerError(error, socket)}`);
  });
  return acceptorOf(server);
};

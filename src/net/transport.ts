/** Sockets and listeners, plain or with TLS (RFC 8446, by Node's own): the layer below the handshake, which is the same over both. */
import { connect as connectPlain, createServer as createPlain, isIP, type Server, type Socket } from 'node:net';
import { connect as connectTls, createServer as createTls, createSecureContext, TLSSocket } from 'node:tls';
import * as E from 'fp-ts/lib/Either.js';
import { STRANGER_MS } from './limits.js';
import type { Address } from './protocol.js';

/**
 * TLS, as PEM texts. `cert` and `key`: what this end shows of itself; a server must have them. `ca`: who has signed what the other ends show;
 * without it, whom Node trusts. A server that has a `ca` asks its clients and peers for certificates too.
 */
export interface Tls {
  readonly cert?: string;
  readonly key?: string;
  readonly ca?: string;
}

/** What is wrong with TLS's texts, in one line, or undefined. */
export const wrongWithTls = (tls: Tls): string | undefined => {
  if ((tls.cert === undefined) !== (tls.key === undefined))
    return 'a certificate and its key go together: one of them is missing';
  try {
    createSecureContext({ ...tls });
    return undefined;
  } catch (error) {
    return `the certificate, its key or the authority cannot be used: ${error instanceof Error ? error.message : String(error)}`;
  }
};

const LABEL = 'EXPORTER-bayou-handshake';
const CHANNEL_BYTES = 32;

/**
 * What only both ends of a TLS connection know (RFC 5705), in hexadecimal; empty without TLS. The handshake's proofs are over it, so that
 * nobody can hand them on from one connection to another.
 */
export const channelOf = (socket: Socket): string =>
  socket instanceof TLSSocket ? socket.exportKeyingMaterial(CHANNEL_BYTES, LABEL, Buffer.alloc(0)).toString('hex') : '';

/** Connects; the first thing that is heard may be an error. */
export const connectTo = ({ host, port }: Address, tls: Tls | undefined): Socket => {
  if (tls === undefined) return connectPlain({ host, port, noDelay: true });
  const socket = connectTls({ ...tls, host, port, minVersion: 'TLSv1.3', ...(isIP(host) === 0 && { servername: host }) });
  return socket.setNoDelay(true);
};

/** What a listener tells: a stranger came; one is ready to shake hands; one could not. `id` is the same for one stranger. */
export interface Door {
  readonly onStranger: (id: string, socket: Socket) => void;
  readonly onReady: (id: string, socket: Socket) => void;
  readonly onFailure: (id: string, why: string) => void;
}

const idOf = (socket: Socket): string => `${socket.remoteAddress ?? ''} ${socket.remotePort ?? 0}`;

/** A listener that does not listen yet. */
export const makeListener = (tls: Tls | undefined, door: Door): Server => {
  if (tls === undefined)
    return createPlain({ noDelay: true }, (socket) => {
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
    (socket) => door.onReady(idOf(socket), socket.setNoDelay(true)),
  );
  server.on('connection', (socket: Socket) => door.onStranger(idOf(socket), socket));
  server.on('tlsClientError', (error, socket) => {
    const id = idOf(socket);
    // Node leaves one whose time is up open.
    socket.destroy();
    door.onFailure(id, `no TLS: ${error.message}`);
  });
  return server;
};

/** {@link wrongWithTls} as a check in front of starting something. */
export const checkedTls = (tls: Tls | undefined, needsCertificate: boolean): E.Either<string, Tls | undefined> => {
  if (tls === undefined) return E.right(tls);
  const wrong = wrongWithTls(tls);
  if (wrong !== undefined) return E.left(`tls: ${wrong}`);
  return needsCertificate && tls.cert === undefined ? E.left('tls: a server needs a certificate and its key') : E.right(tls);
};

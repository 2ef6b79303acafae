/**
 * Streams and acceptors, plain or with TLS (RFC 8446): the layer below the handshake, which is the same over both. Plain ones are the
 * network port's; TLS is Node's own, over Node's own sockets.
 */
import { isIP, type Socket } from 'node:net';
import { connect as connectTls, createServer as createTls, createSecureContext, TLSSocket } from 'node:tls';
import * as E from 'fp-ts/lib/Either.js';
import { acceptorOf, KEEP_ALIVE_MS } from '../ports/node-network.js';
import type { Acceptor, ByteStream, Network } from '../ports/ports.js';
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

const TRUST = 'is --tls-ca (tls.ca) who has signed the certificate of the other end?';
const NO_TLS = 'does the other end speak TLS? It needs --tls-cert and --tls-key for that';
/** What to look at, by the code of an error of TLS. */
const ADVICE: Readonly<Record<string, string>> = {
  SELF_SIGNED_CERT_IN_CHAIN: TRUST,
  DEPTH_ZERO_SELF_SIGNED_CERT: TRUST,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: TRUST,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: TRUST,
  CERT_SIGNATURE_FAILURE: TRUST,
  CERT_HAS_EXPIRED: 'the --tls-cert of the other end has to be renewed',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the --tls-cert of the other end is for these alone',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'the other end wants to see one: give --tls-cert and --tls-key (tls.cert, tls.key)',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: 'the other end does not know who has signed --tls-cert (tls.cert)',
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
};

/** What an error of a socket says, and where it is one of TLS what to look at. */
export const socketError = (error: NodeJS.ErrnoException & { readonly reason?: string }): string => {
  // OpenSSL's own message has lines, addresses and files of its source; the reason is what it means.
  const what = error.reason ?? error.message;
  const advice = what.includes('before secure TLS connection') ? NO_TLS : ADVICE[error.code ?? ''];
  return advice === undefined ? what : `${what}: ${advice}`;
};

/** What may be behind an end that hangs up, or is not understood. */
export const maybeTls = (tls: Tls | undefined): string =>
  tls === undefined
    ? 'does the other end speak TLS? Then give --tls-ca (tls.ca) here'
    : 'does the other end know who has signed --tls-cert (tls.cert)?';

const LABEL = 'EXPORTER-bayou-handshake';
const CHANNEL_BYTES = 32;

/**
 * What only both ends of a TLS connection know (RFC 5705), in hexadecimal; empty without TLS. The handshake's proofs are over it, so that
 * nobody can hand them on from one connection to another.
 */
export const channelOf = (socket: ByteStream): string =>
  socket instanceof TLSSocket ? socket.exportKeyingMaterial(CHANNEL_BYTES, LABEL, Buffer.alloc(0)).toString('hex') : '';

/** Connects; the first thing that is heard may be an error. */
export const connectTo = (network: Network, { host, port }: Address, tls: Tls | undefined): ByteStream => {
  if (tls === undefined) return network.connect({ host, port });
  const socket = connectTls({ ...tls, host, port, minVersion: 'TLSv1.3', ...(isIP(host) === 0 && { servername: host }) });
  return settled(socket);
};

/** Without delay, and kept alive, as the network's plain ones are. */
const settled = (socket: Socket): Socket => socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS);

/** What a listener tells: a stranger came; one is ready to shake hands; one could not. `id` is the same for one stranger. */
export interface Door {
  readonly onStranger: (id: string, socket: ByteStream) => void;
  readonly onReady: (id: string, socket: ByteStream) => void;
  readonly onFailure: (id: string, why: string) => void;
}

const idOf = (socket: ByteStream): string => `${socket.remoteAddress ?? ''} ${socket.remotePort ?? 0}`;

/** A listener that does not listen yet. */
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
    (socket) => door.onReady(idOf(socket), settled(socket)),
  );
  server.on('connection', (socket: Socket) => door.onStranger(idOf(socket), socket));
  server.on('tlsClientError', (error, socket) => {
    const id = idOf(socket);
    // Node leaves one whose time is up open.
    socket.destroy();
    door.onFailure(id, `no TLS: ${error.message}`);
  });
  return acceptorOf(server);
};

/** {@link wrongWithTls} as a check in front of starting something. */
export const checkedTls = (tls: Tls | undefined, needsCertificate: boolean): E.Either<string, Tls | undefined> => {
  if (tls === undefined) return E.right(tls);
  const wrong = wrongWithTls(tls);
  if (wrong !== undefined) return E.left(`tls: ${wrong}`);
  return needsCertificate && tls.cert === undefined ? E.left('tls: a server needs a certificate and its key') : E.right(tls);
};

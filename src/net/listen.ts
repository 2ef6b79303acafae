/** Listens on a free port for connections whose dialers can prove that they are members. */
import * as E from 'fp-ts/lib/Either.js';
import { counted } from '../core/counted.js';
import { NODE_WORLD } from '../ports/node-network.js';
import type { Acceptor, ByteStream, Endpoint } from '../ports/ports.js';
import { newCensus, strangerSlots } from './census.js';
import type { Callbacks, Connection } from './connection.js';
import { accept, isGone, type ProcessIdentity } from './handshake.js';
import type { Logger } from './logger.js';
import { connectionLimitsOf, type ConnectionLimits } from './connection-limits.js';
import type { Party } from './protocol.js';
import { throttled } from './throttled.js';
import { socketError } from './socket-errors.js';
import { makeListener } from './transport.js';
import { whyNotListening } from './why-not-listening.js';

/** Which ports to try; see `process-config.ts`. */
export interface Ports {
  readonly wanted: number;
  readonly range: readonly [number, number] | null;
}

/** The options of a listener, beside its identity. */
export interface ListenerOptions {
  readonly host: string;
  readonly ports: Ports;
  readonly admit: (peer: Party) => string | undefined;
  readonly onConnection: (connection: Connection) => void;
  readonly callbacks: Callbacks;
  readonly log: Logger;
  /** The most connections. Default: those of net-limits.ts, even if the process may open fewer files. */
  readonly connectionLimits?: ConnectionLimits | undefined;
}

const candidates = ({ wanted, range }: Ports): number[] => {
  const inRange = range === null ? [0] : Array.from({ length: range[1] - range[0] + 1 }, (_, i) => range[0] + i);
  return wanted === 0 ? inRange : [wanted, ...inRange];
};

const listenAt = (acceptor: Acceptor, at: Endpoint): Promise<E.Either<NodeJS.ErrnoException, number>> =>
  acceptor.listen(at).then(E.right, (error: unknown) => E.left(error as NodeJS.ErrnoException));

/** Listens on the first free port of these. Left: one line. */
const listenOnOne = async (
  acceptor: Acceptor,
  { host, ports: wanted, log }: ListenerOptions,
): Promise<E.Either<string, number>> => {
  const ports = candidates(wanted);
  let last = '';
  for (const port of ports) {
    const got = await listenAt(acceptor, { host, port });
    if (E.isRight(got)) {
      acceptor.onError((error) => log.error(`listening: ${socketError(error)}`));
      return got;
    }
    last = whyNotListening(got.left, port, ports.length > 1);
    if (got.left.code !== 'EADDRINUSE' && got.left.code !== 'EACCES') break;
  }
  return E.left(`cannot listen on ${host} (tried ${counted(ports.length, 'port')}): ${last}`);
};

/** Listens on the first free port; returns the port, and a function that stops listening. Left: one line. */
export const listen = async (
  identity: ProcessIdentity,
  l: ListenerOptions,
): Promise<E.Either<string, readonly [number, () => void]>> => {
  const limits = l.connectionLimits ?? connectionLimitsOf(Infinity);
  const room = strangerSlots(limits.strangers);
  const census = newCensus(limits);
  const admit = (peer: Party): string | undefined => census.refusalOf(peer) ?? l.admit(peer);
  const { network, clock } = identity.world ?? NODE_WORLD;
  const say = { info: throttled(l.log.info, clock.nowMs), warn: throttled(l.log.warn, clock.nowMs) };
  const sayCutOff = (isNoFault: boolean, why: string, from?: string): void =>
    say[isNoFault ? 'info' : 'warn'](`a connection was cut off: ${why}${from === undefined ? '' : ` (it came from ${from})`}`);

  const shakeHands = (id: string, socket: ByteStream): void => {
    // A closed socket has no remote address.
    const from = socket.remoteAddress;
    void accept(identity, socket, admit, l.callbacks, census.shareOf).then((accepted) => {
      if (E.isLeft(accepted)) {
        // A socket has a descriptor until it is closed.
        if (socket.closed) room.leave(id);
        else socket.once('close', () => room.leave(id));
        const { message, isRefusal } = accepted.left;
        sayCutOff(isRefusal || isGone(message), message, from);
        return;
      }
      room.leave(id);
      census.countUntilClosed(socket, accepted.right.peer);
      l.onConnection(accepted.right);
    });
  };

  const acceptor = makeListener(network, identity.tls, {
    onStranger: room.enter,
    onReady: shakeHands,
    onFailure: (id, why) => {
      room.leave(id);
      sayCutOff(isGone(why), why);
    },
  });
  return E.map((port: number) => [port, acceptor.close] as const)(await listenOnOne(acceptor, l));
};

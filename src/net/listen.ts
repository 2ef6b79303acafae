/* eslint-disable max-lines-per-function -- it is one closure over those who came and are not known yet. */
/** Listening: on a free port, for connections that can prove that they belong. */
import * as E from 'fp-ts/lib/Either.js';
import { counted } from '../core/counted.js';
import { NODE_WORLD } from '../ports/node-network.js';
import type { Acceptor, ByteStream, Endpoint } from '../ports/ports.js';
import type { Callbacks, Connection } from './connection.js';
import { accept, isGone, type Identity } from './handshake.js';
import { MAX_OF_ONE_MEMBER } from './limits.js';
import type { Logger } from './logger.js';
import { placesOf, type Places } from './places.js';
import type { Party } from './protocol.js';
import { throttled } from './throttled.js';
import { socketError } from './socket-errors.js';
import { makeListener } from './transport.js';
import { whyNotListening } from './why-not-listening.js';

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
  /** How many connections there may be. Default: as many as the limits say, however many files the process may open. */
  readonly places?: Places | undefined;
}

const candidates = ({ wanted, range }: Ports): number[] => {
  const inRange = range === null ? [0] : Array.from({ length: range[1] - range[0] + 1 }, (_, i) => range[0] + i);
  return wanted === 0 ? inRange : [wanted, ...inRange];
};

const listenAt = (acceptor: Acceptor, at: Endpoint): Promise<E.Either<NodeJS.ErrnoException, number>> =>
  acceptor.listen(at).then(E.right, (error: unknown) => E.left(error as NodeJS.ErrnoException));

/** Those who have not proved yet that they belong, eldest first; whoever comes takes the place of the eldest where there is none left. */
const strangersRoom = (
  most: number,
): { readonly enter: (id: string, socket: ByteStream) => void; readonly leave: (id: string) => void } => {
  const inside = new Map<string, ByteStream>();
  return {
    enter: (id, socket) => {
      const [eldest] = inside;
      if (eldest !== undefined && inside.size >= most) {
        inside.delete(eldest[0]);
        eldest[1].destroy();
      }
      inside.set(id, socket);
    },
    leave: (id) => void inside.delete(id),
  };
};

/** Refuses a member that has too many connections, and those for whom there is no place; `admit` looks at the others. */
const withinItsShare =
  (admit: Listening['admit'], places: Places, count: (name: string) => number): Listening['admit'] =>
  (peer) => {
    if (count(nameOf(peer)) >= MAX_OF_ONE_MEMBER) return `${peer.role} ${peer.id} has ${MAX_OF_ONE_MEMBER} connections already`;
    const kind = kindOf(peer);
    return count(kind) >= places[kind] ? `all ${places[kind]} places for ${NAMES[kind]} are taken` : admit(peer);
  };

/** Clients take no place of a server's. */
const kindOf = (peer: Party): 'clients' | 'others' => (peer.role === 'client' ? 'clients' : 'others');
const NAMES = { clients: 'clients', others: 'servers and masters' } as const;

const nameOf = (peer: Party): string => `${peer.role} ${peer.id}`;

/** Listens on the first port that is free; gives it, and a function that stops listening. Fails with one line. */
export const listen = async (identity: Identity, l: Listening): Promise<E.Either<string, readonly [number, () => void]>> => {
  const places = l.places ?? placesOf(Infinity);
  const room = strangersRoom(places.strangers);
  /** How many there are, by member and by kind. */
  const connections = new Map<string, number>();
  const admit = withinItsShare(l.admit, places, (name) => connections.get(name) ?? 0);
  const { network, clock } = identity.world ?? NODE_WORLD;
  const say = { info: throttled(l.log.info, clock.nowMs), warn: throttled(l.log.warn, clock.nowMs) };

  /** A member's connections share what one would have: a member gains nothing by opening more. */
  const shareOf = (peer: Party): (() => number) => {
    const name = nameOf(peer);
    return () => 1 / (connections.get(name) ?? 1);
  };

  const count = (name: string, n: 1 | -1): void => {
    const now = (connections.get(name) ?? 0) + n;
    if (now === 0) connections.delete(name);
    else connections.set(name, now);
  };

  const countUntilClosed = (socket: ByteStream, peer: Party): void => {
    if (socket.closed) return;
    const names = [nameOf(peer), kindOf(peer)];
    for (const name of names) count(name, 1);
    socket.once('close', () => {
      for (const name of names) count(name, -1);
    });
  };

  const shakeHands = (id: string, socket: ByteStream): void => {
    void accept(identity, socket, admit, l.callbacks, shareOf).then((accepted) => {
      room.leave(id);
      if (E.isLeft(accepted)) {
        const isNoFault = accepted.left.isRefusal || isGone(accepted.left.message);
        say[isNoFault ? 'info' : 'warn'](`a connection was cut off: ${accepted.left.message}`);
        return;
      }
      countUntilClosed(socket, accepted.right.peer);
      l.onConnection(accepted.right);
    });
  };

  const acceptor = makeListener(network, identity.tls, {
    onStranger: room.enter,
    onReady: shakeHands,
    onFailure: (id, why) => {
      room.leave(id);
      say[isGone(why) ? 'info' : 'warn'](`a connection was cut off: ${why}`);
    },
  });
  const ports = candidates(l.ports);
  let last = '';
  for (const port of ports) {
    const got = await listenAt(acceptor, { host: l.host, port });
    if (E.isRight(got)) {
      acceptor.onError((error) => l.log.error(`listening: ${socketError(error)}`));
      return E.right([got.right, acceptor.close]);
    }
    last = whyNotListening(got.left, port, ports.length > 1);
    if (got.left.code !== 'EADDRINUSE' && got.left.code !== 'EACCES') break;
  }
  return E.left(`cannot listen on ${l.host} (tried ${counted(ports.length, 'port')}): ${last}`);
};

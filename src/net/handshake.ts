/** The first messages of both ends of a connection: who they are, which version they speak, and the proof that they know the cluster's secret. */
import * as E from 'fp-ts/lib/Either.js';
import type * as t from 'io-ts/lib/index.js';
import { type ReplicaId, serverOf } from '../core/ids.js';
import { NODE_WORLD } from '../ports/node-network.js';
import type { ByteStream, World } from '../ports/ports.js';
import { type Introduction, newNonce, proof, sameProof } from './auth.js';
import { type Callbacks, type Connection, openConnection, type Peer } from './connection.js';
import { encodeFrame, type FrameReader, frameReader } from './frame.js';
import type { TurnShare } from './intake.js';
import { HANDSHAKE_MS, MAX_FRAME_BYTES, MAX_HELLO_BYTES, STRANGER_MS } from './net-limits.js';
import {
  AcceptHelloC,
  type Address,
  AddressC,
  decodeOr,
  DialHelloC,
  type Party,
  PROTOCOL_VERSION,
  ProofC,
  WelcomeC,
} from './protocol.js';
import { type FrameCipher, frameCipherOf } from './frame-cipher.js';
import type { Tls } from './tls.js';
import { maybeTls, socketError } from './socket-errors.js';
import { channelOf, connectTo } from './transport.js';

/** The identity of a process, with the secret that it knows. */
export interface ProcessIdentity {
  readonly me: Party;
  readonly secret: string;
  /** How long a handshake that it begins may take, in ms. Default: 5,000. */
  readonly handshakeMs?: number;
  /** The server's present replica; undefined where the process is no server. */
  readonly replica?: () => ReplicaId;
  /** The TLS options. Default: plain TCP. */
  readonly tls?: Tls | undefined;
  /** Does no process of the cluster use TLS, as in a master's cluster? Then TLS is never named as the reason of a hang-up. */
  readonly isPlain?: boolean | undefined;
  /** The process's world. Default: Node's. */
  readonly world?: World | undefined;
}

/** A socket whose frames are read one at a time, until it becomes a connection. */
interface HandshakeStream {
  readonly say: (value: unknown) => void;
  readonly hear: <A>(codec: t.Decoder<unknown, A>) => Promise<A>;
  readonly become: (peer: Peer, callbacks: Callbacks, seal: FrameCipher, share?: TurnShare) => Connection;
  readonly hangUp: () => void;
  /** Ends the handshake at once. */
  readonly giveUp: (why: string) => void;
}

/** The reason why there is no connection. */
export class HandshakeError extends Error {
  /** Was a member refused because its link is cut? That is no fault: it may have dialed while the link was being cut. */
  readonly isRefusal: boolean;

  constructor(why: string, isRefusal = false) {
    super(why);
    this.isRefusal = isRefusal;
  }
}

const CLOSED_IN_HANDSHAKE = 'the connection was closed in the handshake';

/** Did the other end go away in the handshake? It may have been killed, so this counts as no fault. */
export const isGone = (why: string): boolean => why === CLOSED_IN_HANDSHAKE || /\b(ECONNRESET|EPIPE)\b|socket hang up/.test(why);

/** The most unread bytes in a handshake: above its longest message and the bytes that may follow the last one. */
const MAX_UNHEARD_BYTES = 2 * MAX_HELLO_BYTES;

const heardAs = <A>(codec: t.Decoder<unknown, A>, value: unknown): A => {
  const decoded = decodeOr(codec, value);
  if (E.isLeft(decoded)) throw new HandshakeError(decoded.left);
  return decoded.right;
};

/** Reads frames one at a time; every failure, the deadline's too, ends the handshake. */
const handshakeStream = (world: World, socket: ByteStream, withinMs: number): HandshakeStream => {
  let max = MAX_HELLO_BYTES;
  let failed: string | undefined;
  let sealed: FrameCipher | undefined;
  let wake: () => void = () => undefined;
  const reader: FrameReader = frameReader(
    () => max,
    () => sealed,
  );

  const fail = (why: string): void => {
    failed ??= why;
    socket.destroy();
    wake();
  };
  const take = (chunk: Buffer): void => {
    reader.push(chunk);
    // Each end sends one message and then listens.
    if (reader.pending() > MAX_UNHEARD_BYTES) fail('it said more than a handshake has');
    wake();
  };
  const onError = (error: Error): void => fail(socketError(error));
  const onClose = (): void => fail(CLOSED_IN_HANDSHAKE);
  const timer = world.timers.after(withinMs, () => fail(`no handshake within ${withinMs} ms`));
  socket.on('data', take).on('error', onError).on('close', onClose);

  const hear = async <A>(codec: t.Decoder<unknown, A>): Promise<A> => {
    for (;;) {
      const next = failed === undefined ? reader.next() : E.left(failed);
      if (E.isLeft(next)) throw new HandshakeError(next.left);
      if (next.right !== undefined) return heardAs(codec, next.right.value);
      await new Promise<void>((resolve) => (wake = resolve));
    }
  };

  const become: HandshakeStream['become'] = (peer, callbacks, seal, share) => {
    timer.cancel();
    socket.off('data', take).off('error', onError).off('close', onClose);
    max = MAX_FRAME_BYTES;
    sealed = seal;
    return openConnection(world, socket, peer, { reader, seal: seal.seal, share }, callbacks);
  };

  const hangUp = (): void => {
    timer.cancel();
    socket.destroySoon();
  };
  return { say: (value) => socket.write(encodeFrame(value)), hear, become, hangUp, giveUp: fail };
};

const checkVersion = (version: number): void => {
  if (version !== PROTOCOL_VERSION)
    throw new HandshakeError(`protocol version ${version}; this process speaks ${PROTOCOL_VERSION}`);
};

/** Does the work of a handshake, and gives its errors as values. An error ends the handshake. Any other exception is a bug, and is thrown on. */
const handshakeErrors = async <A>(t: HandshakeStream, work: () => Promise<A>): Promise<E.Either<HandshakeError, A>> => {
  try {
    return E.right(await work());
  } catch (error) {
    if (!(error instanceof HandshakeError)) throw error;
    t.hangUp();
    return E.left(error);
  }
};

/** The errors that an end with another protocol causes: it hangs up, or sends bytes that are no frame. */
const NOT_UNDERSTOOD = /^(the connection was closed in the handshake|a frame )/;

/** Dials an address; `peer` is who must be there. Fails with one line, also where the signal comes first. */
export const dial = async (
  identity: ProcessIdentity,
  address: Address,
  peer: Party,
  callbacks: Callbacks,
  signal?: AbortSignal,
): Promise<E.Either<string, Connection>> => {
  const { host, port } = address;
  if (!AddressC.is(address)) return E.left(`${host}:${port} is not an address: a port is from 0 to 65535`);
  const { world = NODE_WORLD } = identity;
  const socket = connectTo(world.network, address, identity.tls);
  const t = handshakeStream(world, socket, identity.handshakeMs ?? HANDSHAKE_MS);
  const giveUp = (): void => t.giveUp('it was given up');
  signal?.addEventListener('abort', giveUp);
  const dialed = await handshakeErrors(t, async () => {
    const nonce = newNonce(world.chance);
    t.say({ hello: { version: PROTOCOL_VERSION, from: identity.me, nonce } });
    const { hello } = await t.hear(AcceptHelloC);
    checkVersion(hello.version);
    const { replica } = hello;
    const i: Introduction = {
      dialer: identity.me,
      dialerNonce: nonce,
      acceptor: peer,
      acceptorNonce: hello.nonce,
      acceptorReplica: replica,
      channel: channelOf(socket),
    };
    // The acceptor's proof covers the acceptor's name, so the acceptor cannot pass for somebody else.
    if (!sameProof(hello.proof, proof(identity.secret, 'acceptor', i))) {
      throw new HandshakeError(`whoever listens on ${host}:${port} is not ${peer.role} ${peer.id} of this cluster`);
    }
    if (peer.role === 'server' && (replica === null || serverOf(replica) !== peer.id))
      throw new HandshakeError(`server ${peer.id} says that it is replica ${replica ?? '(none)'}`);
    t.say({ proof: proof(identity.secret, 'dialer', i) });
    const welcome = await t.hear(WelcomeC);
    if ('refused' in welcome) throw new HandshakeError(`refused by ${peer.role} ${peer.id}: ${welcome.refused}`);
    return t.become({ ...peer, replica }, callbacks, frameCipherOf(identity.secret, 'dialer', i));
  });
  signal?.removeEventListener('abort', giveUp);
  return E.mapLeft(({ message }: HandshakeError) =>
    NOT_UNDERSTOOD.test(message) && identity.isPlain !== true ? `${message}: ${maybeTls(identity.tls)}` : message,
  )(dialed);
};

/** How TLS begins: a record of a handshake. As the length of a frame it would be above every maximum. */
const isTls = (chunk: Buffer): boolean => chunk[0] === 22 && chunk[1] === 3;
const SPEAKS_TLS = 'it speaks TLS, and this server does not: give it --tls-cert and --tls-key';

/**
 * Takes a dialer in; `admit` says why a member is refused all the same (its link is cut), or undefined. `shareOf`: how much of a turn
 * one connection of this party has.
 */
export const accept = (
  identity: ProcessIdentity,
  socket: ByteStream,
  admit: (peer: Party) => string | undefined,
  callbacks: Callbacks,
  shareOf: (peer: Party) => TurnShare,
): Promise<E.Either<HandshakeError, Connection>> => {
  const { world = NODE_WORLD } = identity;
  const t = handshakeStream(world, socket, STRANGER_MS);
  if (identity.tls === undefined) socket.once('data', (chunk: Buffer) => isTls(chunk) && t.giveUp(SPEAKS_TLS));
  return handshakeErrors(t, async () => {
    const { hello } = await t.hear(DialHelloC);
    checkVersion(hello.version);
    const nonce = newNonce(world.chance);
    const replica = identity.replica?.() ?? null;
    const i: Introduction = {
      dialer: hello.from,
      dialerNonce: hello.nonce,
      acceptor: identity.me,
      acceptorNonce: nonce,
      acceptorReplica: replica,
      channel: channelOf(socket),
    };
    const introduced = { version: PROTOCOL_VERSION, from: identity.me, nonce, replica };
    t.say({ hello: { ...introduced, proof: proof(identity.secret, 'acceptor', i) } });
    const answer = await t.hear(ProofC);
    if (!sameProof(answer.proof, proof(identity.secret, 'dialer', i))) {
      throw new HandshakeError(`${hello.from.role} ${hello.from.id} does not know the cluster's secret`);
    }
    const refused = admit(hello.from);
    if (refused !== undefined) {
      t.say({ refused });
      throw new HandshakeError(`refused: ${refused}`, true);
    }
    t.say({ welcome: true });
    const seal = frameCipherOf(identity.secret, 'acceptor', i);
    const connection = t.become({ ...hello.from, replica: null }, callbacks, seal, shareOf(hello.from));
    // A renewal during the handshake (R7a): the client was told of a replica that is no more, and must hear of the new one before it puts (R14).
    if (hello.from.role === 'client' && (identity.replica?.() ?? null) !== replica) connection.retire();
    return connection;
  });
};

/* eslint-disable max-lines-per-function -- a connection is one closure over who waits for an answer and until when. */
/**
 * A connection between two processes that have proved to each other that they belong to one cluster: requests with ids and
 * deadlines, in both directions; answers in parts where they are long; a reader that is too slow is not read from.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { ReplicaId } from '../core/ids.js';
import type { ByteStream, Surroundings, Timer } from '../ports/ports.js';
import { encodeSealed, type FrameReader } from './frame.js';
import { intake, type Share } from './intake.js';
import { MAX_IN_FLIGHT, MAX_SERVED, SLOW_READER_BYTES } from './limits.js';
import { type Answer, type Ask, type Asking, decodeEnvelope, type Envelope, type Part, type Party } from './protocol.js';
import type { Seal } from './seal.js';
import { socketError } from './socket-errors.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/**
 * Why there is no answer. `unsent`: the request did not leave this process, or the other end said that it was not acted upon. `broken`: the connection broke, and whether the
 * request was acted upon is unknown. `timedOut`: the same, after the deadline.
 */
export interface NoAnswer {
  readonly type: 'unsent' | 'broken' | 'timedOut';
  readonly why: string;
}

/** Called once for each request. */
export type Done = (result: E.Either<NoAnswer, Answer>) => void;

/** Told of each part of an answer, in order, before the answer. */
export type OnPart = (part: Part) => void;

/**
 * Acts on a request of the other end. `reply` is called once; `parts` go before the answer, each made when the ones before have left.
 * `working`: says that the work goes on, where it takes longer than the other end would wait.
 */
export type Handler = (
  connection: Connection,
  ask: Ask,
  reply: (answer: Answer, parts?: Iterable<Part>) => void,
  working: () => void,
) => void;

/** What a connection tells its owner. */
export interface Callbacks {
  readonly onAsk: Handler;
  /** The connection is over; every request without an answer has been told. */
  readonly onClose: (connection: Connection, why: string) => void;
  /** The other end said something it must not: the connection is cut. One line for the log. */
  readonly onFault: (connection: Connection, what: string) => void;
}

/** The other end of a connection. `replica`: which one it said that it is, where it is a server that was dialed (R7). */
export interface Peer extends Party {
  readonly replica: ReplicaId | null;
}

/** One authenticated connection. */
export interface Connection {
  readonly peer: Peer;
  /**
   * Asks; `done` is told the answer, or why there is none, within `deadlineMs` and some 50 ms. Where the answer may be long (a pull's, a
   * sync's, a store's) the time begins anew with each part, and does not end while a frame is arriving.
   */
  readonly ask: (ask: Ask, deadlineMs: number, done: Done, onPart?: OnPart) => void;
  /** Cuts the connection at once; nothing that arrives later is looked at. */
  readonly close: (why: string) => void;
  /**
   * Ends the connection in peace: what is being served is still answered, whatever comes later is not acted upon, and the other end is told
   * so, and may ask somebody else. One that does not read its answers is cut off after a while.
   */
  readonly retire: () => void;
  /** Can something be asked over it? */
  readonly isOpen: () => boolean;
  /** How long ago the last byte came over it, in ms. */
  readonly silentMs: () => number;
}

/** How frames are read and written on a connection. */
export interface Framing {
  readonly reader: FrameReader;
  readonly seal: Seal['seal'];
  /** Default: all of a turn. */
  readonly share?: Share | undefined;
}

interface Waiting {
  readonly done: Done;
  readonly onPart: OnPart | undefined;
  readonly deadlineMs: number;
  readonly isLong: boolean;
  deadline: number;
}

/** Asks whose answers may be long. */
const LONG: ReadonlySet<Ask['type']> = new Set(['namedPull', 'sync', 'store']);

const SWEEP_MS = 50;
/** How long an end that has retired reads on, in ms. */
const LINGER_MS = 1_000;
/** How long the answers that it still owes may take to leave, in ms. */
const RETIRE_MS = 3_000;

// --- the connection --------------------------------------------------------------------------------------------------------

/** Makes a connection of a stream whose handshake is done. `reader` holds what the stream has delivered already. */
export const openConnection = (
  { clock, timers }: Surroundings,
  socket: ByteStream,
  peer: Peer,
  framing: Framing,
  callbacks: Callbacks,
): Connection => {
  const { nowMs } = clock;
  const { reader, seal, share = () => 1 } = framing;
  const waiting = new Map<number, Waiting>();
  let nextId = 0;
  let open = true;
  let inTurn = false;
  let served = 0;
  /** Requests of the other end below this one have been acted upon, or may have been. */
  let unserved = 0;
  let isRetired = false;
  let isEnding = false;
  let isLeft = false;
  let sweep: Timer | undefined;
  let heardAt = nowMs();

  const endTurn = (): void => {
    inTurn = false;
    if (socket.writableCorked > 0) socket.uncork();
  };

  /** The first frame of a turn leaves at once, since most turns have one; those after it leave together, in one system call. */
  const send = (envelope: Envelope): boolean => {
    if (!inTurn) {
      inTurn = true;
      timers.endOfTurn(endTurn);
    } else if (socket.writableCorked === 0) {
      socket.cork();
    }
    return socket.write(encodeSealed(envelope, seal));
  };

  const close = (why: string): void => {
    if (!open) return;
    open = false;
    sweep?.cancel();
    socket.destroy();
    const lost = [...waiting.values()];
    waiting.clear();
    for (const w of lost) w.done(E.left({ type: 'broken', why }));
    callbacks.onClose(connection, why);
  };

  const fault = (what: string): void => {
    if (!open) return;
    callbacks.onFault(connection, what);
    close(what);
  };

  const expire = (): void => {
    const now = nowMs();
    for (const [id, w] of waiting) {
      if (w.deadline > now || (w.isLong && reader.pending() > 0 && heardAt + w.deadlineMs > now)) continue;
      waiting.delete(id);
      w.done(E.left({ type: 'timedOut', why: `no answer from ${peer.role} ${peer.id} in time` }));
    }
    if (waiting.size === 0) {
      sweep?.cancel();
      sweep = undefined;
    }
  };

  const ask = (what: Ask, deadlineMs: number, done: Done, onPart?: OnPart): void => {
    if (!open || isLeft || waiting.size >= MAX_IN_FLIGHT) {
      done(
        E.left({
          type: 'unsent',
          why: open && !isLeft ? `more than ${MAX_IN_FLIGHT} requests under way` : 'the connection is closed',
        }),
      );
      return;
    }
    const id = nextId++;
    waiting.set(id, { done, onPart, deadlineMs, deadline: nowMs() + deadlineMs, isLong: LONG.has(what.type) });
    sweep ??= timers.every(SWEEP_MS, expire, false);
    send({ id, ask: what });
  };

  /** The other end reads its answers too slowly, or asks too much at once: a member's connections share what one would have. What comes when nothing is served any more is only read away. */
  const isBusy = (): boolean =>
    !isRetired && (served >= Math.max(1, MAX_SERVED * share()) || socket.writableLength > SLOW_READER_BYTES * share());

  const serve = (e: Asking): void => {
    served++;
    unserved = Math.max(unserved, e.id + 1);
    const working = (): void => {
      if (open) send({ id: e.id, part: { type: 'working' } });
    };
    callbacks.onAsk(connection, e.ask, (a, parts) => answer(e.id, a, parts), working);
  };

  const end = (id: number, last: Answer): void => {
    served--;
    if (open) send({ id, answer: last });
    finish();
    frames.goOn();
  };

  /** Sends the parts of an answer, and the answer: each in a turn of its own, and no faster than the other end reads. */
  const sendParts = (id: number, parts: Iterator<Part>, last: Answer): void => {
    const next = open ? parts.next() : undefined;
    if (next === undefined || next.done === true) end(id, last);
    else if (send({ id, part: next.value })) timers.soon(() => sendParts(id, parts, last));
    else socket.once('drain', () => sendParts(id, parts, last));
  };

  const answer = (id: number, last: Answer, parts?: Iterable<Part>): void => {
    if (parts === undefined) end(id, last);
    else sendParts(id, parts[Symbol.iterator](), last);
  };

  const retire = (): void => {
    if (!open || isRetired) return;
    isRetired = true;
    frames.goOn();
    send({ bye: unserved });
    timers.after(RETIRE_MS, () => close('its answers were not read'), false);
    finish();
  };

  /** Ends a retired connection when everything is answered. What the other end had sent is read to its end: a reset would lose the answers. */
  const finish = (): void => {
    if (!isRetired || served > 0) return;
    socket.unref().end();
    timers.after(LINGER_MS, () => close('the other end did not close the connection'), false);
  };

  /** The other end has retired: it acts on nothing from this request on. */
  const takeBye = (from: number): void => {
    isLeft = true;
    for (const [id, w] of [...waiting]) {
      if (id < from) continue;
      waiting.delete(id);
      w.done(E.left({ type: 'unsent', why: `${peer.role} ${peer.id} is closing the connection` }));
    }
  };

  const receivePart = (id: number, part: Part): void => {
    const w = waiting.get(id);
    if (w === undefined) return;
    w.deadline = nowMs() + w.deadlineMs;
    w.onPart?.(part);
  };

  const receive = (value: unknown): void => {
    if (!open) return;
    const decoded = decodeEnvelope(value);
    if (E.isLeft(decoded)) {
      fault(decoded.left);
      return;
    }
    const e = decoded.right;
    if ('ask' in e) {
      if (!isRetired && !isEnding) serve(e);
    } else if ('part' in e) {
      receivePart(e.id, e.part);
    } else if ('bye' in e) {
      takeBye(e.bye);
    } else {
      const w = waiting.get(e.id);
      // An answer after its deadline finds nobody waiting.
      if (w === undefined) return;
      waiting.delete(e.id);
      w.done(E.right(e.answer));
    }
  };

  const isOpen = (): boolean => open && !isLeft;
  const connection: Connection = { peer, ask, close, retire, isOpen, silentMs: () => nowMs() - heardAt };
  socket.on('data', () => (heardAt = nowMs()));
  const frames = intake({ clock, timers }, socket, reader, share, { take: receive, isBusy, onFault: fault });
  socket.on('drain', frames.goOn);
  socket.on('error', (error: Error) => close(socketError(error)));
  socket.on('close', () => {
    isEnding = true;
    if (open) frames.finish();
    if (reader.pending() > 0) fault('half a frame, and then the end');
    close(`${peer.role} ${peer.id} closed the connection`);
  });
  return connection;
};

/**
 * A connection between two processes that have proved to each other that they belong to one cluster: requests with ids and
 * deadlines, in both directions; answers in parts where they are long; a reader that is too slow is not read from.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { ReplicaId } from '../core/ids.js';
import type { ByteStream, Surroundings, Timer } from '../ports/ports.js';
import { encodeSealed, type FrameReader } from './frame.js';
import { intake, type Intake, type Share } from './intake.js';
import { MAX_IN_FLIGHT, MAX_SERVED, SERVED_BYTES } from './net-limits.js';
import { isSlow, outflow } from './outflow.js';
import {
  type Answer,
  type Answering,
  type Ask,
  type Asking,
  decodeEnvelope,
  type Envelope,
  type Part,
  type Party,
} from './protocol.js';
import { type Done, type OnPart, Requests, Serving } from './requests.js';
import type { FrameCipher } from './frame-cipher.js';
import { socketError } from './socket-errors.js';

// --- types -----------------------------------------------------------------------------------------------------------------

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
  readonly seal: FrameCipher['seal'];
  /** Default: all of a turn. */
  readonly share?: Share | undefined;
}

/** Asks whose answers may be long. */
const LONG: ReadonlySet<Ask['type']> = new Set(['namedPull', 'sync', 'store']);

/** How often requests without an answer are looked at for those whose time is over, in ms. */
const EXPIRY_CHECK_MS = 50;
/** How long an end that has retired reads on, in ms. */
const LINGER_MS = 1_000;
/** How long the answers that it still owes may take to leave, in ms. */
const RETIRE_MS = 3_000;

// --- the connection --------------------------------------------------------------------------------------------------------

/** A connection over a stream: who waits for what is in `requests.ts`; here it is sent, heard and timed. */
class StreamConnection implements Connection {
  readonly peer: Peer;
  readonly #nowMs: () => number;
  readonly #timers: Surroundings['timers'];
  readonly #socket: ByteStream;
  readonly #reader: FrameReader;
  readonly #seal: FrameCipher['seal'];
  readonly #share: Share;
  readonly #callbacks: Callbacks;
  readonly #frames: Intake;
  /** Has an answer leave in its turn. */
  readonly #leave: (send: () => void) => void;
  readonly #requests = new Requests();
  readonly #serving = new Serving();
  #open = true;
  #inTurn = false;
  /** The stream is over: what had come is still looked at, and nothing of it served. */
  #isEnding = false;
  /** The other end has retired. */
  #isLeft = false;
  #expiry: Timer | undefined;

  constructor({ clock, timers }: Surroundings, socket: ByteStream, peer: Peer, framing: Framing, callbacks: Callbacks) {
    this.peer = peer;
    this.#nowMs = clock.nowMs;
    this.#timers = timers;
    this.#socket = socket;
    this.#reader = framing.reader;
    this.#seal = framing.seal;
    this.#share = framing.share ?? (() => 1);
    this.#callbacks = callbacks;
    this.#frames = intake({ clock, timers }, socket, this.#reader, this.#share, {
      take: (value, bytes) => this.#receive(value, bytes),
      isBusy: () => this.#isBusy(),
      onFault: (what) => this.#fault(what),
    });
    this.#leave = outflow({ clock, timers }, socket, this.#share);
    socket.on('drain', this.#frames.goOn);
    socket.on('error', (error: Error) => this.close(socketError(error)));
    socket.on('close', () => this.#onClosed());
  }

  ask(what: Ask, deadlineMs: number, done: Done, onPart?: OnPart): void {
    if (!this.isOpen() || this.#requests.size >= MAX_IN_FLIGHT) {
      const why = this.isOpen() ? `more than ${MAX_IN_FLIGHT} requests under way` : 'the connection is closed';
      done(E.left({ type: 'unsent', why }));
      return;
    }
    const id = this.#requests.begin({ done, onPart, deadlineMs, isLong: LONG.has(what.type) }, this.#nowMs());
    this.#expiry ??= this.#timers.every(EXPIRY_CHECK_MS, () => this.#expire(), false);
    this.#send({ id, ask: what });
  }

  close(why: string): void {
    if (!this.#open) return;
    this.#open = false;
    this.#expiry?.cancel();
    this.#socket.destroy();
    const lost = this.#requests.all();
    for (const w of lost) w.done(E.left({ type: 'broken', why }));
    this.#callbacks.onClose(this, why);
  }

  retire(): void {
    if (!this.#open || this.#serving.isRetired) return;
    this.#serving.retire();
    this.#frames.goOn();
    this.#send({ bye: this.#serving.unserved });
    this.#timers.after(RETIRE_MS, () => this.close('its answers were not read'), false);
    this.#finish();
  }

  isOpen(): boolean {
    return this.#open && !this.#isLeft;
  }

  silentMs(): number {
    return this.#nowMs() - this.#frames.heardAt();
  }

  /** The first frame of a turn leaves at once, since most turns have one; those after it leave together, in one system call. */
  #send(envelope: Envelope): boolean {
    if (!this.#inTurn) {
      this.#inTurn = true;
      this.#timers.endOfTurn(this.#endTurn);
    } else if (this.#socket.writableCorked === 0) {
      this.#socket.cork();
    }
    return this.#socket.write(encodeSealed(envelope, this.#seal));
  }

  readonly #endTurn = (): void => {
    this.#inTurn = false;
    if (this.#socket.writableCorked > 0) this.#socket.uncork();
  };

  #fault(what: string): void {
    if (!this.#open) return;
    this.#callbacks.onFault(this, what);
    this.close(what);
  }

  #expire(): void {
    const isArriving = this.#reader.pending() > 0;
    const { role, id } = this.peer;
    for (const w of this.#requests.expired(this.#nowMs(), isArriving ? this.#frames.heardAt() : undefined))
      w.done(E.left({ type: 'timedOut', why: `no answer from ${role} ${id} in time` }));
    if (this.#requests.size > 0) return;
    this.#expiry?.cancel();
    this.#expiry = undefined;
  }

  /** The other end reads its answers too slowly, or asks too much at once: a member's connections share what one would have. What comes when nothing is served any more is only read away. */
  #isBusy(): boolean {
    const { served, bytes, isRetired } = this.#serving;
    if (isRetired) return false;
    if (served === 0) return isSlow(this.#socket, this.#share);
    const share = this.#share();
    return served >= MAX_SERVED * share || bytes > SERVED_BYTES * share || isSlow(this.#socket, this.#share);
  }

  #serve({ id, ask }: Asking, bytes: number): void {
    this.#serving.begin(id, bytes);
    const working = (): void => {
      if (this.#open) this.#send({ id, part: { type: 'working' } });
    };
    this.#callbacks.onAsk(this, ask, (answer, parts) => this.#answer({ id, answer }, bytes, parts), working);
  }

  #answer(last: Answering, bytes: number, parts?: Iterable<Part>): void {
    if (parts === undefined) this.#end(last, bytes);
    else this.#sendParts(parts[Symbol.iterator](), last, bytes);
  }

  /** Sends the parts of an answer, and the answer: each in a turn of its own, and no faster than the other end reads. */
  #sendParts(parts: Iterator<Part>, last: Answering, bytes: number): void {
    const next = this.#open ? parts.next() : undefined;
    const goOn = (): void => this.#sendParts(parts, last, bytes);
    if (next === undefined || next.done === true) this.#end(last, bytes);
    else if (this.#send({ id: last.id, part: next.value })) this.#timers.soon(goOn);
    else this.#socket.once('drain', goOn);
  }

  #end(last: Answering, bytes: number): void {
    this.#leave(() => {
      this.#serving.end(bytes);
      if (this.#open) this.#send(last);
      this.#finish();
      this.#frames.goOn();
    });
  }

  /** Ends a retired connection when everything is answered. What the other end had sent is read to its end: a reset would lose the answers. */
  #finish(): void {
    if (!this.#serving.isDone) return;
    this.#socket.unref().end();
    this.#timers.after(LINGER_MS, () => this.close('the other end did not close the connection'), false);
  }

  #receive(value: unknown, bytes: number): void {
    if (!this.#open) return;
    const decoded = decodeEnvelope(value);
    if (E.isLeft(decoded)) {
      this.#fault(decoded.left);
      return;
    }
    const e = decoded.right;
    if ('ask' in e) {
      if (!this.#serving.isRetired && !this.#isEnding) this.#serve(e, bytes);
    } else if ('part' in e) {
      this.#requests.part(e.id, this.#nowMs())?.onPart?.(e.part);
    } else if ('bye' in e) {
      this.#takeBye(e.bye);
    } else {
      this.#requests.answered(e.id)?.done(E.right(e.answer));
    }
  }

  /** The other end has retired: it acts on nothing from this request on. */
  #takeBye(first: number): void {
    this.#isLeft = true;
    const { role, id } = this.peer;
    for (const w of this.#requests.from(first))
      w.done(E.left({ type: 'unsent', why: `${role} ${id} is closing the connection` }));
  }

  #onClosed(): void {
    this.#isEnding = true;
    if (this.#open) this.#frames.finish();
    if (this.#reader.pending() > 0) this.#fault('half a frame, and then the end');
    this.close(`${this.peer.role} ${this.peer.id} closed the connection`);
  }
}

/** Makes a connection of a stream whose handshake is done. `reader` holds what the stream has delivered already. */
export const openConnection = (
  surroundings: Surroundings,
  socket: ByteStream,
  peer: Peer,
  framing: Framing,
  callbacks: Callbacks,
): Connection => new StreamConnection(surroundings, socket, peer, framing, callbacks);

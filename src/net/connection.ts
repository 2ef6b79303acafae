/**
 * A connection between two processes that have proved to each other that they belong to one cluster. Requests go in both directions, with ids
 * and deadlines. Long answers go in parts. Requests of an end that reads its answers too slowly stay unread.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { ReplicaId } from '../core/ids.js';
import type { ByteStream, Surroundings, Timer } from '../ports/ports.js';
import { encodeSealed, type FrameReader } from './frame.js';
import { intake, type Intake, type TurnShare } from './intake.js';
import { MAX_IN_FLIGHT, MAX_SERVED, MAX_SERVED_BYTES } from './net-limits.js';
import { isSlow, outflow } from './outflow.js';
import {
  type Answer,
  type NumberedAnswer,
  type NetRequest,
  type NumberedRequest,
  decodeEnvelope,
  type NetEnvelope,
  type AnswerPart,
  type Party,
} from './protocol.js';
import { type OnAnswer, type OnPart, Requests, ServedRequests } from './requests.js';
import type { FrameCipher } from './frame-cipher.js';
import { socketError } from './socket-errors.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/**
 * Acts on a request of the other end. The handler calls `reply` once. `parts` are sent before the answer, and each part is made after the parts
 * before it were sent. The handler calls `working` where its work takes longer than the other end would wait.
 */
export type Handler = (
  connection: Connection,
  ask: NetRequest,
  reply: (answer: Answer, parts?: Iterable<AnswerPart>) => void,
  working: () => void,
) => void;

/** The functions of a connection's owner. The connection calls them. */
export interface Callbacks {
  readonly onAsk: Handler;
  /** The connection is over. The `done` of every request without an answer was called before. */
  readonly onClose: (connection: Connection, why: string) => void;
  /** The other end has broken the protocol, and the connection is closed. `what`: one line for the log. */
  readonly onFault: (connection: Connection, what: string) => void;
}

/** The other end of a connection. `replica`: the replica that a dialed server said that it is (R7); null for every other end. */
export interface Peer extends Party {
  readonly replica: ReplicaId | null;
}

/** One authenticated connection. */
export interface Connection {
  readonly peer: Peer;
  /**
   * Sends a request. `done` gets the answer, or why there is none, within `deadlineMs` and some 50 ms. For a long answer (of a pull, a sync or a
   * store) the time begins anew with each part, and bytes of a frame that is arriving extend it.
   */
  readonly ask: (ask: NetRequest, deadlineMs: number, done: OnAnswer, onPart?: OnPart) => void;
  /** Closes the connection at once. Bytes that arrive later are ignored. */
  readonly close: (why: string) => void;
  /**
   * Ends the connection in order. Requests that are being served are still answered; later requests are not acted on. The other end is told,
   * and may send them to another server. If the other end does not read the answers within `RETIRE_MS`, the connection is closed.
   */
  readonly retire: () => void;
  /** Can a request be sent over the connection? */
  readonly isOpen: () => boolean;
  /** How long ago the last byte arrived, in ms. */
  readonly silentMs: () => number;
}

/** How frames are read and written on a connection. */
export interface FrameCodec {
  readonly reader: FrameReader;
  readonly seal: FrameCipher['seal'];
  /** The connection's share of its member's limits. Default: 1, all of them. */
  readonly share?: TurnShare | undefined;
}

/** The requests whose answers may be long. */
const LONG: ReadonlySet<NetRequest['type']> = new Set(['namedPull', 'sync', 'store']);

/** The period of checking the deadlines of requests without an answer, in ms. */
const EXPIRY_CHECK_MS = 50;
/** How long a retired end waits for the other end to close, after its last answer, in ms. */
const LINGER_MS = 1_000;
/** How long a retired end may take in all to send its last answers, in ms. */
const RETIRE_MS = 3_000;

// --- the connection --------------------------------------------------------------------------------------------------------

/** A connection over a stream. It sends, receives and times the messages; `requests.ts` keeps the requests that are open. */
class StreamConnection implements Connection {
  readonly peer: Peer;
  readonly #nowMs: () => number;
  readonly #timers: Surroundings['timers'];
  readonly #socket: ByteStream;
  readonly #reader: FrameReader;
  readonly #seal: FrameCipher['seal'];
  readonly #share: TurnShare;
  readonly #callbacks: Callbacks;
  readonly #frames: Intake;
  /** Calls `send` when the answer's turn to leave comes. */
  readonly #leave: (send: () => void) => void;
  readonly #requests = new Requests();
  readonly #serving = new ServedRequests();
  #open = true;
  #inTurn = false;
  /** The stream is over. Frames that had arrived are still decoded, but their requests are not served. */
  #isEnding = false;
  /** The other end has retired. */
  #isLeft = false;
  #expiry: Timer | undefined;

  constructor({ clock, timers }: Surroundings, socket: ByteStream, peer: Peer, framing: FrameCodec, callbacks: Callbacks) {
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

  ask(what: NetRequest, deadlineMs: number, done: OnAnswer, onPart?: OnPart): void {
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

  /** Sends a frame. The first frame of a turn leaves at once, since most turns have one; the other frames of the turn leave in one system call. */
  #send(envelope: NetEnvelope): boolean {
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

  /**
   * Does the other end read its answers too slowly, or ask too much at once? A member's connections share the limits of one connection. A
   * retired connection is never busy: it serves no new request, and only reads what arrives.
   */
  #isBusy(): boolean {
    const { served, bytes, isRetired } = this.#serving;
    if (isRetired) return false;
    if (served === 0) return isSlow(this.#socket, this.#share);
    const share = this.#share();
    return served >= MAX_SERVED * share || bytes > MAX_SERVED_BYTES * share || isSlow(this.#socket, this.#share);
  }

  #serve({ id, ask }: NumberedRequest, bytes: number): void {
    this.#serving.begin(id, bytes);
    const working = (): void => {
      if (this.#open) this.#send({ id, part: { type: 'working' } });
    };
    this.#callbacks.onAsk(this, ask, (answer, parts) => this.#answer({ id, answer }, bytes, parts), working);
  }

  #answer(last: NumberedAnswer, bytes: number, parts?: Iterable<AnswerPart>): void {
    if (parts === undefined) this.#end(last, bytes);
    else this.#sendParts(parts[Symbol.iterator](), last, bytes);
  }

  /** Sends the parts of an answer, then the answer. Each part has a turn of its own, and parts go no faster than the other end reads. */
  #sendParts(parts: Iterator<AnswerPart>, last: NumberedAnswer, bytes: number): void {
    const next = this.#open ? parts.next() : undefined;
    const goOn = (): void => this.#sendParts(parts, last, bytes);
    if (next === undefined || next.done === true) this.#end(last, bytes);
    else if (this.#send({ id: last.id, part: next.value })) this.#timers.soon(goOn);
    else this.#socket.once('drain', goOn);
  }

  #end(last: NumberedAnswer, bytes: number): void {
    this.#leave(() => {
      this.#serving.end(bytes);
      if (this.#open) this.#send(last);
      this.#finish();
      this.#frames.goOn();
    });
  }

  /** Ends a retired connection when every request is answered. The other end's bytes are read to their end: unread bytes would reset the connection, and lose the answers. */
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

  /** The other end has retired. It acts on no request from number `first` on. */
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
  framing: FrameCodec,
  callbacks: Callbacks,
): Connection => new StreamConnection(surroundings, socket, peer, framing, callbacks);

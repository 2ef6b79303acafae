/**
 * A record of the requests of a connection, without a socket or a timer. It has the requests of this end that wait for their answers, with their deadlines, and
 * it counts the requests of the other end that are being served. Each overdue request is given up once; the caller tells whoever waits for its answer.
 */
import type * as E from 'fp-ts/lib/Either.js';
import type { Answer, AnswerPart } from './protocol.js';

/**
 * Why there is no answer. `unsent`: the request did not leave this process, or the other end said that it had not acted on the request. `broken`: the connection broke, and it is unknown
 * whether the other end acted on the request. `timedOut`: the deadline is over, and the same is unknown.
 */
export interface NoAnswer {
  readonly type: 'unsent' | 'broken' | 'timedOut';
  readonly why: string;
}

/** Called once for each request. */
export type OnAnswer = (result: E.Either<NoAnswer, Answer>) => void;

/** Told of each part of an answer, in order, before the answer. */
export type OnPart = (part: AnswerPart) => void;

/** A request of this end, as it is entered here. */
export interface Request {
  readonly done: OnAnswer;
  readonly onPart: OnPart | undefined;
  readonly deadlineMs: number;
  /** May its answer be long? Then its time does not end while a frame is arriving. */
  readonly isLong: boolean;
}

interface Waiting extends Request {
  deadline: number;
}

/** The requests of this end that wait for their answers. */
export class Requests {
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 0;

  /** How many requests wait. */
  get size(): number {
    return this.#waiting.size;
  }

  /** Notes a request that is sent. Gives the request's number, which no other request has. */
  begin({ done, onPart, deadlineMs, isLong }: Request, nowMs: number): number {
    const id = this.#nextId++;
    this.#waiting.set(id, { done, onPart, deadlineMs, isLong, deadline: nowMs + deadlineMs });
    return id;
  }

  /** Notes a part of an answer: the request's time begins anew. Undefined: the request was given up. */
  part(id: number, nowMs: number): Request | undefined {
    const request = this.#waiting.get(id);
    if (request !== undefined) request.deadline = nowMs + request.deadlineMs;
    return request;
  }

  /** An answer has come. Undefined: its request's time was over, so no caller waits for it. */
  answered(id: number): Request | undefined {
    const w = this.#waiting.get(id);
    this.#waiting.delete(id);
    return w;
  }

  /** Gives up the requests whose time is over. `heardAt`: the time of the last byte of a frame that is arriving. Undefined: no frame is. */
  expired(nowMs: number, heardAt: number | undefined): ReadonlyArray<Request> {
    return this.#giveUp(
      (_id, w) => w.deadline <= nowMs && !(w.isLong && heardAt !== undefined && heardAt + w.deadlineMs > nowMs),
    );
  }

  /** Gives up the requests from the number `first` on: the other end acts on none of them. */
  from(first: number): ReadonlyArray<Request> {
    return this.#giveUp((id) => id >= first);
  }

  /** Gives up all requests. */
  all(): ReadonlyArray<Request> {
    return this.from(0);
  }

  #giveUp(isOver: (id: number, w: Waiting) => boolean): ReadonlyArray<Request> {
    const given: Request[] = [];
    for (const [id, w] of this.#waiting) {
      if (!isOver(id, w)) continue;
      this.#waiting.delete(id);
      given.push(w);
    }
    return given;
  }
}

/** The other end's requests that this end serves. */
export class ServedRequests {
  #served = 0;
  #bytes = 0;
  #unserved = 0;
  #isRetired = false;

  /** How many requests are being served. */
  get served(): number {
    return this.#served;
  }

  /** The size of the requests being served, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Requests below this number have been acted upon, or may have been. */
  get unserved(): number {
    return this.#unserved;
  }

  /** True: this end serves only the requests that have begun. */
  get isRetired(): boolean {
    return this.#isRetired;
  }

  /** True: this end serves no new request, and has answered every request. */
  get isDone(): boolean {
    return this.#isRetired && this.#served === 0;
  }

  /** A request with this number and size, in bytes, is being served. */
  begin(id: number, bytes: number): void {
    this.#served++;
    this.#bytes += bytes;
    this.#unserved = Math.max(this.#unserved, id + 1);
  }

  /** A request of this size, in bytes, is answered. */
  end(bytes: number): void {
    this.#served--;
    this.#bytes -= bytes;
  }

  retire(): void {
    this.#isRetired = true;
  }
}

/**
 * A session's gets that were sent and have no answer, and what the session comes to know meanwhile (R12). A server serves the requests of one connection in
 * their order, so what it has answered over the get's own connection it has for the get, too. What another connection brings, the get's server may lack: the
 * answer must then meet the session's guarantees as they are when it comes.
 */
import type { Bytes } from '../core/bytes.js';
import type { Get } from '../core/messages.js';
import type { Stamp } from '../core/write.js';
import { raised, type Session } from '../impl/session.js';

/** A get that was sent over the connection `on`. `required`: what its answer must meet, at least what was asked for. */
export interface SentGet<C> {
  readonly on: C;
  readonly request: Get;
  required: Get;
}

/** The gets that were sent. `C`: the connections. */
export class PendingGets<C> {
  readonly #session: Session;
  readonly #sent = new Map<C, Set<SentGet<C>>>();

  constructor(session: Session) {
    this.#session = session;
  }

  /** Notes that a get is sent over a connection. */
  sent(request: Get, on: C): SentGet<C> {
    const get: SentGet<C> = { on, request, required: request };
    const beside = this.#sent.get(on) ?? new Set();
    this.#sent.set(on, beside.add(get));
    return get;
  }

  /** Removes a get that has an answer, or will have none. */
  end(get: SentGet<C>): void {
    const beside = this.#sent.get(get.on);
    beside?.delete(get);
    if (beside?.size === 0) this.#sent.delete(get.on);
  }

  /** The session has written or read a stamp, by an answer over the connection `via`. */
  learned(which: 'wrote' | 'read', key: Bytes, stamp: Stamp, via: C): void {
    for (const [on, gets] of this.#sent) {
      if (on === via) continue;
      for (const get of gets) get.required = raised(this.#session, get.required, which, key, stamp);
    }
  }
}

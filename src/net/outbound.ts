/** A connection that this process dials, and dials again when it breaks, with back-off, for as long as the link is wanted. */
import * as E from 'fp-ts/lib/Either.js';
import type { Callbacks, Connection, Done } from './connection.js';
import { dial, type Identity } from './handshake.js';
import { BACKOFF_MS } from './limits.js';
import type { Address, Ask, Party } from './protocol.js';

/** A wanted connection to a peer. */
export interface Outbound {
  readonly peer: Party;
  /** The connection, dialed now if there is none: at once the first time, after a failure no sooner than the back-off allows. */
  readonly connected: () => Promise<E.Either<string, Connection>>;
  /** Asks over the connection, dialing first if need be. */
  readonly ask: (ask: Ask, deadlineMs: number, done: Done) => void;
  /** Cuts the connection; it is not dialed again. */
  readonly close: (why: string) => void;
}

/** How a peer is reached; `patient` dials wait for the back-off, others fail at once while it lasts. */
export const outbound = (identity: Identity, address: Address, peer: Party, callbacks: Callbacks): Outbound => {
  let current: Connection | undefined;
  let dialing: Promise<E.Either<string, Connection>> | undefined;
  let closed: string | undefined;
  let failures = 0;
  let notBefore = 0;

  const redial = async (): Promise<E.Either<string, Connection>> => {
    const dialed = await dial(identity, address, peer, callbacks);
    dialing = undefined;
    if (E.isLeft(dialed)) {
      notBefore = performance.now() + Math.min(BACKOFF_MS.longest, BACKOFF_MS.first * 2 ** failures++);
      return dialed;
    }
    if (closed !== undefined) {
      dialed.right.close(closed);
      return E.left(closed);
    }
    failures = 0;
    current = dialed.right;
    return dialed;
  };

  const connected = (): Promise<E.Either<string, Connection>> => {
    if (closed !== undefined) return Promise.resolve(E.left(closed));
    if (current?.isOpen() === true) return Promise.resolve(E.right(current));
    if (dialing === undefined && performance.now() < notBefore) {
      return Promise.resolve(E.left(`${peer.role} ${peer.id} could not be reached a moment ago`));
    }
    return (dialing ??= redial());
  };

  const ask = (what: Ask, deadlineMs: number, done: Done): void => {
    if (current?.isOpen() === true) {
      current.ask(what, deadlineMs, done);
      return;
    }
    const until = performance.now() + deadlineMs;
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      done(E.left({ type: 'unsent', why: `${peer.role} ${peer.id} could not be reached in time` }));
    }, deadlineMs);
    void connected().then((c) => {
      clearTimeout(timer);
      if (late) return;
      if (E.isLeft(c)) done(E.left({ type: 'unsent', why: c.left }));
      else c.right.ask(what, until - performance.now(), done);
    });
  };

  const close = (why: string): void => {
    closed = why;
    current?.close(why);
  };

  return { peer, connected, ask, close };
};

/* eslint-disable max-lines-per-function -- it is one closure over the state of one link. */
/** A connection that this process dials, and dials again when it breaks, with back-off, for as long as the link is wanted. */
import * as E from 'fp-ts/lib/Either.js';
import { NODE_WORLD } from '../ports/node-network.js';
import type { Timer } from '../ports/ports.js';
import type { Callbacks, Connection } from './connection.js';
import type { Done } from './requests.js';
import { dial, type Identity } from './handshake.js';
import { BACKOFF_MS } from './limits.js';
import type { Address, Ask, Party } from './protocol.js';

/** A wanted connection to a peer. */
export interface Outbound {
  readonly peer: Party;
  /** The connection, dialed now if there is none: at once the first time, after a failure no sooner than the back-off allows. */
  readonly connected: () => Promise<E.Either<string, Connection>>;
  /**
   * Calls back with the connection, within the call where there is one; else once it is made, or could not be made within so many ms.
   * `patient`: dials again and again until then; others fail at once where dialing failed a moment ago.
   */
  readonly reach: (withinMs: number, patient: boolean, done: (c: E.Either<string, Connection>) => void) => void;
  /** Asks over the connection, dialing first if need be. */
  readonly ask: (ask: Ask, deadlineMs: number, done: Done) => void;
  /** Is there a connection now? */
  readonly isUp: () => boolean;
  /** How long ago the last byte came over the connection, in ms; 0: there is none. */
  readonly silentMs: () => number;
  /** Closes the connection, if there is one: whoever asks next dials anew. */
  readonly renew: (why: string) => void;
  /** Cuts the connection; it is not dialed again. */
  readonly close: (why: string) => void;
}

/** How a peer is reached. `onUp` is told of each connection that is made. */
export const outbound = (
  identity: Identity,
  address: Address,
  peer: Party,
  callbacks: Callbacks,
  onUp: () => void = () => undefined,
): Outbound => {
  const { clock, timers } = identity.world ?? NODE_WORLD;
  const { nowMs } = clock;
  let current: Connection | undefined;
  let dialing: Promise<E.Either<string, Connection>> | undefined;
  let closed: string | undefined;
  let failures = 0;
  let notBefore = 0;
  const dials = new AbortController();
  const ends = new Set<(c: E.Either<string, Connection>) => void>();

  const redial = async (): Promise<E.Either<string, Connection>> => {
    const dialed = await dial(identity, address, peer, callbacks, dials.signal);
    dialing = undefined;
    if (E.isLeft(dialed)) {
      notBefore = nowMs() + Math.min(BACKOFF_MS.longest, BACKOFF_MS.first * 2 ** failures++);
      return dialed;
    }
    if (closed !== undefined) {
      dialed.right.close(closed);
      return E.left(closed);
    }
    failures = 0;
    current = dialed.right;
    onUp();
    return dialed;
  };

  const connected = (): Promise<E.Either<string, Connection>> => {
    if (closed !== undefined) return Promise.resolve(E.left(closed));
    if (current?.isOpen() === true) return Promise.resolve(E.right(current));
    if (dialing === undefined && nowMs() < notBefore) {
      return Promise.resolve(E.left(`${peer.role} ${peer.id} could not be reached a moment ago`));
    }
    return (dialing ??= redial());
  };

  const reach: Outbound['reach'] = (withinMs, patient, done) => {
    if (current?.isOpen() === true) {
      done(E.right(current));
      return;
    }
    let isOver = false;
    let retry: Timer | undefined;
    const end = (c: E.Either<string, Connection>): void => {
      if (isOver) return;
      isOver = true;
      deadline.cancel();
      retry?.cancel();
      ends.delete(end);
      done(c);
    };
    const deadline = timers.after(withinMs, () => end(E.left(`${peer.role} ${peer.id} could not be reached in time`)));
    // A patient one that sleeps between two dials has to be told when the link is cut.
    ends.add(end);
    const dialOnce = (): void => {
      void connected().then((c) => {
        if (E.isRight(c) || !patient || closed !== undefined) end(c);
        else if (!isOver) retry = timers.after(Math.max(notBefore - nowMs(), 1), dialOnce);
      });
    };
    dialOnce();
  };

  const ask = (what: Ask, deadlineMs: number, done: Done): void => {
    const until = nowMs() + deadlineMs;
    reach(deadlineMs, false, (c) => {
      if (E.isLeft(c)) done(E.left({ type: 'unsent', why: c.left }));
      else c.right.ask(what, until - nowMs(), done);
    });
  };

  const close = (why: string): void => {
    closed = why;
    current?.close(why);
    dials.abort();
    for (const end of ends) end(E.left(why));
  };

  const isUp = (): boolean => current?.isOpen() === true;
  const silentMs = (): number => (isUp() ? (current?.silentMs() ?? 0) : 0);
  return { peer, connected, reach, ask, isUp, silentMs, renew: (why) => current?.close(why), close };
};

/** A connection that this process dials, and dials again when it breaks, with back-off, for as long as the link is wanted. */
import * as E from 'fp-ts/lib/Either.js';
import { NODE_WORLD } from '../ports/node-network.js';
import type { Timer, Timers } from '../ports/ports.js';
import type { Callbacks, Connection } from './connection.js';
import type { Done } from './requests.js';
import { dial, type Identity } from './handshake.js';
import { BACKOFF_MS } from './net-limits.js';
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
  /** Was it cut? Then nothing is asked any more. */
  readonly isCut: () => boolean;
  /** How long ago the last byte came over the connection, in ms; 0: there is none. */
  readonly silentMs: () => number;
  /** Closes the connection, if there is one: whoever asks next dials anew. */
  readonly renew: (why: string) => void;
  /** Cuts the connection; it is not dialed again. */
  readonly close: (why: string) => void;
}

/** What dials one peer. */
export interface Dialer {
  /** The connection, where there is one over which something can be asked. */
  readonly current: () => Connection | undefined;
  readonly connected: Outbound['connected'];
  /** How long it is until it may be dialed again, in ms. */
  readonly pauseMs: () => number;
  /** Why it is not dialed any more; undefined: it is. */
  readonly closed: () => string | undefined;
  readonly renew: (why: string) => void;
  readonly close: (why: string) => void;
}

/** How often dialing has failed in a row, and when it may be tried again, in ms. Immutable. */
export interface BackOff {
  readonly failures: number;
  readonly notBefore: number;
}

/** It may be dialed at once. */
export const NO_FAILURE: BackOff = { failures: 0, notBefore: 0 };

/** It has failed once more: the waits double, up to the longest. */
export const afterFailure = ({ failures }: BackOff, nowMs: number): BackOff => ({
  failures: failures + 1,
  notBefore: nowMs + Math.min(BACKOFF_MS.longest, BACKOFF_MS.first * 2 ** failures),
});

/** Who is told how it goes with a peer; default: nobody. */
export interface DialListeners {
  /** Told of each connection that is made. */
  readonly onUp?: () => void;
  /** Told of each time that none could be made, while one is wanted, and why. */
  readonly onFailed?: (why: string) => void;
}

const makeDialer = (
  identity: Identity,
  address: Address,
  peer: Party,
  callbacks: Callbacks,
  { onUp, onFailed }: DialListeners,
): Dialer => {
  const { nowMs } = (identity.world ?? NODE_WORLD).clock;
  let connection: Connection | undefined;
  let dialing: Promise<E.Either<string, Connection>> | undefined;
  let closed: string | undefined;
  let backOff = NO_FAILURE;
  const dials = new AbortController();

  const redial = async (): Promise<E.Either<string, Connection>> => {
    const dialed = await dial(identity, address, peer, callbacks, dials.signal);
    dialing = undefined;
    if (E.isLeft(dialed)) {
      backOff = afterFailure(backOff, nowMs());
      if (closed === undefined) onFailed?.(dialed.left);
      return dialed;
    }
    if (closed !== undefined) {
      dialed.right.close(closed);
      return E.left(closed);
    }
    backOff = NO_FAILURE;
    connection = dialed.right;
    onUp?.();
    return dialed;
  };

  const current = (): Connection | undefined => (connection?.isOpen() === true ? connection : undefined);

  const connected = (): Promise<E.Either<string, Connection>> => {
    if (closed !== undefined) return Promise.resolve(E.left(closed));
    const open = current();
    if (open !== undefined) return Promise.resolve(E.right(open));
    if (dialing === undefined && nowMs() < backOff.notBefore) {
      return Promise.resolve(E.left(`${peer.role} ${peer.id} could not be reached a moment ago`));
    }
    return (dialing ??= redial());
  };

  const close = (why: string): void => {
    closed = why;
    connection?.close(why);
    dials.abort();
  };
  return {
    ...{ current, connected, pauseMs: () => backOff.notBefore - nowMs(), closed: () => closed },
    ...{ renew: (why) => connection?.close(why), close },
  };
};

/** Gives what reaches a peer over its dialer, and what ends all that are still waiting. Each is told once, and leaves no timer. */
export const makeReach = (
  dialer: Pick<Dialer, 'current' | 'connected' | 'pauseMs' | 'closed'>,
  timers: Timers,
  peer: Party,
): { readonly reach: Outbound['reach']; readonly endAll: (why: string) => void } => {
  const ends = new Set<(c: E.Either<string, Connection>) => void>();
  const reach: Outbound['reach'] = (withinMs, patient, done) => {
    const open = dialer.current();
    if (open !== undefined) {
      done(E.right(open));
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
      void dialer.connected().then((c) => {
        if (E.isRight(c) || !patient || dialer.closed() !== undefined) end(c);
        else if (!isOver) retry = timers.after(Math.max(dialer.pauseMs(), 1), dialOnce);
      });
    };
    dialOnce();
  };
  const endAll = (why: string): void => {
    for (const end of ends) end(E.left(why));
  };
  return { reach, endAll };
};

/** How a peer is reached. */
export const outbound = (
  identity: Identity,
  address: Address,
  peer: Party,
  callbacks: Callbacks,
  listeners: DialListeners = {},
): Outbound => {
  const { clock, timers } = identity.world ?? NODE_WORLD;
  const { nowMs } = clock;
  const dialer = makeDialer(identity, address, peer, callbacks, listeners);
  const { reach, endAll } = makeReach(dialer, timers, peer);

  const ask = (what: Ask, deadlineMs: number, done: Done): void => {
    const until = nowMs() + deadlineMs;
    reach(deadlineMs, false, (c) => {
      if (E.isLeft(c)) done(E.left({ type: 'unsent', why: c.left }));
      else c.right.ask(what, until - nowMs(), done);
    });
  };

  const close = (why: string): void => {
    dialer.close(why);
    endAll(why);
  };

  const isUp = (): boolean => dialer.current() !== undefined;
  const silentMs = (): number => dialer.current()?.silentMs() ?? 0;
  const isCut = (): boolean => dialer.closed() !== undefined;
  return { peer, connected: dialer.connected, reach, ask, isUp, isCut, silentMs, renew: dialer.renew, close };
};

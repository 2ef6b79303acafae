/**
 * A connection that this process dials when somebody asks for it. If the connection breaks, it is dialed again when it is next asked for. After a
 * failed dial a back-off passes first. Once the link is cut or this process closes, it is not dialed any more.
 */
import * as E from 'fp-ts/lib/Either.js';
import { NODE_WORLD } from '../ports/node-network.js';
import type { Timer, Timers } from '../ports/ports.js';
import type { Callbacks, Connection } from './connection.js';
import type { OnAnswer } from './requests.js';
import { dial, type ProcessIdentity } from './handshake.js';
import { BACKOFF_MS } from './net-limits.js';
import type { Address, NetRequest, Party } from './protocol.js';

/** A wanted connection to a peer. */
export interface Outbound {
  readonly peer: Party;
  /** The connection. If there is none, it is dialed at once the first time, and after a failure no sooner than the back-off allows. */
  readonly connected: () => Promise<E.Either<string, Connection>>;
  /**
   * Calls `done` with the connection: within the call if there is one, else once it is made, or with an error after `withinMs`.
   * `isPatient`: dials again and again until then. Without it, `reach` fails at once if dialing failed a moment ago.
   */
  readonly reach: (withinMs: number, isPatient: boolean, done: (c: E.Either<string, Connection>) => void) => void;
  /** Asks over the connection, dialing first if need be. */
  readonly ask: (ask: NetRequest, deadlineMs: number, done: OnAnswer) => void;
  /** Is there a connection now? */
  readonly isUp: () => boolean;
  /** Was `close` called, as when the link is cut? Then no request is sent any more. */
  readonly isClosed: () => boolean;
  /** How long ago the last byte came over the connection, in ms; 0: there is none. */
  readonly silentMs: () => number;
  /** Closes the connection, if there is one. The next request dials anew. */
  readonly breakOff: (why: string) => void;
  /** Closes the connection, if there is one; the peer is not dialed again. */
  readonly close: (why: string) => void;
}

/** Dials one peer. */
export interface Dialer {
  /** The open connection; undefined: there is none. */
  readonly current: () => Connection | undefined;
  readonly connected: Outbound['connected'];
  /** How long it is until the peer may be dialed again, in ms. */
  readonly pauseMs: () => number;
  /** The reason why the peer is not dialed any more; undefined: the peer is still dialed. */
  readonly closed: () => string | undefined;
  readonly breakOff: (why: string) => void;
  readonly close: (why: string) => void;
}

/** The number of failed dials in a row, and the time from which the next dial may come, in ms. Immutable. */
export interface Backoff {
  readonly failures: number;
  readonly notBefore: number;
}

/** No dial has failed: the next dial may come at once. */
export const NO_FAILURE: Backoff = { failures: 0, notBefore: 0 };

/** The back-off after one more failed dial. The waits double, up to the longest. */
export const afterFailure = ({ failures }: Backoff, nowMs: number): Backoff => ({
  failures: failures + 1,
  notBefore: nowMs + Math.min(BACKOFF_MS.longest, BACKOFF_MS.first * 2 ** failures),
});

/** The callbacks that are told about the dials to a peer. */
export interface DialListeners {
  /** Is told of each connection that is made. */
  readonly onUp?: () => void;
  /** Is told the reason of each failed dial, while the link is not cut. */
  readonly onFailed?: (why: string) => void;
}

const makeDialer = (
  identity: ProcessIdentity,
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
    current,
    connected,
    pauseMs: () => backOff.notBefore - nowMs(),
    closed: () => closed,
    breakOff: (why) => connection?.close(why),
    close,
  };
};

/**
 * Makes `reach`, which reaches a peer over its dialer, and `endAll`, which ends all calls that still wait. Each call's `done` is called once,
 * and leaves no timer.
 */
export const makeReach = (
  dialer: Pick<Dialer, 'current' | 'connected' | 'pauseMs' | 'closed'>,
  timers: Timers,
  peer: Party,
): { readonly reach: Outbound['reach']; readonly endAll: (why: string) => void } => {
  const ends = new Set<(c: E.Either<string, Connection>) => void>();
  const reach: Outbound['reach'] = (withinMs, isPatient, done) => {
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
    // A patient call that sleeps between two dials has to be told when the link is cut.
    ends.add(end);
    const dialOnce = (): void => {
      void dialer.connected().then((c) => {
        if (E.isRight(c) || !isPatient || dialer.closed() !== undefined) end(c);
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

/** Makes the {@link Outbound} of a peer. */
export const outbound = (
  identity: ProcessIdentity,
  address: Address,
  peer: Party,
  callbacks: Callbacks,
  listeners: DialListeners = {},
): Outbound => {
  const { clock, timers } = identity.world ?? NODE_WORLD;
  const { nowMs } = clock;
  const dialer = makeDialer(identity, address, peer, callbacks, listeners);
  const { reach, endAll } = makeReach(dialer, timers, peer);

  const ask = (what: NetRequest, deadlineMs: number, done: OnAnswer): void => {
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
  const isClosed = (): boolean => dialer.closed() !== undefined;
  return { peer, connected: dialer.connected, reach, ask, isUp, isClosed, silentMs, breakOff: dialer.breakOff, close };
};

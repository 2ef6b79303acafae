/**
 * A pull on its way, part after part (R9), as a pure machine: which part is asked for next and how long it may take, when the pull waits for its turn, and when it
 * ends. Asking, taking in and clocks are its caller's. One thing is done for a pull at a time, and followed by one event.
 */
import type { NodeId } from '../core/ids.js';
import type { AnswerTo } from '../impl/replica.js';

/** What a part comes to. `failed`: there was no answer, or none of use; `silent`: there was a connection, and no answer in time. */
export type Came = Extract<AnswerTo['merge'], { readonly type: 'merged' }>['kind'] | 'failed' | 'silent';

/** A pull under way. Immutable. */
export interface PullProgress {
  /** Is it a `sync`'s, which waits for its turn? */
  readonly isSync: boolean;
  /**
   * The last request was the first one of a `sync`, over a connection that was up before. The peer gets little time to answer it, and then is asked again
   * over a new connection: the old one may be dead, and nothing has said so yet.
   */
  readonly isQuick: boolean;
  /** How many answers in a row were of no use. */
  readonly useless: number;
  /** The part before was one of several: the pull goes on in its turn. */
  readonly isLong: boolean;
}

/** The result of the last effect. `isOthersTurn`: another pull goes on with its parts now. */
export type PullEvent =
  | { readonly type: 'came'; readonly came: Came; readonly isOthersTurn: boolean }
  | { readonly type: 'turn'; readonly isOthersTurn: boolean };

/** What to do. */
export type PullEffect =
  /** Ask for a part. `time`: a little, all that the `sync` has left, or what a part may take. `takesTurn`: others that need several parts wait from now on. */
  | { readonly type: 'ask'; readonly time: 'quick' | 'left' | 'part'; readonly takesTurn: boolean }
  /** Wait until a turn ends. */
  | { readonly type: 'waitTurn' }
  /** It is over. `isWhole`: all came that the peer had. */
  | { readonly type: 'done'; readonly isWhole: boolean };

/** A pull and what to do. */
export interface PullStep {
  readonly progress: PullProgress;
  readonly effect: PullEffect;
}

/** The number of useless answers in a row (a peer came back as another replica) after which a pull gives up. */
const MAX_USELESS = 3;

const done = (progress: PullProgress, isWhole: boolean): PullStep => ({ progress, effect: { type: 'done', isWhole } });

/** Begins a pull; `isUp`: there is a connection to the peer, which may be one that lets nothing pass. */
export const beginPull = (isSync: boolean, isUp: boolean): PullStep => {
  const isQuick = isSync && isUp;
  const time = !isSync ? 'part' : isQuick ? 'quick' : 'left';
  return { progress: { isSync, isQuick, useless: 0, isLong: false }, effect: { type: 'ask', time, takesTurn: false } };
};

/** The next step. */
export const nextPull = (progress: PullProgress, event: PullEvent): PullStep => {
  if (event.type === 'turn') return goOn(progress, event.isOthersTurn);
  switch (event.came) {
    case 'last':
      return done(progress, true);
    case 'failed':
      return done(progress, false);
    case 'silent':
      if (!progress.isQuick) return done(progress, false);
      return { progress: { ...progress, isQuick: false }, effect: { type: 'ask', time: 'left', takesTurn: false } };
    case 'part':
      return goOn({ ...progress, isQuick: false, useless: 0, isLong: true }, event.isOthersTurn);
    case 'other': {
      const next = { ...progress, isQuick: false, useless: progress.useless + 1, isLong: false };
      return next.useless >= MAX_USELESS ? done(next, false) : goOn(next, event.isOthersTurn);
    }
  }
};

const goOn = (progress: PullProgress, isOthersTurn: boolean): PullStep => {
  if (!isOthersTurn) return { progress, effect: { type: 'ask', time: 'part', takesTurn: progress.isLong } };
  return progress.isSync ? { progress, effect: { type: 'waitTurn' } } : done(progress, false);
};

/** Whose turn it is: of pulls that need more than one part, one at a time goes on. */
export class Turns {
  #holder: NodeId | undefined;
  #waiting: (() => void)[] = [];

  /** Is it the turn of another peer's pull? */
  isOthers(peer: NodeId): boolean {
    return this.#holder !== undefined && this.#holder !== peer;
  }

  take(peer: NodeId): void {
    this.#holder = peer;
  }

  /** A peer's pull is over; if it was its turn, those that wait are told. */
  end(peer: NodeId): void {
    if (this.#holder !== peer) return;
    this.#holder = undefined;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Resolves when the turn that is taken now ends. */
  ended(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

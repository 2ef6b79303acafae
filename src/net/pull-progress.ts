/**
 * A pull on its way, part after part (R9), as a pure machine. It decides which part is asked for next and how long the part may take, when the
 * pull waits for its turn, and when the pull ends. The caller asks, takes answers in, and has the clocks. The caller does one effect at a
 * time, and passes one event in after each.
 */
import type { NodeId } from '../core/ids.js';
import type { AnswerTo } from '../impl/replica.js';

/** The result of a part. `failed`: no useful answer came. `silent`: there was a connection, and no answer came in time. */
export type PullOutcome = Extract<AnswerTo['merge'], { readonly type: 'merged' }>['kind'] | 'failed' | 'silent';

/** A pull under way. Immutable. */
export interface PullProgress {
  /** True: the pull is part of a `sync`, and waits for its turn. */
  readonly isSync: boolean;
  /**
   * True: the last request was the first request of a `sync`, over a connection that was up before. The peer gets little time for this request.
   * Then the pull asks again over a new connection, because the old connection may be dead without a sign.
   */
  readonly isQuick: boolean;
  /** How many answers in a row were of no use. */
  readonly useless: number;
  /** True: the part before was one of several. The pull goes on in its turn. */
  readonly isLong: boolean;
}

/** The result of the last effect. `isOthersTurn`: another pull goes on with its parts now. */
export type PullEvent =
  | { readonly type: 'came'; readonly came: PullOutcome; readonly isOthersTurn: boolean }
  | { readonly type: 'turn'; readonly isOthersTurn: boolean };

/** The caller's next action. */
export type PullEffect =
  /**
   * Ask for a part. `time`: `quick` is a little time, `left` is the rest of the `sync`'s time, and `part` is the time that a part may take.
   * `takesTurn`: other pulls in several parts wait from now on.
   */
  | { readonly type: 'ask'; readonly time: 'quick' | 'left' | 'part'; readonly takesTurn: boolean }
  /** Wait until a turn ends. */
  | { readonly type: 'waitTurn' }
  /** The pull is over. `isWhole`: every write that the peer had came. */
  | { readonly type: 'done'; readonly isWhole: boolean };

/** A pull and its next effect. */
export interface PullStep {
  readonly progress: PullProgress;
  readonly effect: PullEffect;
}

/** The number of useless answers in a row (a peer came back as another replica) after which a pull gives up. */
const MAX_USELESS = 3;

const done = (progress: PullProgress, isWhole: boolean): PullStep => ({ progress, effect: { type: 'done', isWhole } });

/** Begins a pull. `isUp`: there is a connection to the peer, which may be dead. */
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

/** The turn of the pulls that need more than one part: one such pull at a time goes on. */
export class PullTurns {
  #holder: NodeId | undefined;
  #waiting: (() => void)[] = [];

  /** Is it the turn of another peer's pull? */
  isOthers(peer: NodeId): boolean {
    return this.#holder !== undefined && this.#holder !== peer;
  }

  take(peer: NodeId): void {
    this.#holder = peer;
  }

  /** Ends a peer's pull. If the peer's pull had the turn, the waiting pulls are woken. */
  end(peer: NodeId): void {
    if (this.#holder !== peer) return;
    this.#holder = undefined;
    for (const wake of this.#waiting.splice(0)) wake();
  }

  /** Resolves when the present turn ends. */
  ended(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

/**
 * Stores the states of a sweep. Those of each progress have a store of their own, which is freed once all of them are expanded. No step lowers
 * the progress, so nothing leads to them any more. Each state is asked for its progress before it is kept, so it comes in its one form.
 */
import TinyQueue from 'tinyqueue';
import { atNoState } from '../contract/fault-location.js';
import { briefly, fault } from '../contract/model-faults.js';
import { CheckerError } from '../error.js';
import type { Model } from '../model.js';
import { Ints } from '../ints.js';
import type { CheckOptions } from '../options.js';
import { classTest, type TestOfClass } from './class-progress.js';
import type { Frontier } from './frontier.js';
import type { StateStore } from './state-store.js';
import { storeFor } from './store-for.js';

/** The states of one progress. */
interface Level<S> {
  readonly store: StateStore<S>;
  /** By index in the store: the number of the state among all states. */
  readonly numbers: Ints;
  /** The states that wait to be expanded. */
  readonly waiting: Ints;
}

/** Gives the progress measure of a model that may be swept. */
const mustProgress = <S, A>(model: Model<S, A>, options: CheckOptions): ((state: S) => number) => {
  const { maxDepth, checkpoint, resume } = options;
  if (model.progress === undefined)
    throw new CheckerError('option', `search: ${model.name} declares no progress measure, which a sweep needs`);
  if (maxDepth !== undefined)
    throw new CheckerError('option', 'maxDepth: a sweep goes by progress and does not know depths; search bfs or dfs');
  if (checkpoint !== undefined || resume !== undefined)
    throw new CheckerError('option', 'checkpoint: a sweep of a model without components is not kept; search bfs or dfs');
  return model.progress;
};

/** Makes the error for a call that a sweep never gets. */
const never = (what: string): Error => new Error(`a sweep is asked ${what}`);

export class Levels<S> implements StateStore<S> {
  readonly forgets = true;
  /** The progress of the states that are being expanded. Levels before it were freed. */
  current = -Infinity;
  readonly frontier: Frontier;
  readonly #levels = new Map<number, Level<S>>();
  /** The progress of each level that was not begun. */
  readonly #later = new TinyQueue<number>();
  /** By number: the index of the state in its level's store. */
  readonly #indices = new Ints();
  readonly #progress: (state: S) => number;
  readonly #mustBeOfOneProgress: TestOfClass<S>;
  readonly #make: () => StateStore<S>;
  #last: Level<S> | undefined;
  #queue = 0;
  /** The state whose steps are taken. */
  #from: S | undefined;
  /** A value that somebody had changed in a level that was freed. */
  #damaged: unknown;

  constructor(progress: (state: S) => number, mustBeOfOneProgress: TestOfClass<S>, make: () => StateStore<S>) {
    this.#progress = progress;
    this.#mustBeOfOneProgress = mustBeOfOneProgress;
    this.#make = make;
    this.frontier = {
      push: () => undefined,
      take: () => this.#take(),
      size: () => this.#queue,
      words: () => {
        throw never('where it stands');
      },
      restore: () => {
        throw never('to go on');
      },
    };
  }

  readonly size = (): number => this.#indices.length;

  readonly add = (state: S): number => {
    const progress = this.#progress(state);
    if (progress < this.current)
      throw atNoState(
        fault(
          `a step lowers the progress from ${this.current} to ${progress}: it leads from ${briefly(this.#from)} to ${briefly(state)}`,
        ),
      );
    const level = this.#levelAt(progress);
    this.#last = level;
    const index = level.store.add(state);
    if (index < level.numbers.length) return level.numbers.at(index);
    this.#mustBeOfOneProgress(state, progress);
    const number = this.#indices.length;
    this.#indices.push(index);
    level.numbers.push(number);
    level.waiting.push(number);
    this.#queue++;
    return number;
  };

  readonly isOtherForm = (): boolean => this.#last?.store.isOtherForm() === true;

  /** A state of the level at hand. */
  readonly get = (number: number): S => this.#here().store.get(this.#indices.at(number));

  readonly focus = (number: number): S => (this.#from = this.#here().store.focus(this.#indices.at(number)));

  readonly beforeChange = (state: S): S | undefined => this.#here().store.beforeChange(state);

  readonly damaged = (): unknown => {
    if (this.#damaged !== undefined) return this.#damaged;
    for (const { store } of this.#levels.values()) {
      const damaged = store.damaged();
      if (damaged !== undefined) return damaged;
    }
    return undefined;
  };

  readonly save = (): void => {
    throw never('to be written');
  };

  readonly restore = (): void => {
    throw never('to be read');
  };

  #here(): Level<S> {
    return this.#levels.get(this.current)!;
  }

  #levelAt(progress: number): Level<S> {
    const known = this.#levels.get(progress);
    if (known !== undefined) return known;
    const made = { store: this.#make(), numbers: new Ints(), waiting: new Ints() };
    this.#levels.set(progress, made);
    this.#later.push(progress);
    return made;
  }

  /** Takes the next state, of the least progress that has any; -1 where none is left. */
  #take(): number {
    for (;;) {
      const waiting = this.#levels.get(this.current)?.waiting;
      if (waiting !== undefined && waiting.length > 0) {
        this.#queue--;
        return waiting.pop();
      }
      this.#damaged ??= this.#levels.get(this.current)?.store.damaged();
      this.#levels.delete(this.current);
      const next = this.#later.pop();
      if (next === undefined) return -1;
      this.current = next;
    }
  }
}

/**
 * Makes the levels of a sweep. @throws CheckerError (`option`) where the model has no progress measure, or where the options ask for something that a
 * sweep cannot give.
 */
export const levelsOf = <S, A>(model: Model<S, A>, options: CheckOptions): Levels<S> =>
  new Levels(mustProgress(model, options), classTest(model, options), () => storeFor(model, options));

/** A move is the implementation's step for a step of the model. */
import type { ReplicaOptions } from '#bayou/impl/replica.js';

/** The parts of an interaction's slots; undefined for those that the implementation does not have. */
export type MoveParts = ReadonlyArray<unknown>;

/** The outcome of a move. */
export interface MoveOutcome {
  readonly parts: MoveParts;
  /** The user's view of the step, where the model has one. */
  readonly saw?: string;
  /** The reason why the move itself was wrong. */
  readonly wrong?: string;
}

/** The options of moves. `copies` false: moves change parts in place, for a path that is walked once. */
export interface MoveSettings {
  readonly replicaOptions: ReplicaOptions;
  readonly copies: boolean;
  /** How many keys a session remembers (R11). */
  readonly sessionKeys: number;
  /** Counts the puts, in place, over all moves. */
  readonly putCounter: { puts: number };
}

/** One interaction on the implementation. `which`: the number of the model's outcome that the move must have. */
export type Move = (parts: MoveParts, which: number) => MoveOutcome | Promise<MoveOutcome>;

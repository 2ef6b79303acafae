/** What a move is: the implementation's step for one of the model's. */
import type { ReplicaOptions } from '#bayou/impl/replica.js';

/** The parts of an interaction's slots; undefined for those that the implementation does not have. */
export type Parts = ReadonlyArray<unknown>;

/** What came of a move. */
export interface Moved {
  readonly parts: Parts;
  /** What a user saw, where the model says it. */
  readonly saw?: string;
  /** The move itself was wrong: why. */
  readonly wrong?: string;
}

/** How moves are made. `copies` false: in place, for a path that is walked once. */
export interface MoveSettings {
  readonly replicaOptions: ReplicaOptions;
  readonly copies: boolean;
  /** How many keys a session remembers (R11). */
  readonly sessionKeys: number;
  /** How many puts there have been. */
  readonly probes: { puts: number };
}

/** One interaction on the implementation: `which` of the model's outcomes is meant. */
export type Move = (parts: Parts, which: number) => Moved | Promise<Moved>;

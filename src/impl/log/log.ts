/** The durable log's port (R10): what a replica has to remember, and how it gets it back. */
import type * as E from 'fp-ts/lib/Either.js';
import type { NodeId, ReplicaId } from '../../core/ids.js';
import type { Stamp, VectorEntries, Write } from '../../core/write.js';
import type { Seen } from '../client-windows.js';

/** What one step changes; it must be in the durable log before the step's answer may leave. */
export interface Append {
  /** New live writes. */
  readonly writes: ReadonlyArray<Write>;
  /** The stamps of writes that were live and are superseded now (R6). */
  readonly drops: ReadonlyArray<Stamp>;
  /** The entries of the version vector that changed. */
  readonly vv: VectorEntries;
  /** The accept time. */
  readonly clock: number;
  /** Puts to recognise from now on (R3). */
  readonly seen: ReadonlyArray<Seen>;
  /** Puts that need not be recognised any more. */
  readonly forgotten: ReadonlyArray<Seen>;
}

/** How a log was found. */
export type Found =
  /** It was empty: a new replica. */
  | 'fresh'
  /** As it was left, or at least with everything that was acknowledged: the same replica (R7). */
  | 'whole'
  /** Its end was cut off in the middle of a record; all complete records are there, but one that was acknowledged may be missing. */
  | 'torn'
  /** The machine was restarted while the log was open without fsync: acknowledged writes may be missing. */
  | 'rebooted';

/**
 * What a log held. `replica` is the identity to go on with: after `torn` and `rebooted` the next incarnation (R7), because a
 * lost write's stamp would otherwise be given out again.
 */
export interface Recovered {
  readonly replica: ReplicaId;
  readonly found: Found;
  readonly clock: number;
  readonly vv: VectorEntries;
  /** The live writes, for each replica in the order of accept times. */
  readonly writes: Iterable<Write>;
  readonly seen: Iterable<Seen>;
}

/** Why a log cannot be used. `message` is one line that says what, where, and what to do. */
export interface LogError {
  readonly type: 'in-use' | 'damaged' | 'other-server' | 'failed';
  readonly message: string;
}

/** Whose log it is, and the incarnation of a replica that starts with an empty one (R7). */
export interface Owner {
  readonly server: NodeId;
  readonly freshIncarnation?: number;
}

/** A durable log. One owner at a time; `open` comes first. */
export interface Log {
  readonly open: (owner: Owner) => Promise<E.Either<LogError, Recovered>>;
  /**
   * Makes these changes durable, in this order, all or none. One call at a time. `undefined`: they are durable already, nobody
   * need wait. Throws or rejects when it could not.
   */
  readonly commit: (appends: ReadonlyArray<Append>) => Promise<void> | undefined;
  readonly close: () => Promise<void>;
}

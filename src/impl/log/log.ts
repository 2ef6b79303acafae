/** The durable log's port (R10): what a replica has to remember, and how it gets it back. */
import type * as E from 'fp-ts/lib/Either.js';
import type { NodeId, ReplicaId } from '../../core/ids.js';
import type { Stamp, Transfer, VectorEntries, Write } from '../../core/write.js';
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
  /** New writes of a part of a pull, which are live only when the vector has them (R9). */
  readonly waiting?: ReadonlyArray<Write>;
  /** Where they have changed: how far the pulls have come of which parts are there, all of them. */
  readonly transfers?: ReadonlyArray<Transfer>;
  /** The identity that the replica has from now on (R7a); left out: the one it had. */
  readonly replica?: ReplicaId;
}

/** A change that changes nothing. */
export const NO_CHANGE: Append = { writes: [], drops: [], vv: [], clock: 0, seen: [], forgotten: [] };

/** How a log was found. After all but `whole` the replica is a new one (R7, R7a). */
export type Found =
  /** It was empty. */
  | 'fresh'
  /** It is the log that was last written, in its place, with everything that was acknowledged: the same replica goes on. */
  | 'whole'
  /** Changes that were made are missing at its end: a part of it was cut off, deleted, or is an older one. */
  | 'cut'
  /** It is a copy, was moved, or was touched by somebody else: it may be older than its replica. */
  | 'moved'
  /** The machine was restarted while the log was open without fsync: acknowledged writes may be missing. */
  | 'rebooted'
  /** Whoever opened it wanted a new replica. */
  | 'asked';

/** What a log held. */
export interface Recovered {
  /** The identity to go on with: a new one where the log may lack something, because a lost write's stamp would be given out again. */
  readonly replica: ReplicaId;
  readonly found: Found;
  /** What speaks against the old identity, as the end of a sentence about the log; undefined after `whole` and `fresh`. */
  readonly note?: string;
  readonly clock: number;
  readonly vv: VectorEntries;
  /** The live writes, for each replica in the order of accept times; with some that are superseded and had yet to be dropped. */
  readonly writes: Iterable<Write>;
  readonly seen: Iterable<Seen>;
  /** Writes that came in parts of pulls: live where the vector has them (R9). */
  readonly waiting: Iterable<Write>;
  /** How far those pulls have come. None for a new replica: parts are for the replica that asked. */
  readonly transfers: ReadonlyArray<Transfer>;
}

/** Why a log cannot be used. `message` is one line that says what, where, and what to do. */
export interface LogError {
  readonly type:
    /** Another process has it open. */
    | 'in-use'
    /** It cannot be read. */
    | 'damaged'
    | 'other-server'
    /** The disk is full, or a quota used up. */
    | 'full'
    | 'too-many-files'
    /** This user, or nobody, may write it. */
    | 'not-permitted'
    /** The disk reports an error. */
    | 'disk'
    | 'failed';
  readonly message: string;
}

/** Whose log it is. */
export interface Owner {
  readonly server: NodeId;
  /** The incarnation of a replica that starts with an empty log (R7). It must be one that the server never had. Default 0. */
  readonly freshIncarnation?: number;
  /** Go on as a new replica whatever the log says: for machines that were rolled back as a whole, which nothing in the log shows. */
  readonly newIncarnation?: boolean;
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

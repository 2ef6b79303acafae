/** The durable log's port (R10): a replica commits its changes to the log, and recovers them from the log. */
import type * as E from 'fp-ts/lib/Either.js';
import type { NodeId, ReplicaId } from '../../core/ids.js';
import type { Stamp, Transfer, VectorEntries, Write } from '../../core/write.js';
import type { SeenPut } from '../client-windows.js';

/** The changes of one step. The durable log must have them before the step's answer may leave. */
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
  readonly seen: ReadonlyArray<SeenPut>;
  /** Puts that need not be recognised any more. */
  readonly forgotten: ReadonlyArray<SeenPut>;
  /** New writes of a part of a pull. They are live only when the vector claims them (R9). */
  readonly waiting?: ReadonlyArray<Write>;
  /** The progress of all pulls of which parts have come. Left out: no progress has changed. */
  readonly transfers?: ReadonlyArray<Transfer>;
  /** The identity that the replica has from now on (R7a). Left out: the identity stays. */
  readonly replica?: ReplicaId;
}

/** A change that changes nothing. */
export const NO_CHANGE: Append = { writes: [], drops: [], vv: [], clock: 0, seen: [], forgotten: [] };

/** The state in which a log was found. After every state but `whole` the replica has a new identity (R7, R7a). */
export type LogCondition =
  /** The log was empty. */
  | 'fresh'
  /** The log is the last written one, in its place, with every acknowledged change. The same replica goes on. */
  | 'whole'
  /** Changes are missing at the log's end: a part of the log was cut off or deleted, or is an older copy. */
  | 'cut'
  /** The log is a copy, was moved, or was written by another program. So the log may be older than its replica. */
  | 'moved'
  /** The machine was restarted while the log was open without fsync: acknowledged writes may be missing. */
  | 'rebooted'
  /** The owner asked for a new replica. */
  | 'asked';

/** The contents of an opened log. */
export interface RecoveredLog {
  /** The identity to go on with. It is a new one if the log may lack changes: the old replica would give a lost write's stamp out again. */
  readonly replica: ReplicaId;
  readonly found: LogCondition;
  /** The reason not to go on under the old identity, as the end of a sentence about the log. Undefined after `whole` and `fresh`. */
  readonly note?: string;
  readonly clock: number;
  readonly vv: VectorEntries;
  /** The live writes, for each replica in the order of accept times. Superseded writes that were not dropped yet are among them. */
  readonly writes: Iterable<Write>;
  readonly seen: Iterable<SeenPut>;
  /** The writes that came in parts of pulls. They are live if the vector claims them (R9). */
  readonly waiting: Iterable<Write>;
  /** The progress of these pulls. It is empty for a new replica, because parts are for the replica that asked. */
  readonly transfers: ReadonlyArray<Transfer>;
}

/** The reason why a log cannot be used. `message` is one line that says what is wrong, where, and what to do. */
export interface LogError {
  readonly type:
    /** Another process has the log open. */
    | 'in-use'
    /** The log cannot be read, or acknowledged changes are missing. */
    | 'damaged'
    | 'other-server'
    /** The disk is full, or a quota is used up. */
    | 'full'
    | 'too-many-files'
    /** This user may not write the log, or no user may. */
    | 'not-permitted'
    /** The disk reports an error. */
    | 'disk'
    /** The files of the open log are not in its folder any more: the folder was removed, moved or replaced. */
    | 'lost'
    | 'failed';
  readonly message: string;
  /** What is damaged, of a damaged log. */
  readonly damage?: string;
}

/** The server that opens a log, and the identity that it asks for. */
export interface Owner {
  readonly server: NodeId;
  /** The incarnation of a replica that starts with an empty log (R7). The server must never have had this incarnation. Default 0. */
  readonly freshIncarnation?: number;
  /** True: the server goes on as a new replica, even with a whole log. This is for a machine that was rolled back as a whole: its log looks whole. */
  readonly newIncarnation?: boolean;
}

/** A durable log. It has one owner at a time. The owner calls `open` first. */
export interface Log {
  /**
   * `onFailure` is told once of the error that makes the log fail while no commit is made, such as a folder that was removed. Every later
   * commit fails of this error.
   */
  readonly open: (owner: Owner, onFailure?: (error: unknown) => void) => Promise<E.Either<LogError, RecoveredLog>>;
  /**
   * Makes these changes durable, in this order, all or none. The owner makes one call at a time. `undefined`: the changes are durable already.
   * Throws or rejects if the changes could not be made durable.
   */
  readonly commit: (appends: ReadonlyArray<Append>) => Promise<void> | undefined;
  /** Looks whether the log's files are still in their place. If they are not, the log fails, and `onFailure` is told. Never rejects. */
  readonly look: () => Promise<void>;
  /** Closes the log. Left: the closing failed, or the log is not in its place. */
  readonly close: () => Promise<E.Either<LogError, void>>;
}

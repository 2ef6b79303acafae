/** Decides when a checkpoint is written: where a search stops before its end, and by the clock. */
import { CheckerError } from '../error.js';
import type { CheckpointOptions } from '../options.js';
import type { Stop } from '../report.js';
import { begin, finish, mustBeWritable, type Writer } from './file.js';

export class Keeper {
  readonly path: string;
  private readonly everyMs: number;
  private dueAt: number;

  constructor(path: string, everyMs: number) {
    this.path = path;
    this.everyMs = everyMs;
    this.dueAt = performance.now() + everyMs;
  }

  /** By the clock. */
  isDue(): boolean {
    return performance.now() >= this.dueAt;
  }

  /** Writes the search, as one section. @throws CheckerError (`checkpoint`). */
  write(content: (to: Writer) => void): void {
    begin(this.path, content);
    finish(this.path);
    this.kept();
  }

  /** Notes that the search was written. The time until it is due again begins now. */
  kept(): void {
    this.dueAt = performance.now() + this.everyMs;
  }
}

/** Tests that a search which stopped in this way has something left to go on with. */
export const isUnfinished = (stop: Stop): stop is UnfinishedStop => stop.kind !== 'complete' && stop.kind !== 'violation';

type UnfinishedStop = Exclude<Stop, { readonly kind: 'complete' | 'violation' }>;

/** Tells in a stop that the search could not be written. @throws what is no fault of a checkpoint. */
const unwritten = (stop: UnfinishedStop, error: unknown): Stop => {
  if (!(error instanceof CheckerError) || error.code !== 'checkpoint') throw error;
  return { ...stop, unwritten: error.message };
};

/**
 * Writes a search that has stopped before its end. Where it cannot be written its report is not lost: the stop tells why. Gives the stop.
 */
export const writeLast = (stop: Stop, write: () => void): Stop => {
  if (!isUnfinished(stop)) return stop;
  try {
    write();
    return stop;
  } catch (error) {
    return unwritten(stop, error);
  }
};

/** Does {@link writeLast} where threads write. */
export const writeLastOfAll = async (stop: UnfinishedStop, write: () => Promise<void>): Promise<Stop> =>
  write().then(
    () => stop,
    (error: unknown) => unwritten(stop, error),
  );

/**
 * Makes the keeper of a search; undefined where the options ask for none.
 *
 * @throws CheckerError (`option`, `checkpoint`) for options that make no sense, and for a file that cannot be written.
 */
export const keeperOf = ({ checkpoint, checkpointEveryMs: everyMs }: CheckpointOptions): Keeper | undefined => {
  if (everyMs !== undefined && checkpoint === undefined)
    throw new CheckerError('option', 'checkpointEveryMs: it needs a checkpoint, the file to write');
  if (checkpoint === undefined) return undefined;
  mustBeWritable(checkpoint);
  return new Keeper(checkpoint, everyMs ?? Infinity);
};

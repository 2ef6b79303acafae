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
export const isUnfinished = ({ kind }: Stop): boolean => kind !== 'complete' && kind !== 'violation';

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

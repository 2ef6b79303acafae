/** Standard output and standard error: results that nobody gets are no success, and what cannot be said ends nothing. */
import { OUTPUT_LOST } from './exit.js';
import { reasonOf, say } from './say.js';

/** Tells of an error of standard output, if it is not that its reader went away; the status that goes with it. */
export const lostOutput = (error: NodeJS.ErrnoException, sayLine: (line: string) => void = say): number => {
  if (error.code === 'EPIPE') return OUTPUT_LOST.readerGone;
  sayLine(`the results cannot be written: ${reasonOf(error)}`);
  return OUTPUT_LOST.unwritable;
};

/** Sees to it that a standard error that is full or gone keeps nothing from being done. */
export const tolerateErrors = (): void => {
  if (!process.stderr.listeners('error').includes(ignore)) process.stderr.on('error', ignore);
};

const ignore = (): void => undefined;

/** Resolves when all that was printed is written: with undefined, or with what keeps it from being written. */
export const written = (): Promise<NodeJS.ErrnoException | undefined> =>
  new Promise((resolve) => {
    process.stdout.once('error', resolve);
    process.stdout.write('', (error) => resolve(error ?? undefined));
  });

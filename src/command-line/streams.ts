/** Errors of standard output and standard error. A program whose results cannot be written fails; one whose messages cannot be written goes on. */
import { OUTPUT_LOST } from './exit.js';
import { reasonOf, say } from './say.js';

/** Reports an error of standard output, unless the reader just went away. Gives the exit status. */
export const lostOutput = (error: NodeJS.ErrnoException, sayLine: (line: string) => void = say): number => {
  if (error.code === 'EPIPE') return OUTPUT_LOST.readerGone;
  sayLine(`the results cannot be written: ${reasonOf(error)}`);
  return OUTPUT_LOST.unwritable;
};

/** Lets the program go on when standard error is full or gone. */
export const tolerateErrors = (): void => {
  if (!process.stderr.listeners('error').includes(ignore)) process.stderr.on('error', ignore);
};

const ignore = (): void => undefined;

/** Resolves when everything printed is written, with undefined; or with the error that prevents it. */
export const written = (): Promise<NodeJS.ErrnoException | undefined> =>
  new Promise((resolve) => {
    process.stdout.once('error', resolve);
    process.stdout.write('', (error) => resolve(error ?? undefined));
  });

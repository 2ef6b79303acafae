/** How the process ends whatever a model of one's own does to it: a verdict or one line, and an end. */
import { EXIT, type ExitStatus } from '../exit.js';

/** The model that is being checked, if any: should the process end now, it was the model that ended it. */
let checking: string | undefined;

const onExit = (): void => {
  if (checking === undefined) return;
  process.stderr.write(`bayou check: ${checking}: the model ended the process (process.exit) while it was checked\n`);
  process.exitCode = EXIT.usage;
};

/** Runs a check of a model of one's own. Where the model ends the process, a line says so, and the status is 2. */
export const guarded = async <T>(source: string, run: () => Promise<T>): Promise<T> => {
  if (!process.listeners('exit').includes(onExit)) process.on('exit', onExit);
  checking = source;
  try {
    return await run();
  } finally {
    checking = undefined;
  }
};

/** The user ended the process: that is no doing of the model. */
export const endNow = (status: ExitStatus): never => {
  checking = undefined;
  process.exit(status);
};

const LOOK_MS = 50;

/** Ends the process once everything is written, should a model have left a timer or a connection open. */
export const endSoon = (status: ExitStatus): void => {
  setInterval(() => {
    if (process.stdout.writableLength === 0) process.exit(status);
  }, LOOK_MS).unref();
};

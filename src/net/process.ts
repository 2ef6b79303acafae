/**
 * The common frame of server and client processes. A process reads its configuration from standard input and answers on standard output. It
 * ends when its standard input ends, which happens however the master ends.
 */
import { createInterface } from 'node:readline';
import * as E from 'fp-ts/lib/Either.js';
import type * as t from 'io-ts/lib/index.js';
import type { ListeningPort, ReadyAnswer } from './process-config.js';
import { decodeOr } from './protocol.js';

const answerMaster = (ready: ReadyAnswer): void => {
  process.stdout.write(`${JSON.stringify(ready)}\n`);
};

const parse = <A>(codec: t.Decoder<unknown, A>, line: string): E.Either<string, A> => {
  try {
    return decodeOr(codec, JSON.parse(line));
  } catch {
    return E.left('a configuration that is not JSON');
  }
};

/** Reads the configuration and calls `start`, which gives where the process listens, or one line why it does not. */
export const runProcess = <A>(
  codec: t.Decoder<unknown, A>,
  start: (config: A) => Promise<E.Either<string, ListeningPort>>,
): void => {
  // Only the process's user may read the files that the process writes, in every folder. The database's files are among them.
  process.umask(0o077);
  // The terminal's signals are for the master. The master ends its processes itself.
  process
    .on('SIGINT', () => undefined)
    .on('SIGTERM', () => undefined)
    .on('SIGHUP', () => undefined);
  // The master may die while the process writes its answer.
  process.stdout.on('error', () => undefined);

  const begin = async (line: string): Promise<void> => {
    const config = parse(codec, line);
    const started = E.isLeft(config) ? config : await start(config.right);
    if (E.isRight(started)) {
      answerMaster({ ready: started.right });
      return;
    }
    answerMaster({ failed: started.left });
    process.exitCode = 1;
    setImmediate(() => process.exit());
  };

  const input = createInterface({ input: process.stdin });
  input.once('line', (line) => void begin(line));
  input.once('close', () => process.exit());
};

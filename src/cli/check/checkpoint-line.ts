/** What the checker says of a checkpoint, in the words of the command line: with the option that named the file, and the system's errors in words. */
import { whyNoUse } from '../../command-line/named-files.js';
import type { CheckArgs } from './check-args.js';

/** What the system said, after what could not be done. */
const OF_SYSTEM = /^(it cannot be (?:read|written)): (E[A-Z0-9]+): .*$/s;
/** What is said of a file that is written. */
const OF_WRITING = /^(?:it cannot be written: |.* is there already, )/;

const inWords = (path: string, why: string): string => {
  const [, what, code] = OF_SYSTEM.exec(why) ?? [];
  return what === undefined || code === undefined ? why : `${what}: ${whyNoUse(path, code)}`;
};

/** A line of the checker as one about `--resume` or `--checkpoint`; undefined: it is about neither file. */
export const checkpointLine = (
  message: string,
  { checkpoint, resume }: Pick<CheckArgs, 'checkpoint' | 'resume'>,
): string | undefined => {
  for (const path of [resume, checkpoint]) {
    const head = `checkpoint ${path}: `;
    if (path === undefined || !message.startsWith(head)) continue;
    const why = message.slice(head.length);
    const option = checkpoint === path && (resume !== path || OF_WRITING.test(why)) ? '--checkpoint' : '--resume';
    return `${option}: ${path}: ${inWords(path, why)}`;
  }
  return undefined;
};

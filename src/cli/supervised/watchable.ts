/** Which command lines run a model of one's own, and are to be watched (`supervisor.ts`). Every command asks, so that little is loaded for it. */
import { isModule } from '../check/is-module.js';
import { WATCHED } from './supervisor-pipe.js';

/** The commands that run models, and what of their words may name one: a path that is replayed may be of one. */
const COMMANDS: Readonly<Record<string, (word: string) => boolean>> = {
  check: (word) => isModule(word) || word.startsWith('--replay'),
  explore: (word) => isModule(word) || word.endsWith('.json'),
};

/** Whether a command line runs a model of one's own. */
export const isWatchable = ([command = '', ...words]: ReadonlyArray<string>): boolean =>
  process.env[WATCHED] === undefined && Object.hasOwn(COMMANDS, command) && words.some(COMMANDS[command]!);

/** Tells which command lines run a user's own model and must be watched (`supervisor.ts`). Every command loads this module, so it loads little. */
import { isModule } from '../check/is-module.js';
import { WATCHED } from './supervisor-pipe.js';

/** The commands that run models, and for each the test of whether a word may name a user's own model. A replayed path may be of such a model. */
const WATCHABLE_COMMANDS: Readonly<Record<string, (word: string) => boolean>> = {
  check: (word) => isModule(word) || word.startsWith('--replay'),
  explore: (word) => isModule(word) || word.endsWith('.json'),
};

/** Does the command line run a user's own model? */
export const isWatchable = ([command = '', ...words]: ReadonlyArray<string>): boolean =>
  process.env[WATCHED] === undefined && Object.hasOwn(WATCHABLE_COMMANDS, command) && words.some(WATCHABLE_COMMANDS[command]!);

/** `bayou master`: the master program, as a subcommand. */
import { runToTheEnd } from '../master/program.js';

/** Ends the process itself: results that nobody reads would keep it from ending. */
export const main = async (args: ReadonlyArray<string>): Promise<number> => process.exit(await runToTheEnd('bayou master', args));

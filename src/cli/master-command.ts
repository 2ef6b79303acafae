/** `bayou master`: the master program, as a subcommand. */
import { runToTheEnd } from '../master/program.js';

/** Ends the process itself: with results that nobody reads, Node would wait for ever. */
export const main = async (args: ReadonlyArray<string>): Promise<number> => process.exit(await runToTheEnd('bayou master', args));

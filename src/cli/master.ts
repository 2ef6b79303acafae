/** `bayou master`: the master program, as a subcommand. */
import { runMasterProgram } from '../master/program.js';

export const main = (args: ReadonlyArray<string>): Promise<number> => runMasterProgram('bayou master', args);

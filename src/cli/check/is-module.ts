/** Which words of a command line name a model of one's own. Nothing of the program is loaded for that. */
import { extname } from 'node:path';

const EXTENSIONS = ['.mjs', '.js', '.cjs', '.ts', '.mts', '.cts'];

/** What examples, models that come with the package, are named by: `example:peterson`. */
export const EXAMPLE = 'example:';

/** Whether what the user named is a module, by its extension, or an example. */
export const isModule = (source: string): boolean => source.startsWith(EXAMPLE) || EXTENSIONS.includes(extname(source));

/** Tells which words of a command line name a user's own model. This module loads no other module of the program. */
import { extname } from 'node:path';

const EXTENSIONS = ['.mjs', '.js', '.cjs', '.ts', '.mts', '.cts'];

/** The prefix of the names of examples, models that come with the package: `example:peterson`. */
export const EXAMPLE = 'example:';

/** Does the source name a module, by its extension, or an example? */
export const isModule = (source: string): boolean => source.startsWith(EXAMPLE) || EXTENSIONS.includes(extname(source));

/** Models that come with the package: `example:peterson`. */
import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '../../command-line/exit.js';
import { EXAMPLE } from './is-module.js';

/** The folder of the examples. They are JavaScript, so that every Node can run them; a TypeScript version is beside each. */
const FOLDER = fileURLToPath(new URL('../../../examples/models', import.meta.url));

/** The names of the examples, sorted. */
export const exampleNames = async (): Promise<ReadonlyArray<string>> =>
  (await readdir(FOLDER))
    .filter((file) => file.endsWith('.mjs'))
    .map((file) => `${EXAMPLE}${basename(file, '.mjs')}`)
    .sort();

/** The file of a module: the file of an example, or the file that `source` names. @throws UsageError if no example has the name */
export const fileOfModule = async (source: string): Promise<string> => {
  if (!source.startsWith(EXAMPLE)) return source;
  const names = await exampleNames();
  const wanted = source.toLowerCase();
  if (!names.includes(wanted)) throw new UsageError(`there is no such example; there are ${names.join(', ')}`);
  return `${FOLDER}/${wanted.slice(EXAMPLE.length)}.mjs`;
};

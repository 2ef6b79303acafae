/** Errors about the files that options name: they begin with the option. An option with a list of files takes every word up to the next option. */
import { UsageError } from '#bayou/command-line/exit.js';
import { standsAt } from '#bayou/command-line/named-files.js';

/** Is it something that is run, and so belongs to no list? */
const isRun = (file: string): boolean => file.endsWith('.script') || standsAt(file)?.isDirectory() === true;

/** An error about the files in the list of an option. */
export const wrongInList = (option: string, files: ReadonlyArray<string>, message: string): UsageError => {
  const hint = files.some(isRun) ? `; what is to be run goes before ${option}, which takes every word after it` : '';
  return new UsageError(`${option}: ${message}${hint}`);
};

const naming = <T>(read: () => T, wrong: (message: string) => UsageError): T => {
  try {
    return read();
  } catch (error) {
    throw error instanceof UsageError ? wrong(error.message) : error;
  }
};

/** Reads a file in the list of an option. @throws UsageError that names the option */
export const fromList = <T>(option: string, file: string, read: () => T): T =>
  naming(read, (message) => wrongInList(option, [file], message));

/** Reads the one file of an option. @throws UsageError that names the option */
export const fromOption = <T>(option: string, read: () => T): T =>
  naming(read, (message) => new UsageError(`${option}: ${message}`));

/** Words of a command line that a user can copy. */

/** A word as a shell reads it: in quotes unless it has plain characters alone. */
export const shellWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;

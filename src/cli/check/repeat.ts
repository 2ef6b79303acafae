/** The one command that repeats a check. */

const quote = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`);

/** What was said, for one configuration: the other configurations are left out, the options are kept as they were given. */
export const repeatCommand = (args: ReadonlyArray<string>, configs: ReadonlyArray<string>, source: string): string => {
  const options = args.filter((word) => !configs.includes(word));
  return ['npx bayou check', ...[source, ...options].map(quote)].join(' ');
};

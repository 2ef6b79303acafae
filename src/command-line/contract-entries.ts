/** The entries of docs/protocol.md and docs/glossary.md: what a rule, a variant, a property, a result or a term means. */

/** One entry: the name it is looked up by, and its paragraph as it stands in the page. */
export interface Entry {
  readonly name: string;
  readonly text: string;
}

const HEADING = /^(#+) (.+)$/;

/**
 * The entries of the contract: each heading of the third level, named by its first word, with the text up to the next heading.
 * `page` is the Markdown text of docs/protocol.md.
 */
export const entriesOfProtocol = (page: string): ReadonlyArray<Entry> =>
  page
    .split(/^(?=#+ )/m)
    .filter((part) => part.startsWith('### '))
    .map((part) => {
      const [heading = '', ...lines] = part.split('\n');
      const title = HEADING.exec(heading)?.[2] ?? '';
      return { name: title.split(' ')[0] ?? '', text: `${title}\n\n${lines.join('\n').trim()}` };
    });

/**
 * The entries of the glossary: each row of its tables. `page` is the Markdown text of docs/glossary.md.
 */
export const entriesOfGlossary = (page: string): ReadonlyArray<Entry> =>
  page
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| term |'))
    .map((line) => {
      const [name = '', meaning = '', elsewhere = ''] = line
        .split('|')
        .slice(1)
        .map((cell) => cell.trim());
      return { name, text: `${name}: ${meaning}${elsewhere === '' ? '' : `\nElsewhere: ${elsewhere}`}` };
    });

const folded = (name: string): string => name.toLowerCase().replaceAll(/[\s_-]+/g, ' ');

/** The entries that a name means, without regard to case, blanks, hyphens and underscores; a term also in the plural. */
export const lookUp = (entries: ReadonlyArray<Entry>, name: string): ReadonlyArray<Entry> => {
  const wanted = folded(name.replaceAll(/^\[|\]$/g, ''));
  return entries.filter((entry) => folded(entry.name) === wanted || `${folded(entry.name)}s` === wanted);
};

/** Names that contain what was asked, at most `most` of them, for a message. */
export const similar = (entries: ReadonlyArray<Entry>, name: string, most = 8): ReadonlyArray<string> =>
  entries
    .map((entry) => entry.name)
    .filter((other) => folded(other).includes(folded(name)) || folded(name).includes(folded(other)))
    .slice(0, most);

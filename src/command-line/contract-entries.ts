/** Finds entries of docs/protocol.md and docs/glossary.md: what a rule, a variant, a property, a result, a section or a term means. */

/** One entry: its name, by which it is looked up, and its text in the page. */
export interface ContractEntry {
  readonly name: string;
  /** Other names by which it is looked up, such as `original-clock` for V1. */
  readonly others?: ReadonlyArray<string>;
  readonly text: string;
}

/** The number of a variant, after which its heading has its name in words. The words of other headings are terms of the glossary. */
const VARIANT = /^V\d+$/;

const HEADING = /^(#+) (.+)$/;

/**
 * The entries of the contract: each heading of the third level, named by its first word, with the text up to the next heading.
 * `page` is the Markdown text of docs/protocol.md.
 */
export const entriesOfProtocol = (page: string): ReadonlyArray<ContractEntry> =>
  page
    .split(/^(?=#+ )/m)
    .filter((part) => part.startsWith('### '))
    .map((part) => {
      const [heading = '', ...lines] = part.split('\n');
      const title = HEADING.exec(heading)?.[2] ?? '';
      const [name = '', ...words] = title.split(' ');
      const others = VARIANT.test(name) ? { others: [words.join(' ')] } : {};
      return { name, ...others, text: `${title}\n\n${lines.join('\n').trim()}` };
    });

/** A heading of the second level with a number: `## 5. The master program`. */
const SECTION = /^## (\d+)\. (.+)$/;

/**
 * The numbered sections of the contract, under the names that reports use (`section 5`). Each has the text before its first entry, and the names of
 * its entries. `page` is the Markdown text of docs/protocol.md.
 */
export const sectionsOfProtocol = (page: string): ReadonlyArray<ContractEntry> =>
  page.split(/^(?=## )/m).flatMap((part) => {
    const [heading = '', ...lines] = part.split('\n');
    const [, number, title] = SECTION.exec(heading) ?? [];
    if (number === undefined || title === undefined) return [];
    const [own = ''] = lines.join('\n').split(/^### /m);
    const names = entriesOfProtocol(part).map(({ name }) => name);
    const entries = names.length === 0 ? '' : `\n\nIts entries, of which bayou explain prints each: ${names.join(', ')}`;
    return [{ name: `section ${number}`, text: `Section ${number}: ${title}\n\n${own.trim()}${entries}` }];
  });

/**
 * The entries of the glossary: each row of its tables. `page` is the Markdown text of docs/glossary.md.
 */
export const entriesOfGlossary = (page: string): ReadonlyArray<ContractEntry> =>
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

/** The entries with a name. Case, blanks, hyphens and underscores do not matter, and a term may be in the plural. */
export const lookUp = (entries: ReadonlyArray<ContractEntry>, name: string): ReadonlyArray<ContractEntry> => {
  const wanted = folded(name);
  return entries.filter(({ name: own, others = [] }) => [own, `${own}s`, ...others].some((one) => folded(one) === wanted));
};

/** The most words of a name. */
const MAX_WORDS = 4;

/** What a text names: the entries of each name, or the first words that begin no name. */
export type NamedEntries =
  | { readonly type: 'found'; readonly entries: ReadonlyArray<ReadonlyArray<ContractEntry>> }
  | { readonly type: 'unknown'; readonly words: string };

/** The entries that a text names, as `version vector`, `R6 V1` or, in a report, `SESSION_ORDER [R6, R14]`. Of several names that begin at a word the longest counts. */
export const namedIn = (entries: ReadonlyArray<ContractEntry>, text: string): NamedEntries => {
  const words = text.split(/[\s,[\]]+/).filter((word) => word !== '');
  const nameAt = (at: number): ReadonlyArray<string> | undefined =>
    Array.from({ length: MAX_WORDS }, (_, i) => words.slice(at, at + MAX_WORDS - i)).find(
      (some) => lookUp(entries, some.join(' ')).length > 0,
    );
  const found: ReadonlyArray<ContractEntry>[] = [];
  for (let at = 0; at < words.length;) {
    const name = nameAt(at);
    if (name === undefined) {
      const next = words.findIndex((_, i) => i > at && nameAt(i) !== undefined);
      return { type: 'unknown', words: words.slice(at, next < 0 ? undefined : next).join(' ') };
    }
    found.push(lookUp(entries, name.join(' ')));
    at += name.length;
  }
  return { type: 'found', entries: found };
};

/** At most `most` names that contain `name`, or are contained in it. */
export const similar = (entries: ReadonlyArray<ContractEntry>, name: string, most = 8): ReadonlyArray<string> =>
  entries
    .flatMap(({ name: own, others = [] }) => [own, ...others])
    .filter((other) => folded(other).includes(folded(name)) || folded(name).includes(folded(other)))
    .slice(0, most);

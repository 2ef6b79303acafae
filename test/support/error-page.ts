/** The tables of docs/errors.md, and how a line of them is recognised. */

/** A row. `isRare`: a dagger says that no test can provoke it. */
export interface Row {
  readonly line: string;
  readonly isRare: boolean;
}

/** The rows whose first cell is a line. */
export const rowsOf = (page: string): ReadonlyArray<Row> =>
  [...page.matchAll(/^\| `(.+?)` \|(.*)\|$/gm)]
    .map(([, line = '', rest = '']) => ({ line, isRare: rest.includes('†') }))
    .filter(({ line }) => !/^bayou \w+$/.test(line));

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** What a line with holes stands for. */
export const patternOf = (line: string, hole: string): RegExp => new RegExp(line.split('…').map(escaped).join(hole));

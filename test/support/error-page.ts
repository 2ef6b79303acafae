/** The tables of docs/errors.md, and how a line of them is recognised. */

/** A row. `isRare`: a dagger says that no test can provoke it. */
export interface Row {
  readonly line: string;
  readonly isRare: boolean;
  /** The part of the page that it is in. */
  readonly section: string;
}

/** The rows whose first cell is a line. */
export const rowsOf = (page: string): ReadonlyArray<Row> =>
  page
    .split(/^##+ /m)
    .flatMap((part) =>
      [...part.matchAll(/^\| `(.+?)` \|(.*)\|$/gm)].map(([, line = '', rest = '']) => ({
        line,
        isRare: rest.includes('†'),
        section: part.slice(0, part.indexOf('\n')),
      })),
    )
    .filter(({ line }) => !/^bayou \w+$/.test(line));

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** What a line with holes stands for. */
export const patternOf = (line: string, hole: string): RegExp => new RegExp(line.split('…').map(escaped).join(hole));

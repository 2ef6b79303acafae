/** Makes a copy of the build in which the checker's typed arrays are watched. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { copyOf } from '../../conformance/mutants/copy.js';
import { checkedCells, HELPERS } from './checked-cells.js';

const HELPERS_FILE = 'watched-cells.js';

/** By file, comparisons that may read beyond the end. */
export const BEYOND: Readonly<Record<string, ReadonlyArray<string>>> = {
  // An id beyond the end is in no loaded list. Its stamp is undefined, so the comparison is false, which is right.
  'factored/store/mover.js': ['this.stamps[id] === this.stamp'],
};

/** The accesses of the checker that are watched. */
export interface WatchedAccesses {
  /** The number of watched accesses. */
  readonly watched: number;
  /** The places of the others: `explicit/state-rows.js:12`. */
  readonly unwatched: ReadonlyArray<string>;
}

/** Makes the copy of the project below `root`. `edit` changes the text of a file of the checker before it is watched; the file's name is below `dist/checker`. */
export const watchedCopy = (
  root: string,
  copy: string,
  edit = (text: string, _file: string): string => text,
): WatchedAccesses => {
  copyOf(root, copy);
  const checker = join(copy, 'dist/checker');
  writeFileSync(join(checker, HELPERS_FILE), HELPERS);
  const unwatched: string[] = [];
  let watched = 0;
  for (const file of readdirSync(checker, { recursive: true, encoding: 'utf8' })) {
    if (!file.endsWith('.js') || file === HELPERS_FILE) continue;
    const path = join(checker, file);
    const helpers = relative(dirname(path), join(checker, HELPERS_FILE));
    const source = edit(readFileSync(path, 'utf8'), file);
    const checked = checkedCells(source, file, helpers.startsWith('.') ? helpers : `./${helpers}`, BEYOND[file]);
    writeFileSync(path, checked.text);
    watched += checked.watched;
    for (const line of checked.unwatched) unwatched.push(`${file}:${line}`);
  }
  return { watched, unwatched };
};

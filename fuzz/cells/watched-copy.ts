/** A copy of the build in which the checker's typed arrays are watched. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { copyOf } from '../../conformance/mutants/copy.js';
import { checkedCells, HELPERS } from './checked-cells.js';

const HELPERS_FILE = 'watched-cells.js';

/** Comparisons that mean it when they read beyond the end, by file. */
export const BEYOND: Readonly<Record<string, ReadonlyArray<string>>> = {
  // An id beyond the end is in no list that was loaded: no stamp is undefined, so the comparison is false.
  'factored/store/mover.js': ['this.stamps[id] === this.stamp'],
};

/** How much of the checker is watched. */
export interface Watched {
  /** How many accesses are. */
  readonly watched: number;
  /** Where one is not: `explicit/state-rows.js:12`. */
  readonly unwatched: ReadonlyArray<string>;
}

/** Makes the copy of the project below `root`. `edit` changes a file of the checker, by its name below `dist/checker`, before it is watched. */
export const watchedCopy = (root: string, copy: string, edit = (text: string, _file: string): string => text): Watched => {
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

/** Makes copies of the built program, with one fault or without. The program that ships is not touched. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A piece of a file's text, and the text that replaces it. */
export interface Edit {
  readonly find: string;
  readonly put: string;
}

/** One small fault of the built program. It replaces a piece of text, which must stand there exactly once. */
export interface Mutant extends Edit {
  readonly name: string;
  readonly what: string;
  /** The file's path below `dist/`. */
  readonly file: string;
  /** A second edit of the same file that the fault needs. */
  readonly also?: Edit;
}

/** Makes a copy of the project below `root`; it has `dist/` and `package.json`. */
export const copyOf = (root: string, copy: string): void => {
  rmSync(copy, { recursive: true, force: true });
  mkdirSync(copy, { recursive: true });
  cpSync(join(root, 'dist'), join(copy, 'dist'), {
    recursive: true,
    // Without the bundles the copy's programs run as single modules, so that a mutant's edit of one takes effect.
    filter: (path) => !/\.(d\.ts|map|tsbuildinfo)$|dist\/(processes|programs)$/.test(path),
  });
  cpSync(join(root, 'package.json'), join(copy, 'package.json'));
};

/** Puts a fault into a copy. Throws where the fault does not apply, because the table is out of date. */
export const copyWith = (mutant: Mutant, copy: string, root: string): void => {
  copyOf(root, copy);
  const file = join(copy, 'dist', mutant.file);
  let text = readFileSync(file, 'utf8');
  for (const { find, put } of [mutant, ...(mutant.also === undefined ? [] : [mutant.also])]) {
    const found = text.split(find).length - 1;
    if (found !== 1)
      throw new Error(`mutant ${mutant.name}: '${find}' stands ${found} times in dist/${mutant.file}, and must stand there once`);
    text = text.replace(find, () => put);
  }
  writeFileSync(file, text);
};

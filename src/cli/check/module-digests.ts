/** By what a module is told from what it was: its text, and the texts of the files that it imports, and they. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { standsAt } from '../../command-line/named-files.js';

/** A file beside the importing one, as `import`, `export … from`, `import()` and `require` name it. */
const IMPORT = /\b(?:from|import|require)\s*\(?\s*(['"])(\.{1,2}\/[^'"\n]+)\1/g;

/** How many files are looked at: who imports more is told by the first of them. */
const MOST_FILES = 1_000;

/** A `.ts` file may be imported under the name of what is made of it, and with none. */
const candidates = (path: string): ReadonlyArray<string> => [
  path,
  path.replace(/\.([cm]?)js$/, '.$1ts'),
  ...['.ts', '.mjs', '.js', '.json', '/index.ts', '/index.js'].map((end) => path + end),
];

const importsOf = (file: string, text: Buffer): ReadonlyArray<string> =>
  [...text.toString('utf8').matchAll(IMPORT)].flatMap(([, , name = '']) => {
    const found = candidates(resolve(dirname(file), name)).find((path) => standsAt(path)?.isFile() === true);
    return found === undefined ? [] : [found];
  });

const digestOf = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex');

/** A module and the files that it imports from beside it, and they, each with its text; its own is the first. Each is read once, and when it is asked for. */
function* filesWithTexts(module: string): Generator<readonly [file: string, text: Buffer]> {
  const files = new Set([resolve(module)]);
  let read = 0;
  for (const file of files) {
    if (read++ === MOST_FILES) return;
    const text = readFileSync(file);
    yield [file, text];
    for (const imported of importsOf(file, text)) files.add(imported);
  }
}

/** The files of {@link filesWithTexts}. @throws what reading them throws */
export function* filesOf(module: string): Generator<string> {
  for (const [file] of filesWithTexts(module)) yield file;
}

/**
 * Digests of a module, by what they are of, for the identity of a checkpoint. What it reads otherwise (other packages, files, the
 * environment) is not in them.
 *
 * @throws what reading the files throws
 */
export const moduleDigests = (module: string): Readonly<Record<string, string>> => {
  const digests = Array.from(filesWithTexts(module), ([file, text]) => [file, digestOf(text)] as const);
  const [[, own] = ['', ''], ...imported] = digests;
  const lines = imported.map(([file, digest]) => `${relative(dirname(module), file)} ${digest}`);
  return {
    'SHA-256 of the module': own,
    ...(lines.length === 0 ? {} : { 'SHA-256 of what the module imports': digestOf(lines.sort().join('\n')) }),
  };
};

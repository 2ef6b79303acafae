/** Digests that tell whether a module has changed: of its text, and of the texts of the files that it imports, directly or not. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { standsAt } from '../../command-line/named-files.js';

/** A file beside the importing one, as `import`, `export … from`, `import()` and `require` name it. */
const IMPORT = /\b(?:from|import|require)\s*\(?\s*(['"])(\.{1,2}\/[^'"\n]+)\1/g;

/** The most files that are read. Of a module that imports more, only the first count. */
const MAX_FILES = 1_000;

/** The files that an import may mean: a `.ts` file may be imported by the name of its JavaScript, or without an ending. */
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

/** The module and the files that it imports by relative paths, directly or not, each with its text. The module is first. Each file is read once, and only when it is asked for. */
function* filesWithTexts(module: string): Generator<readonly [file: string, text: Buffer]> {
  const files = new Set([resolve(module)]);
  let read = 0;
  for (const file of files) {
    if (read++ === MAX_FILES) return;
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
 * The digests of a module, by name, for the identity of a checkpoint. Its other inputs (other packages, files, the environment) are not in
 * them.
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

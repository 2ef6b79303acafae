/** Writes each example in JavaScript beside the one in TypeScript: the same text without its types. `npm run examples` */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import ts from 'typescript';

const FOLDER = fileURLToPath(new URL('models', import.meta.url));

/** The compiler keeps comments and drops empty lines: those pass it as comments. */
const EMPTY = '//<empty>';

/** The text of an example without its types. */
export const withoutTypes = async (source, file) => {
  const marked = source.replace(/^$/gm, EMPTY);
  const { outputText } = ts.transpileModule(marked, {
    compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023, verbatimModuleSyntax: true },
  });
  return format(outputText.replaceAll(EMPTY, ''), { ...(await resolveConfig(file)), parser: 'babel' });
};

const written = (folder, ending) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => ({ from: `${folder}/${name}`, to: `${folder}/${name.slice(0, -ending.length)}.mjs` }));

/** The examples in TypeScript, each with the file of its JavaScript. */
export const examples = () => written(FOLDER, '.ts');

/**
 * What several examples share, likewise. The examples import the JavaScript, and types come from the `.mts` beside: so an example in TypeScript
 * runs under bare Node, too.
 */
export const sharedModules = () => written(`${FOLDER}/shared`, '.mts');

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const { from, to } of [...examples(), ...sharedModules()])
    writeFileSync(to, await withoutTypes(readFileSync(from, 'utf8'), to));

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
  const text = outputText.replaceAll(EMPTY, '').replace(/from '\.\/([\w-]+)\.js'/g, "from './$1.mjs'");
  return format(text, { ...(await resolveConfig(file)), parser: 'babel' });
};

/** The examples in TypeScript, each with the file of its JavaScript. */
export const examples = () =>
  readdirSync(FOLDER)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => ({ from: `${FOLDER}/${name}`, to: `${FOLDER}/${name.replace(/ts$/, 'mjs')}` }));

if (process.argv[1] === fileURLToPath(import.meta.url))
  for (const { from, to } of examples()) writeFileSync(to, await withoutTypes(readFileSync(from, 'utf8'), to));

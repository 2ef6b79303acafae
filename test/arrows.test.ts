/** The arrows of `npm run arrows` are tried: each on made-up files that import what it forbids, in every spelling that the house has. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);
const { forbidden } = require(join(root, '.dependency-cruiser.cjs')) as { forbidden: ReadonlyArray<{ readonly name: string }> };

// --- what is forbidden -----------------------------------------------------------------------------------------------------

/** A file of the first folder imports one of the second (or a module that is no file of ours): an arrow that forbids it. */
type Wrong = readonly [arrow: string, from: string, to: string];

const WRONG: ReadonlyArray<Wrong> = [
  // Two readings of one contract.
  ['model-is-pure', 'src/model/protocol', 'src/impl'],
  ['model-is-pure', 'src/model/checking', 'src/net'],
  ['model-is-pure', 'src/model', 'src/checker/factored'],
  ['impl-has-no-sockets', 'src/impl/log', 'src/model/protocol'],
  ['impl-has-no-sockets', 'src/impl', 'src/net'],
  ['model-has-no-io', 'src/model/actions', 'node:fs'],
  ['impl-opens-no-sockets', 'src/impl', 'node:net'],
  ['core-stands-alone', 'src/core', 'src/model/protocol'],
  ['core-stands-alone', 'src/core', 'src/impl'],
  // The checker knows nobody.
  ['checker-is-general', 'src/checker/explicit', 'src/core'],
  ['checker-is-general', 'src/checker/factored/search', 'src/model'],
  ['checker-is-general', 'src/checker/output', 'src/files'],
  ['checker-is-general', 'src/checker', 'src/impl'],
  // Rules, actions, and what judges them.
  ['protocol-knows-no-checking', 'src/model/protocol', 'src/model/checking'],
  ['protocol-knows-no-checking', 'src/model/protocol', 'src/model/actions'],
  ['protocol-knows-no-checking', 'src/model/protocol', 'src/checker/model'],
  ['checking-takes-no-action', 'src/model/checking', 'src/model/actions'],
  // Floors of the source.
  ['net-below-programs', 'src/net', 'src/master'],
  ['net-below-programs', 'src/net', 'src/model'],
  ['ports-know-nobody', 'src/ports', 'src/core'],
  ['files-stand-alone', 'src/files', 'src/core'],
  ['command-line-stands-alone', 'src/command-line', 'src/model'],
  ['checked-model-is-below', 'src/checked-model', 'src/explorer/data'],
  ['explorer-data-is-below', 'src/explorer/data', 'src/net'],
  ['explorer-is-below', 'src/explorer', 'src/checked-model'],
  ['explorer-is-below', 'src/explorer/page', 'src/explorer/data'],
  ['explorer-runs-in-a-browser', 'src/explorer', 'node:path'],
  ['src-without-conformance', 'src/master', 'conformance/common'],
  ['nobody-needs-the-command', 'src/master', 'src/cli'],
  ['nobody-needs-the-command', 'src/command-line', 'src/cli'],
  ['nobody-needs-the-command', 'conformance/cli', 'src/cli'],
  ['nobody-needs-the-command', 'fuzz', 'src/cli'],
  ['nobody-needs-the-command-conform', 'conformance/runs', 'conformance/cli'],
  // Witnesses that are to be independent.
  ['layers-know-no-other-layer', 'conformance/layer1-transitions', 'conformance/layer3-traces'],
  ['layers-know-no-other-layer', 'conformance/layer2-scripts', 'conformance/layer1-transitions'],
  ['layers-know-no-other-layer', 'conformance/layer3-traces', 'conformance/layer4-hostile/judge'],
  ['hostile-knows-traces-alone', 'conformance/layer4-hostile', 'conformance/layer2-scripts'],
  ['common-knows-no-layer', 'conformance/common', 'conformance/layer2-scripts'],
  ['judge-is-alone', 'conformance/layer4-hostile/judge', 'conformance/common'],
  ['judge-is-alone', 'conformance/layer4-hostile/judge', 'conformance/layer3-traces'],
  ['judge-is-alone', 'conformance/layer4-hostile/judge', 'src/net'],
  ['judges-have-no-model', 'conformance/layer4-hostile/judge', 'src/model/protocol'],
  ['judges-have-no-model', 'conformance/layer4-hostile/judge', 'src/impl'],
  ['judges-have-no-model', 'conformance/soak', 'src/model/checking'],
  ['judges-have-no-model', 'conformance/soak', 'conformance/layer3-traces'],
  ['oracle-knows-types-alone', 'fuzz/oracle', 'src/checker/values'],
  ['oracle-knows-types-alone', 'fuzz/oracle', 'src/model'],
  ['oracle-knows-types-alone', 'fuzz/oracle', 'conformance/common'],
  ['oracle-knows-types-alone', 'fuzz/recipe', 'fuzz/ways'],
  ['nobody-needs-the-fuzz', 'conformance/mutants', 'fuzz/oracle'],
  ['nobody-needs-the-fuzz', 'src/checker', 'fuzz/recipe'],
  // What is not ours, or not there.
  ['no-dev-dependencies', 'src/net', 'for-builders'],
  ['no-orphan-dependencies', 'conformance/runs', 'no-such-package'],
];

/** What is allowed and near to what is not: arrows that forbade everything would be as green as those that forbid nothing. */
const RIGHT: ReadonlyArray<readonly [from: string, to: string]> = [
  ['src/model/protocol', 'src/core'],
  ['src/model/actions', 'src/model/protocol'],
  ['src/impl', 'src/core'],
  ['src/net', 'src/impl'],
  ['src/cli', 'src/model/checking'],
  ['src/cli', 'src/master'],
  ['conformance/layer1-transitions', 'src/impl'],
  ['conformance/layer1-transitions', 'src/model/protocol'],
  ['conformance/layer3-traces', 'conformance/common'],
  ['conformance/layer4-hostile', 'conformance/layer3-traces'],
  ['conformance/layer4-hostile', 'conformance/layer4-hostile/judge'],
  ['conformance/layer4-hostile/judge', 'src/core'],
  ['conformance/soak', 'src/core'],
];

// --- a house of made-up files ----------------------------------------------------------------------------------------------

/** Ways to write the import: from beside, and by the name that the package has for its source. */
const spellings = (from: string, to: string): ReadonlyArray<string> => {
  if (!/^(src|conformance|fuzz)/.test(to)) return [to];
  const up = from.replace(/[^/]+/g, '..');
  return [
    `${up}/${to}.js`,
    ...(to.startsWith('src/') && !from.startsWith('src/') ? [`#bayou/${to.slice('src/'.length)}.js`] : []),
  ];
};

const house = mkdtempSync(join(tmpdir(), 'bayou-arrows-'));
afterAll(() => rmSync(house, { recursive: true, force: true }));

const write = (path: string, text: string): void => {
  mkdirSync(dirname(join(house, path)), { recursive: true });
  writeFileSync(join(house, path), text);
};

interface Try {
  readonly arrow: string | undefined;
  readonly file: string;
  readonly spelled: string;
}

const tries: ReadonlyArray<Try> = [...WRONG, ...RIGHT.map(([from, to]) => [undefined, from, to] as const)].flatMap(
  ([arrow, from, to], i) => {
    // `src/checker/model` is a file in the house; all else are folders.
    const target = to.startsWith('node:') || !to.includes('/') ? to : to === 'src/checker/model' ? to : `${to}/asked-${i}`;
    const isFile = target.includes('/');
    if (isFile) write(`${target}.ts`, 'export const asked = 1;\n');
    return spellings(from, target).map((spelled, way) => {
      const file = `${from}/asks-${i}-${way}.ts`;
      write(file, `export * as asked from '${spelled}';\n`);
      return { arrow, file, spelled };
    });
  },
);

interface Violation {
  readonly from: string;
  readonly to: string;
  readonly rule: { readonly name: string };
}

/** What the arrows say of the made-up house. */
const violations = ((): ReadonlyArray<Violation> => {
  for (const name of ['.dependency-cruiser.cjs', '.dependency-cruiser.resolve.mjs', 'tsconfig.base.json'])
    cpSync(join(root, name), join(house, name));
  const { imports } = require(join(root, 'package.json')) as { imports: object };
  write('package.json', JSON.stringify({ name: 'house', type: 'module', imports, devDependencies: { 'for-builders': '1.0.0' } }));
  write('node_modules/for-builders/package.json', JSON.stringify({ name: 'for-builders', version: '1.0.0', main: 'main.js' }));
  write('node_modules/for-builders/main.js', 'module.exports = {};\n');
  write('conformance/runs/circle-a.ts', "export * as b from './circle-b.js';\n");
  write('conformance/runs/circle-b.ts', "export * as a from './circle-a.js';\n");
  write('dist/core/built.js', 'export const built = 1;\n');
  write('conformance/runs/asks-dist.ts', "export * as built from '../../dist/core/built.js';\n");
  const command = join(root, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const folders = ['src', 'conformance', 'fuzz', '--config', '.dependency-cruiser.cjs', '--output-type', 'json'];
  const out = execFileSync(process.execPath, [command, ...folders], { cwd: house, encoding: 'utf8', maxBuffer: 2 ** 26 });
  return (JSON.parse(out) as { summary: { violations: ReadonlyArray<Violation> } }).summary.violations;
})();

const brokenBy = (file: string): ReadonlyArray<string> =>
  violations.filter(({ from }) => from === file).map(({ rule }) => rule.name);

describe('the arrows', () => {
  test.each(tries.filter(({ arrow }) => arrow !== undefined))('$arrow: $file may not import $spelled', ({ arrow, file }) =>
    expect(brokenBy(file)).toContain(arrow),
  );
  test.each(tries.filter(({ arrow }) => arrow === undefined))('$file may import $spelled', ({ file }) =>
    expect(brokenBy(file)).toEqual([]),
  );
  test('no-circles: not by two files either', () => expect(brokenBy('conformance/runs/circle-a.ts')).toContain('no-circles'));
  test('everything-is-in-the-source: nothing comes from dist', () =>
    expect(brokenBy('conformance/runs/asks-dist.ts')).toEqual(['everything-is-in-the-source']));
  test('each has been tried', () => {
    const tried = new Set([...WRONG.map(([arrow]) => arrow), 'no-circles', 'everything-is-in-the-source']);
    expect(forbidden.map(({ name }) => name).filter((name) => !tried.has(name))).toEqual([]);
  });
});

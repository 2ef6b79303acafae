/** A model in a folder where the package is not installed: it may import it all the same, as the command that checks it knows where it is. */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bayou } from './run.js';

let folder: string;
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'bayou-elsewhere-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const copied = (file: string): string => {
  const copy = join(folder, basename(file));
  copyFileSync(file, copy);
  return copy;
};

test.each([[[]], [['--workers', '2']], [['--plain']]])('a model of components that imports the package: %j', async (options) => {
  const { status, stdout } = await bayou(['check', copied('test/cli/models/missed-violation.mjs'), ...options]);
  expect(stdout).toContain('Violated: never 1');
  expect(status).toBe(1);
});

test.each([
  ['lacks', "import 'bayou/checker'; import 'bayou-is-not-there'", "Cannot find package 'bayou-is-not-there'"],
  ['part', "import 'bayou/no-such-part'", "Package subpath './no-such-part' is not defined"],
])('what is nowhere is said, another package and a part of this one: %s', async (name, imports, said) => {
  const file = join(folder, `${name}.mjs`);
  writeFileSync(file, `${imports}; export default {}`);
  const { status, stderr } = await bayou(['check', file]);
  expect(stderr).toContain(`it cannot be loaded: Error: ${said}`);
  expect(status).toBe(2);
});

test('a package of this name beside the model goes before', async () => {
  const file = join(folder, 'own.mjs');
  mkdirSync(join(folder, 'node_modules', 'bayou'), { recursive: true });
  writeFileSync(join(folder, 'node_modules', 'bayou', 'package.json'), '{"name":"bayou","type":"module","exports":"./index.js"}');
  writeFileSync(join(folder, 'node_modules', 'bayou', 'index.js'), 'export const name = "the one beside it";');
  writeFileSync(
    file,
    `import { name } from 'bayou';
     export default { name, initial: [0], actions: () => [], next: () => undefined, label: () => ({ family: 'up', args: [] }),
       properties: [{ name, kind: 'always', holds: () => false }] };`,
  );
  const { status, stdout } = await bayou(['check', file]);
  expect(stdout).toContain('Violated: the one beside it');
  expect(status).toBe(1);
});

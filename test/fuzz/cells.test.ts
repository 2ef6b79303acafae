/** The checker stays within its arrays: a copy of the build whose typed arrays are watched runs the fuzz, and finds out whoever does not. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { checkedCells, HELPERS } from '../../fuzz/cells/checked-cells.js';
import { BEYOND, watchedCopy } from '../../fuzz/cells/watched-copy.js';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 60_000 });

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Below the project: the copies find its packages. */
const COPIES = join(ROOT, 'node_modules/.cache', `watched-cells-test-${process.pid}`);

beforeAll(() => mkdirSync(COPIES, { recursive: true }));
afterAll(() => rmSync(COPIES, { recursive: true, force: true }));

/** What the function `run` of a watched module gives. */
const ran = async (name: string, body: string): Promise<unknown> => {
  writeFileSync(join(COPIES, 'helpers.mjs'), HELPERS);
  const file = join(COPIES, `${name}.mjs`);
  writeFileSync(file, checkedCells(`export const run = (cells, i) => {\n${body}\n};\n`, name, './helpers.mjs').text);
  const { run } = (await import(pathToFileURL(file).href)) as { readonly run: (cells: Int32Array, i: number) => unknown };
  return run(Int32Array.of(10, 20, 30), 3);
};

describe('a watched file', () => {
  test.each([
    ['read', 'return cells[i];'],
    ['written', 'cells[i] = 1;'],
    ['counted', 'cells[i]++;'],
    ['added', 'cells[i] += 2;'],
    ['negative', 'return cells[i - 4];'],
    ['fraction', 'return cells[i / 2];'],
    ['of-a-call', 'const f = () => cells;\nreturn f()[i];'],
    ['kept', 'const cell = cells[i];\nreturn cell + 1;'],
  ])('refuses a cell that is not there: %s', async (name, body) => {
    await expect(ran(name, body)).rejects.toThrow(/^cell (3|-1|1\.5) of 3 at /);
  });

  test.each([
    ['within', 'cells[0] = 5;\ncells[1]++;\nreturn [...cells, cells[--i]];', [5, 21, 30, 30]],
    ['asked', 'return cells[i] ?? 7;', 7],
    ['asked-later', 'const cell = cells[i];\nreturn cell === undefined ? 8 : cell;', 8],
    ['no-typed-array', 'return [1][i];', undefined],
    ['once', 'let calls = 0;\nconst f = () => (calls++, cells);\nreturn f()[1] + calls;', 21],
    ['chosen-once', 'let n = 0;\ncells[n++] = 4;\nreturn [n, ...cells];', [1, 4, 20, 30]],
  ])('does what it did: %s', async (name, body, result) => {
    expect(await ran(name, body)).toEqual(result);
  });
});

/** What the fuzz of a watched copy says. */
const fuzzed = (copy: string, models: number): { readonly status: number | null; readonly output: string } => {
  const args = [join(copy, 'dist/fuzz/main.js'), '--models', String(models), '--seed', '1', '--no-shrink'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: copy, encoding: 'utf8', timeout: 200_000 });
  return { status, output: stdout + stderr };
};

describe('the checker', () => {
  test.each(Object.entries(BEYOND))('%s still has the comparisons that may read beyond the end', (file, texts) => {
    const built = readFileSync(join(ROOT, 'dist/checker', file), 'utf8');
    for (const text of texts) expect(built.split(text)).toHaveLength(2);
  });

  test('stays within its arrays, on random models', () => {
    const copy = join(COPIES, 'whole');
    const { watched } = watchedCopy(ROOT, copy);
    expect(watched).toBeGreaterThan(1000);
    expect(fuzzed(copy, 60)).toEqual({ status: 0, output: expect.stringContaining('60 models, ') as string });
  });

  test('is found out where it does not, though all that it says is right', () => {
    const copy = join(COPIES, 'beyond');
    // Of an array that begins too small nobody notices: what is written beyond its end is made again.
    const find = 'has(left, right) {';
    const put = `${find}\n        if (this.words[left * 2 + 1000] === 1) return true;`;
    watchedCopy(ROOT, copy, (text, file) => {
      if (file !== 'factored/memo/queries.js') return text;
      expect(text.split(find)).toHaveLength(2);
      return text.replace(find, put);
    });
    const { status, output } = fuzzed(copy, 60);
    expect(status).toBe(1);
    expect(output).toMatch(/Error: cell \d+ of \d+ at factored\/memo\/queries\.js:\d+/);
  });
});

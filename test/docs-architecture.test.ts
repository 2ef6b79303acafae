/** docs/architecture.md is about this house: its picture can be drawn, and each file and function that it names is there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import mermaid from 'mermaid';
import { describe, expect, test } from 'vitest';
import { declares, isHandedOn } from './support/declares.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const page = read('docs/architecture.md');

// --- the walks -------------------------------------------------------------------------------------------------------------

interface Step {
  readonly walk: string;
  readonly number: string;
  readonly file: string;
  readonly names: ReadonlyArray<string>;
}

const STEP = /^(\d+)\. \[`([^`]+)`\]\(\.\.\/([^)]+)\) ((?:`[^`]+`(?:, )?)+):/gm;

const walks = page
  .split(/^## /m)
  .filter((part) => part.startsWith('Walk '))
  .map((text) => ({ title: text.slice(0, text.indexOf(':')), text }));

const steps: ReadonlyArray<Step> = walks.flatMap(({ title, text }) =>
  [...text.matchAll(STEP)].map(([, number = '', file = '', link = '', names = '']) => {
    expect(link).toBe(file);
    return { walk: title, number, file, names: [...names.matchAll(/`([^`]+)`/g)].map(([, name]) => name ?? '') };
  }),
);

describe('the walks', () => {
  test('there are four, and every numbered line of them is a step with a file and functions', () => {
    expect(walks).toHaveLength(4);
    for (const { title, text } of walks) {
      const lines = [...text.matchAll(/^(\d+)\. /gm)].map(([, number]) => Number(number));
      expect(steps.filter(({ walk }) => walk === title).map(({ number }) => Number(number))).toEqual(lines);
      expect(lines).toEqual(lines.map((_, i) => i + 1));
    }
  });
  test.each(steps)('$walk, $number: $file has $names', ({ file, names }) => {
    const source = read(file);
    expect(names.filter((name) => !declares(source, name) || isHandedOn(source, name))).toEqual([]);
  });
});

test.each([
  ['serve', 'const serve = makeServing({ durable, meter });', true],
  ['serve', 'const serve = (ask: Ask): void => {', false],
  ['unlink', '    unlink: server.links.unlink,', true],
  ['unlink', '  unlink = (peer: Party): void => {', false],
  ['order', '  const order = (): ReadonlyArray<NodeId> => inOrder([...links.keys()]);\n  return { order, put };', false],
])('a file that only hands something on is not where it is: %s, %s', (name, source, isOn) => {
  expect(isHandedOn(source, name)).toBe(isOn);
});

// --- what else is named ----------------------------------------------------------------------------------------------------

/** `name` of [`file`](…): claims outside of the walks. */
const claims = [...page.matchAll(/`([\w]+)` (?:of|in) (?:\[)?`((?:src|conformance|spec)\/[^`]+)`/g)].map(
  ([, name = '', file = '']) => ({ name, file }),
);

describe('elsewhere in the page', () => {
  test.each(claims)('$name of $file', ({ name, file }) => {
    const source = read(file);
    expect(declares(source, name) || new RegExp(`^${name}\\b.*==`, 'm').test(source)).toBe(true);
    expect(isHandedOn(source, name)).toBe(false);
  });
  test('there are such claims', () => expect(claims.length).toBeGreaterThan(8));
  test.each([
    ...new Set([...page.matchAll(/`((?:src|conformance|spec|docs|examples)\/[\w./-]+)`/g)].map(([, path]) => path ?? '')),
  ])('%s is there', (path) => expect(existsSync(join(root, path))).toBe(true));
  test('every folder of src, of src/checker and of src/model has its room in the table or the picture', () => {
    const rooms = ['src', 'src/checker', 'src/model', 'src/impl'].flatMap((folder) =>
      readdirSync(join(root, folder), { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => `${folder}/${name}`),
    );
    const unnamed = rooms.filter((room) => !page.includes(room) && !page.includes(`\`${room.split('/').at(-1)!}\``));
    expect(unnamed).toEqual([]);
  });
});

// --- pictures --------------------------------------------------------------------------------------------------------------

const pages = [
  'README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md') && !name.startsWith('api'))
    .map((name) => `docs/${name}`),
];

/** Mermaid washes labels with DOMPurify, which is nothing without a browser. Whether a picture is one does not depend on it. */
const purify = (await import(pathToFileURL(join(root, 'node_modules', 'dompurify', 'dist', 'purify.es.mjs')).href)) as {
  default: object;
};
Object.assign(purify.default, { addHook: () => undefined, sanitize: (text: string) => text });

const pictures = pages.flatMap((name) =>
  [...read(name).matchAll(/^```mermaid\n([^]*?)^```$/gm)].map(([, text = '']) => ({ name, text })),
);

describe('pictures', () => {
  test('there is one of the house', () => expect(pictures.map(({ name }) => name)).toContain('docs/architecture.md'));
  test('what is none is refused', () => expect(mermaid.parse('flowchart TB\n a -->')).rejects.toThrow());
  test.each(pictures)('picture %# of $name can be drawn', async ({ text }) => {
    expect(await mermaid.parse(text)).toBeTruthy();
  });
});

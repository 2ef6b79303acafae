/** docs/architecture.md is about this house: its picture can be drawn, and each file and function that it names is there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import mermaid from 'mermaid';
import { describe, expect, test } from 'vitest';
import { MUTANTS } from '../conformance/mutants/mutant-table.js';
import { SIMULATED_MUTANTS } from '../conformance/mutants/simulated-mutant-table.js';
import { definitionsIn, type Definition } from './support/definitions.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const page = read('docs/architecture.md');

// --- the walks -------------------------------------------------------------------------------------------------------------

interface Step {
  readonly walk: string;
  readonly number: number;
  readonly file: string;
  readonly names: ReadonlyArray<string>;
  /** What the step says of itself, after its names. */
  readonly text: string;
}

const walks = page
  .split(/^## /m)
  .filter((part) => part.startsWith('Walk '))
  .map((text) => ({ title: text.slice(0, text.indexOf(':')), text }));

/** The numbered points of a walk, each up to the next one or a blank line. */
const pointsOf = (text: string): ReadonlyArray<{ readonly number: number; readonly text: string }> =>
  [...text.matchAll(/^(\d+)\. ([^]*?)(?=\n\d+\. |\n\n|$(?![^]))/gm)].map(([, number, point = '']) => ({
    number: Number(number),
    text: point.replace(/\s+/g, ' '),
  }));

const STEP = /^\[`([^`]+)`\]\(\.\.\/([^)]+)\) ((?:`[^`]+`(?:, )?)+): (.*)$/;

const steps: ReadonlyArray<Step> = walks.flatMap(({ title, text }) =>
  pointsOf(text).map((point) => {
    const [, file, link, names = '', rest = ''] = STEP.exec(point.text) ?? [];
    expect(link, `${title}, ${point.number} is a file, names of it, and a colon`).toBe(file);
    const named = [...names.matchAll(/`#?([^`]+)`/g)].map(([, name]) => name ?? '');
    return { walk: title, number: point.number, file: file ?? '', names: named, text: rest };
  }),
);

const definitions = new Map<string, ReadonlyArray<Definition>>();
const definitionsOf = (file: string): ReadonlyArray<Definition> => {
  const known = definitions.get(file) ?? definitionsIn(read(file));
  definitions.set(file, known);
  return known;
};

/** Does something of this name in the file mention the other name? */
const mentions = (file: string, name: string, other: string): boolean =>
  definitionsOf(file).some((one) => one.name === name && one.mentions.has(other));

/** By what a step says that it is reached, where no step before it calls it: a message, or whoever made it and handed it over. */
const OTHERWISE = /(?:made|called) by `#?(\w+)` of `([^`]+)`/i;
const MESSAGE = /the message `(\w+)`/;

/** The names of a step that nothing named before leads to. */
const unreached = (step: Step): ReadonlyArray<string> => {
  const before = steps.filter(({ walk, number }) => walk === step.walk && number < step.number);
  const [, maker, makersFile] = OTHERWISE.exec(step.text) ?? [];
  const message = MESSAGE.exec(step.text)?.[1];
  const isSent = ({ file }: { readonly file: string }): boolean => message !== undefined && read(file).includes(`'${message}'`);
  const isCalled = (name: string, at: number): boolean =>
    before.some((earlier) => earlier.names.some((other) => mentions(earlier.file, other, name))) ||
    step.names.some((other, i) => i !== at && mentions(step.file, other, name));
  if (before.length === 0) return step.names.slice(1).filter((name) => !isCalled(name, step.names.indexOf(name)));
  return step.names.filter(
    (name, at) =>
      !isCalled(name, at) &&
      !(maker !== undefined && makersFile !== undefined && mentions(makersFile, maker, name)) &&
      !(isSent(step) && before.some(isSent)),
  );
};

describe('a definition', () => {
  const source = `
    const serve = makeServing({ durable });
    const makeServing = (o) => (peer) => o.durable.handle(peer);
    class Links { unlink = (peer) => this.close(peer); link(peer) { dial(peer); } constructor() { intake(); } }
    export const server = () => ({ unlink: links.unlink, put: (k, v) => client.put(k, v), get: (k) => members.ask(k) });
    const TABLE = { a: followServer };`;
  const found = new Map(definitionsIn(source).map(({ name, mentions: all }) => [name, all]));
  test('has a body of its own: neither what something gives nor what only hands on is one', () => {
    expect([...found.keys()].sort()).toEqual(['Links', 'TABLE', 'get', 'link', 'makeServing', 'server', 'unlink']);
  });
  test('says whom it mentions; a class does where one is made', () => {
    expect(found.get('get')?.has('ask')).toBe(true);
    expect(found.get('TABLE')?.has('followServer')).toBe(true);
    expect(['intake', 'close', 'dial'].map((name) => found.get('Links')?.has(name))).toEqual([true, true, false]);
  });
});

describe('the walks', () => {
  test('there are four, whose points are numbered from 1', () => {
    expect(walks).toHaveLength(4);
    for (const { title } of walks) {
      const numbers = steps.filter(({ walk }) => walk === title).map(({ number }) => number);
      expect(numbers.length).toBeGreaterThan(10);
      expect(numbers).toEqual(numbers.map((_, i) => i + 1));
    }
  });
  test.each(steps)('$walk, $number: $names are defined in $file by a body of their own', ({ file, names }) => {
    const defined = new Set(definitionsOf(file).map(({ name }) => name));
    expect(names.filter((name) => !defined.has(name))).toEqual([]);
  });
  test.each(steps)('$walk, $number: $names of $file are reached from a step before', (step) => {
    expect(unreached(step)).toEqual([]);
  });
});

// --- what else is named ----------------------------------------------------------------------------------------------------

/** `name`, `name` of [`file`](…), and in a cell of a table [`file`](…) `name`, `name`: claims outside of the walks' own points. */
const namesIn = (text: string): ReadonlyArray<string> => [...text.matchAll(/`#?(\w+)`/g)].map(([, name = '']) => name);

const claims = [
  ...[...page.matchAll(/((?:`#?\w+`(?:,| and)?\s+)+)(?:of|in)\s+\[?`((?:src|conformance|spec)\/[^`]+)`/g)].map(
    ([, names = '', file = '']) => ({ names: namesIn(names), file }),
  ),
  ...[...page.matchAll(/\[`[\w.-]+`\]\(\.\.\/([^)]+)\) ((?:`#?\w+`(?:, )?)+)(?= \|)/g)].map(([, file = '', names = '']) => ({
    names: namesIn(names),
    file,
  })),
].flatMap(({ names, file }) => names.map((name) => ({ name, file })));

/** A definition of its own in a file of TypeScript, or a constant or type of the whole file; `Name ==` in one of TLA+. */
const isDefined = (name: string, file: string): boolean =>
  file.endsWith('.ts')
    ? definitionsOf(file).some((one) => one.name === name) ||
      new RegExp(`^export (const|type|interface) ${name}\\b`, 'm').test(read(file))
    : new RegExp(`^${name}\\b.*==`, 'm').test(read(file));

describe('elsewhere in the page', () => {
  test.each(claims)('$name of $file', ({ name, file }) => expect(isDefined(name, file)).toBe(true));
  test('there are such claims', () => expect(claims.length).toBeGreaterThan(60));
  test.each([
    ...new Set([...page.matchAll(/`((?:src|conformance|spec|docs|examples)\/[\w./-]+)`/g)].map(([, path]) => path ?? '')),
  ])('%s is there', (path) => expect(existsSync(join(root, path))).toBe(true));
});

// --- the rooms -------------------------------------------------------------------------------------------------------------

/** The part of the page below a heading, up to the next one of its level or a higher one. */
const below = (heading: string): string => {
  const [, rest = ''] = page.split(`\n${heading}\n`);
  const level = heading.split(' ')[0]?.length ?? 0;
  return rest.split(new RegExp(`\\n#{1,${level}} `))[0] ?? '';
};

const filesBelow = (top: string): ReadonlyArray<string> =>
  readdirSync(join(root, top), { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));

const TOPS = ['docs', 'spec', 'src', 'conformance', 'fuzz', 'bench', 'examples', 'test'];
/** TypeDoc writes it. */
const GENERATED = 'docs/api';

describe('the tables of rooms', () => {
  const named = new Set(
    [...below('## Which room is for what').matchAll(/^\| ([^|]*) \|/gm)].flatMap(([, cell = '']) =>
      [...cell.matchAll(/`([^`]+)`/g)].flatMap(([, name = '']) => [name, `src/checker/${name}`, `conformance/${name}`]),
    ),
  );
  const files = TOPS.flatMap(filesBelow).filter((file) => !file.startsWith(GENERATED));
  const withCode = new Set(files.filter((file) => /\.m?tsx?$/.test(file)).map((file) => dirname(file)));
  /** What is below a room needs no row if the room says so (`test`), or if it is two rooms deep and has data alone. */
  const needsRow = (room: string): boolean =>
    !room.startsWith('test/') && room !== 'src' && (room.split('/').length <= 2 || withCode.has(room));

  test('every folder with files has a row', () => {
    const rooms = [...new Set(files.map((file) => dirname(file)))].filter(needsRow);
    expect(rooms.filter((room) => !named.has(room))).toEqual([]);
    expect(rooms).toContain('spec/configs');
  });
  test('folders of folders have one, too', () => {
    const parents = new Set(files.map((file) => file.split('/').slice(0, 2).join('/')).filter((name) => !/\.\w+$/.test(name)));
    expect([...parents].filter((room) => needsRow(room) && !named.has(room))).toEqual([]);
    expect([...parents]).toContain('conformance/scripts');
  });
});

// --- links -----------------------------------------------------------------------------------------------------------------

/** Words by which a file shows that it deals with links: commands, steps, messages and functions. */
const OF_LINKS =
  /\b(?:break|create)Connection\b|\b(?:Change|Break|Make)(?:Client)?Link\b|\b(?:S|session)\??\.linkCut\b|\bcutClients\b|\bisLinked\b|\bcutChain\b|'(?:un)?link'|\blinks\.cut\b|\bclient\.cut\b/;
/** There, a link is a name of a file, or the name of a call of the library. */
const OTHER_LINKS = ['conformance/disk/tree.ts', 'conformance/simulation/simulated-disk.ts', 'src/library-options.ts'];

test('the table of links has every file of code that speaks of links', () => {
  const table = below('### How links are cut');
  const files = ['src', 'conformance', 'spec'].flatMap(filesBelow).filter((file) => /\.(tsx?|tla)$/.test(file));
  const speaking = files.filter((file) => !OTHER_LINKS.includes(file) && OF_LINKS.test(read(file)));
  expect(speaking.length).toBeGreaterThan(40);
  expect(speaking.filter((file) => !table.includes(`](../${file})`))).toEqual([]);
});

// --- other pages -----------------------------------------------------------------------------------------------------------

const sources = ['src', 'conformance', 'spec', 'fuzz', 'bench', 'test'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) => basename(name)),
);

describe('the index of pages', () => {
  const index = read('docs/README.md');
  const all = readdirSync(join(root, 'docs')).filter((name) => name.endsWith('.md') && name !== 'README.md');
  test.each(all)('has %s', (name) => expect(index).toContain(`](${name})`));
});

/** Tables of faults are measured now and then, and files are renamed meanwhile. */
describe('a table of faults', () => {
  const known = new Map([...MUTANTS, ...SIMULATED_MUTANTS].map(({ name, what, file }) => [name, { what, file }]));
  const rows = ['docs/mutants.md', 'docs/simulation.md'].flatMap((file) =>
    [...read(file).matchAll(/^\| ([\w-]+) \| ([^|]*) \| `([^`|]*\.js)` /gm)].map(([, name = '', what = '', where = '']) => ({
      page: file,
      name,
      said: { what, file: where },
    })),
  );
  test('has rows', () => expect(rows.length).toBeGreaterThan(100));
  test.each(rows)('$page says of $name what it is, and where', ({ name, said }) => expect(said).toEqual(known.get(name)));
});

/** The first part of a decision says how things were before it. */
const SITUATION = /^\*\*Situation\.\*\* [^]*?(?=^\*\*Decision\.\*\*)/m;

describe('a decision', () => {
  const named = readdirSync(join(root, 'docs/adr')).flatMap((adr) =>
    [
      ...read(`docs/adr/${adr}`)
        .replace(SITUATION, '')
        .matchAll(/`(?:[\w./-]+\/)?([\w-]+\.tsx?)`/g),
    ].map(([, file = '']) => ({ adr, file })),
  );
  test.each(readdirSync(join(root, 'docs/adr')))('%s is a page at most: 500 words', (adr) => {
    const words = read(`docs/adr/${adr}`)
      .split(/\s+/)
      .filter((word) => /[\p{L}\p{N}]/u.test(word));
    expect(words.length).toBeLessThanOrEqual(500);
  });
  test('names files', () => expect(named.length).toBeGreaterThan(30));
  test.each(named)('$adr: $file is there', ({ file }) => expect(sources).toContain(file));
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
  const shown = pages.flatMap((name) =>
    [...read(name).matchAll(/\]\((?:docs\/)?pictures\/(\w+)\.png\)/g)].map(([, picture = '']) => picture),
  );
  const taken = [...read('docs/pictures.js').matchAll(/name: '(\w+)'/g)].map(([, picture = '']) => picture);
  test('every picture is in a page, and is taken by npm run pictures', () => {
    const kept = readdirSync(join(root, 'docs/pictures')).map((name) => basename(name, '.png'));
    expect(kept.length).toBeGreaterThanOrEqual(5);
    expect([...new Set(shown)].sort()).toEqual([...kept].sort());
    expect([...taken].sort()).toEqual([...kept].sort());
  });
  test('what is none is refused', () => expect(mermaid.parse('flowchart TB\n a -->')).rejects.toThrow());
  test.each(pictures)('picture %# of $name can be drawn', async ({ text }) => {
    expect(await mermaid.parse(text)).toBeTruthy();
  });
});

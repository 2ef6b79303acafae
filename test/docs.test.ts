/**
 * The documentation runs. In a page, a block marked `console` is a transcript: each `$ command` with exactly what it prints. In the
 * README, every line of a block marked `sh` is run too, and must end well; installing and testing are what CI does around this.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const PAGES = ['README.md', 'docs/master.md', 'docs/library.md', 'docs/conformance.md', 'docs/durability.md'];
const SECONDS = 180;

interface Step {
  readonly command: string;
  readonly output: string;
}

const blocksOf = (page: string, language: string): string[] =>
  [...readFileSync(join(root, page), 'utf8').matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'gm'))].map(
    ([, block]) => block ?? '',
  );

const transcript = (block: string): Step[] =>
  block
    .split(/^\$ /m)
    .slice(1)
    .map((step) => ({ command: step.slice(0, step.indexOf('\n')), output: step.slice(step.indexOf('\n') + 1) }));

/** The folder that a page writes to, and the one that stands for it: two copies of the project may be tested at one time. */
const WRITTEN = '/tmp/bayou-backup';
const folder = mkdtempSync(join(tmpdir(), 'bayou-docs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const placed = (text: string): string => text.replaceAll(WRITTEN, join(folder, 'backup'));

const run = (command: string) =>
  spawnSync('bash', ['-c', placed(command)], { cwd: root, encoding: 'utf8', timeout: SECONDS * 1000 });

const transcripts = PAGES.flatMap((page) =>
  blocksOf(page, 'console')
    .flatMap(transcript)
    .map((step) => ({ page, ...step })),
);

const lines = blocksOf('README.md', 'sh')
  .flatMap((block) => block.split('\n'))
  .map((line) => line.replace(/\s+#.*$/, '').replace(/^npm ci && /, ''))
  .filter((line) => line !== '' && line !== 'npm test');

describe('transcripts', () => {
  test.each(transcripts)(
    '$page: $command',
    ({ command, output }) => expect(run(command).stdout).toBe(placed(output)),
    SECONDS * 1000,
  );
});

describe("the README's commands end well", () => {
  test.each(lines)(
    '%s',
    (command) => {
      const done = run(command);
      expect(done.status, `${done.stdout}\n${done.stderr}`).toBe(0);
    },
    SECONDS * 1000,
  );
});

describe('what a page takes from an example is there', () => {
  const taken = PAGES.flatMap((page) =>
    [...readFileSync(join(root, page), 'utf8').matchAll(/<!-- from (\S+) -->\n```\w+\n([^]*?)^```$/gm)].map(
      ([, file = '', text = '']) => ({ page, file, text }),
    ),
  );
  test('there are such blocks', () => expect(taken).toHaveLength(5));
  test.each(taken)('$page, from $file', ({ file, text }) => expect(readFileSync(join(root, file), 'utf8')).toContain(text));
});

/** The names of an interface's fields, in a file of types. */
const fieldsOf = (file: string, name: string): ReadonlyArray<string> => {
  const body =
    new RegExp(`^export interface ${name} \\{\n([^]*?)^\\}`, 'm').exec(readFileSync(join(root, file), 'utf8'))?.[1] ?? '';
  return [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, field = '']) => field);
};

describe('docs/library.md has every option and method, and no other', () => {
  const page = readFileSync(join(root, 'docs/library.md'), 'utf8');
  test.each([
    ['option of `connect`', 'src/library-types.ts', 'ConnectOptions', 7],
    ['option of `startServer`', 'src/library-types.ts', 'StartServerOptions', 14],
    ['method of a session', 'src/library.ts', 'BayouSession', 4],
    ['of a server', 'src/library.ts', 'BayouServer', 9],
  ])('%s', (title, file, name, least) => {
    const rows = page.split(`| ${title} |`)[1]?.split('\n\n')[0]?.split('\n').slice(2) ?? [];
    const named = rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, field = '']) => field));
    expect(named.length).toBeGreaterThanOrEqual(least);
    expect([...named].sort()).toEqual([...fieldsOf(file, name)].sort());
  });
});

describe('what pages name is there', () => {
  const pages = [
    'README.md',
    'CONTRIBUTING.md',
    'CHANGELOG.md',
    'spec/README.md',
    ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md') && !name.startsWith('api'))
      .map((name) => `docs/${name}`),
  ].map((name) => ({ name, text: readFileSync(join(root, name), 'utf8') }));
  /** The anchor that GitHub gives a heading. */
  const anchorOf = (heading: string): string =>
    heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-');
  const anchorsOf = (file: string): ReadonlyArray<string> =>
    [
      ...readFileSync(file, 'utf8')
        .replace(/^```[^]*?^```$/gm, '')
        .matchAll(/^#+ (.*)$/gm),
    ].map(([, heading = '']) => anchorOf(heading));
  const links = pages.flatMap(({ name, text }) =>
    [...text.matchAll(/\]\((?!https?:)([^)#\s]*)(?:#([^)\s]*))?\)/g)].map(([, to = '', anchor]) => ({
      page: name,
      to,
      anchor,
      file: to === '' ? join(root, name) : normalize(join(root, dirname(name), to)),
    })),
  );
  test('there are many links, and some to headings', () => {
    expect(links.length).toBeGreaterThan(300);
    expect(links.filter(({ anchor }) => anchor !== undefined).length).toBeGreaterThan(20);
  });
  test.each(pages)('the links of $name lead to files', ({ name }) =>
    expect(links.filter(({ page, file }) => page === name && !existsSync(file)).map(({ to }) => to)).toEqual([]),
  );
  test.each(pages)('the links of $name to headings lead to such', ({ name }) =>
    expect(
      links
        .filter(({ page, file, anchor }) => page === name && anchor !== undefined && !anchorsOf(file).includes(anchor))
        .map(({ to, anchor }) => `${to}#${anchor}`),
    ).toEqual([]),
  );
  test.each(pages)('each npm run of $name is a script', ({ text }) => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly scripts: object };
    const named = [...text.matchAll(/\bnpm run (?:--silent )?([a-z][\w:-]*)/g)].map(([, script = '']) => script);
    expect(named.filter((script) => !(script in scripts))).toEqual([]);
  });
});

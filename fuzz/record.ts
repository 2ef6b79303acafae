/**
 * A record adds runs up. It is a table in Markdown with a row for each run: its seed, and the versions of the checker and of the fuzz. A run that is begun
 * again with its seed goes on where its row ends.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { grouped, type TriedCounts } from './say.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The name of a run: runs of the same code with the same seed have one name. */
export interface RunName {
  /** The commit, with a `+` where files of the checker or of the fuzz are not as committed. */
  readonly commit: string;
  /** The hashes of the checker's code and of the fuzz's ({@link codeName}). */
  readonly checker: string;
  readonly fuzz: string;
  readonly seed: number;
}

/** A row of the record. */
export interface RecordRow extends RunName {
  readonly models: number;
  readonly searches: number;
  readonly states: number;
  readonly differences: number;
  readonly seconds: number;
}

const git = (...args: ReadonlyArray<string>): string => execFileSync('git', [...args], { cwd: ROOT, encoding: 'utf8' }).trim();

const COMPILED = { removeComments: true, target: ts.ScriptTarget.ESNext, module: ts.ModuleKind.ESNext } as const;

/**
 * Gives the first ten digits of the SHA-256 of a folder's code as it runs: without comments and types, since these change nothing that a run
 * tries.
 */
export const codeName = (folder: string): string => {
  const hash = createHash('sha256');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  for (const file of files.toSorted()) {
    const text = readFileSync(join(folder, file), 'utf8');
    hash.update(`${file}\0${ts.transpileModule(text, { compilerOptions: COMPILED }).outputText}\0`);
  }
  return hash.digest('hex').slice(0, 10);
};

/** The name of a run in this checkout; it needs git. */
export const runName = (seed: number): RunName => {
  const isCommitted = git('status', '--porcelain', '--', 'src/checker', 'fuzz') === '';
  return {
    commit: `${git('rev-parse', '--short=10', 'HEAD')}${isCommitted ? '' : '+'}`,
    checker: codeName(join(ROOT, 'src/checker')),
    fuzz: codeName(join(ROOT, 'fuzz')),
    seed,
  };
};

// --- the page --------------------------------------------------------------------------------------------------------------

const COLUMNS = ['commit', 'checker', 'fuzz', 'seed', 'models', 'searches', 'states', 'differences', 'seconds'] as const;

const cell = (text: string): string => text.trim();

const rowIn = (line: string): RecordRow | undefined => {
  const cells = line.split('|').slice(1, -1).map(cell);
  if (cells.length !== COLUMNS.length || !/^\d+$/.test(cells[3]!)) return undefined;
  const [commit, checker, fuzz] = cells as [string, string, string];
  const [seed, models, searches, states, differences, seconds] = cells.slice(3).map((text) => Number(text.replaceAll(',', '')));
  return {
    commit,
    checker,
    fuzz,
    seed: seed!,
    models: models!,
    searches: searches!,
    states: states!,
    differences: differences!,
    seconds: seconds!,
  };
};

/** The rows of a record; none where there is no such file. */
const rowsOf = (file: string): ReadonlyArray<RecordRow> =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .flatMap((line) => rowIn(line) ?? [])
    : [];

const isSame = (a: RunName, b: RunName): boolean => a.checker === b.checker && a.fuzz === b.fuzz && a.seed === b.seed;

/** The row of a run; undefined where the record has none. */
export const earlierOf = (file: string, name: RunName): RecordRow | undefined => rowsOf(file).find((row) => isSame(row, name));

const line = (row: RecordRow): string =>
  `| ${COLUMNS.map((name) => (name === 'commit' || name === 'checker' || name === 'fuzz' || name === 'seed' ? String(row[name]) : grouped(row[name]))).join(' | ')} |`;

/** The page: the number of models that the newest checker was tried with, and all rows. */
const pageOf = (rows: ReadonlyArray<RecordRow>): string => {
  const last = rows.at(-1)!;
  const like = rows.filter(({ checker }) => checker === last.checker);
  const sum = (name: 'models' | 'searches' | 'differences'): string => grouped(like.reduce((n, row) => n + row[name], 0));
  return `# How much the checker was fuzzed

Written by \`npm run fuzz:checker -- --record FILE\`, a row for each run ([fuzz.md](fuzz.md)). *Checker* and *fuzz* are hashes of the code in \`src/checker\` and \`fuzz\`
without its comments and types: runs with one name of the checker tried the same checker. A run can be made again with its seed, and another seed is another run.

The checker of the last row, ${last.checker}, in all its runs: ${sum('models')} models, ${sum('searches')} searches, ${sum('differences')} differences.

| ${COLUMNS.join(' | ')} |
| ${COLUMNS.map(() => '---').join(' | ')} |
${rows.map(line).join('\n')}
`;
};

/** Writes the row of a run into a record, in place of the run's earlier row. */
export const keep = (file: string, row: RecordRow): void => {
  const rows = rowsOf(file);
  const at = rows.findIndex((other) => isSame(other, row));
  const beside = `${file}.new`;
  writeFileSync(beside, pageOf(at < 0 ? [...rows, row] : rows.with(at, row)));
  renameSync(beside, file);
};

/** The row of a run: its numbers so far, added to those of its earlier row. */
export const rowFor = (
  name: RunName,
  earlier: RecordRow | undefined,
  tried: TriedCounts,
  differences: number,
  ms: number,
): RecordRow => ({
  ...name,
  models: (earlier?.models ?? 0) + tried.models,
  searches: (earlier?.searches ?? 0) + tried.searches,
  states: (earlier?.states ?? 0) + tried.states,
  differences: (earlier?.differences ?? 0) + differences,
  seconds: (earlier?.seconds ?? 0) + Math.round(ms / 1000),
});

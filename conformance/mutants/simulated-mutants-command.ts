/**
 * `npm run mutants:simulated`: which faults does simulation alone find, and after how much processor time? Each is put into a copy of the built program, and
 * the copy simulates, run after run of one seed, until one is wrong. Writes the table of `docs/simulation.md`; `-- NAME…` tries these alone and writes nothing.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { copyWith } from './copy.js';
import { SIMULATED_MUTANTS } from './simulated-mutant-table.js';
import { MUTANTS, type Mutant } from './mutant-table.js';

interface Outcome {
  readonly mutant: Mutant;
  /** The number of the run that was wrong; null: none was. */
  readonly found: number | null;
  readonly why: string;
  readonly events: number;
  readonly processorMs: number;
}

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const COPIES = join(ROOT, 'node_modules/.cache/mutants');
const RUNS = 200;
const DEADLINE_MS = 1_800_000;
const AT_ONCE = 3;

/** The faults of the contract, which all need more than one process. */
const OF_THE_CONTRACT = MUTANTS.filter(({ name }) => /^V\d+$/.test(name));

const simulateCopy = (copy: string): Promise<Omit<Outcome, 'mutant'>> =>
  new Promise((resolve) => {
    const worker = join(copy, 'dist/conformance/mutants/simulated-worker.js');
    const options = { cwd: ROOT, timeout: DEADLINE_MS };
    execFile(process.execPath, [worker, '1', String(RUNS)], options, (error, stdout, stderr) => {
      const line = stdout.trim().split('\n').at(-1) ?? '';
      if (line.startsWith('{')) resolve(JSON.parse(line) as Omit<Outcome, 'mutant'>);
      else resolve({ found: 0, why: stderr.trim().split('\n')[0] ?? error?.message ?? '', events: 0, processorMs: 0 });
    });
  });

const tryMutant = async (mutant: Mutant): Promise<Outcome> => {
  const copy = join(COPIES, `simulated-${mutant.name}`);
  copyWith(mutant, copy, ROOT);
  try {
    return { mutant, ...(await simulateCopy(copy)) };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
};

// --- the table -------------------------------------------------------------------------------------------------------------

const seconds = (ms: number): string => (ms / 1000).toFixed(1);

const row = ({ mutant, found, why, processorMs }: Outcome): string => {
  const missed = mutant.unobservable === undefined ? '**not found**' : `nobody can: ${mutant.unobservable}`;
  const cells = found === null ? ['–', seconds(processorMs), missed] : [`${found + 1}`, seconds(processorMs), why];
  return `| ${[mutant.name, mutant.what, `\`${mutant.file}\``, ...cells].map((cell) => cell.replaceAll('|', '/')).join(' | ')} |`;
};

const table = (outcomes: ReadonlyArray<Outcome>): string =>
  [
    `${outcomes.filter(({ found }) => found !== null).length} of ${outcomes.length} are found, by the runs of seed 1, ${RUNS} at most.`,
    '',
    '| fault | what | where | runs | processor time, s | what was seen first |',
    '| --- | --- | --- | --- | --- | --- |',
    ...outcomes.map(row),
  ].join('\n');

const PAGE = join(ROOT, 'docs/simulation.md');
const [BEGIN, END] = ['<!-- the table of faults: npm run mutants:simulated -->', '<!-- end of the table -->'];

const writePage = (text: string): void => {
  const page = readFileSync(PAGE, 'utf8');
  const [from, to] = [page.indexOf(BEGIN) + BEGIN.length, page.indexOf(END)];
  writeFileSync(PAGE, `${page.slice(0, from)}\n\n${text}\n\n${page.slice(to)}`);
};

// --- the command -----------------------------------------------------------------------------------------------------------

const names = process.argv.slice(2);
const chosen = [...OF_THE_CONTRACT, ...SIMULATED_MUTANTS].filter(({ name }) => names.length === 0 || names.includes(name));
mkdirSync(COPIES, { recursive: true });
const queue = [...chosen];
const outcomes = new Map<string, Outcome>();
const work = async (): Promise<void> => {
  for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
    const outcome = await tryMutant(mutant);
    outcomes.set(mutant.name, outcome);
    const { found, why, processorMs } = outcome;
    process.stdout.write(
      `${mutant.name}: ${found === null ? 'NOT FOUND' : `run ${found}: ${why}`} (${seconds(processorMs)} s)\n`,
    );
  }
};
await Promise.all(Array.from({ length: AT_ONCE }, work));
const all = chosen.map(({ name }) => outcomes.get(name)!);
if (names.length === 0) writePage(table(all));
const missed = all.filter(({ found, mutant }) => found === null && mutant.unobservable === undefined);
if (chosen.length === 0 || missed.length > 0) {
  process.stderr.write(`not found and not explained: ${missed.map(({ mutant }) => mutant.name).join(', ') || 'no such fault'}\n`);
  process.exitCode = 1;
}

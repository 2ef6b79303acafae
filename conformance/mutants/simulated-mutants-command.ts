/**
 * `npm run mutants:simulated`: which faults does simulation alone find, and after how much processor time? Each is put into a copy of the built program, and
 * the copy simulates, run after run of one seed, until one is wrong. Then the layers that do not simulate try the same. Writes the tables of `docs/simulation.md`; `-- NAME…`
 * tries these alone and writes nothing; `-- --resume` goes on with a run that was interrupted, of which it keeps the outcomes; `-- --simulate` leaves the older layers out; `-- --table`
 * tries nothing, and writes the tables of what was kept.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writePart } from '../common/page-parts.js';
import { copyWith } from './copy.js';
import { LOST_ONCE, SIMULATED_MUTANTS } from './simulated-mutant-table.js';
import { MUTANTS, type Mutant } from './mutant-table.js';
import { type Noticed, tryLayers } from './old-layers.js';

/** What a copy's simulation came to. */
interface Simulated {
  /** The number of the run that was wrong; null: none was. */
  readonly found: number | null;
  readonly why: string;
  readonly events: number;
  readonly processorMs: number;
}

/** What became of a mutant; the older layers may not have tried it yet. */
interface Outcome {
  readonly name: string;
  readonly simulated: Simulated;
  readonly older?: Noticed;
}

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const COPIES = join(ROOT, 'node_modules/.cache/mutants');
const KEPT = join(COPIES, 'simulated-outcomes.json');
const SEED = 1;
/** What takes more runs than a minute has is not found. */
const RUNS = 1000;
const MINUTE_MS = 60_000;
const DEADLINE_MS = 1_800_000;
const AT_ONCE = 2;

// --- which ---------------------------------------------------------------------------------------------------------------

/** What the table of `npm run mutants` says of a mutant. */
interface Row {
  /** The layer that noticed; `–`: none. */
  readonly layer: string;
  /** How many configurations, scripts and runs it took. */
  readonly tried: string;
}

const rows = new Map<string, Row>(
  [...readFileSync(join(ROOT, 'docs/mutants.md'), 'utf8').matchAll(/^\| (\S+) \| [^|]* \| `[^`]*` \| (\S+) \| (\d+) \|/gm)].map(
    ([, name = '', layer = '', tried = '']) => [name, { layer, tried }],
  ),
);

const listed = (): ReadonlyArray<Mutant> => {
  const lost = new Set(LOST_ONCE.flatMap(([, names]) => names));
  // What needs more than one process is what layer 1 has not noticed.
  const isTried = ({ name }: Mutant): boolean => /^V\d+$/.test(name) || (rows.get(name)?.layer ?? '1') !== '1' || lost.has(name);
  return [...MUTANTS.filter(isTried), ...SIMULATED_MUTANTS];
};

// --- trying --------------------------------------------------------------------------------------------------------------

const simulateIn = (root: string, from: number, runs: number): Promise<Simulated> =>
  new Promise((resolve) => {
    const worker = join(root, 'dist/conformance/mutants/simulated-worker.js');
    const options = { cwd: ROOT, timeout: DEADLINE_MS };
    execFile(process.execPath, [worker, ...[SEED, from, runs].map(String)], options, (error, stdout, stderr) => {
      const line = stdout.trim().split('\n').at(-1) ?? '';
      if (line.startsWith('{')) resolve(JSON.parse(line) as Simulated);
      else resolve({ found: from, why: stderr.trim().split('\n')[0] ?? error?.message ?? '', events: 0, processorMs: 0 });
    });
  });

/** Rejects where the run that was wrong is so without the mutant, too: then it has not found it. */
const simulateCopy = async (copy: string): Promise<Simulated> => {
  const simulated = await simulateIn(copy, 0, RUNS);
  if (simulated.found === null) return simulated;
  const without = await simulateIn(ROOT, simulated.found, 1);
  if (without.found !== null) throw new Error(`run ${without.found} of seed ${SEED} is wrong without any mutant: ${without.why}`);
  return simulated;
};

const tryMutant = async (mutant: Mutant, known: Outcome | undefined, withOlder: boolean): Promise<Outcome> => {
  const copy = join(COPIES, `simulated-${mutant.name}`);
  copyWith(mutant, copy, ROOT);
  try {
    const simulated = known?.simulated ?? (await simulateCopy(copy));
    const older = known?.older ?? (withOlder ? await tryLayers(mutant, copy, ROOT) : undefined);
    return { name: mutant.name, simulated, ...(older === undefined ? {} : { older }) };
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
};

// --- the tables ----------------------------------------------------------------------------------------------------------

const seconds = (ms: number): string => (ms / 1000).toFixed(1);
const cellsOf = (cells: ReadonlyArray<string>): string =>
  `| ${cells.map((cell) => cell.replaceAll('|', '/').replaceAll('\n', ' ')).join(' | ')} |`;

/** What the layers that do not simulate need: as it was measured, or as the table of `npm run mutants` has it, which has no times. */
const olderCells = (name: string, older: Noticed | undefined): ReadonlyArray<string> => {
  if (older !== undefined)
    return [older.layer === null ? 'none' : `layer ${older.layer}`, `${older.tried}`, seconds(older.processorMs)];
  const known = rows.get(name);
  if (known === undefined) return ['not tried', '', ''];
  return [known.layer === '–' ? 'none' : `layer ${known.layer}`, known.tried, ''];
};

const row = (mutant: Mutant, { simulated: { found, why, processorMs }, older }: Outcome): string => {
  const missed = mutant.unobservable === undefined ? '**not found**' : `nobody can: ${mutant.unobservable}`;
  const cells = found === null ? ['–', seconds(processorMs), missed] : [`${found + 1}`, seconds(processorMs), why];
  return cellsOf([mutant.name, mutant.what, `\`${mutant.file}\``, ...cells, ...olderCells(mutant.name, older)]);
};

const table = (mutants: ReadonlyArray<Mutant>, outcomes: ReadonlyMap<string, Outcome>): string => {
  const tried = mutants.filter(({ name }) => outcomes.has(name));
  const untried = mutants.filter((mutant) => !tried.includes(mutant)).map(({ name }) => name);
  const all = tried.map(({ name }) => outcomes.get(name)!);
  const found = all.filter(({ simulated }) => simulated.found !== null);
  const inAMinute = found.filter(({ simulated }) => simulated.processorMs <= MINUTE_MS);
  const measured = all.filter((o) => o.older !== undefined);
  return [
    `${found.length} of ${all.length} are found by the runs of seed ${SEED}, ${inAMinute.length} of them within a minute of processor time; ${RUNS} runs at most were tried. What the other layers need is measured for ${measured.length} of them; for others it is as [mutants.md](mutants.md) has it, in configurations, scripts and runs.${untried.length === 0 ? '' : ` Not tried yet: ${untried.join(', ')}.`}`,
    '',
    '| fault | what | where | runs | processor time, s | what was seen first | other layers | tried | processor time, s |',
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- |',
    ...tried.map((mutant) => row(mutant, outcomes.get(mutant.name)!)),
  ].join('\n');
};

const lostOnceTable = (outcomes: ReadonlyMap<string, Outcome>): string =>
  [
    '| what was lost | put back by | runs | processor time, s |',
    '| --- | --- | --- | --- |',
    ...LOST_ONCE.flatMap(([what, names]) =>
      names.map((name) => {
        const simulated = outcomes.get(name)?.simulated;
        if (simulated === undefined) return cellsOf([what, name, 'not tried', '']);
        const { found, processorMs } = simulated;
        return cellsOf([what, name, found === null ? '**not found**' : `${found + 1}`, seconds(processorMs)]);
      }),
    ),
  ].join('\n');

const PAGE = join(ROOT, 'docs/simulation.md');

// --- the command -----------------------------------------------------------------------------------------------------------

const options = process.argv.slice(2).filter((arg) => arg.startsWith('--'));
const names = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));
const isWhole = names.length === 0;
const chosen = isWhole ? listed() : [...MUTANTS, ...SIMULATED_MUTANTS].filter(({ name }) => names.includes(name));
const withOlder = !options.includes('--simulate');
mkdirSync(COPIES, { recursive: true });
const onlyTable = options.includes('--table');
const kept =
  (onlyTable || options.includes('--resume')) && existsSync(KEPT) ? (JSON.parse(readFileSync(KEPT, 'utf8')) as Outcome[]) : [];
const outcomes = new Map(kept.map((outcome) => [outcome.name, outcome]));

const work = async (queue: Mutant[], older: boolean): Promise<void> => {
  for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
    const outcome = await tryMutant(mutant, outcomes.get(mutant.name), older);
    outcomes.set(mutant.name, outcome);
    if (isWhole) writeFileSync(KEPT, JSON.stringify([...outcomes.values()], null, 2));
    const { found, why, processorMs } = outcome.simulated;
    const how = found === null ? 'NOT FOUND' : `run ${found}: ${why}`;
    process.stdout.write(
      `${mutant.name}: ${how} (${seconds(processorMs)} s; others: ${olderCells(outcome.name, outcome.older).join(', ')})\n`,
    );
  }
};
const workAll = (queue: Mutant[], older: boolean): Promise<unknown> =>
  Promise.all(Array.from({ length: AT_ONCE }, () => work(queue, older)));
if (!onlyTable)
  await workAll(
    chosen.filter(({ name }) => !outcomes.has(name)),
    false,
  );
const unmeasured = chosen.filter(({ name }) => outcomes.get(name)?.older === undefined);
if (withOlder && !onlyTable) await workAll(unmeasured, true);
if (isWhole) {
  writePart(PAGE, 'the table of faults: npm run mutants:simulated', table(chosen, outcomes));
  writePart(PAGE, 'the table of what was lost once: npm run mutants:simulated', lostOnceTable(outcomes));
}
const missed = chosen.filter((m) => outcomes.get(m.name)?.simulated.found === null && m.unobservable === undefined);
if (chosen.length === 0 || missed.length > 0) {
  process.stderr.write(`not found and not explained: ${missed.map(({ name }) => name).join(', ') || 'no such fault'}\n`);
  process.exitCode = 1;
}

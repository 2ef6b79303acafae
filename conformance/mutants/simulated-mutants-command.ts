/**
 * `npm run mutants:simulated` tries which faults simulation alone finds, and after how much processor time. Each fault is put into a copy of the built program, and the copy simulates, run after run of
 * one seed, until one is wrong. Then the layers without simulation try the same fault. The command writes the tables of `docs/simulation.md` after each fault. `-- NAME…` tries these alone, and writes nothing
 * without `--write`; `-- --resume` tries the faults that the tables lack; `-- --simulate` leaves the older layers out; `-- --older` leaves the simulation out; `--within SECONDS` limits the real time in
 * which the older layers try one fault, and the table then tells the processor time that was not enough.
 */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { join } from 'node:path';
import { writePart } from '../common/page-parts.js';
import { copiesOf, inCopyWith, ROOT, rowOf, tryMutants } from './driver.js';
import { LOST_ONCE, SIMULATED_MUTANTS } from './simulated-mutant-table.js';
import { MUTANTS, type StoreMutant } from './mutant-table.js';
import { type OldRow, oldRowsOf, simulatedMutants } from './simulated-list.js';
import { type LayersResult, tryLayers } from './other-layers.js';

/** The result of a copy's simulation. */
interface Simulated {
  /** The number of the first wrong run; null: no run was wrong. */
  readonly found: number | null;
  readonly why: string;
  readonly processorMs: number;
}

/** The result of the older layers for a mutant. */
type Older = Omit<LayersResult, 'smallest'>;

/** The outcome of a mutant. The older layers may not have tried it yet. */
interface Outcome {
  readonly name: string;
  readonly simulated: Simulated;
  readonly older?: Older;
}

const COPIES = copiesOf('mutants');
const PAGE = join(ROOT, 'docs/simulation.md');
const SEED = 1;
/** The most runs for one fault, about those of a minute. */
const MOST_RUNS = 1000;
const MINUTE_MS = 60_000;
const DEADLINE_MS = 1_800_000;
const AT_ONCE = 2;

// --- trying --------------------------------------------------------------------------------------------------------------

const simulateIn = (root: string, from: number, runs: number): Promise<Simulated> =>
  new Promise((resolve) => {
    const worker = join(root, 'dist/conformance/mutants/simulated-worker.js');
    const options = { cwd: ROOT, timeout: DEADLINE_MS };
    execFile(process.execPath, [worker, ...[SEED, from, runs].map(String)], options, (error, stdout, stderr) => {
      const line = stdout.trim().split('\n').at(-1) ?? '';
      if (line.startsWith('{')) resolve(JSON.parse(line) as Simulated);
      else resolve({ found: from, why: stderr.trim().split('\n')[0] ?? error?.message ?? '', processorMs: 0 });
    });
  });

/** Simulates in a copy. Rejects where the wrong run is wrong without the mutant, too. */
const simulateCopy = async (copy: string): Promise<Simulated> => {
  const simulated = await simulateIn(copy, 0, MOST_RUNS);
  if (simulated.found === null) return simulated;
  const without = await simulateIn(ROOT, simulated.found, 1);
  if (without.found !== null) throw new Error(`run ${without.found} of seed ${SEED} is wrong without any mutant: ${without.why}`);
  return simulated;
};

const tryMutant = (mutant: StoreMutant, known: Outcome | undefined, withOlder: boolean): Promise<Outcome> =>
  inCopyWith(mutant, join(COPIES, `simulated-${mutant.name}`), async (copy) => {
    const simulated = known?.simulated ?? (await simulateCopy(copy));
    const older = withOlder ? await tryLayers(mutant, copy, ROOT, withinMs) : (known?.older ?? measured.get(mutant.name));
    return { name: mutant.name, simulated, ...(older === undefined ? {} : { older }) };
  });

// --- the tables ----------------------------------------------------------------------------------------------------------

const seconds = (ms: number): string => (ms / 1000).toFixed(1);
/** A row of which `onPage` can read the cells again. */
const readableRow = (cells: ReadonlyArray<string>): string => rowOf(cells.map((cell) => cell.replaceAll('|', '/')));

/** The cells of the layers without simulation: as measured, or from the table of `npm run mutants`, which has no times. */
const olderCells = (name: string, older: Older | undefined): ReadonlyArray<string> => {
  if (older !== undefined) {
    const layer = older.layer === null ? 'none' : `layer ${older.layer}`;
    return [layer, `${older.tried}`, `${older.isCut === true ? 'more than ' : ''}${seconds(older.processorMs)}`];
  }
  const known = rows.get(name);
  if (known === undefined) return ['not tried', '', ''];
  return [known.layer === '–' ? 'none' : `layer ${known.layer}`, known.tried, ''];
};

const row = (mutant: StoreMutant, { simulated: { found, why, processorMs }, older }: Outcome): string => {
  const missed = mutant.unobservable === undefined ? '**not found**' : `nobody can: ${mutant.unobservable}`;
  const cells = found === null ? ['–', seconds(processorMs), missed] : [`${found + 1}`, seconds(processorMs), why];
  return readableRow([mutant.name, mutant.what, `\`${mutant.file}\``, ...cells, ...olderCells(mutant.name, older)]);
};

const table = (mutants: ReadonlyArray<StoreMutant>, outcomes: ReadonlyMap<string, Outcome>): string => {
  const tried = mutants.filter(({ name }) => outcomes.has(name));
  const untried = mutants.filter((mutant) => !tried.includes(mutant)).map(({ name }) => name);
  const all = tried.map(({ name }) => outcomes.get(name)!);
  const found = all.filter(({ simulated }) => simulated.found !== null);
  const inAMinute = found.filter(({ simulated }) => simulated.processorMs <= MINUTE_MS);
  const measured = all.filter((o) => o.older !== undefined);
  return [
    `${found.length} of ${all.length} are found by the runs of seed ${SEED}, ${inAMinute.length} of them within a minute of processor time; ${MOST_RUNS} runs at most were tried. What the other layers need is measured for ${measured.length} of them; for others it is as [mutants.md](mutants.md) has it, in configurations, scripts and runs.${untried.length === 0 ? '' : ` Not tried yet: ${untried.join(', ')}.`}`,
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
        if (simulated === undefined) return readableRow([what, name, 'not tried', '']);
        const { found, processorMs } = simulated;
        return readableRow([what, name, found === null ? '**not found**' : `${found + 1}`, seconds(processorMs)]);
      }),
    ),
  ].join('\n');

/** The outcomes in the table of the page. */
const onPage = (): ReadonlyArray<Outcome> => {
  const cells = readFileSync(PAGE, 'utf8')
    .split('\n')
    .flatMap((line) => (line.startsWith('| ') ? [line.split(' | ')] : []));
  return cells.flatMap(([first = '', , , runs = '', processor = '', why = '', layer = '', tried = '', older = '', ...more]) => {
    if (more.length > 0 || !/^[\d.]+$/.test(processor)) return [];
    const found = runs === '–' ? null : Number(runs) - 1;
    const simulated = { found, why: found === null ? '' : why, processorMs: Number(processor) * 1000 };
    const spent = /^(more than )?([\d.]+) \|$/.exec(older);
    const noticed = spent !== null && {
      layer: layer === 'none' ? null : Number(layer.replace('layer ', '')),
      tried: Number(tried),
      processorMs: Number(spent[2]) * 1000,
      ...(spent[1] === undefined ? {} : { isCut: true }),
    };
    return [{ name: first.slice(2), simulated, ...(noticed === false ? {} : { older: noticed }) }];
  });
};

// --- the command -----------------------------------------------------------------------------------------------------------

const { values: options, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    resume: { type: 'boolean', default: false },
    simulate: { type: 'boolean', default: false },
    older: { type: 'boolean', default: false },
    write: { type: 'boolean', default: false },
    within: { type: 'string' },
  },
});
const rows: ReadonlyMap<string, OldRow> = oldRowsOf(readFileSync(join(ROOT, 'docs/mutants.md'), 'utf8'));
const listed = simulatedMutants(rows);
const withinMs = options.within === undefined ? undefined : Number(options.within) * 1000;
if (withinMs !== undefined && !(withinMs > 0)) throw new RangeError(`--within ${options.within}: give seconds, more than 0`);
const isWhole = names.length === 0;
const writes = isWhole || options.write;
const chosen = isWhole ? listed : [...MUTANTS, ...SIMULATED_MUTANTS].filter(({ name }) => names.includes(name));

// The results of the older layers do not depend on the simulation.
const measured = new Map(options.simulate ? onPage().map(({ name, older }) => [name, older]) : []);
// A run of all faults begins a new table; any other run keeps the table's other rows.
const outcomes = new Map(isWhole && !options.resume && !options.older ? [] : onPage().map((outcome) => [outcome.name, outcome]));
if (!isWhole && !options.older) for (const name of names) outcomes.delete(name);

const writeTables = (): void => {
  writePart(PAGE, 'the table of faults: npm run mutants:simulated', table(listed, outcomes));
  writePart(PAGE, 'the table of what was lost once: npm run mutants:simulated', lostOnceTable(outcomes));
};

const tryAll = (mutants: ReadonlyArray<StoreMutant>, older: boolean): Promise<void> =>
  tryMutants(mutants, AT_ONCE, async (mutant) => {
    const outcome = await tryMutant(mutant, outcomes.get(mutant.name), older);
    outcomes.set(mutant.name, outcome);
    if (writes) writeTables();
    const { found, why, processorMs } = outcome.simulated;
    const how = found === null ? 'NOT FOUND' : `run ${found}: ${why}`;
    process.stdout.write(
      `${mutant.name}: ${how} (${seconds(processorMs)} s; others: ${olderCells(outcome.name, outcome.older).join(', ')})\n`,
    );
  });
if (!options.older)
  await tryAll(
    chosen.filter(({ name }) => !outcomes.has(name)),
    false,
  );
/** Has the fault no result of the older layers, or one that was cut off? With more time they may notice it. */
const isUnmeasured = ({ name }: StoreMutant): boolean => {
  const outcome = outcomes.get(name);
  return outcome !== undefined && (outcome.older === undefined || outcome.older.isCut === true);
};
if (!options.simulate) await tryAll(chosen.filter(isUnmeasured), true);
if (writes) writeTables();
const missed = chosen.filter((m) => outcomes.get(m.name)?.simulated.found === null && m.unobservable === undefined);
if (chosen.length === 0 || missed.length > 0) {
  process.stderr.write(`not found and not explained: ${missed.map(({ name }) => name).join(', ') || 'no such fault'}\n`);
  process.exitCode = 1;
}

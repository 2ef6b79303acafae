/**
 * `npm run mutants` tries which faults `bayou conform` notices. Each mutant is put into a copy of the built program. Then the copy's own `bayou conform` runs
 * layer 1 for faults in `src/impl`, scripts of the corpus (layers 2 and 3), and random runs (layer 4), until one of them diverges. The command writes the table of
 * `docs/mutants.md`. It fails where a mutant does not apply, or is neither noticed nor explained. `npm run mutants -- NAME…` tries these alone and writes
 * nothing; `npm run mutants -- --resume` goes on with an interrupted run and keeps its outcomes.
 */
import { join } from 'node:path';
import { writeBeginning } from '../common/page-parts.js';
import { copiesOf, inCopyWith, keptOutcomes, readArguments, ROOT, rowOf, tryMutants } from './driver.js';
import { MUTANTS, type StoreMutant } from './mutant-table.js';
import { CONFIGURATIONS, type LayersResult, PLANS, HOSTILE_RUNS, SCRIPTS, tryLayers } from './other-layers.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** The outcome of a mutant. */
interface Outcome extends LayersResult {
  readonly name: string;
  readonly seconds: number;
}

const COPIES = copiesOf('mutants');

/** The number of mutants that are tried at the same time. */
const AT_ONCE = 3;

// --- one mutant ------------------------------------------------------------------------------------------------------------

const tryMutant = async (mutant: StoreMutant): Promise<Outcome> => {
  const began = performance.now();
  const noticed = await inCopyWith(mutant, join(COPIES, mutant.name), (copy) => tryLayers(mutant, copy, ROOT));
  return { name: mutant.name, ...noticed, seconds: (performance.now() - began) / 1000 };
};

// --- the table -------------------------------------------------------------------------------------------------------------

const mutantOf = ({ name }: Outcome): StoreMutant => MUTANTS.find((m) => m.name === name)!;

const rowOfOutcome = (outcome: Outcome): string => {
  const mutant = mutantOf(outcome);
  const missed = mutant.unobservable === undefined ? '**not noticed**' : `nobody can: ${mutant.unobservable}`;
  const cells =
    outcome.layer === null ? ['–', `${outcome.tried}`, missed] : [`${outcome.layer}`, `${outcome.tried}`, outcome.smallest];
  return rowOf([mutant.name, mutant.what, `\`${mutant.file}\``, ...cells]);
};

const table = (outcomes: ReadonlyArray<Outcome>): string => {
  const noticed = outcomes.filter((o) => o.layer !== null);
  const byLayer = ([1, 2, 3, 4] as const).map((layer) => noticed.filter((o) => o.layer === layer).length);
  return `# Would it have noticed?

Made by \`npm run mutants\`. Each row is one small fault, put into a copy of the built program; \`bayou conform\` of that copy is then run until
something diverges: layer 1 on ${CONFIGURATIONS.length} configurations where the fault is in \`src/impl\`, then ${SCRIPTS.length} scripts through layers 2 and 3, then ${PLANS.length} plans of
hostile runs and ${HOSTILE_RUNS} random ones. *Tried* counts configurations, scripts and runs up to and including the one that noticed. *Smallest* is the shortest path or
script found.

${noticed.length} of ${outcomes.length} noticed: by layer 1 ${byLayer[0]}, layer 2 ${byLayer[1]}, layer 3 ${byLayer[2]}, layer 4 ${byLayer[3]}. Not noticed: ${
    outcomes
      .filter((o) => o.layer === null)
      .map((o) => o.name)
      .join(', ') || 'none'
  }.

| mutant | what | where | layer | tried | smallest |
| --- | --- | --- | --- | --- | --- |
${outcomes.map(rowOfOutcome).join('\n')}
`;
};

const PAGE = join(ROOT, 'docs/mutants.md');

// --- the command -----------------------------------------------------------------------------------------------------------

/** Another build's outcomes are kept, too: a whole run takes hours. */
const KEPT = keptOutcomes<Outcome>(join(COPIES, 'outcomes.json'), 'any');

const { resumes, names } = readArguments(process.argv.slice(2));
const chosen = MUTANTS.filter((m) => names.length === 0 || names.includes(m.name));
const outcomes = new Map(resumes ? KEPT.read().map((o) => [o.name, o]) : []);
await tryMutants(
  chosen.filter((m) => !outcomes.has(m.name)),
  AT_ONCE,
  async (mutant) => {
    const outcome = await tryMutant(mutant);
    outcomes.set(mutant.name, outcome);
    if (names.length === 0) KEPT.write(outcomes.values());
    const how = outcome.layer === null ? 'NOT NOTICED' : `layer ${outcome.layer}: ${outcome.smallest}`;
    process.stdout.write(`${outcome.name}: ${how} (${outcome.tried} tried, ${Math.round(outcome.seconds)} s)\n`);
  },
);
const all = chosen.flatMap((m) => outcomes.get(m.name) ?? []);
if (names.length === 0) writeBeginning(PAGE, table(all));
const missed = all.filter((o) => o.layer === null && mutantOf(o).unobservable === undefined);
if (chosen.length === 0 || missed.length > 0) {
  process.stderr.write(`not noticed and not explained: ${missed.map((o) => o.name).join(', ') || 'no such mutant'}\n`);
  process.exitCode = 1;
}

/**
 * `npm run fuzz:mutants` tries which faults of the checker the fuzz finds. Each mutant is put into a copy of the build, and the copy's own fuzz runs until it
 * finds a difference. It writes the table of `docs/checker-mutants.md`, and fails where a mutant does not apply or is not found. `-- NAME…` tries these
 * alone, prints the findings, and writes nothing; with one name the model found is made smaller. `-- --resume` goes on with an interrupted run; it keeps an
 * outcome where the checker, the fuzz and the mutant are unchanged.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeBeginning } from '../../conformance/common/page-parts.js';
import type { Mutant } from '../../conformance/mutants/copy.js';
import { copiesOf, inCopyWith, keptOutcomes, readArguments, ROOT, rowOf, tryMutants } from '../../conformance/mutants/driver.js';
import { MUTANTS } from './table.js';

const COPIES = copiesOf('fuzz-mutants');
const PAGE = join(ROOT, 'docs/checker-mutants.md');

/** The seed of every run, so that the table can be made again. */
const SEED = 1;
const MOST_MODELS = 20_000;
/** The longest run of a copy's fuzz, in seconds. A copy that does not end then counts as found, too. */
const MOST_SECONDS = 1500;
const DEADLINE_MS = (MOST_SECONDS + 120) * 1000;
/** The number of mutants that are tried at the same time. */
const AT_ONCE = 2;

/** The result of fuzzing one mutant. */
interface Outcome {
  readonly mutant: Mutant;
  /** The number of models after which the mutant was found; undefined: it was not found. */
  readonly models: number | undefined;
  /** The first line of the difference. */
  readonly difference: string;
  readonly output: string;
  readonly seconds: number;
}

/** Runs the copy's own fuzz. */
const fuzz = (copy: string, shrinks: boolean): Promise<string> => {
  const limits = ['--models', String(MOST_MODELS), '--seconds', String(MOST_SECONDS)];
  const args = [
    '--max-semi-space-size=64',
    '--single-threaded-gc',
    join(copy, 'dist/fuzz/main.js'),
    ...limits,
    '--seed',
    String(SEED),
  ];
  return new Promise((resolve) => {
    const options = { cwd: copy, timeout: DEADLINE_MS, maxBuffer: 64 * 1024 * 1024 };
    execFile(process.execPath, shrinks ? args : [...args, '--no-shrink'], options, (_, stdout, stderr) =>
      resolve(stdout + stderr),
    );
  });
};

const FOUND = /^model ([\d,]+): .*\n {2}(.*)$/m;
const ENDED = /no difference; \S+ s, \d+ MB\n$/;

const outcomeOf = (mutant: Mutant, output: string, seconds: number): Outcome => {
  const found = FOUND.exec(output);
  const models = found?.[1] === undefined ? undefined : Number(found[1].replaceAll(',', ''));
  // A copy that crashes, or never ends, counts as a difference.
  const isSilent = found === null && !ENDED.test(output);
  const difference = found?.[2] ?? (isSilent ? 'the search does not end' : '');
  return { mutant, models: isSilent ? 0 : models, difference, output, seconds };
};

const tried = async (mutant: Mutant, shrinks: boolean): Promise<Outcome> => {
  const began = performance.now();
  const output = await inCopyWith(mutant, join(COPIES, mutant.name), (copy) => fuzz(copy, shrinks));
  return outcomeOf(mutant, output, (performance.now() - began) / 1000);
};

// --- the outcomes of an interrupted run --------------------------------------------------------------------------------------

/** The hash of all files on which an outcome depends. */
const TEXT = createHash('sha256');
for (const room of ['dist/checker', 'dist/fuzz']) {
  const files = readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.js'));
  for (const file of files.toSorted()) TEXT.update(readFileSync(join(ROOT, room, file)));
}
const KEPT = keptOutcomes<Outcome>(join(COPIES, 'outcomes.json'), TEXT.digest('hex'));

// --- the table -------------------------------------------------------------------------------------------------------------

const MOST_TEXT = 110;

const shortened = (text: string): string => {
  const bare = text.replaceAll('|', '\\|');
  return bare.length > MOST_TEXT ? `${bare.slice(0, MOST_TEXT)} …` : bare;
};

const rowOfOutcome = ({ mutant, models, difference }: Outcome): string => {
  const after = models === undefined ? '**not found**' : models.toLocaleString('en-US');
  const file = mutant.file.replace(/^checker\/(.*)\.js$/, '$1.ts');
  return rowOf([mutant.name, mutant.what, `\`${file}\``, after, shortened(difference)]);
};

const tableOf = (outcomes: ReadonlyArray<Outcome>): string => {
  const found = outcomes.flatMap(({ models }) => (models === undefined ? [] : [models])).toSorted((a, b) => a - b);
  const middle = found[Math.floor(found.length / 2)] ?? 0;
  return `# Would the fuzz have found it?

Made by \`npm run fuzz:mutants\`. Each row is one small fault, put into a copy of the built checker; the copy's own
[fuzz](fuzz.md) is then run, with the seed ${SEED}, until it finds a difference. *After* counts the models up to and including the one that
differed; half of the faults are found within ${middle.toLocaleString('en-US')}.

${found.length} of ${outcomes.length} found.

| mutant | what | where | after | the first difference |
| --- | --- | --- | --- | --- |
${outcomes.map(rowOfOutcome).join('\n')}
`;
};

// --- the command -----------------------------------------------------------------------------------------------------------

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const { resumes, names } = readArguments(process.argv.slice(2));
const unknown = names.filter((name) => !MUTANTS.some((mutant) => mutant.name === name));
const isWhole = names.length === 0;
const outcomes = new Map<string, Outcome>((resumes ? KEPT.read() : []).map((outcome) => [outcome.mutant.name, outcome]));
const chosen = MUTANTS.filter(({ name }) => (isWhole ? !outcomes.has(name) : names.includes(name)));

const tryAndTell = async (mutant: Mutant): Promise<void> => {
  const outcome = await tried(mutant, names.length === 1);
  outcomes.set(mutant.name, outcome);
  if (isWhole) KEPT.write(outcomes.values());
  const after = outcome.models === undefined ? 'NOT FOUND' : `after ${outcome.models} models: ${outcome.difference}`;
  say(
    isWhole
      ? `${mutant.name}: ${after} (${Math.round(outcome.seconds)} s)`
      : `${mutant.name}: ${mutant.what}\n${outcome.output.trimEnd()}`,
  );
};

if (unknown.length > 0) {
  process.stderr.write(`fuzz:mutants: there is no mutant ${unknown.join(', ')}; they are listed in fuzz/mutants/table.ts\n`);
  process.exitCode = 2;
} else {
  await tryMutants(chosen, AT_ONCE, tryAndTell);
  const all = MUTANTS.flatMap(({ name }) => outcomes.get(name) ?? []);
  if (isWhole) writeBeginning(PAGE, tableOf(all));
  const missed = all.filter(({ models }) => models === undefined).map(({ mutant }) => mutant.name);
  if (missed.length > 0) {
    process.stderr.write(`not found: ${missed.join(', ')}\n`);
    process.exitCode = 1;
  }
}

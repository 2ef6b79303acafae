/**
 * `npm run mutants`: would it have noticed? Each mutant is put into a copy of the built program, far from what ships; then the copy's own
 * `bayou conform` is run: layer 1 for faults in `src/impl`, then scripts of the corpus (layers 2 and 3), then random runs (layer 4),
 * until one of them diverges. Writes the table `docs/mutants.md`; fails where a mutant does not apply, or is not noticed and not
 * explained. `npm run mutants -- NAME…` tries these alone and writes nothing; `npm run mutants -- --resume` goes on with a run that was
 * interrupted, of which it keeps the outcomes.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ConformReport, Finding } from '../common/finding.js';
import { copyWith } from './copy.js';
import { MUTANTS, type Mutant } from './mutant-table.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** How a mutant was noticed, or not. */
interface Outcome {
  readonly name: string;
  /** The layer of the first finding that diverges; null: none does. */
  readonly layer: number | null;
  /** The shortest path or script that is known; empty where it was not noticed. */
  readonly smallest: string;
  /** How many configurations, scripts and runs were tried, that one included. */
  readonly tried: number;
  readonly seconds: number;
}

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const COPIES = join(ROOT, 'node_modules/.cache/mutants');

/** Small configurations that together have every kind of step, the quickest first. */
const CONFIGURATIONS = [
  'bayou-s-2212',
  'client-links',
  'bounded-sessions',
  'unknown-outcome',
  'mixed-sessions',
  'kills',
  'messages',
  'parts',
  'parts-blank',
  'late-puts-small',
  'new-sessions-small',
  'put-back-small',
];

/** Scripts of the corpus, in the order in which they are tried. */
const SCRIPTS = [
  'conflicts/tie-is-numeric',
  'conflicts/one-client-two-servers',
  'sessions/order-of-servers',
  'sessions/behind-then-served',
  'sessions/err-dep-is-no-answer',
  'sessions/err-dep-before-err-key',
  'sessions/no-server-left',
  'topology/members',
  'topology/chain-of-seven',
  'partitions/heal',
  'partitions/a-session-that-crosses',
  'kill-rejoin/twice',
  'kill-rejoin/before-anything',
  'kill-rejoin/cut-while-dead',
  'values/sorted-by-bytes',
  'background/pulls-do-no-harm',
  // Many servers that pull from each other at once bring each other what they have.
  'scale/nine-servers',
];

/** Plans of hostile runs after those. */
const PLANS = ['late-put', 'unwritten-tail', 'older-copy'];

/** Random runs after those. */
const RUNS = 12;
const DEADLINE_MS = 600_000;
/** Mutants that are tried at the same time. */
const AT_ONCE = 3;

// --- running a copy --------------------------------------------------------------------------------------------------------

/** The copy's own `bayou conform`. A copy that cannot even run it is noticed too. */
const conform = async (copy: string, args: ReadonlyArray<string>): Promise<ReadonlyArray<Finding>> => {
  const quick = ['--json', '--fail-fast', '--jobs', '1', '--shrink-runs', '6', '--out-dir', join(copy, 'divergences')];
  const all = [join(copy, 'dist/cli/main.js'), 'conform', ...args, ...quick];
  const run = await new Promise<{ readonly stdout: string; readonly stderr: string }>((resolve) => {
    const options = { cwd: ROOT, timeout: DEADLINE_MS, maxBuffer: 256 * 1024 * 1024 };
    execFile(process.execPath, all, options, (_error, stdout, stderr) => resolve({ stdout, stderr }));
  });
  try {
    return (JSON.parse(run.stdout) as ConformReport).findings;
  } catch {
    const details = run.stderr.trim().split('\n')[0] ?? 'it did not end';
    return [{ layer: 1, name: args.join(' '), verdict: 'diverges', counts: {}, details, repeat: '', elapsedMs: 0 }];
  }
};

// --- one mutant ------------------------------------------------------------------------------------------------------------

const STAGES: ReadonlyArray<{ readonly args: ReadonlyArray<string>; readonly implOnly: boolean; readonly perItem: number }> = [
  { args: ['--config', ...CONFIGURATIONS.map((name) => `spec/configs/${name}.json`)], implOnly: true, perItem: 1 },
  { args: SCRIPTS.map((name) => `conformance/scripts/${name}.script`), implOnly: false, perItem: 2 },
  { args: PLANS.map((name) => `conformance/plans/${name}.json`), implOnly: false, perItem: 1 },
  { args: ['--runs', String(RUNS), '--seed', '1'], implOnly: false, perItem: 1 },
];

/** A script that could not be run to its end (the master failed, a process died) is noticed as well. */
const isNoticed = (f: Finding): boolean => f.verdict === 'diverges' || f.verdict === 'failed';

const tryMutant = async (mutant: Mutant): Promise<Outcome> => {
  const began = performance.now();
  const copy = join(COPIES, mutant.name);
  copyWith(mutant, copy, ROOT);
  let tried = 0;
  const outcome = (finding: Finding | undefined): Outcome => ({
    name: mutant.name,
    layer: finding?.layer ?? null,
    smallest: finding === undefined ? '' : smallest(finding),
    tried: Math.ceil(tried),
    seconds: (performance.now() - began) / 1000,
  });
  try {
    for (const { args, implOnly, perItem } of STAGES) {
      if (implOnly && !mutant.inImpl) continue;
      const findings = await conform(copy, args);
      const at = findings.findIndex(isNoticed);
      tried += (at < 0 ? findings.length : at + 1) / perItem;
      if (at >= 0) return outcome(findings[at]);
    }
    return outcome(undefined);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
};

// --- the table -------------------------------------------------------------------------------------------------------------

/** The shortest way there that is known: a path of layer 1, or a script. */
const smallest = ({ details, name }: Finding): string => {
  const lines = details.split('\n');
  const steps = lines.filter((line) => /^ {2}\d+\. /.test(line)).map((line) => line.replace(/^ {2}\d+\. /, ''));
  if (steps.length > 0) return steps.map((s) => `\`${s}\``).join(', ');
  const at = lines.indexOf('a smaller script that diverges:');
  const script = at < 0 ? [] : lines.slice(at + 1).flatMap((line) => (line.startsWith('  ') ? [line.trim()] : []));
  if (script.length > 0 && script.length <= 12) return script.map((s) => `\`${s}\``).join(', ');
  return script.length > 0 ? `${script.length} lines of ${name}` : name;
};

const mutantOf = ({ name }: Outcome): Mutant => MUTANTS.find((m) => m.name === name)!;

const row = (outcome: Outcome): string => {
  const mutant = mutantOf(outcome);
  const missed = mutant.unobservable === undefined ? '**not noticed**' : `nobody can: ${mutant.unobservable}`;
  const cells =
    outcome.layer === null ? ['–', `${outcome.tried}`, missed] : [`${outcome.layer}`, `${outcome.tried}`, outcome.smallest];
  return `| ${[mutant.name, mutant.what, `\`${mutant.file}\``, ...cells].join(' | ').replaceAll('\n', ' ')} |`;
};

const table = (outcomes: ReadonlyArray<Outcome>): string => {
  const noticed = outcomes.filter((o) => o.layer !== null);
  const byLayer = ([1, 2, 3, 4] as const).map((layer) => noticed.filter((o) => o.layer === layer).length);
  return `# Would it have noticed?

Made by \`npm run mutants\`. Each row is one small fault, put into a copy of the built program; \`bayou conform\` of that copy is then run until
something diverges: layer 1 on ${CONFIGURATIONS.length} configurations where the fault is in \`src/impl\`, then ${SCRIPTS.length} scripts through layers 2 and 3, then ${PLANS.length} plans of
hostile runs and ${RUNS} random ones. *Tried* counts configurations, scripts and runs up to and including the one that noticed. *Smallest* is the shortest path or
script found.

${noticed.length} of ${outcomes.length} noticed: by layer 1 ${byLayer[0]}, layer 2 ${byLayer[1]}, layer 3 ${byLayer[2]}, layer 4 ${byLayer[3]}. Not noticed: ${
    outcomes
      .filter((o) => o.layer === null)
      .map((o) => o.name)
      .join(', ') || 'none'
  }.

| mutant | what | where | layer | tried | smallest |
| --- | --- | --- | --- | --- | --- |
${outcomes.map(row).join('\n')}
`;
};

const PAGE = join(ROOT, 'docs/mutants.md');

/** Writes the table; what stands on the page from its first section on is by hand, and stays. */
const writePage = (text: string): void => {
  const page = readFileSync(PAGE, 'utf8');
  const at = page.indexOf('\n## ');
  writeFileSync(PAGE, at < 0 ? text : `${text}${page.slice(at)}`);
};

// --- the command -----------------------------------------------------------------------------------------------------------

const KEPT = join(COPIES, 'outcomes.json');

const kept = (): ReadonlyArray<Outcome> =>
  existsSync(KEPT) ? (JSON.parse(readFileSync(KEPT, 'utf8')) as ReadonlyArray<Outcome>) : [];

const resumes = process.argv.includes('--resume');
const names = process.argv.slice(2).filter((arg) => arg !== '--resume');
const chosen = MUTANTS.filter((m) => names.length === 0 || names.includes(m.name));
mkdirSync(COPIES, { recursive: true });
const outcomes = new Map(resumes ? kept().map((o) => [o.name, o]) : []);
const queue = chosen.filter((m) => !outcomes.has(m.name));
const work = async (): Promise<void> => {
  for (let mutant = queue.shift(); mutant !== undefined; mutant = queue.shift()) {
    const outcome = await tryMutant(mutant);
    outcomes.set(mutant.name, outcome);
    if (names.length === 0) writeFileSync(KEPT, JSON.stringify([...outcomes.values()], null, 2));
    const how = outcome.layer === null ? 'NOT NOTICED' : `layer ${outcome.layer}: ${outcome.smallest}`;
    process.stdout.write(`${outcome.name}: ${how} (${outcome.tried} tried, ${Math.round(outcome.seconds)} s)\n`);
  }
};
await Promise.all(Array.from({ length: AT_ONCE }, work));
const all = chosen.flatMap((m) => outcomes.get(m.name) ?? []);
if (names.length === 0) writePage(table(all));
const missed = all.filter((o) => o.layer === null && mutantOf(o).unobservable === undefined);
if (chosen.length === 0 || missed.length > 0) {
  process.stderr.write(`not noticed and not explained: ${missed.map((o) => o.name).join(', ') || 'no such mutant'}\n`);
  process.exitCode = 1;
}

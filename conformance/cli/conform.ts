/** `bayou conform`: all four layers, with a progress line, a report as text, JSON or JUnit XML, and an exit status for each verdict. */
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { shippedConfig } from '#bayou/checked-model/find-config.js';
import { EXIT, UsageError } from '#bayou/command-line/exit.js';
import { progressLineOn } from '#bayou/command-line/progress.js';
import { wrongToMake } from '#bayou/command-line/named-files.js';
import { JUNIT, wrongToReplace } from '#bayou/command-line/replace.js';
import { mustDiffer } from '#bayou/command-line/same-path.js';
import { reasonOf } from '#bayou/command-line/say.js';
import type { ConformArgs } from './conform-args.js';
import { parseArgs } from './conform-options.js';
import { fromList, fromOption } from './list-options.js';
import type { Finding } from '../common/finding.js';
import { reportOf, showReport, statusOf, toJUnit } from './conform-report.js';
import { coverageTask, guidedPlanTask, readGuidedPlan } from './coverage-tasks.js';
import { corpusTask } from './corpus-tasks.js';
import { readSessionsPlan, sessionsPlanTask } from './sessions-tasks.js';
import { simulatedPlanTask, simulationTask } from './simulation-tasks.js';
import { hostileSeriesTask, planTask, randomTask } from './hostile-tasks.js';
import { scriptTask, traceTask, transitionsTask, unlessAborted, type Task } from './tasks.js';
import { isPlan } from '../common/plan-json.js';
import { findScripts } from '../runs/script-runs.js';

// --- what is tried ---------------------------------------------------------------------------------------------------------

const root = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

/** The configurations of a default run, with about how long each takes, in seconds. Together they have every kind of step. */
const CONFIGURATIONS: ReadonlyArray<readonly [name: string, seconds: number]> = [
  ['bayou-s-2212', 1],
  ['client-links', 3],
  ['bounded-sessions', 4],
  ['unknown-outcome', 5],
  ['late-puts-small', 2],
  ['new-sessions-small', 1],
  ['put-back-small', 1],
  ['four-guarantees', 2],
  ['kills', 6],
  ['messages', 9],
  ['parts', 6],
  ['parts-blank', 4],
  ['links', 23],
];

/** How many random runs a default run makes. */
const RUNS = 20;
/** How long, in seconds, a default run simulates, and `--simulate` with neither a number of runs nor a time. */
const SIMULATED_S = 5;
/** How long, in seconds, a default run leads a simulated cluster through a configuration, and which configuration. */
const GUIDED_S = 3;
const GUIDED = 'settle';

const scriptTasks = (paths: ReadonlyArray<string>, args: ConformArgs): ReadonlyArray<Task> => {
  const scripts = findScripts(paths, args.flags);
  if (E.isLeft(scripts)) throw new UsageError(scripts.left);
  return scripts.right.map((script) => scriptTask(script, args));
};

const randomTasks = (args: ConformArgs, runs: number): ReadonlyArray<Task> =>
  Array.from({ length: runs }, (_, i) => randomTask(args.seed, args.from + i, args));

/** The plans that ship with the program. */
const planTasks = (args: ConformArgs): ReadonlyArray<Task> =>
  readdirSync(root('conformance/plans'))
    .sort()
    .filter(isPlan)
    .map((name) => planTask(join(root('conformance/plans'), name), args));

/** The tasks of `--simulate`: for the given number of runs, or the given time, whichever ends first. */
const simulationTasks = (args: ConformArgs): ReadonlyArray<Task> => {
  const { coverage, corpus, seed, from, runs = Infinity, seconds } = args;
  if (coverage !== undefined) {
    const series = { seed, from, runs, seconds: seconds ?? Infinity };
    return [fromOption('--coverage', () => coverageTask(coverage, series, args))];
  }
  const series = { seed, from, runs, seconds: seconds ?? (runs === Infinity ? SIMULATED_S : Infinity) };
  return [corpus === undefined ? simulationTask(series, args) : corpusTask(corpus, series, args)];
};

const guidedTask = (args: ConformArgs): Task =>
  coverageTask(shippedConfig(GUIDED), { seed: args.seed, from: 0, runs: Infinity, seconds: GUIDED_S }, args);

const replayTask = (file: string, args: ConformArgs): Task => {
  const guided = readGuidedPlan(file);
  const sessions = readSessionsPlan(file);
  if (args.real && guided !== undefined)
    throw new UsageError(`${file}: a guided plan cannot be run on real processes; leave out --real`);
  if (args.real && sessions !== undefined)
    throw new UsageError(`${file}: a plan of sessions runs in the simulation alone; leave out --real`);
  if (guided !== undefined) return guidedPlanTask(file, guided, args);
  return sessions === undefined ? simulatedPlanTask(file, args.real, args) : sessionsPlanTask(file, sessions, args);
};

/** The task of `--hostile`: for the given number of runs or time; without both, for a default run's number of runs. */
const hostileTasks = ({ seed, from, runs, seconds, ...args }: ConformArgs): ReadonlyArray<Task> => [
  hostileSeriesTask({ seed, from, runs: runs ?? (seconds === undefined ? RUNS : Infinity), seconds: seconds ?? Infinity }, args),
];

const defaultTasks = (args: ConformArgs): ReadonlyArray<Task> => [
  ...(args.layers.includes(1) ? CONFIGURATIONS.map(([name, seconds]) => transitionsTask(shippedConfig(name), seconds)) : []),
  ...(args.layers.includes(2) || args.layers.includes(3) ? scriptTasks([root('conformance/scripts')], args) : []),
  ...(args.layers.includes(4)
    ? [...planTasks(args), ...randomTasks(args, RUNS), ...simulationTasks(args), guidedTask(args)]
    : []),
];

const tasksOf = (args: ConformArgs): ReadonlyArray<Task> => {
  if (args.replay.length > 0) return args.replay.map((file) => fromList('--replay', file, () => replayTask(file, args)));
  if (args.simulate || args.coverage !== undefined || args.corpus !== undefined) return simulationTasks(args);
  if (args.hostile) return hostileTasks(args);
  const asked = [
    ...args.config.map((source) => fromList('--config', source, () => transitionsTask(source, 10))),
    ...(args.paths.some((path) => !isPlan(path))
      ? scriptTasks(
          args.paths.filter((path) => !isPlan(path)),
          args,
        )
      : []),
    ...args.paths.filter(isPlan).map((path) => planTask(path, args)),
    ...(args.trace.length > 0 ? [traceTask(args.trace, args)] : []),
    ...(args.runs === undefined ? [] : randomTasks(args, args.runs)),
  ];
  return asked.length > 0 || args.runs !== undefined ? asked : defaultTasks(args);
};

// --- trying it -------------------------------------------------------------------------------------------------------------

/** Runs the tasks, several at a time, until the signal, and shows the progress. */
const runAll = async (
  tasks: ReadonlyArray<Task>,
  { jobs, failFast }: Pick<ConformArgs, 'jobs' | 'failFast'>,
  onProgress: (done: number, doing: string) => void,
  signal: AbortSignal,
): Promise<ReadonlyArray<Finding>> => {
  const findings: ReadonlyArray<Finding>[] = [];
  let next = 0;
  let weight = 0;
  const work = async (): Promise<void> => {
    while (next < tasks.length && !signal.aborted) {
      const at = next++;
      const task = tasks[at]!;
      onProgress(weight, task.name);
      findings[at] =
        (await unlessAborted(
          task.run(signal, (how) => onProgress(weight, how)),
          signal,
        )) ?? [];
      if (failFast && findings[at].some((f) => f.verdict === 'diverges')) next = tasks.length;
      weight += task.weight;
      onProgress(weight, task.name);
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, tasks.length) }, work));
  return findings.flat();
};

const progressLine = (began: number, total: number, done: number, doing: string): string => {
  const elapsed = (performance.now() - began) / 1000;
  const left = done > 0 ? `, about ${Math.ceil((elapsed / done) * (total - done))} s left` : '';
  return `${Math.floor((100 * done) / Math.max(total, 1))}%${left}: ${doing}`;
};

const writeReport = (file: string, text: string): void => {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new UsageError(`--junit: ${file}: it cannot be written: ${reasonOf(error)}`);
  }
};

/** Refuses a report file that cannot be written, before the run and not after it. */
const mustBeWritable = (file: string): void => {
  const wrong = wrongToReplace(file, JUNIT);
  if (wrong !== undefined) throw new UsageError(`--junit: ${file}: ${wrong}`);
  writeReport(file, '');
};

/** Refuses a folder in which no file can be kept, so that no finding of a long run is lost. */
const mustBeAFolder = (folder: string): void => {
  const wrong = wrongToMake(folder);
  if (wrong !== undefined) throw new UsageError(`--out-dir: ${folder}: ${wrong}`);
};

/** Refuses outputs that would take the place of each other, or the report of what it is about. */
const mustHavePlaces = ({ junit, outDir, corpus, paths, trace, config, replay }: ConformArgs): void => {
  const report = { name: '--junit', path: junit };
  mustDiffer([report, { name: '--corpus', path: corpus }, { name: '--out-dir', path: outDir }], []);
  mustDiffer(
    [report],
    [...paths, ...trace, ...config, ...replay].map((path) => ({ name: 'what is tried', path })),
  );
};

/** How long, in ms, after an interruption, the timers and dials that are left may keep this process. The runs' processes are gone by then. */
const END_MS = 200;

const endSoon = (): void => void setTimeout(() => process.exit(), END_MS).unref();

/** Runs `bayou conform` with these arguments; resolves with the exit status. */
export const main = async (argv: ReadonlyArray<string>): Promise<number> => {
  const args = parseArgs(argv);
  mustHavePlaces(args);
  const tasks = tasksOf(args);
  const began = performance.now();
  const total = tasks.reduce((sum, t) => sum + t.weight, 0);
  const showLine = progressLineOn(process.stderr);
  const interruption = new AbortController();
  const { signal } = interruption;
  const interrupt = (): void => interruption.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    if (args.junit !== undefined) mustBeWritable(args.junit);
    mustBeAFolder(args.outDir);
    const show = (done: number, doing: string): void => {
      showLine?.(progressLine(began, total, done, doing));
    };
    const findings = await runAll(tasks, args, show, signal);
    const report = reportOf(findings, performance.now() - began);
    showLine?.('');
    if (args.junit !== undefined) writeReport(args.junit, toJUnit(report));
    const interrupted = signal.aborted;
    if (interrupted) endSoon();
    process.stdout.write(
      `${args.json ? JSON.stringify({ ...report, interrupted }, null, 2) : showReport(report, interrupted)}\n`,
    );
    return interrupted ? EXIT.interrupted : statusOf(report.verdict);
  } finally {
    showLine?.('');
    process.removeListener('SIGINT', interrupt).removeListener('SIGTERM', interrupt);
  }
};

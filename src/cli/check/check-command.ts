/** `bayou check`: checks configurations and models, and prints their verdicts. */
import { setFlagsFromString } from 'node:v8';
import { existsSync } from 'node:fs';
import { CommanderError } from 'commander';
import { oneLine } from '../../checker/output/counterexample-lines.js';
import { bytes, progressLine, summaryLines, verdictLine } from '../../checker/output/summary.js';
import type { Progress, Report } from '../../checker/report.js';
import { wrongToMake } from '../../command-line/named-files.js';
import { mustDiffer } from '../../command-line/same-path.js';
import { say } from '../../command-line/say.js';
import { EXIT, UsageError, worst, type ExitStatus } from '../../command-line/exit.js';
import { print } from '../out.js';
import { progressLineOn } from '../../command-line/progress.js';
import { endSoon } from '../supervised/end-process.js';
import { interruption } from '../supervised/interruption.js';
import { beWatched } from '../supervised/supervised-process.js';
import { loadConfig, namedBy, shippedConfigs } from '../../checked-model/find-config.js';
import { search } from './engine.js';
import { exampleNames } from './examples.js';
import { judgementOf, type Judgement } from './expectation.js';
import { joinedFiles, mustHaveFolder, NO_FILES, runsOf, writeFiles, type WrittenFiles } from './counterexample-files.js';
import { isModule } from './is-module.js';
import { againLines, searchedAgain, worded, type SecondSearch } from './loaded-again.js';
import { moduleModel } from './module.js';
import { distinctNames } from '../../checked-model/file-names.js';
import type { CheckArgs } from './check-args.js';
import { checkpointLine } from './checkpoint-line.js';
import { parseCheckArgs } from './check-options.js';
import { repeatCommand } from './repeat.js';
import { replayFile } from './replay-file.js';
import { sample } from './sample-runs.js';
import { stepThrough } from './step.js';
import { blamed, configured, type LoadedConfig, type CheckedModel } from '../../checked-model/checked-model.js';
import { tell } from './quieter-runs.js';
import { threadLines } from './threads.js';

// --- printing --------------------------------------------------------------------------------------------------------------

/** The bytes that Node and the program take, with room for a small search. */
const LEAST_BYTES = 128 * 2 ** 20;

/** The period of progress on a terminal and in a file, in ms. */
const TERMINAL_MS = 200;
const NDJSON_MS = 1000;

/** The fields that name the model in machine-readable output. */
const named = ({ source, config }: CheckedModel): Readonly<Record<string, string>> =>
  config === undefined ? { module: source } : { config: source };

/** Shows progress on a terminal, as NDJSON where asked for, and not at all in a pipe. */
const progressOf = (checked: CheckedModel, args: CheckArgs): { onProgress?: (progress: Progress) => void; end: () => void } => {
  if (args.ndjson) {
    return {
      onProgress: (progress) => print(JSON.stringify({ type: 'progress', ...named(checked), ...progress })),
      end: () => undefined,
    };
  }
  const show = progressLineOn(process.stderr);
  if (show === undefined) return { end: () => undefined };
  return { onProgress: (progress) => show(`${checked.source}: ${progressLine(progress)}`), end: () => show('') };
};

/** A hint where the memory limit is about as large as the program alone needs: no smaller search can then help. */
const memoryHint = (args: CheckArgs, { stop }: Report): ReadonlyArray<string> =>
  stop.kind === 'memory' && args.maxMemory !== undefined && args.maxMemory < LEAST_BYTES
    ? [`The program itself takes about as much memory as --max-memory allows: give it ${bytes(LEAST_BYTES)} or more.`]
    : [];

const goOnLines = ({ checkpoint, resume }: CheckArgs, { stop }: Report, repeat: string): ReadonlyArray<string> => {
  if (checkpoint === undefined || !existsSync(checkpoint) || stop.kind === 'complete' || stop.kind === 'violation') return [];
  return [`Go on with: ${repeat}${resume === undefined ? ` --resume ${checkpoint}` : ''} (and a limit that lets it)`];
};

interface Outcome {
  readonly checked: CheckedModel;
  readonly report: Report;
  readonly second: SecondSearch;
  readonly judgement: Judgement;
  readonly files: ReadonlyArray<string>;
  readonly repeat: string;
  /** The lines about the threads. */
  readonly threads: ReadonlyArray<string>;
}

/** The explorer's pages among the files that were written. */
const pagesIn = (files: ReadonlyArray<string>): ReadonlyArray<string> =>
  files.flatMap((line) => /^written: (.*\.html)$/.exec(line)?.[1] ?? []);

const printReport = (args: CheckArgs, { checked, report, second, judgement, files, repeat, threads }: Outcome): void => {
  const verdict = verdictLine(worded(report, second));
  if (args.json || args.ndjson) {
    const { config: fields } = checked;
    const { status } = judgement;
    print(
      JSON.stringify({
        type: 'report',
        ...named(checked),
        fields,
        ...report,
        line: verdict,
        ...(second.why === undefined ? {} : { notConfirmed: second.why }),
        status,
        repeat,
        files,
      }),
    );
    return;
  }
  const lines = summaryLines(report, checked.legend);
  const failed = report.verdict !== 'holds';
  const hints = [...memoryHint(args, report), ...threads, ...againLines(second), ...checked.unjudged];
  for (const line of [...lines.slice(0, -1), ...files, ...hints]) print(line);
  if (failed) print(`Repeat with: ${repeat}`);
  for (const page of pagesIn(files)) print(`See it: ${page}`);
  for (const line of goOnLines(args, report, repeat)) print(line);
  if (judgement.line !== undefined) print(judgement.line);
  print(oneLine(`${report.model}: ${verdict}`));
};

// --- checking --------------------------------------------------------------------------------------------------------------

const checkedModelOf = async (source: string, args: CheckArgs): Promise<CheckedModel> => {
  if (isModule(source)) return moduleModel(source, args);
  if (args.deadlock) throw new UsageError(`${source}: --deadlock is for models of your own: runs of Bayou's model have an end`);
  return configured(loadConfig(source, args.overrides));
};

/** Says that the checkpoint of a search could not be written where the search stopped. What was found is told all the same. */
const checkpointFile = ({ stop }: Report, args: CheckArgs): WrittenFiles => {
  if (!('unwritten' in stop)) return NO_FILES;
  const line = checkpointLine(stop.unwritten, args) ?? stop.unwritten;
  say(`bayou check: ${line}`);
  return { lines: [`not written: ${line}`], isLost: true };
};

const checkOne = async (
  source: string,
  args: CheckArgs,
  distinct: (name: string) => string,
  signal: AbortSignal,
): Promise<ExitStatus> => {
  const checked = await checkedModelOf(source, args);
  if (args.outDir !== undefined) mustHaveFolder(args.outDir);
  if (args.sample !== undefined) return blamed(checked, () => sample(checked, args, args.sample!, { print, signal, distinct }));
  const { onProgress, end } = progressOf(checked, args);
  const hooks = {
    signal,
    progressEveryMs: args.ndjson ? NDJSON_MS : TERMINAL_MS,
    ...(onProgress === undefined ? {} : { onProgress }),
  };
  const { report, second } = await search(checked, args, hooks)
    .then(async (found) => {
      const second = await searchedAgain(checked, args, found, hooks);
      return { second, report: await blamed(checked, () => tell(checked, found, args, hooks)) };
    })
    .finally(end);
  const repeat = repeatCommand(args, source);
  const runs =
    args.outDir === undefined
      ? NO_FILES
      : await blamed(checked, () => writeFiles(args.outDir!, args.format, checked, runsOf(report), distinct, repeat));
  const { lines: files, isLost } = joinedFiles([runs, checkpointFile(report, args)]);
  const { status: verdict, ...expected } = judgementOf(report, checked.expect);
  const status = worst([verdict, isLost ? EXIT.usage : EXIT.ok]);
  const threads = args.json || args.ndjson ? [] : await threadLines(checked, args, report, hooks);
  printReport(args, { checked, report, second, judgement: { ...expected, status }, files, repeat, threads });
  return status;
};

/** @throws UsageError where two options name one place, or a folder cannot be made. A checkpoint may be written where another was read. */
const mustHavePlaces = ({ configs, checkpoint, resume, outDir }: CheckArgs): void => {
  const folder = { name: '--out-dir', path: outDir };
  mustDiffer(
    [{ name: '--checkpoint', path: checkpoint }, folder],
    configs.map((path) => ({ name: 'the configuration', path })),
  );
  mustDiffer([folder], [{ name: '--resume', path: resume }]);
  const wrong = outDir === undefined ? undefined : wrongToMake(outDir);
  if (wrong !== undefined) throw new UsageError(`--out-dir: ${outDir}: ${wrong}`);
};

const checkAll = async (args: CheckArgs): Promise<ExitStatus> => {
  mustHavePlaces(args);
  const distinct = distinctNames();
  const { signal, end } = interruption();
  const statuses: ExitStatus[] = [];
  const sources = await Promise.all((args.configs.length === 0 ? ['default'] : args.configs).map(namedBy));
  for (const [i, source] of sources.flat().entries()) {
    if (signal.aborted) {
      say(`bayou check: interrupted: not checked: ${sources.flat().slice(i).join(', ')}`);
      statuses.push(EXIT.interrupted);
      break;
    }
    if (statuses.length > 0 && !args.json && !args.ndjson) print('');
    const one = (): Promise<ExitStatus> => checkOne(source, args, distinct, signal);
    statuses.push(await orUsage(args, one));
  }
  end();
  const status = worst(statuses);
  if (sources.flat().some(isModule)) endSoon(status);
  return status;
};

const stepOne = async (args: CheckArgs): Promise<ExitStatus> => {
  const [source = 'default', ...others] = (await Promise.all(args.configs.map(namedBy))).flat();
  if (others.length > 0) throw new UsageError(`--step is for one model at a time: ${[source, ...others].join(', ')}`);
  const checked = await checkedModelOf(source, args);
  return blamed(checked, () => stepThrough(checked, process.stdin, process.stderr));
};

/** Does `run`, and says what is wrong with its configuration or model. The other ones can then still be checked. */
const orUsage = async (args: CheckArgs, run: () => Promise<ExitStatus>): Promise<ExitStatus> => {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    if (!args.json && !args.ndjson) error.before.forEach(print);
    say(oneLine(`bayou check: ${error.message}`));
    return EXIT.usage;
  }
};

// --- listing ---------------------------------------------------------------------------------------------------------------

const expectText = ({ expect }: LoadedConfig): string => {
  if (expect === undefined) return '';
  return expect === 'holds' ? 'holds' : `${expect.violated} is violated`;
};

/** The examples, with the defaults of their parameters. */
const exampleLines = async (): Promise<ReadonlyArray<string>> => {
  const names = await exampleNames();
  const width = Math.max(...names.map((name) => name.length));
  const checkedModels = await Promise.all(names.map((name) => moduleModel(name, parseCheckArgs([]))));
  return checkedModels.map(({ source, model, parameters = {} }) => {
    const set = Object.entries(parameters).map(([name, value]) => ` --set ${name}=${String(value)}`);
    return `${source.padEnd(width)}  ${model.model.name}${set.length === 0 ? '' : `; by default${set.join('')}`}`;
  });
};

const listConfigs = async (): Promise<ExitStatus> => {
  const all = (await shippedConfigs()).map((name) => loadConfig(name));
  const width = Math.max(0, ...all.map(({ source }) => source.length));
  const claim = Math.max(0, ...all.map((loaded) => expectText(loaded).length));
  for (const loaded of all) print(`${loaded.source.padEnd(width)}  ${expectText(loaded).padEnd(claim)}  ${loaded.config.about}`);
  print('');
  for (const line of await exampleLines()) print(line);
  return EXIT.ok;
};

// --- the command -----------------------------------------------------------------------------------------------------------

/**
 * Tells V8 to allocate every value as short-lived. The audit keeps the values of the first runs. V8 would conclude that such values live long,
 * and would allocate millions of short-lived values where only its slow collector looks: that costs a tenth of the whole processor time.
 */
const keepValuesYoung = (): void => setFlagsFromString('--no-allocation-site-pretenuring');

/** Runs `bayou check` with the words after its name. Resolves with the exit status. */
export const main = async (words: ReadonlyArray<string>): Promise<ExitStatus> => {
  try {
    const args = parseCheckArgs(words);
    keepValuesYoung();
    beWatched('check');
    if (args.replay !== undefined) return await orUsage(args, () => replayFile(args.replay!, args));
    if (args.step) return await orUsage(args, () => stepOne(args));
    return await (args.list ? listConfigs() : checkAll(args));
  } catch (error) {
    // Commander has printed the error, or the help.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
    throw error;
  }
};

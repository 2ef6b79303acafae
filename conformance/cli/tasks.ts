/** The tasks of `bayou conform`: one for each configuration, script and trace. The tasks of layer 4 are in `hostile-tasks.ts`. */
import { basename } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { checkComponents } from '#bayou/checker/factored/check-components.js';
import { UsageError } from '#bayou/command-line/exit.js';
import { loadConfig } from '#bayou/checked-model/find-config.js';
import type { Config } from '#bayou/model/checking/config.js';
import { bayou } from '#bayou/model/system.js';
import { judge } from '../layer4-hostile/judge/judge.js';
import { historyOfRuns } from '../layer4-hostile/judge/history-of-trace.js';
import { showVerdict } from '../layer4-hostile/judge/verdict.js';
import {
  tryScript,
  oracleOptionsOf,
  showScriptTrial,
  shrink,
  verdictOf,
  type ScriptCase,
  type ScriptTrial,
} from '../runs/script-runs.js';
import { keepRun, keepRuns } from '../explore/keep-run.js';
import { rejectionOf } from '../path-of-a-run/refused-result.js';
import { readRuns } from '../layer3-traces/read-traces.js';
import { showTraceVerdict, validating } from '../layer3-traces/validate-trace.js';
import { inTurns } from '../common/in-turns.js';
import { showOracle } from '../layer2-scripts/oracle.js';
import { asShipped, showWalk, walkTransitions } from '../layer1-transitions/transition-walk.js';
import type { ConformArgs } from './conform-args.js';
import { wrongInList } from './list-options.js';
import type { Finding } from '../common/finding.js';

/** A task: one trial or a series. `weight`: about how long it takes, in seconds on an idle machine, for the estimate. */
export interface Task {
  readonly name: string;
  readonly weight: number;
  /** Does the task. If the signal comes first, rejects with the signal's reason, once no process of the run is left. `tell`: shows the progress. */
  readonly run: (signal: AbortSignal, tell?: (how: string) => void) => Promise<ReadonlyArray<Finding>>;
}

/** The result of `f`, and the time that it took, in ms. */
export const timed = async <T>(f: () => Promise<T>): Promise<readonly [T, number]> => {
  const began = performance.now();
  return [await f(), performance.now() - began];
};

/** The result of a trial; undefined where the signal ended it. */
export const unlessAborted = <T>(trying: Promise<T>, signal: AbortSignal): Promise<T | undefined> =>
  trying.catch((error: unknown) => {
    if (signal.aborted) return undefined;
    throw error;
  });

/** The task that repeats a simulated run by the plan in a file. `words`: what the command has after the file's name. */
export const replayedRunTask = (
  file: string,
  replay: (signal: AbortSignal) => Promise<Pick<Finding, 'verdict' | 'counts' | 'details'>>,
  words = '',
): Task => ({
  name: file,
  weight: 3,
  run: async (signal) => {
    const [{ verdict, counts, details }, elapsedMs] = await timed(() => replay(signal));
    const repeat = `bayou conform --simulate --replay ${file}${words}`;
    return [{ layer: 4, name: file, verdict, counts, details, repeat, elapsedMs }];
  },
});

// --- layer 1 ---------------------------------------------------------------------------------------------------------------

/** The configuration that `source` names, a file or the name of one of the package's. Throws a UsageError where the cluster cannot be compared with it. */
export const comparableConfig = (source: string): Config => {
  const { config } = loadConfig(source);
  if (config.variant !== 'FIXED')
    throw new UsageError(`${source}: variant: the cluster has the protocol as it is, so the configuration must say FIXED`);
  return config;
};

/** The task of layer 1: walks every transition of a configuration, and compares their number with the checker's count. */
export const transitionsTask = (source: string, weight: number): Task => {
  const config = comparableConfig(source);
  return {
    name: config.name,
    weight,
    run: async (signal) => {
      const [walked, elapsedMs] = await timed(() => walkTransitions(config, { signal }));
      const repeat = `bayou conform --config ${source}`;
      const found: Omit<Finding, 'verdict' | 'details'> = {
        layer: 1,
        name: config.name,
        counts: { transitions: walked.transitions, states: walked.states, 'paths walked again': walked.sampled },
        repeat,
        elapsedMs,
      };
      if (walked.verdict !== 'conforms') return [{ ...found, verdict: walked.verdict, details: showWalk(walked) }];
      const { counts } = await checkComponents(bayou(asShipped(config)), { signal });
      signal.throwIfAborted();
      const [mine, checkers] = [walked.transitions, counts.generated - 1];
      return [
        mine === checkers
          ? { ...found, verdict: 'conforms', details: '' }
          : { ...found, verdict: 'failed', details: `${mine} transitions were walked, and the checker counts ${checkers}` },
      ];
    },
  };
};

// --- layers 2 and 3 --------------------------------------------------------------------------------------------------------

/** The task of a script: runs it on the cluster, and compares its output (layer 2) and its trace (layer 3) with the model. */
export const scriptTask = (
  script: ScriptCase,
  args: Pick<ConformArgs, 'maxStates' | 'flags' | 'shrinkRuns' | 'outDir'>,
): Task => {
  const flags = args.flags === undefined ? '' : ` --flags "${args.flags.join(' ')}"`;
  const repeat = `bayou conform ${script.name}${flags}`;
  return {
    name: basename(script.name),
    weight: 1,
    run: async (signal) => {
      const limits = args.maxStates === undefined ? {} : { maxWorlds: args.maxStates };
      const judged = await tryScript(script, { ...limits, signal });
      if (E.isLeft(judged))
        return [{ layer: 3, name: script.name, verdict: 'failed', counts: {}, details: judged.left, repeat, elapsedMs: 0 }];
      const j = judged.right;
      const { oracle, trace, elapsedMs } = j;
      // The script belongs to layer 2: layer 3 follows the run as its processes tell it.
      const ofOutput = j.differences.length > 0 ? 'diverges' : oracle.verdict;
      const found: Pick<Finding, 'name' | 'repeat'> = { name: script.name, repeat };
      const shrunk = verdictOf(j) === 'diverges' ? await shrink(script, { signal }, args.shrinkRuns) : undefined;
      const kept = shrunk === undefined ? [] : await keepScript(script, shrunk.tried ?? j, args.outDir);
      const wrong = shrunk === undefined ? '' : [showScriptTrial(j, shrunk.lines), ...kept].join('\n');
      const reads = oracle.verdict === 'conforms' ? oracle.reads : 0;
      return [
        {
          ...found,
          layer: 2,
          verdict: ofOutput,
          counts: { commands: oracle.commands, 'reads compared': reads },
          refused: j.refused,
          details: ofOutput === 'diverges' ? wrong : oracle.verdict === 'conforms' ? '' : showOracle(oracle),
          elapsedMs,
        },
        {
          ...found,
          layer: 3,
          verdict: trace.verdict,
          counts: { events: trace.followed },
          // Where layer 2 diverges, its finding has all details.
          details:
            trace.verdict === 'conforms' ? '' : ofOutput === 'diverges' || shrunk === undefined ? showTraceVerdict(trace) : wrong,
          elapsedMs: 0,
        },
      ];
    },
  };
};

/** Keeps the run of a script that diverges. */
const keepScript = (
  script: ScriptCase,
  { events, oracle, trace }: ScriptTrial,
  outDir: string,
): Promise<ReadonlyArray<string>> => {
  const rejection = trace.rejection ?? rejectionOf(events, oracle);
  const { keepsLog } = oracleOptionsOf(script.flags);
  return keepRun(outDir, events, rejection, { name: script.name, keepsLog, withTrace: true });
};

/** The task of traces of runs on one data folder: layer 3 follows them, and the judge judges them. */
export const traceTask = (files: ReadonlyArray<string>, { outDir }: Pick<ConformArgs, 'outDir'>): Task => ({
  name: files.map((f) => basename(f)).join(' '),
  weight: 5,
  run: async (signal) => {
    const runs = readRuns(files);
    if (E.isLeft(runs)) throw wrongInList('--trace', files, runs.left);
    const [verdict, elapsedMs] = await timed(() => inTurns(validating(runs.right), signal));
    const judged = judge(historyOfRuns(runs.right));
    const { rejection, run = 1 } = verdict;
    const kept =
      rejection === undefined
        ? []
        : await keepRuns(outDir, runs.right.slice(0, run), rejection, { name: basename(files[0]!), withTrace: false });
    return [
      {
        layer: 3,
        name: files.join(' '),
        verdict: judged.kept ? verdict.verdict : 'diverges',
        counts: {
          events: verdict.followed,
          processes: verdict.processes,
          ...(runs.right.length > 1 && { runs: runs.right.length }),
        },
        details: [
          ...(verdict.verdict === 'conforms' ? [] : [showTraceVerdict(verdict), ...kept]),
          ...(judged.kept ? [] : [`the judge, which knows no model: ${showVerdict(judged)}`]),
        ].join('\n'),
        repeat: `bayou conform --trace ${files.join(' ')}`,
        elapsedMs,
      },
    ];
  },
});

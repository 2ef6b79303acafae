/** Layer 4: a random script on the cluster, judged by its trace against the model and by the judge that knows no model. */
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { judge } from '../judge/judge.js';
import { historyOfTrace } from '../judge/trace.js';
import { showVerdict } from '../judge/verdict.js';
import { scripts } from '../random/scripts.js';
import { showTraceVerdict, validateTrace } from '../trace/validate.js';
import { runOnCluster } from './cluster.js';

/** What the judges say of a random run. */
export interface RandomJudgement {
  readonly verdict: 'conforms' | 'diverges' | 'undecided' | 'failed';
  readonly counts: Readonly<Record<string, number>>;
  readonly details: string;
}

const PERIODS = [0, 5, 20, 250] as const;

/** The script and the master's options of a run: the same for the same seed and number, in a series of any length. */
export const randomRun = (seed: number, run: number): { readonly script: string; readonly flags: ReadonlyArray<string> } => {
  const [[script, period] = []] = fc.sample(fc.tuple(scripts(), fc.constantFrom(...PERIODS)), {
    seed: seed * 1_000_003 + run,
    numRuns: 1,
  });
  return { script: `${(script?.lines ?? []).join('\n')}\n`, flags: ['--anti-entropy-ms', String(period ?? 0)] };
};

/** Runs it and judges it. */
export const judgeRandomRun = async (seed: number, run: number, program?: string): Promise<RandomJudgement> => {
  const { script, flags } = randomRun(seed, run);
  const ran = await runOnCluster(script, { flags, ...(program !== undefined && { program }) });
  if (E.isLeft(ran)) return { verdict: 'failed', counts: {}, details: ran.left };
  const { events, status, errors } = ran.right;
  if (status !== 0 && status !== 1)
    return {
      verdict: 'diverges',
      counts: {},
      details: `the master ended with status ${status ?? 'none'}: ${errors}\nscript:\n${script}`,
    };
  const trace = validateTrace(events);
  const promised = judge(historyOfTrace(events));
  const counts = { events: trace.followed, operations: promised.operations, kills: trace.counts['kill'] ?? 0 };
  const details = [
    ...(trace.verdict === 'conforms' ? [] : [showTraceVerdict(trace)]),
    ...(promised.kept ? [] : [showVerdict(promised)]),
  ];
  return {
    verdict: promised.kept ? trace.verdict : 'diverges',
    counts,
    details: details.length === 0 ? '' : [...details, `options: ${flags.join(' ')}`, 'script:', script].join('\n'),
  };
};

/**
 * Whether several threads were slower than one: a sample of the space is searched by one thread, and its speed compared. Threads hand
 * states to each other, so each takes more processor time for a state than one alone does; where processors are few, or busy, that is
 * more than they save.
 */
import { availableParallelism } from 'node:os';
import { checkComponents } from '../../checker/factored/check-components.js';
import type { Report } from '../../checker/report.js';
import { counted } from '../../core/counted.js';
import type { CheckArgs } from './check-args.js';
import type { Hooks } from './engine.js';
import type { CheckedModel } from '../../checked-model/checked-model.js';

/** The size of the sample, in states, and its longest time. */
const SAMPLE_STATES = 50_000;
const SAMPLE_MS = 1_000;

/** The ratio above which a difference is no accident. */
const CLEARLY = 1.15;

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** How long one thread would take, by its speed in a part of the space; undefined where the sample cannot tell. */
const byOne = async (
  { model, properties }: CheckedModel,
  args: CheckArgs,
  report: Report,
  hooks: Hooks,
): Promise<number | undefined> => {
  if (model.level !== 'components') return undefined;
  const { counts, statistics } = await checkComponents(model.model, {
    ...(hooks.signal === undefined ? {} : { signal: hooks.signal }),
    ...(properties === undefined ? {} : { properties }),
    search: 'bfs',
    symmetry: args.symmetry,
    normalize: args.quotient,
    maxStates: SAMPLE_STATES,
    maxMs: SAMPLE_MS,
  });
  return counts.generated === 0 ? undefined : (statistics.elapsedMs * report.counts.generated) / counts.generated;
};

/** The lines about the threads of a search that took `elapsedMs`; none where the threads were worth it. */
export const threadLines = async (
  checked: CheckedModel,
  args: CheckArgs,
  report: Report,
  hooks: Hooks,
): Promise<ReadonlyArray<string>> => {
  const elapsedMs = report.statistics.details?.['ms of the threads'];
  if (args.workers < 2 || elapsedMs === undefined || report.verdict === 'interrupted') return [];
  const processors = availableParallelism();
  const many =
    args.workers > processors
      ? [
          `--workers ${args.workers}: there ${processors === 1 ? 'is' : 'are'} ${counted(processors, 'processor')}, and threads beyond them only wait.`,
        ]
      : [];
  const alone = await byOne(checked, args, report, hooks);
  if (alone === undefined || elapsedMs < alone * CLEARLY) return many;
  return [
    ...many,
    `--workers ${args.workers} was slower than one thread would be: it took ${seconds(elapsedMs)}, and one would take about ${seconds(alone)}.`,
  ];
};

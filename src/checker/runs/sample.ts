/** Takes random runs of a model that break no property. They show what the model does, before one asks what it must not do. */
import { A_SEED, A_WHOLE_NUMBER, AN_OBJECT, mustHaveOnly, mustTake } from '../contract/argument-checks.js';
import { forOneSearch } from '../contract/guard.js';
import { contracted } from '../contract/validate.js';
import type { Model } from '../model.js';
import { onRun } from '../shown/fault-on-run.js';
import { showRun, type Run } from '../shown/shown-run.js';
import { atOnce, pauses, unhurried } from '../limits.js';
import { random, type Random } from '../random.js';
import type { Counterexample } from '../report.js';
import { brokenAt, stepsOf, type Step } from './decides.js';

/** What a sample takes. */
export interface SampleOptions {
  /** How many runs are wanted. */
  readonly runs: number;
  /** Greatest number of steps of a run. */
  readonly length: number;
  /** The same seed gives the same runs. */
  readonly seed: number;
  /** Stops the walks. */
  readonly signal?: AbortSignal;
}

/** Runs in which nothing breaks, and the number of walks that were left out because something broke. */
export interface Sample {
  readonly runs: ReadonlyArray<Counterexample>;
  readonly broken: number;
}

/** The most walks for each run that is wanted. A model whose walks nearly always break a property gives fewer runs. */
const WALKS_PER_RUN = 100;

/** How a walk ended: as a run in which nothing breaks, with a property broken, or before its end because the signal came. */
type Walked<S, A> = Run<S, A> | 'broken' | 'cut';

/** Walks at random. A walk may be long, so it yields now and then. */
function* walk<S, A>(
  model: Model<S, A>,
  { length, signal }: SampleOptions,
  pick: Random,
  isPause: () => boolean,
): Generator<void, Walked<S, A>> {
  const initial = model.initial[pick(model.initial.length)] as S;
  const steps: Step<S, A>[] = [];
  let state = initial;
  try {
    if (brokenAt(model, state).length > 0) return 'broken';
    while (steps.length < length && model.boundary?.(state) !== false) {
      const choices = stepsOf(model, state);
      const step = choices[pick(choices.length)];
      if (step === undefined) break;
      steps.push(step);
      if (brokenAt(model, step.next, { before: state, action: step.action }).length > 0) return 'broken';
      state = step.next;
      if (!isPause()) continue;
      yield;
      if (signal?.aborted === true) return 'cut';
    }
  } catch (error) {
    throw onRun(model, { initial, steps }, error);
  }
  return { initial, steps };
}

/** Looks at the arguments, and takes walks until there are enough. It yields between walks, too. */
function* sampled<S, A>(given: Model<S, A>, options: SampleOptions): Generator<void, Sample> {
  mustTake('sampleRuns', 'options', AN_OBJECT, options);
  mustHaveOnly<SampleOptions>('sampleRuns: options', { runs: true, length: true, seed: true, signal: true }, options);
  // They are taken as they are now. The walks pause, and their owner may change them meanwhile.
  const asked = { ...options };
  const { runs, length, seed, signal } = asked;
  mustTake('sampleRuns', 'runs', A_WHOLE_NUMBER, runs);
  mustTake('sampleRuns', 'length', A_WHOLE_NUMBER, length);
  mustTake('sampleRuns', 'seed', A_SEED, seed);
  const { model } = contracted(forOneSearch(given));
  const pick = random(seed);
  const isPause = pauses();
  const found: Run<S, A>[] = [];
  let broken = 0;
  for (let walks = 0; found.length < runs && walks < runs * WALKS_PER_RUN && signal?.aborted !== true; walks++) {
    const walked = yield* walk(model, asked, pick, isPause);
    if (walked === 'broken') broken++;
    else if (walked !== 'cut') found.push(walked);
    yield;
  }
  return { runs: found.map((run) => showRun(model, run, false)), broken };
}

/**
 * Takes random walks until `runs` of them broke no property, or too many broke one. The signal is heeded within a walk, too; a walk that it
 * cuts is no run.
 *
 * @throws CheckerError for what is no model, or is at fault on a walk (`model`), and for options that make no sense (`option`).
 */
export const sampleRuns = <S, A>(model: Model<S, A>, options: SampleOptions): Promise<Sample> =>
  unhurried(sampled(model, options));

/** The same without a pause: for tests and scripts. Signals are not served while it runs. */
export const sampleRunsSync = <S, A>(model: Model<S, A>, options: SampleOptions): Sample => atOnce(sampled(model, options));

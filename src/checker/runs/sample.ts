/** Takes random runs of a model that break no property. They show what the model does, before one asks what it must not do. */
import { A_SEED, A_WHOLE_NUMBER, AN_OBJECT, mustHaveOnly, mustTake } from '../contract/argument-checks.js';
import { contracted } from '../contract/validate.js';
import type { Model } from '../model.js';
import { onRun } from '../shown/fault-on-run.js';
import { showRun, type Run } from '../shown/shown-run.js';
import { random } from '../random.js';
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

/** Walks at random. It gives undefined where a property breaks. */
const walk = <S, A>(model: Model<S, A>, length: number, pick: (below: number) => number): Run<S, A> | undefined => {
  const initial = model.initial[pick(model.initial.length)] as S;
  const steps: Step<S, A>[] = [];
  let state = initial;
  try {
    if (brokenAt(model, state).length > 0) return undefined;
    while (steps.length < length && model.boundary?.(state) !== false) {
      const choices = stepsOf(model, state);
      const step = choices[pick(choices.length)];
      if (step === undefined) break;
      steps.push(step);
      if (brokenAt(model, step.next, { before: state, action: step.action }).length > 0) return undefined;
      state = step.next;
    }
  } catch (error) {
    throw onRun(model, { initial, steps }, error);
  }
  return { initial, steps };
};

/** Takes random walks until `runs` of them broke no property, or too many broke one. */
export const sampleRuns = <S, A>(given: Model<S, A>, options: SampleOptions): Sample => {
  mustTake('sampleRuns', 'options', AN_OBJECT, options);
  mustHaveOnly<SampleOptions>('sampleRuns: options', { runs: true, length: true, seed: true, signal: true }, options);
  const { runs, length, seed, signal } = options;
  mustTake('sampleRuns', 'runs', A_WHOLE_NUMBER, runs);
  mustTake('sampleRuns', 'length', A_WHOLE_NUMBER, length);
  mustTake('sampleRuns', 'seed', A_SEED, seed);
  const { model } = contracted(given);
  const pick = random(seed);
  const found: Run<S, A>[] = [];
  let broken = 0;
  for (let walks = 0; found.length < runs && walks < runs * WALKS_PER_RUN && signal?.aborted !== true; walks++) {
    const run = walk(model, length, pick);
    if (run === undefined) broken++;
    else found.push(run);
  }
  return { runs: found.map((run) => showRun(model, run, false)), broken };
};

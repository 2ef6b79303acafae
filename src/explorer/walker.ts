/** Walks runs for the page, one after the other. Most runs begin like the run before, so only the new steps are walked. */
import type { Model } from '../checker/model.js';
import { stepsOf } from '../checker/runs/decides.js';
import type { WayTo } from './asked.js';
import type { Walk } from './walk.js';

/** Finds runs by the numbers of their steps. */
export class Walker<S, A> {
  readonly #model: Model<S, A>;
  #last: { readonly initial: number; readonly walk: Walk<S, A> } | undefined;

  constructor(model: Model<S, A>) {
    this.#model = model;
  }

  /** The run to a user's place. Undefined: the model has no such initial state or step. */
  to({ initial: number, ways }: WayTo): Walk<S, A> | undefined {
    if (!(number >= 0 && number < this.#model.initial.length)) return undefined;
    const initial = this.#model.initial[number] as S;
    const known = this.#last?.initial === number ? this.#last.walk.steps : [];
    const differing = known.findIndex(({ way }, i) => way !== ways[i]);
    const steps = known.slice(0, differing < 0 ? known.length : differing);
    let state = steps.at(-1)?.next ?? initial;
    for (const way of ways.slice(steps.length)) {
      const step = stepsOf(this.#model, state)[way];
      if (step === undefined) return undefined;
      steps.push({ ...step, way });
      state = step.next;
    }
    const walk = { initial, steps };
    this.#last = { initial: number, walk };
    return walk;
  }
}

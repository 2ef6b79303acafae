/**
 * Finds several counterexamples of one property, as different as can be: each ends in another way. The first is a shortest one. Each further one
 * ends in the state (or by the step) that differs in the most parts from those chosen before it.
 */
import { A_WHOLE_NUMBER, AN_OBJECT, mustTake } from '../contract/argument-checks.js';
import { isNumbered } from '../contract/merging.js';
import { contracted } from '../contract/validate.js';
import { check } from '../check.js';
import { CheckerError } from '../error.js';
import type { Model, Property } from '../model.js';
import { encode } from '../values/encode.js';
import type { CheckOptions } from '../options.js';
import type { Counterexample } from '../report.js';
import { showLabel } from '../report.js';
import { text } from '../shown/text.js';
import { partsOf } from '../shown/state.js';
import { stepsOf } from './decides.js';

/** For each counterexample that is asked for, at most `ENDS_PER_TRACE` ends are compared with each other. */
const ENDS_PER_TRACE = 50;

/** Where a run that breaks the property ends. */
interface End {
  readonly code: string;
  /** The texts that are compared: one for each part, and one for the last step. */
  readonly features: ReadonlyMap<string, string>;
}

const key = <S, A>(model: Model<S, A>, state: S): string => (model.key ?? encode)(state);

const featuresOf = <S, A>(model: Model<S, A>, state: S, action?: A): ReadonlyMap<string, string> =>
  new Map([
    ...Object.entries(partsOf(model, state)).map(([name, part]) => [`part ${name}`, text(part)] as const),
    ...(action === undefined ? [] : [['step', showLabel(model.label(action))] as const]),
  ]);

const stateEnd = <S, A>(model: Model<S, A>, state: S): End => ({ code: key(model, state), features: featuresOf(model, state) });

const stepEnd = <S, A>(model: Model<S, A>, before: S, action: A, next: S): End => ({
  code: `${encode(model.label(action))}\n${key(model, before)}\n${key(model, next)}`,
  features: featuresOf(model, next, action),
});

/** Wraps the property so that `broken` is given each end, and says whether it counts as broken. */
const watching = <S, A>(
  model: Model<S, A>,
  property: Property<S, A>,
  name: string,
  broken: (end: End) => boolean,
): Property<S, A> => {
  switch (property.kind) {
    case 'always':
      return { name, kind: 'always', holds: (state) => property.holds(state) || !broken(stateEnd(model, state)) };
    case 'alwaysStep':
      return {
        name,
        kind: 'alwaysStep',
        holds: (state, action, next) => property.holds(state, action, next) || !broken(stepEnd(model, state, action, next)),
      };
    default: {
      const final = property.kind === 'noDeadlock' ? property.final : undefined;
      return {
        name,
        kind: 'noDeadlock',
        final: (state) => final?.(state) === true || stepsOf(model, state).length > 0 || !broken(stateEnd(model, state)),
      };
    }
  }
};

const distance = (a: End, b: End): number => {
  const names = new Set([...a.features.keys(), ...b.features.keys()]);
  return [...names].filter((name) => a.features.get(name) !== b.features.get(name)).length;
};

/** Chooses `count` ends. Each is as far as can be from the ends chosen before it. The first end stays first. */
const spread = (ends: ReadonlyArray<End>, count: number): ReadonlyArray<End> => {
  const chosen: End[] = [];
  let left = [...ends];
  while (chosen.length < count && left.length > 0) {
    const far = (end: End): number => Math.min(Infinity, ...chosen.map((other) => distance(end, other)));
    const best = chosen.length === 0 ? left[0]! : left.reduce((a, b) => (far(b) > far(a) ? b : a));
    chosen.push(best);
    left = left.filter((end) => end !== best);
  }
  return chosen;
};

/** Tests that a property can have several counterexamples: a property of safety, whose runs have an end. */
export const canBeSeveral = ({ kind }: { readonly kind: string }): boolean =>
  kind === 'always' || kind === 'alwaysStep' || kind === 'noDeadlock';

/** What limits the searches for several counterexamples, and how they tell of their progress. */
export type SeveralLimits = Pick<
  CheckOptions,
  'maxStates' | 'maxDepth' | 'maxMs' | 'maxMemoryBytes' | 'signal' | 'onProgress' | 'progressEveryMs'
>;

/** Keeps ends until there are `most`. A space may have no end, so the end that fills it counts as broken, which stops the search. */
class Gathered {
  readonly #most: number;
  readonly #ends = new Map<string, End>();
  #last: string | undefined;

  constructor(most: number) {
    this.#most = most;
  }

  /** Says of an end the same whenever it is asked: the calls of a property are audited. */
  readonly add = (end: End): boolean => {
    if (this.#last === undefined && !this.#ends.has(end.code)) {
      this.#ends.set(end.code, end);
      if (this.#ends.size === this.#most) this.#last = end.code;
    }
    return end.code === this.#last;
  };

  get ends(): ReadonlyArray<End> {
    return [...this.#ends.values()];
  }
}

/**
 * Refuses runs of a model whose states are numbers of values, where a key took several values for one number: a run by numbers may then be none. It
 * is asked after each search, because they find it out.
 */
const mustBeRuns = <S, A>(given: Model<S, A>): void => {
  if (!isNumbered(given)) return;
  throw new CheckerError(
    'option',
    'severalCounterexamples: model: its key takes several values for one, so a run by numbers of values may be no run of it: give toModel(model)',
  );
};

/**
 * Gives at most `count` counterexamples of a property of safety, the shortest first. There are fewer where the space has fewer ends that break the
 * property, or the limits let the search see fewer of them.
 *
 * @throws CheckerError (`option`) for arguments that make no sense, and for an `internedModel` whose key took several values for one: a run of
 * it may be no run of the components.
 */
export const severalCounterexamples = async <S, A>(
  given: Model<S, A>,
  property: Property<S, A>,
  count: number,
  limits: SeveralLimits = {},
): Promise<ReadonlyArray<Counterexample>> => {
  mustTake('severalCounterexamples', 'property', AN_OBJECT, property);
  mustTake('severalCounterexamples', 'count', A_WHOLE_NUMBER, count);
  mustTake('severalCounterexamples', 'limits', AN_OBJECT, limits);
  const { model } = contracted(given);
  // Its fields are looked at as those of a property in a model are.
  contracted({ ...given, properties: [property] });
  const gathered = new Gathered(count * ENDS_PER_TRACE);
  await check({ ...model, properties: [watching(model, property, property.name, gathered.add)] }, limits);
  mustBeRuns(given);
  const chosen = spread(gathered.ends, count);
  const one = ({ code }: End, i: number): Property<S, A> => watching(model, property, String(i), (end) => end.code === code);
  if (chosen.length === 0) return [];
  const { properties } = await check({ ...model, properties: chosen.map(one) }, { ...limits, keepGoing: true });
  mustBeRuns(given);
  const traces = properties.flatMap(({ trace }) => trace ?? []).sort((a, b) => a.steps.length - b.steps.length);
  const shortest = traces[0]?.steps.length;
  // Each is a shortest run to its end.
  return traces.map((trace) => ({ ...trace, shortest: trace.shortest && trace.steps.length === shortest }));
};

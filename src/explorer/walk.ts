/**
 * Walks through a model for the page: finds runs by the numbers of their steps, and makes the page's form of their states and of the possible
 * steps. It uses nothing of Node, because it also runs in the page's worker. The local server runs it for a user's own model.
 */
import type { Model, Property } from '../checker/model.js';
import { showLabel, type Counterexample } from '../checker/report.js';
import { brokenAt, decides, stepsOf, type Step } from '../checker/runs/decides.js';
import { lostForEver } from '../checker/runs/lost-for-ever.js';
import { partsOf, showState } from '../checker/shown/state.js';
import { text } from '../checker/shown/text.js';
import { plainValue } from '../checker/shown/value.js';
import type { Choices, ChoiceShot, PlaceShot } from './asked.js';
import type { Changes, PartShot, RunShot, StepShot, TrueStates, WhyShot } from './shape.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** A run of a model. Each step has its number among the steps that could be taken. */
export interface Walk<S, A> {
  readonly initial: S;
  readonly steps: ReadonlyArray<Step<S, A> & { readonly way: number }>;
}

/** Gives the reason why a run breaks a property in state `at`. Undefined: there are no words for it. */
export type Explainer<S, A> = (
  walk: Walk<S, A>,
  property: Property<S, A>,
  at: number,
  loop: number | undefined,
) => WhyShot | undefined;

// --- pictures --------------------------------------------------------------------------------------------------------------

type Shots = ReadonlyMap<string, PartShot>;

/** The page's form of a state's parts: those of the state, and those that the model's `show` gives. */
const shotsOf = <S, A>(model: Model<S, A>, state: S, before?: { readonly state: S; readonly shots: Shots }): Shots => {
  const values = partsOf(model, state);
  const former = before === undefined ? {} : partsOf(model, before.state);
  const shown = model.show === undefined ? undefined : showState(model, state);
  const names = [...new Set([...Object.keys(values), ...Object.keys(shown ?? {})])];
  return new Map(
    names.map((name): [string, PartShot] => {
      const known = before?.shots.get(name);
      const words = shown?.[name];
      if (
        known !== undefined &&
        Object.hasOwn(former, name) &&
        former[name] === values[name] &&
        (words ?? known.text) === known.text
      )
        return [name, known];
      const said = words ?? text(values[name]);
      if (!Object.hasOwn(values, name)) return [name, { text: said, value: said }];
      const view = model.view?.(name, values[name]);
      return [name, { text: said, value: plainValue(values[name]), ...(view === undefined ? {} : { view }) }];
    }),
  );
};

const isSame = (a: PartShot, b: PartShot): boolean =>
  a === b || (a.text === b.text && JSON.stringify(a.value) === JSON.stringify(b.value));

const changesOf = (before: Shots, after: Shots): Changes => {
  const changed = new Map<string, PartShot | null>();
  for (const [name, shot] of after) {
    const known = before.get(name);
    if (known === undefined || !isSame(known, shot)) changed.set(name, shot);
  }
  for (const name of before.keys()) if (!after.has(name)) changed.set(name, null);
  // Not by assignment, since a part may be called `__proto__`.
  return Object.fromEntries(changed);
};

/** The parts in which two states differ. */
export const differing = <S, A>(
  model: Model<S, A>,
  here: S,
  there: S,
): ReadonlyArray<{ readonly part: string; readonly here: PartShot; readonly protocol: PartShot }> => {
  const [mine, theirs] = [shotsOf(model, here), shotsOf(model, there)];
  return [...mine].flatMap(([part, shot]) => {
    const other = theirs.get(part);
    return other === undefined || isSame(shot, other) ? [] : [{ part, here: shot, protocol: other }];
  });
};

// --- truth -----------------------------------------------------------------------------------------------------------------

const isLive = ({ kind }: { readonly kind: string }): boolean =>
  kind === 'eventually' || kind === 'eventuallyAlways' || kind === 'leadsTo';

const truthOf = <S, A>(model: Model<S, A>, property: Property<S, A>, { initial, steps }: Walk<S, A>): TrueStates => {
  const states = [initial, ...steps.map(({ next }) => next)];
  const where = (holds: (state: S) => boolean): ReadonlyArray<number> => states.flatMap((s, i) => (holds(s) ? [i] : []));
  if (property.kind === 'eventually' || property.kind === 'eventuallyAlways') return { marks: where(property.holds) };
  if (property.kind === 'leadsTo') return { marks: where(property.to), begins: where(property.from) };
  return {
    marks: states.flatMap((state, i) => {
      const step = steps[i - 1];
      const taken = step === undefined ? undefined : { before: states[i - 1]!, action: step.action };
      return decides(model, property, state, taken) ? [i] : [];
    }),
  };
};

// --- runs ------------------------------------------------------------------------------------------------------------------

/** Explains runs of one model, in its own words. */
export interface Words<S, A> {
  /** Why a run breaks a property. */
  readonly explain: Explainer<S, A>;
  /** The words for each step of a run. */
  readonly tell?: (walk: Walk<S, A>) => ReadonlyArray<string>;
}

/** The facts about a run, in addition to its steps. */
export interface RunFacts {
  readonly title: string;
  readonly loop?: number;
  readonly isShortest?: boolean;
  /** The name of the property that the run breaks or reaches. Default: the first safety property that the run breaks. */
  readonly property?: string;
}

const stepShots = <S, A>(model: Model<S, A>, { initial, steps }: Walk<S, A>): readonly [Changes, ReadonlyArray<StepShot>] => {
  let state = initial;
  let shots = shotsOf(model, initial);
  const first = Object.fromEntries(shots);
  const made = steps.map(({ action, next, way }): StepShot => {
    const after = shotsOf(model, next, { state, shots });
    const note = model.note?.(state, action, next);
    const changed = changesOf(shots, after);
    [state, shots] = [next, after];
    return { label: model.label(action), changed, way, ...(note === undefined ? {} : { note }) };
  });
  return [first, made];
};

/** The page's form of a run. */
export const runShot = <S, A>(model: Model<S, A>, walk: Walk<S, A>, about: RunFacts, { explain, tell }: Words<S, A>): RunShot => {
  const { title, loop, isShortest } = about;
  const [initial, shots] = stepShots(model, walk);
  const from = model.initial.indexOf(walk.initial);
  const told = tell?.(walk) ?? [];
  const steps = shots.map((shot, i) => (told[i] === undefined ? shot : { ...shot, told: told[i] }));
  const lost = loop === undefined ? [] : lostForEver(model, { run: walk, loop });
  const truth = model.properties.map((property): TrueStates => ({
    ...truthOf(model, property, walk),
    ...(lost.includes(property.name) ? { isLost: true } : {}),
  }));
  const wanted = about.property ?? firstBroken(model, truth);
  const property = model.properties.findIndex(({ name }) => name === wanted);
  const judged = model.properties[property];
  const at = judged === undefined ? undefined : isLive(judged) ? steps.length : truth[property]!.marks[0];
  const why =
    judged === undefined || at === undefined || judged.kind.startsWith('sometimes') ? undefined : explain(walk, judged, at, loop);
  return {
    title,
    initial,
    steps,
    truth,
    ...(from > 0 ? { from } : {}),
    ...(loop === undefined ? {} : { loop }),
    ...(isShortest === undefined ? {} : { isShortest }),
    ...(judged === undefined ? {} : { property }),
    ...(why === undefined ? {} : { why }),
  };
};

const firstBroken = <S, A>({ properties }: Model<S, A>, truth: ReadonlyArray<TrueStates>): string | undefined =>
  properties.find((property, i) => !isLive(property) && !property.kind.startsWith('sometimes') && truth[i]!.marks.length > 0)
    ?.name;

/** The page's form of a report's run that the model is not asked for: the changes of each step are those of the run's texts. */
export const shotOfTrace = <S, A>(
  { properties }: Model<S, A>,
  title: string,
  trace: Counterexample,
  broken: ReadonlyArray<{ readonly property: string; readonly after: number }>,
): RunShot => {
  const shots = (shown: Readonly<Record<string, string>>, values: Counterexample['values']): Shots =>
    new Map(Object.entries(shown).map(([name, said]) => [name, { text: said, value: values?.[name] ?? said }]));
  let before = shots(trace.initial, trace.values);
  const first = Object.fromEntries(before);
  const steps = trace.steps.map(({ label, note, state, values }): StepShot => {
    const after = shots(state, values);
    const changed = changesOf(before, after);
    before = after;
    return { label, changed, ...(note === undefined ? {} : { note }) };
  });
  const truth = properties.map(({ name }) => ({
    marks: broken.flatMap(({ property, after }) => (property === name ? [after] : [])),
  }));
  return { title, initial: first, steps, truth, ...(trace.loop === undefined ? {} : { loop: trace.loop }) };
};

/** The most runs of the model that are kept in mind where a run's texts fit several. */
const MOST_WAYS = 1000;

/** Finds a report's run in the model again, step by step. Undefined: the model has no such run. */
export const retrace = <S, A>(model: Model<S, A>, trace: Counterexample): Walk<S, A> | undefined => {
  const isShown = (state: S, shown: Readonly<Record<string, string>>): boolean => {
    const own = showState(model, state);
    return Object.keys(shown).every((part) => own[part] === shown[part]);
  };
  let ways: ReadonlyArray<Walk<S, A>> = model.initial
    .filter((state) => isShown(state, trace.initial))
    .map((initial) => ({ initial, steps: [] }));
  for (const { label, note, state: shown } of trace.steps) {
    const wanted = showLabel(label);
    ways = ways
      .flatMap((walk) => {
        const state = walk.steps.at(-1)?.next ?? walk.initial;
        return stepsOf(model, state).flatMap((step, way) => {
          const fits = showLabel(model.label(step.action)) === wanted && isShown(step.next, shown);
          const said = fits ? model.note?.(state, step.action, step.next) : undefined;
          return fits && said === note ? [{ ...walk, steps: [...walk.steps, { ...step, way }] }] : [];
        });
      })
      .slice(0, MOST_WAYS);
  }
  return ways[0];
};

// --- stepping --------------------------------------------------------------------------------------------------------------

const choiceShots = <S, A>(model: Model<S, A>, state: S): ReadonlyArray<ChoiceShot> => {
  const shots = shotsOf(model, state);
  const already = new Set(brokenAt(model, state));
  return stepsOf(model, state).map(({ action, next }) => {
    const note = model.note?.(state, action, next);
    const broken = brokenAt(model, next, { before: state, action }).filter((name) => !already.has(name));
    return {
      label: model.label(action),
      changed: changesOf(shots, shotsOf(model, next, { state, shots })),
      breaks: broken.map((name) => model.properties.findIndex((property) => property.name === name)),
      ...(note === undefined ? {} : { note }),
    };
  });
};

/** The possible steps at the end of a run. */
export const choicesOf = <S, A>(model: Model<S, A>, walk: Walk<S, A>): Choices => {
  const state = walk.steps.length === 0 ? walk.initial : walk.steps.at(-1)!.next;
  const isBeyond = model.boundary?.(state) === false;
  return {
    choices: isBeyond ? [] : choiceShots(model, state),
    ...(isBeyond ? { isBeyond } : {}),
    initials: model.initial.length,
  };
};

/** The place at the end of this run, with the possible steps there. */
export const placeOf = <S, A>(model: Model<S, A>, walk: Walk<S, A>, title: string, words: Words<S, A>): PlaceShot => ({
  run: runShot(model, walk, { title }, words),
  ...choicesOf(model, walk),
});

/**
 * Follows a path on a plain model. Each step is found by its label, and must match what was seen of it. Where labels leave several ways open, all
 * of them are followed.
 */
import { A_PATH, AN_OBJECT, mustHaveOnly, mustTake } from '../contract/argument-checks.js';
import { contracted } from '../contract/validate.js';
import { CheckerError } from '../error.js';
import type { Model } from '../model.js';
import { encode } from '../values/encode.js';
import { showRun, type Run } from '../shown/shown-run.js';
import type { Break, PathStep, Refusal, Replay } from '../component-model/replay.js';
import { oneLine } from '../output/counterexample-lines.js';
import { showLabel, type ShownState, type TraceStep } from '../report.js';
import { showState } from '../shown/state.js';
import { brokenForEver, isStill } from './breaks-for-ever.js';
import { brokenAt, stepsOf, type Step } from './decides.js';
import { runTo } from './run-to.js';

/** A way along the path: a state, and the way and the step by which it was reached. */
interface Way<S, A> {
  readonly state: S;
  readonly by?: { readonly before: Way<S, A>; readonly step: Step<S, A> };
}

/** The most ways that are kept. Where labels leave more open, the path is followed along these. */
const MOST_WAYS = 1000;
const MOST_ENABLED = 12;

const distinct = <S, A>(model: Model<S, A>, ways: ReadonlyArray<Way<S, A>>): ReadonlyArray<Way<S, A>> => {
  if (ways.length < 2) return ways;
  const key = model.key ?? encode;
  return [...new Map(ways.map((way) => [key(way.state), way])).values()].slice(0, MOST_WAYS);
};

/** Gives what of a way differs from what was seen, by name. */
const differing = <S, A>(model: Model<S, A>, seen: PathStep, before: S, { action, next }: Step<S, A>): ShownState => {
  const wrong: Record<string, string> = {};
  const note = model.note?.(before, action, next) ?? '';
  if (seen.note !== undefined && seen.note !== note) wrong['note'] = note;
  if (seen.state === undefined) return wrong;
  const shown = showState(model, next);
  for (const [part, text] of Object.entries(seen.state))
    if (!Object.hasOwn(shown, part) || shown[part] !== text) wrong[part] = shown[part] ?? '(none)';
  return wrong;
};

const refusalOf = <S, A>(
  model: Model<S, A>,
  seen: PathStep,
  step: number,
  ways: ReadonlyArray<Way<S, A>>,
  wrongs: ReadonlyArray<ShownState>,
): Refusal => {
  const label = seen.label === undefined ? {} : { label: seen.label };
  if (wrongs.length === 0) {
    const labels = ways.flatMap(({ state }) => stepsOf(model, state).map(({ action }) => showLabel(model.label(action))));
    return { step, ...label, why: 'disabled', differences: [], enabled: [...new Set(labels)].slice(0, MOST_ENABLED) };
  }
  const least = Math.min(...wrongs.map((wrong) => Object.keys(wrong).length));
  const nearest = wrongs.filter((wrong) => Object.keys(wrong).length === least);
  const names = [...new Set(nearest.flatMap((wrong) => Object.keys(wrong)))];
  const differences = names.map((name) => ({
    name,
    seen: (name === 'note' ? seen.note : seen.state?.[name]) ?? '',
    allowed: [...new Set(nearest.flatMap((wrong) => wrong[name] ?? []))],
  }));
  return { step, ...label, why: 'otherwise', differences, enabled: [] };
};

/** Gives the properties that a run breaks, each with the number of steps after which it is broken for the first time. */
const breaksOf = <S, A>(model: Model<S, A>, run: Run<S, A>): ReadonlyArray<Break> => {
  const found = new Map<string, number>();
  const meet = (names: ReadonlyArray<string>, after: number): void => {
    for (const name of names) if (!found.has(name)) found.set(name, after);
  };
  let before = run.initial;
  meet(brokenAt(model, before), 0);
  run.steps.forEach(({ action, next }, i) => {
    meet(brokenAt(model, next, { before, action }), i + 1);
    before = next;
  });
  return [...found].map(([property, after]) => ({ property, after, ...ruleOf(model, property) }));
};

const ruleOf = <S, A>(model: Model<S, A>, property: string): { readonly rule?: string } => {
  const rule = model.properties.find(({ name }) => name === property)?.rule;
  return rule === undefined ? {} : { rule };
};

/** Gives the properties that a run breaks by coming back, or by staying where it is. */
const breaksForEver = <S, A>(model: Model<S, A>, run: Run<S, A>, loop: number | undefined): ReadonlyArray<Break> =>
  loop === undefined
    ? []
    : brokenForEver(model, { run, loop }).map((property) => ({
        property,
        after: loop,
        forEver: true,
        ...ruleOf(model, property),
      }));

/** Gives the state to which a lasso says it comes back, if the run does. */
const loopOf = <S, A>(model: Model<S, A>, run: Run<S, A>, loop: number | undefined): number | undefined => {
  if (loop === undefined) return undefined;
  const key = model.key ?? encode;
  const states = [run.initial, ...run.steps.map(({ next }) => next)];
  const last = states.at(-1)!;
  // A run stays in its last state only where the model can do nothing else.
  if (loop === run.steps.length) return isStill(model, last) ? loop : undefined;
  return key(states[loop]!) === key(last) ? loop : undefined;
};

/** What a path says of a run besides its steps. */
export interface PathEnds {
  /** The initial state, as the model shows it. */
  readonly initial?: ShownState;
  /** The state to which it comes back. */
  readonly loop?: number;
}

/** An end that the path cannot have: which one, and why. */
export interface WrongEnd {
  readonly end: keyof PathEnds;
  /** In one line, without the name of the end. */
  readonly why: string;
}

/** Gives the parts in which a state of the model differs from a given initial state. */
const differingParts = <S, A>(model: Model<S, A>, initial: ShownState, state: S): ReadonlyArray<string> => {
  const shown = showState(model, state);
  return Object.keys(initial).filter((part) => !Object.hasOwn(shown, part) || shown[part] !== initial[part]);
};

const wrongInitial = <S, A>(model: Model<S, A>, initial: ShownState): string | undefined => {
  const all = model.initial.map((state) => differingParts(model, initial, state));
  const nearest = all.reduce((least, parts) => (parts.length < least.length ? parts : least));
  if (nearest.length === 0) return undefined;
  const parts = nearest.map((part) => oneLine(part)).join(', ');
  return `no initial state of the model is shown so, and the nearest differs in ${parts}; leave the field out to begin in any`;
};

/** Says what is wrong with a loop. Steps without a label take no step, so they lead to no state that a loop could name. */
const wrongLoop = (path: ReadonlyArray<PathStep>, loop: number): string | undefined => {
  const most = path.filter(({ label }) => label !== undefined).length;
  if (Number.isInteger(loop) && loop >= 0 && loop <= most) return undefined;
  return `expected the number of a state of the run, from 0 to ${most}, but it is ${loop}`;
};

/**
 * Gives the first end that a path cannot have, whatever its steps are: an initial state that the model does not have, or a loop beyond the run.
 */
export const wrongEnd = <S, A>(
  given: Model<S, A>,
  path: ReadonlyArray<PathStep>,
  { initial, loop }: PathEnds,
): WrongEnd | undefined => {
  const notInitial = initial === undefined ? undefined : wrongInitial(contracted(given).model, initial);
  if (notInitial !== undefined) return { end: 'initial', why: notInitial };
  const notLoop = loop === undefined ? undefined : wrongLoop(path, loop);
  return notLoop === undefined ? undefined : { end: 'loop', why: notLoop };
};

/** A step of a path may be one of a trace. */
const STEP_FIELDS = {
  label: true,
  note: true,
  state: true,
  seen: true,
  optional: true,
  values: true,
  changed: true,
} as const;

/**
 * Follows a path to its end, or to the first step that the model does not take as it was seen.
 *
 * @throws CheckerError (`option`) for an end that this run of the model cannot have.
 */
export const follow = <S, A>(given: Model<S, A>, path: ReadonlyArray<PathStep>, ends: PathEnds = {}): Replay => {
  mustTake('follow', 'path', A_PATH, path);
  mustTake('follow', 'ends', AN_OBJECT, ends);
  path.forEach((step, i) => mustHaveOnly<PathStep & TraceStep>(`follow: path[${i}]`, STEP_FIELDS, step));
  mustHaveOnly<PathEnds>('follow: ends', { initial: true, loop: true }, ends);
  const { initial, loop } = ends;
  const { model } = contracted(given);
  const wrong = wrongEnd(model, path, ends);
  if (wrong !== undefined) throw new CheckerError('option', `follow: ${wrong.end}: ${wrong.why}`);
  const begins = model.initial.filter((state) => differingParts(model, initial ?? {}, state).length === 0);
  let ways: ReadonlyArray<Way<S, A>> = begins.map((state) => ({ state }));
  const from: number[] = [];
  const done = (refusal?: Refusal): Replay => {
    const runs = ways.slice(0, 16).map(runTo);
    const run = runs.find((one) => breaksOf(model, one).length > 0) ?? runs[0]!;
    const back = refusal === undefined ? loopOf(model, run, loop) : undefined;
    return {
      trace: showRun(model, run, false, back),
      from,
      broken: [...breaksOf(model, run), ...breaksForEver(model, run, back)],
      ...(refusal === undefined ? {} : { refusal }),
    };
  };
  for (const [index, seen] of path.entries()) {
    if (seen.label === undefined) continue;
    const wanted = showLabel(seen.label);
    const taken = ways.flatMap((before) =>
      stepsOf(model, before.state)
        .filter(({ action }) => showLabel(model.label(action)) === wanted)
        .map((step) => ({ way: { state: step.next, by: { before, step } }, wrong: differing(model, seen, before.state, step) })),
    );
    const right = taken.filter(({ wrong }) => Object.keys(wrong).length === 0).map(({ way }) => way);
    if (right.length === 0)
      return done(
        refusalOf(
          model,
          seen,
          index,
          ways,
          taken.map(({ wrong }) => wrong),
        ),
      );
    ways = distinct(model, right);
    from.push(index);
  }
  return done();
};

/**
 * Follows a path on a plain model. Each step is found by its label, and must match what was seen of it. Where labels leave several branches open, all
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
import { stepsOf, type Step } from './decides.js';
import { runTo } from './run-to.js';
import { distinct, firstOf, further, claimOf, type PathClaim, type PathBranch } from './branches.js';

/** The most branches that are kept. Where more are open, the path is followed along these, and what they do not do decides nothing. */
const MOST_BRANCHES = 10_000;
const MOST_ENABLED = 12;

/** Gives what of a branch differs from what was seen, by name. */
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
  branches: ReadonlyArray<PathBranch<S, A>>,
  wrongs: ReadonlyArray<ShownState>,
): Refusal => {
  const label = seen.label === undefined ? {} : { label: seen.label };
  if (wrongs.length === 0) {
    const labels = branches.flatMap(({ state }) => stepsOf(model, state).map(({ action }) => showLabel(model.label(action))));
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
  /**
   * The name of the property that it is told of. Where several runs are as the path says, the one is followed that breaks it, or reaches it
   * where it is a witness.
   */
  readonly property?: string;
}

/** An end that the path cannot have: which one, and why. */
export interface WrongEnd {
  readonly end: 'initial' | 'loop';
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

/** Gives each step from the ends of the branches that has the label of a step of the path, with what of it differs from what was seen. */
const takenBy = <S, A>(
  claim: PathClaim<S, A>,
  branches: ReadonlyArray<PathBranch<S, A>>,
  seen: PathStep,
): ReadonlyArray<{ readonly branch: PathBranch<S, A>; readonly wrong: ShownState }> => {
  const { model } = claim;
  const wanted = seen.label === undefined ? undefined : showLabel(seen.label);
  return branches.flatMap((before) =>
    stepsOf(model, before.state)
      .filter(({ action }) => showLabel(model.label(action)) === wanted)
      .map((step) => ({ branch: further(claim, before, step), wrong: differing(model, seen, before.state, step) })),
  );
};

/** A run that is as the path says, and what is found of it. */
interface Found<S, A> {
  readonly run: Run<S, A>;
  readonly back: number | undefined;
  readonly broken: ReadonlyArray<Break>;
  readonly isAsTold: boolean;
}

const foundAlong = <S, A>(
  { model, loop, property }: PathClaim<S, A>,
  branch: PathBranch<S, A>,
  isRefused: boolean,
): Found<S, A> => {
  const run = runTo(branch);
  const back = isRefused ? undefined : loopOf(model, run, loop);
  const breaks = [...branch.broken].map(([name, after]) => ({ property: name, after, ...ruleOf(model, name) }));
  const broken = [...breaks, ...breaksForEver(model, run, back)];
  const isAsTold = branch.isReached || broken.some(({ property: name }) => name === property?.name);
  return { run, back, broken, isAsTold };
};

/** Chooses among the branches: at best one that is as the path tells, or one that comes back as it tells, or at least one that breaks something. */
const followed = <S, A>(
  claim: PathClaim<S, A>,
  branches: ReadonlyArray<PathBranch<S, A>>,
  isRefused: boolean,
): Pick<Replay, 'trace' | 'broken' | 'isAsTold'> => {
  const rankOf = ({ isAsTold, back, broken }: Found<S, A>): number =>
    isAsTold ? 3 : broken.length > 0 && (claim.loop === undefined || back !== undefined) ? 2 : back !== undefined ? 1 : 0;
  let best: Found<S, A> | undefined;
  for (const branch of branches) {
    const found = foundAlong(claim, branch, isRefused);
    if (best === undefined || rankOf(found) > rankOf(best)) best = found;
    if (best.isAsTold) break;
  }
  const { run, back, broken, isAsTold } = best!;
  return { trace: showRun(claim.model, run, false, back), broken, ...(claim.property === undefined ? {} : { isAsTold }) };
};

/** Gives what was found, unless it only says what the branches that were kept do not do. @throws CheckerError (`option`). */
const decided = <S, A>({ loop }: PathClaim<S, A>, replay: Replay, cutAt: number | undefined): Replay => {
  const { refusal, isAsTold, trace } = replay;
  const isDenied = refusal !== undefined || isAsTold === false || (loop !== undefined && trace.loop === undefined);
  if (cutAt === undefined || !isDenied) return replay;
  throw new CheckerError(
    'option',
    `follow: path[${cutAt}]: more than ${MOST_BRANCHES} runs are as the path says up to this step, so they cannot all be followed, and none of the first ${MOST_BRANCHES} is so to its end: tell more of each state (let \`show\` leave out less), so that fewer are`,
  );
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
 * Follows a path to its end, or to the first step that the model does not take as it was seen. A boundary bounds a search and no run: a path may go
 * beyond it.
 *
 * @throws CheckerError (`option`) for an end that this run of the model cannot have, and where too many runs are as the path says to follow them all
 */
export const follow = <S, A>(given: Model<S, A>, path: ReadonlyArray<PathStep>, ends: PathEnds = {}): Replay => {
  mustTake('follow', 'path', A_PATH, path);
  mustTake('follow', 'ends', AN_OBJECT, ends);
  path.forEach((step, i) => mustHaveOnly<PathStep & TraceStep>(`follow: path[${i}]`, STEP_FIELDS, step));
  mustHaveOnly<PathEnds>('follow: ends', { initial: true, loop: true, property: true }, ends);
  const { model } = contracted(given);
  const wrong = wrongEnd(model, path, ends);
  if (wrong !== undefined) throw new CheckerError('option', `follow: ${wrong.end}: ${wrong.why}`);
  const claim = claimOf(model, ends);
  const begins = model.initial.filter((state) => differingParts(model, ends.initial ?? {}, state).length === 0);
  let branches = begins.map((state) => firstOf(claim, state));
  const from: number[] = [];
  let cutAt: number | undefined;
  for (const [index, seen] of path.entries()) {
    if (seen.label === undefined) continue;
    const taken = takenBy(claim, branches, seen);
    const right = taken.filter(({ wrong }) => Object.keys(wrong).length === 0).map(({ branch }) => branch);
    if (right.length === 0) {
      const wrongs = taken.map(({ wrong }) => wrong);
      const refusal = refusalOf(model, seen, index, branches, wrongs);
      return decided(claim, { ...followed(claim, branches, true), from, refusal }, cutAt);
    }
    const open = distinct(claim, right);
    if (open.length > MOST_BRANCHES) cutAt ??= index;
    branches = open.slice(0, MOST_BRANCHES);
    from.push(index);
  }
  return decided(claim, { ...followed(claim, branches, false), from }, cutAt);
};

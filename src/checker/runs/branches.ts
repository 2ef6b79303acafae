/**
 * The branches along a path. Labels, and what is shown of states, may leave several steps open, and some of the runs break a property while others do
 * not. So a branch knows what decides that, and only branches with the same state and the same knowledge are one.
 */
import type { Model, Property } from '../model.js';
import { nameOf } from '../liveness/fairness.js';
import { isWitness } from '../report.js';
import { classesAt, keyOf } from './breaks-for-ever.js';
import { brokenAt, decides, type Step } from './decides.js';
import { namesOf, type ReachedState } from './run-to.js';

/** A path's model, and what it tells of its run besides the steps. */
export interface PathClaim<S, A> {
  readonly model: Model<S, A>;
  /** The index of the state to which the run comes back. */
  readonly loop: number | undefined;
  /** The property that the run breaks, or the witness that it reaches. */
  readonly property: Property<S, A> | undefined;
}

/** A state at the end of a run along the path. */
export interface PathBranch<S, A> extends ReachedState<S, A> {
  readonly by?: { readonly before: PathBranch<S, A>; readonly step: Step<S, A> };
  /** The number of steps. */
  readonly length: number;
  /** The properties of safety that are broken, each with the number of steps after which it was so for the first time. */
  readonly broken: ReadonlyMap<string, number>;
  /** Whether the witness of which the path tells is reached. */
  readonly isReached: boolean;
  /** Where the path comes back: what decides which properties of liveness are broken then. */
  readonly facts: ReadonlySet<string>;
}

/** Gives what a path tells. A property that the model does not have is left out. */
export const claimOf = <S, A>(
  model: Model<S, A>,
  { loop, property }: { readonly loop?: number; readonly property?: string },
): PathClaim<S, A> => ({ model, loop, property: model.properties.find(({ name }) => name === property) });

/** Adds what a state says of the properties of liveness; in the cycle it also says which steps fairness promises. */
const learnState = <S, A>(model: Model<S, A>, state: S, isInCycle: boolean, facts: Set<string>): void => {
  model.properties.forEach((property, i) => {
    if (property.kind === 'eventually' && property.holds(state)) facts.add(`held ${i}`);
    if (property.kind === 'eventuallyAlways' && isInCycle && !property.holds(state)) facts.add(`failed ${i}`);
    if (property.kind !== 'leadsTo') return;
    if (property.to(state)) {
      facts.delete(`owed ${i}`);
      if (isInCycle) facts.add(`paid ${i}`);
    } else if (property.from(state)) facts.add(`owed ${i}`);
  });
  if (isInCycle) facts.add(`promised ${JSON.stringify([...classesAt(model, state)].sort())}`);
};

const learned = <S, A>({ model, loop }: PathClaim<S, A>, branch: PathBranch<S, A>): ReadonlySet<string> => {
  const { by, state, length } = branch;
  if (loop === undefined) return branch.facts;
  const facts = new Set(by?.before.facts);
  const key = keyOf(model);
  if (by !== undefined && length > loop && key(by.before.state) !== key(state)) {
    const fairness = model.fairness?.(by.step.action);
    if (fairness !== undefined) facts.add(`taken ${nameOf(fairness)}`);
  }
  if (length === loop) facts.add(`back to ${key(state)}`);
  learnState(model, state, length >= loop, facts);
  return facts;
};

const judged = <S, A>(claim: PathClaim<S, A>, branch: PathBranch<S, A>): PathBranch<S, A> => {
  const { model, property } = claim;
  const { by, state, length } = branch;
  const taken = by && { before: by.before.state, action: by.step.action };
  const names = brokenAt(model, state, taken).filter((name) => !branch.broken.has(name));
  const broken =
    names.length === 0 ? branch.broken : new Map([...branch.broken, ...names.map((name) => [name, length] as const)]);
  const isReached =
    branch.isReached || (property !== undefined && isWitness(property.kind) && decides(model, property, state, taken));
  return { ...branch, broken, isReached, facts: learned(claim, branch) };
};

/** Gives the branch that begins in a state. */
export const firstOf = <S, A>(claim: PathClaim<S, A>, state: S): PathBranch<S, A> =>
  judged(claim, { state, length: 0, broken: new Map(), isReached: false, facts: new Set() });

/** Gives a branch with one step more. */
export const further = <S, A>(claim: PathClaim<S, A>, before: PathBranch<S, A>, step: Step<S, A>): PathBranch<S, A> =>
  judged(claim, { ...before, state: step.next, by: { before, step }, length: before.length + 1 });

/** Leaves one of the branches that come to one state and are judged alike. Those that are as the path tells are the first. */
export const distinct = <S, A>(
  { model, property }: PathClaim<S, A>,
  branches: ReadonlyArray<PathBranch<S, A>>,
): ReadonlyArray<PathBranch<S, A>> => {
  if (branches.length < 2) return branches;
  const name = namesOf(model);
  const found = new Map<string, PathBranch<S, A>>();
  for (const branch of branches) {
    const { state, broken, isReached, facts } = branch;
    const judgement = JSON.stringify([name(state), isReached, [...broken.keys()].sort(), [...facts].sort()]);
    if (!found.has(judgement)) found.set(judgement, branch);
  }
  const isClaimed = ({ isReached, broken }: PathBranch<S, A>): boolean =>
    isReached || (property !== undefined && broken.has(property.name));
  const all = [...found.values()];
  return [...all.filter(isClaimed), ...all.filter((branch) => !isClaimed(branch))];
};

/**
 * The plain exhaustive search of any {@link Model}: breadth first (with shortest counterexamples), depth first, or as a sweep. It is exact unless
 * `hashBits` is set. It runs in slices, so that its driver can let timers and signals in between.
 */
import type { Model } from '../model.js';
import type { Audit } from '../contract/audit.js';
import { blame, FIRST_LOOK, mustBeWholeSoFar } from './intact.js';
import { storeFor } from './store-for.js';
import { Fate, isWaiting } from './fate.js';
import { rawNextOf } from '../contract/guard.js';
import { givenBy } from '../contract/model-faults.js';
import { mergingOf, type KeyWatch } from '../contract/merging.js';
import { Likes } from '../values/like.js';
import { oneForm } from '../values/one-form.js';
import { Ints } from '../ints.js';
import { mustSuitHashing } from '../fingerprints.js';
import { FairClasses } from '../liveness/classes.js';
import { EdgeList } from '../liveness/state-graph.js';
import type { CheckOptions } from '../options.js';
import type { Stop } from '../report.js';
import { watch, type Watch } from '../limits.js';
import { levelsOf } from './levels.js';
import { queueOf, stack, type Frontier } from './frontier.js';
import { cover, type FamilyCounts } from './coverage.js';
import { judge, type ExplicitJudge } from './explicit-judge.js';
import type { ReadyModel } from './ready.js';
import { comparesWhole, keepsGraph } from '../reduction/reduction-audit.js';
import type { StateStore } from './state-store.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** What a search has found so far. A state is known by its index in the store. */
export interface ExplicitSpace<S, A> {
  readonly model: Model<S, A>;
  readonly audit: Audit;
  /** The model's `next`, whose states need not be in their one form. */
  readonly next: Model<S, A>['next'];
  readonly store: StateStore<S>;
  readonly judge: ExplicitJudge<S, A>;
  readonly watch: Watch;
  /** For each state the state from which it was first found; -1 for initial ones. */
  readonly parents: Ints;
  readonly depths: Ints;
  /** The {@link Fate} of each state. */
  readonly fates: Ints;
  readonly frontier: Frontier;
  readonly edges: EdgeList | undefined;
  readonly classes: FairClasses;
  /** Notices whether the model's key merges states. */
  readonly merging: KeyWatch | undefined;
  readonly likes: Likes;
  readonly coverage: FamilyCounts;
  readonly initial: number[];
  /** Whether the search goes depth first with a depth limit (see {@link isNearer}). */
  readonly revisit: boolean;
  /** Whether the search takes no two states for one. */
  readonly comparesWhole: boolean;
  generated: number;
  depth: number;
  cut: number;
  /** How many states are expanded before the limits are polled again. */
  pace: number;
  /** With how many states the search next looks whether the model has changed one of them. */
  nextLook: number;
  /** The state that is being expanded: its index (-1: none yet), and the state itself. */
  at: number;
  here: S | undefined;
  /** How many states the depth limit kept from being expanded. */
  tooDeep: number;
}

// --- constructors ----------------------------------------------------------------------------------------------------------
/**
 * Makes a space without states. It keeps the graph only where liveness needs it.
 *
 * @throws CheckerError (`option`) for options that do not go together.
 */
export const space = <S, A>({ model, audit }: ReadyModel<S, A>, options: CheckOptions): ExplicitSpace<S, A> => {
  const properties = model.properties.filter(({ name }) => options.properties?.includes(name) ?? true);
  mustSuitHashing(options, properties);
  const judged = judge(properties, audit);
  const levels = options.search === 'sweep' ? levelsOf(model, options) : undefined;
  const graph = levels === undefined && judged.liveness.length > 0 && keepsGraph(model, options);
  const store = levels ?? storeFor(model, options);
  const found: ExplicitSpace<S, A> = {
    model,
    audit,
    next: levels === undefined ? rawNextOf(model) : model.next,
    store,
    frontier: levels?.frontier ?? (options.search === 'dfs' ? stack() : queueOf(store)),
    judge: judged,
    watch: watch(options, (options.search ?? 'bfs') === 'bfs'),
    parents: new Ints(),
    depths: new Ints(),
    fates: new Ints(),
    edges: graph ? new EdgeList() : undefined,
    classes: new FairClasses(),
    // A sweep has freed the states that others could be compared with.
    merging: levels === undefined ? mergingOf(model) : undefined,
    likes: new Likes(audit.isOfAll),
    coverage: new Map((model.families ?? []).map((family) => [family, { steps: 0, fresh: 0 }])),
    initial: [],
    revisit: options.search === 'dfs' && options.maxDepth !== undefined,
    comparesWhole: comparesWhole(model, options),
    generated: 0,
    depth: 0,
    cut: 0,
    pace: 1,
    nextLook: FIRST_LOOK,
    at: -1,
    here: undefined,
    tooDeep: 0,
  };
  audit.place = () => found.at;
  return found;
};

// --- one state -------------------------------------------------------------------------------------------------------------

/** Gives a state that was just added in the form in which it is kept. */
const inOneForm = <S>({ isOtherForm }: StateStore<S>, state: S): S => (isOtherForm() ? oneForm(state) : state);

/** Adds a state that a step leads to. @throws CheckerError (`model`) where it cannot be compared. */
const addStep = <S>(store: StateStore<S>, state: S): number => {
  try {
    return store.add(state);
  } catch (error) {
    throw givenBy('next', error);
  }
};

/** Records how a new state was found, and judges it. */
const welcome = <S, A>(found: ExplicitSpace<S, A>, state: S, index: number, parent: number): void => {
  const depth = parent < 0 ? 0 : found.depths.at(parent) + 1;
  found.parents.push(parent);
  found.depths.push(depth);
  found.fates.push(Fate.waiting);
  if (depth > found.depth) found.depth = depth;
  const { at, here } = found;
  found.at = index;
  found.here = state;
  found.judge.state(state, index);
  found.at = at;
  found.here = here;
};

/** Compares a state with the known one that has the same key. */
const merged = <S, A>({ model, merging, store, edges, likes }: ExplicitSpace<S, A>, index: number, state: S): void => {
  if (model.key === undefined) return;
  if (edges === undefined) merging?.compare(store.get(index), state, likes);
  else merging?.examine(store.get(index), state);
};

const addEdge = <S, A>(found: ExplicitSpace<S, A>, source: number, target: number, action: A): void => {
  if (found.edges === undefined) return;
  found.edges.add(source, target, found.classes.number(found.model.fairness?.(action)));
};

/**
 * Decides whether a depth-first search takes a state up again that it met beyond its depth limit, and now meets nearer: else the limit would hide
 * what follows from it. Under a reduction the stored state may not be the one that was met nearer, so its parent stays.
 */
const isNearer = <S, A>(found: ExplicitSpace<S, A>, source: number, target: number): boolean => {
  if (!found.revisit || found.depths.at(target) <= found.depths.at(source) + 1) return false;
  if (found.fates.at(target) === Fate.tooDeep) found.tooDeep--;
  found.depths.data[target] = found.depths.at(source) + 1;
  if (found.comparesWhole) found.parents.data[target] = source;
  // A state beyond the boundary lies there however near it is, and is counted once.
  if (found.fates.at(target) === Fate.beyondBoundary) return false;
  const wasExpanded = found.fates.at(target) === Fate.expanded || found.fates.at(target) === Fate.again;
  found.fates.data[target] = wasExpanded ? Fate.again : Fate.waiting;
  return true;
};

const expand = <S, A>(found: ExplicitSpace<S, A>, index: number): void => {
  const { model, store, frontier } = found;
  const state = store.focus(index);
  found.at = index;
  found.here = state;
  if (model.boundary?.(state) === false) {
    found.cut++;
    found.fates.data[index] = Fate.beyondBoundary;
    return;
  }
  let enabled = false;
  // The steps of a state are counted once, and known ones lead to known states.
  const isCounted = found.fates.at(index) === Fate.again;
  for (const action of model.actions(state)) {
    const given = found.next(state, action);
    if (given === undefined) continue;
    enabled = true;
    const known = store.size();
    const target = addStep(store, given);
    const next = inOneForm(store, given);
    if (target >= known) welcome(found, next, target, index);
    if (target >= known || isNearer(found, index, target)) frontier.push(target);
    if (!isCounted) {
      found.generated++;
      cover(found.coverage, model.label(action).family, target >= known);
      addEdge(found, index, target, action);
    }
    found.judge.step(state, index, action, next);
    if (target < known) merged(found, target, next);
  }
  found.fates.data[index] = Fate.expanded;
  if (!enabled) found.judge.stuck(state, index);
  const before = store.beforeChange(state);
  if (before === undefined) return;
  found.here = before;
  blame(
    found,
    before,
    found.judge.all.map(({ property }) => property),
  );
};

// --- the search ------------------------------------------------------------------------------------------------------------

/** The most states that are expanded between two polls of the clock, the memory and the signal. */
const SLICE = 512;
/** If these states take more than so many ms, fewer are expanded before the next poll. */
const SLICE_MS = 10;

/** How a search ended, and what it left in the frontier. */
export interface SearchEnd {
  readonly stop: Stop;
  readonly queue: number;
}

/** Adds the initial states. */
const begin = <S, A>(found: ExplicitSpace<S, A>): void => {
  for (const state of found.model.initial) {
    found.generated++;
    const known = found.store.size();
    const index = found.store.add(state);
    if (index < known) {
      merged(found, index, state);
      continue;
    }
    welcome(found, inOneForm(found.store, state), index, -1);
    found.initial.push(index);
    found.frontier.push(index);
  }
};

/** Explores the space to its end or to a limit, from its initial states or from where a checkpoint left it. It yields between slices. */
export function* explore<S, A>(found: ExplicitSpace<S, A>, options: CheckOptions): Generator<void, SearchEnd> {
  if (found.generated === 0) begin(found);
  for (;;) {
    const stop = slice(found, options);
    if (stop !== undefined) return { stop, queue: found.frontier.size() + found.tooDeep };
    yield;
  }
}

const giveUp = <S, A>(found: ExplicitSpace<S, A>, index: number): void => {
  if (found.fates.at(index) !== Fate.waiting) return;
  found.fates.data[index] = Fate.tooDeep;
  found.tooDeep++;
};

/** Says why to stop although states wait: nothing is left to look for. */
const violationStop = <S, A>({ judge: judged, frontier }: ExplicitSpace<S, A>, { keepGoing }: CheckOptions): Stop | undefined => {
  if (!judged.violated()) return undefined;
  if (keepGoing !== true) return { kind: 'violation' };
  return judged.allDecided() && frontier.size() > 0 ? { kind: 'violation', all: true } : undefined;
};

const slice = <S, A>(found: ExplicitSpace<S, A>, options: CheckOptions): Stop | undefined => {
  const { maxDepth, maxStates } = options;
  const { frontier } = found;
  const interruption = found.watch.interruption();
  if (interruption !== undefined) return interruption;
  const began = performance.now();
  for (let turn = 0; turn < found.pace; turn++) {
    const stop = violationStop(found, options);
    if (stop !== undefined) return stop;
    if (maxStates !== undefined && found.store.size() >= maxStates && frontier.size() > 0)
      return { kind: 'states', limit: maxStates };
    const index = frontier.take();
    if (index < 0) return found.tooDeep > 0 && maxDepth !== undefined ? { kind: 'depth', limit: maxDepth } : { kind: 'complete' };
    if (maxDepth !== undefined && found.depths.at(index) >= maxDepth) giveUp(found, index);
    else if (isWaiting(found.fates.at(index))) expand(found, index);
  }
  mustBeWholeSoFar(found);
  // A state may be of any size. So the first poll comes after one state, and the next ones as seldom as time allows.
  found.pace = performance.now() - began < SLICE_MS ? Math.min(SLICE, found.pace * 2) : Math.max(1, found.pace >> 1);
  const { generated, depth } = found;
  return found.watch.poll({ generated, depth, distinct: found.store.size(), queue: frontier.size() });
};

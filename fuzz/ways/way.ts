/** A way of checking a model: the engine, the order, the limits. It is data, so that it can be printed and made smaller. */
import type { Dice } from '../dice.js';
import { hasNormalForms, type ComponentRecipe, type Domain } from '../recipe/component.js';
import { hasQuotient } from '../recipe/plain.js';
import { kindsOf, type Recipe } from '../recipe/recipe.js';

/** The engine. `states` and `numbers`: the plain engine on a component model, whose states are its values or the values' numbers. */
export type Engine = 'plain' | 'components' | 'states' | 'numbers' | 'threads' | 'walks';

export interface Way {
  readonly engine: Engine;
  readonly search?: 'auto' | 'bfs' | 'dfs' | 'sweep';
  /** How many states `auto` takes breadth first. */
  readonly near?: number;
  readonly keepGoing?: boolean;
  readonly symmetry?: boolean;
  readonly normalize?: boolean;
  readonly hashBits?: number;
  readonly maxStates?: number;
  readonly maxDepth?: number;
  readonly maxMemoryBytes?: number;
  readonly witnessTraces?: boolean;
  readonly requireWitnesses?: boolean;
  readonly properties?: ReadonlyArray<string>;
  readonly workers?: number;
  /** The number of states at which the search stops, and goes on from its checkpoint. */
  readonly pauseAt?: number;
  /** The limit of depth with which it goes on. */
  readonly depthThen?: number;
  /** Names of the slots that are kept as local slots. */
  readonly locals?: ReadonlyArray<string>;
  readonly seed?: number;
  readonly traces?: number;
  readonly traceLength?: number;
  /** Plain models without a pause: `checkSync`. */
  readonly atOnce?: boolean;
  /** Which steps of the model are run again: all, at once, or none. Default: the checker's default. */
  readonly audit?: 'all' | 'none';
}

const isLive = ({ kind }: { readonly kind: string }): boolean => kind.startsWith('event') || kind === 'leadsTo';

/** Threads take long to start, so one way in this many uses them. */
const THREADS_ONE_IN = 800;

/** Does a key merge values of components? */
const merges = (recipe: ComponentRecipe): boolean => recipe.blurred === true || recipe.keyFolds !== undefined;

const engineOf = (dice: Dice, recipe: Recipe): Engine => {
  if (dice.oneIn(12)) return 'walks';
  if (recipe.form === 'plain') return 'plain';
  if (dice.oneIn(THREADS_ONE_IN)) return 'threads';
  const engines = ['components', 'components', 'components', 'components', 'states'] as const;
  // Values that a key merges have one number, which stands for one of them. So the engine `numbers` cannot give their runs, and is not compared.
  return merges(recipe) ? dice.pick(engines) : dice.pick([...engines, 'numbers'] as const);
};

const searchOf = (dice: Dice, engine: Engine, recipe: Recipe): Pick<Way, 'search'> => {
  if (engine === 'walks' || engine === 'threads') return {};
  if (engine === 'plain' && recipe.form === 'plain' && recipe.progress !== undefined)
    return { search: dice.pick(['bfs', 'dfs', 'sweep', 'sweep'] as const) };
  if (engine !== 'components') return { search: dice.pick(['bfs', 'dfs'] as const) };
  const sweeps = recipe.form === 'component' && recipe.hasProgress;
  return { search: dice.pick(sweeps ? (['auto', 'bfs', 'dfs', 'sweep', 'sweep'] as const) : (['auto', 'bfs', 'dfs'] as const)) };
};

const reductionsOf = (dice: Dice, engine: Engine, recipe: Recipe): Pick<Way, 'symmetry' | 'normalize'> => {
  if (engine === 'walks' || engine === 'numbers') return {};
  const normalizes = recipe.form === 'plain' ? hasQuotient(recipe) : hasNormalForms(recipe);
  // A spoiled recipe is made to try reductions that may be none, so it uses them more often.
  const wanted = (): boolean => (recipe.spoiled === true ? !dice.oneIn(6) : dice.oneIn(2));
  return {
    ...(recipe.symmetry !== undefined && wanted() ? { symmetry: true } : {}),
    ...(normalizes && wanted() ? { normalize: true } : {}),
  };
};

const BITS = [8, 12, 20, 60, 60, 64] as const;

/** The number of a model's states, and the depth of the deepest. */
export interface ModelSize {
  readonly size: number;
  readonly depth: number;
}

/** The option to judge these properties alone. An empty list leaves the option out, so that all are judged. */
const named = (some: ReadonlyArray<{ readonly name: string }>): Pick<Way, 'properties'> =>
  some.length === 0 ? {} : { properties: some.map(({ name }) => name) };

/** Hash compaction, with the properties that it can judge. */
const hashingOf = (dice: Dice, recipe: Recipe, { engine, search }: Way): Pick<Way, 'hashBits' | 'properties'> => {
  if (!dice.oneIn(6) || engine === 'walks' || engine === 'threads' || search === 'sweep') return {};
  const safe = kindsOf(recipe).filter((claim) => !isLive(claim));
  if (safe.length === 0) return {};
  return { hashBits: dice.pick(BITS), ...(safe.length < recipe.claims.length ? named(safe) : {}) };
};

/** One way in this many stops and resumes. Such a way takes several searches, and random walks of the model. */
const PAUSED_ONE_IN = 24;

const limitsOf = (
  dice: Dice,
  { size, depth }: ModelSize,
  way: Way,
): Pick<Way, 'maxStates' | 'maxDepth' | 'maxMemoryBytes' | 'pauseAt' | 'depthThen'> => {
  const { engine, search, hashBits } = way;
  const some = 1 + dice.below(size);
  if (engine === 'walks') return dice.oneIn(4) ? { maxStates: some } : {};
  const isKept = engine !== 'numbers' && (engine !== 'plain' || search !== 'sweep');
  if (dice.oneIn(PAUSED_ONE_IN) && isKept) {
    const takesDepth = search !== 'sweep' && search !== 'dfs' && some % 2 === 1;
    return { pauseAt: some, ...(takesDepth ? { depthThen: 1 + (some % (depth + 2)) } : {}) };
  }
  if (!dice.oneIn(3)) return {};
  const knowsDepth = search !== 'sweep' && (search !== 'dfs' || hashBits === undefined);
  const kind = dice.below(5);
  if (kind < 3 && knowsDepth) return { maxDepth: 1 + dice.below(Math.min(dice.oneIn(3) ? size : depth + 2, 200)) };
  return kind === 3 ? { maxMemoryBytes: 1 } : { maxStates: some };
};

const askedOf = (dice: Dice, recipe: Recipe): Way => ({
  engine: 'plain',
  ...(dice.oneIn(4) ? {} : { keepGoing: true }),
  ...(dice.oneIn(3) ? { witnessTraces: true } : {}),
  ...(dice.oneIn(5) ? { requireWitnesses: true } : {}),
  ...(dice.oneIn(8) ? named(dice.some(kindsOf(recipe), 0.5)) : {}),
});

/**
 * Running each step of the model again takes longer than the search of a small model. It finds faults of models and not of the checker, and the fuzz's
 * models are pure. So one search in this many is audited, and some of these wholly.
 */
const AUDITED_ONE_IN = 24;
const WHOLLY_ONE_IN = 5;

const auditOf = (dice: Dice, { engine }: Way): Pick<Way, 'audit'> => {
  const audit = dice.oneIn(AUDITED_ONE_IN) ? (dice.oneIn(WHOLLY_ONE_IN) ? 'all' : undefined) : 'none';
  // Threads build their models themselves.
  return audit === undefined || (audit === 'none' && engine === 'threads') ? {} : { audit };
};

/** The most local slots. With more the matrix of a group is too large for a small model; with 31 the checker refuses it. */
const MOST_LOCALS = 12;
/** The most states of a model whose chain may be a local slot. */
const MOST_IN_A_GROUP = 2_000;

/** Draws the slots that are kept as local slots: all of one kind, or the first. */
const localsOf = (dice: Dice, engine: Engine, recipe: Recipe, { size }: ModelSize): Pick<Way, 'locals'> => {
  if (recipe.form !== 'component' || (engine !== 'components' && engine !== 'threads') || dice.oneIn(2)) return {};
  const met = recipe.meetings.map(({ slots, talk }) => [
    ...slots,
    ...(talk?.when === undefined ? [] : recipe.looks[talk.when]!.slots),
  ]);
  const inDomain = (domain: number): ReadonlyArray<number> =>
    recipe.slots.flatMap((slot, i) => (slot.domain === domain ? [i] : []));
  // A group is gone through at each level of a search: with all of a long chain in one group, that is the square of its length.
  const isShort = ({ count = 0 }: Domain): boolean => count <= MOST_IN_A_GROUP || size <= MOST_IN_A_GROUP;
  const kinds = recipe.domains
    .map((domain, i) => (isShort(domain) ? inDomain(i) : []))
    .filter((slots) => slots.length > 0 && slots.length <= MOST_LOCALS);
  const apart = kinds.filter((slots) => met.every((list) => list.filter((slot) => slots.includes(slot)).length <= 1));
  return { locals: apart.length === 0 || dice.oneIn(4) ? [] : dice.pick(apart).map((slot) => recipe.slots[slot]!.name) };
};

/** A random way to check a model. */
const anyWay = (dice: Dice, recipe: Recipe, extent: ModelSize): Way => {
  const engine = engineOf(dice, recipe);
  const begun: Way = {
    ...askedOf(dice, recipe),
    ...searchOf(dice, engine, recipe),
    ...reductionsOf(dice, engine, recipe),
    ...localsOf(dice, engine, recipe, extent),
    engine,
    ...(engine === 'threads' ? { workers: 2 + dice.below(2) } : {}),
    ...(engine === 'walks' ? { seed: dice.below(1000), traces: 1 + dice.below(10), traceLength: 1 + dice.below(30) } : {}),
    ...(dice.oneIn(2) ? { atOnce: true } : {}),
  };
  const near = begun.search === 'auto' ? { near: 1 + dice.below(extent.size) } : {};
  const hashed = { ...begun, ...near, ...hashingOf(dice, recipe, begun) };
  return { ...hashed, ...limitsOf(dice, extent, hashed), ...auditOf(dice, begun) };
};

/** The ways of checking a model: always the simplest one of its interface, and some at random. */
export const anyWays = (dice: Dice, recipe: Recipe, extent: ModelSize): ReadonlyArray<Way> => {
  const begun: Way = { engine: recipe.form === 'plain' ? 'plain' : 'components', search: 'bfs', keepGoing: true };
  const first = { ...begun, ...auditOf(dice, begun) };
  return [first, ...Array.from({ length: recipe.form === 'plain' ? 2 : 3 }, () => anyWay(dice, recipe, extent))];
};

/** A plain model as data: a graph whose states are values, with all optional fields of a model. */
import type { Fairness, Model, Property } from '#bayou/checker/model.js';
import { canon } from '../oracle/text.js';
import { range } from '../dice.js';
import { Forms } from './forms.js';
import { twins, type ValueTree } from './values.js';

/** An edge of the graph. */
export interface Edge {
  readonly from: number;
  /** The target state; -1: `next` returns undefined, since the action is not enabled. */
  readonly to: number;
  readonly family: string;
  readonly arg: number;
  readonly fair?: Fairness;
  readonly note?: string;
  /** The amount by which the edge moves the part of a state that a quotient leaves out. */
  readonly shift: number;
}

/** A property. `marked` has the states or edges that break it; of liveness and witnesses, those where its predicate is true. */
export interface PlainClaim {
  readonly name: string;
  readonly kind: Property<unknown, unknown>['kind'];
  /** States; of step properties, edges. */
  readonly marked: ReadonlyArray<number>;
  /** Of `leadsTo`: the states to which it leads. */
  readonly to: ReadonlyArray<number>;
  /** A `noDeadlock` without final states. */
  readonly bare: boolean;
}

export interface PlainRecipe {
  readonly form: 'plain';
  readonly states: ReadonlyArray<ValueTree>;
  readonly edges: ReadonlyArray<Edge>;
  /** The initial states, perhaps with repetitions. */
  readonly initial: ReadonlyArray<number>;
  /** A chain of `length` further states behind state 0. With `returns` its last state has a step back. */
  readonly chain: { readonly length: number; readonly returns: boolean };
  /** States beyond the boundary; undefined: there is no boundary. */
  readonly beyond?: ReadonlyArray<number>;
  readonly claims: ReadonlyArray<PlainClaim>;
  /** The progress of each state. The states of the chain have that of state 0. */
  readonly progress?: ReadonlyArray<number>;
  /** Permutations of the states. */
  readonly symmetry?: ReadonlyArray<ReadonlyArray<number>>;
  /** The number of variants of each state, which a quotient merges; 1: no quotient. */
  readonly variants: number;
  /** A quotient that merges states with others, by state; then there is no quotient of variants. */
  readonly folds?: ReadonlyArray<number>;
  /** A key that merges states with others: by state, the state whose name the key returns. */
  readonly keyFolds?: ReadonlyArray<number>;
  /** The reductions may be false. */
  readonly spoiled?: true;
  /** `keyed`: a key that tells all states apart. `blurred`: a key that merges the variants of a state. */
  readonly keyed: boolean;
  readonly blurred: boolean;
  readonly shown: boolean;
  /** Are the families declared, with one that never occurs? */
  readonly families: boolean;
}

/** Has the model a normal form? */
export const hasQuotient = ({ variants, folds }: PlainRecipe): boolean => variants > 1 || folds !== undefined;

/** The number of a state, and of its variant. */
interface StateAndVariant {
  readonly index: number;
  readonly variant: number;
}

interface Action {
  readonly edge: number;
}

/** The states and edges of a recipe, with those of its chain. */
const written = (recipe: PlainRecipe): Pick<PlainRecipe, 'states' | 'edges'> => {
  const { states, edges, chain } = recipe;
  const first = states.length;
  const more = Array.from({ length: chain.length }, (_, i): ValueTree => ({ list: ['chain', i] }));
  const down = more.map((_, i): Edge => {
    const from = i === 0 ? 0 : first + i - 1;
    return { from, to: first + i, family: 'Down', arg: i, shift: 0 };
  });
  const back: ReadonlyArray<Edge> =
    chain.returns && chain.length > 0 ? [{ from: first + chain.length - 1, to: 0, family: 'Back', arg: 0, shift: 0 }] : [];
  return { states: [...states, ...more], edges: [...edges, ...down, ...back] };
};

/** The key of a recipe; undefined: it has none. */
const keyOf = (
  { keyFolds, blurred, keyed }: PlainRecipe,
  indexOf: (state: unknown) => number,
): { readonly key?: (state: unknown) => string } => {
  if (keyFolds !== undefined) return { key: (state) => String(keyFolds[indexOf(state)] ?? indexOf(state)) };
  if (blurred) return { key: (state) => String(indexOf(state)) };
  return keyed ? { key: canon } : {};
};

/** The model that a recipe describes. It makes each state anew, with the fields in one of two orders. */
// eslint-disable-next-line max-lines-per-function -- a model is cooked field by field, as the interface lists them.
export const plainModel = (recipe: PlainRecipe, forms = new Forms()): Model<unknown, unknown> => {
  const { states, edges } = written(recipe);
  const { variants } = recipe;
  const made = states.map((state) =>
    range(variants).map((variant) => twins(variants === 1 ? state : { list: [state, variant] })),
  );
  const known = new Map<string, StateAndVariant>();
  made.forEach((all, index) => all.forEach((twin, variant) => known.set(canon(twin(false)), { index, variant })));
  const placeOf = (state: unknown): StateAndVariant => {
    const at = known.get(canon(state));
    if (at === undefined) throw new Error(`the checker asks about a state that the model does not have: ${canon(state)}`);
    return at;
  };
  const indexOf = (state: unknown): number => placeOf(state).index;
  /** The same for a state that the model is given otherwise than for a permutation; it is noted in `forms`. */
  const askedOf = (state: unknown): StateAndVariant => {
    forms.see(state);
    return placeOf(state);
  };
  const stateOf = ({ index, variant }: StateAndVariant, second: boolean): unknown => made[index]![variant]!(second);
  const out: number[][] = states.map(() => []);
  edges.forEach(({ from }, i) => out[from]!.push(i));
  const edgeOf = (action: unknown): Edge => edges[(action as Action).edge]!;
  const isIn = (marked: ReadonlyArray<number>): ((state: unknown) => boolean) => {
    const set = new Set(marked);
    return (state) => set.has(askedOf(state).index);
  };
  const property = ({ name, kind, marked, to, bare }: PlainClaim): Property<unknown, unknown> => {
    const at = isIn(marked);
    const steps = new Set(marked);
    const taken = (action: unknown): boolean => steps.has((action as Action).edge);
    switch (kind) {
      case 'always':
        return { name, kind, holds: (state) => !at(state) };
      case 'alwaysStep':
        return { name, kind, holds: (_, action) => !taken(action) };
      case 'sometimesStep':
        return { name, kind, holds: (_, action) => taken(action) };
      case 'leadsTo':
        return { name, kind, from: at, to: isIn(to) };
      case 'noDeadlock':
        return { name, kind, ...(bare ? {} : { final: at }) };
      default:
        return { name, kind, holds: at };
    }
  };
  const { beyond, symmetry, progress, folds } = recipe;
  const folded = (index: number): number => folds?.[index] ?? index;
  const inside = beyond && isIn(beyond);
  return {
    name: 'fuzz, plain',
    initial: recipe.initial.map((index, i) => stateOf({ index, variant: 0 }, i % 2 === 1)),
    actions: (state) => out[askedOf(state).index]!.map((edge): Action => ({ edge })),
    next: (state, action) => {
      const { to, shift } = edgeOf(action);
      if (to < 0) return undefined;
      const { variant } = askedOf(state);
      return stateOf({ index: to, variant: (variant + shift) % variants }, (action as Action).edge % 2 === 1);
    },
    label: (action) => ({ family: edgeOf(action).family, args: [edgeOf(action).arg] }),
    note: (_, action) => edgeOf(action).note,
    fairness: (action) => edgeOf(action).fair,
    properties: recipe.claims.map(property),
    ...(progress === undefined ? {} : { progress: (state: unknown) => progress[askedOf(state).index] ?? progress[0]! }),
    ...(inside === undefined ? {} : { boundary: (state: unknown) => !inside(state) }),
    ...keyOf(recipe, indexOf),
    ...(recipe.shown ? { show: (state: unknown) => ({ state: canon(state) }) } : {}),
    ...(recipe.families ? { families: [...new Set(['Nobody', ...edges.map(({ family }) => family)])] } : {}),
    ...(symmetry === undefined
      ? {}
      : {
          symmetry: symmetry.map((order) => (state: unknown) => {
            const { index, variant } = placeOf(state);
            return stateOf({ index: order[index] ?? index, variant }, false);
          }),
        }),
    ...(hasQuotient(recipe)
      ? { normalize: (state: unknown) => stateOf({ index: folded(indexOf(state)), variant: 0 }, true) }
      : {}),
  };
};

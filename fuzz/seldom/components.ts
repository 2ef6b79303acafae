/** Makes component models of seldom kinds. */
import { range, type Dice } from '../dice.js';
import type {
  ComponentClaim,
  ComponentRecipe,
  Domain,
  RecipePredicate,
  RecipeInteraction,
  RecipeSlot,
} from '../recipe/component.js';
import type { SeldomModel } from './seldom-model.js';

/** Makes a model whose slots go from value to value until some of them end. The normal form merges an end with a value to which no step leads. */
export const ends = (dice: Dice): SeldomModel => {
  const count = 3 + dice.below(4);
  const [end, away] = [count - 2, count - 1];
  const outcomes = range(end).map((value) => {
    const next = dice.oneIn(3) ? end : dice.below(count - 1);
    return [value, [{ next: [value + 1 < end || dice.oneIn(4) ? next : end] }]] as const;
  });
  const slots = range(1 + dice.below(2)).map((i): RecipeSlot => ({ name: `s${i}`, domain: 0, initial: 0 }));
  const meetings = slots.map(({ name }, i): RecipeInteraction => {
    return { family: 'Go', args: [name], slots: [i], writes: [0], outcomes, shift: 0 };
  });
  // Draws of each of the two values whether a slot may end there.
  const rows = [end, away].filter(() => !dice.oneIn(3));
  const looks = slots.map((_, i): RecipePredicate => ({ slots: [i], rows, except: false }));
  const domain: Domain = { name: 'value', values: range(count), progress: range(count).map(() => 0), variants: 1 };
  const claim: ComponentClaim = { name: 'seldom noDeadlock', kind: 'noDeadlock', over: range(slots.length), to: [], bare: false };
  const recipe: ComponentRecipe = {
    form: 'component',
    domains: [domain],
    slots,
    looks,
    meetings,
    exchanges: [],
    claims: [claim],
    folds: [range(count).map((value) => (value === end ? away : value))],
    spoiled: true,
    hasProgress: false,
    keyed: false,
    shown: !dice.oneIn(3),
  };
  const engine = dice.oneIn(4) ? 'states' : 'components';
  const search = dice.pick(['bfs', 'dfs'] as const);
  return { recipe, way: { engine, search, normalize: true, keepGoing: true, audit: 'none' } };
};

/** Makes slots that climb to their greatest values, each for itself. */
const climbers = (dice: Dice, many: number): ComponentRecipe => {
  const count = 2 + dice.below(4);
  const slots = range(many).map((i): RecipeSlot => ({ name: `s${i}`, domain: 0, initial: 0 }));
  const outcomes = range(count - 1).map((value) => [value, [{ next: [value + 1] }]] as const);
  const meetings = slots.map(({ name }, i): RecipeInteraction => {
    return { family: 'Go', args: [name], slots: [i], writes: [0], outcomes, shift: 0 };
  });
  const domain: Domain = { name: 'value', values: range(count), progress: range(count), variants: 1 };
  return {
    form: 'component',
    domains: [domain],
    slots,
    looks: [],
    meetings,
    exchanges: [],
    claims: [],
    hasProgress: true,
    keyed: false,
    shown: !dice.oneIn(3),
  };
};

/** Makes a sweep that ends with its last state, which is a deadlock and decides the one property. */
export const lastly = (dice: Dice): SeldomModel => {
  const claim: ComponentClaim = { name: 'seldom noDeadlock', kind: 'noDeadlock', over: [], to: [], bare: true };
  const recipe = { ...climbers(dice, 1 + dice.below(3)), claims: [claim] };
  return { recipe, way: { engine: 'components', search: 'sweep', keepGoing: true, audit: 'none' } };
};

/** Makes a grid with states beyond the boundary, round which the runs to others lead. */
export const walls = (dice: Dice): SeldomModel => {
  const made = climbers(dice, 2);
  const rows = range(made.domains[0]!.values.length ** 2);
  const except = (some: ReadonlyArray<number>): RecipePredicate => ({ slots: [0, 1], rows: some, except: true });
  const looks = [except(dice.some(rows.slice(1), 0.3)), except([dice.pick(rows)]), except([dice.pick(rows)])];
  const claims = [1, 2].map((look): ComponentClaim => {
    return { name: `seldom always ${look}`, kind: 'always', over: [look], to: [], bare: false };
  });
  const search = dice.pick(['bfs', 'dfs', 'sweep'] as const);
  return {
    recipe: { ...made, looks, boundary: [0], claims },
    way: { engine: 'components', search, keepGoing: true, audit: 'none' },
  };
};

/**
 * Makes slots that climb while they are in the first phase, and go back in the second. In the second phase each step leads to a local id that
 * is less than the one before.
 */
export const returns = (dice: Dice): SeldomModel => {
  const count = 2 + dice.below(3);
  const last = count - 1;
  const slots = range(1 + dice.below(2)).map((i): RecipeSlot => ({ name: `s${i}`, domain: 1, initial: 0 }));
  const values: Domain = { name: 'value', values: range(count), progress: range(count).map(() => 0), variants: 1 };
  const phases: Domain = { name: 'phase', values: [0, 1], progress: [0, 1], variants: 1 };
  // The phase is the first slot of each step, and the least digit of each row.
  const row = (phase: number, value: number): number => value * 2 + phase;
  const meetings = slots.flatMap(({ name }, i): ReadonlyArray<RecipeInteraction> => {
    const common = { args: [name], slots: [0, i + 1], shift: 0 };
    const up = range(last).map((value) => [row(0, value), [{ next: [value + 1] }]] as const);
    const down = range(last).map((value) => [row(1, value + 1), [{ next: [value] }]] as const);
    return [
      { ...common, family: 'Up', writes: [1], outcomes: up },
      { ...common, family: 'Turn', writes: [0], outcomes: [[row(0, last), [{ next: [1] }]]] },
      { ...common, family: 'Down', writes: [1], outcomes: down },
    ];
  });
  const recipe: ComponentRecipe = {
    form: 'component',
    domains: [phases, values],
    slots: [{ name: 'p', domain: 0, initial: 0 }, ...slots],
    looks: [],
    meetings,
    exchanges: [],
    claims: [{ name: 'seldom noDeadlock', kind: 'noDeadlock', over: [], to: [], bare: true }],
    hasProgress: true,
    keyed: false,
    shown: !dice.oneIn(3),
  };
  const search = dice.pick(['bfs', 'dfs', 'sweep'] as const);
  return { recipe, way: { engine: 'components', search, keepGoing: true, audit: 'none' } };
};

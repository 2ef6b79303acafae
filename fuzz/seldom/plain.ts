/** Makes plain models of seldom kinds. */
import { range, type Dice } from '../dice.js';
import { anyPlain } from '../make/plain.js';
import { canon } from '../oracle/text.js';
import type { Edge, PlainClaim, PlainRecipe } from '../recipe/plain.js';
import type { SeldomModel } from './seldom-model.js';

/** The dice are thrown at most `TRIES` times for a model that fits its kind. */
const TRIES = 12;

/** Makes a small plain model. It has no keys, boundaries and chains, because these would hide a fault. Undefined where no throw gives a wanted one. */
const barePlain = (dice: Dice, isWanted: (recipe: PlainRecipe) => boolean): PlainRecipe | undefined => {
  for (let n = 0; n < TRIES; n++) {
    const { beyond: _b, progress: _p, ...made } = anyPlain(dice);
    const recipe: PlainRecipe = { ...made, keyed: false, blurred: false, chain: { length: 0, returns: false } };
    if (isWanted(recipe)) return recipe;
  }
  return undefined;
};

/** The fields of a model that is only a graph with claims. */
const BARE = {
  form: 'plain',
  chain: { length: 0, returns: false },
  variants: 1,
  keyed: false,
  blurred: false,
  shown: false,
  families: false,
} as const;

/** Puts `null` in the place of one state, unless a state is `null` already or states have several forms. */
const withNull = (dice: Dice, recipe: PlainRecipe): PlainRecipe => {
  const { states } = recipe;
  const hasNull = states.some((state) => state === null);
  return hasNull || recipe.variants > 1 ? recipe : { ...recipe, states: states.with(dice.below(states.length), null) };
};

/** Gives some states and all their images, under each map and under several maps together. */
const imagesOf = (orders: ReadonlyArray<ReadonlyArray<number>>, some: ReadonlyArray<number>): ReadonlyArray<number> => {
  const found = new Set(some);
  for (const index of found) for (const order of orders) found.add(order[index] ?? index);
  return [...found];
};

const statesOf = ({ states }: PlainRecipe): ReadonlyArray<number> => range(states.length);

const claim = (kind: PlainClaim['kind'], marked: ReadonlyArray<number>, to: ReadonlyArray<number> = []): PlainClaim => ({
  name: `seldom ${kind}`,
  kind,
  marked,
  to,
  bare: false,
});

const LASTING = ['eventually', 'eventuallyAlways', 'leadsTo'] as const;

/** Gives the states to which steps lead, the initial ones among them. */
const reachedIn = ({ initial, edges }: PlainRecipe): ReadonlySet<number> => {
  const found = new Set(initial);
  for (const state of found) for (const { from, to } of edges) if (from === state && to >= 0) found.add(to);
  return found;
};

/** Gives a reached image of the first initial state that several maps make together, and no map alone; undefined where there is none. */
const farFrom = (dice: Dice, recipe: PlainRecipe): number | undefined => {
  const orders = recipe.symmetry!;
  // The search keeps the first initial state, and none of its images.
  const some = recipe.initial[0]!;
  const near = orders.map((order) => order[some]);
  const reached = reachedIn(recipe);
  const far = imagesOf(orders, [some]).filter((image) => image !== some && !near.includes(image) && reached.has(image));
  return far.length === 0 ? undefined : dice.pick(far);
};

/** Makes a claim of liveness that marks the state `one` in another way than all other states. */
const ofOne = (kind: PlainClaim['kind'], one: number, all: ReadonlyArray<number>): PlainClaim =>
  kind === 'leadsTo'
    ? claim(kind, [one])
    : claim(
        kind,
        all.filter((other) => other !== one),
      );

/** Makes a claim of liveness under a symmetry. The symmetry may keep the states of the claim or not. */
export const lasting = (dice: Dice): SeldomModel | undefined => {
  const made = barePlain(dice, ({ symmetry, variants }) => symmetry !== undefined && variants === 1);
  if (made === undefined) return undefined;
  const recipe = withNull(dice, made);
  const edges = recipe.edges.map(({ fair: _, ...edge }): Edge => edge);
  const isKept = dice.oneIn(2);
  const kind = dice.pick(LASTING);
  const marked = (probability: number): ReadonlyArray<number> => dice.some(statesOf(recipe), probability);
  const kept = (some: ReadonlyArray<number>): ReadonlyArray<number> => imagesOf(recipe.symmetry!, some);
  const first = marked(dice.pick([0.1, 0.3, 0.6]));
  const second = marked(0.3);
  const far = isKept ? undefined : farFrom(dice, recipe);
  const claims =
    far === undefined
      ? [claim(kind, isKept ? kept(first) : first, isKept ? kept(second) : second)]
      : [ofOne(kind, far, statesOf(recipe))];
  return {
    recipe: { ...recipe, edges, claims },
    way: { engine: 'plain', search: dice.pick(['bfs', 'dfs'] as const), symmetry: true, keepGoing: true, audit: 'none' },
  };
};

/** Makes a model of which a short hash merges states. The audit of its reduction sees all states. */
export const hashed = (dice: Dice): SeldomModel | undefined => {
  const recipe = barePlain(
    dice,
    ({ symmetry, variants, states }) => (symmetry !== undefined || variants > 1) && states.length > 9,
  );
  if (recipe === undefined) return undefined;
  const orders = recipe.symmetry ?? [];
  const claims = [
    claim('always', imagesOf(orders, [dice.below(recipe.states.length)])),
    claim('sometimes', imagesOf(orders, [dice.below(recipe.states.length)])),
  ];
  return {
    recipe: { ...recipe, claims },
    way: {
      engine: 'plain',
      search: dice.pick(['bfs', 'dfs'] as const),
      ...(recipe.symmetry === undefined ? {} : { symmetry: true }),
      ...(recipe.variants > 1 ? { normalize: true } : {}),
      keepGoing: true,
      hashBits: 8,
      witnessTraces: true,
      audit: 'none',
    },
  };
};

/** Makes two states that only a witness tells apart. A normal form or a key merges them. The added state is mostly `null`. */
export const twins = (dice: Dice): SeldomModel | undefined => {
  const made = barePlain(dice, ({ symmetry, variants }) => symmetry === undefined && variants === 1);
  if (made === undefined) return undefined;
  const one = dice.below(made.states.length);
  const other = made.states.length;
  const state = made.states.some((known) => canon(known) === 'null') ? { list: ['another'] } : null;
  const edges = made.edges.map((edge): Edge => (edge.to === one && dice.oneIn(2) ? { ...edge, to: other } : edge));
  const own = edges.filter(({ from }) => from === one).map((edge): Edge => ({ ...edge, from: other }));
  const states = [...made.states, state];
  const folds = range(states.length).map((index) => (index === other ? one : index));
  const isByKey = dice.oneIn(2);
  const recipe: PlainRecipe = {
    ...made,
    states,
    edges: [...edges, ...own],
    // Another state may have the witness too, nearer or farther.
    claims: [claim('sometimes', dice.oneIn(2) ? [other] : [other, dice.below(made.states.length)]), claim('always', [])],
    ...(isByKey ? { keyFolds: folds } : { folds }),
    spoiled: true,
  };
  const by = isByKey ? {} : { normalize: true };
  return { recipe, way: { engine: 'plain', search: 'bfs', ...by, keepGoing: true, witnessTraces: true, audit: 'none' } };
};

/**
 * Makes two states that only a step tells apart. It leads to a part of the model without an end. A symmetry exchanges the two, and keeps the claims. So
 * liveness is judged of one of them alone, unless the steps of both are compared.
 */
export const forks = (dice: Dice): SeldomModel | undefined => {
  const made = barePlain(
    dice,
    ({ symmetry, variants, folds }) => symmetry === undefined && variants === 1 && folds === undefined,
  );
  if (made === undefined) return undefined;
  const one = dice.below(made.states.length);
  const [other, away] = [made.states.length, made.states.length + 1];
  const goes = (from: number, to: number, arg: number): Edge => ({ from, to, family: 'Fork', arg, shift: 0 });
  const edges = made.edges.flatMap(({ fair: _, ...edge }): ReadonlyArray<Edge> => {
    const also = edge.to === one ? [{ ...edge, to: other, arg: edge.arg + 10 }] : [];
    return [edge, ...also, ...(edge.from === one ? [{ ...edge, from: other }] : [])];
  });
  const exchange = range(away + 1)
    .with(one, other)
    .with(other, one);
  const marked = imagesOf([exchange], dice.some(range(away), 0.5));
  const recipe: PlainRecipe = {
    ...made,
    states: [...made.states, { list: ['fork'] }, { list: ['away'] }],
    edges: [...edges, goes(other, away, 0), goes(away, away, 1)],
    claims: [claim('eventually', marked), claim('eventuallyAlways', range(away))],
    symmetry: [exchange],
    spoiled: true,
  };
  const search = dice.pick(['bfs', 'dfs'] as const);
  return { recipe, way: { engine: 'plain', search, symmetry: true, keepGoing: true, audit: 'none' } };
};

/**
 * Makes states of which each map exchanges two neighbours, so that the maps together make each of each. Steps lead from all to all, and a claim of liveness
 * tells the last one apart. No map alone makes the last one of the first, which stands for all of them.
 */
export const neighbours = (dice: Dice): SeldomModel => {
  const count = 3 + dice.below(3);
  const out = count;
  const all = range(count);
  const hasLoops = dice.oneIn(2);
  const goes = (from: number, to: number): Edge => ({ from, to, family: 'Go', arg: to, shift: 0 });
  const edges = all.flatMap((from) => all.filter((to) => to !== from || hasLoops).map((to) => goes(from, to)));
  const ends = dice.oneIn(2) ? all.map((from) => goes(from, out)) : [];
  const symmetry = range(count - 1).map((n) =>
    range(count + 1)
      .with(n, n + 1)
      .with(n + 1, n),
  );
  const recipe: PlainRecipe = {
    ...BARE,
    states: range(count + 1),
    edges: [...edges, ...ends],
    initial: all,
    claims: LASTING.map((kind) => ofOne(kind, count - 1, range(count + 1))),
    symmetry,
  };
  const search = dice.pick(['bfs', 'dfs'] as const);
  return { recipe: withNull(dice, recipe), way: { engine: 'plain', search, symmetry: true, keepGoing: true, audit: 'none' } };
};

/** Makes a bijection that exchanges some states, or a map that gives two states one image. */
const anyMap = (dice: Dice, count: number): ReadonlyArray<number> => {
  const order = [...range(count)];
  for (let n = 1 + dice.below(3); n > 0; n--) {
    const [a, b] = [dice.below(count), dice.below(count)];
    [order[a], order[b]] = [order[b]!, order[a]!];
  }
  return dice.oneIn(3) ? order.with(dice.below(count), dice.below(count)) : order;
};

/** Makes a model that declares a symmetry of several maps. Mostly the symmetry is false. */
export const maps = (dice: Dice): SeldomModel | undefined => {
  const made = barePlain(dice, ({ symmetry, variants, states }) => symmetry === undefined && variants === 1 && states.length > 4);
  if (made === undefined) return undefined;
  const symmetry = range(2 + dice.below(2)).map(() => anyMap(dice, made.states.length));
  return {
    recipe: { ...made, symmetry, spoiled: true },
    way: { engine: 'plain', search: 'bfs', symmetry: true, keepGoing: true, audit: 'none' },
  };
};

/** Makes a ring with shortcuts. A strongly fair step leads out of it from some states, so that a run for ever keeps away from these. */
export const rings = (dice: Dice): SeldomModel => {
  const count = 3 + dice.below(4);
  const out = count;
  const any = (): number => dice.below(count);
  const goes = (from: number, to: number, arg: number): Edge => ({ from, to, family: 'Go', arg, shift: 0 });
  const ring = range(count).map((from) => goes(from, (from + 1) % count, from));
  const fair = { name: 'leaves', strong: !dice.oneIn(4) };
  const shortcuts = range(1 + dice.below(3)).map((n) => goes(any(), any(), count + n));
  const exits = range(1 + dice.below(2)).map((n): Edge => {
    return { ...goes(any(), dice.oneIn(4) ? any() : out, n), family: 'Leave', fair };
  });
  const recipe: PlainRecipe = {
    ...BARE,
    states: range(count + 1),
    edges: [...ring, ...shortcuts, ...exits],
    initial: [any()],
    claims: [claim('eventually', [out]), claim('eventuallyAlways', [out]), claim('leadsTo', [any()], [out, any()])],
  };
  return { recipe, way: { engine: 'plain', search: dice.pick(['bfs', 'dfs'] as const), keepGoing: true, audit: 'none' } };
};

/** Whether the generator makes what it is said to make: each thing is counted over models of fixed seeds. */
import { expect, test } from 'vitest';
import { diceOf } from '../../fuzz/dice.js';
import { madeFrom, type ExploredModel } from '../../fuzz/attempt.js';
import { rogueOf } from '../../fuzz/make/rogue.js';
import { isMerging, progressFalls, truths } from '../../fuzz/oracle/judge.js';
import type { OracleGraph } from '../../fuzz/oracle/world.js';
import { hasNormalForms, type ComponentRecipe, type RecipePredicate } from '../../fuzz/recipe/component.js';
import { hasQuotient, type PlainRecipe } from '../../fuzz/recipe/plain.js';
import { builtOf } from '../../fuzz/recipe/recipe.js';
import type { ValueTree } from '../../fuzz/recipe/values.js';
import { anyWays, type Way } from '../../fuzz/ways/way.js';

const MODELS = 2000;
/** How often each thing must come up among them; what takes long once. */
const LEAST = 3;

interface Tried {
  readonly model: ExploredModel;
  readonly ways: ReadonlyArray<Way>;
}

const dice = diceOf(20_264);
const tried: ReadonlyArray<Tried> = Array.from({ length: MODELS }, () => dice.seed()).flatMap((seed) => {
  const { recipe, model } = madeFrom(seed);
  if (model === undefined) return [];
  const nodes = [...model.world.nodes.values()];
  const depth = nodes.reduce((deepest, node) => Math.max(deepest, node.depth), 0);
  return [{ model, ways: anyWays(diceOf(seed ^ 0x5bd1e995), recipe, { size: nodes.length, depth }) }];
});

const counted = (features: Readonly<Record<string, (one: Tried) => boolean>>): Readonly<Record<string, number>> =>
  Object.fromEntries(Object.entries(features).map(([name, has]) => [name, tried.filter(has).length]));

/** The names of those that came up too seldom. */
const seldom = (features: Readonly<Record<string, (one: Tried) => boolean>>, least = LEAST): ReadonlyArray<string> =>
  Object.entries(counted(features)).flatMap(([name, count]) => (count < least ? [`${name}: ${count}`] : []));

const plain =
  (has: (recipe: PlainRecipe, world: OracleGraph) => boolean) =>
  ({ model: { recipe, world } }: Tried): boolean =>
    recipe.form === 'plain' && has(recipe, world);

const component =
  (has: (recipe: ComponentRecipe, world: OracleGraph) => boolean) =>
  ({ model: { recipe, world } }: Tried): boolean =>
    recipe.form === 'component' && has(recipe, world);

const either =
  (has: (world: OracleGraph) => boolean) =>
  ({ model: { world } }: Tried): boolean =>
    has(world);

const repeats = (items: ReadonlyArray<unknown>): boolean =>
  new Set(items.map((item) => JSON.stringify(item))).size < items.length;

const nodesOf = ({ nodes }: OracleGraph) => [...nodes.values()];
const arcsOf = (world: OracleGraph) => nodesOf(world).flatMap((from) => from.arcs.map((arc) => ({ from, arc })));
const strengths = (world: OracleGraph): ReadonlySet<boolean> =>
  new Set(arcsOf(world).flatMap(({ arc }) => (arc.fairness === undefined ? [] : [arc.fairness.isStrong])));

const declaresProgress = ({ model: { recipe } }: Tried): boolean =>
  recipe.form === 'plain' ? recipe.progress !== undefined : recipe.hasProgress;

// --- both interfaces ---------------------------------------------------------------------------------------------------------

const KINDS = ['always', 'alwaysStep', 'sometimes', 'sometimesStep', 'noDeadlock', 'eventually', 'leadsTo', 'eventuallyAlways'];
const LIVENESS = ['eventually', 'leadsTo', 'eventuallyAlways'];

const decided =
  (form: string, kind: string, verdict: string) =>
  ({ model: { recipe, world } }: Tried): boolean =>
    recipe.form === form && truths(world).some((truth) => truth.claim.kind === kind && truth.verdict === verdict);

const verdictsOf = (kind: string): ReadonlyArray<string> =>
  kind.startsWith('sometimes')
    ? ['reached', 'not reached']
    : LIVENESS.includes(kind)
      ? ['holds', 'violated', 'open']
      : ['holds', 'violated'];

test.each(['plain', 'component'])('%s: each kind of property, with each verdict', (form) => {
  const features = KINDS.flatMap((kind) =>
    verdictsOf(kind).map((verdict) => [`${kind} ${verdict}`, decided(form, kind, verdict)] as const),
  );
  expect(seldom(Object.fromEntries(features))).toEqual([]);
});

test.each(['plain', 'component'])('%s: what a graph may be like', (form) => {
  const its =
    (has: (world: OracleGraph) => boolean) =>
    (one: Tried): boolean =>
      one.model.recipe.form === form && either(has)(one);
  const features = {
    'a step to the same state': its((world) => arcsOf(world).some(({ from, arc }) => arc.to === from)),
    'two steps to one state': its((world) => nodesOf(world).some(({ arcs }) => repeats(arcs.map(({ to }) => to.text)))),
    'a state without steps': its((world) => nodesOf(world).some(({ arcs, isWithin }) => isWithin && arcs.length === 0)),
    'a state beyond the boundary': its((world) => nodesOf(world).some(({ isWithin }) => !isWithin)),
    'an initial state beyond it': its(({ initial }) => initial.some(({ isWithin }) => !isWithin)),
    'several initial states': its(({ initial }) => initial.length > 1),
    'one of them twice': its(({ initial, model }) => model.initial.length > initial.length),
    'weak fairness': its((world) => strengths(world).has(false)),
    'strong fairness': its((world) => strengths(world).has(true)),
    both: its((world) => strengths(world).size === 2),
    'a note': its((world) => arcsOf(world).some(({ arc }) => arc.note !== undefined)),
    'progress that never falls': (one: Tried) =>
      one.model.recipe.form === form && declaresProgress(one) && !progressFalls(one.model.world),
    'progress that falls': its(progressFalls),
    'a key that tells all states apart': its((world) => world.model.key !== undefined && !isMerging(world)),
    'a key that takes states for others': ({ model: { recipe } }: Tried) => recipe.form === form && recipe.keyFolds !== undefined,
    'more states than a byte counts steps': its((world) => nodesOf(world).some(({ depth }) => depth > 255)),
    'one state': its(({ nodes }) => nodes.size === 1),
    'a hundred states': its(({ nodes }) => nodes.size > 100),
    'symmetry and a quotient': its(({ model }) => model.permutations.length > 0 && model.normalize !== undefined),
    'reductions that are perhaps none': ({ model: { recipe } }: Tried) => recipe.form === form && recipe.spoiled === true,
    'no show': its(({ model }) => model.show === undefined),
  };
  expect(seldom(features)).toEqual([]);
});

// --- one interface -----------------------------------------------------------------------------------------------------------

test('plain models', () => {
  const features = {
    'several properties of the same states': plain(({ claims }) =>
      repeats(claims.map(({ marked }) => marked).filter((marked) => marked.length > 0)),
    ),
    'final states': plain(({ claims }) =>
      claims.some(({ kind, bare, marked }) => kind === 'noDeadlock' && !bare && marked.length > 0),
    ),
    none: plain(({ claims }) => claims.some(({ kind, bare }) => kind === 'noDeadlock' && bare)),
    'two of one kind': plain(({ claims }) => repeats(claims.map(({ kind }) => kind))),
    'an action that turns out not to be enabled': plain(({ edges }) => edges.some(({ to }) => to < 0)),
    'a class that is strong, said as an object': plain(({ edges }) =>
      edges.some(({ fair }) => typeof fair === 'object' && fair.strong),
    ),
    'a class that is weak, said as an object': plain(({ edges }) =>
      edges.some(({ fair }) => typeof fair === 'object' && !fair.strong),
    ),
    'symmetry by all of its maps': plain(
      ({ symmetry, spoiled }) => spoiled !== true && symmetry !== undefined && isClosed(symmetry),
    ),
    'symmetry by generators': plain(({ symmetry, spoiled }) => spoiled !== true && symmetry !== undefined && !isClosed(symmetry)),
    'a quotient': plain(hasQuotient),
    'a quotient that is none': plain(({ folds }) => folds !== undefined),
    'a key that merges states': plain((_, world) => isMerging(world)),
    'families that are declared': plain(({ families }) => families),
    'a family that never occurs': plain(({ families }) => families),
  };
  expect(seldom(features)).toEqual([]);
});

/** Whether a group's maps, all but the identity, are all that come of putting one after the other. */
const isClosed = (maps: ReadonlyArray<ReadonlyArray<number>>): boolean => {
  const known = new Set(maps.map((map) => map.join()));
  return maps.every((first) =>
    maps.every((second) => {
      const both = first.map((to) => second[to]!);
      return known.has(both.join()) || both.every((to, i) => to === i);
    }),
  );
};

/** The looks of each claim that has any. */
const looksOf = ({ claims, looks }: ComponentRecipe): ReadonlyArray<ReadonlyArray<RecipePredicate>> =>
  claims.map(({ over, to }) => [...over, ...to].map((look) => looks[look]!)).filter((some) => some.length > 0);

/** Whether looks of two claims are over the same slots, and as `is` says of their order. */
const share = (recipe: ComponentRecipe, is: (a: RecipePredicate, b: RecipePredicate) => boolean): boolean =>
  looksOf(recipe).some((some, i, all) =>
    all
      .slice(i + 1)
      .some((others) =>
        some.some((a) => others.some((b) => a.slots.toSorted().join() === b.slots.toSorted().join() && is(a, b))),
      ),
  );

test('models of components', () => {
  const features = {
    'properties over the same slots in one order': component((recipe) =>
      share(recipe, (a, b) => a.slots.join() === b.slots.join() && a.slots.length > 1),
    ),
    'properties over the same slots in another': component((recipe) =>
      share(recipe, (a, b) => a.slots.join() !== b.slots.join()),
    ),
    'properties that are decided alike': component((recipe) => share(recipe, (a, b) => JSON.stringify(a) === JSON.stringify(b))),
    'a look over three slots': component(({ looks }) => looks.some(({ slots }) => slots.length === 3)),
    'several looks in one property': component(({ claims }) => claims.some(({ over }) => over.length > 1)),
    'a guard': component(({ meetings }) => meetings.some(({ guard }) => guard !== undefined)),
    'a guard of several': component(({ meetings }) => repeats(meetings.flatMap(({ guard }) => guard ?? []))),
    'a guard that is true where there is no step': component(({ meetings, looks }) =>
      meetings.some(
        ({ guard, slots, outcomes }) =>
          guard !== undefined && slots.length === looks[guard]!.slots.length && looks[guard]!.rows.length > outcomes.length,
      ),
    ),
    'a query': component(({ meetings }) => meetings.some(({ talk }) => talk !== undefined)),
    'one with a condition': component(({ meetings }) => meetings.some(({ talk }) => talk?.when !== undefined)),
    'two of one exchange': component(({ meetings }) =>
      repeats(meetings.flatMap(({ talk }) => (talk === undefined ? [] : [talk.exchange]))),
    ),
    'with keys for what is said': component(({ exchanges }) => exchanges.some(({ keyed }) => keyed)),
    without: component(({ exchanges }) => exchanges.some(({ keyed }) => !keyed)),
    'nothing to be asked': component(({ exchanges }) => exchanges.some(({ ask }) => ask.includes(null))),
    'no answer': component(({ exchanges }) => exchanges.some(({ answer }) => answer.flat().includes(null))),
    'several outcomes': component(({ meetings }) =>
      meetings.some(({ outcomes }) => outcomes.some(([, some]) => some.length > 1)),
    ),
    'nothing that is written': component(({ meetings }) =>
      meetings.some(({ writes, talk }) => talk === undefined && writes.length === 0),
    ),
    'writes of several': component(({ meetings }) => meetings.some(({ writes }) => writes.length > 1)),
    'two leaves that meet': component(({ meetings, slots }) =>
      meetings.some((meeting) => meeting.slots.filter((slot) => slots[slot]!.domain === 0).length > 1),
    ),
    'what a step violates': component((_, world) =>
      truths(world).some(({ claim, verdict }) => claim.kind === 'alwaysStep' && verdict === 'violated'),
    ),
    'a boundary of several looks': component(({ boundary }) => (boundary?.length ?? 0) > 1),
    'initial states without the slots\u2019 own': component(
      ({ initial, slots }) =>
        initial !== undefined && !initial.some((state) => state.every((value, i) => value === slots[i]!.initial)),
    ),
    'symmetry by all of its maps': component(
      ({ symmetry, spoiled }) => spoiled !== true && symmetry !== undefined && isClosed(symmetry.map(({ slotTo }) => slotTo)),
    ),
    'symmetry by generators': component(
      ({ symmetry, spoiled }) => spoiled !== true && symmetry !== undefined && !isClosed(symmetry.map(({ slotTo }) => slotTo)),
    ),
    'normal forms': component(hasNormalForms),
    'a key that takes variants for one': component(({ blurred }) => blurred === true),
    'normal forms that are none': component(({ folds }) => folds !== undefined),
    'dozens of idle slots': component(({ slots }) => slots.length > 20),
  };
  expect(seldom(features)).toEqual([]);
});

test('what takes long is tried, and seldom', () => {
  const features = {
    'a chain with a step back': plain(({ chain }) => chain.length > 0 && chain.returns),
    'a chain without': plain(({ chain }) => chain.length > 0 && !chain.returns),
    'a count that goes deep': component(({ domains }) => domains.some(({ count }) => count !== undefined)),
    'several hundred states': component((_, { nodes }) => nodes.size > 500),
  };
  expect(seldom(features, 1)).toEqual([]);
});

// --- the contract ------------------------------------------------------------------------------------------------------------

const MISDEEDS = {
  plain: [
    'changes what it is given',
    'throws',
    'changes what JavaScript comes with',
    'gives two answers',
    'gives what cannot be seen',
    'hides something in what it gives',
    'tells equal objects apart',
    'tells whether equal parts are one object',
    'gives no boolean',
    'keeps what it saw',
  ],
  component: ['writes what it only reads', 'has a guard that says no where it is enabled'],
};

test('models that break the contract, in every way there is', () => {
  const dare = diceOf(7);
  const made = { plain: new Set<string>(), component: new Set<string>() };
  for (const { model } of tried.slice(0, 700)) {
    const rogue = rogueOf(dare, builtOf(model.recipe), model.world);
    if (rogue !== undefined) made[model.recipe.form].add(rogue.what);
  }
  expect(made.plain).toEqual(new Set([...MISDEEDS.plain, 'has two labels']));
  expect(made.component).toEqual(new Set([...MISDEEDS.plain, ...MISDEEDS.component]));
});

// --- values ------------------------------------------------------------------------------------------------------------------

/** A tree with all that is in it. */
const within = (tree: ValueTree): ReadonlyArray<ValueTree> => {
  if (typeof tree !== 'object' || tree === null || 'odd' in tree || 'big' in tree) return [tree];
  if ('list' in tree) return [tree, ...tree.list.flatMap(within)];
  if ('set' in tree) return [tree, ...tree.set.flatMap(within)];
  if ('map' in tree) return [tree, ...tree.map.flatMap(([key, value]) => [...within(key), ...within(value)])];
  return [tree, ...tree.fields.flatMap(([, value]) => within(value))];
};

const valuesIn = ({ model: { recipe } }: Tried): ReadonlyArray<ValueTree> =>
  (recipe.form === 'plain' ? recipe.states : recipe.domains.flatMap(({ values }) => values)).flatMap(within);

const isObject = (tree: ValueTree): tree is Exclude<ValueTree, number | string | boolean | null> =>
  typeof tree === 'object' && tree !== null;

test('values of every kind, with what has no meaning in them', () => {
  const some =
    (has: (tree: ValueTree) => boolean) =>
    (one: Tried): boolean =>
      valuesIn(one).some(has);
  const object = (has: (tree: Exclude<ValueTree, number | string | boolean | null>) => boolean) =>
    some((tree) => isObject(tree) && has(tree));
  const field = (name: string) => object((tree) => 'fields' in tree && tree.fields.some(([own]) => own === name));
  const states = (has: (tree: ValueTree) => boolean) => plain(({ states: all }) => all.some(has));
  const features = {
    ...Object.fromEntries(
      ['undefined', 'NaN', '-0', 'Infinity'].map((odd) => [odd, object((tree) => 'odd' in tree && tree.odd === odd)]),
    ),
    ...Object.fromEntries(['constructor', '__proto__', '0', '', 'length'].map((name) => [`a field "${name}"`, field(name)])),
    'a zero, which has the other sign now and then': some((tree) => tree === 0),
    'a big integer': object((tree) => 'big' in tree),
    'a text': some((tree) => typeof tree === 'string'),
    'a truth value': some((tree) => typeof tree === 'boolean'),
    'a set that may be filled in two orders': object((tree) => 'set' in tree && tree.set.length > 1),
    'a map that may be': object((tree) => 'map' in tree && tree.map.length > 1),
    'a record whose fields may be set in two orders': object((tree) => 'fields' in tree && tree.fields.length > 1),
    'a set in a set': object((tree) => 'set' in tree && tree.set.some((inner) => isObject(inner) && 'set' in inner)),
    'a key of a map that is no text': object((tree) => 'map' in tree && tree.map.some(([key]) => isObject(key))),
    'a state that is null': states((tree) => tree === null),
    'a state that is false': states((tree) => tree === false),
    'a state that is the empty text': states((tree) => tree === ''),
    'a state that is NaN': states((tree) => isObject(tree) && 'odd' in tree && tree.odd === 'NaN'),
  };
  expect(seldom(features)).toEqual([]);
});

// --- ways --------------------------------------------------------------------------------------------------------------------

test('ways: each engine, order, reduction, number of threads, limit, and a resumption', () => {
  const some =
    (has: (way: Way) => boolean) =>
    ({ ways }: Tried): boolean =>
      ways.some(has);
  const engine = (name: Way['engine']) => some((way) => way.engine === name);
  const ordered = (name: Way['engine'], search: Way['search']) => some((way) => way.engine === name && way.search === search);
  const engines = ['plain', 'components', 'states', 'numbers', 'walks', 'threads'] as const;
  const features = {
    ...Object.fromEntries(engines.map((name) => [name, engine(name)])),
    ...Object.fromEntries(
      (['auto', 'bfs', 'dfs', 'sweep'] as const).map((search) => [`components ${search}`, ordered('components', search)]),
    ),
    ...Object.fromEntries((['bfs', 'dfs', 'sweep'] as const).map((search) => [`plain ${search}`, ordered('plain', search)])),
    ...Object.fromEntries([8, 12, 20, 60, 64].map((bits) => [`${bits} bits`, some(({ hashBits }) => hashBits === bits)])),
    symmetry: some((way) => way.symmetry === true && way.normalize !== true),
    'a quotient': some((way) => way.normalize === true && way.symmetry !== true),
    both: some((way) => way.normalize === true && way.symmetry === true),
    'a limit on states': some(({ maxStates }) => maxStates !== undefined),
    'on depth': some(({ maxDepth }) => maxDepth !== undefined),
    'on memory': some(({ maxMemoryBytes }) => maxMemoryBytes !== undefined),
    'a resumption, plain': some(({ engine: e, pauseAt }) => e === 'plain' && pauseAt !== undefined),
    'by components': some(({ engine: e, pauseAt }) => e === 'components' && pauseAt !== undefined),
    'under a reduction': some(({ symmetry, normalize, pauseAt }) => (symmetry ?? normalize) === true && pauseAt !== undefined),
    'some of the properties': some(({ properties }) => properties !== undefined),
    'runs of witnesses': some(({ witnessTraces }) => witnessTraces === true),
    'witnesses that must be reached': some(({ requireWitnesses }) => requireWitnesses === true),
    'an end at the first violation': some(({ keepGoing }) => keepGoing !== true),
    'slots kept apart': some(({ locals }) => (locals?.length ?? 0) > 0),
    'no slots kept apart': some(({ locals }) => locals?.length === 0),
    'at once': some(({ atOnce }) => atOnce === true),
    'an audit as without being asked': some(({ audit }) => audit === undefined),
    'of all': some(({ audit }) => audit === 'all'),
  };
  expect(seldom(features)).toEqual([]);
});

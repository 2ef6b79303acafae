/** Makes a finding smaller: leaves out piece after piece of its model, as long as a difference of the same kind remains. */
import { differencesOf, explored, type ModelFinding } from './attempt.js';
import { usedLooks, type ComponentRecipe } from './recipe/component.js';
import type { PlainRecipe } from './recipe/plain.js';
import type { Recipe } from './recipe/recipe.js';
import type { Way } from './ways/way.js';

/** Shorter lists: each without one of the items, or, of a long list, without half of them. */
const shorter = <T>(items: ReadonlyArray<T>): ReadonlyArray<ReadonlyArray<T>> => {
  const half = Math.ceil(items.length / 2);
  const halves = items.length > 3 ? [items.slice(0, half), items.slice(half)] : [];
  return [...halves, ...items.map((_, i) => items.toSpliced(i, 1))];
};

/** Values without one of the optional fields each. */
const barer = <T extends object>(value: T, names: ReadonlyArray<keyof T>): ReadonlyArray<T> =>
  names
    .filter((name) => value[name] !== undefined)
    .map((name) => Object.fromEntries(Object.entries(value).filter(([key]) => key !== name)) as T);

const each = <T>(items: ReadonlyArray<T>, smaller: (item: T) => ReadonlyArray<T>): ReadonlyArray<ReadonlyArray<T>> =>
  items.flatMap((item, i) => smaller(item).map((less) => items.with(i, less)));

/** Recipes with fewer claims. One claim is left, since a model must have a property. */
const fewerClaims = <T extends { readonly claims: ReadonlyArray<unknown> }>(recipe: T): ReadonlyArray<T> =>
  recipe.claims.length < 2 ? [] : shorter(recipe.claims).map((claims) => ({ ...recipe, claims }));

// --- recipes ---------------------------------------------------------------------------------------------------------------

/** The recipe without its last state, where no other part names it. */
const withoutLastState = (recipe: PlainRecipe): ReadonlyArray<PlainRecipe> => {
  const last = recipe.states.length - 1;
  const isUsed =
    recipe.edges.some(({ from, to }) => from === last || to === last) || recipe.initial.includes(last) || recipe.chain.length > 0;
  if (isUsed || recipe.symmetry !== undefined || last < 1) return [];
  const kept = (marked: ReadonlyArray<number>): ReadonlyArray<number> => marked.filter((index) => index !== last);
  const claims = recipe.claims.map((claim) =>
    claim.kind.endsWith('Step') ? claim : { ...claim, marked: kept(claim.marked), to: kept(claim.to) },
  );
  return [{ ...recipe, states: recipe.states.slice(0, last), claims }];
};

/** Recipes with fewer edges. Claims name edges by number, so an edge is first made to lead nowhere, and left out at the end. */
const withoutEdges = (recipe: PlainRecipe): ReadonlyArray<PlainRecipe> => {
  const stepwise = recipe.claims.some(({ kind }) => kind.endsWith('Step'));
  if (stepwise)
    return recipe.edges.flatMap((edge, i) =>
      edge.to < 0 ? [] : [{ ...recipe, edges: recipe.edges.with(i, { ...edge, to: -1 }) }],
    );
  return shorter(recipe.edges).map((edges) => ({ ...recipe, edges }));
};

const piecesOfGraph = (recipe: PlainRecipe): ReadonlyArray<PlainRecipe> => [
  ...shorter(recipe.initial).map((initial) => ({ ...recipe, initial })),
  ...withoutEdges(recipe),
  ...withoutLastState(recipe),
  ...each(recipe.edges, (edge) => barer(edge, ['fair', 'note'])).map((edges) => ({ ...recipe, edges })),
  ...each(recipe.claims, (claim) => shorter(claim.marked).map((marked) => ({ ...claim, marked }))).map((claims) => ({
    ...recipe,
    claims,
  })),
];

const simplerPlain = (recipe: PlainRecipe): ReadonlyArray<PlainRecipe> => [
  ...fewerClaims(recipe),
  ...barer(recipe, ['symmetry', 'beyond', 'folds', 'progress']),
  ...(recipe.variants > 1 ? [{ ...recipe, variants: 1 }] : []),
  ...(recipe.chain.length > 0
    ? [0, Math.floor(recipe.chain.length / 2), recipe.chain.length - 1].map((length) => ({
        ...recipe,
        chain: { ...recipe.chain, length },
      }))
    : []),
  ...(recipe.keyed ? [{ ...recipe, keyed: false }] : []),
  ...(recipe.families ? [{ ...recipe, families: false }] : []),
  // A smaller graph may lose the symmetry that the recipe declares; a spoiled recipe need not have it.
  ...(recipe.symmetry === undefined || recipe.spoiled === true ? piecesOfGraph(recipe) : []),
  ...(recipe.states.some((state, i) => state !== i) ? [{ ...recipe, states: recipe.states.map((_, i) => i) }] : []),
];

/** The recipe without a slot that no other part names. */
const withoutIdleSlots = (recipe: ComponentRecipe): ReadonlyArray<ComponentRecipe> => {
  if (recipe.symmetry !== undefined) return [];
  const used = new Set([...recipe.meetings, ...recipe.looks].flatMap(({ slots }) => slots));
  const kept = recipe.slots.map((_, i) => i).filter((i) => used.has(i));
  if (kept.length === recipe.slots.length || kept.length === 0) return [];
  const moved = <T extends { readonly slots: ReadonlyArray<number> }>(item: T): T => ({
    ...item,
    slots: item.slots.map((slot) => kept.indexOf(slot)),
  });
  return [
    {
      ...recipe,
      ...(recipe.initial === undefined ? {} : { initial: recipe.initial.map((state) => kept.map((i) => state[i]!)) }),
      slots: kept.map((i) => recipe.slots[i]!),
      meetings: recipe.meetings.map(moved),
      looks: recipe.looks.map(moved),
    },
  ];
};

/** The recipe without its last look, where no other part uses that look. */
const withoutIdleLooks = (recipe: ComponentRecipe): ReadonlyArray<ComponentRecipe> => {
  const used = usedLooks(recipe);
  const last = recipe.looks.length - 1;
  return last >= 0 && !used.has(last) ? [{ ...recipe, looks: recipe.looks.slice(0, last) }] : [];
};

const simplerComponents = (recipe: ComponentRecipe): ReadonlyArray<ComponentRecipe> => [
  ...fewerClaims(recipe),
  ...barer(recipe, ['symmetry', 'boundary', 'folds', 'keyFolds']),
  ...withoutIdleLooks(recipe),
  ...withoutIdleSlots(recipe),
  ...(recipe.hasProgress ? [{ ...recipe, hasProgress: false }] : []),
  ...(recipe.blurred === true ? [{ ...recipe, blurred: false }] : []),
  ...(recipe.keyed ? [{ ...recipe, keyed: false }] : []),
  ...each(recipe.domains, (domain) => (domain.variants > 1 ? [{ ...domain, variants: 1 }] : [])).map((domains) => ({
    ...recipe,
    domains,
  })),
  ...each(recipe.domains, (domain) =>
    domain.count === undefined ? [] : [Math.ceil(domain.count / 2), domain.count - 1].map((count) => ({ ...domain, count })),
  ).map((domains) => ({ ...recipe, domains })),
  ...(recipe.symmetry === undefined || recipe.spoiled === true ? piecesOfTables(recipe) : []),
  ...each(recipe.domains, (domain) =>
    domain.values.some((value, i) => value !== i) ? [{ ...domain, values: domain.values.map((_, i) => i) }] : [],
  ).map((domains) => ({ ...recipe, domains })),
];

const piecesOfTables = (recipe: ComponentRecipe): ReadonlyArray<ComponentRecipe> => [
  ...barer(recipe, ['initial']),
  ...(recipe.initial === undefined
    ? []
    : shorter(recipe.initial)
        .filter(({ length }) => length > 0)
        .map((initial) => ({ ...recipe, initial }))),
  ...shorter(recipe.meetings).map((meetings) => ({ ...recipe, meetings })),
  ...each(recipe.meetings, (meeting) => [
    ...barer(meeting, ['guard', 'fair']),
    ...shorter(meeting.outcomes).map((outcomes) => ({ ...meeting, outcomes })),
  ]).map((meetings) => ({ ...recipe, meetings })),
  ...each(recipe.claims, (claim) => [
    ...shorter(claim.over).map((over) => ({ ...claim, over })),
    ...shorter(claim.to).map((to) => ({ ...claim, to })),
  ]).map((claims) => ({ ...recipe, claims })),
  ...each(recipe.looks, (look) => shorter(look.rows).map((rows) => ({ ...look, rows }))).map((looks) => ({ ...recipe, looks })),
];

const simpler = (recipe: Recipe): ReadonlyArray<Recipe> =>
  recipe.form === 'plain' ? simplerPlain(recipe) : simplerComponents(recipe);

const simplerWays = (way: Way): ReadonlyArray<Way> => [
  ...barer(way, ['witnessTraces', 'requireWitnesses', 'keepGoing', 'audit', 'maxMemoryBytes', 'locals', 'atOnce', 'properties']),
  ...barer(way, ['symmetry', 'normalize', 'hashBits', 'pauseAt', 'maxStates', 'maxDepth']),
];

// --- the search ------------------------------------------------------------------------------------------------------------

/** The most smaller models that are tried, and the longest time for it, in ms. */
const MOST_TRIES = 1000;
const MOST_MS = 300_000;

/** The finding with a model from which no piece can be left out, or the smallest model found within the limits. Calls `beat` before each try. */
export const shrunk = async (finding: ModelFinding, file: string, beat: () => void): Promise<ModelFinding> => {
  // A smaller model may lack the place at which this one breaks the contract.
  if (finding.rogue !== undefined) return finding;
  const until = performance.now() + MOST_MS;
  const kinds = new Set(finding.differences.map(({ what }) => what));
  const still = async (recipe: Recipe, way: Way): Promise<ModelFinding | undefined> => {
    beat();
    const model = explored(recipe);
    if (model === undefined) return undefined;
    const differences = await differencesOf(model, way, file);
    return differences.some(({ what }) => kinds.has(what)) ? { recipe, way, differences } : undefined;
  };
  const smaller = ({ recipe, way }: ModelFinding): ReadonlyArray<readonly [Recipe, Way]> => [
    ...simplerWays(way).map((less) => [recipe, less] as const),
    ...simpler(recipe).map((less) => [less, way] as const),
  ];
  let least = finding;
  let candidates = smaller(least);
  let isLess = false;
  for (let at = 0, tries = 0; tries < MOST_TRIES && performance.now() < until; tries++) {
    if (at >= candidates.length) {
      // A piece that was needed before may not be needed now that others are gone.
      if (!isLess) break;
      [at, isLess] = [0, false];
    }
    const [recipe, way] = candidates[at]!;
    const found = await still(recipe, way);
    if (found === undefined) {
      at++;
      continue;
    }
    isLess = true;
    least = found;
    candidates = smaller(least);
  }
  return least;
};

/** Spoils models: gives a model a false reduction, or changes it so that its reduction becomes false. */
import { range, type Dice } from '../dice.js';
import { sizeOfDomain, type ComponentRecipe, type SlotRenaming } from '../recipe/component.js';
import type { PlainRecipe } from '../recipe/plain.js';
import type { Recipe } from '../recipe/recipe.js';

/** Draws a map of `count` things onto themselves: mostly a bijection. */
const anyOrder = (dice: Dice, count: number): ReadonlyArray<number> => {
  const order = dice.oneIn(2) ? dice.shuffled(range(count)) : exchanged(dice, count);
  return dice.oneIn(5) ? order.with(dice.below(count), dice.below(count)) : order;
};

/** Draws a bijection that exchanges two things. */
const exchanged = (dice: Dice, count: number): ReadonlyArray<number> => {
  const [a, b] = [dice.below(count), dice.below(count)];
  return range(count).map((i) => (i === a ? b : i === b ? a : i));
};

/** Draws a map that merges some things with others; mostly it is idempotent. */
const anyFolds = (dice: Dice, count: number): ReadonlyArray<number> => {
  const folds = [...range(count)];
  for (let n = 1 + dice.below(3); n > 0; n--) folds[dice.below(count)] = dice.below(count);
  return dice.oneIn(4) ? folds : folds.map((to) => folds[to]!);
};

/** A list with one item more, or without one. */
const toggled = (items: ReadonlyArray<number>, item: number): ReadonlyArray<number> =>
  items.includes(item) ? items.filter((other) => other !== item) : [...items, item];

// --- plain -----------------------------------------------------------------------------------------------------------------

const spoiledPlain = (dice: Dice, recipe: PlainRecipe): PlainRecipe => {
  const { states, edges, claims, symmetry } = recipe;
  const count = states.length;
  const kind = symmetry === undefined ? dice.below(2) : dice.below(5);
  if (dice.oneIn(5)) return { ...recipe, keyFolds: anyFolds(dice, count) };
  switch (kind) {
    case 0:
      return { ...recipe, folds: anyFolds(dice, count) };
    case 1:
      return { ...recipe, symmetry: range(1 + dice.below(2)).map(() => anyOrder(dice, count)) };
    case 2: {
      const edge = dice.below(edges.length);
      return { ...recipe, edges: edges.with(edge, { ...edges[edge]!, to: dice.oneIn(2) ? -1 : dice.below(count) }) };
    }
    case 3: {
      // A state beyond the boundary takes no steps. A key that merges it with a state that takes some is seen to be false at once: too easy a case. So half
      // of the time the state is one that has no steps anyway.
      const ends = range(count).filter((state) => !edges.some(({ from, to }) => from === state && to >= 0));
      const state = ends.length > 0 && dice.oneIn(2) ? dice.pick(ends) : dice.below(count);
      return { ...recipe, beyond: toggled(recipe.beyond ?? [], state) };
    }
    default: {
      const which = dice.below(claims.length);
      const claim = claims[which]!;
      const marked = toggled(claim.marked, dice.below(claim.kind.endsWith('Step') ? edges.length : count));
      return { ...recipe, claims: claims.with(which, { ...claim, marked }) };
    }
  }
};

// --- components ------------------------------------------------------------------------------------------------------------

const foldsOf = (dice: Dice, { domains }: ComponentRecipe): ReadonlyArray<ReadonlyArray<number>> => {
  const which = dice.below(domains.length);
  return domains.map((domain, i) => {
    const count = sizeOfDomain(domain);
    return i === which ? anyFolds(dice, count) : range(count);
  });
};

/** Draws a renaming that exchanges slots of one kind, values of one domain, or both. */
const anyRenaming = (dice: Dice, { slots, domains }: ComponentRecipe): SlotRenaming => {
  const domain = dice.below(domains.length);
  const alike = slots.flatMap((slot, i) => (slot.domain === domain ? [i] : []));
  const order = alike.length > 1 && dice.oneIn(2) ? dice.shuffled(alike) : alike;
  const values = dice.oneIn(2) ? anyOrder(dice, sizeOfDomain(domains[domain]!)) : range(sizeOfDomain(domains[domain]!));
  return {
    name: 'made up',
    slotTo: slots.map((_, i) => (alike.includes(i) ? order[alike.indexOf(i)]! : i)),
    values: domains.map((other, i) => (i === domain ? values : range(sizeOfDomain(other)))),
  };
};

const spoiledComponents = (dice: Dice, recipe: ComponentRecipe): ComponentRecipe => {
  const { looks, meetings, slots, domains, symmetry } = recipe;
  const kind = symmetry === undefined ? dice.below(2) : dice.below(4);
  if (dice.oneIn(5)) return { ...recipe, keyFolds: foldsOf(dice, recipe) };
  if (kind === 0) return { ...recipe, folds: foldsOf(dice, recipe) };
  // A changed look must not make a guard false where a step is enabled.
  const guards = meetings.flatMap(({ guard, talk }) => [guard, talk?.when]);
  const free = range(looks.length).filter((look) => !guards.includes(look));
  if (kind === 2 && free.length > 0) {
    const which = dice.pick(free);
    const look = looks[which]!;
    const rows = look.slots.reduce((n, slot) => n * sizeOfDomain(domains[slots[slot]!.domain]!), 1);
    return { ...recipe, looks: looks.with(which, { ...look, rows: toggled(look.rows, dice.below(rows)) }) };
  }
  const spare = meetings.findIndex(({ outcomes }) => outcomes.length > 0);
  if (kind === 3 && spare >= 0) {
    const meeting = meetings[spare]!;
    return {
      ...recipe,
      meetings: meetings.with(spare, {
        ...meeting,
        outcomes: meeting.outcomes.toSpliced(dice.below(meeting.outcomes.length), 1),
      }),
    };
  }
  return { ...recipe, symmetry: range(1 + dice.below(2)).map(() => anyRenaming(dice, recipe)) };
};

/** The model with a fault in one of its reductions. Models with a deep chain or a blurring key stay as they are: they test something else. */
export const spoiled = (dice: Dice, recipe: Recipe): Recipe => {
  if (recipe.form === 'plain')
    return recipe.blurred || recipe.chain.length > 0 || recipe.claims.length === 0 || recipe.edges.length === 0
      ? recipe
      : { ...spoiledPlain(dice, recipe), spoiled: true };
  return recipe.blurred === true || recipe.domains.some(({ count }) => count !== undefined)
    ? recipe
    : { ...spoiledComponents(dice, recipe), spoiled: true };
};

/**
 * Makes models in which two states, or two values of a slot, are taken for one and may have progress of their own. A sweep must refuse these, or
 * count as breadth first.
 */
import { range, type Dice } from '../dice.js';
import type { ComponentRecipe, RecipeInteraction, RecipeOutcome, RecipeSlot, ValueRow } from '../recipe/component.js';
import type { Edge, PlainRecipe } from '../recipe/plain.js';
import type { SeldomModel } from './seldom-model.js';

/** How the two are taken for one. */
type By = 'symmetry' | 'normalize' | 'key';

/** A graph without cycles in which `other`, the last one, has the steps of `one`. No step lowers the progress. */
interface Graph {
  readonly by: By;
  readonly count: number;
  readonly arrows: ReadonlyArray<readonly [from: number, to: number]>;
  /** By number of the state: the one that stands for it. */
  readonly folds: ReadonlyArray<number>;
  readonly exchange: ReadonlyArray<number>;
  readonly progress: ReadonlyArray<number>;
}

const graphOf = (dice: Dice): Graph => {
  const other = 3 + dice.below(5);
  const one = 1 + dice.below(other - 1);
  const by = dice.pick(['symmetry', 'normalize', 'key'] as const);
  const drawn = range(other * 2).map(() => {
    const to = 1 + dice.below(other - 1);
    return [dice.below(to), to] as const;
  });
  const first = [
    ...new Map([...range(one).map((from) => [from, from + 1] as const), ...drawn].map((to) => [to.join(), to])).values(),
  ];
  const arrows = first.flatMap(([from, to]): Graph['arrows'] => {
    if (from === one)
      return [
        [from, to],
        [other, to],
      ];
    if (to !== one) return [[from, to]];
    // Under a symmetry each step has an image. A normal form or a key may merge the two steps.
    if (by === 'symmetry' || dice.oneIn(3))
      return [
        [from, one],
        [from, other],
      ];
    return [[from, dice.oneIn(2) ? one : other]];
  });
  const progress = range(other + 1).map(() => dice.below(3));
  for (let round = 0; round <= other; round++)
    for (const [from, to] of arrows) progress[to] = Math.max(progress[to]!, progress[from]!);
  const all = range(other + 1);
  return { by, count: other + 1, arrows, folds: all.with(other, one), exchange: all.with(one, other).with(other, one), progress };
};

/** The fields of a recipe by which the two are taken for one. `fold` and `map` put the folds and the exchange as the recipe has them. */
const taking = (
  { by, folds, exchange }: Graph,
  fold: (folds: ReadonlyArray<number>) => unknown,
  map: (order: ReadonlyArray<number>) => unknown,
): object =>
  by === 'symmetry' ? { symmetry: [map(exchange)] } : by === 'normalize' ? { folds: fold(folds) } : { keyFolds: fold(folds) };

const wayOf = (by: By): object => (by === 'key' ? {} : { [by]: true });

/** Makes a plain model of this kind. */
export const unevenStates = (dice: Dice): SeldomModel => {
  const graph = graphOf(dice);
  const { by, count, arrows, progress } = graph;
  const edges = arrows.map(([from, to]): Edge => ({ from, to, family: 'Go', arg: 0, shift: 0 }));
  const recipe: PlainRecipe = {
    form: 'plain',
    states: range(count),
    edges,
    initial: [0],
    chain: { length: 0, returns: false },
    claims: [{ name: 'uneven', kind: 'always', marked: [], to: [], bare: false }],
    progress,
    variants: 1,
    keyed: false,
    blurred: false,
    shown: false,
    families: false,
    ...taking(
      graph,
      (folds) => folds,
      (order) => order,
    ),
  };
  const search = dice.pick(['sweep', 'sweep', 'sweep', 'bfs', 'dfs'] as const);
  return { recipe, way: { engine: 'plain', search, ...wayOf(by), keepGoing: true, audit: 'none' } };
};

/** Makes a component model of this kind, of one slot or of two. */
export const unevenValues = (dice: Dice): SeldomModel => {
  const graph = graphOf(dice);
  const { by, count, arrows, progress } = graph;
  const slots = range(1 + dice.below(2)).map((i): RecipeSlot => ({ name: `s${i}`, domain: 0, initial: 0 }));
  const outcomes = range(count).map((value): readonly [ValueRow, ReadonlyArray<RecipeOutcome>] => [
    value,
    arrows.filter(([from]) => from === value).map(([, to]) => ({ next: [to] })),
  ]);
  const meetings = slots.map(({ name }, i): RecipeInteraction => {
    return { family: 'Go', args: [name], slots: [i], writes: [0], outcomes, shift: 0 };
  });
  const recipe: ComponentRecipe = {
    form: 'component',
    domains: [{ name: 'value', values: range(count), progress, variants: 1 }],
    slots,
    looks: [],
    meetings,
    exchanges: [],
    claims: [{ name: 'uneven', kind: 'sometimesStep', over: [], to: [], bare: false }],
    hasProgress: true,
    keyed: false,
    shown: false,
    ...taking(
      graph,
      (folds) => [folds],
      (order) => ({ name: 'exchange', slotTo: range(slots.length), values: [order] }),
    ),
  };
  const search = dice.pick(['sweep', 'sweep', 'auto', 'bfs', 'dfs'] as const);
  const near = search === 'auto' ? { near: 1 + dice.below(count) } : {};
  const locals = dice.oneIn(2) ? { locals: [] } : {};
  return { recipe, way: { engine: 'components', search, ...near, ...locals, ...wayOf(by), keepGoing: true, audit: 'none' } };
};

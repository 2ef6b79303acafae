/** Whether the models of seldom kinds are what they are said to be, and agree with the oracle: each thing is counted over models of fixed seeds. */
import { expect, test } from 'vitest';
import { differencesOf, explored, type ExploredModel } from '../../fuzz/attempt.js';
import { diceOf } from '../../fuzz/dice.js';
import { anySeldom } from '../../fuzz/seldom/any-seldom.js';
import type { SeldomModel } from '../../fuzz/seldom/seldom-model.js';
import { truths } from '../../fuzz/oracle/judge.js';
import type { PlainRecipe } from '../../fuzz/recipe/plain.js';

const MODELS = 300;
const LEAST = 3;

interface Tried {
  readonly made: SeldomModel;
  readonly model: ExploredModel;
}

const dice = diceOf(20_265);
const tried: ReadonlyArray<Tried> = Array.from({ length: MODELS }, () => dice.seed()).flatMap((seed) => {
  const made = anySeldom(diceOf(seed));
  const model = made && explored(made.recipe);
  return made === undefined || model === undefined ? [] : [{ made, model }];
});

const plain =
  (has: (recipe: PlainRecipe, one: Tried) => boolean) =>
  (one: Tried): boolean =>
    one.made.recipe.form === 'plain' && has(one.made.recipe, one);

/** Whether something is the same of all that the model's symmetry makes of a state. */
const isKept = ({ world }: ExploredModel): boolean =>
  [...world.nodes.values()].every(({ state }) =>
    world.model.permutations.every((map) =>
      world.model.claims.every(({ holds, from, to }) => [holds, from, to].every((one) => one(map(state)) === one(state))),
    ),
  );

const isLasting = ({ made }: Tried): boolean =>
  made.recipe.claims.some(({ kind }) => kind.startsWith('eventually') || kind === 'leadsTo');

const isNull = (state: unknown): boolean => state === null;
const isViolated = ({ model }: Tried): boolean => truths(model.world).some(({ verdict }) => verdict === 'violated');
const isBijection = (map: ReadonlyArray<number>): boolean => new Set(map).size === map.length;

test('each kind is made', () => {
  const features: Readonly<Record<string, (one: Tried) => boolean>> = {
    'liveness that a symmetry keeps, broken': (one) => isLasting(one) && isKept(one.model) && isViolated(one),
    'liveness that a symmetry does not keep': (one) => isLasting(one) && !isKept(one.model),
    'a state that is null, under a symmetry': plain(({ states, symmetry }) => symmetry !== undefined && states.some(isNull)),
    'more states than a short hash keeps apart, and a violation': (one) =>
      one.made.way.hashBits === 8 && one.model.world.nodes.size > 20 && isViolated(one),
    'a witness of a state that is null, which a normal form takes for another': plain(
      ({ states, claims, folds }, { model }) =>
        folds !== undefined &&
        claims.some(({ kind, marked }) => kind === 'sometimes' && marked.some((state) => isNull(states[state]))) &&
        truths(model.world).some(({ verdict }) => verdict === 'reached'),
    ),
    'a step that one of two states has which a symmetry exchanges, and a run without an end': plain(
      ({ edges }, one) => edges.some(({ family }) => family === 'Fork') && isLasting(one) && isKept(one.model) && isViolated(one),
    ),
    'maps that exchange neighbours, and liveness of the last': plain(
      ({ symmetry, claims }, one) => (symmetry?.length ?? 0) > 1 && claims.length === 3 && isLasting(one) && !isKept(one.model),
    ),
    'a run round what is beyond the boundary': ({ made: { recipe }, model }) =>
      recipe.form === 'component' &&
      recipe.boundary !== undefined &&
      truths(model.world).some(({ verdict }) => verdict === 'violated'),
    'a strongly fair step that a run for ever keeps away from': plain(
      ({ edges }, one) => edges.some(({ fair }) => fair !== undefined) && isViolated(one),
    ),
    'a sweep that ends with a deadlock': ({ made, model }) =>
      made.way.search === 'sweep' && truths(model.world).every(({ verdict }) => verdict === 'violated'),
    'several maps that are one to one': plain(({ symmetry, spoiled }) => spoiled === true && (symmetry ?? []).every(isBijection)),
    'several maps, one of them not': plain(
      ({ symmetry, spoiled }) => spoiled === true && symmetry !== undefined && !symmetry.every(isBijection),
    ),
    'an end that may be the last, taken for one that may not': ({ made: { recipe } }) =>
      recipe.form === 'component' && recipe.looks.every(({ rows }) => rows.length === 1),
  };
  const counts = Object.entries(features).map(([name, has]) => [name, tried.filter(has).length] as const);
  expect(counts.filter(([, count]) => count < LEAST)).toEqual([]);
});

test('the checker agrees with the oracle on each of them', async () => {
  const faults: unknown[] = [];
  for (const { made, model } of tried) faults.push(...(await differencesOf(model, made.way, '/nowhere')));
  expect(faults).toEqual([]);
});

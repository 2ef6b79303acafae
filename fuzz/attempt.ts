/** One attempt: makes a model from a seed, lets the oracle explore it, checks it in several ways, and compares. */
import { diceOf, type Dice } from './dice.js';
import { anyComponents } from './make/component.js';
import { anyPlain } from './make/plain.js';
import { KEEPS } from './make/keeping.js';
import { putBack } from './make/misdeeds.js';
import { rogueOf, type Rogue } from './make/rogue.js';
import { anySeldom } from './seldom/any-seldom.js';
import { spoiled } from './make/spoil.js';
import { isUneven, progressFalls } from './oracle/judge.js';
import { componentOracle, plainOracle, graphOf, type OracleGraph } from './oracle/world.js';
import { builtOf, type BuiltModel, type Recipe } from './recipe/recipe.js';
import { differencesOfReport, isLossyFor } from './ways/compare.js';
import { differencesOfReplay } from './ways/replay.js';
import { run } from './ways/run.js';
import type { ReportDifference } from './ways/comparison.js';
import { anyWays, type Way } from './ways/way.js';

/** The most states of a small model. Most models are small: they show most faults of a search, and many more of them can be tried. */
const MOST_IN_A_SMALL_ONE = 120;
/** One model in this many may be large. */
const LARGE_ONE_IN = 60;
/** The most states of a large model: the oracle keeps all of them in memory. */
const MOST_STATES = 2500;
/** The most states of a model with a chain, where each state has one or two steps. */
const MOST_IN_A_CHAIN = 80_000;

/** A model in which a way of the checker differs from the truth. */
export interface ModelFinding {
  readonly recipe: Recipe;
  readonly way: Way;
  /** The differences; there is at least one. */
  readonly differences: ReadonlyArray<ReportDifference>;
  /** The misdeed of a model that breaks the contract; undefined: the model keeps the contract. */
  readonly rogue?: string;
}

/** One seed, and the searches that were tried of its model. */
export interface Attempt {
  readonly ways: ReadonlyArray<Way>;
  readonly states: number;
  readonly finding: ModelFinding | undefined;
}

/** A model with its recipe, the form that the checker is given, and the oracle's graph. */
export interface ExploredModel {
  readonly recipe: Recipe;
  readonly built: BuiltModel;
  readonly world: OracleGraph;
}

const oracleOf = (built: BuiltModel) => (built.form === 'plain' ? plainOracle(built.model) : componentOracle(built.model));

const isDeep = (recipe: Recipe): boolean =>
  recipe.form === 'plain' ? recipe.chain.length > 0 : recipe.domains.some(({ count }) => count !== undefined);

/** A recipe's model with its whole graph, or undefined where that is too large. */
export const explored = (recipe: Recipe, most = MOST_STATES): ExploredModel | undefined => {
  const built = builtOf(recipe);
  const world = graphOf(oracleOf(built), isDeep(recipe) ? MOST_IN_A_CHAIN : most);
  return world && { recipe, built, world };
};

/** Does a search this way go by the progress, or may it come to do so? */
const maySweep = ({ engine, search }: Way): boolean =>
  (engine === 'plain' && search === 'sweep') || (engine === 'components' && (search === 'sweep' || search === 'auto'));

/** Does this way of checking notice a step that lowers the progress? By components each does, and under a normal form or a key a sweep alone. */
const notices = ({ model: { key, normalize } }: OracleGraph, { engine, search, normalize: isQuotient }: Way): boolean => {
  const hasStandIns = key !== undefined || (isQuotient === true && normalize !== undefined);
  return search === 'sweep' ? engine !== 'states' : !hasStandIns && (engine === 'components' || engine === 'threads');
};

/** May a search this way refuse the progress, since it is not the same for all that the search takes for one? */
const mayBeUneven = (world: OracleGraph, way: Way, message: string): boolean =>
  message.includes('a sweep needs one progress') &&
  maySweep(way) &&
  (progressFalls(world) || isUneven(world, way.symmetry === true, way.normalize === true));

/** The differences between the checker and the truth, for one way of checking. */
export const differencesOf = async (
  { recipe, built, world }: ExploredModel,
  way: Way,
  file: string,
): Promise<ReadonlyArray<ReportDifference>> => {
  const result = await run(recipe, built, way, file);
  const falls = notices(world, way) && progressFalls(world);
  const isDoubtful =
    recipe.spoiled === true && (recipe.keyFolds !== undefined || way.symmetry === true || way.normalize === true);
  if (result.kind === 'error') {
    const { name, message } = result.error;
    if ((falls && message.includes('lowers the progress')) || mayBeUneven(world, way, message)) return [];
    // The checker may refuse a false symmetry, quotient or key. Of this model it is not known whether its reductions are false.
    if (isDoubtful && name === 'CheckerError' && !message.includes('in two forms')) return [];
    return [{ what: `${name}: ${message.replace(/\d+/g, 'N').slice(0, 60)}`, details: result.error.stack ?? message }];
  }
  const whole = result.reports.at(-1)!.report.stop.kind === 'complete';
  // A search that loses a state may not come to the step.
  if (falls && whole && !isDoubtful && !isLossyFor(way))
    return [{ what: 'progress', details: 'a step lowers the progress, and no error says so' }];
  const differences = result.reports.flatMap(({ way: part, report }) => differencesOfReport(world, part, report, isDoubtful));
  if (isDoubtful || differences.length > 0) return differences;
  return differencesOfReplay(built, result.reports.at(-1)!.report);
};

/** How often the dice are thrown again for a model that is too large, or has almost no states. */
const REROLLS = 8;
/** One model in this many has reductions that may be false. */
const SPOILED_ONE_IN = 5;
/** A model with fewer states than these shows little. */
const FEW_STATES = 4;

interface Made {
  readonly recipe: Recipe;
  /** The model; undefined: it is too large. */
  readonly model: ExploredModel | undefined;
}

/** Makes the model of a seed; only seldom one with almost no states. */
export const madeFrom = (seed: number): Made => {
  const dice = diceOf(seed);
  const most = dice.oneIn(LARGE_ONE_IN) ? MOST_STATES : MOST_IN_A_SMALL_ONE;
  for (let roll = 1; ; roll++) {
    const made = dice.oneIn(3) ? anyPlain(dice) : anyComponents(dice);
    const recipe = dice.oneIn(SPOILED_ONE_IN) ? spoiled(dice, made) : made;
    const model = explored(recipe, most);
    const isEnough = model !== undefined && (model.world.nodes.size >= FEW_STATES || dice.oneIn(20));
    if (roll > REROLLS || isEnough) return { recipe, model };
  }
};

const depthOf = ({ nodes }: OracleGraph): number =>
  [...nodes.values()].reduce((deepest, { depth }) => Math.max(deepest, depth), 0);

/** One model in this many is tried once more, changed so that it breaks the contract. */
const ROGUE_ONE_IN = 10;

/** A way of checking that visits every state, and runs steps of the model again. */
const wholeWay = (dice: Dice, { built, recipe }: ExploredModel): Way => {
  const audit: Pick<Way, 'audit'> = dice.oneIn(2) ? { audit: 'all' } : {};
  const sweeps = recipe.form === 'plain' ? recipe.progress !== undefined : recipe.hasProgress;
  const engine = built.form === 'plain' ? 'plain' : dice.pick(['components', 'components', 'states', 'numbers'] as const);
  const orders =
    engine === 'states' || engine === 'numbers' || !sweeps ? (['bfs', 'dfs'] as const) : (['bfs', 'dfs', 'sweep'] as const);
  // Without local slots no function of the model is called before the search.
  return { engine, search: dice.pick(orders), keepGoing: true, ...audit, ...(engine === 'components' ? { locals: [] } : {}) };
};

/** What the checker says of a function that changes its arguments. The values that it keeps show the change, too, but not whose it is. */
const CHANGES = 'changes what it is given';

/** The differences of a report on a model that breaks the contract. */
const rogueDifferences = async (
  rogue: Rogue,
  recipe: Recipe,
  way: Way,
  file: string,
): Promise<ReadonlyArray<ReportDifference>> => {
  const result = await run(recipe, rogue.built, way, file);
  if (putBack()) return [{ what: 'not put back', details: 'what the model changed of JavaScript was not put back' }];
  if (result.kind === 'error') {
    const { name, message, stack = '' } = result.error;
    if (name !== 'CheckerError') return [{ what: `rogue: ${name}`, details: stack }];
    // Where not each call is made on copies, a change may be found in what the search keeps, or reach another function, which then throws.
    const isNamed = rogue.what !== CHANGES || way.audit !== 'all' || message.includes(CHANGES) || message.includes(' threw ');
    return isNamed
      ? []
      : [{ what: 'not named', details: `a model that ${CHANGES} is refused, and no function is named: ${message}` }];
  }
  const { report } = result.reports.at(-1)!;
  // A search may end at a violation, before it comes to the place where the model misbehaves.
  if (report.stop.kind !== 'complete' || report.verdict === 'violated') return [];
  return [{ what: 'not refused', details: `a model that ${rogue.what} is not refused: it is said to be ${report.verdict}` }];
};

/** Tries a model that breaks the contract at one place. */
const tryRogue = async (dice: Dice, model: ExploredModel, file: string): Promise<ModelFinding | undefined> => {
  const { recipe, world } = model;
  if (recipe.spoiled === true || world.model.key !== undefined || isDeep(recipe) || progressFalls(world)) return undefined;
  const rogue = rogueOf(dice, builtOf(recipe), world);
  if (rogue === undefined) return undefined;
  const way = wholeWay(dice, model);
  // Other engines than the component engine never call a guard.
  if (rogue.what.startsWith('has a guard') && way.engine !== 'components') return undefined;
  // Depth first, the component engine may come to the later place before it asks for the step at the first one.
  if (rogue.what === KEEPS && way.engine === 'components' && way.search === 'dfs') return undefined;
  const differences = await rogueDifferences(rogue, recipe, way, file);
  return differences.length === 0 ? undefined : { recipe, way, differences, rogue: rogue.what };
};

/** With one model in this many a further one is tried, of a kind that the usual dice make too seldom. */
const SELDOM_ONE_IN = 2;

/** Tries a model of such a kind. It has dice of its own, so that the model of a seed does not depend on it. */
const trySeldom = async (dice: Dice, file: string): Promise<ModelFinding | undefined> => {
  const made = anySeldom(dice);
  const model = made && explored(made.recipe, MOST_IN_A_SMALL_ONE);
  if (made === undefined || model === undefined) return undefined;
  const differences = await differencesOf(model, made.way, file);
  return differences.length === 0 ? undefined : { ...made, differences };
};

/** Tries the model of a seed. */
export const attempt = async (seed: number, file: string): Promise<Attempt> => {
  const { recipe, model } = madeFrom(seed);
  if (model === undefined) return { ways: [], states: 0, finding: undefined };
  const states = model.world.nodes.size;
  const extent = { size: Math.max(1, states), depth: depthOf(model.world) };
  const tried: Way[] = [];
  for (const way of anyWays(diceOf(seed ^ 0x5bd1e995), recipe, extent)) {
    tried.push(way);
    const differences = await differencesOf(model, way, file);
    if (differences.length > 0) return { ways: tried, states, finding: { recipe, way, differences } };
  }
  const dice = diceOf(seed ^ 0x2545f491);
  const rogue = dice.oneIn(ROGUE_ONE_IN) ? await tryRogue(dice, model, file) : undefined;
  const others = diceOf(seed ^ 0x1b873593);
  const finding = rogue ?? (others.oneIn(SELDOM_ONE_IN) ? await trySeldom(others, file) : undefined);
  return { ways: tried, states, finding };
};

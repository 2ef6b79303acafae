/** One model: made from a seed, explored by the oracle, checked in several ways, compared. */
import { diceOf } from './dice.js';
import { anyComponents } from './make/component.js';
import { anyPlain } from './make/plain.js';
import { spoiled } from './make/spoil.js';
import { componentMachine, plainMachine, worldOf, type World } from './oracle/world.js';
import { builtOf, type Built, type Recipe } from './recipe/recipe.js';
import { faultsOf, progressFalls, type Fault } from './ways/compare.js';
import { run } from './ways/run.js';
import { anyWays, type Way } from './ways/way.js';

/** More states than these are too many for an oracle that keeps all of them in sight. */
const MOST_STATES = 2500;
/** But for a chain, where each state has one or two steps. */
const MOST_IN_A_CHAIN = 80_000;

/** A model in which a way of the checker differs from the truth. */
export interface Finding {
  readonly recipe: Recipe;
  readonly way: Way;
  /** At least one. */
  readonly faults: ReadonlyArray<Fault>;
}

/** What was tried of one seed. */
export interface Attempt {
  readonly ways: number;
  readonly states: number;
  readonly finding: Finding | undefined;
}

const machineOf = (built: Built) => (built.form === 'plain' ? plainMachine(built.model) : componentMachine(built.model));

const isDeep = (recipe: Recipe): boolean =>
  recipe.form === 'plain' ? recipe.chain.length > 0 : recipe.domains.some(({ count }) => count !== undefined);

/** The whole graph of a recipe's model, or undefined where it is too large. */
export const explored = (recipe: Recipe): World | undefined =>
  worldOf(machineOf(builtOf(recipe)), isDeep(recipe) ? MOST_IN_A_CHAIN : MOST_STATES);

/** In which way the progress that a step lowers is noticed. */
const asserts = ({ engine, search }: Way): boolean =>
  engine === 'components' || engine === 'threads' || (engine === 'plain' && search === 'sweep');

/** In what the checker differs from the truth in one way. */
export const differences = async (recipe: Recipe, world: World, way: Way, file: string): Promise<ReadonlyArray<Fault>> => {
  const result = await run(recipe, builtOf(recipe), way, file);
  const falls = asserts(way) && progressFalls(world);
  const isDoubtful = recipe.spoiled === true && (way.symmetry === true || way.normalize === true);
  if (result.kind === 'error') {
    const { name, message } = result.error;
    if (falls && message.includes('lowers the progress')) return [];
    // What is none may be refused, and what is one is not looked at here.
    if (isDoubtful && name === 'CheckerError') return [];
    return [{ what: `${name}: ${message.replace(/\d+/g, 'N').slice(0, 60)}`, details: result.error.stack ?? message }];
  }
  const whole = result.reports.at(-1)!.report.stop.kind === 'complete';
  if (falls && whole && !isDoubtful) return [{ what: 'progress', details: 'a step lowers the progress, and no error says so' }];
  return result.reports.flatMap(({ way: part, report }) => faultsOf(world, part, report, isDoubtful));
};

const REROLLS = 3;
/** One in so many models has reductions that are perhaps none. */
const SPOILED_ONE_IN = 5;
/** With fewer states than these little can happen. */
const FEW_STATES = 4;

interface Made {
  readonly recipe: Recipe;
  /** Undefined: too large. */
  readonly world: World | undefined;
}

/** The model of a seed; of those that the dice give, seldom one with next to no states. */
export const madeFrom = (seed: number): Made => {
  const dice = diceOf(seed);
  for (let roll = 1; ; roll++) {
    const made = dice.oneIn(3) ? anyPlain(dice) : anyComponents(dice);
    const recipe = dice.oneIn(SPOILED_ONE_IN) ? spoiled(dice, made) : made;
    const world = explored(recipe);
    if (roll > REROLLS || world === undefined || world.nodes.size >= FEW_STATES || dice.oneIn(20)) return { recipe, world };
  }
};

/** Tries the model of a seed. */
export const attempt = async (seed: number, file: string): Promise<Attempt> => {
  const { recipe, world } = madeFrom(seed);
  if (world === undefined) return { ways: 0, states: 0, finding: undefined };
  const states = world.nodes.size;
  const depth = [...world.nodes.values()].at(-1)?.depth ?? 0;
  let tried = 0;
  for (const way of anyWays(diceOf(seed ^ 0x5bd1e995), recipe, { size: Math.max(1, states), depth })) {
    tried++;
    const faults = await differences(recipe, world, way, file);
    if (faults.length > 0) return { ways: tried, states, finding: { recipe, way, faults } };
  }
  return { ways: tried, states, finding: undefined };
};

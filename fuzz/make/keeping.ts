/** Models of which a function keeps what it saw, and answers otherwise from then on. Only a call that is made again much later shows it. */
import type { ComponentModel, Interaction, Model } from '#bayou/checker/model.js';
import type { Dice } from '../dice.js';
import { canon } from '../oracle/text.js';
import type { OracleGraph, StateNode } from '../oracle/world.js';
import type { GivenValues } from './misdeeds.js';
import { localsAt, pickOf } from './places.js';

export const KEEPS = 'keeps what it saw';

/** A function that gives `other()` at the place, once it has been asked about another place. */
const keeping = <F extends (...args: never) => unknown>(
  run: F,
  isThere: (args: GivenValues) => boolean,
  isLater: (args: GivenValues) => boolean,
  other: () => unknown,
): F => {
  let hasSeen = false;
  return ((...args: GivenValues) => {
    hasSeen ||= isLater(args);
    return hasSeen && isThere(args) ? other() : run(...(args as never));
  }) as unknown as F;
};

/** The only initial node, and another one to which only its steps lead. */
const firstAndLater = (dice: Dice, { initial, nodes }: OracleGraph): readonly [StateNode, StateNode] | undefined => {
  const [first, ...others] = initial;
  const isLive = ({ isWithin, arcs }: StateNode): boolean => isWithin && arcs.length > 0;
  const later = pickOf(
    dice,
    [...nodes.values()].filter((node) => node !== first && isLive(node)),
  );
  return first === undefined || later === undefined || others.length > 0 || !isLive(first) ? undefined : [first, later];
};

/** A plain model whose `next` keeps what it saw. */
export const keepingPlain = (
  dice: Dice,
  model: Model<unknown, unknown>,
  world: OracleGraph,
): Model<unknown, unknown> | undefined => {
  const places = firstAndLater(dice, world);
  if (places === undefined) return undefined;
  const [isFirst, isLater] = places.map(
    ({ text }) =>
      ([state]: GivenValues): boolean =>
        canon(state) === text,
  );
  return { ...model, next: keeping(model.next, isFirst!, isLater!, () => undefined) };
};

const isEnabledAt = (model: ComponentModel, { slots, guard, step }: Interaction, node: StateNode): boolean =>
  guard?.holds(...(localsAt(model, guard.slots, node) as never)) !== false &&
  step(...(localsAt(model, slots, node) as never)).length > 0;

/** A component model of which one step keeps what it saw. */
export const keepingComponents = (dice: Dice, model: ComponentModel, world: OracleGraph): ComponentModel | undefined => {
  const places = firstAndLater(dice, world);
  const chosen = pickOf(
    dice,
    model.interactions.filter(
      (one) => one.query === undefined && places?.every((node) => isEnabledAt(model, one, node)) === true,
    ),
  );
  if (places === undefined || chosen === undefined) return undefined;
  const [first, later] = places.map((node) => canon(localsAt(model, chosen.slots, node)));
  if (first === later) return undefined;
  const [isFirst, isLater] = [first, later].map(
    (text) =>
      (args: GivenValues): boolean =>
        canon(args) === text,
  );
  const step = keeping(chosen.step, isFirst!, isLater!, () => []);
  return { ...model, interactions: model.interactions.map((one) => (one === chosen ? { ...one, step } : one)) };
};

/** Parts that random models of both interfaces share. */
import type { Fairness } from '#bayou/checker/model.js';
import type { Dice } from '../dice.js';

/** Draws the number of states of a small model: mostly few, sometimes more. */
export const sizeOf = (dice: Dice): number => (dice.oneIn(8) ? 15 + dice.below(40) : 2 + dice.below(14));

/** All orders of `count` things. */
export const orders = (count: number): ReadonlyArray<ReadonlyArray<number>> =>
  count === 0
    ? [[]]
    : orders(count - 1).flatMap((order) =>
        Array.from({ length: count }, (_, at) => [...order.slice(0, at), count - 1, ...order.slice(at)]),
      );

/** A fairness class of this name: strong, or weak in one of its two notations. */
export const fairnessOf = (dice: Dice, name: string): Fairness => {
  if (dice.oneIn(2)) return { name, strong: true };
  return dice.oneIn(4) ? { name, strong: false } : name;
};

const KINDS = [
  'always',
  'alwaysStep',
  'sometimes',
  'sometimesStep',
  'noDeadlock',
  'eventually',
  'leadsTo',
  'eventuallyAlways',
] as const;

export type ClaimKind = (typeof KINDS)[number];

/** Draws kinds of properties, often several of one kind. */
export const anyKinds = (dice: Dice): ReadonlyArray<ClaimKind> => {
  const kinds: ClaimKind[] = [];
  for (let left = 1 + dice.below(6); left > 0; left--)
    kinds.push(kinds.length > 0 && dice.oneIn(3) ? dice.pick(kinds) : dice.pick(KINDS));
  return kinds;
};

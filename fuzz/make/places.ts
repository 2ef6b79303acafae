/** The places where a model may be made to misbehave. */
import type { ComponentModel, Slot } from '#bayou/checker/model.js';
import type { Dice } from '../dice.js';
import type { StateNode } from '../oracle/world.js';
import type { GivenValues } from './misdeeds.js';

export const pickOf = <T>(dice: Dice, items: ReadonlyArray<T>): T | undefined =>
  items.length === 0 ? undefined : dice.pick(items);

/** The values of slots in a state. */
export const localsAt = ({ slots }: ComponentModel, wanted: ReadonlyArray<Slot<unknown>>, { state }: StateNode): GivenValues =>
  wanted.map((slot) => (state as GivenValues)[slots.indexOf(slot)]);

/** Makes a digest of what a plain model does on some walks. A changed model is recognised by it. */
import { createHash } from 'node:crypto';
import type { Model, Property } from '../model.js';
import { random } from '../random.js';
import { showLabel } from '../report.js';
import { encode } from '../values/encode.js';

/** The number of walks, and the most steps of each. */
const WALKS = 10;
const LENGTH = 30;

/** Evaluates a property on a state. */
const onState = <S, A>(property: Property<S, A>, state: S): ReadonlyArray<boolean> => {
  switch (property.kind) {
    case 'alwaysStep':
    case 'sometimesStep':
      return [];
    case 'leadsTo':
      return [property.from(state), property.to(state)];
    case 'noDeadlock':
      return [property.final?.(state) === true];
    default:
      return [property.holds(state)];
  }
};

const onStep = <S, A>(property: Property<S, A>, state: S, action: A, next: S): ReadonlyArray<boolean> =>
  property.kind === 'alwaysStep' || property.kind === 'sometimesStep' ? [property.holds(state, action, next)] : [];

/**
 * Makes the digest on seeded random walks: for each state every step with the state after it, and what the properties say. It cannot tell every
 * change, but most.
 */
export const signatureOf = <S, A>(model: Model<S, A>, properties: ReadonlyArray<Property<S, A>>): string => {
  const digest = createHash('sha256');
  const pick = random(1);
  const key = model.key ?? encode;
  const tell = (what: unknown): void => void digest.update(JSON.stringify(what));
  const isBeyond = (state: S): boolean => model.boundary?.(state) === false;

  const stepsFrom = (state: S): ReadonlyArray<S> => {
    tell([key(state), isBeyond(state), properties.map((property) => onState(property, state))]);
    if (isBeyond(state)) return [];
    return model.actions(state).flatMap((action) => {
      const next = model.next(state, action);
      if (next === undefined) return [];
      tell([showLabel(model.label(action)), key(next), properties.map((property) => onStep(property, state, action, next))]);
      return [next];
    });
  };

  for (let walk = 0; walk < WALKS && model.initial.length > 0; walk++) {
    let choices = model.initial;
    for (let step = 0; step < LENGTH && choices.length > 0; step++) choices = stepsFrom(choices[pick(choices.length)]!);
  }
  return digest.digest('hex');
};

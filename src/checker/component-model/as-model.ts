/**
 * Turns a {@link ComponentModel} into a plain {@link Model}: the tuple of the components' values is the state, and every outcome of an
 * interaction is an action. It is slow and obvious, so it is the oracle of the component engine. What works on plain models (stepping,
 * simulation, liveness, traces) works on component models through it.
 */
import { remade, trust } from '../contract/guard.js';
import { oneForm } from '../values/one-form.js';
import { contractedComponents } from '../contract/validate.js';
import { fault } from '../contract/model-faults.js';
import type { ComponentModel, Model } from '../model.js';
import { showLabel } from '../report.js';
import { call, type Tuple } from './apply.js';
import { stepWays, tupleModel, type ComponentAction, type StepFunction } from './tuples.js';

/** Gives the ways in which an interaction may go. There must be none where its guard is false. */
export const waysOf: StepFunction = (interaction, locals) => {
  const { guard, slots, label } = interaction;
  const ways = stepWays(interaction, locals);
  if (guard === undefined || ways.length === 0) return ways;
  const isAllowed = call(
    guard.holds,
    guard.slots.map((slot) => locals[slots.indexOf(slot)]),
  );
  if (!isAllowed) throw fault(`${showLabel(label)} is enabled where its guard is false`);
  return ways;
};

/** Brings the components of states into their one form. (A model with a `key` says itself what is equal.) */
const inOneForm = (tuples: Model<Tuple, ComponentAction>): Model<Tuple, ComponentAction> => ({
  ...tuples,
  initial: tuples.initial.map(oneForm),
  next: (state, action) => tuples.next(state, action)?.map((local, at) => (Object.is(local, state[at]) ? local : oneForm(local))),
});

/**
 * Gives the plain model of a component model, with guards.
 *
 * @throws CheckerError (`model`) for what is no component model.
 */
export const toModel = (given: ComponentModel): Model<Tuple, ComponentAction> => remade(() => tuplesOf(given));

const tuplesOf = (given: ComponentModel): Model<Tuple, ComponentAction> => {
  const { model, audit } = contractedComponents(given);
  const tuples = tupleModel(model, waysOf);
  return trust(model.key === undefined ? inOneForm(tuples) : tuples, audit);
};

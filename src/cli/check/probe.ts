/**
 * A model's functions, called once at its initial states: what they give must be of the shape that the checker asks for. A promise is true,
 * so an `async` property would hold for ever; here it is refused before the search.
 */
import * as E from 'fp-ts/lib/Either.js';
import type * as t from 'io-ts/lib/index.js';
import { call } from '../../checker/adapt.js';
import type { ComponentModel, ComponentProperty, Interaction, Model, Predicate, Property } from '../../checker/interface.js';
import { actions, decode, label, number, optionalText, outcomes, text, texts, value, yesOrNo, type Decoded } from './shape.js';
import { UsageError } from '../exit.js';

/** How many initial states are looked at, and how many actions of each. */
const STATES = 10;
const ACTIONS = 20;

/** Where our own code is. */
const OURS = new URL('../..', import.meta.url).href;

/** What went wrong in a model, and where, if that is in code which is not ours. */
export const faultOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const frames = (error.stack ?? '').split('\n').filter((line) => line.startsWith('    at '));
  const places = frames.map((line) => /(?:\(|at |async )((?:file:\/\/)?\/[^()]+:\d+:\d+)\)?$/.exec(line)?.[1] ?? '');
  const place = places.find((at) => at !== '' && !at.startsWith(OURS));
  const what = `${error.name}: ${error.message.split('\n')[0] ?? ''}`;
  return place === undefined ? what : `${what} (${place.replace('file://', '')})`;
};

/** The result of a call, which must be what a codec says. @throws UsageError with one line. */
const result = <T>(where: string, codec: t.Mixed, run: () => T): T => {
  let given: T;
  try {
    given = run();
  } catch (error) {
    throw new UsageError(`${where} threw ${faultOf(error)}`);
  }
  const decoded = decode(codec, given);
  if (E.isLeft(decoded)) throw new UsageError(`what ${where} gives: ${decoded.left}`);
  return given;
};

// --- plain models ----------------------------------------------------------------------------------------------------------

const stateProperty = <S, A>(where: string, property: Property<S, A>, state: S): void => {
  switch (property.kind) {
    case 'leadsTo':
      result(`${where}.from`, yesOrNo, () => property.from(state));
      result(`${where}.to`, yesOrNo, () => property.to(state));
      return;
    case 'noDeadlock':
      if (property.final !== undefined) result(`${where}.final`, yesOrNo, () => property.final!(state));
      return;
    case 'alwaysStep':
    case 'sometimesStep':
      return;
    default:
      result(`${where}.holds`, yesOrNo, () => property.holds(state));
  }
};

const plainStep = <S, A>(model: Model<S, A>, state: S, action: A): void => {
  result('label', label, () => model.label(action));
  if (model.fairness !== undefined) result('fairness', optionalText, () => model.fairness!(action));
  const next = result('next', value, () => model.next(state, action));
  if (next === undefined) return;
  if (model.note !== undefined) result('note', optionalText, () => model.note!(state, action, next));
  model.properties.forEach((property, i) => {
    if (property.kind === 'alwaysStep' || property.kind === 'sometimesStep')
      result(`properties[${i}].holds`, yesOrNo, () => property.holds(state, action, next));
  });
};

const plainState = <S, A>(model: Model<S, A>, state: S): void => {
  const { key, show, boundary, normalize, symmetry = [] } = model;
  if (key !== undefined) result('key', text, () => key(state));
  if (show !== undefined) result('show', texts, () => show(state));
  if (boundary !== undefined) result('boundary', yesOrNo, () => boundary(state));
  if (normalize !== undefined) result('normalize', value, () => normalize(state));
  symmetry.forEach((permutation, i) => result(`symmetry[${i}]`, value, () => permutation(state)));
  model.properties.forEach((property, i) => stateProperty(`properties[${i}]`, property, state));
  for (const action of result('actions', actions, () => model.actions(state)).slice(0, ACTIONS)) plainStep(model, state, action);
};

// --- component models ------------------------------------------------------------------------------------------------------

const initialOf = (slots: Predicate['slots']): ReadonlyArray<unknown> => slots.map(({ initial }) => initial);

const predicate = (where: string, { slots, holds }: Predicate): void => {
  result(`${where}.holds`, yesOrNo, () => call(holds, initialOf(slots)));
};

const predicates = (where: string, all: ReadonlyArray<Predicate> = []): void => {
  all.forEach((one, i) => predicate(`${where}[${i}]`, one));
};

const componentProperty = (where: string, property: ComponentProperty): void => {
  switch (property.kind) {
    case 'alwaysStep':
    case 'sometimesStep':
      return;
    case 'leadsTo':
      predicates(`${where}.from`, property.from);
      predicates(`${where}.to`, property.to);
      return;
    case 'noDeadlock':
      predicates(`${where}.final`, property.final);
      return;
    default:
      predicates(`${where}.over`, property.over);
  }
};

const interaction = (where: string, { slots, writes, step, guard }: Interaction): void => {
  const beyond = writes.find((write) => write >= slots.length);
  if (beyond !== undefined) throw new UsageError(`${where}.writes: there is no slot ${beyond}, only ${slots.length} from 0`);
  for (const { next } of result(`${where}.step`, outcomes, () => call(step, initialOf(slots)))) {
    if (next.length !== slots.length)
      throw new UsageError(`what ${where}.step gives: next has ${next.length} local states for ${slots.length} slots`);
  }
  if (guard !== undefined) predicate(`${where}.guard`, guard);
};

const components = ({ slots, interactions, properties, boundary, key, show, progress, normalize }: ComponentModel): void => {
  for (const { kind, initial } of slots) {
    if (key !== undefined) result('key', text, () => key(kind, initial as never));
    if (show !== undefined) result('show', text, () => show(kind, initial as never));
    if (progress !== undefined) result('progress', number, () => progress(kind, initial as never));
    if (normalize !== undefined) result('normalize', value, () => normalize(kind, initial as never));
  }
  predicates('boundary', boundary);
  properties.forEach((property, i) => componentProperty(`properties[${i}]`, property));
  interactions.forEach((one, i) => interaction(`interactions[${i}]`, one));
};

// --- both ------------------------------------------------------------------------------------------------------------------

/** Calls what can be called of a model at its initial states. @throws UsageError with one line: which function, and what is wrong. */
export const probe = (decoded: Decoded): void => {
  if (decoded.level === 'components') components(decoded.model);
  else for (const state of decoded.model.initial.slice(0, STATES)) plainState(decoded.model, state);
};

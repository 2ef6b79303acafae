/** Decides whether a value is a model. The library and the command have one rule. */
import * as E from 'fp-ts/lib/Either.js';
import type { ComponentModel, Interaction, Model, Permutation, Predicate, Slot } from '../model.js';
import { initialStates, predicatesOf } from '../component-model/apply.js';
import { showLabel } from '../report.js';
import { CheckerError } from '../error.js';
import { Audit } from './audit.js';
import { guardedComponents } from './guard-components.js';
import { auditOf, guardedModel } from './guard.js';
import { decodeModel } from './model-shape.js';
import { fault, describe } from './model-faults.js';

// --- slots -----------------------------------------------------------------------------------------------------------------

type Slots = ReadonlyArray<Slot<unknown>>;

const mustList = (model: ComponentModel, where: string, slots: Slots): void => {
  const strange = slots.find((slot) => !model.slots.includes(slot));
  if (strange !== undefined) throw fault(`${where} names the slot ${strange.name}, which the model does not list`);
};

const mustMeet = (model: ComponentModel, { label, slots, writes, guard, query }: Interaction, where: string): void => {
  const name = showLabel(label);
  mustList(model, name, slots);
  if (new Set(slots).size < slots.length) throw fault(`${name} names a slot twice`);
  const beyond = writes.find((write) => write >= slots.length);
  if (beyond !== undefined) throw fault(`${where}.writes: there is no slot ${beyond}, only ${slots.length} from 0`);
  if (query !== undefined && (slots.length < 2 || writes.join() !== '0'))
    throw fault(`${name} is a query: it has a requester, a replier, and writes the requester alone`);
  const strange = guard?.slots.find((slot) => !slots.includes(slot));
  if (strange !== undefined) throw fault(`${name} has a guard over the slot ${strange.name}, which is not one of its own`);
};

const allPredicates = (model: ComponentModel): ReadonlyArray<readonly [where: string, predicates: ReadonlyArray<Predicate>]> => [
  ['the boundary', model.boundary ?? []],
  ...model.properties.map((property) => [property.name, predicatesOf(property)] as const),
];

/** Refuses a permutation that does not move each slot to a slot of the same kind, each to another one. */
const mustPermute = ({ slots }: ComponentModel, { name, slotTo }: Permutation): void => {
  if (slotTo.length !== slots.length || new Set(slotTo).size < slots.length || slotTo.some((to) => to >= slots.length))
    throw fault(`the permutation ${name} does not map the slots one to one`);
  const strange = slots.findIndex(({ kind }, i) => slots[slotTo[i]!]!.kind !== kind);
  if (strange === -1) return;
  const [from, to] = [slots[strange]!, slots[slotTo[strange]!]!];
  throw fault(`the permutation ${name} moves ${from.name} to ${to.name}, which is of another kind`);
};

/** Refuses an initial state that names a slot which the model does not have. */
const mustBegin = ({ slots, initial = [] }: ComponentModel): void =>
  initial.forEach((given, i) => {
    const strange = Object.keys(given).find((name) => !slots.some((slot) => slot.name === name));
    if (strange !== undefined)
      throw fault(`initial[${i}].${strange}: there is no such slot; the slots are ${slots.map(({ name }) => name).join(', ')}`);
  });

const mustFit = (model: ComponentModel): void => {
  mustBegin(model);
  for (const permutation of model.symmetry ?? []) mustPermute(model, permutation);
  model.interactions.forEach((interaction, i) => mustMeet(model, interaction, `interactions[${i}]`));
  for (const [where, predicates] of allPredicates(model)) for (const { slots } of predicates) mustList(model, where, slots);
};

// --- operations ------------------------------------------------------------------------------------------------------------

const mustDecode = (model: unknown, level: 'plain' | 'components'): void => {
  const decoded = decodeModel(model);
  if (E.isLeft(decoded)) throw fault(decoded.left);
  if (decoded.right.level === level) return;
  throw fault(
    level === 'plain'
      ? 'this is a ComponentModel: check it with checkComponents, or toModel'
      : 'this is a Model, without components',
  );
};

/** Refuses what is no plain model. @throws CheckerError (`model`) with one line: what is wrong with it, and what is expected. */
const mustBePlainModel = (model: unknown): void => mustDecode(model, 'plain');

/** Refuses what is no component model. @throws CheckerError (`model`). */
export const mustBeComponentModel = (model: ComponentModel): void => {
  mustDecode(model, 'components');
  mustFit(model);
};

/** The options that say how much is audited. */
interface HowMuch {
  readonly audit?: boolean;
}

const auditsAll = (options: HowMuch): boolean => {
  if (typeof options !== 'object' || (options as unknown) === null || Array.isArray(options))
    throw new CheckerError('option', `expected options, but it is ${describe(options)}`);
  return options.audit === true;
};

/**
 * Checks a plain model, and gives it with its guards and with their audit, for a search from its beginning. @throws CheckerError
 * (`model`).
 */
export const contracted = <S, A>(
  model: Model<S, A>,
  search?: HowMuch,
): { readonly model: Model<S, A>; readonly audit: Audit } => {
  mustBePlainModel(model);
  const audit = auditOf(model) ?? new Audit(model.key !== undefined, model.initial);
  if (search !== undefined) audit.begin(auditsAll(search));
  return { model: guardedModel(model, audit), audit };
};

/** Does the same for a component model. @throws CheckerError (`model`). */
export const contractedComponents = (
  model: ComponentModel,
  search?: HowMuch,
): { readonly model: ComponentModel; readonly audit: Audit } => {
  mustBeComponentModel(model);
  const audit = auditOf(model) ?? new Audit(model.key !== undefined, initialStates(model).flat());
  if (search !== undefined) audit.begin(auditsAll(search));
  return { model: guardedComponents(model, audit), audit };
};

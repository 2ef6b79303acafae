/**
 * Models that break the contract of models at one place. A search that comes to the place must refuse the model in one line, and report no property as
 * holding. The place is a state; of a component model, the values that an interaction reads in it.
 */
import type {
  AnyQuery,
  ComponentModel,
  Interaction,
  Label,
  Model,
  Outcome,
  Predicate,
  ReplyOutcome,
  Slot,
} from '#bayou/checker/model.js';
import type { Dice } from '../dice.js';
import { truths } from '../oracle/judge.js';
import { canon } from '../oracle/text.js';
import type { StateNode, OracleGraph } from '../oracle/world.js';
import type { BuiltModel } from '../recipe/recipe.js';
import { KEEPS, keepingComponents, keepingPlain } from './keeping.js';
import { localsAt, pickOf } from './places.js';
import {
  canChange,
  hasEqualParts,
  hiding,
  noBoolean,
  ofIdentity,
  ofSteps,
  TELLS_SHARING,
  unseen,
  type Misbehaviour,
  type GivenValues,
} from './misdeeds.js';

/** A model that misbehaves. */
export interface Rogue {
  /** The misdeed, as a phrase after the model's name: `changes what it is given`. */
  readonly what: string;
  readonly built: BuiltModel;
}

// --- the place ---------------------------------------------------------------------------------------------------------------

/** The function with the misdeed at the place, and unchanged elsewhere. */
const rogue = <F extends (...args: never) => unknown>(run: F, isThere: (args: GivenValues) => boolean, misdeed: Misbehaviour) => {
  let times = 0;
  return ((...args: GivenValues) => {
    const answer = run(...(args as never));
    if (!isThere(args)) return answer;
    // A plain action that is not enabled returns no step. Such an answer is the same each time, so it is not counted.
    if (answer !== undefined) times++;
    return misdeed(args, answer, times);
  }) as unknown as F;
};

const named = <M>(what: string, model: M | undefined): readonly [string, M] | undefined => model && [what, model];

/** A property that holds in every state, so that the checker evaluates it in every state. */
const heldIn = (dice: Dice, world: OracleGraph): string | undefined =>
  pickOf(
    dice,
    truths(world).filter(({ claim, verdict }) => claim.kind === 'always' && verdict === 'holds'),
  )?.claim.name;

/** The misdeeds that the functions of both kinds of models may commit. */
const OF_BOTH = [
  ...Object.keys(ofSteps),
  'gives two answers',
  'gives what cannot be seen',
  'hides something in what it gives',
  'tells equal objects apart',
  TELLS_SHARING,
] as const;

// --- plain -------------------------------------------------------------------------------------------------------------------

type Plain = Model<unknown, unknown>;

/** Finds the place of a misdeed: the given one, or one where a state has equal parts if the misdeed needs them. */
const placeOf = (dice: Dice, what: string, world: OracleGraph, node: StateNode): StateNode => {
  if (what !== TELLS_SHARING) return node;
  return (
    pickOf(
      dice,
      [...world.nodes.values()].filter(({ isWithin, arcs, state }) => isWithin && arcs.length > 0 && hasEqualParts([state])),
    ) ?? node
  );
};

const roguePlain = (dice: Dice, model: Plain, world: OracleGraph, anywhere: StateNode): readonly [string, Plain] | undefined => {
  const what = dice.pick([...OF_BOTH, 'gives no boolean', 'has two labels', KEEPS]);
  if (what === KEEPS) return named(what, keepingPlain(dice, model, world));
  const node = placeOf(dice, what, world, anywhere);
  const isHere = ([state]: GivenValues): boolean => canon(state) === node.text;
  const next = (misdeed: Misbehaviour): Plain => ({ ...model, next: rogue(model.next, isHere, misdeed) });
  if (what === 'gives no boolean') {
    const name = heldIn(dice, world);
    const wrong = dice.pick(noBoolean);
    const properties = model.properties.map((property) =>
      property.name === name && property.kind === 'always'
        ? { ...property, holds: rogue(property.holds, isHere, () => wrong) }
        : property,
    );
    return name === undefined ? undefined : [what, { ...model, properties }];
  }
  // The misdeed needs a step at the place.
  if (!node.isWithin || node.arcs.length === 0) return undefined;
  if (what === 'changes what it is given' && !canChange(node.state)) return undefined;
  if (what === 'has two labels') {
    const other = rogue(
      model.label,
      () => true,
      (_, answer, times) => (times === 1 ? answer : { ...(answer as Label), args: ['other'] }),
    );
    return [what, { ...model, label: other }];
  }
  if (what === 'gives two answers') return [what, next((_, answer, times) => (times === 1 ? answer : undefined))];
  if (what === 'gives what cannot be seen') {
    const make = dice.pick(unseen);
    return [what, next((_, answer) => (answer === undefined ? undefined : make()))];
  }
  if (what === 'hides something in what it gives') {
    const hide = dice.pick(hiding);
    const states = node.arcs.map(({ to }) => to.state);
    return states.every(canChange)
      ? [what, next((_, answer) => (canChange(answer) ? hide(answer as object) : answer))]
      : undefined;
  }
  const misdeed = ofSteps[what] ?? ofIdentity([node.state], () => undefined)[what];
  return misdeed && [what, next(misdeed)];
};

// --- components --------------------------------------------------------------------------------------------------------------

type Outcomes = ReadonlyArray<Outcome<ReadonlyArray<Slot<unknown>>>>;

/** Changes one value of each outcome, of a slot that is written or of one that is not. */
const changing =
  (at: number, change: (value: unknown) => unknown): Misbehaviour =>
  (_, answer) =>
    (answer as Outcomes).map((outcome) => ({ ...outcome, next: outcome.next.with(at, change(outcome.next[at])) }));

/** Hides something in one written value of each outcome; undefined where that value has no parts to hide something beside. */
const hidingIn = (dice: Dice, { writes, step }: Interaction, locals: GivenValues): Misbehaviour | undefined => {
  const outcomes = step(...(locals as never));
  const at = pickOf(
    dice,
    writes.filter((i) => outcomes.every(({ next }) => canChange(next[i]))),
  );
  const hide = dice.pick(hiding);
  return at === undefined ? undefined : changing(at, (value) => hide(value as object));
};

const misdeedIn = (dice: Dice, what: string, interaction: Interaction, locals: GivenValues): Misbehaviour | undefined => {
  const { writes, slots } = interaction;
  switch (what) {
    case 'hides something in what it gives':
      return hidingIn(dice, interaction, locals);
    case 'gives two answers':
      return (_, answer, times) => (times === 1 ? answer : []);
    case 'gives what cannot be seen': {
      const at = pickOf(dice, writes);
      const make = dice.pick(unseen);
      return at === undefined ? undefined : changing(at, make);
    }
    case 'writes what it only reads': {
      const at = slots.findIndex((_, i) => !writes.includes(i));
      return at < 0 ? undefined : changing(at, () => 'written');
    }
    default:
      if (what === 'changes what it is given' && !locals.some(canChange)) return undefined;
      return ofSteps[what] ?? ofIdentity(locals, () => [])[what];
  }
};

const PARTS = ['request', 'reply', 'receive'] as const;
type QueryPart = (typeof PARTS)[number];
type ReplyOutcomes = ReadonlyArray<ReplyOutcome<unknown>>;

/** The values in what a part of a query gives: the message, or the values of the outcomes. */
const valuesFrom = (part: QueryPart, given: unknown): GivenValues =>
  part === 'receive' ? (given as ReplyOutcomes).map(({ next }) => next) : [given];

/** Changes each of these values. */
const changingPart =
  (part: QueryPart, change: (value: unknown) => unknown): Misbehaviour =>
  (_, answer) =>
    part === 'receive' ? (answer as ReplyOutcomes).map((way) => ({ ...way, next: change(way.next) })) : change(answer);

/** The parts of a query, each with what it is given at the place, where each gives something. */
const partsAt = (
  { request, reply, receive }: AnyQuery,
  [requester, replier]: GivenValues,
): Readonly<Record<QueryPart, GivenValues>> | undefined => {
  const asked: unknown = request(requester as never);
  const replied: unknown = asked === undefined ? undefined : reply(replier as never, asked as never);
  const isEnabled = replied !== undefined && receive(requester as never, replied as never).length > 0;
  return isEnabled ? { request: [requester], reply: [replier, asked], receive: [requester, replied] } : undefined;
};

/** A query of which one part misbehaves at the place; undefined where the query is not enabled there, or has no such misdeed. */
const rogueQuery = (
  dice: Dice,
  what: string,
  { query, guard, slots }: Interaction,
  at: (slots: ReadonlyArray<Slot<unknown>>) => GivenValues,
): AnyQuery | undefined => {
  const parts = guard !== undefined && !guard.holds(...(at(guard.slots) as never)) ? undefined : partsAt(query!, at(slots));
  if (parts === undefined) return undefined;
  const part = dice.pick(PARTS);
  const args = parts[part];
  const text = canon(args);
  const given: unknown = (query![part] as (...of: GivenValues) => unknown)(...args);
  const make = dice.pick(unseen);
  const hide = dice.pick(hiding);
  // A message that has a key need not be seen into.
  const isSeen = part === 'receive' || query![`${part}Key`] === undefined;
  const misdeeds: Readonly<Record<string, Misbehaviour | undefined>> = {
    ...ofSteps,
    ...ofIdentity(args, () => (part === 'receive' ? [] : undefined)),
    'hides something in what it gives':
      isSeen && valuesFrom(part, given).every(canChange) ? changingPart(part, (value) => hide(value as object)) : undefined,
    'changes what it is given': args.some(canChange) ? ofSteps['changes what it is given'] : undefined,
    'gives two answers': (_, answer, times) => (times === 1 ? answer : part === 'receive' ? [] : undefined),
    'gives what cannot be seen': isSeen ? changingPart(part, make) : undefined,
  };
  const misdeed = misdeeds[what];
  return misdeed && { ...query!, [part]: rogue(query![part] as never, (given) => canon(given) === text, misdeed) };
};

const rogueComponents = (
  dice: Dice,
  model: ComponentModel,
  world: OracleGraph,
  node: StateNode,
): readonly [string, ComponentModel] | undefined => {
  const what = dice.pick([
    ...OF_BOTH,
    'writes what it only reads',
    'gives no boolean',
    'has a guard that says no where it is enabled',
    KEEPS,
  ]);
  if (what === KEEPS) return named(what, keepingComponents(dice, model, world));
  const isHere = (wanted: ReadonlyArray<Slot<unknown>>): ((args: GivenValues) => boolean) => {
    const text = canon(localsAt(model, wanted, node));
    return (args) => canon(args) === text;
  };
  const predicate = (of: Predicate, answer: unknown): Predicate => ({
    ...of,
    holds: rogue(of.holds, isHere(of.slots), () => answer),
  });
  if (what === 'gives no boolean') {
    const name = heldIn(dice, world);
    const wrong = dice.pick(noBoolean);
    const properties = model.properties.map((property) =>
      property.name === name && property.kind === 'always'
        ? { ...property, over: property.over.map((one) => predicate(one, wrong)) }
        : property,
    );
    return name === undefined ? undefined : [what, { ...model, properties }];
  }
  const isGuard = what.startsWith('has a guard');
  const enabled = model.interactions.filter(
    ({ query, guard, slots, step }) =>
      query === undefined && (!isGuard || guard !== undefined) && step(...(localsAt(model, slots, node) as never)).length > 0,
  );
  const queries = model.interactions.filter(({ query }) => query !== undefined);
  const asked = !isGuard && node.isWithin && dice.oneIn(2) ? pickOf(dice, queries) : undefined;
  if (asked !== undefined) {
    const query = rogueQuery(dice, what, asked, (wanted) => localsAt(model, wanted, node));
    return (
      query && [what, { ...model, interactions: model.interactions.map((one) => (one === asked ? { ...one, query } : one)) }]
    );
  }
  const chosen = pickOf(dice, enabled);
  if (chosen === undefined || !node.isWithin) return undefined;
  const { slots, guard, step } = chosen;
  const misdeed = isGuard ? undefined : misdeedIn(dice, what, chosen, localsAt(model, slots, node));
  if (!isGuard && misdeed === undefined) return undefined;
  const changed: Interaction =
    misdeed === undefined
      ? { ...chosen, guard: predicate(guard!, false) }
      : { ...chosen, step: rogue(step, isHere(slots), misdeed) };
  return [what, { ...model, interactions: model.interactions.map((one) => (one === chosen ? changed : one)) }];
};

// --- both --------------------------------------------------------------------------------------------------------------------

/** A model with one misdeed at a reachable state; undefined where the dice find no place. */
export const rogueOf = (dice: Dice, built: BuiltModel, world: OracleGraph): Rogue | undefined => {
  const node = dice.pick([...world.nodes.values()]);
  if (built.form === 'plain') {
    const made = roguePlain(dice, built.model, world, node);
    return made && { what: made[0], built: { ...built, model: made[1] } };
  }
  const made = rogueComponents(dice, built.model, world, node);
  return made && { what: made[0], built: { ...built, model: made[1] } };
};

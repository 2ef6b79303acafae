/** Puts a guard before each function of a component model, as `guard.ts` does for a plain one. All searches have the same rule. */
import { call, localsAt, type Tuple } from '../component-model/apply.js';
import { stepOfQuery } from '../component-model/query-step.js';
import { encode } from '../values/encode.js';
import { showLabel } from '../report.js';
import type {
  AnyQuery,
  ComponentModel,
  ComponentProperty,
  Interaction,
  ReplyOutcome,
  Outcome,
  Permutation,
  Predicate,
  Query,
  Slot,
} from '../model.js';
import { type Audit } from './audit.js';
import { auditOf, trust } from './guard.js';
import { componentsNow, initialValues } from './components-now.js';
import { guarded, guardedShown, LOCAL, TEXT, TRUTH, VALUE, VIEW, type CallAudit, type TypeTest } from './guarded-call.js';
import { incomparableIn, mustBeSeenInto } from '../values/incomparable.js';
import { mustBeComparable, toldOn, type MessageKey } from './messages.js';
import { learned, outcomes } from './model-shape.js';
import { comparableText } from './repeated-call.js';
import { inAnyOrder } from './variations.js';
import { fault } from './model-faults.js';

type Outcomes = ReadonlyArray<Outcome<ReadonlyArray<Slot<unknown>>>>;

/** Tests a list of ways, each with a `next`. `isList` says whether `next` is a list. */
const hasNexts = (u: unknown, isList: boolean): boolean => {
  if (!Array.isArray(u)) return false;
  for (const way of u as ReadonlyArray<{ readonly next?: unknown } | null | undefined>) {
    if (typeof way !== 'object' || way === null || !('next' in way) || (isList && !Array.isArray(way.next))) return false;
  }
  return true;
};

const OUTCOMES: TypeTest = { is: (u) => hasNexts(u, true), codec: outcomes };
const LEARNED: TypeTest = { is: (u) => hasNexts(u, false), codec: learned };

/** Gives lists of ways the same text where they lead to the same states and remarks, in whatever order and with whatever notes. */
const alike = (given: unknown): string | undefined => {
  if (incomparableIn(given) !== undefined) return undefined;
  return inAnyOrder(
    (given as ReadonlyArray<ReplyOutcome<unknown>>).map(({ next, violates = [], witnesses = [] }) => [
      next,
      [...violates].sort(),
      [...witnesses].sort(),
    ]),
  );
};

/** Says how the ways of a step are compared. Where they cannot be, `keyed` gives a text for what is next by the model's key. */
const comparedBy = (keyed: ((next: never) => unknown) | undefined): Required<Pick<CallAudit, 'same' | 'alike'>> => {
  if (keyed === undefined) return { same: comparableText, alike };
  const texts = (ways: unknown): ReadonlyArray<string> =>
    (ways as ReadonlyArray<ReplyOutcome<unknown>>).map(({ next, violates = [], witnesses = [] }) =>
      encode([keyed(next as never), [...violates].sort(), [...witnesses].sort()]),
    );
  return {
    same: (ways) => comparableText(ways) ?? texts(ways).join('\n'),
    alike: (ways) => alike(ways) ?? [...texts(ways)].sort().join('\n'),
  };
};

/** Says how messages are compared: those that cannot be are known by their key. */
const messagesBy = (query: AnyQuery, name: MessageKey): Pick<CallAudit, 'same'> => {
  const key = query[name];
  if (key === undefined) return {};
  return { same: (message) => comparableText(message) ?? key(message as never) };
};

/** Wraps each object once, so that interactions that share a query still share it. */
const once = <T extends object>(wrap: (one: T, where: string) => T): ((one: T, where: string) => T) => {
  const known = new Map<T, T>();
  return (one, where) => {
    const wrapped = known.get(one) ?? wrap(one, where);
    known.set(one, wrapped);
    return wrapped;
  };
};

/** Refuses an outcome that names a property which the model does not have, or one of another kind. */
const mustName = ({ properties }: ComponentModel): ((label: string, said: ReplyOutcome<unknown>) => void) => {
  const kinds = new Map<string, ComponentProperty['kind']>(properties.map(({ name, kind }) => [name, kind]));
  const check = (label: string, verb: string, wanted: string, names: ReadonlyArray<string>): void => {
    for (const name of names) {
      const kind = kinds.get(name);
      if (kind === undefined) throw fault(`a step names the property ${name}, which the model does not have`);
      if (kind !== wanted) throw fault(`${label} ${verb} "${name}", which is not ${wanted} but ${kind}`);
    }
  };
  return (label, { violates, witnesses }) => {
    if (violates !== undefined) check(label, 'violates', 'alwaysStep', violates);
    if (witnesses !== undefined) check(label, 'witnesses', 'sometimesStep', witnesses);
  };
};

// --- interactions ----------------------------------------------------------------------------------------------------------

/** Refuses an outcome that changes a slot which the interaction declared as only read. */
const mustLeaveReadSlots = (
  model: ComponentModel,
  interaction: Interaction,
  where: string,
): ((locals: ReadonlyArray<unknown>, ways: Outcomes) => void) => {
  const { slots, writes } = interaction;
  const label = showLabel(interaction.label);
  const says = mustName(model);
  const only = slots.map((_, i) => i).filter((i) => !writes.includes(i));
  const given = model.key?.bind(model);
  const key = (at: number, local: unknown): string => given?.(slots[at]!.kind, local as never) ?? encode(local);
  return (locals, ways) => {
    for (const way of ways) {
      if (way.next.length !== slots.length)
        throw fault(`what ${where} gives: next has ${way.next.length} local states for ${slots.length} slots`);
      for (const at of only) {
        if (way.next[at] !== locals[at] && key(at, way.next[at]) !== key(at, locals[at]))
          throw fault(`${label} changes ${slots[at]!.name}, which is not among its writes`);
      }
      says(label, way);
    }
  };
};

/** Makes a test of what a function gives: each value in it must be seen into, unless the model's key says what is equal. */
const soundness = (
  { key }: ComponentModel,
  valuesIn: (answer: unknown) => ReadonlyArray<unknown>,
): Partial<Pick<CallAudit, 'mustBe'>> =>
  key === undefined ? { mustBe: (answer) => valuesIn(answer).forEach(mustBeSeenInto) } : {};

const nextsIn = (ways: unknown): ReadonlyArray<unknown> => (ways as ReadonlyArray<ReplyOutcome<unknown>>).map(({ next }) => next);
const valuesIn = (ways: unknown): ReadonlyArray<unknown> =>
  (ways as Outcomes).flatMap(({ next }): ReadonlyArray<unknown> => next);
const itself = (value: unknown): ReadonlyArray<unknown> => [value];

const guardedQuery = (model: ComponentModel, audit: Audit): ((query: AnyQuery, where: string) => AnyQuery) => {
  const says = mustName(model);
  return once((query, where) => {
    const requester = model.interactions.find((one) => one.query === query)?.slots[0]?.kind ?? '';
    const { key: keyOf } = model;
    const compared = comparedBy(keyOf && ((next) => keyOf(requester, next)));
    const receive = guarded(`${where}.receive`, LEARNED, query.receive, 2, { audit, ...compared, ...soundness(model, nextsIn) });
    const key = (name: MessageKey): Partial<AnyQuery> =>
      query[name] === undefined ? {} : { [name]: guarded(`${where}.${name}`, TEXT, query[name], 1) };
    const message = (name: MessageKey): Partial<CallAudit> =>
      query[name] === undefined ? { mustBe: (given) => mustBeComparable(name, given) } : {};
    return {
      request: guarded(`${where}.request`, VALUE, query.request, 1, {
        audit,
        ...message('requestKey'),
        ...messagesBy(query, 'requestKey'),
      }),
      reply: guarded(`${where}.reply`, VALUE, query.reply, 2, {
        audit,
        ...message('replyKey'),
        ...messagesBy(query, 'replyKey'),
      }),
      receive: (requester, reply) => {
        const ways = receive(requester, reply);
        for (const way of ways) says(where, way);
        return ways;
      },
      ...key('requestKey'),
      ...key('replyKey'),
    };
  });
};

/**
 * Makes the step of a query from its parts. Every search then checks what the parts give, and a fault names the part. The parts are
 * guarded and audited themselves.
 */
const guardedStep = ({ guard, slots }: Interaction, query: AnyQuery): ((...locals: ReadonlyArray<never>) => Outcomes) => {
  const guardedBy = guard?.slots.map((slot) => slots.indexOf(slot)) ?? [];
  const { request, reply, receive } = query as Query<unknown, unknown, unknown, unknown>;
  const parts = {
    request: (requester: unknown) => toldOn(query, 'requestKey', request(requester)),
    reply: (replier: unknown, asked: unknown) => toldOn(query, 'replyKey', reply(replier, asked)),
    receive,
  };
  return (...locals) => {
    if (guard !== undefined && !call(guard.holds, localsAt(locals, guardedBy))) return [];
    const [requester, replier, ...others] = locals;
    return stepOfQuery(parts, requester, replier, others);
  };
};

// --- the model -------------------------------------------------------------------------------------------------------------

type Wrap = (predicate: Predicate, where: string) => Predicate;

const guardedProperty = (property: ComponentProperty, where: string, wrap: Wrap): ComponentProperty => {
  const all = (name: string, predicates: ReadonlyArray<Predicate>): ReadonlyArray<Predicate> =>
    predicates.map((predicate, i) => wrap(predicate, `${where}.${name}[${i}].holds`));
  switch (property.kind) {
    case 'alwaysStep':
    case 'sometimesStep':
      return property;
    case 'leadsTo':
      return { ...property, from: all('from', property.from), to: all('to', property.to) };
    case 'noDeadlock':
      return property.final === undefined ? property : { ...property, final: all('final', property.final) };
    default:
      return { ...property, over: all('over', property.over) };
  }
};

/** The model with a guard before each function. */
export const guardedComponents = (given: ComponentModel, audit: Audit): ComponentModel => {
  if (auditOf(given) !== undefined) return given;
  const model = componentsNow(given);
  audit.kept.add(initialValues(model));
  const wrap = once<Predicate>((predicate, where) => ({
    ...predicate,
    holds: guarded(where, TRUTH, predicate.holds, predicate.slots.length, { audit }),
  }));
  const { key } = model;
  const ofQuery = guardedQuery(model, audit);
  const interactions = model.interactions.map((interaction, i): Interaction => {
    const where = `interactions[${i}]`;
    const guard = interaction.guard && wrap(interaction.guard, `${where}.guard.holds`);
    const known: Interaction = { ...interaction, ...(guard === undefined ? {} : { guard }) };
    const query = interaction.query && ofQuery(interaction.query, `${where}.query`);
    const run =
      query === undefined
        ? (guarded(`${where}.step`, OUTCOMES, interaction.step, interaction.slots.length, {
            audit,
            ...comparedBy(key && ((next: Tuple) => next.map((local, at) => key(interaction.slots[at]!.kind, local as never)))),
            ...soundness(model, valuesIn),
          }) as (...locals: ReadonlyArray<never>) => Outcomes)
        : guardedStep(known, query);
    const check = mustLeaveReadSlots(model, known, `${where}.step`);
    const step = (...locals: ReadonlyArray<never>): Outcomes => {
      const ways = run(...locals);
      check(locals, ways);
      return ways;
    };
    return { ...known, step, ...(query === undefined ? {} : { query }) };
  });
  const wrapped: ComponentModel = {
    ...model,
    interactions,
    properties: model.properties.map((property, i) => guardedProperty(property, `properties[${i}]`, wrap)),
    ...(model.boundary === undefined
      ? {}
      : { boundary: model.boundary.map((predicate, i) => wrap(predicate, `boundary[${i}].holds`)) }),
    ...textsOf(model, audit),
    ...keyOf(model, audit),
  };
  return trust(wrapped, audit);
};

const keyOf = ({ key }: ComponentModel, audit: Audit): Partial<ComponentModel> =>
  key === undefined
    ? {}
    : { key: guarded('key', TEXT, (kind: string, local: never) => key(kind, local), 2, { audit, tellsValue: true }) };

/** Guards the functions of single components. The table that calls `progress` checks its answer. */
const textsOf = (model: ComponentModel, audit: Audit): Partial<ComponentModel> => {
  const { symmetry, show, view } = model;
  const of = (name: 'normalize' | 'progress', expected: TypeTest, auditing: CallAudit): Partial<ComponentModel> => {
    if (model[name] === undefined) return {};
    const given = model[name];
    const run = (kind: string, local: never): unknown => given.call(model, kind, local);
    return { [name]: guarded(name, expected, run, 2, { ...auditing, tellsValue: true }) };
  };
  return {
    ...(show === undefined ? {} : { show: guardedShown('show', TEXT, show.bind(model)) }),
    ...of('progress', VALUE, { audit, isMeasure: true }),
    ...(view === undefined
      ? {}
      : {
          view: guardedShown('view', VIEW, view.bind(model)),
        }),
    ...of('normalize', LOCAL, { audit, ...soundness(model, itself) }),
    ...(symmetry === undefined
      ? {}
      : {
          symmetry: symmetry.map((permutation, i): Permutation => ({
            ...permutation,
            apply: guarded(`symmetry[${i}].apply`, LOCAL, permutation.apply, 2, {
              audit,
              tellsValue: true,
              ...soundness(model, itself),
            }),
          })),
        }),
  };
};

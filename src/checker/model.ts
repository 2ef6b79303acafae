/* eslint-disable max-lines -- the whole interface of models stands in one file, so that an author of a model reads one file. */
/**
 * The published interface of models, at two levels.
 *
 * - {@link Model}: initial states, actions, next, properties, boundary. Write this one first; any immutable value is a state.
 * - {@link ComponentModel}: the same, where the model also says of which components (*slots*) a state is made, and which slots an
 *   interaction reads and writes. The checker then interns the components to small integers, runs each pure local step once for
 *   each distinct local input, and explores tuples of integers. Nothing of this shows in the model's text.
 *
 * This file has only types and their constructors. The checker's machinery stands elsewhere, so a model can import this file and nothing else.
 */
import { stepOfQuery } from './component-model/query-step.js';
import { mustHaveOnly } from './contract/argument-checks.js';
import type { Label } from './label.js';
import type { View } from './view.js';

export type { Label } from './label.js';

// --- fairness --------------------------------------------------------------------------------------------------------------

/**
 * A fairness class, by its name: actions that have the same one are fair together. A name alone is weak fairness: if from some point on the class
 * is enabled in every state, it is taken again and again. Strong fairness: if the class is enabled again and again, it is taken again and again.
 * A class is enabled in a state where one of its actions leads to another state, and such a step takes the class. A step that changes nothing does
 * not count for either. A name has one strength in the whole model.
 */
export type Fairness = string | { readonly name: string; readonly strong: boolean };

/** A class that is strongly fair: `strongly('process 1 enters')`. */
export const strongly = (name: string): Fairness => ({ name, strong: true });

// --- properties ------------------------------------------------------------------------------------------------------------

/** The fields of every property: a sentence as its `name`, and the `rule` or paper from which it comes. */
export interface Sentence {
  readonly name: string;
  readonly rule?: string;
  /** Of a `sometimes…`: the reason why nothing can reach it here, if one is known beforehand (`there is one client`). The report repeats the reason. */
  readonly impossible?: string;
}

/** A property of {@link Model} states and steps. */
export type Property<S, A> =
  /** `holds` is true of every reachable state. */
  | (Sentence & { readonly kind: 'always'; readonly holds: (state: S) => boolean })
  /** `holds` is true of every reachable step. */
  | (Sentence & { readonly kind: 'alwaysStep'; readonly holds: (state: S, action: A, next: S) => boolean })
  /** `holds` is true of some reachable state: a witness that "always" is not empty. */
  | (Sentence & { readonly kind: 'sometimes'; readonly holds: (state: S) => boolean })
  /** `holds` is true of some reachable step. */
  | (Sentence & { readonly kind: 'sometimesStep'; readonly holds: (state: S, action: A, next: S) => boolean })
  /** Every fair run comes to a state of which `holds` is true. */
  | (Sentence & { readonly kind: 'eventually'; readonly holds: (state: S) => boolean })
  /** In every fair run, each state of which `from` is true is followed (or is itself) by one of which `to` is true. */
  | (Sentence & { readonly kind: 'leadsTo'; readonly from: (state: S) => boolean; readonly to: (state: S) => boolean })
  /** In every fair run, from some point on `holds` stays true ("eventually always"). */
  | (Sentence & { readonly kind: 'eventuallyAlways'; readonly holds: (state: S) => boolean })
  /** Some action is enabled in every reachable state, except where `final` is true. */
  | (Sentence & { readonly kind: 'noDeadlock'; readonly final?: (state: S) => boolean });

// --- level one: a plain model ----------------------------------------------------------------------------------------------

/** A model: a pure transition system. States and actions are immutable values; every function is total and pure. */
export interface Model<S, A> {
  readonly name: string;
  /** The initial states. */
  readonly initial: ReadonlyArray<S>;
  /** The actions that may be taken in a state. */
  readonly actions: (state: S) => ReadonlyArray<A>;
  /** The state after an action; `undefined` where the action turns out not to be enabled. */
  readonly next: (state: S, action: A) => S | undefined;
  readonly label: (action: A) => Label;
  readonly properties: ReadonlyArray<Property<S, A>>;
  /** States beyond the boundary are counted and judged, but not expanded. The report says so. */
  readonly boundary?: (state: S) => boolean;
  /**
   * A canonical text of a state: two states are the same when their keys are equal. Default: a structural encoding. If the key takes different states
   * for one, a search goes on from one of them alone. So they must be alike in every property, in the boundary and in their steps. The checker audits
   * this, and refuses a model of which it is not true. Liveness is not judged then.
   */
  readonly key?: (state: S) => string;
  /**
   * Shows a state to people: one text for each part, by name. Traces show the parts that changed. Default: the texts of the state's parts. Of a large
   * part a trace shows the change that a step made.
   */
  readonly show?: (state: S) => Readonly<Record<string, string>>;
  /** Gives a state's parts as values, by name. Traces keep them for tools. Default: the state's own fields. */
  readonly parts?: (state: S) => Readonly<Record<string, unknown>>;
  /** Says how a part of a state is drawn, by the part's name; pure. `undefined`, and the default: the part is drawn as its value. See {@link View}. */
  readonly view?: (part: string, value: unknown) => View | undefined;
  /** Gives a remark on a step, for traces: `ERR_DEP`, `a = x`. */
  readonly note?: (state: S, action: A, next: S) => string | undefined;
  /** All families of actions. The report names those that are never enabled. Default: the families that were seen. */
  readonly families?: ReadonlyArray<string>;
  /**
   * The fairness class of an action: a name for weak fairness, {@link strongly} of a name for strong fairness. `undefined`: the action is not fair.
   * Default: no action is fair.
   */
  readonly fairness?: (action: A) => Fairness | undefined;
  /**
   * A progress measure, optional: a finite number that no step lowers, and that is the same for all states which a reduction or the key takes for one.
   * The sweep frees the states that are behind the front. The checker does not trust the measure: it asserts at every step of a sweep that the number
   * does not fall, and of every state of a sweep that its normal form, its images and the states with its key have the same.
   */
  readonly progress?: (state: S) => number;
  /** Symmetry, optional: the permutations (without the identity) under which the model is closed. Each is an automorphism. */
  readonly symmetry?: ReadonlyArray<(state: S) => S>;
  /** A quotient, optional: an idempotent pure normalisation that keeps every property and commutes with `next`. */
  readonly normalize?: (state: S) => S;
  /** The reason why the model's states mean nothing to another process, if they do not. A search of the model then writes no checkpoint. */
  readonly fleeting?: string;
}

// --- level two: a model made of components ---------------------------------------------------------------------------------

/** One component of the global state, typed by the values it takes: a server, a client, a link, a bag of messages, a budget. */
export interface Slot<T> {
  /** Slots of a kind share one table of interned values, so their values must mean the same in each of them. */
  readonly kind: string;
  /** Unique in the model: `s0`, `c1`, `net`. */
  readonly name: string;
  readonly initial: T;
}

/** The local states of a list of slots, in order. */
export type LocalsOf<R extends ReadonlyArray<Slot<unknown>>> = {
  readonly [I in keyof R]: R[I] extends Slot<infer T> ? T : never;
};

/** Remarks on one outcome of a step. */
export interface Remarks {
  /** A remark on this outcome, for traces: `ERR_DEP`, `a = x`. */
  readonly note?: string;
  /** Names of `alwaysStep` properties that this step breaks. */
  readonly violates?: ReadonlyArray<string>;
  /** Names of `sometimesStep` properties that this step reaches. */
  readonly witnesses?: ReadonlyArray<string>;
}

/** One outcome of an interaction: a way in which its step may go. */
export interface Outcome<R extends ReadonlyArray<Slot<unknown>>> extends Remarks {
  /** The new local states of the interaction's slots, in the order of `slots`. Slots that the step does not write keep their local states. */
  readonly next: LocalsOf<R>;
}

/**
 * A family of steps for given arguments: the slots that meet, the slots that the step may write, and a pure function from the local states of the
 * slots to the outcomes (none: not enabled). The function may read only these local states and values that are fixed for the whole model, because the
 * checker runs it once for each distinct input and remembers the outcomes.
 */
export interface Interaction {
  readonly label: Label;
  readonly slots: ReadonlyArray<Slot<unknown>>;
  /** Indices into `slots` of those that the step may write. */
  readonly writes: ReadonlyArray<number>;
  readonly step: (...locals: never) => ReadonlyArray<Outcome<ReadonlyArray<Slot<unknown>>>>;
  /**
   * A necessary condition over some of the interaction's slots, optional: where the guard is false, `step` gives no outcome. The guard changes no
   * result and saves time: local states that it rules out are not tried with every local state of the other slots.
   */
  readonly guard?: Predicate;
  /** The fairness class, if any (see {@link Model.fairness}). */
  readonly fairness?: Fairness;
  /** The parts of which `step` is made, where it is a {@link query} of `slots[0]` to `slots[1]`. */
  readonly query?: AnyQuery;
}

/** One outcome of a reply: the new local state of the requester. */
export interface ReplyOutcome<A> extends Remarks {
  readonly next: A;
}

/**
 * A step in which one slot requests something, another replies without changing, and the first receives the reply: a read, a pull. Each of the
 * three pure functions is remembered by itself. Many states of a requester request the same, and many of a replier reply alike, so all
 * three together run far less often than the two slots meet. Requests and replies are immutable values. Two are the same where their
 * keys are equal. Interactions that share a query (by identity) share the results that the checker remembers.
 */
export interface Query<A, B, Q, R> {
  /** The request. `undefined`: the requester has none, and the step is not enabled. */
  readonly request: (requester: A) => Q | undefined;
  /** The reply. `undefined`: there is none, and the step is not enabled. */
  readonly reply: (replier: B, request: Q) => R | undefined;
  /** The ways in which the reply may change the requester (none: not enabled). */
  readonly receive: (requester: A, reply: R) => ReadonlyArray<ReplyOutcome<A>>;
  /** Canonical texts of requests and of replies. Default: a structural encoding. */
  readonly requestKey?: (request: Q) => string;
  readonly replyKey?: (reply: R) => string;
}

/** A {@link Query} between slots of any types. */
export interface AnyQuery {
  readonly request: (requester: never) => unknown;
  readonly reply: (replier: never, request: never) => unknown;
  readonly receive: (requester: never, reply: never) => ReadonlyArray<ReplyOutcome<unknown>>;
  readonly requestKey?: (request: never) => string;
  readonly replyKey?: (reply: never) => string;
}

/** A predicate over the local states of some slots. The checker remembers its values, as it does with steps. */
export interface Predicate {
  readonly slots: ReadonlyArray<Slot<unknown>>;
  readonly holds: (...locals: never) => boolean;
}

/**
 * A property of component models. An `always` or an `eventually…` is the conjunction of its predicates, and a `sometimes` is their
 * disjunction. Properties of steps are named here, and the outcomes report them ({@link Outcome.violates}, {@link Outcome.witnesses}).
 */
export type ComponentProperty =
  | (Sentence & {
      readonly kind: 'always' | 'sometimes' | 'eventually' | 'eventuallyAlways';
      readonly over: ReadonlyArray<Predicate>;
    })
  | (Sentence & { readonly kind: 'alwaysStep' | 'sometimesStep' })
  | (Sentence & { readonly kind: 'leadsTo'; readonly from: ReadonlyArray<Predicate>; readonly to: ReadonlyArray<Predicate> })
  | (Sentence & { readonly kind: 'noDeadlock'; readonly final?: ReadonlyArray<Predicate> });

/** An automorphism of a component model. It moves slots (`slotTo`) and maps the values of each kind (`apply`). */
export interface Permutation {
  readonly name: string;
  /** `slotTo[i]` is the index of the slot that slot `i` is moved to. */
  readonly slotTo: ReadonlyArray<number>;
  readonly apply: (kind: string, local: never) => unknown;
}

/** A model whose global state is a tuple of components. */
export interface ComponentModel {
  readonly name: string;
  readonly slots: ReadonlyArray<Slot<unknown>>;
  /**
   * The initial states, where there are several. Each item gives, by slot name, the values that differ from the slots' own `initial`. One state may
   * be in the list twice. Default: one initial state, in which each slot has its `initial`.
   */
  readonly initial?: ReadonlyArray<Readonly<Record<string, unknown>>>;
  readonly interactions: ReadonlyArray<Interaction>;
  readonly properties: ReadonlyArray<ComponentProperty>;
  /** States in which one of these predicates is false are counted and judged, but not expanded. */
  readonly boundary?: ReadonlyArray<Predicate>;
  /** A canonical text of a component. Default: a structural encoding. */
  readonly key?: (kind: string, local: never) => string;
  /** Shows a component to people. Default: a text of its value. */
  readonly show?: (kind: string, local: never) => string;
  /** Says how a component is drawn; pure. `undefined`, and the default: the component is drawn as its value. See {@link View}. */
  readonly view?: (kind: string, local: never) => View | undefined;
  /**
   * A progress measure, optional: a number for each component. No step lowers the number of a component, or that of what stands for it: its normal
   * form, the value with its key that was met first. A state and its images have the same sum. The sweep frees states whose sum is behind the front. The
   * checker does not trust the measure: it asserts at every step that it runs that no number falls; under a quotient or a key, in a sweep alone.
   */
  readonly progress?: (kind: string, local: never) => number;
  /** Symmetry, optional: permutations of interchangeable ids (clients, keys), without the identity. */
  readonly symmetry?: ReadonlyArray<Permutation>;
  /** A quotient, optional: for each kind an idempotent pure normalisation that keeps every property and commutes with the steps. */
  readonly normalize?: (kind: string, local: never) => unknown;
}

// --- constructors ----------------------------------------------------------------------------------------------------------

/** A {@link Slot}. */
export const slot = <T>(kind: string, name: string, initial: T): Slot<T> => ({ kind, name, initial });

/** An {@link Interaction} with its types checked: `step` takes the slots' local states and gives outcomes over the same. */
export const interaction = <const R extends ReadonlyArray<Slot<unknown>>>(spec: {
  readonly label: Label;
  readonly slots: R;
  readonly writes: ReadonlyArray<number>;
  readonly step: (...locals: LocalsOf<R>) => ReadonlyArray<Outcome<R>>;
  readonly guard?: Predicate;
  readonly fairness?: Fairness;
}): Interaction => spec;

/** A {@link Predicate} with its types checked. */
export const over = <const R extends ReadonlyArray<Slot<unknown>>>(
  slots: R,
  holds: (...locals: LocalsOf<R>) => boolean,
): Predicate => ({ slots, holds });

/** What makes a {@link query}. */
export interface QuerySpec<A, B, Q, R> {
  readonly label: Label;
  readonly requester: Slot<A>;
  readonly replier: Slot<B>;
  readonly query: Query<A, B, Q, R>;
  readonly when?: Predicate;
  readonly fairness?: Fairness;
}

const QUERY_FIELDS = { label: true, requester: true, replier: true, query: true, when: true, fairness: true } as const;

/**
 * An {@link Interaction} that is a {@link Query}, taken where `when` is true (of slots other than these two, say of a link).
 *
 * @throws CheckerError (`option`) for a field that there is not, which the interaction would lose.
 */
export const query = <A, B, Q, R>(spec: QuerySpec<A, B, Q, R>): Interaction => {
  mustHaveOnly<QuerySpec<A, B, Q, R>>('query', QUERY_FIELDS, spec);
  // Otherwise a `spec` of another form is not refused here, but with its model, as with the other constructors of this file.
  const { label, requester, replier, query, when, fairness } = (spec as typeof spec | undefined) ?? ({} as typeof spec);
  const slots: ReadonlyArray<Slot<unknown>> = [requester, replier, ...(when?.slots ?? [])];
  const step = (local: A, other: B, ...others: ReadonlyArray<unknown>): ReadonlyArray<Outcome<ReadonlyArray<Slot<unknown>>>> =>
    when === undefined || when.holds(...(others as never)) ? stepOfQuery(query, local, other, others) : [];
  return {
    label,
    slots,
    writes: [0],
    step,
    query,
    ...(when === undefined ? {} : { guard: when }),
    ...(fairness === undefined ? {} : { fairness }),
  };
};

/**
 * Actors with a network as a {@link Model}: each actor has a state of its own and changes it when a message comes, which may send others.
 * The network may deliver messages in any order or in the order in which they were sent from one actor to another, once or again and
 * again, and may lose them. A history can be kept beside, to judge what the system did from outside.
 *
 * As in Stateright, whose examples have the same numbers of states: a message to which an actor does not react is not delivered, unless
 * the network keeps an order.
 */
import { guardedHistory, mustBeActors, mustHaveOwnNames, reactionTests } from '../contract/actor-shape.js';
import { guarded } from '../contract/guarded-call.js';
import { onCopies } from '../contract/repeated-call.js';
import type { Model, Property } from '../model.js';
import { optional } from '../optional.js';
import { encodeItem } from '../values/encode.js';
import { text } from '../shown/text.js';
import { bag, bagWithout, sortedSet } from './collections.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** A message that an actor sends; actors are numbered from 0. */
export interface Send<M> {
  readonly to: number;
  readonly message: M;
}

/** A message on its way. */
export interface Envelope<M> extends Send<M> {
  readonly from: number;
}

/** What an actor makes of a message, or of the start: its state and what it sends. */
export interface Reaction<S, M> {
  readonly state: S;
  readonly send?: ReadonlyArray<Send<M>>;
}

/** An actor: pure functions of its state. */
export interface Actor<S, M> {
  /** What traces and diagrams call it: unique, and neither `network` nor `history`. Default `a0`, `a1`, … by its number. */
  readonly name?: string;
  readonly start: (id: number) => Reaction<S, M>;
  /** What comes of a message; undefined: it does not react. The message then stays on its way, or, `in order`, is delivered all the same. */
  readonly receive: (state: S, message: M, from: number, id: number) => Reaction<S, M> | undefined;
  /** What comes of a timeout, which may come at any time; undefined: none is set. */
  readonly timeout?: (state: S, id: number) => Reaction<S, M> | undefined;
}

/**
 * `once`: each message is delivered once, in any order. `again`: in any order, and again and again. `in order`: once, and of those from one
 * actor to another the first sent first.
 */
export type Delivery = 'once' | 'again' | 'in order';

/** A state of the whole system. */
export interface ActorsState<S, M, H> {
  readonly actors: ReadonlyArray<S>;
  /** Messages on their way: a bag, a set (`again`), or, `in order`, those of each channel as they were sent, by sender and receiver. */
  readonly network: ReadonlyArray<Envelope<M>>;
  readonly history: H;
}

/** A step of the system. */
export type ActorsAction<M> =
  | { readonly type: 'deliver'; readonly envelope: Envelope<M> }
  | { readonly type: 'lose'; readonly envelope: Envelope<M> }
  | { readonly type: 'timeout'; readonly actor: number };

/** Actors that send messages to each other. */
export interface ActorSystem<S, M, H> {
  readonly name: string;
  readonly actors: ReadonlyArray<Actor<S, M>>;
  /** Default `once`. */
  readonly delivery?: Delivery;
  /** Whether messages may be lost. Default false. */
  readonly lossy?: boolean;
  /**
   * What is known of the run from outside: what it is at first, and after a message was sent or delivered. It may be any value, `null` too,
   * but not `undefined`. A function that changes nothing gives the history that it was given.
   */
  readonly history: {
    readonly initial: H;
    readonly sent?: (history: H, envelope: Envelope<M>) => H;
    readonly delivered?: (history: H, envelope: Envelope<M>) => H;
  };
  readonly properties: ReadonlyArray<Property<ActorsState<S, M, H>, ActorsAction<M>>>;
  readonly boundary?: (state: ActorsState<S, M, H>) => boolean;
}

// --- the network -----------------------------------------------------------------------------------------------------------

const byChannel = <M>(a: Envelope<M>, b: Envelope<M>): number => a.from - b.from || a.to - b.to;

/** Only the order in each channel counts, so channels stand in one order: two that were sent to in either order are one network. */
const put = <M>(delivery: Delivery, network: ReadonlyArray<Envelope<M>>, envelope: Envelope<M>): ReadonlyArray<Envelope<M>> => {
  if (delivery === 'in order')
    return network.toSpliced(network.findLastIndex((other) => byChannel(other, envelope) <= 0) + 1, 0, envelope);
  return delivery === 'again' ? sortedSet([...network, envelope]) : bag([...network, envelope]);
};

/** Lists the messages that can be delivered now. Equal ones are listed once. */
const deliverable = <M>(delivery: Delivery, network: ReadonlyArray<Envelope<M>>): ReadonlyArray<Envelope<M>> => {
  if (delivery === 'in order')
    return network.filter((envelope, i) => network.findIndex((other) => byChannel(other, envelope) === 0) === i);
  return sortedSet(network);
};

type Names = (id: number) => string;

/** Shows the messages of a network that keeps no order. Equal ones are counted. */
const messagesOf = <M>(network: ReadonlyArray<Envelope<M>>, nameOf: Names): ReadonlySet<unknown> =>
  new Set(
    network.map(({ from, to, message }, i) => {
      const copy = network.slice(0, i).filter((other) => encodeItem(other) === encodeItem(network[i])).length;
      return { from: nameOf(from), to: nameOf(to), ...fieldsOf(message), ...(copy === 0 ? {} : { copy }) };
    }),
  );

/** Shows the messages of a network that keeps the order: for each channel with messages a list, whose first is delivered next. */
const queuesOf = <M>(network: ReadonlyArray<Envelope<M>>, nameOf: Names): ReadonlyMap<unknown, ReadonlyArray<unknown>> =>
  new Map(
    network
      .filter((envelope, i) => i === 0 || byChannel(network[i - 1]!, envelope) !== 0)
      .map((first) => [
        { from: nameOf(first.from), to: nameOf(first.to) },
        network.filter((envelope) => byChannel(envelope, first) === 0).map(({ message }) => message),
      ]),
  );

// --- what is given ---------------------------------------------------------------------------------------------------------

/** The system with a guard before each function of its actors and of its history, called as it was given: it may be a method. */
const guardedSystem = <S, M, H>(system: ActorSystem<S, M, H>): ActorSystem<S, M, H> => {
  const { name, actors, history, properties, delivery, lossy, boundary } = system;
  const tests = reactionTests(actors.length);
  const guardedActor = (actor: Actor<S, M>, id: number): Actor<S, M> => ({
    ...optional('name', actor.name),
    start: guarded(`actors[${id}].start`, tests.start, (of: number) => actor.start(of), 1),
    receive: guarded(
      `actors[${id}].receive`,
      tests.reaction,
      (state: S, message: M, from: number, to: number) => actor.receive(state, message, from, to),
      4,
    ),
    ...optional(
      'timeout',
      actor.timeout && guarded(`actors[${id}].timeout`, tests.reaction, (state: S, of: number) => actor.timeout!(state, of), 2),
    ),
  });
  const sent = history.sent && guardedHistory('sent', (before: H, envelope: Envelope<M>) => history.sent!(before, envelope));
  const delivered =
    history.delivered && guardedHistory('delivered', (before: H, envelope: Envelope<M>) => history.delivered!(before, envelope));
  return {
    name,
    actors: actors.map(guardedActor),
    history: { initial: history.initial, ...optional('sent', sent), ...optional('delivered', delivered) },
    properties,
    ...optional('delivery', delivery),
    ...optional('lossy', lossy),
    ...optional('boundary', boundary && ((state: ActorsState<S, M, H>) => system.boundary!(state))),
  };
};

// --- steps -----------------------------------------------------------------------------------------------------------------

type Running<S, M, H> = ActorsState<S, M, H>;

/** Gives the state after an actor's reaction, apart from what the actor reacted to. */
const react = <S, M, H>(
  { delivery = 'once', history: { sent } }: ActorSystem<S, M, H>,
  state: Running<S, M, H>,
  from: number,
  reaction: Reaction<S, M>,
): Running<S, M, H> => {
  let { network, history } = state;
  for (const { to, message } of reaction.send ?? []) {
    const envelope = { from, to, message };
    network = put(delivery, network, envelope);
    if (sent !== undefined) history = sent(history, envelope);
  }
  return { actors: state.actors.with(from, reaction.state), network, history };
};

/** The state before any step. No search has begun that would notice a history that changes what it is given. */
const initialOf = <S, M, H>(system: ActorSystem<S, M, H>): Running<S, M, H> => {
  const { initial, sent } = system.history;
  const onCopiesOnly = sent && ((...args: Parameters<typeof sent>): H => onCopies('history.sent', sent as never, args) as H);
  const reactions = system.actors.map((actor, id) => actor.start(id));
  const nothing: Running<S, M, H> = { actors: reactions.map(({ state }) => state), network: [], history: initial };
  const beginning = { ...system, history: { initial, ...optional('sent', onCopiesOnly) } };
  return reactions.reduce((state, reaction, id) => react(beginning, state, id, reaction), nothing);
};

const deliver = <S, M, H>(
  system: ActorSystem<S, M, H>,
  state: Running<S, M, H>,
  envelope: Envelope<M>,
): Running<S, M, H> | undefined => {
  const { delivery = 'once' } = system;
  const { delivered } = system.history;
  const { to, from, message } = envelope;
  const before = state.actors[to] as S;
  const reaction = system.actors[to]!.receive(before, message, from, to);
  if (reaction === undefined && delivery !== 'in order') return undefined;
  const network = delivery === 'again' ? state.network : bagWithout(state.network, envelope);
  const history = delivered === undefined ? state.history : delivered(state.history, envelope);
  return react(system, { ...state, network, history }, to, reaction ?? { state: before });
};

const next = <S, M, H>(
  system: ActorSystem<S, M, H>,
  state: Running<S, M, H>,
  action: ActorsAction<M>,
): Running<S, M, H> | undefined => {
  if (action.type === 'deliver') return deliver(system, state, action.envelope);
  if (action.type === 'lose') return { ...state, network: bagWithout(state.network, action.envelope) };
  const reaction = system.actors[action.actor]!.timeout?.(state.actors[action.actor] as S, action.actor);
  return reaction === undefined ? undefined : react(system, state, action.actor, reaction);
};

// --- the model -------------------------------------------------------------------------------------------------------------

const namesOf = <S, M>(actors: ReadonlyArray<Actor<S, M>>): ReadonlyArray<string> =>
  actors.map(({ name }, id) => name ?? `a${id}`);

/** Names a message by its `type`, where it has one. */
const typeOf = (message: unknown): string => {
  if (typeof message !== 'object' || message === null || !('type' in message)) return text(message);
  return typeof message.type === 'string' ? message.type : text(message.type);
};

/** Tells whether a value is all in its fields, as a list, a map or an object of a class is not. */
const isOfFields = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** Gives a message's own fields, where it has none that an envelope has too. */
const fieldsOf = (message: unknown): object =>
  isOfFields(message) && !['from', 'to', 'copy'].some((name) => name in message) ? message : { message };

/** Gives the rest of a message, for the note of a step. */
const contentOf = (message: unknown): string | undefined => {
  if (typeof message !== 'object' || message === null || !('type' in message)) return undefined;
  const { type: _type, ...rest } = message;
  return Object.keys(rest).length === 0 ? undefined : text(rest).slice(1, -1);
};

/**
 * The model of an actor system: a step delivers a message (or loses one, or is a timeout), and its label names who acts first.
 *
 * Whatever the system is made of is checked when it is taken in, and what its functions give at each call.
 *
 * @throws CheckerError (`option`) where a field is missing, unknown or wrong, or where two actors have one name; (`model`) where a `start`
 * throws or gives no reaction, a message to nobody among them. What the other functions give is refused so when the model is run.
 */
export const actorModel = <S, M, H>(given: ActorSystem<S, M, H>): Model<ActorsState<S, M, H>, ActorsAction<M>> => {
  mustBeActors(given);
  const names = namesOf(given.actors);
  mustHaveOwnNames(names);
  const system = guardedSystem(given);
  const { delivery = 'once', lossy = false, actors } = system;
  const nameOf = (id: number): string => names[id]!;
  const timeouts = actors.flatMap(({ timeout }, actor): ReadonlyArray<ActorsAction<M>> =>
    timeout === undefined ? [] : [{ type: 'timeout', actor }],
  );
  return {
    name: system.name,
    initial: [initialOf(system)],
    actions: ({ network }) => [
      ...deliverable(delivery, network).flatMap((envelope): ReadonlyArray<ActorsAction<M>> => [
        { type: 'deliver', envelope },
        ...(lossy ? [{ type: 'lose' as const, envelope }] : []),
      ]),
      ...timeouts,
    ],
    next: (state, action) => next(system, state, action),
    label: (action) => {
      if (action.type === 'timeout') return { family: 'timeout', args: [nameOf(action.actor)] };
      const { from, to, message } = action.envelope;
      const family = action.type === 'lose' ? `lose ${typeOf(message)}` : typeOf(message);
      return { family, args: [nameOf(to), nameOf(from)] };
    },
    note: (_, action) => (action.type === 'timeout' ? undefined : contentOf(action.envelope.message)),
    parts: ({ actors: states, network, history }) => ({
      ...Object.fromEntries(states.map((state, id) => [nameOf(id), state])),
      network: delivery === 'in order' ? queuesOf(network, nameOf) : messagesOf(network, nameOf),
      history,
    }),
    properties: system.properties,
    ...optional('boundary', system.boundary),
  };
};

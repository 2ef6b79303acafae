/**
 * Actors with a network as a {@link Model}: each actor has a state of its own and changes it when a message comes, which may send others.
 * The network may deliver messages in any order or in the order in which they were sent from one actor to another, once or again and
 * again, and may lose them. A history can be kept beside, to judge what the system did from outside.
 *
 * As in Stateright, whose examples have the same numbers of states: a message to which an actor does not react is not delivered, unless
 * the network keeps an order.
 */
import { ACTORS, mustTake } from '../contract/argument-checks.js';
import type { Model, Property } from '../model.js';
import { encode } from '../values/encode.js';
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
  /** Unique: what traces and diagrams call it. Default `a0`, `a1`, … by its number. */
  readonly name?: string;
  readonly start: (id: number) => Reaction<S, M>;
  /** What comes of a message; undefined: it does not react. */
  readonly receive: (state: S, message: M, from: number, id: number) => Reaction<S, M> | undefined;
  /** What comes of a timeout, which may come at any time; undefined: none is set. */
  readonly timeout?: (state: S, id: number) => Reaction<S, M> | undefined;
}

/** `once`: each message is delivered once, in any order. `again`: in any order, and again and again. `in order`: once, first sent first. */
export type Delivery = 'once' | 'again' | 'in order';

/** A state of the whole system. */
export interface ActorsState<S, M, H> {
  readonly actors: ReadonlyArray<S>;
  /** Messages on their way: a bag, a set (`again`), or, `in order`, the messages as they were sent. */
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
  /** What is known of the run from outside: what it is at first, and after a message was sent or delivered. */
  readonly history: {
    readonly initial: H;
    readonly sent?: (history: H, envelope: Envelope<M>) => H;
    readonly delivered?: (history: H, envelope: Envelope<M>) => H;
  };
  readonly properties: ReadonlyArray<Property<ActorsState<S, M, H>, ActorsAction<M>>>;
  readonly boundary?: (state: ActorsState<S, M, H>) => boolean;
}

// --- the network -----------------------------------------------------------------------------------------------------------

const put = <M>(delivery: Delivery, network: ReadonlyArray<Envelope<M>>, envelope: Envelope<M>): ReadonlyArray<Envelope<M>> => {
  if (delivery === 'in order') return [...network, envelope];
  return delivery === 'again' ? sortedSet([...network, envelope]) : bag([...network, envelope]);
};

const isSameChannel = <M>(a: Envelope<M>, b: Envelope<M>): boolean => a.from === b.from && a.to === b.to;

/** Lists the messages that can be delivered now. Equal ones are listed once. */
const deliverable = <M>(delivery: Delivery, network: ReadonlyArray<Envelope<M>>): ReadonlyArray<Envelope<M>> => {
  if (delivery === 'in order')
    return network.filter((envelope, i) => network.findIndex((other) => isSameChannel(envelope, other)) === i);
  return sortedSet(network);
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
  for (const send of reaction.send ?? []) {
    const envelope = { from, to: send.to, message: send.message };
    network = put(delivery, network, envelope);
    history = sent?.(history, envelope) ?? history;
  }
  return { actors: state.actors.with(from, reaction.state), network, history };
};

const initialOf = <S, M, H>(system: ActorSystem<S, M, H>): Running<S, M, H> => {
  const reactions = system.actors.map((actor, id) => actor.start(id));
  const nothing: Running<S, M, H> = {
    actors: reactions.map(({ state }) => state),
    network: [],
    history: system.history.initial,
  };
  return reactions.reduce((state, reaction, id) => react(system, state, id, reaction), nothing);
};

const deliver = <S, M, H>(
  system: ActorSystem<S, M, H>,
  state: Running<S, M, H>,
  envelope: Envelope<M>,
): Running<S, M, H> | undefined => {
  const { delivery = 'once', history } = system;
  const { to, from, message } = envelope;
  const before = state.actors[to] as S;
  const reaction = system.actors[to]!.receive(before, message, from, to);
  if (reaction === undefined && delivery !== 'in order') return undefined;
  const network = delivery === 'again' ? state.network : bagWithout(state.network, envelope);
  const heard = { ...state, network, history: history.delivered?.(state.history, envelope) ?? state.history };
  return react(system, heard, to, reaction ?? { state: before });
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
  return String(message.type);
};

/** Gives a message's own fields, where it has none that an envelope has too. */
const fieldsOf = (message: unknown): object =>
  typeof message === 'object' && message !== null && !['from', 'to', 'copy'].some((name) => name in message)
    ? message
    : { message };

/** Gives the rest of a message, for the note of a step. */
const contentOf = (message: unknown): string | undefined => {
  if (typeof message !== 'object' || message === null || !('type' in message)) return undefined;
  const { type: _type, ...rest } = message;
  return Object.keys(rest).length === 0 ? undefined : text(rest).slice(1, -1);
};

/**
 * The model of an actor system: a step delivers a message (or loses one, or is a timeout), and its label names who acts first.
 *
 * @throws RangeError from `next` when a message is sent to an actor that there is not.
 */
export const actorModel = <S, M, H>(system: ActorSystem<S, M, H>): Model<ActorsState<S, M, H>, ActorsAction<M>> => {
  mustTake('actorModel', 'system', ACTORS, system);
  const { delivery = 'once', lossy = false, actors } = system;
  const names = namesOf(actors);
  const nameOf = (id: number): string => {
    const name = names[id];
    if (name === undefined) throw new RangeError(`${system.name}: there is no actor ${id}`);
    return name;
  };
  const timeouts = actors.flatMap(({ timeout }, actor): ReadonlyArray<ActorsAction<M>> =>
    timeout === undefined ? [] : [{ type: 'timeout', actor }],
  );
  return {
    name: system.name,
    initial: [initialOf(system)],
    actions: ({ network }) => [
      ...deliverable(delivery, network).flatMap((envelope): ReadonlyArray<ActorsAction<M>> => {
        nameOf(envelope.to);
        return [{ type: 'deliver', envelope }, ...(lossy ? [{ type: 'lose' as const, envelope }] : [])];
      }),
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
      ...Object.fromEntries(states.map((state, id) => [names[id]!, state])),
      network: new Set(
        network.map(({ from, to, message }, i) => {
          const copy = network.slice(0, i).filter((other) => encode(other) === encode(network[i])).length;
          return { from: names[from]!, to: nameOf(to), ...fieldsOf(message), ...(copy === 0 ? {} : { copy }) };
        }),
      ),
      history,
    }),
    properties: system.properties,
    ...(system.boundary === undefined ? {} : { boundary: system.boundary }),
  };
};

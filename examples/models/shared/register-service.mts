/**
 * What the examples of a register share: clients that each put once and then get, and what must be true of every service that keeps one. A
 * service brings its servers and the messages that they send to each other.
 */
import {
  NOTHING_PUT,
  actorModel,
  isLinearizable,
  register,
  registerClient,
  registerHistory,
  type Actor,
  type ActorsAction,
  type ActorsState,
  type Model,
  type RegisterClientState,
  type RegisterMessage,
} from 'bayou/checker';

/** How large the model is. */
export interface RegisterParameters {
  readonly clients: number;
  readonly servers: number;
}

/** A server's reaction: its state afterwards, and what it sends. `undefined`: it does not take the message. */
export type Step<S, M> = ReturnType<Actor<S, M>['receive']>;

/** What every server does; `id` is its own. */
export interface RegisterServer<S, M> {
  readonly start: (id: number) => S;
  readonly receive: (state: S, message: M, from: number, id: number) => Step<S, M>;
}

/** The model of a register with these servers and clients. `M` are the messages between servers. */
export type RegisterModel<S, M> = Model<
  ActorsState<S | RegisterClientState, M | RegisterMessage, typeof registerHistory.initial>,
  ActorsAction<M | RegisterMessage>
>;

/** How many of so many servers are more than half of them. */
export const majorityOf = (servers: number): number => Math.floor(servers / 2) + 1;

/** The same message to every other server. */
export const toPeers = <M,>(
  servers: number,
  id: number,
  message: M,
): ReadonlyArray<{ readonly to: number; readonly message: M }> =>
  Array.from({ length: servers }, (_, to) => ({ to, message })).filter(({ to }) => to !== id);

/** The ids with one more, in ascending order, each once. */
export const include = (ids: ReadonlyArray<number>, id: number): ReadonlyArray<number> =>
  [...new Set([...ids, id])].sort((a, b) => a - b);

const tellsValue = (message: { readonly type: string; readonly value?: unknown }): boolean =>
  message.type === 'getOk' && message.value !== NOTHING_PUT;

/** The register that such servers keep, with so many clients. */
export const registerService = <S, M extends { readonly type: string }>(
  name: string,
  { start, receive }: RegisterServer<S, M | RegisterMessage>,
  { clients, servers }: RegisterParameters,
): RegisterModel<S, M> => {
  type Either = Actor<S | RegisterClientState, M | RegisterMessage>;
  // Servers come first: a message to one of their ids never meets the state of a client.
  const server = { start: (id: number) => ({ state: start(id) }), receive: receive as Either['receive'] };
  const client = registerClient({ servers }) as Either;
  return actorModel({
    name: `${name}, ${clients} clients, ${servers} servers`,
    actors: [
      ...Array.from({ length: servers }, (_, id) => ({ ...server, name: `s${id}` })),
      ...Array.from({ length: clients }, (_, id) => ({ ...client, name: `c${id}` })),
    ],
    history: registerHistory,
    properties: [
      { name: 'linearizable', kind: 'always', holds: ({ history }) => isLinearizable(history, register) },
      { name: 'value chosen', kind: 'sometimes', holds: ({ network }) => network.some(({ message }) => tellsValue(message)) },
    ],
  });
};

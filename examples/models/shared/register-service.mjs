/**
 * What the examples of a register share: clients that each put once and then get, and what must be true of every service that keeps one. A
 * service brings its servers and the messages that they send to each other.
 */
import { NOTHING_PUT, actorModel, isLinearizable, register, registerClient, registerHistory } from 'bayou/checker';

/** How many of so many servers are more than half of them. */
export const majorityOf = (servers) => Math.floor(servers / 2) + 1;

/** The same message to every other server. */
export const toPeers = (servers, id, message) =>
  Array.from({ length: servers }, (_, to) => ({ to, message })).filter(({ to }) => to !== id);

/** The ids with one more, in ascending order, each once. */
export const include = (ids, id) => [...new Set([...ids, id])].sort((a, b) => a - b);

const tellsValue = (message) => message.type === 'getOk' && message.value !== NOTHING_PUT;

/** The register that such servers keep, with so many clients. */
export const registerService = (name, { start, receive }, { clients, servers }) => {
  // Servers come first: a message to one of their ids never meets the state of a client.
  const server = { start: (id) => ({ state: start(id) }), receive: receive };
  const client = registerClient({ servers });
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

/**
 * Single-decree Paxos (Lamport, "The Part-Time Parliament", 1998) as a register: servers agree on one value that some client put. Clients
 * put and get, and what they see must be linearizable. Stateright's example has the same steps: with two clients and three servers 16,668 states.
 */
import { NOTHING_PUT, actorModel, isLinearizable, register, registerClient, registerHistory } from 'bayou/checker';

const compare = (a, b) => a[0] - b[0] || a[1] - b[1];

const include = (ids, id) => [...new Set([...ids, id])].sort((a, b) => a - b);

/** The proposal of the greatest ballot that was accepted anywhere: it may have been decided. */
const latest = (prepared) =>
  Object.values(prepared)
    .filter((last) => last !== null)
    .sort((a, b) => compare(b.ballot, a.ballot))[0]?.proposal;

const receive = (servers) => {
  const majority = Math.floor(servers / 2) + 1;
  const toPeers = (id, message) => Array.from({ length: servers }, (_, to) => ({ to, message })).filter(({ to }) => to !== id);

  const onPrepared = (state, last, from, id) => {
    const prepared = { ...state.prepared, [from]: last };
    if (Object.keys(prepared).length !== majority) return { state: { ...state, prepared } };
    const { ballot } = state;
    const proposal = latest(prepared) ?? state.proposal;
    return {
      state: { ...state, prepared, proposal, accepted: { ballot, proposal }, accepts: include(state.accepts, id) },
      send: toPeers(id, { type: 'accept', ballot, proposal }),
    };
  };

  const onAccepted = (state, from, id) => {
    const accepts = include(state.accepts, from);
    if (accepts.length !== majority) return { state: { ...state, accepts } };
    const { ballot } = state;
    const proposal = state.proposal;
    return {
      state: { ...state, accepts, decided: true },
      send: [
        ...toPeers(id, { type: 'decided', ballot, proposal }),
        { to: proposal.client, message: { type: 'putOk', request: proposal.request } },
      ],
    };
  };

  return (state, message, from, id) => {
    if (state.decided) {
      if (message.type !== 'get' || state.accepted === null) return undefined;
      const { value } = state.accepted.proposal;
      return { state, send: [{ to: from, message: { type: 'getOk', request: message.request, value } }] };
    }
    switch (message.type) {
      case 'put': {
        if (state.proposal !== null) return undefined;
        const ballot = [state.ballot[0] + 1, id];
        const proposal = { request: message.request, client: from, value: message.value };
        return {
          state: { ...state, ballot, proposal, prepared: { [id]: state.accepted }, accepts: [] },
          send: toPeers(id, { type: 'prepare', ballot }),
        };
      }
      case 'prepare': {
        const { ballot } = message;
        if (compare(state.ballot, ballot) >= 0) return undefined;
        return { state: { ...state, ballot }, send: [{ to: from, message: { type: 'prepared', ballot, last: state.accepted } }] };
      }
      case 'prepared':
        return compare(message.ballot, state.ballot) === 0 ? onPrepared(state, message.last, from, id) : undefined;
      case 'accept': {
        const { ballot, proposal } = message;
        if (compare(state.ballot, ballot) > 0) return undefined;
        return {
          state: { ...state, ballot, accepted: { ballot, proposal } },
          send: [{ to: from, message: { type: 'accepted', ballot } }],
        };
      }
      case 'accepted':
        return compare(message.ballot, state.ballot) === 0 ? onAccepted(state, from, id) : undefined;
      case 'decided': {
        const { ballot, proposal } = message;
        return { state: { ...state, ballot, accepted: { ballot, proposal }, decided: true } };
      }
      default:
        return undefined;
    }
  };
};

const server = (servers, id) => ({
  name: `s${id}`,
  start: () => ({ state: { ballot: [0, 0], proposal: null, prepared: {}, accepts: [], accepted: null, decided: false } }),
  receive: receive(servers),
});

const client = (servers, id) => ({
  ...registerClient({ servers }),
  name: `c${id}`,
});

/** What the model can be made with. */
export const parameters = { clients: { default: 2, min: 1, max: 5 }, servers: { default: 3, min: 1, max: 7 } };

/** Paxos with so many clients, each of which puts once and then gets. */
export const paxos = ({ clients, servers }) =>
  actorModel({
    name: `Paxos, ${clients} clients, ${servers} servers`,
    actors: [
      ...Array.from({ length: servers }, (_, id) => server(servers, id)),
      ...Array.from({ length: clients }, (_, id) => client(servers, id)),
    ],
    history: registerHistory,
    properties: [
      { name: 'linearizable', kind: 'always', holds: ({ history }) => isLinearizable(history, register) },
      {
        name: 'value chosen',
        kind: 'sometimes',
        holds: ({ network }) => network.some(({ message }) => message.type === 'getOk' && message.value !== NOTHING_PUT),
      },
    ],
  });

export default paxos;

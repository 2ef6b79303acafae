import { include, majorityOf, registerService, toPeers } from './shared/register-service.mjs';

const compare = (a, b) => a[0] - b[0] || a[1] - b[1];

/** The proposal of the greatest ballot that was accepted anywhere: it may have been decided. */
const latest = (prepared) =>
  Object.values(prepared)
    .filter((last) => last !== null)
    .sort((a, b) => compare(b.ballot, a.ballot))[0]?.proposal;

const receive = (servers) => {
  const majority = majorityOf(servers);
  const tellPeers = (id, message) => toPeers(servers, id, message);

  const onPrepared = (state, last, from, id) => {
    const prepared = { ...state.prepared, [from]: last };
    if (Object.keys(prepared).length !== majority) return { state: { ...state, prepared } };
    const { ballot } = state;
    const proposal = latest(prepared) ?? state.proposal;
    return {
      state: { ...state, prepared, proposal, accepted: { ballot, proposal }, accepts: include(state.accepts, id) },
      send: tellPeers(id, { type: 'accept', ballot, proposal }),
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
        ...tellPeers(id, { type: 'decided', ballot, proposal }),
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
          send: tellPeers(id, { type: 'prepare', ballot }),
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

/** What the model can be made with. */
export const parameters = { clients: { default: 2, min: 1, max: 5 }, servers: { default: 3, min: 2, max: 7 } };

/** Paxos with so many clients, each of which puts once and then gets. */
export const paxos = (size) =>
  registerService(
    'Paxos',
    {
      start: () => ({ ballot: [0, 0], proposal: null, prepared: {}, accepts: [], accepted: null, decided: false }),
      receive: receive(size.servers),
    },
    size,
  );

export default paxos;

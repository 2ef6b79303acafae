/**
 * A register that a majority of servers keeps (Attiya, Bar-Noy and Dolev, "Sharing Memory Robustly in Message-Passing Systems", 1995): a
 * server that has a request first asks a majority what they have, then tells a majority what it is now. Reads do so too. What clients see
 * must be linearizable. Stateright's example has the same steps: with two clients and two servers 544 states.
 */
import { NOTHING_PUT } from 'bayou/checker';
import { include, majorityOf, registerService, toPeers } from './shared/register-service.mjs';

const compare = (a, b) => a[0] - b[0] || a[1] - b[1];

/** The later of what a server has and what it hears of. */
const later = (state, { sequence, value }) => (compare(sequence, state.sequence) > 0 ? { ...state, sequence, value } : state);

const receive = (servers) => {
  const majority = majorityOf(servers);
  const tellPeers = (id, message) => toPeers(servers, id, message);

  const begin = (state, { request, client }, write, id) => {
    const { sequence, value } = state;
    const busy = { phase: 'asking', request, client, write, answers: { [id]: { sequence, value } } };
    return { state: { ...state, busy }, send: tellPeers(id, { type: 'query', request }) };
  };

  const onAnswer = (state, asking, answer, from, id) => {
    const { request, client, write } = asking;
    const answers = { ...asking.answers, [from]: answer };
    if (Object.keys(answers).length !== majority) return { state: { ...state, busy: { ...asking, answers } } };
    const newest = Object.values(answers).reduce((a, b) => (compare(b.sequence, a.sequence) > 0 ? b : a));
    const now = write === null ? newest : { sequence: [newest.sequence[0] + 1, id], value: write };
    const busy = { phase: 'telling', request, client, read: write === null ? newest.value : null, told: [id] };
    return { state: { ...later(state, now), busy }, send: tellPeers(id, { type: 'record', request, ...now }) };
  };

  const onTold = (state, telling, from) => {
    const { request, client, read } = telling;
    const told = include(telling.told, from);
    if (told.length !== majority) return { state: { ...state, busy: { ...telling, told } } };
    const message = read === null ? { type: 'putOk', request } : { type: 'getOk', request, value: read };
    return { state: { ...state, busy: null }, send: [{ to: client, message }] };
  };

  return (state, message, from, id) => {
    const { busy } = state;
    const { request } = message;
    switch (message.type) {
      case 'put':
        return busy === null ? begin(state, { request, client: from }, message.value, id) : undefined;
      case 'get':
        return busy === null ? begin(state, { request, client: from }, null, id) : undefined;
      case 'query': {
        const { sequence, value } = state;
        return { state, send: [{ to: from, message: { type: 'queried', request, sequence, value } }] };
      }
      case 'queried': {
        const { sequence, value } = message;
        return busy?.phase === 'asking' && busy.request === request
          ? onAnswer(state, busy, { sequence, value }, from, id)
          : undefined;
      }
      case 'record':
        return { state: later(state, message), send: [{ to: from, message: { type: 'recorded', request } }] };
      case 'recorded':
        return busy?.phase === 'telling' && busy.request === request && !busy.told.includes(from)
          ? onTold(state, busy, from)
          : undefined;
      default:
        return undefined;
    }
  };
};

/** What the model can be made with. */
export const parameters = { clients: { default: 2, min: 1, max: 5 }, servers: { default: 2, min: 2, max: 7 } };

/** The register with so many clients, each of which puts once and then gets. */
export const abd = (size) =>
  registerService(
    'ABD register',
    { start: (id) => ({ sequence: [0, id], value: NOTHING_PUT, busy: null }), receive: receive(size.servers) },
    size,
  );

export default abd;

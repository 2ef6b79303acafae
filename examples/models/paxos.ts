/**
 * Single-decree Paxos (Lamport, "The Part-Time Parliament", 1998) as a register: servers agree on one value that some client put. Clients
 * put and get, and what they see must be linearizable. Stateright's example has the same steps: with two clients and three servers 16,668 states.
 */
import type { RegisterMessage } from 'bayou/checker';
import {
  include,
  majorityOf,
  registerService,
  toPeers,
  type RegisterModel,
  type RegisterParameters,
  type Step,
} from './shared/register-service.mjs';

/** A round and the server that leads it. */
type Ballot = readonly [round: number, leader: number];

interface Proposal {
  readonly request: number;
  readonly client: number;
  readonly value: string;
}

/** A proposal that a server accepted, and in which ballot. */
interface Accepted {
  readonly ballot: Ballot;
  readonly proposal: Proposal;
}

/** What servers say to each other. */
type PeerMessage =
  | { readonly type: 'prepare'; readonly ballot: Ballot }
  | { readonly type: 'prepared'; readonly ballot: Ballot; readonly last: Accepted | null }
  | { readonly type: 'accept'; readonly ballot: Ballot; readonly proposal: Proposal }
  | { readonly type: 'accepted'; readonly ballot: Ballot }
  | { readonly type: 'decided'; readonly ballot: Ballot; readonly proposal: Proposal };

interface Server {
  readonly ballot: Ballot;
  /** What it proposes as a leader. */
  readonly proposal: Proposal | null;
  /** By server, what it had accepted when it promised; of those that did. */
  readonly prepared: Readonly<Record<number, Accepted | null>>;
  /** The servers that accepted its proposal. */
  readonly accepts: ReadonlyArray<number>;
  readonly accepted: Accepted | null;
  readonly decided: boolean;
}

type Message = PeerMessage | RegisterMessage;
type ServerStep = Step<Server, Message>;

const compare = (a: Ballot, b: Ballot): number => a[0] - b[0] || a[1] - b[1];

/** The proposal of the greatest ballot that was accepted anywhere: it may have been decided. */
const latest = (prepared: Server['prepared']): Proposal | undefined =>
  Object.values(prepared)
    .filter((last) => last !== null)
    .sort((a, b) => compare(b.ballot, a.ballot))[0]?.proposal;

const receive = (servers: number) => {
  const majority = majorityOf(servers);
  const tellPeers = (id: number, message: PeerMessage) => toPeers<Message>(servers, id, message);

  const onPrepared = (state: Server, last: Accepted | null, from: number, id: number): ServerStep => {
    const prepared = { ...state.prepared, [from]: last };
    if (Object.keys(prepared).length !== majority) return { state: { ...state, prepared } };
    const { ballot } = state;
    const proposal = latest(prepared) ?? state.proposal!;
    return {
      state: { ...state, prepared, proposal, accepted: { ballot, proposal }, accepts: include(state.accepts, id) },
      send: tellPeers(id, { type: 'accept', ballot, proposal }),
    };
  };

  const onAccepted = (state: Server, from: number, id: number): ServerStep => {
    const accepts = include(state.accepts, from);
    if (accepts.length !== majority) return { state: { ...state, accepts } };
    const { ballot } = state;
    const proposal = state.proposal!;
    return {
      state: { ...state, accepts, decided: true },
      send: [
        ...tellPeers(id, { type: 'decided', ballot, proposal }),
        { to: proposal.client, message: { type: 'putOk', request: proposal.request } },
      ],
    };
  };

  return (state: Server, message: Message, from: number, id: number): ServerStep => {
    if (state.decided) {
      if (message.type !== 'get' || state.accepted === null) return undefined;
      const { value } = state.accepted.proposal;
      return { state, send: [{ to: from, message: { type: 'getOk', request: message.request, value } }] };
    }
    switch (message.type) {
      case 'put': {
        if (state.proposal !== null) return undefined;
        const ballot: Ballot = [state.ballot[0] + 1, id];
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
export const paxos = (size: RegisterParameters): RegisterModel<Server, PeerMessage> =>
  registerService(
    'Paxos',
    {
      start: () => ({ ballot: [0, 0], proposal: null, prepared: {}, accepts: [], accepted: null, decided: false }),
      receive: receive(size.servers),
    },
    size,
  );

export default paxos;

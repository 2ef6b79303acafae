/**
 * Single-decree Paxos (Lamport, "The Part-Time Parliament", 1998) as a register: servers agree on one value that some client put. Clients
 * put and get, and what they see must be linearizable. Stateright's example has the same steps: with two clients and three servers 16,668 states.
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

type Message =
  | RegisterMessage
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

type State = Server | RegisterClientState;
type Step = ReturnType<Actor<State, Message>['receive']>;

const compare = (a: Ballot, b: Ballot): number => a[0] - b[0] || a[1] - b[1];

const include = (ids: ReadonlyArray<number>, id: number): ReadonlyArray<number> =>
  [...new Set([...ids, id])].sort((a, b) => a - b);

/** The proposal of the greatest ballot that was accepted anywhere: it may have been decided. */
const latest = (prepared: Server['prepared']): Proposal | undefined =>
  Object.values(prepared)
    .filter((last) => last !== null)
    .sort((a, b) => compare(b.ballot, a.ballot))[0]?.proposal;

const receive = (servers: number) => {
  const majority = Math.floor(servers / 2) + 1;
  const toPeers = (id: number, message: Message) =>
    Array.from({ length: servers }, (_, to) => ({ to, message })).filter(({ to }) => to !== id);

  const onPrepared = (state: Server, last: Accepted | null, from: number, id: number): Step => {
    const prepared = { ...state.prepared, [from]: last };
    if (Object.keys(prepared).length !== majority) return { state: { ...state, prepared } };
    const { ballot } = state;
    const proposal = latest(prepared) ?? state.proposal!;
    return {
      state: { ...state, prepared, proposal, accepted: { ballot, proposal }, accepts: include(state.accepts, id) },
      send: toPeers(id, { type: 'accept', ballot, proposal }),
    };
  };

  const onAccepted = (state: Server, from: number, id: number): Step => {
    const accepts = include(state.accepts, from);
    if (accepts.length !== majority) return { state: { ...state, accepts } };
    const { ballot } = state;
    const proposal = state.proposal!;
    return {
      state: { ...state, accepts, decided: true },
      send: [
        ...toPeers(id, { type: 'decided', ballot, proposal }),
        { to: proposal.client, message: { type: 'putOk', request: proposal.request } },
      ],
    };
  };

  return (state: Server, message: Message, from: number, id: number): Step => {
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

const server = (servers: number, id: number): Actor<State, Message> => ({
  name: `s${id}`,
  start: () => ({ state: { ballot: [0, 0], proposal: null, prepared: {}, accepts: [], accepted: null, decided: false } }),
  receive: receive(servers) as Actor<State, Message>['receive'],
});

const client = (servers: number, id: number): Actor<State, Message> => ({
  ...(registerClient({ servers }) as Actor<State, Message>),
  name: `c${id}`,
});

type Paxos = Model<ActorsState<State, Message, typeof registerHistory.initial>, ActorsAction<Message>>;

/** What the model can be made with. */
export const parameters = { clients: { default: 2, min: 1, max: 5 }, servers: { default: 3, min: 1, max: 7 } };

export interface PaxosParameters {
  readonly clients: number;
  readonly servers: number;
}

/** Paxos with so many clients, each of which puts once and then gets. */
export const paxos = ({ clients, servers }: PaxosParameters): Paxos =>
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

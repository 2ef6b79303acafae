/**
 * A register that a majority of servers keeps (Attiya, Bar-Noy and Dolev, "Sharing Memory Robustly in Message-Passing Systems", 1995): a
 * server that has a request first asks a majority what they have, then tells a majority what it is now. Reads do so too. What clients see
 * must be linearizable. Stateright's example has the same steps: with two clients and two servers 544 states.
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

/** How many writes came before, and which server made it. */
type Sequence = readonly [writes: number, server: number];

interface Versioned {
  readonly sequence: Sequence;
  readonly value: string;
}

type Message =
  | RegisterMessage
  | { readonly type: 'query'; readonly request: number }
  | ({ readonly type: 'queried'; readonly request: number } & Versioned)
  | ({ readonly type: 'record'; readonly request: number } & Versioned)
  | { readonly type: 'recorded'; readonly request: number };

interface Request {
  readonly request: number;
  readonly client: number;
}

/** A request that asks what others have; `write` is null for a read. */
interface Asking extends Request {
  readonly phase: 'asking';
  readonly write: string | null;
  readonly answers: Readonly<Record<number, Versioned>>;
}

/** A request that tells others what it is now; `read` is null for a write. */
interface Telling extends Request {
  readonly phase: 'telling';
  readonly read: string | null;
  readonly told: ReadonlyArray<number>;
}

interface Server extends Versioned {
  readonly busy: Asking | Telling | null;
}

type State = Server | RegisterClientState;
type Step = ReturnType<Actor<State, Message>['receive']>;

const compare = (a: Sequence, b: Sequence): number => a[0] - b[0] || a[1] - b[1];

const include = (ids: ReadonlyArray<number>, id: number): ReadonlyArray<number> =>
  [...new Set([...ids, id])].sort((a, b) => a - b);

/** The later of what a server has and what it hears of. */
const later = (state: Server, { sequence, value }: Versioned): Server =>
  compare(sequence, state.sequence) > 0 ? { ...state, sequence, value } : state;

const receive = (servers: number) => {
  const majority = Math.floor(servers / 2) + 1;
  const toPeers = (id: number, message: Message) =>
    Array.from({ length: servers }, (_, to) => ({ to, message })).filter(({ to }) => to !== id);

  const begin = (state: Server, { request, client }: Request, write: string | null, id: number): Step => {
    const { sequence, value } = state;
    const busy = { phase: 'asking', request, client, write, answers: { [id]: { sequence, value } } } as const;
    return { state: { ...state, busy }, send: toPeers(id, { type: 'query', request }) };
  };

  const onAnswer = (state: Server, asking: Asking, answer: Versioned, from: number, id: number): Step => {
    const { request, client, write } = asking;
    const answers = { ...asking.answers, [from]: answer };
    if (Object.keys(answers).length !== majority) return { state: { ...state, busy: { ...asking, answers } } };
    const newest = Object.values(answers).reduce((a, b) => (compare(b.sequence, a.sequence) > 0 ? b : a));
    const now: Versioned = write === null ? newest : { sequence: [newest.sequence[0] + 1, id], value: write };
    const busy = { phase: 'telling', request, client, read: write === null ? newest.value : null, told: [id] } as const;
    return { state: { ...later(state, now), busy }, send: toPeers(id, { type: 'record', request, ...now }) };
  };

  const onTold = (state: Server, telling: Telling, from: number): Step => {
    const { request, client, read } = telling;
    const told = include(telling.told, from);
    if (told.length !== majority) return { state: { ...state, busy: { ...telling, told } } };
    const message: Message = read === null ? { type: 'putOk', request } : { type: 'getOk', request, value: read };
    return { state: { ...state, busy: null }, send: [{ to: client, message }] };
  };

  return (state: Server, message: Message, from: number, id: number): Step => {
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

const server = (servers: number, id: number): Actor<State, Message> => ({
  name: `s${id}`,
  start: () => ({ state: { sequence: [0, id], value: NOTHING_PUT, busy: null } }),
  receive: receive(servers) as Actor<State, Message>['receive'],
});

const client = (servers: number, id: number): Actor<State, Message> => ({
  ...(registerClient({ servers }) as Actor<State, Message>),
  name: `c${id}`,
});

type Abd = Model<ActorsState<State, Message, typeof registerHistory.initial>, ActorsAction<Message>>;

/** What the model can be made with. */
export const parameters = { clients: { default: 2, min: 1, max: 5 }, servers: { default: 2, min: 1, max: 7 } };

export interface AbdParameters {
  readonly clients: number;
  readonly servers: number;
}

/** The register with so many clients, each of which puts once and then gets. */
export const abd = ({ clients, servers }: AbdParameters): Abd =>
  actorModel({
    name: `ABD register, ${clients} clients, ${servers} servers`,
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

export default abd;

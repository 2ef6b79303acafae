/**
 * A register that a majority of servers keeps (Attiya, Bar-Noy and Dolev, "Sharing Memory Robustly in Message-Passing Systems", 1995): a
 * server that has a request first asks a majority what they have, then tells a majority what it is now. Reads do so too. What clients see
 * must be linearizable. Stateright's example has the same steps: with two clients and two servers 544 states.
 */
import { NOTHING_PUT, type RegisterMessage } from 'bayou/checker';
import {
  include,
  majorityOf,
  registerService,
  toPeers,
  type RegisterModel,
  type RegisterParameters,
  type Step,
} from './shared/register-service.mjs';

/** How many writes came before, and which server made it. */
type Sequence = readonly [writes: number, server: number];

interface Versioned {
  readonly sequence: Sequence;
  readonly value: string;
}

/** What servers say to each other. */
type PeerMessage =
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

type Message = PeerMessage | RegisterMessage;
type ServerStep = Step<Server, Message>;

const compare = (a: Sequence, b: Sequence): number => a[0] - b[0] || a[1] - b[1];

/** The later of what a server has and what it hears of. */
const later = (state: Server, { sequence, value }: Versioned): Server =>
  compare(sequence, state.sequence) > 0 ? { ...state, sequence, value } : state;

const receive = (servers: number) => {
  const majority = majorityOf(servers);
  const tellPeers = (id: number, message: PeerMessage) => toPeers<Message>(servers, id, message);

  const begin = (state: Server, { request, client }: Request, write: string | null, id: number): ServerStep => {
    const { sequence, value } = state;
    const busy = { phase: 'asking', request, client, write, answers: { [id]: { sequence, value } } } as const;
    return { state: { ...state, busy }, send: tellPeers(id, { type: 'query', request }) };
  };

  const onAnswer = (state: Server, asking: Asking, answer: Versioned, from: number, id: number): ServerStep => {
    const { request, client, write } = asking;
    const answers = { ...asking.answers, [from]: answer };
    if (Object.keys(answers).length !== majority) return { state: { ...state, busy: { ...asking, answers } } };
    const newest = Object.values(answers).reduce((a, b) => (compare(b.sequence, a.sequence) > 0 ? b : a));
    const now: Versioned = write === null ? newest : { sequence: [newest.sequence[0] + 1, id], value: write };
    const busy = { phase: 'telling', request, client, read: write === null ? newest.value : null, told: [id] } as const;
    return { state: { ...later(state, now), busy }, send: tellPeers(id, { type: 'record', request, ...now }) };
  };

  const onTold = (state: Server, telling: Telling, from: number): ServerStep => {
    const { request, client, read } = telling;
    const told = include(telling.told, from);
    if (told.length !== majority) return { state: { ...state, busy: { ...telling, told } } };
    const message: Message = read === null ? { type: 'putOk', request } : { type: 'getOk', request, value: read };
    return { state: { ...state, busy: null }, send: [{ to: client, message }] };
  };

  return (state: Server, message: Message, from: number, id: number): ServerStep => {
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
export const abd = (size: RegisterParameters): RegisterModel<Server, PeerMessage> =>
  registerService(
    'ABD register',
    { start: (id) => ({ sequence: [0, id], value: NOTHING_PUT, busy: null }), receive: receive(size.servers) },
    size,
  );

export default abd;

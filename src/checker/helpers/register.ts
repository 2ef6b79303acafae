/**
 * A register that clients put values into and get them from, as actors: the clients, the history of what they saw, and the object it
 * should be like. With {@link actorModel} and a service of one's own this judges linearizability.
 */
import { A_COUNT, A_WHOLE_NUMBER } from '../contract/argument-checks.js';
import { codecOf, mustDecode } from '../contract/decoded-arguments.js';
import { object } from '../contract/codecs.js';
import type { Actor, Envelope } from './actors.js';
import { emptyHistory, invoked, responded, type History, type SequentialObject } from './linearizability.js';

/** What clients and servers of a register say to each other; a service adds messages of its own. */
export type RegisterMessage =
  | { readonly type: 'put'; readonly request: number; readonly value: string }
  | { readonly type: 'get'; readonly request: number }
  | { readonly type: 'putOk'; readonly request: number }
  | { readonly type: 'getOk'; readonly request: number; readonly value: string };

/** An operation on a register: a value to write, or `null` for a read. */
export interface RegisterOperation {
  readonly write: string | null;
}

/** A client: how many operations it has invoked or completed, and the request whose answer it waits for. */
export interface RegisterClientState {
  readonly awaiting: number | null;
  readonly operations: number;
}

/** What a register has before anything was put. */
export const NOTHING_PUT = '';

/** A register as it should be. */
export const register: SequentialObject<string, RegisterOperation, string> = {
  initial: NOTHING_PUT,
  apply: (value, { write }) => (write === null ? [value, value] : [write, 'written']),
};

const OPTIONS = object('options', { servers: codecOf(A_WHOLE_NUMBER) }, { puts: codecOf(A_COUNT) });

const letter = (of: 'A' | 'Z', by: number): string => String.fromCharCode(of.charCodeAt(0) + by);

/**
 * The number of an operation of an actor, both from 0. Cantor’s pairing, and one: no two operations of any actors have one number, however
 * many actors there are, which no client knows.
 */
const requestOf = (actor: number, operation: number): number => {
  const both = actor + operation;
  return (both * (both + 1)) / 2 + operation + 1;
};

/**
 * A client that makes `puts` puts, one after the other, and then one get. Each request goes to the next server. Actors 0 to `servers - 1` are the
 * servers, and clients come after them. Every request has a number of its own, from 1.
 */
export const registerClient = (options: {
  readonly servers: number;
  readonly puts?: number;
}): Omit<Actor<RegisterClientState, RegisterMessage>, 'timeout'> => {
  mustDecode('registerClient', 'options', OPTIONS, options);
  const { servers, puts = 1 } = options;
  return {
    start: (id) => {
      if (puts === 0) return { state: { awaiting: null, operations: 0 } };
      const request = requestOf(id, 0);
      const message = { type: 'put', request, value: letter('A', id - servers) } as const;
      return { state: { awaiting: request, operations: 1 }, send: [{ to: id % servers, message }] };
    },
    receive: ({ awaiting, operations }, message, _from, id) => {
      if (awaiting === null || message.request !== awaiting) return undefined;
      if (message.type === 'getOk') return { state: { awaiting: null, operations: operations + 1 } };
      if (message.type !== 'putOk') return undefined;
      const request = requestOf(id, operations);
      const value = letter('Z', servers - id);
      return {
        state: { awaiting: request, operations: operations + 1 },
        send: [
          {
            to: (id + operations) % servers,
            message: operations < puts ? { type: 'put', request, value } : { type: 'get', request },
          },
        ],
      };
    },
  };
};

/** What the clients of a register saw. */
export type RegisterHistory = History<RegisterOperation, string>;

/** Servers may say anything to each other: a message need have no type, and be no object. */
const isRegister = (message: unknown): message is RegisterMessage =>
  typeof message === 'object' &&
  message !== null &&
  'type' in message &&
  ['put', 'get', 'putOk', 'getOk'].includes(message.type as string);

/** The history that clients see: an operation is invoked when its request is sent, and has its response when that is delivered. */
export const registerHistory = {
  initial: emptyHistory as RegisterHistory,
  sent: (history: RegisterHistory, { from, message }: Envelope<{ readonly type: string }>): RegisterHistory => {
    if (!isRegister(message)) return history;
    if (message.type === 'put') return invoked(history, from, { write: message.value });
    return message.type === 'get' ? invoked(history, from, { write: null }) : history;
  },
  delivered: (history: RegisterHistory, { to, message }: Envelope<{ readonly type: string }>): RegisterHistory => {
    if (!isRegister(message)) return history;
    if (message.type === 'putOk') return responded(history, to, 'written');
    return message.type === 'getOk' ? responded(history, to, message.value) : history;
  },
};

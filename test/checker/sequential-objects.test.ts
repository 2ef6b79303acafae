/** The functions and the data that the helpers for linearizability are given: what is not as it should be is refused in one line. */
import { describe, expect, test } from 'vitest';
import { checkSync } from '#bayou/checker/check.js';
import { CheckerError } from '#bayou/checker/error.js';
import type { Send } from '#bayou/checker/helpers/actors.js';
import {
  emptyHistory,
  invoked,
  isLinearizable,
  linearization,
  responded,
  type History,
  type SequentialObject,
} from '#bayou/checker/helpers/linearizability.js';
import { register, registerClient, registerHistory, type RegisterMessage } from '#bayou/checker/helpers/register.js';
import type { Model } from '#bayou/checker/model.js';

// --- a queue whose one item comes out twice ----------------------------------------------------------------------------------

type QueueOperation = { readonly add: number } | { readonly take: true };
type Queue = SequentialObject<unknown, QueueOperation, unknown>;
type QueueHistory = History<QueueOperation, unknown>;

const EVENTS: ReadonlyArray<(history: QueueHistory) => QueueHistory> = [
  (history) => invoked(history, 'p', { add: 1 }),
  (history) => responded(history, 'p', 'added'),
  (history) => invoked(history, 'p', { take: true }),
  (history) => responded(history, 'p', 1),
  (history) => invoked(history, 'p', { take: true }),
  (history) => responded(history, 'p', 1),
];

const begun: QueueHistory = emptyHistory;
const historyOf = (events: number): QueueHistory => EVENTS.slice(0, events).reduce((history, event) => event(history), begun);

const pure: Queue = {
  initial: [],
  apply: (state, operation) => {
    const items = state as ReadonlyArray<number>;
    return 'add' in operation ? [[...items, operation.add], 'added'] : [items.slice(1), items[0]];
  },
};

/** Each keeps its items in another kind of value, and changes it. */
const CHANGING: Readonly<Record<string, () => Queue>> = {
  'a list': () => ({
    initial: [],
    apply: (state, operation) => {
      const items = state as number[];
      if (!('add' in operation)) return [items, items.shift()];
      items.push(operation.add);
      return [items, 'added'];
    },
  }),
  'a field of an object': () => ({
    initial: { items: [] },
    apply: (state, operation) => {
      const queue = state as { items: ReadonlyArray<number> };
      const [first, ...rest] = queue.items;
      queue.items = 'add' in operation ? [...queue.items, operation.add] : rest;
      return [queue, 'add' in operation ? 'added' : first];
    },
  }),
  'a set': () => ({
    initial: new Set(),
    apply: (state, operation) => {
      const items = state as Set<number>;
      const [first] = items;
      if ('add' in operation) items.add(operation.add);
      else items.delete(first!);
      return [items, 'add' in operation ? 'added' : first];
    },
  }),
  'a map': () => ({
    initial: new Map([['items', []]]),
    apply: (state, operation) => {
      const queue = state as Map<string, ReadonlyArray<number>>;
      const [first, ...rest] = queue.get('items')!;
      queue.set('items', 'add' in operation ? [operation.add] : rest);
      return [queue, 'add' in operation ? 'added' : first];
    },
  }),
  'the operation': () => ({
    initial: [],
    apply: (state, operation) => {
      const applied = pure.apply(state, operation);
      if ('add' in operation) (operation as { add: number }).add++;
      return applied;
    },
  }),
};

const model = (queue: Queue): Model<number, string> => ({
  name: 'queue',
  initial: [0],
  actions: (n) => (n < EVENTS.length ? ['go'] : []),
  next: (n) => n + 1,
  label: (family) => ({ family, args: [] }),
  properties: [{ name: 'linearizable', kind: 'always', holds: (n) => isLinearizable(historyOf(n), queue) }],
});

const refusal = (run: () => unknown): string => {
  try {
    return String(run());
  } catch (error) {
    expect(error).toBeInstanceOf(CheckerError);
    expect((error as CheckerError).message).not.toContain('\n');
    return (error as CheckerError).message;
  }
};

describe('what a sequential object does', () => {
  test('a pure one judges', () => {
    expect(checkSync(model(pure)).verdict).toBe('violated');
    expect([2, 4, 6].map((events) => isLinearizable(historyOf(events), pure))).toEqual([true, true, false]);
  });

  test.each(Object.entries(CHANGING))('one that changes %s that it is given is refused', (_, queue) => {
    expect(refusal(() => checkSync(model(queue())).verdict)).toMatch(
      /^isLinearizable: object\.apply changes what it is given.* \(after 2 steps/,
    );
    expect(refusal(() => linearization(historyOf(4), queue()))).toMatch(/^linearization: object\.apply changes what it is given/);
  });

  test('what is refused is as it was', () => {
    const queue = CHANGING['a list']!();
    expect(refusal(() => isLinearizable(historyOf(2), queue))).toContain('changes');
    expect(queue.initial).toEqual([]);
  });

  test('a list that is changed late is noticed as one that is changed at once', () => {
    let calls = 0;
    const late: Queue = { ...pure, apply: (state, operation) => (++calls < 1000 ? pure : changing).apply(state, operation) };
    const changing = CHANGING['a list']!();
    const judge = (): void => {
      for (let n = 0; n < 600; n++) isLinearizable(historyOf(4), late);
    };
    expect(refusal(judge)).toContain('isLinearizable: object.apply changes what it is given');
  });

  test.each([
    ['a promise', Promise.resolve([[], 'added']), 'a promise'],
    ['nothing', undefined, 'undefined'],
    ['a state alone', [[]], 'a list'],
    ['something else', 'added', '"added"'],
    ['the promise of a response', [[], Promise.resolve('added')], 'a list'],
  ])('one that gives %s is refused', (_, answer, says) => {
    const queue: Queue = { initial: [], apply: () => answer as never };
    expect(refusal(() => isLinearizable(historyOf(2), queue))).toBe(
      `what isLinearizable: object.apply gives: expected a state and a response, [state, response], but it is ${says}`,
    );
  });

  test('one that throws is named', () => {
    const fails = (): never => {
      throw new TypeError('no');
    };
    expect(refusal(() => isLinearizable(historyOf(2), { initial: [], apply: fails }))).toContain(
      'isLinearizable: object.apply threw TypeError: no',
    );
  });

  test('one without an initial state is refused; undefined may be one', () => {
    expect(refusal(() => isLinearizable(historyOf(0), { intial: [], apply: pure.apply } as never))).toBe(
      'isLinearizable: object: expected a sequential object (initial, apply), but it is an object without its fields',
    );
    const last: Queue = {
      initial: undefined,
      apply: (before, operation) => ('add' in operation ? [operation.add, 'added'] : [before, before]),
    };
    expect(isLinearizable(historyOf(6), last)).toBe(true);
  });

  test('it may be an object of a class', () => {
    class Register {
      readonly initial = '';
      apply(value: string, { write }: { readonly write: string | null }): readonly [string, string] {
        return write === null ? this.read(value) : [write, 'written'];
      }
      private read(value: string): readonly [string, string] {
        return [value, value];
      }
    }
    const history = responded(invoked(emptyHistory as History<{ write: string | null }, string>, 1, { write: null }), 1, '');
    expect(isLinearizable(history, new Register())).toBe(true);
  });
});

describe('a register', () => {
  test.each([
    [{ servers: 1, put: 2 }, 'put: there is no such field; the fields are servers, puts'],
    [
      { server: 1 },
      'server: there is no such field; the fields are servers, puts; servers: expected a whole number from 1 on, but it is missing',
    ],
    [{ servers: '1' }, 'servers: expected a whole number from 1 on, but it is "1"'],
    [{ servers: 1, puts: -1 }, 'puts: expected a whole number from 0 on, but it is -1'],
    [null, 'options: expected options, but it is null'],
  ])('of clients with %j is refused', (options, says) => {
    expect(refusal(() => registerClient(options as never))).toBe(`registerClient: ${says}`);
  });

  test('messages of servers may be anything, and are no part of its history', () => {
    for (const message of [null, undefined, 1, 'put', [], {}, { type: null }, { type: 'other' }])
      for (const event of ['sent', 'delivered'] as const)
        expect(registerHistory[event](registerHistory.initial, { from: 0, to: 1, message: message as never })).toBe(
          registerHistory.initial,
        );
  });

  test.each([
    [1, 2, 1],
    [1, 5, 3],
    [3, 20, 4],
    [7, 1, 30],
  ])('with %d servers and %d clients, of %d puts each: every request has a number of its own', (servers, clients, puts) => {
    const { start, receive } = registerClient({ servers, puts });
    const requests = Array.from({ length: clients }, (_, i) => servers + i).flatMap((id) => {
      const sent: RegisterMessage[] = [];
      for (let reaction: ReturnType<typeof receive> = start(id); reaction?.send !== undefined;) {
        const [{ message }] = reaction.send as readonly [Send<RegisterMessage>];
        sent.push(message);
        const { request } = message;
        const answer =
          message.type === 'put' ? ({ type: 'putOk', request } as const) : ({ type: 'getOk', request, value: '' } as const);
        reaction = receive(reaction.state, answer, 0, id);
      }
      expect(sent.map(({ type }) => type)).toEqual([...Array<string>(puts).fill('put'), 'get']);
      return sent.map(({ request }) => request);
    });
    expect(new Set(requests).size).toBe(clients * (puts + 1));
    expect(requests.every((request) => Number.isSafeInteger(request) && request > 0)).toBe(true);
  });

  test('of no operations is linearizable', () => expect(isLinearizable(registerHistory.initial, register)).toBe(true));
});

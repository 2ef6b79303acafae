/** The helpers for models: collections, actors with a network, linearizability. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkSync } from '#bayou/checker/check.js';
import { actorModel, type Actor, type Delivery } from '#bayou/checker/helpers/actors.js';
import { bag, bagWithout, permutations, sortedSet } from '#bayou/checker/helpers/collections.js';
import {
  emptyHistory,
  invoked,
  isLinearizable,
  linearization,
  responded,
  type History,
} from '#bayou/checker/helpers/linearizability.js';
import { register, type RegisterOperation } from '#bayou/checker/helpers/register.js';
import { encode } from '#bayou/checker/values/encode.js';

describe('collections', () => {
  const items = fc.array(fc.oneof(fc.integer({ min: -9, max: 99 }), fc.constantFrom('a', 'b'), fc.record({ id: fc.nat(3) })));

  test('a set is the same whatever the order, and has nothing twice', () => {
    fc.assert(
      fc.property(items, (all) => {
        const set = sortedSet(all);
        expect(set).toEqual(sortedSet([...all].reverse()));
        expect(new Set(set.map(encode))).toEqual(new Set(all.map(encode)));
        expect(new Set(set.map(encode)).size).toBe(set.length);
      }),
    );
    expect(sortedSet([10, 9, 100, 9])).toEqual([9, 10, 100]);
    expect(sortedSet(['b', 'a', 'b'])).toEqual(['a', 'b']);
  });

  test('a bag is the same whatever the order, and has everything as often as it is there', () => {
    fc.assert(
      fc.property(items, (all) => {
        expect(bag(all)).toEqual(bag([...all].reverse()));
        expect(bag(all).map(encode).sort()).toEqual(all.map(encode).sort());
      }),
    );
    expect(bagWithout(bag([{ id: 1 }, { id: 1 }, { id: 2 }]), { id: 1 })).toEqual([{ id: 1 }, { id: 2 }]);
    expect(bagWithout([1], 2)).toEqual([1]);
  });

  test('ids may be any values: null, undefined, objects that a state has copies of, what is one as a text', () => {
    const renamed = (ids: ReadonlyArray<unknown>): ReadonlyArray<unknown> =>
      permutations(ids).map((rename) => structuredClone<ReadonlyArray<unknown>>(ids).map(rename));
    for (const ids of [
      [null, 'a'],
      [undefined, 'a'],
      [NaN, 0],
      [1, '1'],
      [{ id: 1 }, { id: 2 }],
      [['a'], 'a'],
      [{ id: null }, null],
    ])
      expect(renamed(ids)).toEqual([[...ids].reverse()]);
    expect(permutations<unknown>([null, { id: 1 }])[0]!({ id: 2 })).toEqual({ id: 2 });
  });

  test('permutations are all renamings but the identity', () => {
    const all = permutations(['x', 'y', 'z']).map((rename) => ['x', 'y', 'z'].map(rename).join(''));
    expect(all.sort()).toEqual(['xzy', 'yxz', 'yzx', 'zxy', 'zyx']);
    expect(permutations([1, 2])[0]!(3)).toBe(3);
    expect(permutations([])).toEqual([]);
    expect(permutations([1, 2, 3, 4, 5])).toHaveLength(119);
    expect(() => permutations([1, 1])).toThrow('twice');
    expect(() => permutations([{ id: 1 }, { id: 1 }])).toThrow('twice');
    expect(() => permutations([1, 2, 3, 4, 5, 6, 7, 8, 9])).toThrow('too many');
  });
});

// --- linearizability -------------------------------------------------------------------------------------------------------

/** One operation with the moments of its invocation and its response; without one it is under way. */
interface Timed {
  readonly process: number | string;
  readonly from: number;
  readonly to: number;
  readonly operation: RegisterOperation;
  readonly response?: string;
}

type Event =
  | { readonly process: number | string; readonly invoke: RegisterOperation }
  | { readonly process: number | string; readonly respond: string };

/**
 * Histories as random events: each process invokes what it likes, and has any response, or none yet. Two of the processes have names that
 * are one as texts.
 */
const events = fc
  .array(
    fc.tuple(
      fc.constantFrom(1, '1', 'p'),
      fc.constantFrom<RegisterOperation>({ write: 'a' }, { write: 'b' }, { write: null }),
      fc.constantFrom('', 'a', 'b'),
    ),
    { maxLength: 9 },
  )
  .map((drawn) => {
    const busy = new Map<number | string, RegisterOperation>();
    return drawn.map(([process, operation, read]): Event => {
      const pending = busy.get(process);
      if (pending === undefined) {
        busy.set(process, operation);
        return { process, invoke: operation };
      }
      busy.delete(process);
      return { process, respond: pending.write === null ? read : 'written' };
    });
  });

const historyOf = (all: ReadonlyArray<Event>): History<RegisterOperation, string> =>
  all.reduce<History<RegisterOperation, string>>(
    (history, event) =>
      'invoke' in event ? invoked(history, event.process, event.invoke) : responded(history, event.process, event.respond),
    emptyHistory,
  );

const timedOf = (all: ReadonlyArray<Event>): ReadonlyArray<Timed> => {
  const timed: Timed[] = [];
  all.forEach((event, now) => {
    if ('invoke' in event) timed.push({ process: event.process, from: now, to: Infinity, operation: event.invoke });
    else {
      const at = timed.findLastIndex(({ process }) => process === event.process);
      timed[at] = { ...timed[at]!, to: now, response: event.respond };
    }
  });
  return timed;
};

const orders = <T>(list: ReadonlyArray<T>): ReadonlyArray<ReadonlyArray<T>> =>
  list.length === 0 ? [[]] : list.flatMap((item, i) => orders(list.toSpliced(i, 1)).map((rest) => [item, ...rest]));

/** The definition, tried out: some order of all completed operations and some that are under way keeps real time and the register's law. */
const byDefinition = (all: ReadonlyArray<Timed>): boolean => {
  const open = all.filter(({ response }) => response === undefined);
  const closed = all.filter(({ response }) => response !== undefined);
  const chosen = open.reduce<ReadonlyArray<ReadonlyArray<Timed>>>(
    (sets, one) => [...sets, ...sets.map((s) => [...s, one])],
    [[]],
  );
  return chosen.some((extra) =>
    orders([...closed, ...extra]).some((order) => {
      let value = '';
      return order.every(({ from, operation, response }, i) => {
        if (order.slice(i + 1).some(({ to }) => to < from)) return false;
        if (operation.write === null) return response === undefined || response === value;
        value = operation.write;
        return true;
      });
    }),
  );
};

describe('linearizability', () => {
  test('the number 1 and the text 1 are two processes', () => {
    const write = (history: History<RegisterOperation, string>, process: number | string, value: string) =>
      responded(invoked(history, process, { write: value }), process, 'written');
    const read = (history: History<RegisterOperation, string>, value: string) =>
      responded(invoked(history, 'r', { write: null }), 'r', value);
    const one = write(write(write(emptyHistory, 1, 'A'), 1, 'C'), '1', 'B');
    expect(['A', 'B', 'C'].filter((value) => isLinearizable(read(one, value), register))).toEqual(['B']);
    const other = write(write(write(emptyHistory, '1', 'B'), 1, 'A'), 1, 'C');
    expect(['A', 'B', 'C'].filter((value) => isLinearizable(read(other, value), register))).toEqual(['C']);
    expect([1, '1'].map((process) => responded(emptyHistory as typeof one, process, '').broken)).toEqual([
      '1 had a response and had invoked nothing',
      "'1' had a response and had invoked nothing",
    ]);
  });

  test('is what the definition says, of random histories', () => {
    let no = 0;
    fc.assert(
      fc.property(events, (all) => {
        const is = byDefinition(timedOf(all));
        no += Number(!is);
        expect(isLinearizable(historyOf(all), register)).toBe(is);
      }),
      { numRuns: 400 },
    );
    expect(no).toBeGreaterThan(10);
  });

  test('gives the order that the object could have had', () => {
    const history = historyOf([
      { process: 0, invoke: { write: null } },
      { process: 1, invoke: { write: 'b' } },
      { process: 0, respond: 'b' },
    ]);
    expect(linearization(history, register)).toEqual([
      [{ write: 'b' }, 'written'],
      [{ write: null }, 'b'],
    ]);
  });

  test('of what could not be, nothing is linearizable', () => {
    const twice = invoked(invoked(emptyHistory as History<RegisterOperation, string>, 0, { write: 'a' }), 0, { write: 'b' });
    expect([twice.broken, isLinearizable(twice, register)]).toEqual([
      '0 invoked an operation before its last one was answered',
      false,
    ]);
    expect(responded(emptyHistory as History<RegisterOperation, string>, 'p', 'x').broken).toContain('had invoked nothing');
    expect(responded(twice, 0, 'x')).toBe(twice);
  });
});

// --- actors ----------------------------------------------------------------------------------------------------------------

/** One sends 1 to `count` to the other, who notes what comes. */
const counting = (count: number): ReadonlyArray<Actor<ReadonlyArray<number>, number>> => [
  {
    name: 'sender',
    start: () => ({ state: [], send: Array.from({ length: count }, (_, i) => ({ to: 1, message: i + 1 })) }),
    receive: () => undefined,
  },
  { name: 'receiver', start: () => ({ state: [] }), receive: (seen, message) => ({ state: [...seen, message] }) },
];

const numbers = (delivery: Delivery, lossy = false, most = 9) =>
  actorModel({
    name: 'numbers',
    actors: counting(3),
    delivery,
    lossy,
    history: { initial: null },
    properties: [
      {
        name: 'in order',
        kind: 'always',
        holds: ({ actors }) => actors[1]!.every((n, k, all) => k === 0 || all[k - 1]! < n),
      },
      // With something left to find, the search sees every state.
      { name: 'never', kind: 'sometimes', holds: () => false },
    ],
    boundary: ({ actors }) => actors[1]!.length < most,
  });

describe('actors', () => {
  // Orders of none, one, two or three of three messages: 1 + 3 + 6 + 6.
  test.each([
    ['once', false, 16],
    ['in order', false, 4],
  ] as const)('messages are delivered %s', (delivery, lossy, states) => {
    const { counts, properties } = checkSync(numbers(delivery, lossy), { keepGoing: true });
    expect([counts.distinct, properties[0]!.verdict]).toEqual([states, delivery === 'in order' ? 'holds' : 'violated']);
  });

  test('again and again: any sequence of so many', () => {
    const { counts } = checkSync(numbers('again', false, 3), { keepGoing: true });
    expect(counts.distinct).toBe(1 + 3 + 9 + 27);
  });

  test('lost: every subset is left, in order what comes is a subsequence', () => {
    const { counts, properties } = checkSync(numbers('in order', true));
    expect([counts.distinct, properties[0]!.verdict]).toEqual([15, 'holds']);
  });

  test.each(['once', 'in order'] as const)('%s: which of two channels was sent to first makes no difference', (delivery) => {
    const sends = { start: () => ({ state: 0 }), receive: () => undefined };
    const sender = (message: string) => ({
      ...sends,
      timeout: (sent: number) => (sent === 0 ? { state: 1, send: [{ to: 2, message }] } : undefined),
    });
    const model = actorModel<number, string, null>({
      name: 'two channels',
      actors: [sender('x'), sender('y'), { start: () => ({ state: 0 }), receive: (n) => ({ state: n }) }],
      delivery,
      history: { initial: null },
      properties: [{ name: 'none', kind: 'always', holds: () => true }],
    });
    // Each message is not sent, on its way, or there.
    expect(checkSync(model).counts.distinct).toBe(3 * 3);
  });

  test('two equal messages are two in a network that delivers once', () => {
    const twins = actorModel<number, string, null>({
      name: 'twins',
      actors: [
        { start: () => ({ state: 0, send: [1, 2].map(() => ({ to: 1, message: 'x' })) }), receive: () => undefined },
        { start: () => ({ state: 0 }), receive: (n) => ({ state: n + 1 }) },
      ],
      history: { initial: null },
      properties: [{ name: 'two come', kind: 'sometimes', holds: ({ actors }) => actors[1] === 2 }],
    });
    const { properties } = checkSync(twins, { witnessTraces: true });
    expect(properties[0]!.trace!.steps.map(({ label }) => label)).toEqual([
      { family: 'x', args: ['a1', 'a0'] },
      { family: 'x', args: ['a1', 'a0'] },
    ]);
    expect(properties[0]!.trace!.values!['network']).toEqual({
      '#set': [
        { copy: 1, from: 'a0', message: 'x', to: 'a1' },
        { from: 'a0', message: 'x', to: 'a1' },
      ],
    });
  });

  test('timeouts come at any time, and a message to nobody is a fault that is named', () => {
    const ticking = actorModel<number, string, null>({
      name: 'ticking',
      actors: [{ start: () => ({ state: 0 }), receive: () => undefined, timeout: (n) => (n < 3 ? { state: n + 1 } : undefined) }],
      history: { initial: null },
      properties: [{ name: 'anything', kind: 'always', holds: () => true }],
    });
    expect(checkSync(ticking).counts.distinct).toBe(4);
    const lost = (): unknown =>
      actorModel<number, string, null>({
        name: 'lost',
        actors: [{ start: () => ({ state: 0, send: [{ to: 7, message: 'x' }] }), receive: () => undefined }],
        history: { initial: null },
        properties: [],
      });
    expect(lost).toThrow(
      'what actors[0].start gives: send[0].to: expected the number of an actor (there is only 0), but it is 7',
    );
  });
});

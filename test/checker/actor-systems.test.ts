/** What `actorModel` takes is checked, field by field, and what its functions give at each call. A history may be any value. */
import { describe, expect, test, vi } from 'vitest';
import { checkSync } from '#bayou/checker/check.js';
import { threw } from '#bayou/checker/contract/model-faults.js';
import { CheckerError } from '#bayou/checker/error.js';
import { actorModel, type Actor, type ActorSystem, type Delivery } from '#bayou/checker/helpers/actors.js';

type System = ActorSystem<number, unknown, unknown>;

const sender: Actor<number, unknown> = {
  start: () => ({ state: 0, send: [{ to: 1, message: 'm' }] }),
  receive: () => undefined,
};
const receiver: Actor<number, unknown> = { start: () => ({ state: 0 }), receive: (n) => ({ state: n + 1 }) };

const right: System = {
  name: 'one message',
  actors: [sender, receiver],
  history: { initial: 0 },
  properties: [{ name: 'at most one comes', kind: 'always', holds: ({ actors }) => actors[1]! < 2 }],
};

/** The system with other fields, which its type may not have; with others of its second actor. */
const but = (fields: object): System => ({ ...right, ...fields });
const receiverBut = (fields: object): System => but({ actors: [sender, { ...receiver, ...fields }] });

/** The line of the refusal, and of which kind it is: the run to the state, which follows in brackets, is left out. */
const refusal = (system: System): string => {
  try {
    return checkSync(actorModel(system)).verdict;
  } catch (error) {
    expect(error).toBeInstanceOf(CheckerError);
    const { code, message } = error as CheckerError;
    expect(message).not.toContain('\n');
    return `${code}: ${message.replace(/ \((in an initial state|after \d+ step).*/, '')}`;
  }
};

describe('a system of actors is checked when it is taken in', () => {
  const FIELDS = 'there is no such field; the fields are name, actors, history, properties, delivery, lossy, boundary';
  const ANOTHER = 'is another part of each state: give the actor another name';

  test('the right one holds', () => expect(refusal(right)).toBe('holds'));

  test.each([
    ['lossey', { lossey: true }, `lossey: ${FIELDS}`],
    ['fairness', { fairness: () => 'all' }, `fairness: ${FIELDS}`],
    ['lossy', { lossy: 'no' }, 'lossy: expected true or false, but it is "no"'],
    ['delivery', { delivery: 'Again' }, 'delivery: expected one of once, again, in order, but it is "Again"'],
    ['boundary', { boundary: true }, 'boundary: expected a function, but it is true'],
    ['name', { name: '' }, 'name: expected a text with something in it, but it is ""'],
    ['properties', { properties: null }, 'properties: expected a list, but it is null'],
    ['actors', { actors: {} }, 'actors: expected a list, but it is an object'],
    [
      'history.send',
      { history: { initial: 0, send: () => 1 } },
      'history.send: there is no such field; the fields are initial, sent, delivered',
    ],
    [
      'history.initial',
      { history: {} },
      'history.initial: expected a value other than undefined (null will do), but it is missing',
    ],
    [
      'history.initial, a promise',
      { history: { initial: Promise.resolve(0) } },
      'history.initial: expected a value other than undefined (null will do), but it is a promise',
    ],
    ['history.sent', { history: { initial: 0, sent: 1 } }, 'history.sent: expected a function, but it is 1'],
  ])('%s', (_, fields, says) => expect(refusal(but(fields))).toBe(`option: actorModel: ${says}`));

  test.each([
    [
      'timeOut',
      { timeOut: () => undefined },
      'actors[1].timeOut: there is no such field; the fields are start, receive, name, timeout',
    ],
    ['timeout', { timeout: true }, 'actors[1].timeout: expected a function, but it is true'],
    ['receive', { receive: undefined }, 'actors[1].receive: expected a function, but it is missing'],
    ['name', { name: 7 }, 'actors[1].name: expected a text with something in it, but it is 7'],
    ['a name that is taken', { name: 'a0' }, 'actors: 0 and 1 have the name "a0": give each a name of its own'],
    ['the name network', { name: 'network' }, `actors[1].name: "network" ${ANOTHER}`],
    ['the name history', { name: 'history' }, `actors[1].name: "history" ${ANOTHER}`],
  ])('of an actor: %s', (_, fields, says) => expect(refusal(receiverBut(fields))).toBe(`option: actorModel: ${says}`));

  test('nothing at all', () => {
    expect(refusal(undefined as never)).toBe('option: actorModel: system: expected a system of actors, but it is missing');
  });

  test('functions may be methods', () => {
    class Counter implements Actor<number, unknown> {
      start() {
        return { state: this.first() };
      }
      receive(n: number) {
        return { state: n + 1 + this.first() };
      }
      private first(): number {
        return 0;
      }
    }
    expect(refusal(but({ actors: [sender, new Counter()] }))).toBe('holds');
  });
});

describe('what functions of a system give is checked at each call', () => {
  const wrong: ReadonlyArray<readonly [string, unknown, string]> = [
    ['a promise', Promise.resolve({ state: 1 }), 'but it is a promise'],
    ['null', null, 'but it is null'],
    ['false', false, 'but it is false'],
    ['a list', [1], 'but it is a list'],
    ['a state alone', 1, 'but it is 1'],
  ];
  const fields: ReadonlyArray<readonly [string, unknown, string]> = [
    ['no state', { send: [] }, 'state: it is missing'],
    ['a state that is a promise', { state: Promise.resolve(1) }, 'state: expected a value, but it is a promise'],
    ['sends', { state: 1, sends: [] }, 'sends: there is no such field; the fields are state, send'],
    ['one message', { state: 1, send: { to: 0, message: 1 } }, 'send: expected a list, but it is an object'],
    ['a hole', { state: 1, send: Array(1) }, 'send: expected a list without holes, but it has some'],
    ['no message', { state: 1, send: [{ to: 0 }] }, 'send[0].message: it is missing'],
    [
      'a promise to send',
      { state: 1, send: [{ to: 0, message: Promise.resolve() }] },
      'send[0].message: expected a value, but it is a promise',
    ],
    [
      'nobody',
      { state: 1, send: [{ to: 2, message: 1 }] },
      'send[0].to: expected the number of an actor (from 0 to 1), but it is 2',
    ],
    [
      'no number',
      { state: 1, send: [{ to: '0', message: 1 }] },
      'send[0].to: expected the number of an actor (from 0 to 1), but it is "0"',
    ],
    [
      'from',
      { state: 1, send: [{ to: 0, message: 1, from: 1 }] },
      'send[0].from: there is no such field; the fields are to, message',
    ],
  ];

  const gives = (name: 'start' | 'receive' | 'timeout', answer: unknown): string =>
    refusal(receiverBut({ [name]: () => answer }));

  test.each(wrong)('%s', (_, answer, says) => {
    expect(gives('start', answer)).toBe(`model: what actors[1].start gives: expected a reaction, ${says}`);
    for (const name of ['receive', 'timeout'] as const)
      expect(gives(name, answer)).toBe(`model: what actors[1].${name} gives: expected a reaction, or undefined, ${says}`);
  });

  test.each(fields)('%s', (_, answer, says) => {
    for (const name of ['start', 'receive', 'timeout'] as const)
      expect(gives(name, answer)).toBe(`model: what actors[1].${name} gives: ${says}`);
  });

  test('undefined is no start; a state may be undefined where it is said', () => {
    expect(gives('start', undefined)).toBe('model: what actors[1].start gives: expected a reaction, but it is undefined');
    expect(refusal(receiverBut({ receive: () => ({ state: undefined }) }))).toBe('violated');
  });

  test('what throws is named', () => {
    const fails = (): never => {
      throw new TypeError('no');
    };
    for (const name of ['start', 'receive', 'timeout'])
      expect(refusal(receiverBut({ [name]: fails }))).toMatch(
        new RegExp(`^model: actors\\[1\\]\\.${name} threw TypeError: no \\(.*\\)$`),
      );
    for (const name of ['sent', 'delivered'])
      expect(refusal(but({ history: { initial: 0, [name]: fails } }))).toContain(`history.${name} threw TypeError: no`);
  });
});

describe('a history', () => {
  const DELIVERIES: ReadonlyArray<Delivery> = ['once', 'again', 'in order'];

  /** What is outstanding: the message that was sent last, and null once it was delivered. */
  const outstanding = (delivery: Delivery, idle: unknown): System => ({
    ...right,
    delivery,
    history: { initial: idle, sent: (_, { message }) => message, delivered: () => idle },
    properties: [
      {
        name: 'delivered, nothing is outstanding',
        kind: 'always',
        holds: ({ actors, history }) => (actors[1] === 0) === (history === 'm'),
      },
      { name: 'it comes', kind: 'sometimes', holds: ({ actors }) => actors[1] === 1 },
    ],
    boundary: ({ actors }) => actors[1]! < 2,
  });

  test.each(DELIVERIES.flatMap((delivery) => [null, false, 0, ''].map((idle) => [delivery, idle] as const)))(
    'delivered %s, may become %j',
    (delivery, idle) => {
      const { properties } = checkSync(actorModel(outstanding(delivery, idle)));
      expect(properties.map(({ verdict }) => verdict)).toEqual(['holds', 'reached']);
    },
  );

  test('may become null when something is sent', () => {
    const system = but({ history: { initial: 'nothing sent', sent: () => null } });
    expect(actorModel(system).initial[0]!.history).toBe(null);
  });

  test.each(['sent', 'delivered'])('%s gives the new history, and nothing else', (name) => {
    const gives = (answer: unknown): string => refusal(but({ history: { initial: 0, [name]: () => answer } }));
    const says = `model: what history.${name} gives: expected a value other than undefined (null will do), but it is`;
    expect(gives(undefined)).toBe(`${says} undefined`);
    expect(gives(Promise.resolve(1))).toBe(`${says} a promise`);
  });

  test.each(['sent', 'delivered'])('%s changes nothing that it is given', (name) => {
    const initial: unknown[] = [];
    const adds = (history: unknown[], envelope: unknown): unknown[] => {
      history.push(envelope);
      return history;
    };
    expect(refusal(but({ history: { initial, [name]: adds } }))).toContain('changes what it is given');
    expect(initial).toEqual([]);
  });
});

test('what a run shows of a message is all of it, whatever the message is', () => {
  const messages = [
    new Map([[1, 2]]),
    [1, 2],
    null,
    { type: Symbol.iterator.description },
    { type: null, from: 'a' },
    new Date(0),
  ];
  const system = but({
    actors: messages.map((message): Actor<number, unknown> => ({
      start: (id) => ({ state: 0, send: [{ to: id, message }] }),
      receive: (n) => ({ state: n + 1 }),
    })),
    properties: [
      { name: 'all come', kind: 'sometimes', holds: ({ actors }: { actors: number[] }) => actors.every((n) => n === 1) },
    ],
  });
  const [{ trace, verdict } = {}] = checkSync(actorModel(system), { witnessTraces: true }).properties;
  expect(verdict).toBe('reached');
  for (const shown of ['message: {1 -> 2}', 'message: [1, 2]', 'message: null', 'type: Symbol.iterator', 'message: 1970'])
    expect(trace!.initial['network']).toContain(shown);
});

test('an error of another copy of the checker is one of the checker: the command is one file, and a model imports the library', async () => {
  vi.resetModules();
  const other = (await import('#bayou/checker/error.js')).CheckerError;
  expect(other).not.toBe(CheckerError);
  const error = new other('model', 'what actors[0].receive gives: …');
  expect(threw('next', error)).toBe(error);
  expect(error).toBeInstanceOf(CheckerError);
  expect(new TypeError('no')).not.toBeInstanceOf(CheckerError);
  expect(Object.keys(error)).toEqual(Object.keys(new CheckerError('model', 'no')));
});

test('a trace shows what is on its way in the order in which it is delivered, where there is one', () => {
  const twice = (delivery: Delivery): unknown => {
    const model = actorModel<string, string, number>({
      name: 'twice',
      delivery,
      history: { initial: 0 },
      actors: [
        {
          start: () => ({
            state: '',
            send: ['b', 'a'].map((message) => ({ to: 1, message })),
          }),
          receive: () => undefined,
        },
        {
          name: 'to',
          start: () => ({ state: '', send: [{ to: 0, message: 'c' }] }),
          receive: (state, m) => ({ state: state + m }),
        },
      ],
      properties: [],
    });
    return model.parts?.(model.initial[0]!)['network'];
  };
  expect(twice('in order')).toEqual(
    new Map([
      [{ from: 'a0', to: 'to' }, ['b', 'a']],
      [{ from: 'to', to: 'a0' }, ['c']],
    ]),
  );
  expect(twice('once')).toEqual(
    new Set([
      { from: 'a0', to: 'to', message: 'a' },
      { from: 'a0', to: 'to', message: 'b' },
      { from: 'to', to: 'a0', message: 'c' },
    ]),
  );
});

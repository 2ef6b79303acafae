/** Whatever is given to a function of the library that it does not take: one line that says so, and no error from within. */
import { describe, expect, test } from 'vitest';
import * as library from '#bayou/checker/index.js';
import { interaction, over, slot, type ComponentModel, type Model } from '#bayou/checker/index.js';

// --- what is right -----------------------------------------------------------------------------------------------------------

const plain: Model<number, string> = {
  name: 'plain',
  initial: [0],
  actions: (n) => (n < 3 ? ['up'] : []),
  next: (n) => n + 1,
  label: (action) => ({ family: action, args: [] }),
  properties: [{ name: 'low', kind: 'always', holds: (n) => n < 2 }],
};

const n = slot('n', 'n', 0);
const up = interaction({
  label: { family: 'up', args: [] },
  slots: [n],
  writes: [0],
  step: (count) => (count < 3 ? [{ next: [count + 1] }] : []),
});
const parts: ComponentModel = {
  name: 'parts',
  slots: [n],
  interactions: [up],
  properties: [{ name: 'low', kind: 'always', over: [over([n], (count) => count < 2)] }],
};

const report = library.checkSync(plain);
const run = report.properties[0]!.trace!;
const history = library.invoked(library.emptyHistory, 'a', { write: 'x' });
const client = library.registerClient({ servers: 1 });
const system = {
  name: 'system',
  actors: [client],
  history: { initial: 0 },
  properties: [{ name: 'true', kind: 'always', holds: () => true }],
};
const source = { module: new URL('../../dist/nothing.js', import.meta.url).href, name: 'nothing', args: [] };

/** Of each function: right arguments, so many of them needed (default: all), and how many it looks at (default: all). */
interface Row {
  readonly args: ReadonlyArray<unknown>;
  readonly needed?: number;
  readonly looked?: number;
}

/** `looked: 0`: what makes a part of a model takes what it is given, and the model is refused. */
const TABLE: Readonly<Record<string, Row>> = {
  actorModel: { args: [system] },
  bag: { args: [[1]] },
  bagWithout: { args: [[1], 1], looked: 1 },
  check: { args: [plain, {}], needed: 1 },
  checkComponents: { args: [parts, {}], needed: 1 },
  checkInParallel: { args: [source, { workers: 2 }] },
  checkSync: { args: [plain, {}], needed: 1 },
  query: { args: [{}], looked: 0 },
  follow: { args: [plain, [], {}], needed: 2 },
  interaction: { args: [up], looked: 0 },
  internedModel: { args: [parts] },
  invoked: { args: [history, 'b', 1], looked: 2 },
  isLinearizable: { args: [history, library.register] },
  isLiveness: { args: ['always'], looked: 0 },
  isVacuous: { args: [report.vacuity] },
  linearization: { args: [history, library.register] },
  over: { args: [[n], () => true], looked: 0 },
  permutations: { args: [[1, 2]] },
  registerClient: { args: [{ servers: 1 }] },
  responded: { args: [history, 'a', 1], looked: 2 },
  sampleRuns: { args: [plain, { runs: 1, length: 1, seed: 1 }] },
  sampleRunsSync: { args: [plain, { runs: 1, length: 1, seed: 1 }] },
  severalCounterexamples: { args: [plain, plain.properties[0], 1, {}], needed: 3 },
  showLabel: { args: [{ family: 'up', args: [] }] },
  simulate: { args: [plain, {}], needed: 1 },
  simulateSync: { args: [plain, {}], needed: 1 },
  slot: { args: ['n', 'n', 0], looked: 0 },
  sortedSet: { args: [[1]] },
  stepper: { args: [plain, 0], needed: 1 },
  strongly: { args: ['class'], looked: 0 },
  summaryLines: { args: [report] },
  toDot: { args: [plain, 10], needed: 1 },
  toItf: { args: [run, 'a file', 'a run'] },
  toMermaid: { args: [run] },
  toModel: { args: [parts] },
  toShiViz: { args: [run] },
  traceLines: { args: [run] },
  verdictLine: { args: [report] },
  verdictOf: { args: [report.properties, report.stop, report.vacuity, false], looked: 3 },
  withFewestSwitches: { args: [plain, report] },
};

const WRONG: ReadonlyArray<readonly [string, unknown]> = [
  ['undefined', undefined],
  ['null', null],
  ['a number', -1.5],
  ['true', true],
  ['a text', 'typo'],
  ['an object', {}],
  ['a list', [[]]],
  ['a function', (): undefined => undefined],
  [
    'an object of wrong fields',
    { initial: 3, steps: 3, properties: null, processes: 'none', servers: 'many', maxStates: NaN, module: 1 },
  ],
];

// --- what is wrong -----------------------------------------------------------------------------------------------------------

const functions = library as unknown as Readonly<Record<string, (...args: ReadonlyArray<unknown>) => unknown>>;

/** What it comes to: nothing, where it is taken, or the error. */
const outcome = async (name: string, args: ReadonlyArray<unknown>): Promise<unknown> => {
  try {
    await functions[name]!(...args);
    return undefined;
  } catch (error) {
    return error;
  }
};

test('every function of the library is in the table', () => {
  const names = Object.entries(library).flatMap(([name, value]) =>
    typeof value === 'function' && name !== 'CheckerError' ? [name] : [],
  );
  expect(names.toSorted()).toEqual(Object.keys(TABLE).toSorted());
});

describe.each(Object.entries(TABLE))('%s', (name, { args, needed = args.length, looked = args.length }) => {
  const cases = args.flatMap((_, at) => WRONG.map(([what, wrong]) => ({ at, what, wrong })));

  test.each(cases)('argument $at: $what', async ({ at, wrong }) => {
    const error = await outcome(name, args.with(at, wrong));
    if (error !== undefined) {
      expect(['CheckerError', 'RangeError']).toContain((error as Error).name);
      expect((error as Error).message).toMatch(/^[^\n]+$/);
    }
    // What is not there at all is refused, where it is needed.
    if ((wrong === undefined && at < Math.min(needed, looked)) || (wrong === null && at < looked))
      expect(error).toBeInstanceOf(Error);
  });
});

test('what is made of wrong parts is refused with the model that it is in', async () => {
  for (const wrong of [undefined, null, 3, 'x', {}, []]) {
    const part = library.query(wrong as never);
    await expect(library.checkComponents({ ...parts, interactions: [part] })).rejects.toThrow(library.CheckerError);
    const property = { name: 'p', kind: 'always', over: [library.over(wrong as never, wrong as never)] } as const;
    await expect(library.checkComponents({ ...parts, properties: [property] })).rejects.toThrow(library.CheckerError);
    await expect(library.checkComponents({ ...parts, slots: [library.slot(wrong as never, wrong as never, 0)] })).rejects.toThrow(
      library.CheckerError,
    );
  }
});

describe('where nothing is judged, nothing holds', () => {
  test('properties without predicates', async () => {
    for (const property of [
      { name: 'p', kind: 'always', over: [] },
      { name: 'p', kind: 'eventually', over: [] },
      { name: 'p', kind: 'leadsTo', from: [], to: [over([n], () => true)] },
      { name: 'p', kind: 'noDeadlock', final: [] },
    ] as const) {
      const model = { ...parts, properties: [property] };
      const says = /^properties\[0\]\.(over|from|final): expected a list of at least 1, but it is an empty list$/;
      await expect(library.checkComponents(model)).rejects.toThrow(says);
      expect(() => library.toModel(model)).toThrow(says);
    }
    const sometimes = await library.checkComponents({ ...parts, properties: [{ name: 'p', kind: 'sometimes', over: [] }] });
    expect(sometimes.properties[0]!.verdict).toBe('not reached');
  });

  test('no properties asked for', async () => {
    const none = { properties: [] };
    const reports = [
      await library.check(plain, none),
      await library.simulate(plain, none),
      await library.checkComponents(parts, none),
    ];
    expect(reports.map(({ verdict }) => verdict)).toEqual(['bounded', 'bounded', 'bounded']);
    for (const one of reports) expect(library.verdictLine(one)).toContain('bounded (no property was judged): ');
  });

  test('no properties in a report', () => {
    expect(library.verdictOf([], { kind: 'complete' }, report.vacuity, false)).toBe('bounded');
  });
});

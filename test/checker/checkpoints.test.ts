import { toModel } from '#bayou/checker/component-model/as-model.js';
import { check, checkSync } from '#bayou/checker/check.js';
import { checkComponents } from '#bayou/checker/factored/check-components.js';
import { CheckerError } from '#bayou/checker/error.js';
import type { ComponentOptions } from '#bayou/checker/options.js';
import { interaction, over, slot, type ComponentModel, type Model } from '#bayou/checker/model.js';
import { internedModel } from '#bayou/checker/component-model/interned.js';
import { random } from '#bayou/checker/random.js';
import type { CheckOptions } from '#bayou/checker/options.js';
import type { Report } from '#bayou/checker/report.js';
import { bayou } from '#bayou/model/system.js';
import fc from 'fast-check';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { peterson } from '../../examples/models/peterson.js';
import { philosophers } from '../../examples/models/philosophers.js';
import { twoPhaseCommit } from '../../examples/models/two-phase-commit.js';
import { waterJugs } from '../../examples/models/water-jugs.js';
import { configured } from '../support/configs.js';
import { faultOf } from '../support/replay.js';
import { bayouS } from './fixtures/bayou-s.js';
import { randomModel, recipe } from './fixtures/random.js';
import { seedOr } from '../support/seeds.js';

vi.setConfig({ testTimeout: 240_000 });

let folder = '';
beforeAll(() => (folder = mkdtempSync(join(tmpdir(), 'checkpoints-'))));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string): string => join(folder, name);

type Limits = Pick<CheckOptions, 'maxStates' | 'checkpoint' | 'resume'>;
type Search = (limits: Limits) => Promise<Report> | Report;

/** A search that stops at each of some numbers of states and is resumed from its file; and how often it was resumed. */
const inPieces = async (search: Search, stops: ReadonlyArray<number>): Promise<readonly [Report, number]> => {
  const checkpoint = file('pieces');
  let resumed = 0;
  let report: Report | undefined;
  for (const maxStates of [...stops, Infinity]) {
    const resume = report === undefined ? {} : { resume: checkpoint };
    report = await search({ checkpoint, ...resume, ...(maxStates === Infinity ? {} : { maxStates }) });
    if (report.stop.kind !== 'states') break;
    resumed++;
  }
  return [report!, resumed];
};

/** So many places to stop at, at random, in order. */
const places = (seed: number, below: number, count = 3): ReadonlyArray<number> => {
  const pick = random(seed);
  return Array.from({ length: count }, () => 1 + pick(below)).sort((a, b) => a - b);
};

/** All that a report says of the model: nothing of how long it took. */
const totals = ({ statistics: { omission }, audited: _audited, ...report }: Report): unknown => ({ ...report, omission });

/** The same, of counterexamples only how long they are. */
const essence = (report: Report): unknown => ({
  ...(totals(report) as object),
  properties: report.properties.map(({ trace, ...property }) => [property, trace?.steps.length]),
});

type AnyModel = Model<unknown, unknown>;

describe('plain models, stopped anywhere, come to the totals of one run', () => {
  const models: ReadonlyArray<readonly [string, AnyModel]> = [
    ['two-phase commit', twoPhaseCommit(4) as AnyModel],
    ['water jugs', waterJugs as AnyModel],
    ['Peterson, broken', peterson('broken') as AnyModel],
    ['polite philosophers', philosophers(4, 'polite') as AnyModel],
    ['rude philosophers', philosophers(4, 'rude') as AnyModel],
    ['v7-tie', toModel(bayou(configured('v7-tie'))) as unknown as AnyModel],
    ['settle', toModel(bayou(configured('settle'))) as unknown as AnyModel],
  ];
  const variants: ReadonlyArray<CheckOptions> = [
    {},
    { search: 'dfs' },
    { search: 'dfs', maxDepth: 7 },
    { keepGoing: true, witnessTraces: true },
    { search: 'dfs', keepGoing: true, witnessTraces: true },
    { symmetry: true, keepGoing: true },
    { symmetry: true, normalize: true, search: 'dfs' },
  ];
  const searches = models.flatMap(([name, model]) => {
    const live = model.properties.some(({ kind }) => kind.startsWith('eventually') || kind === 'leadsTo');
    const hashed: ReadonlyArray<CheckOptions> = live
      ? []
      : [{ hashBits: 20 }, { hashBits: 60, search: 'dfs' }, { hashBits: 60, symmetry: true }];
    // The graph of states is what takes time: of the largest model a few variants do.
    const some = name === 'settle' ? variants.slice(0, 3) : variants;
    return [...some, ...hashed].map((options) => [name, options, model] as const);
  });
  test.each(searches)('%s, %o', async (_name, options, model) => {
    const whole = checkSync(model, options);
    const [report, resumed] = await inPieces(
      (limits) => checkSync(model, { ...options, ...limits }),
      [1, ...places(searches.length, whole.counts.distinct)],
    );
    expect(totals(report)).toEqual(totals(whole));
    expect(resumed).toBeGreaterThan(0);
  });

  test('a depth limit is left behind', async () => {
    const model = twoPhaseCommit(4);
    const checkpoint = file('depth');
    const shallow = checkSync(model, { maxDepth: 5, checkpoint });
    expect(shallow.stop).toEqual({ kind: 'depth', limit: 5 });
    expect(totals(checkSync(model, { resume: checkpoint, maxDepth: 8 }))).toEqual(totals(checkSync(model, { maxDepth: 8 })));
    expect(totals(await check(model, { resume: checkpoint }))).toEqual(totals(checkSync(model)));
  });

  test('states of maps, sets, dates, big numbers and nested objects', async () => {
    interface State {
      readonly seen: ReadonlySet<number>;
      readonly by: ReadonlyMap<string, { readonly when: Date; readonly path: ReadonlyArray<number | undefined> }>;
      readonly much: bigint;
      readonly low: number;
    }
    const model: Model<State, number> = {
      name: 'assorted',
      initial: [{ seen: new Set(), by: new Map(), much: 2n ** 70n, low: -1.5 }],
      actions: ({ seen }) => [0, 1, 2, 3, 4].filter((n) => !seen.has(n)),
      next: ({ seen, by, much, low }, n) => ({
        seen: new Set([...seen, n]),
        by: new Map([...by, [String(n), { when: new Date(1e12 + n), path: [NaN, undefined, ...[...seen].sort()] }]]),
        much: much * BigInt(n + 2),
        low: low - n,
      }),
      label: (n) => ({ family: 'Take', args: [n] }),
      properties: [{ kind: 'sometimes', name: 'all are seen', holds: ({ seen }) => seen.size === 5 }],
    };
    for (const options of [{}, { search: 'dfs' }, { hashBits: 60 }] as const) {
      const whole = checkSync(model, options);
      const [report, resumed] = await inPieces((limits) => checkSync(model, { ...options, ...limits }), [3, 40, 150, 300]);
      expect(totals(report)).toEqual(totals(whole));
      expect(resumed).toBe(4);
    }
  });
});

describe('by components, stopped anywhere, the totals are those of one run', () => {
  const names = ['bayou-s-2213', 'v1-pruning', 'v7-tie'] as const;
  const variants: ReadonlyArray<ComponentOptions> = [
    {},
    { symmetry: true, keepGoing: true },
    { keepGoing: true, witnessTraces: true },
    { search: 'dfs' },
    { search: 'dfs', keepGoing: true, witnessTraces: true },
    { search: 'dfs', maxDepth: 6, keepGoing: true },
    { search: 'dfs', symmetry: true, normalize: true },
    { hashBits: 60 },
    { hashBits: 14, keepGoing: true },
    { hashBits: 60, search: 'dfs', keepGoing: true },
    { search: 'sweep', keepGoing: true },
    { search: 'sweep', symmetry: true },
  ];
  const searches = names.flatMap((name) => variants.map((options) => [name, options] as const));

  test.each(searches)('%s, %o', async (name, options) => {
    const model = bayou(configured(name));
    const whole = await checkComponents(model, options);
    const [report, resumed] = await inPieces(
      (limits) => checkComponents(model, { ...options, ...limits }),
      places(name.length, whole.counts.distinct),
    );
    expect(essence(report)).toEqual(essence(whole));
    if (whole.verdict === 'holds') expect(resumed).toBeGreaterThan(0);
    // Depth first the stack is the counterexample, and it is in the file.
    if (options.search === 'dfs') expect(totals(report)).toEqual(totals(whole));
    for (const { name: property, verdict, trace } of report.properties)
      if (verdict === 'violated') expect(faultOf(toModel(model), trace!, property)).toBeUndefined();
  });

  test('random models at random places', async () => {
    await fc.assert(
      fc.asyncProperty(recipe, fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 4 }), async (made, stops) => {
        const model = randomModel(made);
        for (const options of [{}, { search: 'dfs' }, { hashBits: 60 }, { search: 'dfs', hashBits: 60 }] as const) {
          const all = { ...options, keepGoing: true };
          const whole = await checkComponents(model, all);
          const [report] = await inPieces(
            (limits) => checkComponents(model, { ...all, ...limits }),
            stops.toSorted((a, b) => a - b),
          );
          expect(essence(report)).toEqual(essence(whole));
        }
        const plain = checkSync(toModel(model), { keepGoing: true });
        const [report] = await inPieces((limits) => checkSync(toModel(model), { keepGoing: true, ...limits }), stops);
        expect(totals(report)).toEqual(totals(plain));
      }),
      { seed: seedOr(20_262), numRuns: 8 },
    );
  });

  test('a depth limit is left behind, by hashes too', async () => {
    const model = bayou(configured('bayou-s-2213'));
    const checkpoint = file('depth');
    for (const options of [{}, { hashBits: 60 }]) {
      await checkComponents(model, { ...options, maxDepth: 4, checkpoint });
      const deeper = await checkComponents(model, { ...options, maxDepth: 6, resume: checkpoint });
      expect(essence(deeper)).toEqual(essence(await checkComponents(model, { ...options, maxDepth: 6 })));
    }
  });
});

describe('while it runs', () => {
  const links = toModel(bayou(configured('client-links'))) as unknown as AnyModel;
  // Large enough to be written on the way, and small enough to be written again and again.
  const large = bayou(configured('bayou-s-2223'));
  const searches: ReadonlyArray<readonly [string, (options: CheckOptions) => Promise<Report> | Report]> = [
    ['bfs', (options) => checkComponents(large, options)],
    ['sweep', (options) => checkComponents(large, { ...options, search: 'sweep' })],
    ['dfs', (options) => checkComponents(large, { ...options, search: 'dfs' })],
    ['plain', (options) => check(links, options)],
    ['plain dfs', (options) => checkSync(links, { ...options, search: 'dfs' })],
  ];
  test.each(searches)('%s: it is written by the clock, and gone on with from the last time', async (name, search) => {
    const checkpoint = file(name);
    const kept = await search({ checkpoint, checkpointEveryMs: 50 });
    // The search ran to its end, so the checkpoint was written on the way.
    expect(kept.stop.kind).toBe('complete');
    expect(totals(await search({ resume: checkpoint }))).toEqual(totals(kept));
    expect(existsSync(`${checkpoint}.part`)).toBe(false);
  });

  test('a write that fails leaves the file before, and says so', async () => {
    const checkpoint = file('former');
    await checkComponents(bayouS(small), { maxStates: 700, checkpoint });
    const former = readFileSync(checkpoint);
    const spoilt = growing((n) => (n < 300 ? n : new Point(n)));
    const { stop } = await checkComponents(spoilt, { maxStates: 400, checkpoint });
    expect(stop).toEqual({
      kind: 'states',
      limit: 400,
      unwritten: `checkpoint ${checkpoint}: values of the kind "cell" are not plain data (a function, an object of a class or without a prototype …) and cannot be written`,
    });
    expect(readFileSync(checkpoint)).toEqual(former);
    expect(existsSync(`${checkpoint}.part`)).toBe(false);
  });
});

const small = { servers: 2, clients: 2, keys: 1, puts: 3 };

/** No plain data. */
class Point {
  readonly x: number;
  constructor(x: number) {
    this.x = x;
  }
}

/** A counter whose values are what a function makes of its numbers. */
const growing = (value: (n: number) => unknown): ComponentModel => {
  const cell = slot<unknown>('cell', 'a', value(0));
  const numberOf = (local: unknown): number => (typeof local === 'number' ? local : (local as Point).x);
  return {
    name: 'growing',
    slots: [cell],
    interactions: [
      interaction({
        label: { family: 'Add', args: [] },
        slots: [cell],
        writes: [0],
        step: (local) => (numberOf(local) < 1000 ? [{ next: [value(numberOf(local) + 1)] }] : []),
      }),
    ],
    properties: [{ kind: 'always', name: 'anything', over: [over([cell], () => true)] }],
  };
};

/** The words of the error that a check is refused with. */
const refusal = async (search: () => Promise<Report> | Report): Promise<readonly [string, string]> => {
  try {
    await search();
  } catch (error) {
    if (error instanceof CheckerError) return [error.code, error.message];
    throw error;
  }
  return ['', 'not refused'];
};

describe('refused in one line', () => {
  const components = (options: ComponentOptions, model = bayouS(small)) => refusal(() => checkComponents(model, options));
  const plainly = (options: CheckOptions, model: AnyModel = toModel(bayouS(small)) as unknown as AnyModel) =>
    refusal(() => checkSync(model, options));
  const says = (why: string): readonly [string, unknown] => ['checkpoint', expect.stringContaining(why)];

  beforeAll(async () => {
    await checkComponents(bayouS(small), {
      maxStates: 700,
      checkpoint: file('components'),
      configuration: { puts: 3, keys: 1 },
    });
    checkSync(toModel(bayouS(small)), { maxStates: 700, checkpoint: file('plain'), configuration: { puts: 3, keys: 1 } });
  });

  const mine = { configuration: { puts: 3, keys: 1 } };

  test.each([
    ['components', components],
    ['plain', plainly],
  ] as const)('%s: another model, configuration, option, property or step', async (name, search) => {
    const again = { ...mine, resume: file(name) };
    const seeded = { ...bayouS({ ...small, seed: true }), name: bayouS(small).name };
    const other = (model: ComponentModel) =>
      name === 'plain' ? plainly(again, toModel(model) as unknown as AnyModel) : components(again, model);
    expect(await search(again)).toEqual(['', 'not refused']);
    expect(await other(bayouS({ ...small, puts: 2 }))).toEqual(says('it is of the model "'));
    expect(await search({ ...again, configuration: { puts: 4, keys: 1 } })).toEqual(
      says('it was made with other options: puts 3, not 4'),
    );
    expect(await search({ ...again, symmetry: true })).toEqual(says('other options: symmetry false, not true'));
    expect(await search({ ...again, search: 'dfs' })).toEqual(says('other options: search bfs, not dfs'));
    expect(await search({ ...again, hashBits: 64 })).toEqual(says('other options: hashBits not set, not 64'));
    expect(await search({ ...again, properties: ['CONV'] })).toEqual(says('declares other parts, actions or properties now'));
    expect(await other(seeded)).toEqual(
      says(
        name === 'plain'
          ? 'a step or a property of the model has another outcome now'
          : 'a step of the model has another outcome now',
      ),
    );
  });

  test('a step that changed far from the initial states', async () => {
    const counts = (changed: number): ComponentModel => {
      const count = slot<number>('count', 'count', 0);
      return {
        name: 'count',
        slots: [count],
        interactions: [
          interaction({
            label: { family: 'Count', args: [] },
            slots: [count],
            writes: [0],
            step: (n) => (n < 4000 ? [{ next: [n < changed ? n + 1 : 0] }] : []),
          }),
        ],
        properties: [{ kind: 'always', name: 'anything', over: [over([count], () => true)] }],
      };
    };
    const checkpoint = file('far');
    await checkComponents(counts(5000), { maxStates: 3000, checkpoint });
    const resumed = (changed: number) => components({ resume: checkpoint }, counts(changed));
    expect(await resumed(2000)).toEqual(says('a step of the model has another outcome now'));
    expect(await resumed(1000)).toEqual(says('a step of the model has another outcome now'));
    expect(await resumed(5000)).toEqual(['', 'not refused']);
  });

  test('one search’s file for the other; a depth limit depth first', async () => {
    expect(await components({ ...mine, resume: file('plain') })).toEqual(says('other options: engine plain, not components'));
    expect(await plainly({ ...mine, resume: file('components') })).toEqual(says('other options: engine components, not plain'));
    const checkpoint = file('deep');
    checkSync(twoPhaseCommit(3), { search: 'dfs', maxDepth: 4, checkpoint });
    expect(await refusal(() => checkSync(twoPhaseCommit(3), { search: 'dfs', maxDepth: 5, resume: checkpoint }))).toEqual(
      says('other options: maxDepth 4, not 5'),
    );
  });

  test('a limit of depth beyond which the search has gone', async () => {
    const checkpoint = file('far gone');
    const model = bayou(configured('bayou-s-2213'));
    const plain = twoPhaseCommit(4) as AnyModel;
    const searches: ReadonlyArray<(options: CheckOptions) => Promise<Report>> = [
      (options) => checkComponents(model, options),
      (options) => checkComponents(model, { ...options, hashBits: 64 }),
      (options) => check(plain, options),
      (options) => check(plain, { ...options, hashBits: 64 }),
    ];
    for (const search of searches) {
      const near = await search({ maxDepth: 3 });
      await search({ maxDepth: 3, checkpoint });
      expect(essence(await search({ maxDepth: 3, resume: checkpoint }))).toEqual(essence(near));
      await search({ maxStates: near.counts.distinct + 1, checkpoint });
      for (const maxDepth of [1, 2, 3])
        await expect(search({ maxDepth, resume: checkpoint })).rejects.toThrow(
          `it has gone 4 steps far, and the limit is ${maxDepth} now: go on with one of 4 or more, or with none`,
        );
      expect(essence(await search({ maxDepth: 4, resume: checkpoint }))).toEqual(essence(await search({ maxDepth: 4 })));
    }
  });

  test.each(['components', 'plain'])(
    '%s: a file that is not there, damaged anywhere, cut anywhere, or something else',
    async (name) => {
      const resumed = (path: string) => (name === 'plain' ? plainly : components)({ ...mine, resume: path });
      const bytes = readFileSync(file(name));
      const broken = file('broken');
      const pick = random(7);
      for (let i = 0; i < 20; i++) {
        const at = 24 + pick(bytes.length - 24);
        const damaged = Buffer.from(bytes);
        damaged[at] = damaged[at]! ^ (1 << pick(8));
        writeFileSync(broken, damaged);
        expect(await resumed(broken)).toEqual(['checkpoint', expect.stringMatching(/: it is damaged|: it ends too early/)]);
        writeFileSync(broken, bytes.subarray(0, at));
        expect(await resumed(broken)).toEqual(says('ends too early'));
      }
      for (const [text, why] of [
        ['', 'this is not a checkpoint'],
        ['hello\n', 'this is not a checkpoint'],
        [`{"format":1,"identity":{"model":"x"}}\n`, 'it has the format 1, not 9: another version of the program wrote it'],
        [bytes.toString('latin1').replace('checkpoint 9', 'checkpoint 8'), 'it has the format 8, not 9'],
        [bytes.toString('latin1').replace(/ [LB]E\n/, ' XE\n'), 'another order of bytes'],
      ] as const) {
        writeFileSync(broken, text, 'latin1');
        expect(await resumed(broken)).toEqual(says(why));
      }
      expect(await resumed(file('none'))).toEqual(says('it cannot be read: ENOENT'));
      expect(await resumed(folder)).toEqual(says('it is a folder'));
    },
  );

  test('states that cannot be written, before the search where the first one is', async () => {
    const why = 'are not plain data (a function, an object of a class or without a prototype …) and cannot be written';
    const checkpoint = file('unwritable');
    const counter = (initial: unknown, after: (state: never) => unknown): AnyModel => ({
      name: 'counter',
      initial: [initial],
      actions: () => ['add'],
      next: (state) => after(state as never),
      label: () => ({ family: 'add', args: [] }),
      properties: [{ kind: 'always', name: 'anything', holds: () => true }],
      key: (state) => JSON.stringify(state),
    });
    const point = counter(new Point(0), ({ x }: Point) => new Point(x + 1));
    expect(await plainly({ checkpoint, maxStates: 10 }, point)).toEqual(says(`states ${why}`));
    const late = counter({ x: 0 }, ({ x }: Point) => (x < 5 ? { x: x + 1 } : { x: x + 1, f: () => x }));
    expect(await plainly({ checkpoint, maxStates: 5 }, late)).toEqual(['', 'not refused']);
    const { stop } = await check(late, { checkpoint: file('late'), maxStates: 10 });
    expect(stop).toEqual({ kind: 'states', limit: 10, unwritten: expect.stringContaining(`states ${why}`) as string });
    expect(existsSync(file('late'))).toBe(false);
    expect(
      await components(
        { checkpoint },
        growing((n) => new Point(n)),
      ),
    ).toEqual(says(`values of the kind "cell" ${why}`));
    expect(await plainly({ checkpoint }, internedModel(bayouS(small)) as unknown as AnyModel)).toEqual([
      'option',
      expect.stringContaining('its states are numbers that this process gave'),
    ]);
  });

  test('options and places that make no sense', async () => {
    for (const search of [components, plainly]) {
      expect(await search({ checkpointEveryMs: 5 })).toEqual([
        'option',
        'checkpointEveryMs: it needs a checkpoint, the file to write',
      ]);
      expect(await search({ checkpointEveryMs: 0, checkpoint: file('x') })).toEqual([
        'option',
        'checkpointEveryMs: expected a number above 0, but it is 0',
      ]);
      expect(await search({ checkpoint: folder })).toEqual(says('it is a folder'));
      expect(await search({ checkpoint: join(folder, 'no', 'such') })).toEqual(says('it cannot be written: ENOENT'));
    }
  });
});

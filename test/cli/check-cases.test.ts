/**
 * Models that were once told wrong: each has its verdict, or one exact line, in every search, from the command and from the library.
 */
import { describe, expect, test } from 'vitest';
import { toModel } from '#bayou/checker/component-model/as-model.js';
import { check, simulate } from '#bayou/checker/check.js';
import { checkComponents } from '#bayou/checker/factored/check-components.js';

import type { ComponentModel, Model } from '#bayou/checker/model.js';
import { internedModel } from '#bayou/checker/component-model/interned.js';
import type { Report } from '#bayou/checker/report.js';
// Threads run from dist/, so what starts them is taken from there too.
import { checkInParallel } from '../../dist/checker/factored/parallel/check-in-parallel.js';
import { bayou } from './run.js';

/** The names of the properties that are violated, or the line (its beginning) that refuses the model. */
type Expected = { readonly violated: ReadonlyArray<string> } | { readonly refused: string };

interface Case {
  readonly level: 'plain' | 'components';
  readonly expected: Expected;
}

const CASES: Readonly<Record<string, Case>> = {
  'bigint-slot': { level: 'components', expected: { violated: ['never two less'] } },
  buffer: {
    level: 'plain',
    expected: { refused: 'a state holds a Buffer at .memory, which nothing keeps from being changed: use a list of numbers' },
  },
  bytes: {
    level: 'plain',
    expected: { refused: 'a state holds a Uint8Array at .memory, which nothing keeps from being changed: use a list of numbers' },
  },
  'class-in-a-step': {
    level: 'plain',
    expected: { refused: 'next gives objects of two classes of one name for one input' },
  },
  'fields-in-one-order': { level: 'plain', expected: { violated: [] } },
  'field-called-note': { level: 'plain', expected: { violated: ['a closed ticket has a reason'] } },
  'forgotten-write': {
    level: 'components',
    expected: { refused: 'move changes b, which is not among its writes (in an initial state, a: 0, b: 0)' },
  },
  'map-in-a-slot': { level: 'components', expected: { violated: ['never two'] } },
  'missed-violation': { level: 'components', expected: { violated: ['never 1'] } },
  'mutates-its-argument': {
    level: 'plain',
    expected: {
      refused:
        'next changes what it is given, at n: states are immutable values, make a new one (in an initial state, n: 0, log: [])',
    },
  },
  'names-alike-in-a-file-name': { level: 'plain', expected: { violated: ['p', 'p!', 'p 1'] } },
  'names-with-everything': {
    level: 'plain',
    expected: { violated: ['not "all"\nare; <one> & \\ 😀', 'not "all" are (one)'] },
  },
  'not-a-boolean': {
    level: 'plain',
    expected: {
      refused:
        'what properties[0].holds gives: expected true or false, but it is undefined (after 1 step, phase: elected, leader: {id: 1})',
    },
  },
  'object-as-dictionary': { level: 'plain', expected: { violated: [] } },
  'queue-in-a-map': {
    level: 'plain',
    expected: { refused: 'properties[0].holds depends on the order in which a Map was filled: it gives' },
  },
  'queue-in-a-set': {
    level: 'plain',
    expected: { refused: 'next depends on the order in which a Set was filled: it gives' },
  },
  'queue-in-a-slot': {
    level: 'components',
    expected: { refused: 'interactions[2].step depends on the order in which a Set was filled: it gives' },
  },
  'queue-in-fields': {
    level: 'plain',
    expected: { refused: 'next depends on the order in which the fields x, y of an object were set: it gives' },
  },
  'sign-of-a-zero': {
    level: 'plain',
    expected: { refused: 'properties[0].holds depends on the sign of a zero: it gives' },
  },
  'private-field': {
    level: 'plain',
    expected: { refused: 'a state holds a Vault, which has private fields, which cannot be compared: leave it out' },
  },
};

const fileOf = (name: string): string => new URL(`models/${name}.mjs`, import.meta.url).href;

const modelOf = async (name: string): Promise<unknown> => ((await import(fileOf(name))) as { readonly default: unknown }).default;

// --- the library -----------------------------------------------------------------------------------------------------------

type Search = readonly [name: string, run: (name: string) => Promise<Report>];

const ALL = { keepGoing: true } as const;
const WALKS = { ...ALL, traces: 20, traceLength: 30 } as const;

const plain = (name: string): Promise<Model<unknown, unknown>> => modelOf(name) as Promise<Model<unknown, unknown>>;
const parts = (name: string): Promise<ComponentModel> => modelOf(name) as Promise<ComponentModel>;

const PLAIN: ReadonlyArray<Search> = [
  ['bfs', async (name) => check(await plain(name), ALL)],
  ['dfs', async (name) => check(await plain(name), { ...ALL, search: 'dfs' })],
  ['by hashes', async (name) => check(await plain(name), { ...ALL, hashBits: 64 })],
  ['at random', async (name) => simulate(await plain(name), WALKS)],
  ['audited whole', async (name) => check(await plain(name), { ...ALL, audit: true })],
];

const COMPONENTS: ReadonlyArray<Search> = [
  ['auto', async (name) => checkComponents(await parts(name), { ...ALL, search: 'auto' })],
  ['bfs', async (name) => checkComponents(await parts(name), ALL)],
  ['bfs, no local positions', async (name) => checkComponents(await parts(name), { ...ALL, locals: [] })],
  ['dfs', async (name) => checkComponents(await parts(name), { ...ALL, search: 'dfs' })],
  ['sweep', async (name) => checkComponents({ ...(await parts(name)), progress: () => 0 }, { ...ALL, search: 'sweep' })],
  ['by hashes', async (name) => checkComponents(await parts(name), { ...ALL, hashBits: 64 })],
  ['plain', async (name) => check(toModel(await parts(name)), ALL)],
  ['plain dfs', async (name) => check(toModel(await parts(name)), { ...ALL, search: 'dfs' })],
  ['by numbers', async (name) => check(internedModel(await parts(name)), ALL)],
  ['at random', async (name) => simulate(internedModel(await parts(name)), WALKS)],
  [
    'two threads',
    (name) =>
      checkInParallel(
        { module: new URL('support/case-model.mjs', import.meta.url).href, name: 'modelOf', args: [fileOf(name)] },
        { ...ALL, workers: 2 },
      ),
  ],
];

/** What came of a search: the properties violated, or the line. */
const outcome = async (run: Promise<Report>): Promise<Expected> => {
  try {
    const { properties } = await run;
    return { violated: properties.filter(({ verdict }) => verdict === 'violated').map(({ name }) => name) };
  } catch (error) {
    // The threads' side of the checker is the one that was built, with an error class of its own.
    if (error instanceof Error && error.name === 'CheckerError') return { refused: error.message };
    throw error;
  }
};

const expectOutcome = (found: Expected, expected: Expected): void => {
  if ('refused' in expected) expect(found).toEqual({ refused: expect.stringContaining(expected.refused) as string });
  else expect(found).toEqual(expected);
};

describe('by the library', () => {
  const rows = Object.entries(CASES).flatMap(([name, { level, expected }]) =>
    (level === 'plain' ? PLAIN : COMPONENTS).map(([search, run]) => [name, search, run, expected] as const),
  );

  test.each(rows)('%s, %s', async (name, _search, run, expected) => {
    expectOutcome(await outcome(run(name)), expected);
  });
});

// --- the command -----------------------------------------------------------------------------------------------------------

describe('by the command', () => {
  const flags = { plain: [[], ['--search', 'dfs']], components: [[], ['--plain'], ['--workers', '2']] };
  const rows = Object.entries(CASES).flatMap(([name, { level, expected }]) =>
    flags[level].map((words) => [name, words, expected] as const),
  );

  test.each(rows)('%s %j', async (name, words, expected) => {
    const path = `test/cli/models/${name}.mjs`;
    const { status, stdout, stderr } = await bayou(['check', path, ...words, '--keep-going', '--json']);
    if ('refused' in expected) {
      expect([status, stderr]).toEqual([2, expect.stringContaining(`bayou check: ${path}: ${expected.refused}`)]);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
      return;
    }
    const { properties } = JSON.parse(stdout) as Report;
    expect(properties.filter(({ verdict }) => verdict === 'violated').map((property) => property.name)).toEqual(
      expected.violated,
    );
    expect(status).toBe(expected.violated.length > 0 ? 1 : 0);
  });
});

/**
 * Each object that the author of a model gives, with one field misspelt: it is refused in one line with the field's name. A field that is dropped
 * without a word would change what is judged.
 */
import { describe, expect, test } from 'vitest';
import * as library from '#bayou/checker/index.js';
import { decode } from '#bayou/checker/contract/codecs.js';
import { optionalView } from '#bayou/checker/contract/view-shape.js';
import { parametersOf } from '#bayou/cli/check/parameters.js';
import * as E from 'fp-ts/lib/Either.js';

type Given = Readonly<Record<string, unknown>>;

/** An object with all of its fields, and what takes it. */
interface Row {
  readonly right: Given;
  readonly take: (given: Given) => unknown;
  /** A field more is taken: all fields are needed, so that a misspelt one is missed anyhow. */
  readonly takesMore?: true;
}

// --- a model of each kind, with all of its fields --------------------------------------------------------------------------------

const always = { name: 'small', kind: 'always', holds: (n: number) => n < 9 };
const plain: Given = {
  name: 'plain',
  initial: [0],
  actions: (n: number) => (n < 2 ? ['up'] : []),
  next: (n: number) => n + 1,
  label: (action: string) => ({ family: action, args: [] }),
  properties: [always],
  boundary: () => true,
  key: String,
  show: (n: number) => ({ n: String(n) }),
  parts: (n: number) => ({ n }),
  view: () => undefined,
  note: () => 'one more',
  families: ['up'],
  fairness: () => undefined,
  progress: (n: number) => n,
  symmetry: [(n: number) => n],
  normalize: (n: number) => n,
  fleeting: 'it is tried',
};
const a = library.slot('n', 'a', 0);
const b = library.slot('n', 'b', 0);
const few = library.over([a], (n) => n < 9);
const other = library.slot('link', 'link', true);
const isUp = { slots: [other], holds: (up: boolean) => up };
const label = { family: 'up', args: ['a'] };
const step = (n: number): ReadonlyArray<unknown> => (n < 2 ? [{ next: [n + 1] }] : []);
const up: Given = { label, slots: [a], writes: [0], step, guard: few, fairness: 'up' };
const parts: Given = {
  name: 'parts',
  slots: [a, b, other],
  interactions: [up],
  properties: [{ name: 'few', kind: 'always', over: [few] }],
  initial: [{ a: 0, b: 1 }],
  boundary: [few],
  key: (_: string, local: unknown) => String(local),
  show: (_: string, local: unknown) => String(local),
  view: () => undefined,
  progress: () => 0,
  symmetry: [],
  normalize: (_: string, local: unknown) => local,
};
const asking: Given = {
  request: (n: number) => (n < 2 ? n : undefined),
  reply: (_: number, n: number) => n + 1,
  receive: (_: number, n: number) => [{ next: n }],
  requestKey: String,
  replyKey: String,
};
const spec: Given = { label, requester: a, replier: b, query: asking, when: isUp, fairness: 'up' };

// --- what takes each --------------------------------------------------------------------------------------------------------

const { check, checkComponents } = library;
const plainCheck = (more: Given): unknown => check({ ...plain, ...more } as never);
const partsCheck = (more: Given): unknown => checkComponents({ ...parts, ...more } as never);
const withInteraction = (more: Given): unknown => partsCheck({ interactions: [{ ...up, ...more }] });
const withQuery = (more: Given): unknown => partsCheck({ interactions: [library.query({ ...spec, ...more } as never)] });

/** The fields of every property, and those of each kind. */
const sentence = { name: 'a sentence', rule: 'R1', impossible: 'none' };
const byKind = (plainly: boolean): Readonly<Record<string, Given>> => {
  const one = plainly ? { holds: () => true } : { over: [few] };
  const one2 = plainly ? () => true : [few];
  const ofSteps = plainly ? one : {};
  return {
    always: one,
    alwaysStep: ofSteps,
    sometimes: one,
    sometimesStep: ofSteps,
    eventually: one,
    eventuallyAlways: one,
    leadsTo: { from: one2, to: one2 },
    noDeadlock: { final: one2 },
  };
};
const properties = (of: string, plainly: boolean, take: (more: Given) => unknown): Readonly<Record<string, Row>> =>
  Object.fromEntries(
    Object.entries(byKind(plainly)).map(([kind, fields]) => [
      `a property of ${of}: ${kind}`,
      { right: { ...sentence, kind, ...fields }, take: (given) => take({ properties: [given] }) },
    ]),
  );

const limits = {
  maxStates: 100,
  maxMs: 60_000,
  maxMemoryBytes: 4e9,
  signal: new AbortController().signal,
  onProgress: () => undefined,
  progressEveryMs: 1000,
  keepGoing: true,
  requireWitnesses: false,
  bounds: ['small'],
  witnessTraces: false,
  audit: false,
};
const exhaustive = { ...limits, maxDepth: 50, symmetry: false, normalize: false, configuration: {} };
const keeping = { ...exhaustive, checkpoint: '/nowhere/at/all', checkpointEveryMs: 1000, resume: '/nowhere/at/all' };
const onlyRefused = (given: Given, take: (options: never) => unknown): unknown => {
  // A checkpoint that is nowhere is another line.
  const { checkpoint: _checkpoint, checkpointEveryMs: _every, resume: _resume, ...rest } = given;
  return take(rest as never);
};
const source = { module: new URL('../support/parts-model.mjs', import.meta.url).href, name: 'parts', args: [] };
const end = { label, note: 'one more', state: { n: '1' }, seen: {}, optional: false, values: {}, changed: {} };
const run = library.checkSync({
  ...(plain as unknown as library.Model<number, string>),
  properties: [{ name: 'low', kind: 'always', holds: (n) => n < 2 }],
}).properties[0]!.trace!;

const viewed = (given: Given): unknown => {
  const decoded = decode(optionalView, given);
  if (E.isLeft(decoded)) throw new Error(decoded.left);
  return decoded;
};
const view = (right: Given): Row => ({ right, take: viewed });
const declared = (right: Given): Row => ({ right, take: (n) => parametersOf({ n }, true, []) });

const ROWS: Readonly<Record<string, Row>> = {
  'a Model': { right: plain, take: (given) => check(given as never) },
  ...properties('a Model', true, plainCheck),
  'a label of a Model': { right: label, take: (given) => plainCheck({ label: () => given }), takesMore: true },
  'a fairness class of a Model': {
    right: { name: 'up', strong: true },
    take: (given) => plainCheck({ fairness: () => given, properties: [{ ...always, kind: 'eventually' }] }),
  },
  'a ComponentModel': { right: parts, take: (given) => checkComponents(given as never) },
  ...properties('a ComponentModel', false, partsCheck),
  'an initial state': { right: { a: 0, b: 1 }, take: (initial) => partsCheck({ initial: [initial] }) },
  'one of several initial states': { right: { a: 0, b: 1 }, take: (initial) => partsCheck({ initial: [{ a: 1 }, initial] }) },
  'a slot': {
    right: { kind: 'other', name: 'c', initial: 0 },
    take: (given) => partsCheck({ slots: [a, b, other, given] }),
  },
  'a predicate of a property': {
    right: { slots: [a], holds: () => true },
    take: (given) => partsCheck({ properties: [{ name: 'p', kind: 'always', over: [given] }] }),
  },
  'a predicate of the boundary': {
    right: { slots: [a], holds: () => true },
    take: (given) => partsCheck({ boundary: [given] }),
  },
  'a permutation': {
    right: { name: 'swap', slotTo: [1, 0, 2], apply: (_: string, local: unknown) => local },
    take: (given) => partsCheck({ symmetry: [given] }),
  },
  'an interaction': {
    right: up,
    take: (given) => partsCheck({ interactions: [library.interaction(given as never)] }),
  },
  'a label': { right: label, take: (given) => withInteraction({ label: given }) },
  'a guard': { right: { slots: [a], holds: () => true }, take: (given) => withInteraction({ guard: given }) },
  'a fairness class': { right: { name: 'up', strong: true }, take: (given) => withInteraction({ fairness: given }) },
  'an outcome': {
    right: { next: [1], note: 'one', violates: [], witnesses: [] },
    take: (given) => withInteraction({ step: (n: number) => (n === 0 ? [given] : []) }),
  },
  'what makes a query': { right: spec, take: (given) => partsCheck({ interactions: [library.query(given as never)] }) },
  'a query': { right: asking, take: (given) => withQuery({ query: given }) },
  'when a query is taken': { right: isUp, take: (given) => withQuery({ when: given }) },
  'what a requester receives': {
    right: { next: 1, note: 'one', violates: [], witnesses: [] },
    take: (given) => withQuery({ query: { ...asking, receive: (n: number) => (n === 0 ? [given] : []) } }),
  },
  'a view: text': view({ kind: 'text', text: 'x' }),
  'a view: badge': view({ kind: 'badge', text: 'x', tone: 'good' }),
  'a view: fields': view({ kind: 'fields', fields: [] }),
  'a view: set': view({ kind: 'set', items: [] }),
  'a view: list': view({ kind: 'list', items: [] }),
  'a view: vector': view({ kind: 'vector', entries: [] }),
  'a view: entry': view({ kind: 'entry', name: 'x', value: 'y', stamp: 'z' }),
  'a parameter within limits': declared({ default: 3, min: 1, max: 9 }),
  'a parameter, one of several': declared({ default: 'a', oneOf: ['a', 'b'] }),
  'options of check': {
    right: { ...keeping, search: 'bfs', hashBits: 64, properties: ['small'] },
    take: (given) => onlyRefused(given, (options) => check(plain as never, options)),
  },
  'options of checkComponents': {
    right: { ...keeping, search: 'bfs', hashBits: 64, locals: ['a'], properties: ['few'] },
    take: (given) => onlyRefused(given, (options) => checkComponents(parts as never, options)),
  },
  'options of simulate': {
    right: { ...limits, seed: 1, traces: 2, traceLength: 3, symmetry: false, normalize: false, properties: ['small'] },
    take: (given) => library.simulate(plain as never, given),
  },
  'options of sampleRuns': {
    right: { runs: 1, length: 2, seed: 1, signal: limits.signal },
    take: (given) => library.sampleRuns(plain as never, given as never),
  },
  'a property of severalCounterexamples': {
    right: { ...sentence, kind: 'noDeadlock', final: () => true },
    take: (given) => library.severalCounterexamples(plain as never, given as never, 1),
  },
  'limits of severalCounterexamples': {
    right: {
      maxStates: 100,
      maxDepth: 10,
      maxMs: 60_000,
      maxMemoryBytes: 4e9,
      signal: limits.signal,
      onProgress: () => undefined,
      progressEveryMs: 9,
    },
    take: (given) => library.severalCounterexamples(plain as never, always as never, 1, given),
  },
  'the ends of a path': {
    right: { initial: { n: '0' }, loop: 0 },
    take: (given) => library.follow(plain as never, [], given),
  },
  'a step of a path': { right: end, take: (given) => library.follow(plain as never, [given], {}) },
  'options of registerClient': { right: { servers: 1, puts: 1 }, take: (given) => library.registerClient(given as never) },
  'the words of a diagram': {
    right: { title: 'x', property: 'y' },
    take: (given) => library.toMermaid(run, given as never),
  },
};

/** What it comes to: nothing, where it is taken, or the line. */
const lineOf = async (take: () => unknown): Promise<string | undefined> => {
  try {
    await take();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
};

describe.each(Object.entries(ROWS))('%s', (_, { right, take, takesMore }) => {
  test('is taken as it should be', async () => {
    expect(await lineOf(() => take(right))).toBeUndefined();
  });

  test.each(Object.keys(right))('%s, misspelt', async (field) => {
    const { [field]: value, ...others } = right;
    const misspelt = `${field}z`;
    const says = await lineOf(() => take({ ...others, [misspelt]: value }));
    expect(says).toContain(misspelt);
    expect(says).not.toContain('\n');
  });

  test.skipIf(takesMore)('a field more than it has', async () => {
    expect(await lineOf(() => take({ ...right, more: 1 }))).toMatch(/^[^\n]*\bmore\b[^\n]*$/);
  });
});

describe('what the parts of a query lose', () => {
  test.each(['guard', 'slots', 'writes', 'step'])('%s, which an interaction has and a query has not', async (field) => {
    const says = `query: ${field}: there is no such field; the fields are label, requester, replier, query, when, fairness`;
    expect(await lineOf(() => withQuery({ [field]: few }))).toBe(says);
  });
});

test('the source of a model for threads, and their options', async () => {
  const wrong = (given: Given, options: Given): Promise<string | undefined> =>
    lineOf(() => library.checkInParallel(given as never, options as never));
  expect(await wrong({ ...source, arg: [] }, { workers: 2 })).toBe(
    'checkInParallel: source: arg: there is no such field; the fields are module, name, args',
  );
});

describe('a declaration of a parameter', () => {
  const says = (n: unknown): string => {
    try {
      return JSON.stringify(parametersOf({ n }, true, []));
    } catch (error) {
      return (error as Error).message;
    }
  };

  test('a default that is an object is declared as one', () => {
    expect(says({ default: { min: 1 } })).toBe('{"n":{"min":1}}');
    expect(says({ size: 1 })).toMatch(/^its export parameters: n: size: there is no such field; .*\{ default \}\)$/);
  });

  test.each([
    [{ default: 'a', min: 1 }, 'min and max go with a default that is a number'],
    [{ default: 1, min: 0, oneOf: [1] }, 'min and max go with a default that is a number, and without oneOf'],
    [{ default: 1, min: '0' }, 'min: expected a number, but it is "0"'],
    [{ default: 'a', oneOf: 'abc' }, 'oneOf: expected a list of at least 1, but it is "abc"'],
  ])('%j', (given, line) => {
    expect(says(given)).toContain(line);
  });
});

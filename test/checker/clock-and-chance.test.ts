/** A function that asks for the time or for random numbers is noticed at any moment; one whose answer does not depend on them is not refused. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Performance } from 'node:perf_hooks';
import { check, checkSync, summaryLines, type Model } from '#bayou/checker/index.js';
import { random } from '#bayou/checker/random.js';

const counter = (more: Partial<Model<number, string>>): Model<number, string> => ({
  name: 'counter',
  initial: [0],
  actions: () => ['up'],
  next: (n) => (n < 3 ? n + 1 : undefined),
  label: (action) => ({ family: action, args: [] }),
  properties: [{ name: 'p', kind: 'always', holds: () => true }],
  ...more,
});

const judging = (holds: () => boolean): Model<number, string> =>
  counter({ properties: [{ name: 'p', kind: 'always', holds: (n) => n < 3 || holds() }] });

const CLOCKS: Readonly<Record<string, () => boolean>> = {
  second: () => new Date().getSeconds() < 30,
  'the parity of a second': () => Math.floor(Date.now() / 1000) % 2 === 0,
  'the parity of a millisecond': () => Date.now() % 2 === 0,
  minute: () => new Date().getMinutes() < 30,
  hour: () => new Date().getHours() < 12,
  weekday: () => [0, 1, 2, 3].includes(new Date().getDay()),
  month: () => new Date().getMonth() < 6,
  year: () => new Date().getFullYear() % 2 === 0,
  'Date without new': () => Number(Date().slice(22, 24)) < 30,
  'performance.now': () => performance.now() % 60_000 < 30_000,
  'performance.now of the prototype': () =>
    (Object.getPrototypeOf(performance) as Performance).now.call(performance) % 60_000 < 30_000,
  'the time since the program began': () => process.uptime() % 60 < 30,
  hrtime: () => process.hrtime()[0] % 60 < 30,
  'hrtime as a bigint': () => process.hrtime.bigint() % 60_000_000_000n < 30_000_000_000n,
  'the constructor of a date': () => (new Date(0).constructor as DateConstructor).now() % 60_000 < 30_000,
  'a format without a date': () => Number(SECONDS.format()) < 30,
  'the parts of a format without a date': () => Number(SECONDS.formatToParts()[0]!.value) < 30,
};

const KINDS = new Map<unknown, string>([[Date, 'date']]);
const SECONDS = new Intl.DateTimeFormat('en', { second: 'numeric' });

/** A face of a die. */
const face = (): number => Math.floor(Math.random() * 6);

test.each(Object.entries(CLOCKS))('what depends on a clock is refused: %s', async (_, holds) => {
  // Of many states: some are looked at when a clock is not about to strike.
  await expect(check({ ...judging(holds), next: (n) => (n < 40 ? n + 1 : undefined) })).rejects.toThrow(
    'gives two answers for one input',
  );
  await expect(check(counter({ label: () => ({ family: String(holds()), args: [] }) }))).rejects.toThrow(
    'label gives two answers',
  );
});

test.each([0, 1, 2, 3, 4, 5])('what depends on chance is refused: the face %d of a die', async (wanted) => {
  await expect(check(judging(() => face() !== wanted))).rejects.toThrow('gives two answers for one input');
});

test('what a die answers is never put down to what is asked, whatever the die', async () => {
  const said = new Set<string>();
  for (let seed = 1; seed <= 600; seed++) {
    // A source that no audit can replace.
    const die = random(seed);
    const model = judging(() => die(6) !== seed % 6);
    said.add(
      await check(model).then(
        ({ verdict }) => verdict,
        (error: unknown) => String(error).slice(0, 70),
      ),
    );
  }
  expect(said.size).toBeGreaterThan(1);
  // A die may show no such face, as often as it is thrown.
  expect([...said].filter((one) => one !== 'holds' && !one.includes(' gives two answers for one input'))).toEqual([]);
});

const levelOf = (): number => {
  let level = 0;
  while (Math.random() < 0.5) level++;
  return level;
};

const different = (count: number): ReadonlySet<number> => {
  const numbers = new Set<number>();
  while (numbers.size < count) numbers.add(Math.random());
  return numbers;
};

describe('what does not depend on them is no matter', () => {
  const PURE: Readonly<Record<string, () => boolean>> = {
    'a clock that is looked at': () => Date.now() > 0 && performance.now() >= 0,
    'a loop that waits for a random number': () => levelOf() >= 0,
    'a loop that waits for different random numbers': () => different(5).size === 5,
    'the class of a date that is known from before': () => KINDS.get(new Date(0).constructor) === 'date',
    'the class of a date': () => new Date(0).constructor === Date && new Date() instanceof Date,
    'a format of a date': () => SECONDS.format(new Date(5_000)) === '5' && SECONDS.format === SECONDS.format,
    'a format of a date that is null': () =>
      SECONDS.format(null as never) === '0' && SECONDS.formatToParts(null as never).length === 1,
    'the time between two moments': () => process.hrtime(process.hrtime())[0] < 60,
  };

  test.each(Object.entries(PURE))('%s', async (_, holds) => {
    expect(summaryLines(await check(judging(holds))).at(-1)).toBe('counter: holds: all 4 states, depth 3; exact');
  });
});

describe('a clock or a chance that a model has set to a constant is left alone', () => {
  const { random } = Math;
  const { now } = Date;
  afterEach(() => {
    Math.random = random;
    Date.now = now;
    Reflect.deleteProperty(performance, 'now');
  });

  const SET: Readonly<Record<string, () => () => boolean>> = {
    'Math.random': () => ((Math.random = () => 0.25), () => Math.random() === 0.25),
    'Date.now': () => ((Date.now = () => 5), () => Date.now() === 5),
    'performance.now': () => ((performance.now = () => 5), () => performance.now() === 5),
  };

  test.each(Object.entries(SET))('%s', async (_, set) => {
    expect(summaryLines(await check(judging(set()))).at(-1)).toBe('counter: holds: all 4 states, depth 3; exact');
  });
});

test('the clocks are as they were after a search', async () => {
  const known = [Date, Date.prototype.constructor, performance.now, process.hrtime, process.uptime]; // eslint-disable-line @typescript-eslint/unbound-method -- compared, not called
  await check(counter({}));
  expect([Date, Date.prototype.constructor, performance.now, process.hrtime, process.uptime]).toEqual(known); // eslint-disable-line @typescript-eslint/unbound-method -- compared, not called
});

/* eslint-disable @typescript-eslint/unbound-method -- the getter gives a function that is bound already */
test('a format tells the right time as soon as a search is over, and its getter is as it was a turn later', async () => {
  const getter = (): unknown => Object.getOwnPropertyDescriptor(Intl.DateTimeFormat.prototype, 'format')?.get;
  const known = getter();
  const year = new Intl.DateTimeFormat('en', { year: 'numeric', timeZone: 'UTC' });
  const { format } = year;
  checkSync(judging(() => year.format().length === 4));
  expect(year.format).toBe(format);
  expect(year.format()).toBe(String(new Date().getUTCFullYear()));
  await Promise.resolve();
  expect(getter()).toBe(known);
});
/* eslint-enable @typescript-eslint/unbound-method */

describe('a search judges what it was given', () => {
  const long = (more: Partial<Model<number, string>> = {}): Model<number, string> =>
    counter({ next: (n) => (n < 5_000 ? n + 1 : undefined), ...more });
  type Loose = { -readonly [K in keyof Model<number, string>]: Model<number, string>[K] };

  test('where its owner changes the model or the options meanwhile', async () => {
    const model = long({ properties: [{ name: 'p', kind: 'always', holds: (n) => n < 4_000 }] }) as Loose;
    const options = { maxStates: 10_000, bounds: ['small'] };
    const running = check(model, options);
    Object.assign(model.properties[0]!, { holds: () => true });
    Object.assign(model, { next: () => undefined, boundary: () => false });
    options.maxStates = 1;
    options.bounds.push('other');
    const { verdict, counts, bounds } = await running;
    expect([verdict, counts.distinct, bounds]).toEqual(['violated', 4_001, ['small']]);
  });

  test('where the model changes itself', async () => {
    const model = long() as Loose;
    model.properties = [
      { name: 'first', kind: 'always', holds: (n) => { if (n === 1) Object.assign(model.properties[1]!, { holds: () => true }); return true; } }, // prettier-ignore
      { name: 'second', kind: 'always', holds: (n) => n < 4_000 },
    ];
    expect((await check(model)).properties.map(({ verdict }) => verdict)).toEqual(['unknown', 'violated']);
  });
});

test('a search that is interrupted after it found a violation says so', async () => {
  const controller = new AbortController();
  const holds = (n: number): boolean => {
    if (n === 2_000) controller.abort();
    return true;
  };
  const properties = [
    { name: 'not 3', kind: 'always', holds: (n: number) => n !== 3 },
    { name: 'up', kind: 'always', holds },
  ] as const;
  const endless = counter({ next: (n) => n + 1, properties });
  const report = await check(endless, { keepGoing: true, signal: controller.signal });
  expect(summaryLines(report).at(-1)).toMatch(/^counter: violated \(1 of 2 properties\): .* complete; interrupted; exact/);
});

describe('a state that cannot be compared', () => {
  type Deep = number | readonly [Deep];
  const deep = (levels: number): Deep => Array.from({ length: levels }).reduce<Deep>((inner) => [inner], 1);
  const jump = (levels: number): Model<Deep, string> =>
    counter({ next: ((n: Deep) => (n === 0 ? deep(levels) : undefined)) as never }) as unknown as Model<Deep, string>;

  test('has as many levels as every part of the checker can take', async () => {
    expect((await check(jump(1_000), { audit: true })).verdict).toBe('holds');
    for (const levels of [1_001, 1_500, 1_900, 5_000])
      await expect(check(jump(levels), { audit: true })).rejects.toThrow(
        'what next gives: a state holds values in values, more than 1000 deep',
      );
  });

  test('is said to be what next gives, with the path in it and the run to the state before', async () => {
    const bad = counter({ next: ((n: number) => (n < 2 ? n + 1 : { n, f: () => 1 })) as never });
    for (const audit of [false, true])
      await expect(check(bad, { audit })).rejects.toThrow(
        'what next gives: a state holds a function at .f, which cannot be compared: leave it out, or give the model a key function (after 2 steps, state: 2)',
      );
  });
});

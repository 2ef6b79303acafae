/** Why a run is a counterexample, in words: of every configuration that breaks a property, what the page says is so in its last state. */
import { describe, expect, test } from 'vitest';
import { search } from '#bayou/cli/check/engine.js';
import { loadConfig, shippedConfigs } from '#bayou/checked-model/find-config.js';
import { parseCheckArgs } from '#bayou/cli/check/check-options.js';
import { configured } from '#bayou/checked-model/checked-model.js';
import { tupleModel } from '#bayou/checker/component-model/tuples.js';
import { answering } from '#bayou/explorer/answering.js';
import { drawingOf } from '#bayou/explorer/draw.js';
import { explorationOf, foundIn, verdictOfReport } from '#bayou/explorer/data/make-exploration.js';
import type { Exploration, RunShot } from '#bayou/explorer/shape.js';
import { bayouWords } from '#bayou/explorer/why/bayou.js';
import { bayou } from '#bayou/model/system.js';

const exploration = async (name: string): Promise<Exploration> => {
  const checked = configured(loadConfig(name));
  const report = await search(checked, parseCheckArgs([]), {});
  return explorationOf(checked, foundIn(report), { origin: 'counterexample', verdict: verdictOfReport(report), repeat: '' });
};

/** The texts of all parts in the states of a run. */
const textsOf = ({ initial, steps }: RunShot): ReadonlyArray<string> => {
  const now = new Map(Object.entries(initial).map(([name, shot]) => [name, shot?.text ?? '']));
  const all = [[...now.values()].join('  ')];
  for (const { changed } of steps) {
    for (const [name, shot] of Object.entries(changed)) now.set(name, shot?.text ?? '');
    all.push([...now.values()].join('  '));
  }
  return all;
};

/** Is the first stamp older? Read from the contract (R4), by nothing that the page shares. */
const isOlder = (a: string, b: string): boolean => {
  const [x, y] = [a, b].map((stamp) => stamp.split(/[@.]/).map(Number));
  for (let i = 0; i < 3; i++) if (x![i] !== y![i]) return x![i]! < y![i]!;
  return false;
};

const names = (await shippedConfigs()).filter((name) => /^v\d+-/.test(name));

describe.each(names)('%s', (name) => {
  test('what was compared was there, and what is said of it is so', async () => {
    const { runs, entries } = await exploration(name);
    const [run] = runs;
    const why = run?.why;
    expect(why?.headline ?? '').not.toBe('');
    const texts = textsOf(run!);
    for (const { stamp, step } of why!.compared ?? [])
      if (stamp?.includes('@') === true) expect(texts.slice(0, (step ?? run!.steps.length) + 1).join('\n')).toContain(stamp);
    for (const [, a = '', b = ''] of (why!.relation ?? '').matchAll(/^(\d+@\S+) is older than ([^:]+):/g))
      expect(isOlder(a, b)).toBe(true);
    for (const rule of why!.rules) expect(Object.keys(entries)).toContain(rule);
    expect(why!.parts.every((part) => part in run!.initial)).toBe(true);
    expect(why!.steps.every((step) => step >= 1 && step <= run!.steps.length)).toBe(true);
    expect(run!.truth[run!.property!]!.marks.length > 0 || run!.loop !== undefined).toBe(true);
    expect(run!.steps.every(({ told }) => told !== undefined && told !== '')).toBe(true);
  });
});

/** V7 differs from the protocol in an order, which no step of its run shows. */
const UNSEEN = ['v7-tie'];

test('where the fault first shows is found, and in all but the run of V7 it shows', async () => {
  for (const name of names) {
    const { runs } = await exploration(name);
    const departure = runs[0]!.why!.departure;
    expect(departure === undefined, name).toBe(UNSEEN.includes(name));
    expect(departure === undefined || (departure.step >= 1 && departure.step <= runs[0]!.steps.length)).toBe(true);
  }
});

test('an arrow says what it carries: a put without an answer, one that is repeated, and the half of an answer that comes late', async () => {
  const [v11] = (await exploration('v11-repeat-anywhere')).runs;
  const puts = drawingOf(v11!).arrows.map(({ label, stamp }) => `${label} ${stamp}`);
  // The two clients are alike: which of them it is that repeats its put the search may choose.
  const who = String(v11!.steps[1]!.label.args[0]).slice(1);
  expect(puts.slice(1)).toEqual([`a=${who}#1 ? 2@1.0`, `a=${who}#1 1@0.0`, `a=${who}#2 2@0.0`]);
  // With messages in flight it is the server that is asked which reads its vector late, and the answer leaves it then.
  const [v2] = (await exploration('v2-torn-message')).runs;
  const late = v2!.steps.findIndex(({ label }) => label.family === 'ReadVector') + 1;
  const [answerer, puller] = v2!.steps[late - 1]!.label.args.map(String);
  expect(v2!.steps[late - 1]!.told).toBe(`${answerer} reads its vector only now, and answers ${puller}`);
  const { arrows, marks } = drawingOf(v2!);
  expect(arrows.filter(({ to: [, at] }) => at === late)).toEqual([]);
  expect(marks.filter(({ at }) => at === late)).toMatchObject([{ lane: answerer, kind: 'pull' }]);
  expect(arrows.filter(({ label }) => label === 'answer')).toMatchObject([{ from: [answerer, late], to: [puller, late + 1] }]);
});

test('a step that can be taken breaks what is not broken already', async () => {
  for (const name of ['v11-repeat-anywhere', 'v7-tie']) {
    const { runs, properties } = await exploration(name);
    const { config } = loadConfig(name);
    const answer = answering(tupleModel(bayou(config)), bayouWords(config));
    const breaksAfter = (count: number): ReadonlyArray<number> => {
      const ways = runs[0]!.steps.slice(0, count).map(({ way }) => way!);
      const reply = answer({ ask: 'choices', to: { initial: 0, ways } });
      return reply.ask === 'choices' ? reply.choices.choices.flatMap(({ breaks }) => breaks) : [-1];
    };
    const [length, { property }] = [runs[0]!.steps.length, runs[0]!];
    expect(properties[property!]!.kind).toBe('always');
    expect(breaksAfter(length - 1)).toContain(property);
    expect(breaksAfter(length)).not.toContain(property);
  }
});

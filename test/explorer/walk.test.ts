/** Stepping for the explorer: the numbers of steps lead to the same runs, and a survey counts the states that the checker counts. */
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { tupleModel } from '#bayou/checker/component-model/tuples.js';
import { toModel } from '#bayou/checker/component-model/as-model.js';
import { sampleRunsSync } from '#bayou/checker/runs/sample.js';
import { loadConfig } from '#bayou/checked-model/find-config.js';
import { answering } from '#bayou/explorer/answering.js';
import { Surveyor, MOST_DRAWN } from '#bayou/explorer/survey.js';
import { placeOf, retrace } from '#bayou/explorer/walk.js';
import { Walker } from '#bayou/explorer/walker.js';
import { bayouWords } from '#bayou/explorer/why/bayou.js';
import { bayou } from '#bayou/model/system.js';

const CONFIGS = [
  'v1-original-clock',
  'unknown-outcome',
  'kills',
  'links',
  'messages',
  'client-links',
  'new-sessions-small',
  'put-back-small',
];

const modelOf = (name: string) => {
  const { config } = loadConfig(name);
  return { config, model: tupleModel(bayou(config)), words: bayouWords(config) };
};

describe.each(CONFIGS)('%s', (name) => {
  test('runs that the checker shows are found again by their numbers, and say the same', () => {
    const { config, model, words } = modelOf(name);
    const { runs } = sampleRunsSync(toModel(bayou(config)), { runs: 20, length: 12, seed: 7 });
    // One walker for all of them: each begins as the one before did, for some steps.
    const walker = new Walker(model);
    for (const trace of runs) {
      const walk = retrace(model, trace);
      expect(walk).toBeDefined();
      const ways = walk!.steps.map(({ way }) => way);
      const again = walker.to({ initial: 0, ways });
      const { run } = placeOf(model, again!, 'again', words);
      expect(run.steps.map(({ label }) => label)).toEqual(trace.steps.map(({ label }) => label));
      const now = { ...trace.initial };
      run.steps.forEach(({ changed }, i) => {
        for (const [part, shot] of Object.entries(changed)) now[part] = shot!.text;
        expect(now).toEqual(trace.steps[i]!.state);
      });
    }
  });

  test('what a step would change is what it changes', () => {
    const { model, words } = modelOf(name);
    const answer = answering(model, words);
    fc.assert(
      fc.property(fc.array(fc.nat(30), { maxLength: 8 }), (picks) => {
        let ways: ReadonlyArray<number> = [];
        for (const pick of picks) {
          const reply = answer({ ask: 'place', to: { initial: 0, ways } });
          if (reply.ask !== 'place') throw new Error(reply.ask);
          const { choices } = reply.place;
          if (choices.length === 0) return;
          const way = pick % choices.length;
          ways = [...ways, way];
          const next = answer({ ask: 'place', to: { initial: 0, ways } });
          expect(next.ask === 'place' && next.place.run.steps.at(-1)?.changed).toEqual(choices[way]!.changed);
        }
      }),
      { numRuns: 20 },
    );
  });
});

const COUNTS = JSON.parse(readFileSync('spec/counts.json', 'utf8')) as Readonly<Record<string, { readonly states: number }>>;

describe('a survey', () => {
  test.each(['bayou-s-2112', 'bayou-s-2212', 'unknown-outcome', 'four-guarantees', 'client-links'])(
    '%s: finds all states, once each',
    (name) => {
      const { model } = modelOf(name);
      const surveyor = new Surveyor(model);
      surveyor.goOn(Infinity);
      const { states, depths, graph, isComplete, steps, coverage } = surveyor.shot(undefined);
      expect(isComplete).toBe(true);
      expect(states).toBe(COUNTS[name]!.states);
      expect(depths.reduce((sum, count) => sum + count, 0)).toBe(states);
      expect(coverage.reduce((sum, one) => sum + one.steps, 0)).toBe(steps);
      expect(coverage.reduce((sum, one) => sum + one.fresh, 0)).toBe(states - 1);
      expect(graph !== undefined).toBe(states <= MOST_DRAWN);
      expect(graph?.edges.every(({ from, to }) => from !== to) ?? true).toBe(true);
    },
  );

  test('goes on where it was, slice by slice', () => {
    const { model } = modelOf('bayou-s-2212');
    const surveyor = new Surveyor(model);
    let before = 0;
    for (let slices = 0; !surveyor.shot(undefined).isComplete; slices++) {
      surveyor.goOn(0.5);
      const { states } = surveyor.shot(undefined);
      expect(states).toBeGreaterThanOrEqual(before);
      before = states;
      expect(slices).toBeLessThan(100_000);
    }
    expect(before).toBe(COUNTS['bayou-s-2212']!.states);
  });
});

test('nonsense is answered in one line', () => {
  const { model, words } = modelOf('v1-original-clock');
  const answer = answering(model, words);
  for (const to of [
    { initial: 1, ways: [] },
    { initial: -1, ways: [] },
    { initial: 0.5, ways: [] },
    { initial: 0, ways: [99] },
    { initial: 0, ways: [-1] },
    { initial: 0, ways: Array.from({ length: 20_000 }, () => 0) },
  ]) {
    const reply = answer({ ask: 'place', to });
    expect(reply.ask === 'wrong' && reply.why).toMatch(/^[^\n]+$/);
  }
});

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkComponents, checkSync, toModel } from '#bayou/checker/index.js';
import { PROPERTIES } from '#bayou/model/checking/sentences.js';
import { bayou } from '#bayou/model/system.js';
import { explore } from '../support/bfs.js';
import { configured } from '../support/configs.js';

/** `by`: who counts them again; without it, this test. */
interface Pinned {
  readonly states: number;
  readonly by?: 'the bench';
}

const counts: unknown = JSON.parse(readFileSync(new URL('../../spec/counts.json', import.meta.url), 'utf8'));
const pinned = Object.entries(counts as Readonly<Record<string, Pinned>>);

/** The small ones are counted by the oracle too; the largest are for the bench. */
const of = (from: number, to: number) =>
  pinned
    .filter(([, { states, by }]) => by === undefined && states >= from && states < to)
    .map(([name, { states }]) => [name, states] as const);

test('only what is too large for a test is left to the bench', () => {
  for (const [name, { states, by }] of pinned) expect([name, by]).toEqual([name, states < 300_000 ? undefined : 'the bench']);
});

describe('distinct states, as pinned in spec/counts.json', () => {
  test.each(of(0, 4_000))('%s: %i, by the oracle', (name, states) => {
    const found = explore(bayou(configured(name, { properties: ['SAFETY'] })));
    expect(found.violated).toBeUndefined();
    expect(found.states).toBe(states);
  });
  test.each(of(0, Infinity))('%s: %i, by the engine', async (name, states) => {
    const report = await checkComponents(bayou(configured(name, { properties: ['SAFETY', 'WITNESSES'] })));
    expect(report.verdict).toBe('holds');
    expect(report.counts.distinct).toBe(states);
  });
});

describe('SETTLE (section 8), on the whole graph of states', () => {
  test.each([
    ['settle', 'holds'],
    ['settle-messages', 'holds'],
    ['v2-lost-for-ever', 'violated'],
    ['v8-lost-by-kill', 'violated'],
  ])('%s: %s', (name, verdict) => {
    const report = checkSync(toModel(bayou(configured(name))));
    expect(report.properties.map((p) => [p.name, p.verdict])).toEqual([[PROPERTIES.SETTLE.name, verdict]]);
    expect(report.properties[0]?.trace?.loop === undefined).toBe(verdict === 'holds');
  });
});

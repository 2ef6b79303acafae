/** What hash compaction loses, and the audit of a reduction sees all the same: random models have found that the report said less, or gave another reason. */
import { describe, expect, test } from 'vitest';
import { checkSync } from '#bayou/checker/check.js';
import { toModel } from '#bayou/checker/component-model/as-model.js';
import { checkComponents } from '#bayou/checker/factored/check-components.js';
import { interaction, over, slot, type ComponentModel, type ComponentProperty } from '#bayou/checker/model.js';
import type { Report } from '#bayou/checker/report.js';

/** More than there are hashes of 8 bits: on a run of so many steps that never comes back, two states have one hash. The search ends at the second. */
const FAR = 300;

const [x, y] = [slot('leaf', 'x', 0), slot('leaf', 'y', 0)];
const far = (a: number, b: number): boolean => a === FAR && b === FAR;
const near = (a: number, b: number): boolean => !far(a, b);

/** Two of a kind that rise together. Whatever is to be seen is at the end. */
const tower = (property: ComponentProperty): ComponentModel => ({
  name: 'tower',
  slots: [x, y],
  interactions: [
    interaction({
      label: { family: 'rise', args: [] },
      slots: [x, y],
      writes: [0, 1],
      step: (a: number, b: number) =>
        a < FAR
          ? [{ next: [a + 1, b + 1], witnesses: property.kind === 'sometimesStep' && a + 1 === FAR ? [property.name] : [] }]
          : [],
    }),
  ],
  properties: [property],
  symmetry: [{ name: 'turn', slotTo: [1, 0], apply: (_: string, local: never) => local }],
});

const options = { symmetry: true, audit: true, witnessTraces: true, hashBits: 8, keepGoing: true } as const;

const engines: ReadonlyArray<readonly [string, (model: ComponentModel) => Promise<Report> | Report]> = [
  ['components, bfs', (model) => checkComponents(model, { ...options, search: 'bfs' })],
  ['components, dfs', (model) => checkComponents(model, { ...options, search: 'dfs' })],
  ['plain, bfs', (model) => checkSync(toModel(model), { ...options, search: 'bfs' })],
  ['plain, dfs', (model) => checkSync(toModel(model), { ...options, search: 'dfs' })],
];

describe.each(engines)('%s: beyond a state that a hash lost', (_, searched) => {
  test.each([
    { name: 'never far', kind: 'always', over: [over([x, y], near)] },
    { name: 'no end', kind: 'noDeadlock' },
  ] as const)('$kind is violated, by a run of the model', async (property) => {
    const report = await searched(tower(property));
    const { verdict, why, trace } = report.properties[0]!;
    expect(report.counts.distinct).toBeLessThan(FAR);
    expect([report.verdict, verdict]).toEqual(['violated', 'violated']);
    expect(why).toContain('another with the same hash');
    expect(trace?.steps).toHaveLength(FAR);
    expect(trace?.steps.at(-1)?.state).toEqual({ x: String(FAR), y: String(FAR) });
    expect(report.statistics.omissionProbability).toBe(1);
  });

  test.each([
    { name: 'far', kind: 'sometimes', over: [over([x, y], far)] },
    { name: 'arrives', kind: 'sometimesStep' },
  ] as const)(
    'a witness ($kind) is reached, with a run to it, and the reason is the hash and not the reduction',
    async (property) => {
      const report = await searched(tower(property));
      const { verdict, why, trace } = report.properties[0]!;
      expect([report.verdict, verdict]).toEqual(['holds', 'reached']);
      expect(why).toContain('another with the same hash');
      expect(why).not.toContain('not keep');
      expect(trace?.steps).toHaveLength(FAR);
      expect(report.vacuity.unreached).toEqual([]);
      expect(report.statistics.omissionProbability).toBe(1);
    },
  );
});

describe('a witness that the symmetry does not keep', () => {
  const rise = (one: typeof x): ComponentModel['interactions'][number] =>
    interaction({
      label: { family: 'rise', args: [one.name] },
      slots: [one],
      writes: [0],
      step: (n: number) => (n === 0 ? [{ next: [1] }] : []),
    });
  const both = (one: typeof x): ComponentModel => ({
    ...tower({ name: 'alone', kind: 'sometimes', over: [over([x, y], (a, b) => (one === x ? a > b : b > a))] }),
    interactions: [rise(x), rise(y)],
  });
  const whyOf = async (hashBits: number | undefined): Promise<ReadonlyArray<string>> => {
    const { hashBits: _, ...whole } = options;
    const reports = [x, y].map((one) => checkComponents(both(one), hashBits === undefined ? whole : { ...whole, hashBits }));
    const properties = (await Promise.all(reports)).map(({ properties: [property] }) => property!);
    expect(properties.map(({ verdict }) => verdict)).toEqual(['reached', 'reached']);
    for (const { trace } of properties) expect(trace?.steps).toHaveLength(1);
    return properties.flatMap(({ why }) => why ?? []);
  };

  test('is reached by a run that the audit tells, and the reason is the reduction', async () => {
    const [why, ...more] = await whyOf(undefined);
    expect(why).toContain('it does not keep this');
    expect(more).toEqual([]);
  });

  test('with hash compaction the reason may be the one or the other', async () => {
    const [why, ...more] = await whyOf(64);
    expect(why).toContain('because the reduction does not keep it or because two states have the same hash');
    expect(more).toEqual([]);
  });
});

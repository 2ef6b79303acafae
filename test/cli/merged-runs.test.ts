/** Components whose key takes several values for one: each run that is told of them is a run of the model, by values. */
import { describe, expect, test } from 'vitest';
import { toModel } from '../../src/checker/component-model/as-model.js';
import { internedModel } from '../../src/checker/component-model/interned.js';
import { replay } from '../../src/checker/component-model/replay.js';
import { checkComponents } from '../../src/checker/factored/check-components.js';
import { interaction, over, slot, type ComponentModel } from '../../src/checker/model.js';
import type { Counterexample, PropertyReport, Report } from '../../src/checker/report.js';
import { severalCounterexamples } from '../../src/checker/runs/several.js';
import { withFewestSwitches } from '../../src/checker/runs/switches.js';
import type { CheckedModel } from '../../src/checked-model/checked-model.js';
import { parseCheckArgs } from '../../src/cli/check/check-options.js';
import { tell } from '../../src/cli/check/quieter-runs.js';

interface Held {
  readonly h: number;
}

const [a, b] = [slot<Held>('a', 'a', { h: 0 }), slot('b', 'b', 0)];

/** The process 1 takes the slot `b` from one of these values to another, or the process 2. */
const real = (process: number, from: number, to: number) =>
  interaction({
    label: { family: 'real', args: [process] },
    slots: [b],
    writes: [0],
    step: (n) => (n === from ? [{ next: [to] }] : []),
  });

const key: ComponentModel['key'] = (kind, local) => (kind === 'a' ? 'a' : String(local));

/**
 * After the flip `a` is 1, so that nothing booms. By numbers it is still 0, because the key takes both for one. `way` leads to a violation that is one.
 */
const flipping = (name: string, way: ComponentModel['interactions']): ComponentModel => ({
  name,
  slots: [a, b],
  key,
  interactions: [
    ...way,
    interaction({
      label: { family: 'flip', args: [1] },
      slots: [a, b],
      writes: [0, 1],
      step: ({ h }, n) => (h === 0 && n === 0 ? [{ next: [{ h: 1 }, 1] }] : []),
    }),
    interaction({
      label: { family: 'boom', args: [1] },
      slots: [a, b],
      writes: [1],
      step: (held, n) => (held.h === 0 && n === 1 ? [{ next: [held, 8] }] : []),
    }),
  ],
  properties: [{ name: 'p', kind: 'always', over: [over([b], (n) => n < 8)] }],
});

const MODELS: ReadonlyArray<ComponentModel> = [
  flipping('a violation nearer than what is none', [real(1, 0, 9)]),
  flipping('a violation as far as what is none, with more switches', [real(1, 0, 5), real(2, 5, 9)]),
];

const checked = (model: ComponentModel): CheckedModel =>
  ({ source: model.name, model: { level: 'components', model } }) as unknown as CheckedModel;

/** The report of a first search that stopped before the key took values for one. */
const withoutKey = ({ statistics: { byKey: _, ...statistics }, ...report }: Report): Report => ({ ...report, statistics });

/** Says of a run that it is a shortest one, as a search says that has not seen what the key does. */
const shortest = ({ trace, ...judged }: PropertyReport): PropertyReport => ({
  ...judged,
  ...(trace === undefined ? {} : { trace: { ...trace, shortest: true } }),
});

const tellsRuns = (model: ComponentModel, runs: ReadonlyArray<Counterexample>): void => {
  expect(runs.map(({ steps }) => steps.at(-1)!.state['b'])).toEqual(['9']);
  for (const { steps } of runs) {
    const { refusal, broken } = replay(model, steps);
    expect([refusal, broken]).toEqual([undefined, [{ property: 'p', after: steps.length }]]);
  }
};

const runsIn = ({ properties }: Report): ReadonlyArray<Counterexample> =>
  properties.flatMap(({ trace, more = [] }) => [...(trace === undefined ? [] : [trace]), ...more]);

describe.each(MODELS)('$name', (model) => {
  test.each([1, 5])('the command tells runs of the model, of %i that are asked for', async (count) => {
    const args = parseCheckArgs(['m.mjs', '--traces-per-property', String(count)]);
    const report = await checkComponents(model);
    tellsRuns(model, runsIn(await tell(checked(model), report, args, {})));
    tellsRuns(model, runsIn(await tell(checked(model), withoutKey(report), args, {})));
  });

  test('the library refuses to look for further ones by numbers, and finds them by the values', async () => {
    const [byNumbers, byValues] = [internedModel(model), toModel(model)];
    await expect(severalCounterexamples(byNumbers, byNumbers.properties[0]!, 5)).rejects.toMatchObject({
      code: 'option',
      message: expect.stringMatching(/^severalCounterexamples: model: [^\n]*: give toModel\(model\)$/) as unknown,
    });
    tellsRuns(model, await severalCounterexamples(byValues, byValues.properties[0]!, 5));
  });

  test('nor does it replace a run by one with fewer switches', async () => {
    const found = await checkComponents(model);
    const report = { ...found, properties: found.properties.map(shortest) };
    expect(report.statistics.byKey).toBe(true);
    expect(withFewestSwitches(internedModel(model), report)).toEqual(report);
    expect(withFewestSwitches(toModel(model), report)).toEqual(report);
    expect(withFewestSwitches(internedModel(model), withoutKey(report))).toEqual(withoutKey(report));
  });
});

test('a key that takes no two values for one is searched by numbers', async () => {
  const { key: _, ...exact } = MODELS[1]!;
  const model: ComponentModel = { ...exact, key: (_kind, local) => JSON.stringify(local) };
  const byNumbers = internedModel(model);
  tellsRuns(model, await severalCounterexamples(byNumbers, byNumbers.properties[0]!, 5));
});

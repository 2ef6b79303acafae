import { checkSync, simulateSync } from '#bayou/checker/check.js';
import { random } from '#bayou/checker/random.js';
import { stepper, type Stepper } from '#bayou/checker/runs/stepper.js';
import type { Report } from '#bayou/checker/report.js';
import { describe, expect, test } from 'vitest';
import { philosophers } from '../../examples/models/philosophers.js';
import { twoPhaseCommit } from '../../examples/models/two-phase-commit.js';
import { waterJugs, type JugAction, type Jugs } from '../../examples/models/water-jugs.js';

/** All but what depends on the machine's pace: the time it took, and how much could be audited in a share of it. */
const essence = ({ statistics: _, audited: __, ...rest }: Report): unknown => rest;

describe('simulation', () => {
  test('repeats exactly by its seed, and differs by another', () => {
    const [first, second, third] = [1, 1, 2].map((seed) => essence(simulateSync(twoPhaseCommit(5), { seed, traces: 30 })));
    expect(second).toEqual(first);
    expect(third).not.toEqual(first);
  });

  test('never says "holds": it has not seen every state, even where it has', () => {
    const report = simulateSync(twoPhaseCommit(2), { traces: 3000, traceLength: 30 });
    expect(report.counts.distinct).toBe(checkSync(twoPhaseCommit(2)).counts.distinct);
    expect(report.verdict).toBe('bounded');
    expect(report.stop).toEqual({ kind: 'traces', limit: 3000 });
    expect(report.properties.map(({ verdict }) => verdict)).toEqual(['unknown', 'reached', 'reached']);
  });

  test('finds what is wrong, with a run that ends there', () => {
    const report = simulateSync(waterJugs, { seed: 4 });
    expect(report.verdict).toBe('violated');
    expect(report.properties[0]!.trace!.steps.at(-1)!.state['big']).toBe('4');
    expect(report.properties[0]!.trace!.shortest).toBe(false);
  });

  test('counts the steps of each family, and walks no further than it may', () => {
    const report = simulateSync(waterJugs, { properties: [], traces: 10, traceLength: 7 });
    expect(report.coverage.reduce((sum, { steps }) => sum + steps, 0)).toBe(70);
    expect(report.counts).toMatchObject({ depth: 7, generated: 80 });
    expect(report.coverage.reduce((sum, { fresh }) => sum + fresh, 1)).toBe(report.counts.distinct);
  });

  test('finds a deadlock, and does not judge liveness', () => {
    const report = simulateSync(philosophers(3, 'rude'), { traces: 200 });
    expect(report.properties.map(({ verdict }) => verdict)).toEqual([expect.any(String), 'violated', 'unknown']);
  });

  test('the numbers under it are the same everywhere', () => {
    const pick = random(7);
    const numbers = Array.from({ length: 5 }, () => pick(1000));
    const again = random(7);
    expect(Array.from({ length: 5 }, () => again(1000))).toEqual(numbers);
    expect(new Set(numbers).size).toBe(5);
    for (const number of numbers) expect(number).toBeLessThan(1000);
  });
});

describe('stepping', () => {
  const take = (at: Stepper<Jugs, JugAction>, action: JugAction): Stepper<Jugs, JugAction> =>
    at.take(at.choices.findIndex((choice) => choice.action === action))!;

  test('forward to what is broken, and back', () => {
    const start = stepper(waterJugs);
    expect(start.shown).toEqual({ small: '0', big: '0' });
    expect(start.choices).toHaveLength(6);
    const answer: ReadonlyArray<JugAction> = [
      'fill big',
      'big to small',
      'empty small',
      'big to small',
      'fill big',
      'big to small',
    ];
    const end = answer.reduce(take, start);
    expect(end).toMatchObject({ depth: 6, state: { small: 3, big: 4 }, broken: ['nobody measures 4 gallons'] });
    expect(end.trace().steps.map(({ label }) => label.family)).toEqual(answer);
    expect(end.back()!.state).toEqual({ small: 2, big: 5 });
    expect(end.back()!.broken).toEqual([]);
    expect(start.back()).toBeUndefined();
    expect(start.take(6)).toBeUndefined();
  });

  test('sees a deadlock, and refuses an initial state that there is not', () => {
    const table = [0, 1, 2].reduce(
      (at, left) => at.take(at.choices.findIndex(({ action }) => action.name === 'take left' && action.who === left))!,
      stepper(philosophers(3, 'rude')),
    );
    expect(table.choices).toEqual([]);
    expect(table.broken).toEqual(['they never all wait']);
    expect(() => stepper(waterJugs, 1)).toThrow('water jugs has no initial state number 1');
  });
});

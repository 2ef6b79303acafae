/**
 * Makes plans from plans. A plan whose run took new steps is changed a little, so that the next run takes these steps and goes on otherwise. The changed plan gets another seed or faults of
 * another plan, or it loses or moves some of its faults. Of its script only puts, gets and changes of links are left out, since other lines may need the lines before them.
 */
import fc from 'fast-check';
import type { SimulationPlan } from './simulation-plan.js';

type Change = fc.Arbitrary<(plan: SimulationPlan) => SimulationPlan>;

/** The list with the element at `at`, modulo the length, replaced. */
const replaced = <A>(list: ReadonlyArray<A>, at: number, by: (element: A) => A): ReadonlyArray<A> =>
  list.map((element, i) => (i === at % list.length ? by(element) : element));

const without = <A>(list: ReadonlyArray<A>, at: number): ReadonlyArray<A> => list.filter((_, i) => i !== at % list.length);

/** The most faults that a plan has after it took faults of other plans. */
const MAX_FAULTS = 16;

const joined = <A>(one: ReadonlyArray<A>, other: ReadonlyArray<A>): ReadonlyArray<A> => [...one, ...other].slice(-MAX_FAULTS);

const MAY_GO = /^(put|get|createConnection|breakConnection) /;

/** Leaves out puts, gets and changes of links among the `count` lines from `from` on. The lines of the calm stay. */
const shortened = (script: SimulationPlan['script'], from: number, count: number): SimulationPlan['script'] => {
  const end = script.lastIndexOf('stabilize');
  const start = from % Math.max(1, end);
  return script.filter((line, i) => i < start || i >= Math.min(end, start + count) || !MAY_GO.test(line));
};

const at = fc.nat(999);

const changesWith = (other: SimulationPlan): ReadonlyArray<Change> => [
  fc.nat().map((seed) => (plan) => ({ ...plan, seed })),
  fc.constant((plan) => ({ ...plan, faults: joined(plan.faults, other.faults) })),
  fc.constant((plan) => ({ ...plan, world: joined(plan.world, other.world) })),
  fc.constant((plan) => ({ ...plan, networkFaults: other.networkFaults })),
  fc.constant((plan) => ({ ...plan, antiEntropyMs: other.antiEntropyMs, thinkMs: other.thinkMs })),
  fc.constant((plan) => ({ ...plan, partWrites: other.partWrites, fsync: other.fsync })),
  fc.constant((plan) => ({ ...plan, nextDay: other.nextDay })),
  at.map((n) => (plan) => ({ ...plan, faults: without(plan.faults, n) })),
  at.map((n) => (plan) => ({ ...plan, world: without(plan.world, n) })),
  fc.tuple(at, fc.integer({ min: -3, max: 3 })).map(([n, by]) => (plan) => ({
    ...plan,
    faults: replaced(plan.faults, n, (fault) => ({ ...fault, line: Math.max(1, fault.line + by) })),
  })),
  fc.tuple(at, fc.integer({ min: -3, max: 3 }), fc.integer({ min: 0, max: 300 })).map(([n, by, afterMs]) => (plan) => ({
    ...plan,
    world: replaced(plan.world, n, (fault) => ({ ...fault, afterMs, line: Math.max(1, fault.line + by) })),
  })),
  fc.tuple(at, fc.nat(59)).map(([n, server]) => (plan) => ({
    ...plan,
    faults: replaced(plan.faults, n, (fault) => ({ ...fault, server })),
  })),
  fc.tuple(at, fc.integer({ min: 1, max: 12 })).map(([from, count]) => (plan) => ({
    ...plan,
    script: shortened(plan.script, from, count),
  })),
];

/** Draws variations of a plan, each with one to four changes. `other`: the plan from which parts are taken. */
export const variationsOf = (plan: SimulationPlan, other: SimulationPlan): fc.Arbitrary<SimulationPlan> =>
  fc
    .array(fc.oneof(...changesWith(other)), { minLength: 1, maxLength: 4, size: 'max' })
    .map((changes) => changes.reduce((varied, change) => change(varied), plan));

/** Plans with one part less, the greatest parts first, for a search of the smallest plan that still fails. */
export function* smallerPlans(plan: SimulationPlan, calm: SimulationPlan['networkFaults']): Generator<SimulationPlan> {
  if (plan.nextDay.length > 0) yield { ...plan, nextDay: [] };
  if (plan.networkFaults !== calm) yield { ...plan, networkFaults: calm };
  const end = plan.script.lastIndexOf('stabilize');
  for (const count of [16, 4, 1])
    for (let from = 0; from < end; from += count) {
      const script = shortened(plan.script, from, count);
      if (script.length < plan.script.length) yield { ...plan, script };
    }
  for (const i of plan.faults.keys()) yield { ...plan, faults: without(plan.faults, i) };
  for (const i of plan.world.keys()) yield { ...plan, world: without(plan.world, i) };
}

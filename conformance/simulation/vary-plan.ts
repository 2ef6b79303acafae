/**
 * Plans made of plans. One that took a run to something new is changed a little, so that the next run comes by there and goes on otherwise: it gets another seed, some of another
 * plan's faults, or loses or moves some of its own. Its script stays whole but for puts, gets and links that are left out: what else stands in it may need what stood before.
 */
import fc from 'fast-check';
import type { SimulationPlan } from './simulation-plan.js';

type Change = fc.Arbitrary<(plan: SimulationPlan) => SimulationPlan>;

/** One element is another. */
const replaced = <A>(list: ReadonlyArray<A>, at: number, by: (element: A) => A): ReadonlyArray<A> =>
  list.map((element, i) => (i === at % list.length ? by(element) : element));

const without = <A>(list: ReadonlyArray<A>, at: number): ReadonlyArray<A> => list.filter((_, i) => i !== at % list.length);

/** No more faults of a kind than this come together by being taken from other plans. */
const MOST_FAULTS = 16;

const joined = <A>(one: ReadonlyArray<A>, other: ReadonlyArray<A>): ReadonlyArray<A> => [...one, ...other].slice(-MOST_FAULTS);

const MAY_GO = /^(put|get|createConnection|breakConnection) /;

/** Leaves out up to so many lines from here on that nothing needs; what is in the calm stays. */
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

/** Plans that are this one, changed once to four times; `other`: the plan from which faults are taken. */
export const variationsOf = (plan: SimulationPlan, other: SimulationPlan): fc.Arbitrary<SimulationPlan> =>
  fc
    .array(fc.oneof(...changesWith(other)), { minLength: 1, maxLength: 4, size: 'max' })
    .map((changes) => changes.reduce((varied, change) => change(varied), plan));

/** A plan with one thing less, for whoever looks for the smallest that still fails: the greatest pieces first. */
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

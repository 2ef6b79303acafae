/**
 * Finds, of all shortest runs that break a property, one with the fewest switches between processes: the easiest to read. A breadth-first search
 * shows whichever it finds first. The process of a step is the first argument of its label.
 */
import { A_REPORT, mustTake } from '../contract/argument-checks.js';
import { isNumbered } from '../contract/merging.js';
import { contracted } from '../contract/validate.js';
import type { Model, Property } from '../model.js';
import { encode } from '../values/encode.js';
import { showRun, type Run } from '../shown/shown-run.js';
import type { Report } from '../report.js';
import { decides, stepsOf, type Step } from './decides.js';
import { runTo } from './run-to.js';

/** The most steps that are tried to find such a run. Where there are more, the run stays as it is. */
const MOST_STEPS = 200_000;

interface Node<S, A> {
  readonly state: S;
  /** The process of the last step; undefined at the beginning. */
  readonly process: string | undefined;
  readonly switches: number;
  readonly by?: { readonly before: Node<S, A>; readonly step: Step<S, A> };
}

/** The number 1 and the text `1` are two processes. */
const processOf = <S, A>(model: Model<S, A>, action: A): string => {
  const { family, args } = model.label(action);
  return encode(args[0] ?? family);
};

const after = <S, A>(model: Model<S, A>, before: Node<S, A>, step: Step<S, A>): Node<S, A> => {
  const process = processOf(model, step.action);
  const switched = before.process !== undefined && before.process !== process;
  return { state: step.next, process, switches: before.switches + Number(switched), by: { before, step } };
};

/**
 * Gives the run of `length` steps with the fewest switches that decides a property; undefined where there are too many steps to try. No run that
 * decides the property is shorter, so no state of the run is nearer to the beginning than it is along the run. So,
 * layer by layer, one node for each state and last process is enough.
 */
const quietest = <S, A>(model: Model<S, A>, property: Property<S, A>, length: number): Run<S, A> | undefined => {
  const key = model.key ?? encode;
  const known = new Set<string>();
  let layer: ReadonlyArray<Node<S, A>> = model.initial.map((state) => ({ state, process: undefined, switches: 0 }));
  let tried = 0;
  for (let depth = 0; depth < length; depth++) {
    for (const { state } of layer) known.add(key(state));
    const isLast = depth === length - 1;
    const next = new Map<string, Node<S, A>>();
    for (const node of layer) {
      if (model.boundary?.(node.state) === false) continue;
      for (const step of stepsOf(model, node.state)) {
        if (++tried > MOST_STEPS) return undefined;
        const code = key(step.next);
        if (!isLast && known.has(code)) continue;
        if (isLast && !decides(model, property, step.next, { before: node.state, action: step.action })) continue;
        const found = after(model, node, step);
        const at = isLast ? 'the end' : `${found.process!.length}:${found.process!}${code}`;
        const best = next.get(at);
        if (best === undefined || found.switches < best.switches) next.set(at, found);
      }
    }
    layer = [...next.values()];
  }
  const [end] = layer;
  return end === undefined || length === 0 ? undefined : runTo(end);
};

/**
 * Does the same where the model may throw. The search stopped before it had expanded all states this near, so an error in one of them has nothing
 * to do with the run that was found.
 */
const quietestOf = <S, A>(model: Model<S, A>, property: Property<S, A>, length: number): Run<S, A> | undefined => {
  try {
    return quietest(model, property, length);
  } catch {
    return undefined;
  }
};

/**
 * The report with each shortest run replaced by one of the same length that has the fewest switches, where that can be found quickly. Where a key
 * took several states or values for one, the report stays as it is: another run of the same length may be no run of the model.
 */
export const withFewestSwitches = <S, A>(given: Model<S, A>, report: Report): Report => {
  mustTake('withFewestSwitches', 'report', A_REPORT, report);
  const { model } = contracted(given);
  if (report.statistics.byKey === true) return report;
  const quiet = {
    ...report,
    properties: report.properties.map((judged) => {
      const property = model.properties.find(({ name }) => name === judged.name);
      const { trace } = judged;
      if (property === undefined || trace === undefined || !trace.shortest || trace.steps.length < 2) return judged;
      const run = quietestOf(model, property, trace.steps.length);
      return run === undefined ? judged : { ...judged, trace: showRun(model, run, true) };
    }),
  };
  // The steps that were tried may be the first at which the key takes two values for one.
  return isNumbered(given) ? report : quiet;
};

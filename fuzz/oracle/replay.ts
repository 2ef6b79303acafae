/** Checks a trace of a report: follows it step by step in the oracle's own graph, and decides whether it is a run that decides its property. */
import type { Counterexample } from '#bayou/checker/report.js';
import { isEnabled, isOf } from './fair.js';
import { isLiveness } from './judge.js';
import type { StateArc, OracleClaim, StateNode, OracleGraph } from './world.js';

/** A walk through the graph that fits the trace. */
interface Walk {
  readonly nodes: ReadonlyArray<StateNode>;
  readonly arcs: ReadonlyArray<StateArc>;
}

/** The most walks that are tried. Where a trace has no texts of states, its labels may fit many walks. */
const MOST_WALKS = 2000;

type Shown = Counterexample['initial'];

const agree = (a: Shown, b: Shown): boolean => {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
};

/** The last node of a walk, with the steps before it. */
interface End {
  readonly node: StateNode;
  readonly before?: { readonly end: End; readonly arc: StateArc };
}

const walkTo = (last: End): Walk => {
  const nodes = [last.node];
  const arcs: StateArc[] = [];
  for (let { before } = last; before !== undefined; { before } = before.end) {
    nodes.push(before.end.node);
    arcs.push(before.arc);
  }
  return { nodes: nodes.reverse(), arcs: arcs.reverse() };
};

/** One walk for each last state: a safety property depends on the last step alone. */
const oneForEach = (ends: ReadonlyArray<End>): ReadonlyArray<End> => [...new Map(ends.map((end) => [end.node, end])).values()];

/** The walks that fit the trace: all of a lasso, otherwise one for each last state. Undefined where there are too many. */
const walksOf = ({ model, initial }: OracleGraph, trace: Counterexample): ReadonlyArray<Walk> | undefined => {
  const { show } = model;
  const looks = (node: StateNode, shown: Shown): boolean => show === undefined || agree(show(node.state), shown);
  let ends: ReadonlyArray<End> = initial.filter((node) => looks(node, trace.initial)).map((node) => ({ node }));
  for (const step of trace.steps) {
    const label = [step.label.family, ...step.label.args].join(' ');
    ends = (trace.loop === undefined ? oneForEach(ends) : ends).flatMap((end) =>
      end.node.arcs
        .filter((arc) => arc.label === label && arc.note === step.note && looks(arc.to, step.state))
        .map((arc): End => ({ node: arc.to, before: { end, arc } })),
    );
    if (ends.length > MOST_WALKS) return undefined;
  }
  return ends.map(walkTo);
};

/** Is every class either disabled somewhere (weak) or nowhere enabled (strong) on the cycle, or taken on it? */
const isFair = (cycle: ReadonlyArray<StateNode>, steps: ReadonlyArray<ReadonlyArray<StateArc>>): boolean => {
  const classes = new Map(
    cycle.flatMap(({ arcs }) =>
      arcs.flatMap(({ fairness }) => (fairness === undefined ? [] : [[fairness.name, fairness.isStrong] as const])),
    ),
  );
  return [...classes].every(([name, isStrong]) => {
    // Several steps may fit the trace's step; each may be the right one.
    if (steps.some((like, i) => like.some((arc) => isOf(name, arc, cycle[i]!)))) return true;
    return isStrong ? cycle.every((node) => !isEnabled(name, node)) : cycle.some((node) => !isEnabled(name, node));
  });
};

const alike = (from: StateNode, arc: StateArc): ReadonlyArray<StateArc> =>
  from.arcs.filter((other) => other.to === arc.to && other.label === arc.label && other.note === arc.note);

/** Does a walk that returns to its node `loop` for ever break a liveness property? */
const breaksForEver = ({ nodes, arcs }: Walk, { kind, holds, from, to }: OracleClaim, loop: number | undefined): boolean => {
  if (loop === undefined || loop > arcs.length || loop < 0) return false;
  const stutters = loop === arcs.length;
  const entry = nodes[loop]!;
  if (stutters ? entry.arcs.length > 0 || !entry.isWithin : nodes.at(-1) !== entry) return false;
  const cycle = stutters ? [entry] : nodes.slice(loop, -1);
  const steps = stutters ? [] : arcs.slice(loop).map((arc, i) => alike(cycle[i]!, arc));
  if (!isFair(cycle, steps)) return false;
  const states = nodes.map(({ state }) => state);
  if (kind === 'eventually') return states.every((state) => !holds(state));
  if (kind === 'eventuallyAlways') return cycle.some(({ state }) => !holds(state));
  // `from` holds in a state, and `to` holds neither from that state on nor on the cycle.
  return states.some((state, i) => from(state) && [...states.slice(i), ...cycle.map((node) => node.state)].every((s) => !to(s)));
};

const decides = (walk: Walk, claim: OracleClaim, loop: number | undefined): boolean => {
  const { name, kind, holds, isFinal } = claim;
  const end = walk.nodes.at(-1)!;
  const arc = walk.arcs.at(-1);
  if (isLiveness(claim)) return breaksForEver(walk, claim, loop);
  if (loop !== undefined) return false;
  switch (kind) {
    case 'always':
      return !holds(end.state);
    case 'sometimes':
      return holds(end.state);
    case 'noDeadlock':
      return end.isWithin && end.arcs.length === 0 && !isFinal(end.state);
    default: {
      const before = walk.nodes.at(-2);
      return arc !== undefined && alike(before!, arc).some((like) => like.holds.has(name) === (kind === 'sometimesStep'));
    }
  }
};

/** The fault of a trace; undefined: there is none. */
export const faultOfTrace = (world: OracleGraph, claim: OracleClaim, trace: Counterexample): string | undefined => {
  const walks = walksOf(world, trace);
  if (walks === undefined) return undefined;
  if (walks.length === 0) return 'is no run of the model';
  if (walks.some((walk) => decides(walk, claim, trace.loop))) return undefined;
  return isLiveness(claim) ? 'is no fair run that breaks it' : 'does not decide it';
};

/**
 * The checker: write a {@link Model}, call {@link check}, read the {@link Report}.
 *
 * @packageDocumentation
 */
export * from './model.js';
export type { CheckOptions, CheckpointOptions, ComponentOptions } from './options.js';
export type * from './report.js';
export { isLiveness } from './report.js';
export { isVacuous, showLabel, verdictOf } from './verdict/checked-report.js';
export type { View } from './view.js';
export type { PlainValue } from './shown/value.js';
export { toModel } from './component-model/as-model.js';
export type { AnyOutcome, Tuple } from './component-model/apply.js';
export type { ComponentAction } from './component-model/tuples.js';
export { internedModel, type NumberedAction, type Numbers } from './component-model/interned.js';
export { check, checkSync, simulate, simulateSync } from './check.js';
export { checkComponents } from './factored/check-components.js';
export { checkInParallel, type ModelSource, type ParallelOptions } from './factored/parallel/check-in-parallel.js';
export { CheckerError } from './error.js';
export type { SimulateOptions } from './explicit/simulate.js';
export { stepper, type Choice, type Stepper } from './runs/stepper.js';
export { follow, type PathEnds } from './runs/follow.js';
export type { Break, Difference, PathStep, Refusal, Replay } from './component-model/replay.js';
export { sampleRuns, sampleRunsSync, type Sample, type SampleOptions } from './runs/sample.js';
export { severalCounterexamples, type SeveralLimits } from './runs/several.js';
export { withFewestSwitches } from './runs/switches.js';
export { toDot, type Dot } from './output/dot.js';
export { toItf } from './output/itf.js';
export { toMermaid, type MermaidWords } from './output/mermaid.js';
export { toShiViz } from './output/shiviz.js';
export { summaryLines, verdictLine } from './output/summary.js';
export { traceLines } from './output/counterexample-lines.js';
export { bag, bagWithout, permutations, sortedSet } from './helpers/collections.js';
export {
  actorModel,
  type Actor,
  type ActorsAction,
  type ActorsState,
  type ActorSystem,
  type Delivery,
  type Envelope,
  type Reaction,
  type Send,
} from './helpers/actors.js';
export {
  emptyHistory,
  invoked,
  isLinearizable,
  linearization,
  responded,
  type CompletedOperation,
  type History,
  type PendingOperation,
  type ProcessHistory,
  type SequentialObject,
} from './helpers/linearizability.js';
export {
  NOTHING_PUT,
  register,
  registerClient,
  registerHistory,
  type RegisterClientState,
  type RegisterHistory,
  type RegisterMessage,
  type RegisterOperation,
} from './helpers/register.js';

/**
 * The checker: write a {@link Model}, call {@link check}, read the {@link Report}.
 *
 * @packageDocumentation
 */
export * from './interface.js';
export * from './report.js';
export type { PlainValue } from './shown/value.js';
export { toModel, type ComponentAction, type Tuple } from './adapt.js';
export { internedModel, type NumberedAction, type Numbers } from './interned.js';
export { check, checkSync, simulate, simulateSync } from './check.js';
export { checkComponents } from './component/check.js';
export type { ComponentOptions } from './component/options.js';
export { checkInParallel, type ModelSource, type ParallelOptions } from './component/parallel.js';
export { CheckerError } from './component/error.js';
export type { SimulateOptions } from './plain/simulate.js';
export { stepper, type Choice, type Stepper } from './stepper.js';
export { toDot, type Dot } from './output/dot.js';
export { toItf } from './output/itf.js';
export { toMermaid } from './output/mermaid.js';
export { toShiViz } from './output/shiviz.js';
export { summaryLines, verdictLine } from './output/summary.js';
export { traceLines } from './output/trace.js';

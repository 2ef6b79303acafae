/** Makes the report of a search of components from what it found. */
import type { ComponentModel } from '../model.js';
import { boundsOf, concluded, judgedReport, sentenceOf } from '../verdict/conclude.js';
import { BY_COMPONENTS, REDUCED, UNFAIR, UNFINISHED } from '../verdict/reasons.js';
import {
  type AuditReport,
  isLiveness,
  type Counterexample,
  type PropertyReport,
  type Report,
  type Statistics,
  type Stop,
} from '../report.js';
import { neverEnabledOf } from '../verdict/never-enabled.js';
import { suspicionAt, type Watch } from '../limits.js';
import type { SearchOptions } from '../options.js';
import type { Space } from './space.js';
import type { Tally } from './search/tally.js';

/** What a search found, whichever machinery it used. */
export interface Findings {
  readonly model: ComponentModel;
  readonly options: SearchOptions;
  /** By property that was judged: whether it was decided (violated, or reached). */
  readonly decided: ReadonlyArray<boolean>;
  /** By interaction. */
  readonly enabled: ReadonlyArray<boolean>;
  readonly tally: Tally;
  readonly depth: number;
  readonly completeDepth: number;
  readonly traces: ReadonlyMap<string, Counterexample>;
  readonly elapsedMs: number;
  readonly peakBytes: number;
  readonly watch: Watch;
  readonly workers: number;
  /** Whether the model's key takes different values for one. */
  readonly merges: boolean;
  readonly details: Readonly<Record<string, number>>;
  readonly audited?: AuditReport;
  /** With hash compaction: what may have been missed. */
  readonly omission?: Pick<Statistics, 'omissionProbability' | 'omission'>;
}

/** Gives the machinery's own numbers. */
export const detailsOf = ({ memo, components }: Space): Findings['details'] => ({
  localSteps: memo.rows,
  ...Object.fromEntries(components.kinds.map(({ name, values }) => [`values of ${name}`, values.length])),
});

/** Says why liveness is open. Another search judges it only where this one saw all states, and no reduction forbids it. */
const livenessGap = ({ model, options }: Findings, stop: Stop): string => {
  if (stop.kind !== 'complete') return UNFINISHED;
  if (options.normalize === true && model.normalize !== undefined) return REDUCED;
  const isSymmetric = options.symmetry === true && model.symmetry !== undefined;
  return isSymmetric && model.interactions.some(({ fairness }) => fairness !== undefined) ? UNFAIR : BY_COMPONENTS;
};

const propertyReport = (found: Findings, index: number, stop: Stop): PropertyReport => {
  const property = judged(found)[index]!;
  if (isLiveness(property.kind)) return { ...sentenceOf(property), verdict: 'unknown', why: livenessGap(found, stop) };
  const report = judgedReport(property, found.decided[index] === true, stop.kind === 'complete' ? undefined : UNFINISHED);
  const trace = found.traces.get(property.name);
  return found.decided[index] !== true || trace === undefined ? report : { ...report, trace };
};

/** The properties that were judged. */
const judged = ({ model, options }: Findings): ComponentModel['properties'] =>
  model.properties.filter(({ name }) => options.properties?.includes(name) ?? true);

const familiesOf = (model: ComponentModel): ReadonlyArray<string> => [
  ...new Set(model.interactions.map(({ label }) => label.family)),
];

/** Makes the report of a search that ended in this way. */
export const reportOf = (found: Findings, stop: Stop): Report => {
  const { model, options, tally, workers } = found;
  const properties = judged(found).map((_, i) => propertyReport(found, i, stop));
  return concluded(
    {
      model: model.name,
      stop,
      search: options.search ?? 'bfs',
      bounds: boundsOf(model, options, tally.cut),
      counts: {
        generated: tally.generated,
        distinct: tally.distinct,
        depth: found.depth,
        completeDepth: Math.max(0, found.completeDepth),
        queue: tally.queue,
        cut: tally.cut,
      },
      properties,
      coverage: familiesOf(model).map((family, i) => ({ family, steps: tally.steps[i]!, fresh: tally.fresh[i]! })),
      neverEnabled: neverEnabledOf(
        model.interactions.map(({ label }) => label),
        (i) => found.enabled[i] === true,
      ),
      ...suspicionAt(found.watch, stop),
      ...(found.audited === undefined ? {} : { audited: found.audited }),
      statistics: {
        elapsedMs: found.elapsedMs,
        peakBytes: found.peakBytes,
        workers,
        engine: workers === 1 ? 'components' : `components, ${workers} workers`,
        ...(found.merges ? { byKey: true } : {}),
        ...(options.resume === undefined ? {} : { resumed: true }),
        details: found.details,
        ...found.omission,
      },
    },
    options,
  );
};

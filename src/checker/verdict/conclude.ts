/** From what a search or a simulation found to the report of it: each part that does not depend on how it was found is made here. */
import type { RunOptions } from '../options.js';
import { isWitness, verdictOf, type PropertyKind, type PropertyReport, type PropertyVerdict, type Report } from '../report.js';
import { withinBoundary } from './reasons.js';

// --- properties ------------------------------------------------------------------------------------------------------------

/** A property as any model declares it. */
interface Claim {
  readonly name: string;
  readonly rule?: string;
  readonly kind: PropertyKind;
  readonly impossible?: string;
}

/** What a report says of any property of this name and kind. */
export const sentenceOf = ({ name, rule, kind }: Claim): Pick<PropertyReport, 'name' | 'rule' | 'kind'> =>
  rule === undefined ? { name, kind } : { name, rule, kind };

/** The verdict of a property that is not liveness. `isWhole`: every state was seen. */
const verdictOn = ({ kind }: Claim, isDecided: boolean, isWhole: boolean): PropertyVerdict => {
  if (isDecided) return isWitness(kind) ? 'reached' : 'violated';
  if (isWitness(kind)) return 'not reached';
  return isWhole ? 'holds' : 'unknown';
};

/**
 * What a report says of a property that is not liveness, all but its trace. `unseen` is why not every state was seen; undefined where
 * every state was.
 */
export const judgedReport = (claim: Claim, isDecided: boolean, unseen: string | undefined): PropertyReport => {
  const verdict = verdictOn(claim, isDecided, unseen === undefined);
  const why = isDecided ? undefined : ((verdict === 'not reached' ? claim.impossible : undefined) ?? unseen);
  return { ...sentenceOf(claim), verdict, ...(why === undefined ? {} : { why }) };
};

/** Whether a report of a property comes with the run that decides it. */
export const wantsTrace = ({ verdict }: PropertyReport, { witnessTraces }: RunOptions): boolean =>
  verdict === 'violated' || (verdict === 'reached' && witnessTraces === true);

// --- bounds ----------------------------------------------------------------------------------------------------------------

/** The phrases that say in what the verdict of a search holds. `cut`: how many states lie beyond the model's boundary. */
export const boundsOf = (
  model: { readonly symmetry?: unknown; readonly normalize?: unknown },
  options: RunOptions,
  cut: number,
): ReadonlyArray<string> => [
  ...(options.bounds ?? []),
  ...withinBoundary(cut),
  ...(options.symmetry === true && model.symmetry !== undefined ? ['up to symmetry'] : []),
  ...(options.normalize === true && model.normalize !== undefined ? ['up to the quotient'] : []),
];

// --- the report ------------------------------------------------------------------------------------------------------------

/** What a report is made of. */
interface Found extends Pick<
  Report,
  | 'model'
  | 'stop'
  | 'search'
  | 'bounds'
  | 'counts'
  | 'properties'
  | 'coverage'
  | 'mayBeInfinite'
  | 'audited'
  | 'statistics'
  | 'seed'
> {
  /** Families, or labels of single interactions, that were never enabled. */
  readonly neverEnabled: ReadonlyArray<string>;
  /** Names of `leadsTo` properties whose `from` was never true, where that is known. */
  readonly neverTriggered?: ReadonlyArray<string>;
}

/** The report, with its verdict. */
export const concluded = (found: Found, options: Pick<RunOptions, 'requireWitnesses'>): Report => {
  const { neverEnabled, neverTriggered = [], model, stop, search, bounds, counts, properties, coverage, ...rest } = found;
  const unreached = properties.filter(({ verdict }) => verdict === 'not reached').map(({ name }) => name);
  const vacuity = { neverEnabled, unreached, neverTriggered };
  const verdict = verdictOf(properties, stop, vacuity, options.requireWitnesses === true);
  return { model, verdict, stop, search, bounds, counts, properties, coverage, vacuity, ...rest };
};

/**
 * The report of two searches of one model, of which the second judged some of the properties. `properties` and `stop` are what both come to;
 * `judgesLiveness` says whether the second was one for liveness.
 */
export const ofTwoSearches = (
  first: Report,
  second: Report,
  { properties, stop, judgesLiveness }: Pick<Report, 'properties' | 'stop'> & { readonly judgesLiveness: boolean },
  { requireWitnesses }: Pick<RunOptions, 'requireWitnesses'>,
): Report => {
  const vacuity = { ...first.vacuity, neverTriggered: second.vacuity.neverTriggered };
  return {
    ...first,
    stop,
    properties,
    vacuity,
    verdict: verdictOf(properties, stop, vacuity, requireWitnesses === true),
    statistics: {
      ...first.statistics,
      elapsedMs: first.statistics.elapsedMs + second.statistics.elapsedMs,
      peakBytes: Math.max(first.statistics.peakBytes, second.statistics.peakBytes),
      ...(judgesLiveness ? { engine: `${first.statistics.engine}; liveness on the state graph` } : {}),
    },
  };
};

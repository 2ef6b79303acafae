/** Makes the parts of a report that do not depend on how a search or a simulation found what it found. */
import type { SearchOptions } from '../options.js';
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

/** Gives what a report says of any property of this name and kind. */
export const sentenceOf = ({ name, rule, kind }: Claim): Pick<PropertyReport, 'name' | 'rule' | 'kind'> =>
  rule === undefined ? { name, kind } : { name, rule, kind };

/** Gives the verdict of a property that is not liveness. `isWhole` says that every state was seen. */
const verdictOn = ({ kind }: Claim, isDecided: boolean, sawAll: boolean): PropertyVerdict => {
  if (isDecided) return isWitness(kind) ? 'reached' : 'violated';
  if (isWitness(kind)) return 'not reached';
  return sawAll ? 'holds' : 'unknown';
};

/**
 * Gives the report of a property that is not liveness, without its trace. `unseen` says why not every state was seen; undefined where every state
 * was.
 */
export const judgedReport = (claim: Claim, isDecided: boolean, unseen: string | undefined): PropertyReport => {
  const verdict = verdictOn(claim, isDecided, unseen === undefined);
  const why = isDecided ? undefined : ((verdict === 'not reached' ? claim.impossible : undefined) ?? unseen);
  return { ...sentenceOf(claim), verdict, ...(why === undefined ? {} : { why }) };
};

/** Says whether the report of a property comes with the run that decides it. */
export const wantsTrace = ({ verdict }: PropertyReport, { witnessTraces }: SearchOptions): boolean =>
  verdict === 'violated' || (verdict === 'reached' && witnessTraces === true);

// --- bounds ----------------------------------------------------------------------------------------------------------------

/** Gives the phrases that say in what bounds a verdict holds. `cut` is the number of states beyond the model's boundary. */
export const boundsOf = (
  model: { readonly symmetry?: unknown; readonly normalize?: unknown },
  options: SearchOptions,
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

/** Makes the report, with its verdict. */
export const concluded = (found: Found, options: Pick<SearchOptions, 'requireWitnesses'>): Report => {
  const { neverEnabled, neverTriggered = [], model, stop, search, bounds, counts, properties, coverage, ...rest } = found;
  const unreached = properties.filter(({ verdict }) => verdict === 'not reached').map(({ name }) => name);
  const vacuity = { neverEnabled, unreached, neverTriggered };
  const verdict = verdictOf(properties, stop, vacuity, options.requireWitnesses === true);
  return { model, verdict, stop, search, bounds, counts, properties, coverage, vacuity, ...rest };
};

/**
 * Makes the report of two searches of one model, of which the second judged some of the properties. `properties` and `stop` are those of both
 * together. `judgesLiveness` says whether the second judged liveness.
 */
export const ofTwoSearches = (
  first: Report,
  second: Report,
  { properties, stop, judgesLiveness }: Pick<Report, 'properties' | 'stop'> & { readonly judgesLiveness: boolean },
  { requireWitnesses }: Pick<SearchOptions, 'requireWitnesses'>,
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

/** Makes the report of a plain search from the space that it explored. */
import { retaken } from '../contract/closely.js';
import { mayHaveMerged } from '../contract/merging.js';
import type { Property } from '../model.js';
import { omissionStatistics } from '../fingerprints.js';
import type { StateGraph, StateSet } from '../liveness/state-graph.js';
import { boundsOf, concluded, judgedReport, sentenceOf, wantsTrace } from '../verdict/conclude.js';
import { ASYMMETRIC, MAXIMAL, MERGED, REDUCED, UNFAIR, UNFINISHED, unexpanded } from '../verdict/reasons.js';
import { findLasso, type Goal } from '../liveness/lasso.js';
import type { CheckOptions } from '../options.js';
import { isLiveness, type Counts, type PropertyReport, type Report, type Stop } from '../report.js';
import { suspicionAt } from '../limits.js';
import type { JudgedProperty } from './explicit-judge.js';
import { coverageList, neverEnabled } from './coverage.js';
import { isReducing } from '../reduction/reduction-audit.js';
import { oneForm } from '../values/one-form.js';
import { mustBeWhole } from './intact.js';
import type { SearchEnd, ExplicitSpace } from './explicit-search.js';
import { Fate, isWaiting } from './fate.js';
import { showRun } from '../shown/shown-run.js';
import { isKept, isSymmetric, showSymmetricLasso } from './symmetric-lasso.js';
import { decidingRun, faultAt, showLasso } from './explicit-counterexample.js';

// --- counts ----------------------------------------------------------------------------------------------------------------

/** Gives the depth up to which every state was expanded (or lies beyond the boundary). */
const completeDepth = <S, A>(found: ExplicitSpace<S, A>): number => {
  if (found.store.forgets === true) return 0;
  let complete = found.depth;
  for (let index = 0; index < found.store.size(); index++) {
    const fate = found.fates.at(index);
    if (isWaiting(fate) || fate === Fate.tooDeep) complete = Math.min(complete, found.depths.at(index) - 1);
  }
  return Math.max(0, complete);
};

const countsOf = <S, A>(found: ExplicitSpace<S, A>, { queue }: SearchEnd): Counts => ({
  generated: found.generated,
  distinct: found.store.size(),
  // A sweep knows only the depth along the way that it took, which says nothing.
  depth: found.store.forgets === true ? 0 : found.depth,
  completeDepth: completeDepth(found),
  queue,
  cut: found.cut,
});

// --- properties ------------------------------------------------------------------------------------------------------------

/** Tests that what is found first is nearest. It is not where states are taken for one, by a reduction or perhaps by their hashes. */
const isNearest = <S, A>({ model }: ExplicitSpace<S, A>, options: CheckOptions): boolean =>
  options.search !== 'dfs' && options.hashBits === undefined && !isReducing(model, options);

const reportOn = <S, A>(
  found: ExplicitSpace<S, A>,
  { property, place }: JudgedProperty<S, A>,
  stop: Stop,
  options: CheckOptions,
): PropertyReport => {
  const report = judgedReport(property, place !== undefined, stop.kind === 'complete' ? undefined : UNFINISHED);
  if (place === undefined || !wantsTrace(report, options) || found.store.forgets === true) return report;
  return { ...report, trace: showRun(found.model, decidingRun(found, property, place), isNearest(found, options)) };
};

/** Says why finding no lasso would prove nothing. */
const livenessGap = <S, A>(found: ExplicitSpace<S, A>, stop: Stop): string | undefined => {
  if (stop.kind !== 'complete') return UNFINISHED;
  return found.cut > 0 ? unexpanded(found.cut) : undefined;
};

const goalOf = <S, A>(found: ExplicitSpace<S, A>, property: Property<S, A>): Goal | undefined => {
  const set =
    (holds: (state: S) => boolean): StateSet =>
    (index) => {
      const state = found.store.get(index);
      try {
        return holds(state);
      } catch (error) {
        throw faultAt(found, error, index, state);
      }
    };
  switch (property.kind) {
    case 'eventually':
    case 'eventuallyAlways':
      return { kind: property.kind, holds: cached(found, set(property.holds)) };
    case 'leadsTo':
      return { kind: 'leadsTo', from: cached(found, set(property.from)), to: cached(found, set(property.to)) };
    default:
      return undefined;
  }
};

/** Evaluates a predicate once for each state. */
const cached = <S, A>(found: ExplicitSpace<S, A>, holds: StateSet): StateSet => {
  const known = new Uint8Array(found.store.size());
  return (index) => {
    if (known[index] === 0) known[index] = holds(index) ? 2 : 1;
    return known[index] === 2;
  };
};

/** Why representatives do not tell of all states. */
const symmetryGap = <S, A>(found: ExplicitSpace<S, A>, property: Property<S, A>): string | undefined => {
  if (found.classes.size > 0) return UNFAIR;
  return isKept(found, property) ? undefined : ASYMMETRIC;
};

const livenessReport = <S, A>(
  found: ExplicitSpace<S, A>,
  graph: StateGraph | undefined,
  property: Property<S, A>,
  stop: Stop,
  options: CheckOptions,
): PropertyReport => {
  const goal = goalOf(found, property);
  if (graph === undefined || goal === undefined) {
    return { ...sentenceOf(property), verdict: 'unknown', why: found.store.forgets === true ? UNFINISHED : REDUCED };
  }
  const turns = isSymmetric(found, options);
  const open = turns ? symmetryGap(found, property) : undefined;
  if (open !== undefined) return { ...sentenceOf(property), verdict: 'unknown', why: open };
  if (found.merging?.isSeen === true) return { ...sentenceOf(property), verdict: 'unknown', why: MERGED };
  const lasso = findLasso(graph, goal);
  if (lasso !== undefined) {
    const trace = retaken(found.audit, found.watch.elapsedMs(), () =>
      turns ? showSymmetricLasso(found, graph, lasso, property) : showLasso(found, graph, lasso, property),
    );
    return { ...sentenceOf(property), verdict: 'violated', trace };
  }
  const gap = livenessGap(found, stop);
  return gap === undefined
    ? { ...sentenceOf(property), verdict: 'holds', ...(found.classes.size === 0 ? { why: MAXIMAL } : {}) }
    : { ...sentenceOf(property), verdict: 'unknown', why: gap };
};

// --- vacuity ---------------------------------------------------------------------------------------------------------------

/** Tests that `from` is true of no state: of none that was kept, and of no image of one, because one state is kept for all its images. */
const isNever = <S>(from: (state: S) => boolean, { store, model }: ExplicitSpace<S, unknown>, bySymmetry: boolean): boolean => {
  const images = bySymmetry ? (model.symmetry ?? []) : [];
  // The model is given states in their one form, unless its key says what is equal.
  const formOf = model.key === undefined ? oneForm : (same: S): S => same;
  for (let index = 0; index < store.size(); index++) {
    const state = store.get(index);
    if (from(state) || images.some((image) => from(formOf(image(state))))) return false;
  }
  return true;
};

const neverTriggered = <S, A>(found: ExplicitSpace<S, A>, options: CheckOptions): ReadonlyArray<string> => {
  const { model, store, merging, judge } = found;
  // A sweep has freed its states, so the search for liveness after it reports this. What a quotient or a key keeps does not tell of the states
  // for which it stands.
  const isQuotient = options.normalize === true && model.normalize !== undefined;
  if (store.forgets === true || isQuotient || merging?.isSeen === true) return [];
  return judge.liveness.flatMap((property) =>
    property.kind === 'leadsTo' && isNever(property.from, found as ExplicitSpace<S, unknown>, options.symmetry === true)
      ? [property.name]
      : [],
  );
};

// --- the report ------------------------------------------------------------------------------------------------------------

/** Gives a state that was found, where the search has kept it. */
const stateAt = <S, A>({ store }: ExplicitSpace<S, A>, index: number): S | undefined =>
  index < 0 || store.fingerprints !== undefined || store.forgets === true ? undefined : store.get(index);

/** Tests whether states with one key may differ. They may in a sweep, which has freed what it could compare with. */
const mayMerge = <S, A>({ model, merging }: ExplicitSpace<S, A>): boolean =>
  merging === undefined ? model.key !== undefined : mayHaveMerged(merging);

/** Makes the report of a plain search. */
export const reportOf = <S, A>(found: ExplicitSpace<S, A>, ended: SearchEnd, options: CheckOptions): Report => {
  mustBeWhole(found, false);
  const { stop } = ended;
  const size = found.store.size();
  // The making of runs comes to states that the search took for others, and may add them to the store. So it counts before.
  const counts = countsOf(found, ended);
  const { fingerprints } = found.store;
  const omission = fingerprints === undefined ? {} : omissionStatistics(fingerprints, found.generated);
  const graph = found.edges?.build(
    size,
    found.initial,
    found.classes.list().map(({ strong }) => strong),
    (s) => found.fates.at(s) === Fate.expanded,
  );
  const properties = found.judge.all.map((judged) =>
    isLiveness(judged.property.kind)
      ? livenessReport(found, graph, judged.property, stop, options)
      : reportOn(found, judged, stop, options),
  );
  const untriggered = neverTriggered(found, options);
  const audited = found.audit.finish(found.watch.elapsedMs(), (place) => {
    found.at = place as number;
    found.here = stateAt(found, found.at);
  });
  // With a key that is not the same each time, all states seem to be changed. So the audit, which finds such a key, comes first.
  mustBeWhole(found, true);
  return concluded(
    {
      model: found.model.name,
      stop,
      search: options.search ?? 'bfs',
      bounds: boundsOf(found.model, options, found.cut),
      counts,
      properties,
      coverage: coverageList(found.coverage, found.model.families),
      neverEnabled: neverEnabled(found.coverage),
      neverTriggered: untriggered,
      ...suspicionAt(found.watch, stop),
      audited,
      statistics: {
        elapsedMs: found.watch.elapsedMs(),
        peakBytes: found.watch.peakBytes(),
        workers: 1,
        engine: 'plain',
        ...(mayMerge(found) ? { byKey: true } : {}),
        ...(options.resume === undefined ? {} : { resumed: true }),
        ...omission,
      },
    },
    options,
  );
};

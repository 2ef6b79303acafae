/**
 * Audits a model's key. If the key takes different states for one, a search goes on from one of them alone. So these states must be alike, as under
 * any reduction: in every property, in the boundary, and in the keys of the states to which their steps lead. A search that keeps values by their
 * keys goes on from the value that it met first, in any slot of the kind. The state of the search may then be no state of the model, and each state
 * must be like that one, too. The audit runs once a search has seen that the key merges some states. It goes through the states as they are: first
 * through all of them, and after a bound through a sample. Only the key can tell incomparable values apart, so each of these that a step makes is a
 * state of its own.
 */
import { isCopyOfNumbers, isNumbered, keyedBehind } from '../contract/merging.js';
import { CheckerError } from '../error.js';
import type { Label, Model } from '../model.js';
import { random } from '../random.js';
import { isLiveness, verdictOf, type PropertyReport, type Report } from '../report.js';
import { sentenceOf } from '../verdict/conclude.js';
import { watch } from '../limits.js';
import { Incomparable } from '../values/given-text.js';
import { Round } from './audit-round.js';
import { AFTER_WHOLE_SEARCH, AFTER_PARTIAL_SEARCH, SAMPLE_SHARE, WALK_LENGTH, type AuditBounds } from './extent.js';
import { withWhatWasSeen } from './seen-by-audit.js';
import { askedOf, type ReductionOptions } from './reduction-audit.js';

/** With `--audit`. There is a limit of time, because the states as they are may have no end where the keys have one. */
const ALL: AuditBounds = { calls: Infinity, ms: 60_000 };

/** Of states that are told apart by identity, of which there is no end in a circle, fewer are kept. */
const MOST_BY_IDENTITY = 1_000_000;

/** Examines states until the round is over or a bound is reached. After the bound `calls` or `ms` it examines a sample. */
function* examineStates<S, A>(
  round: Round<S, A>,
  options: ReductionOptions,
  { calls, ms }: AuditBounds,
  elapsedMs: number,
): Generator<void, void> {
  const { maxMs, maxMemoryBytes, signal } = options;
  const limits = watch(
    {
      ...(maxMs === undefined ? {} : { maxMs }),
      ...(maxMemoryBytes === undefined ? {} : { maxMemoryBytes }),
      ...(signal === undefined ? {} : { signal }),
    },
    false,
  );
  const mustStop = (): boolean => limits.poll({ generated: 0, distinct: 0, queue: 0, depth: 0 }) !== undefined;
  const until = performance.now() + ms;
  for (let turn = 1; !round.isOver; turn++) {
    round.step();
    if (turn % 16 !== 0) continue;
    if (mustStop() || round.calls > calls || performance.now() > until) break;
    yield;
  }
  const pick = random(1);
  for (const end = performance.now() + elapsedMs * SAMPLE_SHARE; !round.isOver && performance.now() < end && !mustStop();) {
    round.walk(pick, WALK_LENGTH);
    yield;
  }
}

/**
 * Gives a model that takes each step once. Where states are told apart by identity, a step that is taken again would lead to another state each time,
 * and to no run.
 */
const remembering = <S, A>(model: Model<S, A>): Model<S, A> => {
  const actions = new Map<S, ReadonlyArray<A>>();
  const nexts = new Map<S, Map<A, S | undefined>>();
  return {
    ...model,
    actions: (state) => {
      const all = actions.get(state) ?? model.actions(state);
      actions.set(state, all);
      return all;
    },
    next: (state, action) => {
      const known = nexts.get(state) ?? new Map<A, S | undefined>();
      nexts.set(state, known);
      if (!known.has(action)) known.set(action, model.next(state, action));
      return known.get(action);
    },
  };
};

/**
 * Corrects the report of a search that found a violation, if the key takes unlike states for one. The run breaks the property even so, but it need not
 * be a shortest one. Every other property becomes `unknown`.
 */
const doubted = (report: Report, { message }: CheckerError): Report => ({
  ...report,
  properties: report.properties.map((property): PropertyReport => {
    const { verdict, trace } = property;
    if (verdict === 'violated') return trace === undefined ? property : { ...property, trace: { ...trace, shortest: false } };
    return { ...sentenceOf(property), verdict: 'unknown', why: `the key was audited: ${message}` };
  }),
  vacuity: { ...report.vacuity, neverEnabled: [], unreached: [] },
});

/**
 * The report of a search by numbers of a copied model, whose key took several values for one. The audit goes through the values of the model that was
 * copied. Of the copy it knows nothing, so each property is open.
 */
const ofCopy = (report: Report, { requireWitnesses }: ReductionOptions): Report => {
  const why = 'its key takes several values for one number, and the model is a copy: check the component model itself';
  const properties = report.properties.map((property): PropertyReport => ({ ...sentenceOf(property), verdict: 'unknown', why }));
  const vacuity = { ...report.vacuity, neverEnabled: [], unreached: [] };
  return { ...report, properties, vacuity, verdict: verdictOf(properties, report.stop, vacuity, requireWitnesses === true) };
};

/**
 * Gives the report of a search of a model with a key, corrected by the audit of the key. There is nothing to audit where the search stopped early and
 * claims nothing: it reached no witness, and has no run of numbers. `representative` gives the state that the search has in place of another one; it
 * is left out if the search has only reached states. `labels` are those of all steps, where the model declares steps one by one.
 *
 * @throws CheckerError (`model`) where states with one key are not alike and the search found no violation, with the run to one of them.
 */
export function* keyAudited<S, A>(
  model: Model<S, A>,
  options: ReductionOptions,
  report: Report,
  representative?: (state: S) => S,
  labels?: ReadonlyArray<Label>,
): Generator<void, Report> {
  const { statistics, stop, verdict, audited } = report;
  const keyed = keyedBehind(model as unknown as Model<never, never>);
  if (keyed === undefined || statistics.byKey !== true) return report;
  // Where the values differ in their form alone, a run of other forms is the same run.
  if (isCopyOfNumbers(model)) return isNumbered(model) ? ofCopy(report, options) : report;
  // In a search by numbers a run has values that stand for others, so it need not be a run of the model.
  const isTold = verdict === 'violated' && keyed.representative === undefined;
  const isStopped = stop.kind !== 'complete' && stop.kind !== 'violation';
  const numbered = isNumbered(model) ? 'search' : undefined;
  const isClaiming = ({ kind, verdict: claimed }: PropertyReport): boolean =>
    claimed === 'reached' || (claimed === 'violated' && numbered === 'search' && !isLiveness(kind));
  if (isStopped && !report.properties.some(isClaiming)) return report;
  let round: Round<never, never>;
  let byIdentity = false;
  const ofKey = { representative: keyed.representative ?? (representative as ((state: never) => never) | undefined) };
  const isShort = numbered === undefined && (isTold || isStopped);
  const bounds = options.audit === true ? ALL : isShort ? AFTER_PARTIAL_SEARCH : AFTER_WHOLE_SEARCH;
  function* roundOf(of: Model<never, never>): Generator<void, Round<never, never>> {
    const begun = new Round(of, askedOf(of, options), [], [], undefined, { ...ofKey, byIdentity });
    const most = byIdentity ? MOST_BY_IDENTITY : Infinity;
    yield* examineStates(begun, options, { ...bounds, calls: Math.min(bounds.calls, most) }, statistics.elapsedMs);
    return begun;
  }
  try {
    try {
      round = yield* roundOf(keyed.model);
    } catch (error) {
      if (!(error instanceof Incomparable)) throw error;
      byIdentity = true;
      round = yield* roundOf(remembering(keyed.model));
    }
  } catch (error) {
    if (isTold && error instanceof CheckerError) return doubted(report, error);
    throw error;
  }
  const told = withWhatWasSeen(report, round, options, {
    what: 'key',
    knowsAll: round.isOver,
    numbered,
    isMadeUp: ofKey.representative !== undefined,
    labels,
  });
  const { byKey: _, ...exact } = told.statistics;
  if (round.isOver && !round.isMerging) return { ...told, statistics: exact };
  const key = { states: round.audited, whole: round.isOver, ...(byIdentity ? { byIdentity: true as const } : {}) };
  return audited === undefined ? told : { ...told, audited: { ...audited, key } };
}

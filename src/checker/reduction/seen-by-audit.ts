/** Corrects a report by what an audit saw of the properties at states that the search took for others. */
import {
  isLiveness,
  showLabel,
  verdictOf,
  type Counterexample,
  type PropertyReport,
  type Report,
  type Vacuity,
} from '../report.js';
import type { Label } from '../model.js';
import type { CheckOptions } from '../options.js';
import { sentenceOf } from '../verdict/conclude.js';
import { labelKey, neverEnabledOf } from '../verdict/never-enabled.js';
import { ASYMMETRIC } from '../verdict/reasons.js';
import type { Round } from './audit-round.js';

/** How much an audit knows of the states of a model. */
export interface AuditKnowledge {
  /** What was audited. */
  readonly what: 'reduction' | 'key';
  /** The audit saw every state as it is, and no key of another reduction hid one from it. */
  readonly knowsAll: boolean;
  /**
   * Whose states are numbers of values. A key took several values for one number, so the runs have values that stand for others. `search`: the states
   * of the search, and the audit has the model's own. `audit`: the states of the audit.
   */
  readonly numbered?: 'search' | 'audit' | undefined;
  /** The labels of all steps, where the model declares steps one by one. */
  readonly labels?: ReadonlyArray<Label> | undefined;
  /** The search may have had a state that the model does not have, in place of others with the same key. */
  readonly isMadeUp?: boolean;
}

type Options = Pick<CheckOptions, 'requireWitnesses' | 'witnessTraces' | 'hashBits'>;

/** Says why the audit reached something that the search missed. */
const notKept = (what: string): string =>
  `seen where the ${what} was audited: it does not keep this, so that the search alone would have missed it`;

/** Says the same with hash compaction, if the reduction or key keeps the property. Then a hash lost it: the audit compares states whole. */
const lost = (what: string): string =>
  `seen where the ${what} was audited: the search missed it, because it took a state for another with the same hash`;

/** Says the same with hash compaction, if nobody knows whether the reduction or key keeps the property. */
const notKeptOrLost = (what: string): string =>
  `seen where the ${what} was audited: the search missed it, because the ${what} does not keep it or because two states have the same hash`;

/** Says why there is no run where several states have one key. */
const WITHOUT_A_RUN = 'and the key, which takes different states for one, keeps it from telling a run';

/** Gives a property that a search by numbers found broken the model's own run. Without such a run its verdict is `unknown`. */
const withOwnRun = (property: PropertyReport, own: Counterexample | undefined): PropertyReport =>
  own === undefined
    ? { ...sentenceOf(property), verdict: 'unknown', why: `broken by values that stand for others, ${WITHOUT_A_RUN}` }
    : { ...property, trace: own };

/** Leaves out a run by numbers: it has values that stand for others. */
const withoutRun = ({ trace: _, ...property }: PropertyReport): PropertyReport => property;

/** Says why a witness that the search reached may not be reached in the model, where the audit did not come to an end. */
const PERHAPS_NOT_THERE =
  'true of a state that the search has instead of those with the same key; whether one of those is like it, the audit of the key did not come to';

/** Says why a witness that the search reached is not reached in the model. */
const NOT_THERE: Readonly<Record<AuditKnowledge['what'], string>> = {
  reduction: 'true of states alone that the reduction makes, and none of those can be reached',
  key: 'true of states alone that the search has instead of those with the same key, and none of those can be reached',
};

/** Corrects a witness that the search reached and the audit did not see. A run that is told was made again of the model's own values. */
const ofUnseen = (property: PropertyReport, { what, knowsAll, isMadeUp = false }: AuditKnowledge): PropertyReport | undefined => {
  if (knowsAll) return { ...sentenceOf(property), verdict: 'not reached', why: NOT_THERE[what] };
  return isMadeUp && property.trace === undefined
    ? { ...sentenceOf(property), verdict: 'unknown', why: PERHAPS_NOT_THERE }
    : undefined;
};

/**
 * Lists what was never enabled. After a whole search an audit that knows all states knows it; another one knows what it saw enabled, if its states are
 * the model's own. `labels` are those of all steps, where the model declares them one by one.
 */
const neverEnabledAfter = <S, A>(
  { vacuity: { neverEnabled }, coverage, statistics, stop }: Report,
  round: Round<S, A>,
  { what, knowsAll, labels }: AuditKnowledge,
): ReadonlyArray<string> => {
  const isWhole = knowsAll && stop.kind === 'complete';
  if (!isWhole && what === 'reduction' && statistics.byKey === true) return neverEnabled;
  if (labels !== undefined) {
    // A text may be of several labels, or of a family. A label is then among those that are open.
    const isOpen = ({ family }: Label, text: string): boolean =>
      isWhole || neverEnabled.includes(family) || neverEnabled.includes(text);
    const isEnabled = (label: Label): boolean => round.enabled.has(labelKey(label)) || !isOpen(label, showLabel(label));
    return neverEnabledOf(labels, (i) => isEnabled(labels[i]!));
  }
  const families = new Set(Array.from(round.enabled.values(), ({ family }) => family));
  if (!isWhole) return neverEnabled.filter((family) => !families.has(family));
  return coverage.flatMap(({ family, isUndeclared }) => (isUndeclared === true || families.has(family) ? [] : [family]));
};

/** Gives what the audit knows better of what never occurred; undefined where that changes nothing. */
const vacuityAfter = <S, A>(
  report: Report,
  round: Round<S, A>,
  knowledge: AuditKnowledge,
): Pick<Vacuity, 'neverEnabled' | 'neverTriggered'> | undefined => {
  const { vacuity } = report;
  const neverTriggered = vacuity.neverTriggered.filter((name) => !round.triggered.has(name));
  const neverEnabled = neverEnabledAfter(report, round, knowledge);
  const isSame =
    neverTriggered.length === vacuity.neverTriggered.length && neverEnabled.join('\n') === vacuity.neverEnabled.join('\n');
  return isSame ? undefined : { neverEnabled, neverTriggered };
};

/**
 * Corrects a report by the findings of an audit, which looked at states that the search took for one:
 * - A witness that the audit saw is reached, and a property that the audit saw broken is broken, even if the search missed the state.
 * - If the audit saw all states, a witness that it did not see is not reached, even if the search saw the witness in a representative.
 * - A witness may be true of only some states of a class. Then the search's run to the witness may not be a shortest one, and the report says so.
 * - A step that was never enabled in the search may be the image of one that was. So the audit says which were, if it saw all states.
 * - A predicate of liveness may be true of only some states of a class. Then the property is not judged, because the search saw one of these states.
 */
export const withWhatWasSeen = <S, A>(
  report: Report,
  round: Round<S, A>,
  options: Options,
  knowledge: AuditKnowledge,
): Report => {
  const { what, knowsAll, numbered } = knowledge;
  const { stop, statistics } = report;
  const runOf = (name: string): Counterexample | undefined => (numbered === 'audit' ? undefined : round.runOf(name));
  /** Gives a witness the run to the state where the audit saw it, if `witnessTraces` asks for runs. */
  const told = (property: PropertyReport): PropertyReport => {
    const trace = options.witnessTraces === true ? runOf(property.name) : undefined;
    return trace === undefined ? property : { ...property, trace };
  };
  const broken = (property: PropertyReport, why: string): PropertyReport => {
    const trace = runOf(property.name);
    if (trace === undefined) return { ...property, verdict: 'unknown', why: `broken, ${why}; ${WITHOUT_A_RUN}` };
    return { ...property, verdict: 'violated', why, trace };
  };
  /** Says why the search missed a property. If the audit knows all states and found the property kept, only a hash can have lost it. */
  const whyMissed = (name: string): string => {
    if (options.hashBits === undefined) return notKept(what);
    return knowsAll && !round.unkept.has(name) ? lost(what) : notKeptOrLost(what);
  };
  const right = (property: PropertyReport): PropertyReport => {
    const { name, kind, verdict, trace } = property;
    const isSeen = round.decided.has(name);
    if (isLiveness(kind) && verdict !== 'unknown' && round.unkept.has(name))
      return { ...sentenceOf(property), verdict: 'unknown', why: ASYMMETRIC };
    if (verdict === 'not reached' && isSeen && stop.kind === 'complete')
      return told({ ...property, verdict: 'reached', why: whyMissed(name) });
    // The verdict is unknown after a complete search if another audit saw the property broken, too, and had no run.
    const isOpen = verdict === 'unknown' && stop.kind === 'complete' && !isLiveness(kind);
    if ((verdict === 'holds' || isOpen) && isSeen) return broken(property, whyMissed(name));
    if (verdict === 'violated' && numbered === 'search' && !isLiveness(kind)) return withOwnRun(property, runOf(name));
    const untold = verdict === 'reached' && numbered === 'search' ? withoutRun(property) : property;
    const unseen = verdict === 'reached' && !isSeen ? ofUnseen(untold, knowledge) : undefined;
    if (unseen !== undefined) return unseen;
    // The search has only a run to another state of the class, so it gave the witness none.
    if (verdict === 'reached' && untold.trace === undefined && isSeen) return told(untold);
    if (trace?.shortest === true && round.unkept.has(name)) return { ...property, trace: { ...trace, shortest: false } };
    return property;
  };
  const properties = report.properties.map(right);
  const seenVacuity = vacuityAfter(report, round, knowledge);
  if (seenVacuity === undefined && properties.every((property, i) => property === report.properties[i])) return report;
  const unreached = properties.filter(({ verdict }) => verdict === 'not reached').map(({ name }) => name);
  const vacuity = { ...report.vacuity, ...seenVacuity, unreached };
  const verdict = verdictOf(properties, stop, vacuity, options.requireWitnesses === true);
  // A hash has lost a state: this is certain, and no estimate any more.
  const isCertain = properties.some(({ why }) => why === lost(what));
  return {
    ...report,
    properties,
    vacuity,
    verdict,
    statistics: { ...statistics, ...(isCertain ? { omissionProbability: 1 } : {}) },
  };
};

/**
 * Says of what was never enabled that it is so only perhaps, where the search took states for one, and was not whole or no audit saw all states. What a
 * search without that says when it stops early is of the states that it saw.
 */
export const withKnownEmptiness = (report: Report, isReducing: boolean, { requireWitnesses }: Options): Report => {
  const { audited, statistics, stop, vacuity, properties } = report;
  const byKey = statistics.byKey === true;
  const isSeenWhole = stop.kind === 'complete' && (byKey ? audited?.key : audited?.reduction)?.whole === true;
  if (vacuity.neverEnabled.length === 0 || isSeenWhole || !(byKey || isReducing)) return report;
  const known = { ...vacuity, neverEnabled: [], perhapsNeverEnabled: vacuity.neverEnabled };
  return { ...report, vacuity: known, verdict: verdictOf(properties, stop, known, requireWitnesses === true) };
};

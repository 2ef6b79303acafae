/** What an audit saw of the properties, as the report says it: the search took the states where it is for others. */
import { isLiveness, verdictOf, type Counterexample, type PropertyReport, type Report } from '../report.js';
import type { CheckOptions } from '../options.js';
import { sentenceOf } from '../verdict/conclude.js';
import { ASYMMETRIC } from '../verdict/reasons.js';
import type { Round } from './audit-round.js';

/** What was audited, and whether all states were looked at as they are, and no key of another reduction keeps it from knowing them. */
export interface Auditing {
  readonly what: 'reduction' | 'key';
  readonly knowsAll: boolean;
  /**
   * Whose states are numbers of values of which a key took several for one, so that its runs are of values that stand for others: the search's (the audit
   * knows the model's own), or the audit's.
   */
  readonly numbered?: 'search' | 'audit' | undefined;
}

type Options = Pick<CheckOptions, 'requireWitnesses' | 'witnessTraces' | 'hashBits'>;

/** Of what the search did not come to, and the audit did. */
const notKept = (what: string): string =>
  `seen where the ${what} was audited: it does not keep this, so that the search alone would have missed it`;

/** The same with hash compaction, where what was audited keeps it: the audit compares states whole. */
const lost = (what: string): string =>
  `seen where the ${what} was audited: the search missed it, because it took a state for another with the same hash`;

/** With hash compaction, where it is not known whether what was audited keeps it. */
const notKeptOrLost = (what: string): string =>
  `seen where the ${what} was audited: the search missed it, because the ${what} does not keep it or because two states have the same hash`;

/** Where the states with one key are several, and no run could be told. */
const WITHOUT_A_RUN = 'and the key, which takes different states for one, keeps it from telling a run';

/** A property that a search by numbers found broken, with the model's own run to it. */
const withOwnRun = (property: PropertyReport, own: Counterexample | undefined): PropertyReport =>
  own === undefined
    ? { ...sentenceOf(property), verdict: 'unknown', why: `broken by values that stand for others, ${WITHOUT_A_RUN}` }
    : { ...property, trace: own };

/** Of a witness that the search came to, and the model does not. */
const NOT_THERE: Readonly<Record<Auditing['what'], string>> = {
  reduction: 'true of states alone that the reduction makes, and none of those can be reached',
  key: 'true of states alone that the search has instead of those with the same key, and none of those can be reached',
};

/**
 * Corrects a report by the findings of an audit, which looked at states that the search took for one:
 * - A witness that the audit saw is reached, and a property that it saw broken is broken, though the search did not see it.
 * - Where the audit saw all states, a witness that it did not see is not reached, though the search saw it in a representative.
 * - A witness may be true of some states of a class alone. Then the search's run to it may not be a shortest one, and the report says so.
 * - A property of liveness may be true of some states of a class alone. Then it is not judged, since the search saw one of them.
 */
export const withWhatWasSeen = <S, A>(
  report: Report,
  round: Round<S, A>,
  options: Options,
  { what, knowsAll, numbered }: Auditing,
): Report => {
  const { stop, statistics } = report;
  const runOf = (name: string): Counterexample | undefined => (numbered === 'audit' ? undefined : round.runOf(name));
  /** A witness with the run to where the audit saw it, if runs to witnesses are asked for. */
  const told = (property: PropertyReport): PropertyReport => {
    const trace = options.witnessTraces === true ? runOf(property.name) : undefined;
    return trace === undefined ? property : { ...property, trace };
  };
  const broken = (property: PropertyReport, why: string): PropertyReport => {
    const trace = runOf(property.name);
    if (trace === undefined) return { ...property, verdict: 'unknown', why: `broken, ${why}; ${WITHOUT_A_RUN}` };
    return { ...property, verdict: 'violated', why, trace };
  };
  /** Where all states were looked at as they are, what keeps a thing is not why it was missed. */
  const whyMissed = (name: string): string => {
    if (options.hashBits === undefined) return notKept(what);
    return knowsAll && !round.unkept.has(name) ? lost(what) : notKeptOrLost(what);
  };
  const right = (property: PropertyReport): PropertyReport => {
    const { name, rule, kind, verdict, trace } = property;
    const isSeen = round.decided.has(name);
    if (isLiveness(kind) && verdict !== 'unknown' && round.unkept.has(name))
      return { ...sentenceOf(property), verdict: 'unknown', why: ASYMMETRIC };
    if (verdict === 'not reached' && isSeen && stop.kind === 'complete')
      return told({ ...property, verdict: 'reached', why: whyMissed(name) });
    // Unknown after a complete search: another audit saw it, too, and could not tell the run.
    const isOpen = verdict === 'unknown' && stop.kind === 'complete' && !isLiveness(kind);
    if ((verdict === 'holds' || isOpen) && isSeen) return broken(property, whyMissed(name));
    if (verdict === 'violated' && numbered === 'search' && !isLiveness(kind)) return withOwnRun(property, runOf(name));
    if (verdict === 'reached' && !isSeen && knowsAll)
      return { name, ...(rule === undefined ? {} : { rule }), kind, verdict: 'not reached', why: NOT_THERE[what] };
    // The search has a run to a state that is taken for one with the witness, and tells none.
    if (verdict === 'reached' && trace === undefined && isSeen) return told(property);
    if (trace?.shortest === true && round.unkept.has(name)) return { ...property, trace: { ...trace, shortest: false } };
    return property;
  };
  const properties = report.properties.map(right);
  const neverTriggered = report.vacuity.neverTriggered.filter((name) => !round.triggered.has(name));
  const isSameVacuity = neverTriggered.length === report.vacuity.neverTriggered.length;
  if (isSameVacuity && properties.every((property, i) => property === report.properties[i])) return report;
  const unreached = properties.filter(({ verdict }) => verdict === 'not reached').map(({ name }) => name);
  const vacuity = { ...report.vacuity, unreached, neverTriggered };
  const verdict = verdictOf(properties, stop, vacuity, options.requireWitnesses === true);
  // Then it is no estimate any more.
  const isCertain = properties.some(({ why }) => why === lost(what));
  return {
    ...report,
    properties,
    vacuity,
    verdict,
    statistics: { ...statistics, ...(isCertain ? { omissionProbability: 1 } : {}) },
  };
};

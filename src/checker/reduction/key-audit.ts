/**
 * An audit of a model's key. Where it takes different states for one, a search goes on from one of them alone; so all of them must be alike, as
 * under any reduction: in every property, in the boundary, and in the keys of the states to which their steps lead. A search that keeps values by their
 * keys goes on from whatever value it met first, in any slot of the kind, so that its state may be none of the model's: each state must be like that one, too. It goes through the states as they are,
 * once a search has seen that the key merges some: all of them while they are few, and a sample of them beyond.
 */
import { keyedBehind } from '../contract/merging.js';
import type { Model } from '../model.js';
import { random } from '../random.js';
import type { Report } from '../report.js';
import { watch } from '../limits.js';
import { Incomparable } from '../values/given-text.js';
import { Round } from './audit-round.js';
import { withWhatWasSeen } from './seen-by-audit.js';
import { askedOf, type ReductionOptions } from './reduction-audit.js';

/** So many calls of the model's functions, and so many milliseconds; and what `--audit` gives. The states as they are may have no end where the keys have one. */
const USUAL = { calls: 200_000, ms: 1_000 };
const ALL = { calls: Infinity, ms: 60_000 };
/** A sample is walks at random of so many steps, in this share of the time of the search. */
const LENGTH = 48;
const SHARE = 0.02;

/** Goes through the states until all are looked at, or enough. */
function* examineStates<S, A>(round: Round<S, A>, options: ReductionOptions, elapsedMs: number): Generator<void, void> {
  const { maxMs, maxMemoryBytes, signal, audit } = options;
  const limits = watch(
    {
      ...(maxMs === undefined ? {} : { maxMs }),
      ...(maxMemoryBytes === undefined ? {} : { maxMemoryBytes }),
      ...(signal === undefined ? {} : { signal }),
    },
    false,
  );
  const mustStop = (): boolean => limits.poll({ generated: 0, distinct: 0, queue: 0, depth: 0 }) !== undefined;
  const { calls, ms } = audit === true ? ALL : USUAL;
  const until = performance.now() + ms;
  for (let turn = 1; !round.isOver; turn++) {
    round.step();
    if (turn % 16 !== 0) continue;
    if (mustStop() || round.calls > calls || performance.now() > until) break;
    yield;
  }
  const pick = random(1);
  for (const end = performance.now() + elapsedMs * SHARE; !round.isOver && performance.now() < end && !mustStop();) {
    round.walk(pick, LENGTH);
    yield;
  }
}

/**
 * The report of a search of a model with a key, with what the audit of that came to. A run that breaks something is a run whatever the key says, and a
 * search that stopped says of nothing that it holds: then there is nothing to audit. `representative`: the state that the search has instead of one, where
 * that may be none that was reached.
 *
 * @throws CheckerError (`model`) where states with one key are not alike, with the run to one of them.
 */
export function* keyAudited<S, A>(
  model: Model<S, A>,
  options: ReductionOptions,
  report: Report,
  representative?: (state: S) => S,
): Generator<void, Report> {
  const { statistics, stop, verdict, audited } = report;
  const keyed = keyedBehind(model as unknown as Model<never, never>);
  if (keyed === undefined || statistics.byKey !== true) return report;
  // Of numbers the run is one of the values that stand for others, which need not be one of the model's.
  const isTold = verdict === 'violated' && keyed.representative === undefined;
  if (isTold || (stop.kind !== 'complete' && stop.kind !== 'violation')) return report;
  let round: Round<never, never>;
  try {
    const ofKey = { representative: keyed.representative ?? (representative as ((state: never) => never) | undefined) };
    round = new Round(keyed.model, askedOf(keyed.model, options), [], [], undefined, ofKey);
    yield* examineStates(round, options, statistics.elapsedMs);
  } catch (error) {
    if (!(error instanceof Incomparable)) throw error;
    // What cannot be seen into cannot be told apart but by the key.
    return report;
  }
  const told = withWhatWasSeen(report, round, options, { what: 'key', knowsAll: round.isOver });
  const { byKey: _, ...exact } = told.statistics;
  if (round.isOver && !round.isMerging) return { ...told, statistics: exact };
  const key = { states: round.audited, whole: round.isOver };
  return audited === undefined ? told : { ...told, audited: { ...audited, key } };
}

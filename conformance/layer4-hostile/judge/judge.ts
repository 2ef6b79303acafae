/**
 * The independent judge: decides from the clients' histories and the printed stores alone whether the promises of the contract
 * were kept (R2, R3, R7, R10, R12), with no line of the model or of the implementation.
 *
 * @example
 *   const verdict = judge(history);
 *   if (!verdict.kept) console.error(showVerdict(verdict));
 */
import { guaranteesOf, type History, sessionOf } from './judged-history.js';
import { judgeIntegrity, originsOf } from './integrity.js';
import { hasStamps, judgeStamped, writesOf } from './judge-stamped.js';
import { judgeStores } from './judge-stores.js';
import { judgeValues } from './judge-values.js';
import { type Court, newCourt, type Verdict } from './verdict.js';

/**
 * Judges a history. With stamps everything is decided. Without them (a history of another system, say) values that were put once
 * name their writes; what that cannot decide stands in `undecided`.
 */
export const judge = (h: History): Verdict => {
  const court = newCourt();
  const origins = originsOf(h);
  if (hasStamps(h)) {
    const writes = writesOf(h, court);
    judgeStamped(h, writes, court);
    judgeIntegrity(h, origins, writes, court);
  } else {
    judgeValues(h, origins, court);
    judgeIntegrity(h, origins, null, court);
    admit(h, court);
  }
  judgeStores(h, origins, court);
  return {
    kept: court.violations.size === 0,
    operations: h.operations.length,
    checked: court.checked,
    violations: [...court.violations.values()],
    undecided: [...court.undecided],
  };
};

/** What a history without stamps leaves open. */
const admit = (h: History, court: Court): void => {
  court.undecided.add('unique stamps: the history has no stamps');
  const asked = new Set(h.operations.map(sessionOf));
  for (const session of asked) {
    const g = guaranteesOf(h, session);
    if (g.scope === 'store' && (g.readYourWrites || g.monotonicReads))
      court.undecided.add('scope store: without stamps only the order of each key is decided');
    if (g.writesFollowReads || g.monotonicWrites)
      court.undecided.add('Writes Follow Reads, Monotonic Writes: without stamps only the order of the writes is decided');
  }
};

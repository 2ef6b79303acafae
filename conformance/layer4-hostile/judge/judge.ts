/**
 * The independent judge decides from the clients' histories and the printed stores alone whether the promises of the contract were kept.
 * It uses no line of the model or of the implementation. `PROMISES` in verdict.ts lists the promises with their rules.
 *
 * @example
 *   const verdict = judge(history);
 *   if (!verdict.kept) console.error(showVerdict(verdict));
 */
import { guaranteesOf, type JudgedHistory, sessionOf } from './judged-history.js';
import { judgeIntegrity, originsOf } from './integrity.js';
import { hasStamps, judgeStamped, writesOf } from './judge-stamped.js';
import { judgeStores } from './judge-stores.js';
import { judgeValues } from './judge-values.js';
import { type PartialVerdict, verdictOfNothing, type JudgeVerdict } from './verdict.js';

/**
 * Judges a history. With stamps every promise is decided. Without stamps (a history of another system, say) a value that was put once
 * names its write. The verdict's field `undecided` lists the promises that such values cannot decide.
 */
export const judge = (h: JudgedHistory): JudgeVerdict => {
  const soFar = verdictOfNothing();
  const origins = originsOf(h);
  if (hasStamps(h)) {
    const writes = writesOf(h, soFar);
    judgeStamped(h, writes, soFar);
    judgeIntegrity(h, origins, writes, soFar);
  } else {
    judgeValues(h, origins, soFar);
    judgeIntegrity(h, origins, null, soFar);
    noteUndecided(h, soFar);
  }
  judgeStores(h, origins, soFar);
  // A trace whose commands and operations do not fit has no stores that can be placed among the operations.
  if (!h.ordered && h.stores.length === 0)
    soFar.undecided.add('STABLE, DURABLE, and INTEGRITY of stores: no commands of a master tell when which store was printed');
  return {
    kept: soFar.violations.size === 0,
    operations: h.operations.length,
    checked: soFar.checked,
    violations: [...soFar.violations.values()],
    undecided: [...soFar.undecided],
  };
};

/** Notes in `undecided` which promises a history without stamps cannot decide. */
const noteUndecided = (h: JudgedHistory, soFar: PartialVerdict): void => {
  soFar.undecided.add('UNIQUE: the history has no stamps');
  const asked = new Set(h.operations.map(sessionOf));
  for (const session of asked) {
    const g = guaranteesOf(h, session);
    if (g.scope === 'store' && (g.readYourWrites || g.monotonicReads))
      soFar.undecided.add('RYW, MR of scope store: without stamps only the order of each key is decided');
    if (g.writesFollowReads || g.monotonicWrites)
      soFar.undecided.add('WFR, MW: without stamps only the order of the writes is decided');
  }
};

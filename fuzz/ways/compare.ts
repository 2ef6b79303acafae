/** Compares a report with the truth of its model: what the report must say, and what it may leave open. */
import type { PropertyReport, Report } from '#bayou/checker/report.js';
import { classesOf, isLiveness, isMerging as keyMerges, isWitness, orbitOf, truths } from '../oracle/judge.js';
import type { PropertyTruth } from '../oracle/judge.js';
import { faultOfTrace } from '../oracle/replay.js';
import { canon } from '../oracle/text.js';
import type { OracleGraph } from '../oracle/world.js';
import type { Way } from './way.js';
import { judgePart, judgeWhole } from './counts.js';
import type { ReportDifference, Comparison } from './comparison.js';

/** Fewer bits of a hash than these may lose states of a small model. With more that does not happen in a lifetime. */
const SAFE_BITS = 56;

/** An audit of reductions looks at all of this many states: it has a second for some 20,000 images. */
const MOST_AUDITED_WHOLE = 400;

// --- one property ----------------------------------------------------------------------------------------------------------

/** Does the way find states in an order in which the first run to a state is a shortest one? */
const findsNearest = ({ way, isReduced, isLossy }: Comparison): boolean => {
  if (way.engine === 'components') return way.search !== 'dfs';
  if (way.engine === 'threads') return true;
  return way.engine !== 'walks' && way.search !== 'dfs' && !isReduced && !isLossy;
};

/** Have the audits of the reductions and of the key looked at all merged states? */
const isSeenWhole = ({ report: { audited }, isMerging, isReducing }: Comparison): boolean =>
  (!isReducing || audited?.reduction?.whole === true) && (!isMerging || audited?.key?.whole === true);

const judgeTrace = (
  comparison: Comparison,
  { claim, shortest }: PropertyTruth,
  { name, verdict, trace, why }: PropertyReport,
): void => {
  const { world, way, say } = comparison;
  const wanted = verdict === 'violated' || (verdict === 'reached' && way.witnessTraces === true);
  if (trace === undefined) {
    // The search for a run has the limit of memory, too. Where it reaches the limit, the report says so in `why`.
    const isCut = way.maxMemoryBytes !== undefined && why !== undefined;
    // Under a false reduction the run to a witness comes from the audit, if that has seen all states and no key merges some of them.
    const isAudited = comparison.report.audited?.reduction?.whole === true && !comparison.isMerging;
    // A sweep finds runs by a second search. Under a false key that search may not reach the state that the first one reached.
    const isUntold =
      comparison.isDoubtful && !isAudited && (verdict === 'reached' || (comparison.isMerging && way.search === 'sweep'));
    if (wanted && !isCut && !isUntold)
      say(`no run for ${claim.kind}`, `"${name}" is ${verdict} and there is no run that shows it`);
    return;
  }
  if (verdict !== 'violated' && verdict !== 'reached') say(`run for ${verdict}`, `"${name}" is ${verdict} and has a run`);
  const fault = faultOfTrace(world, claim, trace);
  if (fault !== undefined) say(`run of ${claim.kind} ${fault}`, `the run for "${name}" ${fault}: ${JSON.stringify(trace)}`);
  if (shortest === undefined || trace.steps.length === shortest) return;
  if (comparison.isDoubtful && !isSeenWhole(comparison)) return;
  // A doubtful key may take a state that is to be reached, or a value of another slot, for one that is not alike; then a run need not be a shortest one.
  const mayBeLonger = comparison.isDoubtful && (isWitness(claim) || world.model.key !== undefined);
  if (trace.shortest || (findsNearest(comparison) && !mayBeLonger))
    say(`run of ${claim.kind} not shortest`, `the run for "${name}" has ${trace.steps.length} steps, a shortest one ${shortest}`);
};

/** Can a search of representatives alone judge liveness under a symmetry? It can where no step is fair and all predicates of the claim are symmetric. */
const isKeptBySymmetry = ({ world, way }: Comparison, { from, to, holds }: PropertyTruth['claim']): boolean => {
  const { permutations, key, normalize } = world.model;
  if (way.symmetry !== true || key !== undefined || (way.normalize === true && normalize !== undefined)) return false;
  const nodes = [...world.nodes.values()];
  return nodes.every(
    ({ state, arcs }) =>
      arcs.every(({ fairness }) => fairness === undefined) &&
      [...orbitOf(state, permutations, canon).values()].every((image) =>
        [from, to, holds].every((one) => one(image) === one(state)),
      ),
  );
};

const livenessVerdicts = (comparison: Comparison, { claim, verdict }: PropertyTruth): ReadonlyArray<string> => {
  const { way, isReduced, isMerging, isComplete } = comparison;
  const truth = verdict === 'open' ? 'unknown' : verdict;
  if (isMerging && isComplete) return ['unknown'];
  const isJudged = way.engine === 'plain' || way.engine === 'states' || way.engine === 'numbers';
  if (isJudged && isComplete && isKeptBySymmetry(comparison, claim)) return [truth];
  if (isReduced || !isJudged)
    return isComplete ? ['unknown', truth] : ['unknown', ...(verdict === 'violated' ? ['violated'] : [])];
  if (isComplete) return [truth];
  return verdict === 'violated' ? ['violated', 'unknown'] : ['unknown'];
};

/** Where something is violated, a key that takes for one what is not alike leaves all else unjudged. */
const isUnjudged = ({ isDoubtful, world, report }: Comparison): boolean =>
  isDoubtful && world.model.key !== undefined && report.properties.some(({ verdict }) => verdict === 'violated');

/** A key that takes several values of a slot for one leaves a witness open while its audit has not come to the end. */
const isOpenWitness = ({ way, report }: Comparison, { claim }: PropertyTruth): boolean =>
  isWitness(claim) && way.engine !== 'plain' && report.audited?.key?.whole === false;

/** The right verdicts on a property. */
const rightVerdicts = (comparison: Comparison, truth: PropertyTruth): ReadonlyArray<string> => [
  ...judgedVerdicts(comparison, truth),
  ...(isUnjudged(comparison) || isOpenWitness(comparison, truth) || mayLackRun(comparison, truth) ? ['unknown'] : []),
];

/**
 * A hash lost a state that is violated, and the audit of the reduction saw it. But a key of single values may have taken another value for one on the way
 * there, if only an image has that value. Then there is no run to tell, and the verdict may be left open.
 */
const mayLackRun = ({ isLossy, isReducing, way, world }: Comparison, { verdict }: PropertyTruth): boolean =>
  isLossy && isReducing && way.engine !== 'plain' && world.model.key !== undefined && verdict === 'violated';

const judgedVerdicts = (comparison: Comparison, truth: PropertyTruth): ReadonlyArray<string> => {
  const { isComplete, isLossy, way, report } = comparison;
  if (isLiveness(truth.claim)) return livenessVerdicts(comparison, truth);
  const nothing = isWitness(truth.claim) ? 'not reached' : isComplete ? 'holds' : 'unknown';
  if (truth.shortest === undefined) return [nothing];
  // An audit that went to its end has seen every state whole, also where the search lost some by their hashes.
  const isAudited = report.audited?.reduction?.whole === true && !comparison.isMerging;
  if (isComplete && (!isLossy || isAudited))
    return comparison.isDoubtful && !isSeenWhole(comparison) ? [truth.verdict, nothing] : [truth.verdict];
  if (comparison.isDoubtful) return [truth.verdict, nothing];
  // As far as it went by depth, it has seen all there is; unless a violation was enough.
  const isFar = report.stop.kind === 'depth' && !isLossy && truth.shortest <= (way.maxDepth ?? 0) && isDecidedWithin(truth, way);
  return isFar ? [truth.verdict] : [truth.verdict, nothing];
};

/** Is a property decided within the limit of depth? A deadlock is seen only where a state is expanded, and states at the limit are not. */
const isDecidedWithin = ({ claim, shortest }: PropertyTruth, { maxDepth }: Way): boolean =>
  claim.kind !== 'noDeadlock' || shortest! < (maxDepth ?? 0);

const judgeProperty = (comparison: Comparison, truth: PropertyTruth, property: PropertyReport): void => {
  const { say } = comparison;
  const { name, verdict, why } = property;
  const right = rightVerdicts(comparison, truth);
  if (!right.includes(verdict))
    say(`${truth.claim.kind}: ${verdict}`, `"${name}" is ${verdict}, and should be ${right.join(' or ')}`);
  if (verdict === 'unknown' && (why ?? '') === '')
    say('unknown without a reason', `"${name}" is unknown and the report does not say why`);
  judgeTrace(comparison, truth, property);
};

// --- false reductions --------------------------------------------------------------------------------------------------------

/** Is a property of safety broken in a state? Of a deadlock: is the state one? */
const isBrokenIn = (
  { moves, isWithin }: OracleGraph['model'],
  { kind, holds, isFinal }: PropertyTruth['claim'],
  state: unknown,
): boolean =>
  kind === 'always' ? !holds(state) : kind === 'noDeadlock' && isWithin(state) && !isFinal(state) && moves(state).length === 0;

/** Gives a claim that is broken in one alone of a state and what a reduction makes of it; undefined where there is none. */
const claimNotKept = ({ world, way, truths: all }: Comparison): string | undefined => {
  const { model, nodes } = world;
  const maps = [
    ...(way.symmetry === true ? model.permutations : []),
    ...(way.normalize === true && model.normalize !== undefined ? [model.normalize] : []),
  ];
  const claims = all.map(({ claim }) => claim).filter(({ kind }) => kind === 'always' || kind === 'noDeadlock');
  return claims.find((claim) =>
    [...nodes.values()].some(({ state }) =>
      maps.some((map) => isBrokenIn(model, claim, map(state)) !== isBrokenIn(model, claim, state)),
    ),
  )?.name;
};

/** Judges an audit that has looked at all states and refused nothing. After a violation it need not refuse. */
const judgeKept = (comparison: Comparison): void => {
  const { report, isComplete, isMerging, say } = comparison;
  if (!isComplete || isMerging || report.verdict === 'violated' || report.audited?.reduction?.whole !== true) return;
  const name = claimNotKept(comparison);
  if (name !== undefined) say('not refused', `the reduction does not keep "${name}", and is not refused`);
};

// --- the whole report ------------------------------------------------------------------------------------------------------

const judgeVerdict = ({ report, way, isComplete, say }: Comparison): void => {
  const { verdict, properties, vacuity, stop } = report;
  const has = (wanted: string): boolean => properties.some((property) => property.verdict === wanted);
  const isEmpty = vacuity.neverEnabled.length + vacuity.unreached.length + vacuity.neverTriggered.length === 0;
  const asked = isEmpty ? (vacuity.perhapsNeverEnabled === undefined ? 'holds' : 'bounded') : 'vacuous';
  const whole = way.requireWitnesses === true ? asked : 'holds';
  const right = has('violated') ? 'violated' : !isComplete || has('unknown') ? 'bounded' : whole;
  if (verdict !== right) say(`verdict ${verdict}`, `the verdict is ${verdict}, and should be ${right} (stop: ${stop.kind})`);
  const unreached = properties.filter((property) => property.verdict === 'not reached').map(({ name }) => name);
  if (unreached.join() !== vacuity.unreached.join()) say('unreached', `unreached: ${vacuity.unreached.join()}`);
};

const judgeStop = ({ report, way, isLimited, truths: all, say }: Comparison): void => {
  const { kind } = report.stop;
  const isBroken = report.properties.some(({ verdict }) => verdict === 'violated');
  const allowed = [
    ...(way.engine === 'walks' ? ['traces'] : ['complete']),
    ...(isBroken ? ['violation'] : []),
    ...(way.maxStates === undefined ? [] : ['states']),
    ...(way.maxDepth === undefined ? [] : ['depth']),
    ...(way.maxMemoryBytes === undefined ? [] : ['memory']),
  ];
  if (!allowed.includes(kind)) say(`stop ${kind}`, `it stopped for ${kind}, and could for ${allowed.join(' or ')}`);
  if (kind !== 'violation' || isLimited) return;
  // With `keepGoing` a search stops at a violation only where every property is decided.
  if (
    way.keepGoing === true &&
    way.engine !== 'walks' &&
    all.some((truth) => !isLiveness(truth.claim) && truth.shortest === undefined)
  )
    say('stopped early', 'it stopped at a violation before every property was decided');
};

/** Judges the report's remark that the key merges different states: it must be there exactly where the key does. After a violation the checker does not look at the key. */
const judgeKey = ({ world, way, report, isComplete, isMerging, say }: Comparison): void => {
  const { byKey = false } = report.statistics;
  if (world.model.key === undefined && byKey) say('by key', 'it speaks of a key, and the model has none');
  if (!isComplete || way.symmetry === true || way.normalize === true) return;
  if (isMerging && !byKey) say('exact by key', 'the key takes states for one, and the report is called exact');
  // A model may give a state in several forms (sets filled in other orders). Whether they are alike is not known where the audit of the key was cut short.
  if (!isMerging && byKey && report.verdict !== 'violated' && report.audited?.key?.whole !== false)
    say('by key', 'the key tells all states apart, and the report does not say so');
};

/** Whether a search this way may lose states. */
export const isLossyFor = ({ hashBits }: Way): boolean => hashBits !== undefined && hashBits < SAFE_BITS;

/**
 * All differences between a report and the truth. `isDoubtful`: the model's reductions may be false. Then the verdicts must be those of the unreduced
 * space where the search and the audit of the reductions went to their ends. The number of merged states is not judged.
 */
export const differencesOfReport = (
  world: OracleGraph,
  way: Way,
  report: Report,
  isDoubtful = false,
): ReadonlyArray<ReportDifference> => {
  const differences: ReportDifference[] = [];
  const { engine, symmetry = false, normalize = false, maxStates, maxDepth, maxMemoryBytes } = way;
  const { model } = world;
  const isMerging = keyMerges(world);
  const isReducing = (symmetry && model.permutations.length > 0) || (normalize && model.normalize !== undefined);
  const isReduced = isMerging || isReducing;
  const asked = truths(world).filter(({ claim }) => way.properties?.includes(claim.name) ?? true);
  const isLimited = maxStates !== undefined || maxDepth !== undefined || maxMemoryBytes !== undefined;
  const comparison: Comparison = {
    world,
    way,
    report,
    truths: asked,
    classOf: classesOf(world, symmetry, normalize),
    isReduced,
    isReducing,
    isMerging,
    isDoubtful,
    isLossy: isLossyFor(way),
    isComplete: report.stop.kind === 'complete',
    isLimited,
    say: (what, details) => differences.push({ what, details }),
  };
  const names = asked.map(({ claim }) => `${claim.name}, ${claim.kind}`).join();
  const reported = report.properties.map(({ name, kind }) => `${name}, ${kind}`).join();
  if (names !== reported) comparison.say('properties', `it reports on ${reported}, and should on ${names}`);
  else report.properties.forEach((property, i) => judgeProperty(comparison, asked[i]!, property));
  if (isDoubtful) {
    const { audited, stop } = report;
    if (!isReducing) return differences;
    judgeKept(comparison);
    if (audited?.reduction === undefined) comparison.say('not audited', 'it does not say how far the reduction was audited');
    // An audit looks at all of so few states, even on a busy machine.
    else if (stop.kind === 'complete' && !isLimited && !audited.reduction.whole && world.nodes.size <= MOST_AUDITED_WHOLE)
      comparison.say(
        'not audited whole',
        `the reduction was audited on ${audited.reduction.states} of ${world.nodes.size} states`,
      );
    return differences;
  }
  judgeVerdict(comparison);
  judgeStop(comparison);
  judgeKey(comparison);
  if (engine !== 'walks' && comparison.isComplete && !comparison.isLossy) judgeWhole(comparison);
  else judgePart(comparison);
  if ((report.statistics.omission === undefined) !== (way.hashBits === undefined))
    comparison.say('omission', 'hash compaction and the estimate of what it missed go together');
  return differences;
};

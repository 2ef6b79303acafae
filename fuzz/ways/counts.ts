/** Judges the counts of a report. The search went to its end, or it was stopped. */
import { emptiness, representativesOf, totalsOf, type Totals } from '../oracle/judge.js';
import { oncePer } from '../oracle/once.js';
import { canon } from '../oracle/text.js';
import type { OracleGraph } from '../oracle/world.js';
import type { Comparison } from './comparison.js';

const expectCount = ({ say }: Comparison, name: string, has: number, should: number): void => {
  if (has !== should) say(`count ${name}`, `${name}: ${has}, and should be ${should}`);
};

/** Judges the count of states where the search took fewer states for one than the symmetry allows. It lies between the orbits and all states. */
const judgeOpen = ({ world, report: { counts }, say }: Comparison, { distinct }: Totals): void => {
  if (counts.distinct < distinct || counts.distinct > world.nodes.size)
    say('count distinct', `${counts.distinct} states, and should be between ${distinct} and ${world.nodes.size}`);
};

/** Tests that each image that maps make of some state together is made by one of them. */
const isGroup = oncePer(({ model, nodes }: OracleGraph): boolean => {
  const imagesOf = (state: unknown): ReadonlySet<string> =>
    new Set([state, ...model.permutations.map((permutation) => permutation(state))].map(canon));
  return [...nodes.values()].every(({ state }) => {
    const own = imagesOf(state);
    return model.permutations.every((permutation) => [...imagesOf(permutation(state))].every((image) => own.has(image)));
  });
});

/**
 * Tests that a symmetry may merge too little. With local slots the component engine takes the least image of a group first, and then of its cells. If
 * the maps are no group, some states of an orbit stay apart then.
 */
const mayReduceLess = ({ world, way }: Comparison): boolean =>
  way.symmetry === true &&
  (way.engine === 'components' || way.engine === 'threads') &&
  way.locals?.length !== 0 &&
  !isGroup(world);

/**
 * Judges what a report says was never enabled. Only a search by components tells single interactions. Where states are merged and not all of them were
 * looked at, nothing is known to be never enabled. A search that stopped early and merges nothing tells it of the states that it saw.
 */
const judgeNeverEnabled = ({ world, way, report, isReducing, isComplete, isLossy, say }: Comparison): void => {
  const { audited, statistics, vacuity } = report;
  const isByParts = way.engine === 'components' || way.engine === 'threads';
  const isMerging = statistics.byKey === true;
  const isSeenWhole = isComplete && (isMerging ? audited?.key?.whole === true : audited?.reduction?.whole === true);
  const sorted = (names: ReadonlyArray<string>): string => names.toSorted().join();
  const empty = emptiness(world).neverEnabled.filter((name) => isByParts || world.model.families.includes(name));
  const [has, should] = [sorted(vacuity.neverEnabled), sorted(empty)];
  const merges = isReducing || isMerging;
  const isKnown = merges ? isSeenWhole : isComplete && !isLossy;
  if (isKnown && has !== should) say('never enabled', `never enabled: ${has}; should be ${should}`);
  const perhaps = vacuity.perhapsNeverEnabled?.join();
  if (merges && !isSeenWhole ? has !== '' : perhaps !== undefined)
    say('perhaps never enabled', `never enabled: ${has}; perhaps: ${perhaps}; all states looked at: ${isSeenWhole}`);
};

/** Judges the counts of a search that saw all states, and its remarks that steps or properties never occur. */
export const judgeWhole = (comparison: Comparison): void => {
  const { world, way, report, classOf, say } = comparison;
  const { counts } = report;
  const totals = totalsOf(world, classOf);
  if (report.audited?.reduction?.open === true || mayReduceLess(comparison)) {
    judgeOpen(comparison, totals);
    return;
  }
  expectCount(comparison, 'distinct', counts.distinct, totals.distinct);
  expectCount(comparison, 'cut', counts.cut, totals.cut);
  expectCount(comparison, 'queue', counts.queue, 0);
  expectCount(comparison, 'generated', counts.generated, totals.generated);
  if (way.search === 'dfs' ? counts.depth < totals.depth : way.search !== 'sweep' || counts.depth !== 0) {
    expectCount(comparison, 'depth', counts.depth, totals.depth);
    if (way.search !== 'dfs') expectCount(comparison, 'completeDepth', counts.completeDepth, totals.depth);
  }
  judgeCoverage(comparison);
  judgeNeverEnabled(comparison);
  const isGraph = (way.engine === 'plain' && way.search !== 'sweep') || way.engine === 'states' || way.engine === 'numbers';
  const untriggered = emptiness(world)
    .neverTriggered.filter((name) => way.properties?.includes(name) ?? true)
    .join();
  const said = report.vacuity.neverTriggered.join();
  // The remark "never triggered" says nothing of states that a normal form or a key merged, so the report may leave it out.
  const { key, normalize } = world.model;
  const mayBeSilent =
    comparison.isMerging || (way.normalize === true && normalize !== undefined) || (way.symmetry === true && key !== undefined);
  if (isGraph && said !== untriggered && !(mayBeSilent && said === ''))
    say('never triggered', `it says ${said}; should be ${untriggered}`);
};

/** Judges the count of steps of each family, and the count of states that a step found first: all states but the initial ones. */
const judgeCoverage = (comparison: Comparison): void => {
  const { world, report, classOf } = comparison;
  const kept = representativesOf(world, classOf);
  const steps = new Map<string, number>();
  for (const { arcs } of kept) for (const { family } of arcs) steps.set(family, (steps.get(family) ?? 0) + 1);
  for (const { family, steps: taken } of report.coverage)
    expectCount(comparison, `steps of ${family}`, taken, steps.get(family) ?? 0);
  const fresh = report.coverage.reduce((sum, family) => sum + family.fresh, 0);
  expectCount(comparison, 'fresh', fresh, kept.length - new Set(world.initial.map(classOf)).size);
};

/** Judges the counts of a search that was stopped. */
export const judgePart = (comparison: Comparison): void => {
  const { world, way, report, classOf, isLossy, say } = comparison;
  const { counts, stop } = report;
  if (way.engine !== 'walks') judgeNeverEnabled(comparison);
  const totals = totalsOf(world, classOf);
  const most = mayReduceLess(comparison) ? world.nodes.size : totals.distinct;
  if (counts.distinct > most) say('too many states', `${counts.distinct} states, and there are ${most}`);
  if (way.engine === 'walks' || isLossy) return;
  if (stop.kind === 'states' && counts.distinct < Math.min(way.maxStates ?? 0, totals.distinct)) {
    say('too few states', `${counts.distinct} states, and should be at least ${way.maxStates}`);
  }
  if (stop.kind === 'depth' && way.maxDepth !== undefined) {
    const near = totalsOf(world, classOf, way.maxDepth);
    const isExact = !mayReduceLess(comparison);
    if (isExact) expectCount(comparison, 'distinct within maxDepth', counts.distinct, near.distinct);
    if (isExact) {
      expectCount(comparison, 'generated within maxDepth', counts.generated, near.generated);
      expectCount(comparison, 'cut within maxDepth', counts.cut, near.cut);
    }
    if (near.depth < way.maxDepth) say('depth limit not reached', `no state is ${way.maxDepth} steps away`);
    if (counts.completeDepth >= way.maxDepth) say('completeDepth', `states ${counts.completeDepth} steps away were not expanded`);
  }
  if (way.search === 'dfs' || way.search === 'sweep' || counts.completeDepth === 0) return;
  const found = totalsOf(world, classOf, counts.completeDepth + 1).distinct;
  if (counts.distinct < found) {
    say(
      'completeDepth',
      `${counts.distinct} states, and ${found} are within a step of the depth ${counts.completeDepth}, called complete`,
    );
  }
};

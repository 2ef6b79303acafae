/** Prints a report for people: what was violated and how, what was covered, and last the verdict with its bounds. */
import { A_LIST, A_REPORT, mustTake } from '../contract/argument-checks.js';
import { type Counterexample, type Progress, type PropertyReport, type Report, type Stop } from '../report.js';
import { grouped, many } from '../counted.js';
import { RANDOM } from '../verdict/reasons.js';
import { oneLine, traceLines } from './counterexample-lines.js';

// --- numbers ---------------------------------------------------------------------------------------------------------------

const UNITS = ['B', 'KB', 'MB', 'GB'] as const;

/** Bytes as `64 MB`: powers of 1,024, one decimal from GB on. */
export const bytes = (value: number): string => {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log2(Math.max(1, value)) / 10));
  return `${(value / 1024 ** power).toFixed(power === 3 ? 1 : 0)} ${UNITS[power]!}`;
};

/** Milliseconds as `0.4 s` or `3 min 20 s`. */
const duration = (ms: number): string =>
  ms < 60_000 ? `${(ms / 1000).toFixed(1)} s` : `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;

// --- progress --------------------------------------------------------------------------------------------------------------

/** One line that says where a search is. */
export const progressLine = (progress: Progress): string =>
  [
    many(progress.distinct, 'state'),
    `${grouped(progress.generated)} generated`,
    `${grouped(progress.perSecond)}/s`,
    `queue ${grouped(progress.queue)}`,
    `depth ${progress.depth}`,
    bytes(progress.bytes),
    duration(progress.elapsedMs),
    ...(progress.mayBeInfinite === true ? ['may be infinite'] : []),
  ].join(' · ');

// --- parts of the summary --------------------------------------------------------------------------------------------------

const ruleOf = ({ rule }: PropertyReport): string => (rule === undefined ? '' : ` [${rule}]`);

const propertyLine = (property: PropertyReport): string =>
  `  ${property.verdict.padEnd(11)} ${oneLine(property.name)}${ruleOf(property)}`;

/** Prints each reason once, because many properties often share one. Why a witness was not reached is printed beside the witness. */
const whyLines = ({ properties }: Report): ReadonlyArray<string> => {
  const open = properties.filter(({ verdict, why }) => why !== undefined && verdict !== 'not reached');
  return [...new Set(open.map(({ verdict, why }) => `  ${verdict}: ${why!}`))];
};

const runLines = (trace: Counterexample, which = 'A'): ReadonlyArray<string> => [
  `${which} ${which === 'A' && trace.shortest ? 'shortest ' : ''}run of ${many(trace.steps.length, 'step')}:`,
  ...traceLines(trace),
  '',
];

const TITLES: Partial<Record<PropertyReport['verdict'], string>> = { violated: 'Violated', reached: 'Reached' };

/** The runs that break a property, or reach a witness. */
const propertyRunLines = (property: PropertyReport): ReadonlyArray<string> => {
  const title = TITLES[property.verdict];
  if (title === undefined || property.trace === undefined) return [];
  return [
    `${title}: ${oneLine(property.name)}${ruleOf(property)}`,
    ...runLines(property.trace),
    ...(property.more ?? []).flatMap((trace) => runLines(trace, 'Another')),
  ];
};

const coverageLines = ({ coverage }: Report): ReadonlyArray<string> => {
  const width = Math.max(0, ...coverage.map(({ family }) => oneLine(family).length));
  return coverage.map(
    ({ family, steps, fresh, isUndeclared = false }) =>
      `  ${oneLine(family).padEnd(width)}  ${many(steps, 'step')}, ${many(fresh, 'new state')}${isUndeclared ? ' (not among the families that the model declares)' : ''}`,
  );
};

const PERHAPS_ENABLED = 'the search takes states for one, and not all of them were looked at';

const UNFINISHED = ' (the search stopped before it had gone on from every state)';

/** Says why what never occurred may occur; empty where the search went on from every state. It may have, and was stopped all the same: at a violation, or later. */
const unseen = ({ search, stop, counts, statistics }: Report): string => {
  if (search === 'simulate') return ` (${RANDOM})`;
  if (stop.kind !== 'complete' && counts.queue > 0) return UNFINISHED;
  return statistics.omission === undefined ? '' : ' (unless a state was missed)';
};

/** Says why what never triggered a property may do so. A second search may have looked, which a limit stopped; the queue is that of the first. */
const untriggered = (report: Report): string =>
  ['complete', 'violation', 'traces'].includes(report.stop.kind) ? unseen(report) : UNFINISHED;

const vacuityLines = (report: Report): ReadonlyArray<string> => {
  const { vacuity, properties } = report;
  const open = unseen(report);
  const reached = (name: string): string => {
    const why = properties.find((property) => property.name === name)?.why;
    return why === undefined ? '' : ` (${why})`;
  };
  return [
    ...vacuity.neverEnabled.map((label) => `  never enabled: ${oneLine(label)}${open}`),
    ...(vacuity.perhapsNeverEnabled ?? []).map((label) => `  perhaps never enabled: ${oneLine(label)} (${PERHAPS_ENABLED})`),
    ...vacuity.unreached.map((name) => `  not reached: ${oneLine(name)}${reached(name)}`),
    ...vacuity.neverTriggered.map((name) => `  never triggered: ${oneLine(name)}${untriggered(report)}`),
  ];
};

const section = (title: string, lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.length === 0 ? [] : [title, ...lines, ''];

// --- the verdict -----------------------------------------------------------------------------------------------------------

/** Says why a search stopped; undefined where the verdict and the bounds say it already. */
const stopText = (stop: Stop, verdict: Report['verdict']): string | undefined => {
  switch (stop.kind) {
    case 'complete':
    case 'traces':
      return undefined;
    case 'interrupted':
      return verdict === 'interrupted' ? undefined : 'interrupted';
    case 'violation':
      return stop.all === true ? 'stopped when every property was decided' : 'stopped at the first violation';
    case 'memory':
      return `stopped at the memory limit of ${bytes(stop.limit)}`;
    case 'states':
      return `stopped at the limit of ${many(stop.limit, 'state')}`;
    case 'depth':
      return `no further than ${many(stop.limit, 'step')}`;
    case 'time':
      return `stopped after ${duration(stop.limit)}`;
  }
};

/** Says what was covered: all of it, or how far. */
const extent = ({ counts, stop, search, statistics }: Report): string => {
  const states = many(counts.distinct, 'state');
  // With hashes nobody knows whether these are all the states.
  if (stop.kind === 'complete' && statistics.omission !== undefined) return `${states} found, depth ${counts.depth}`;
  if (stop.kind === 'complete')
    return search === 'sweep' && counts.depth === 0 ? `all ${states}` : `all ${states}, depth ${counts.depth}`;
  return counts.completeDepth > 0 ? `${states}, depth ${counts.completeDepth} complete` : `${states} seen`;
};

/** Says what is known of states with one key. */
const likeness = ({ audited, search }: Report): string => {
  const key = audited?.key;
  if (search === 'simulate') return ', if they are alike, which random walks do not audit';
  if (key === undefined) return ', if they are alike: none of them were compared, because the search stopped early';
  return key.whole ? ', and all of them are alike' : `, if they are alike, as on the ${many(key.states, 'state')} audited`;
};

/** Tests that a report rests on what was not found. What is violated, or reached, has a run, which needs no belief. */
const restsOnAll = ({ properties, stop, verdict }: Report): boolean =>
  verdict !== 'violated' ||
  (stop.kind === 'complete' && properties.some((property) => property.verdict === 'holds' || property.verdict === 'not reached'));

/** Lists the conditions of what was not found: what no audit saw of the whole space. */
const conditionsOf = (report: Report): ReadonlyArray<string> => {
  const { reduction, runs = 0, repeated = 0 } = report.audited ?? {};
  if (!restsOnAll(report)) return [];
  return [
    ...(reduction?.whole === false && reduction.open !== true
      ? [`if that keeps steps and properties, as it does on the ${many(reduction.states, 'state')} audited`]
      : []),
    ...(report.statistics.resumed === true ? ['if the model is what it was when the checkpoint was written'] : []),
    ...(repeated < runs ? ["if the model's functions are pure"] : []),
  ];
};

/** Says whether the counts are exact, or what they rest on: no other place qualifies a verdict. With a key or hashes they never are. */
const exactness = (report: Report): ReadonlyArray<string> => {
  const { omission, byKey } = report.statistics;
  const { reduction } = report.audited ?? {};
  const conditions = conditionsOf(report).join(', and ');
  const taken = [
    ...(byKey === true ? [`states with one key are one state${restsOnAll(report) ? likeness(report) : ''}`] : []),
    ...(omission === undefined ? [] : [`hash compaction, ${omission.bits} bits a state`]),
  ];
  const open = reduction?.open === true ? ['no more states than that, for the symmetry was closed only after the search'] : [];
  const exact = taken.length > 0 || (open.length > 0 && conditions === '') ? '' : 'exact ';
  return [...open, `${exact}${conditions}`.trim(), ...taken].filter((clause) => clause !== '');
};

/** Says why a search that saw every state decides nothing of the whole. */
const openText = ({ properties, stop, verdict, vacuity }: Report): string => {
  if (properties.length === 0) return ' (no property was judged)';
  const open = properties.filter((property) => property.verdict === 'unknown').length;
  if (verdict !== 'bounded' || stop.kind !== 'complete') return '';
  if (open === 0) return vacuity.perhapsNeverEnabled === undefined ? '' : ' (some steps are perhaps never enabled)';
  return ` (${open} of ${properties.length} properties could not be judged)`;
};

/** One line: the verdict, what was covered, and the bounds it holds in. */
export const verdictLine = (report: Report): string => {
  mustTake('verdictLine', 'report', A_REPORT, report);
  const violated = report.properties.filter(({ verdict }) => verdict === 'violated').length;
  const stop = stopText(report.stop, report.verdict);
  const { omissionProbability } = report.statistics;
  const doubt =
    report.verdict === 'holds' && omissionProbability !== undefined
      ? `, unless a state was missed (p ≤ ${omissionProbability.toPrecision(2)})`
      : '';
  const what =
    report.verdict === 'violated'
      ? `violated (${violated} of ${report.properties.length} properties)`
      : `${report.verdict}${doubt}${openText(report)}`;
  return [`${what}: ${extent(report)}`, ...(stop === undefined ? [] : [stop]), ...report.bounds, ...exactness(report)].join('; ');
};

const suspicionLines = ({ mayBeInfinite }: Report): ReadonlyArray<string> => {
  if (mayBeInfinite === undefined) return [];
  const { states, queue, depth } = mayBeInfinite;
  return [
    `The space may be infinite: from ${many(states[0], 'state')} to ${grouped(states[1])} the queue never fell (${grouped(queue[0])} to ${grouped(queue[1])}), and ` +
      `depth grew from ${depth[0]} to ${depth[1]}. Bound it with a boundary in the model, or a limit on the depth.`,
  ];
};

/** Says what the search believed of the model, and how much of that was audited. */
const auditLines = ({ audited, bounds }: Report): ReadonlyArray<string> => {
  if (audited === undefined) return [];
  const { runs, repeated, reduction, key } = audited;
  const calls =
    repeated >= runs
      ? 'every call of the model, done twice'
      : `${grouped(repeated)} of ${grouped(runs)} calls of the model, done twice`;
  const by = bounds.flatMap((bound) => (bound.startsWith('up to ') ? [bound.slice('up to '.length)] : [])).join(' and ');
  const states =
    reduction === undefined ? [] : [`${by} on ${reduction.whole ? 'all ' : ''}${many(reduction.states, 'state')}, unreduced`];
  const apart =
    key?.byIdentity === true ? 'which nobody can see into, each that a step makes for itself' : 'told apart by what they are';
  const keys = key === undefined ? [] : [`the key on ${key.whole ? 'all ' : ''}${many(key.states, 'state')}, ${apart}`];
  return [`audited: ${[calls, ...states, ...keys].join('; ')}`];
};

/**
 * Prints the whole summary. The verdict is its last line. `legend` says how the states of the model are read. It stands below the runs, where
 * there are any.
 */
export const summaryLines = (report: Report, legend: ReadonlyArray<string> = []): ReadonlyArray<string> => {
  mustTake('summaryLines', 'report', A_REPORT, report);
  mustTake('summaryLines', 'legend', A_LIST, legend);
  const runs = report.properties.flatMap(propertyRunLines);
  const { statistics, counts } = report;
  return [
    ...runs,
    ...(runs.length === 0 || legend.length === 0 ? [] : [...legend, '']),
    ...section('Properties', [...report.properties.map(propertyLine), ...whyLines(report)]),
    ...section('Steps', coverageLines(report)),
    ...section('Empty: "holds" says less than it seems', vacuityLines(report)),
    ...auditLines(report),
    `${grouped(counts.generated)} generated, ${grouped(counts.distinct)} distinct, queue ${grouped(counts.queue)}; ` +
      `${duration(statistics.elapsedMs)}, ${bytes(statistics.peakBytes)}; ${report.search}, ${statistics.engine}`,
    ...suspicionLines(report),
    oneLine(`${report.model}: ${verdictLine(report)}`),
  ];
};

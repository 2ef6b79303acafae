/** The texts of a run: how many models were tried in which ways, and of a difference the model, the way, and the command that repeats it. */
import type { ModelFinding } from './attempt.js';
import { moduleOf } from './print.js';
import type { Way } from './ways/way.js';

/** The numbers of models and searches that were tried so far. */
export interface TriedCounts {
  models: number;
  searches: number;
  states: number;
  /** Models with more states than the oracle takes. */
  tooLarge: number;
  /** Searches by kind: a search is of one engine, and may be of several of the other kinds. */
  readonly kinds: Map<string, number>;
}

export const nothingTried = (): TriedCounts => ({ models: 0, searches: 0, states: 0, tooLarge: 0, kinds: new Map() });

/** The kinds of a search, its engine first. */
const kindsOf = (way: Way): ReadonlyArray<string> => [
  way.engine,
  ...(way.search === 'dfs' || way.search === 'sweep' ? [way.search] : []),
  ...(way.symmetry === true || way.normalize === true ? ['reduced'] : []),
  ...(way.hashBits === undefined ? [] : ['hashed']),
  ...(way.pauseAt === undefined ? [] : ['resumed']),
  ...(way.maxStates === undefined && way.maxDepth === undefined && way.maxMemoryBytes === undefined ? [] : ['limited']),
  ...(way.audit === 'none' ? [] : ['audited']),
];

/** Counts a search. */
export const countWay = (tried: TriedCounts, way: Way): void => {
  tried.searches++;
  for (const kind of kindsOf(way)) tried.kinds.set(kind, (tried.kinds.get(kind) ?? 0) + 1);
};

/** The most lines on one difference. */
const MOST_LINES = 6;
const MOST_CHARACTERS = 1000;

const cut = (line: string): string => (line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS)} …` : line);

export const grouped = (n: number): string => n.toLocaleString('en-US');

const megabytes = (): number => Math.round(process.memoryUsage.rss() / 2 ** 20);

/** `4,000 models, 17,000 searches, 50,000 states, no difference; 60.0 s, 120 MB`. */
export const summaryLine = ({ models, searches, states, tooLarge }: TriedCounts, ms: number): string => {
  const left = tooLarge > 0 ? ` (${grouped(tooLarge)} too large)` : '';
  return `${grouped(models)} models${left}, ${grouped(searches)} searches, ${grouped(states)} states, no difference; ${(ms / 1000).toFixed(1)} s, ${megabytes()} MB`;
};

/** `searches: 70 components, 12 plain …; 20 dfs, 5 resumed …`. */
export const kindsLine = ({ kinds }: TriedCounts): string => {
  const parts = [...kinds].toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const engines = ['components', 'plain', 'states', 'numbers', 'walks', 'threads'];
  const said = (wanted: boolean): string =>
    parts
      .filter(([kind]) => engines.includes(kind) === wanted)
      .map(([kind, n]) => `${grouped(n)} ${kind}`)
      .join(', ');
  return `searches: ${said(true)}; of these ${said(false)}`;
};

const wayText = ({ engine, ...options }: ModelFinding['way']): string => `${engine} ${JSON.stringify(options)}`;

/** The printed lines on a finding. */
export const failureLines = (
  { recipe, way, differences, rogue }: ModelFinding,
  seed: number,
  models: number,
): ReadonlyArray<string> => [
  `model ${grouped(models)}: the checker differs from the truth, ${wayText(way)}`,
  ...differences.flatMap(({ details }) =>
    details
      .split('\n')
      .slice(0, MOST_LINES)
      .map((line) => `  ${cut(line)}`),
  ),
  rogue === undefined ? 'The model, cut down:' : `The model, which ${rogue} at some place:`,
  ...moduleOf(recipe).map((line) => `  ${line}`),
  `Repeat with: npm run fuzz:checker -- --only ${seed}`,
];

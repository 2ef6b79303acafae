/** What a run says: how many models were tried, and of a difference the model, the way, and how to repeat it. */
import type { Finding } from './attempt.js';
import { moduleOf } from './print.js';

/** What was tried so far. */
export interface Tried {
  models: number;
  ways: number;
  states: number;
  /** Models with more states than the oracle takes. */
  tooLarge: number;
}

/** Of what is said of one difference. */
const MOST_LINES = 6;
const MOST_CHARACTERS = 1000;

const cut = (line: string): string => (line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS)} …` : line);

const grouped = (n: number): string => n.toLocaleString('en-US');

const megabytes = (): number => Math.round(process.memoryUsage.rss() / 2 ** 20);

/** `4,000 models, 17,000 searches, 50,000 states, no difference; 60.0 s, 120 MB`. */
export const summaryLine = ({ models, ways, states, tooLarge }: Tried, ms: number): string => {
  const left = tooLarge > 0 ? ` (${grouped(tooLarge)} too large)` : '';
  return `${grouped(models)} models${left}, ${grouped(ways)} searches, ${grouped(states)} states, no difference; ${(ms / 1000).toFixed(1)} s, ${megabytes()} MB`;
};

const wayText = ({ engine, ...options }: Finding['way']): string => `${engine} ${JSON.stringify(options)}`;

/** A difference, as it is printed. */
export const failureLines = ({ recipe, way, faults }: Finding, seed: number, models: number): ReadonlyArray<string> => [
  `model ${grouped(models)}: the checker differs from the truth, ${wayText(way)}`,
  ...faults.flatMap(({ details }) =>
    details
      .split('\n')
      .slice(0, MOST_LINES)
      .map((line) => `  ${cut(line)}`),
  ),
  'The model, cut down:',
  ...moduleOf(recipe).map((line) => `  ${line}`),
  `Repeat with: npm run fuzz:checker -- --only ${seed}`,
];

/** Checks options. All searches have one rule, from the library and from the command. */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts/lib/index.js';
import { CheckerError } from '../error.js';
import { decode, described, object, oneOf, pure, text, yesOrNo } from './codecs.js';

const isWholeNumber = (u: unknown, least: number, most: number): boolean =>
  Number.isSafeInteger(u) && (u as number) >= least && (u as number) <= most;

const whole = (least: number, most = Number.MAX_SAFE_INTEGER): t.Mixed =>
  described(
    `a whole number ${most === Number.MAX_SAFE_INTEGER ? `from ${least} on` : `from ${least} to ${most}`}`,
    (u): u is number => isWholeNumber(u, least, most),
  );

const least0 = described('a number of at least 0', (u): u is number => typeof u === 'number' && u >= 0);
const above0 = described('a number above 0', (u): u is number => typeof u === 'number' && u > 0);
const from0 = described('a number, 0 or more', (u): u is number => typeof u === 'number' && u >= 0);
const names = described('a list of texts', t.array(t.string).is);
const signal = described('an AbortSignal', (u): u is AbortSignal => u instanceof AbortSignal);
/** A reduction option of a search without reductions: it can only be off. */
const off = described('false: walks at random know no reductions', (u): u is false => u === false);
const configuration = described('an object', (u): u is object => typeof u === 'object' && u !== null);

const common = {
  maxStates: whole(1),
  maxMs: from0,
  maxMemoryBytes: above0,
  signal,
  onProgress: pure,
  progressEveryMs: least0,
  properties: names,
  keepGoing: yesOrNo,
  requireWitnesses: yesOrNo,
  bounds: names,
  witnessTraces: yesOrNo,
  audit: yesOrNo,
};

const exhaustive = {
  ...common,
  maxDepth: whole(1),
  symmetry: yesOrNo,
  normalize: yesOrNo,
  hashBits: described('a number of bits', t.number.is),
  checkpoint: text,
  checkpointEveryMs: above0,
  resume: text,
  configuration,
};

/** The options that each search takes. */
const OPTIONS = {
  plain: object('options', {}, { ...exhaustive, search: oneOf('bfs', 'dfs', 'sweep') }),
  components: object('options', {}, { ...exhaustive, search: oneOf('auto', 'bfs', 'dfs', 'sweep'), locals: names }),
  parallel: object('options', {}, { ...exhaustive, locals: names, workers: described('a number of threads', t.number.is) }),
  simulate: object(
    'options',
    {},
    {
      ...common,
      symmetry: off,
      normalize: off,
      seed: described('a whole number', t.Integer.is),
      traces: whole(1),
      traceLength: whole(1),
    },
  ),
} as const;

/**
 * Refuses options that a search does not take, that are of the wrong kind, or that name properties which the model does not have.
 *
 * @throws CheckerError (`option`).
 */
export const mustBeOptions = (
  search: keyof typeof OPTIONS,
  options: { readonly properties?: ReadonlyArray<string> },
  known: ReadonlyArray<{ readonly name: string }>,
): void => {
  const decoded = decode(OPTIONS[search], options);
  if (E.isLeft(decoded)) throw new CheckerError('option', decoded.left);
  const strange = options.properties?.find((wanted) => !known.some(({ name }) => name === wanted));
  if (strange === undefined) return;
  const all = known.map(({ name }) => `"${name}"`).join(', ');
  throw new CheckerError('option', `properties: the model has no property "${strange}"; it has ${all}`);
};

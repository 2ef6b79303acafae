/** The identity of a search. A checkpoint is refused where the model, its configuration or the options are others. */
import { createHash } from 'node:crypto';
import type { CheckOptions } from '../options.js';
import type { SearchKind } from '../report.js';
import { refuse } from './file.js';

/** What must be the same for a resumption. */
export interface CheckpointIdentity {
  readonly model: string;
  /** The options that change what is found, or how it is kept, and what else the caller says the model depends on: plain data, by name. */
  readonly options: Readonly<Record<string, unknown>>;
  /** A digest of what the model declares. */
  readonly shape: string;
  /** A digest of some of the model's steps, where no other check covers them. */
  readonly steps?: string;
}

/** Makes a digest of plain data. */
export const digestOf = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

type Options = Pick<CheckOptions, 'symmetry' | 'normalize' | 'hashBits' | 'maxDepth' | 'configuration'> & {
  readonly search?: SearchKind;
};

/** Gives the options in which a resumption must agree. `engine` says how the states are kept. */
export const optionsOf = (engine: 'plain' | 'components', workers: number, options: Options): CheckpointIdentity['options'] => {
  const { search = 'bfs', symmetry, normalize, hashBits, maxDepth, configuration } = options;
  return {
    engine,
    search,
    workers,
    symmetry: symmetry === true,
    quotient: normalize === true,
    ...(hashBits === undefined ? {} : { hashBits }),
    // Depth first a limit decides which states were taken up again. Breadth first a search just goes on beyond it.
    ...(search === 'dfs' && maxDepth !== undefined ? { maxDepth } : {}),
    ...configuration,
  };
};

/** Options with this prefix are digests, which say nothing to people. */
const DIGEST = 'SHA-256 of ';
const CHANGED = ' is not what it was then';

/** Lists the differences, as `puts 3, not 4`: first the checkpoint's value, then this search's. */
const differences = (saved: CheckpointIdentity['options'], asked: CheckpointIdentity['options']): ReadonlyArray<string> => {
  const text = (value: unknown): string => {
    if (value === undefined) return 'not set';
    return typeof value === 'string' ? value : JSON.stringify(value);
  };
  return [...new Set([...Object.keys(saved), ...Object.keys(asked)])].flatMap((name) => {
    const [there, here] = [text(saved[name]), text(asked[name])];
    if (there === here) return [];
    if (name.startsWith(DIGEST)) return [`${name.slice(DIGEST.length)}${CHANGED}`];
    return [`${name} ${there}, ${asked[name] === undefined ? 'now' : 'not'} ${here}`];
  });
};

/** Refuses a checkpoint of another model or set of options. @throws CheckerError (`checkpoint`). */
export const mustAgree = (path: string, saved: CheckpointIdentity, asked: CheckpointIdentity): void => {
  if (saved.model !== asked.model) throw refuse(path, `it is of the model "${saved.model}", not of "${asked.model}"`);
  const differ = differences(saved.options, asked.options);
  const [only] = differ;
  if (differ.length === 1 && only!.endsWith(CHANGED)) throw refuse(path, only!);
  if (differ.length > 0) throw refuse(path, `it was made with other options: ${differ.join('; ')}`);
  if (saved.shape !== asked.shape)
    throw refuse(path, `the model "${asked.model}" declares other parts, actions or properties now`);
  if (saved.steps !== asked.steps) throw refuse(path, 'a step or a property of the model has another outcome now');
};

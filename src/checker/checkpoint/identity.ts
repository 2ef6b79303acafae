/** What a checkpoint is of: it is refused where the model, its configuration or the options are others. */
import { createHash } from 'node:crypto';
import type { CheckOptions } from '../options.js';
import type { SearchKind } from '../report.js';
import { refuse } from './file.js';

/** What must be the same for a resumption. */
export interface Identity {
  readonly model: string;
  /** The options that change what is found, or how it is kept, and what else the caller says the model depends on: plain data, by name. */
  readonly options: Readonly<Record<string, unknown>>;
  /** A digest of what the model declares. */
  readonly shape: string;
  /** A digest of some of its steps, where they are not looked at in another way. */
  readonly steps?: string;
}

/** A digest of plain data. */
export const digestOf = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');

type Options = Pick<CheckOptions, 'symmetry' | 'normalize' | 'hashBits' | 'maxDepth' | 'configuration'> & {
  readonly search?: SearchKind;
};

/** The options that a resumption must agree in. `engine`: how the states are kept. */
export const optionsOf = (engine: 'plain' | 'components', workers: number, options: Options): Identity['options'] => {
  const { search = 'bfs', symmetry, normalize, hashBits, maxDepth, configuration } = options;
  return {
    engine,
    search,
    workers,
    symmetry: symmetry === true,
    quotient: normalize === true,
    ...(hashBits === undefined ? {} : { hashBits }),
    // Depth first a limit decides which states were taken up again; breadth first the search just goes on beyond it.
    ...(search === 'dfs' && maxDepth !== undefined ? { maxDepth } : {}),
    ...configuration,
  };
};

/** Options called so are told by a digest, which says nothing to people. */
const DIGEST = 'SHA-256 of ';
const CHANGED = ' is not what it was then';

/** What differs, as `puts 3, not 4`: there, and here. */
const differences = (saved: Identity['options'], asked: Identity['options']): ReadonlyArray<string> => {
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
export const mustAgree = (path: string, saved: Identity, asked: Identity): void => {
  if (saved.model !== asked.model) throw refuse(path, `it is of the model "${saved.model}", not of "${asked.model}"`);
  const differ = differences(saved.options, asked.options);
  const [only] = differ;
  if (differ.length === 1 && only!.endsWith(CHANGED)) throw refuse(path, only!);
  if (differ.length > 0) throw refuse(path, `it was made with other options: ${differ.join('; ')}`);
  if (saved.shape !== asked.shape)
    throw refuse(path, `the model "${asked.model}" declares other parts, actions or properties now`);
  if (saved.steps !== asked.steps) throw refuse(path, 'a step or a property of the model has another outcome now');
};

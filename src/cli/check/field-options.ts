/** Options of `bayou check` that override a field of a configuration of Bayou's model. */
import { InvalidArgumentError } from 'commander';
import { asVariant } from '../../checked-model/variant-names.js';
import { inexactIn } from './exact-numbers.js';

/** An option that overrides one field. (`--set` overrides any field by its name.) */
export interface FieldOption {
  readonly flag: string;
  readonly field: string;
  readonly value: string;
  readonly about: string;
  readonly read: (text: string) => unknown;
}

/** The value that an option gives to a field, and the text of the option. */
export interface OptionValue {
  readonly value: unknown;
  readonly text: string;
}

/** A value for a field: JSON where it is JSON, otherwise a text. JSON with a number that is not kept exactly stays a text. */
const jsonOrText = (text: string): unknown => {
  try {
    const value = JSON.parse(text) as unknown;
    return inexactIn(text) === undefined ? value : text;
  } catch {
    return text;
  }
};

const list = (text: string): unknown => text.split(',').map((item) => item.trim());

const field = (flag: string, name: string, value: string, about: string, read = jsonOrText): FieldOption => ({
  flag,
  field: name,
  value,
  about,
  read,
});

export const FIELD_OPTIONS: ReadonlyArray<FieldOption> = [
  field('--servers', 'servers', 'n', 'how many servers'),
  field('--clients', 'clients', 'n', 'how many clients'),
  field('--keys', 'keys', 'n', 'how many keys'),
  field('--puts', 'puts', 'n', 'how many puts in all'),
  field('--variant', 'variant', 'name', 'FIXED, or a fault: V1 … V11, or its name, such as original-clock', asVariant),
  field('--links', 'links', 'topology', 'none, full, chain, ring, or [[0,1],…]'),
  field('--link-changes', 'linkChanges', 'n', 'links cut or made'),
  field('--kills', 'kills', 'n', 'servers killed'),
  field('--blank-restarts', 'blankRestarts', 'n', 'restarts without the log'),
  field('--grain', 'grain', 'name', 'pull, or messages'),
  field('--in-flight', 'inFlight', 'n', 'messages in flight at once'),
  field('--losses', 'losses', 'n', 'messages lost'),
  field('--duplicates', 'duplicates', 'n', 'messages repeated'),
  field('--lost-answers', 'lostAnswers', 'n', 'answers to puts lost'),
  field('--late-puts', 'latePuts', 'n', 'of those puts, how many can arrive late'),
  field('--new-sessions', 'newSessions', 'n', 'sessions that end and start again, anew or from a token'),
  field('--restores', 'restores', 'n', 'restarts with an earlier copy of the log'),
  field('--properties', 'properties', 'list', 'which properties, with commas between', list),
];

/** Reads an option's text and keeps it. */
export const said =
  (read: (text: string) => unknown) =>
  (text: string): OptionValue => ({ value: read(text), text });

/** A name, and the value that `--set` gives to it. */
export type Assignment = readonly [name: string, said: OptionValue];

const assignment = (text: string): Assignment => {
  const [, name, value] = /^(\w+)=(.*)$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new InvalidArgumentError('Use NAME=VALUE.');
  return [name, { value: jsonOrText(value), text: value }];
};

/** Adds the assignment of one `--set` to those before. */
export const gather = (text: string, before?: ReadonlyArray<Assignment>): ReadonlyArray<Assignment> => [
  ...(before ?? []),
  assignment(text),
];

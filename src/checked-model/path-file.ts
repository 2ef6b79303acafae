/**
 * Path files: a run as steps of the model, with the configuration it needs. `bayou check --format json` writes a counterexample as
 * one, `bayou conform` a run of the cluster up to what no step of the model explains; `bayou check --replay` reads both.
 */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts/lib/index.js';
import { isRecord } from '../core/codec.js';
import { decodeReplayed, type Config } from '../model/checking/config.js';
import { readJson } from '../command-line/named-files.js';
import { UsageError } from '../command-line/exit.js';
import type { Overrides } from './checked-model.js';
import { otherKind } from './find-config.js';

// --- types -----------------------------------------------------------------------------------------------------------------

const texts = t.readonly(t.record(t.string, t.string));
const EventC = t.readonly(t.type({ process: t.string, n: t.number }));
const LabelC = t.readonly(t.type({ family: t.string, args: t.readonlyArray(t.union([t.string, t.number])) }));

/** Decodes a {@link RecordedStep}: a step of a path (see the checker's `PathStep`) and the event that it was recorded from. */
const StepC = t.readonly(t.partial({ label: LabelC, note: t.string, state: texts, seen: texts, event: EventC }));

/** Decodes the part of a path file that is not its configuration. */
const PathC = t.readonly(
  t.intersection([
    t.type({ model: t.string, config: t.unknown, steps: t.readonlyArray(StepC) }),
    t.partial({
      property: t.string,
      /** Of a counterexample of a model of one's own: the module it is in, what it was made with, and what else the run says. */
      module: t.string,
      parameters: t.readonly(t.record(t.string, t.unknown)),
      initial: texts,
      loop: t.number,
      /** What no step of the model explains, as layer 3 says it. */
      rejection: t.readonly(t.intersection([EventC, t.type({ rule: t.string, why: t.string })])),
      /** What the model's servers, clients and keys are called in the run, and what its values are. */
      names: texts,
      /** The variants of the model that explain the whole run. */
      variants: t.readonlyArray(t.string),
    }),
  ]),
);

/** One step of a path file: what was done, what was seen of it, and the event of which process that was. */
export type RecordedStep = t.TypeOf<typeof StepC>;

/** A path file of Bayou's model. */
export type RecordedPath = Omit<t.TypeOf<typeof PathC>, 'config' | 'module'> & { readonly config: Config };

/** A path file of a model of one's own. */
export type OwnPath = Omit<t.TypeOf<typeof PathC>, 'config' | 'module'> & { readonly module: string };

// --- operations ------------------------------------------------------------------------------------------------------------

/** The longest path file, in bytes: Node has no longer texts. */
const MAX_BYTES = 500 * 1024 * 1024;

const parse = (file: string): unknown => {
  const json = readJson(file, MAX_BYTES);
  if (E.isLeft(json)) throw new UsageError(`--replay: ${file}: ${json.left}`);
  const other = isRecord(json.right) ? otherKind(json.right) : undefined;
  if (other !== undefined) throw new UsageError(`--replay: ${file}: ${other}`);
  return json.right;
};

/** Where the first mistake is; the types that io-ts would print there are long and say little. */
const whereOf = (errors: t.Errors): string => {
  const where = (errors[0]?.context ?? [])
    .map(({ key }) => key)
    // The first number is not a field, but a member of the intersection.
    .filter((key, i) => key !== '' && !(i === 1 && /^\d+$/.test(key)))
    .join('.');
  return where === '' ? 'a path is a JSON object' : `${where} is missing or wrong`;
};

/** Says a step neither what was done nor what was seen then? */
const isEmpty = ({ label, state, seen }: RecordedStep): boolean =>
  label === undefined && state === undefined && seen === undefined;

/** Reads a path file; fields of its configuration may be overridden. @throws UsageError with one line: the file or option, and what is wrong. */
export const loadPath = (file: string, overrides: Overrides): RecordedPath | OwnPath => {
  const decoded = PathC.decode(parse(file));
  if (E.isLeft(decoded)) {
    throw new UsageError(
      `--replay: ${file}: it is no path of bayou conform or bayou check --format json: ${whereOf(decoded.left)}`,
    );
  }
  const empty = decoded.right.steps.findIndex(isEmpty);
  if (empty !== -1) throw new UsageError(`--replay: ${file}: steps[${empty}]: expected a label, or a state to compare`);
  const { config, module, ...rest } = decoded.right;
  if (module !== undefined) return { ...rest, module };
  const set = Object.fromEntries(Array.from(overrides, ([field, { value }]) => [field, value]));
  const whole = decodeReplayed(isRecord(config) ? { ...config, ...set } : config);
  if (E.isLeft(whole)) {
    const blame = (line: string): string => overrides.get(line.slice(0, line.indexOf(':')))?.option ?? `--replay: ${file}`;
    throw new UsageError(whole.left.map((line) => `${blame(line)}: ${line}`).join('; '));
  }
  return { ...rest, config: whole.right };
};

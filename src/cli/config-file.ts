/**
 * A configuration file beside a command's flags: a JSON object whose fields are the long options in camel case (`dataDir` for `--data-dir`).
 * The fields become arguments in front of the arguments that were given. So each value is checked as its option is, and an option on the
 * command line replaces the field. A list is for an option that may be given several times.
 */
import { InvalidArgumentError, type Option } from 'commander';
import * as E from 'fp-ts/lib/Either.js';
import { isRecord, whatIs } from '../core/codec.js';
import { readJson } from '../command-line/named-files.js';
import { UsageError } from '../command-line/exit.js';

/** The largest file that is read, in bytes. */
const MAX_BYTES = 1024 * 1024;

const isPlain = (u: unknown): u is string | number => typeof u === 'string' || typeof u === 'number';

/**
 * Parses a value as commander will; `before` is the option's value so far. A wrong value is reported here, since commander would say that it
 * stands on the command line, and it stands in the file.
 */
const taken = (wrong: (why: string) => UsageError, option: Option, value: string, before: unknown): unknown => {
  try {
    return (option.parseArg as ((value: string, before: unknown) => unknown) | undefined)?.(value, before);
  } catch (error) {
    if (error instanceof InvalidArgumentError) throw wrong(`'${value}' is wrong. ${error.message}`);
    throw error;
  }
};

/** May the option be given several times? Then its default is an empty list, which collects the values. */
const takesSeveral = (option: Option): boolean => Array.isArray(option.defaultValue);

const isGiven = (args: ReadonlyArray<string>, { long = '' }: Option): boolean =>
  args.some((arg) => arg === long || arg.startsWith(`${long}=`));

const argumentsOf = (file: string, option: Option, value: unknown): ReadonlyArray<string> => {
  const name = option.attributeName();
  const flag = option.long ?? '';
  const wrong = (why: string): UsageError => new UsageError(`${file}: ${name}: ${why}`);
  if (option.isBoolean()) {
    if (typeof value !== 'boolean') throw wrong(`expected true or false, but it is ${whatIs(value)}`);
    return value ? [flag] : [];
  }
  if (Array.isArray(value) && !takesSeveral(option)) throw wrong(`expected one value, but it is ${whatIs(value)}`);
  const values: ReadonlyArray<unknown> = Array.isArray(value) ? value : [value];
  let before: unknown;
  return values.map((one) => {
    if (!isPlain(one)) throw wrong(`expected a text or a number, but it is ${whatIs(one)}`);
    before = taken(wrong, option, `${one}`, before);
    return `${flag}=${one}`;
  });
};

const contentsOf = (file: string): Readonly<Record<string, unknown>> => {
  const read = readJson(file, MAX_BYTES);
  if (E.isLeft(read)) throw new UsageError(`--config: ${file}: ${read.left}`);
  if (!isRecord(read.right)) throw new UsageError(`--config: ${file}: expected an object, but it is ${whatIs(read.right)}`);
  return read.right;
};

const CONFIG = '--config';

const fileIn = (args: ReadonlyArray<string>): string | undefined => {
  const at = args.findLastIndex((arg) => arg === CONFIG || arg.startsWith(`${CONFIG}=`));
  if (at < 0) return undefined;
  return args[at] === CONFIG ? args[at + 1] : args[at]?.slice(CONFIG.length + 1);
};

/**
 * Gives `args` with the arguments from the file that `--config FILE` names in front of them. A field whose option is in `args` is checked and
 * left out.
 * @param options the options that may be fields of the file; `--config` itself never may
 * @throws UsageError if the file cannot be read, is no JSON object, has a field that is no option, or has a field with a wrong value
 */
export const withConfigFile = (args: ReadonlyArray<string>, options: ReadonlyArray<Option>): ReadonlyArray<string> => {
  const file = fileIn(args);
  if (file === undefined) return args;
  const known = options.filter((option) => option.long !== CONFIG);
  const fromFile = Object.entries(contentsOf(file)).flatMap(([name, value]) => {
    const option = known.find((one) => one.attributeName() === name);
    if (option === undefined)
      throw new UsageError(
        `${file}: there is no field '${name}'; the fields are ${known.map((o) => o.attributeName()).join(', ')}`,
      );
    const stated = argumentsOf(file, option, value);
    return isGiven(args, option) ? [] : stated;
  });
  return [...fromFile, ...args];
};

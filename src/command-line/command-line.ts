/** Reads command lines with commander. Its errors become one line that begins with the command's name, as every error does, and are thrown. */
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { HostC, PathC, withoutBrackets } from '../core/texts.js';
import { say } from './say.js';

/** How many arguments a reader has that adds to what was read before. */
const ADDING = 2;

/** Refuses an option with a value that is given twice, where the second value would take the place of the first without a word. */
class OnceCommand extends Command {
  private readonly given = new Set<string>();

  override addOption(option: Option): this {
    super.addOption(option);
    // Commander's own reader of choices has two arguments too, and adds nothing.
    const isAdding = option.variadic || (option.parseArg?.length === ADDING && option.argChoices === undefined);
    if (isAdding || !(option.required || option.optional)) return this;
    return this.on(`option:${option.name()}`, () => {
      if (this.given.has(option.name())) this.error(`${option.long ?? option.flags} is given twice`);
      this.given.add(option.name());
    });
  }
}

/**
 * A command with its whole name, such as `bayou check`. It refuses an option which is given twice, unless the option collects values. It says what
 * is wrong with its words, and then throws commander's error.
 */
export const newCommand = (name: string): Command => saying(name, new OnceCommand(name));

/** Commander's text of an error as one line. */
const oneLineOf = (text: string): string =>
  text
    .trim()
    .replace(/^error: /, '')
    .replaceAll(/\s*\n\s*/g, ' ');

const saying = (name: string, command: Command): Command =>
  command.configureOutput({ outputError: (text) => say(`${name}: ${oneLineOf(text)}`) }).exitOverride();

/** Reads words as this command would, without a help. Gives what is wrong with them, in one line; undefined: nothing. The command's action must do nothing. */
export const wrongInWords = (command: Command, words: ReadonlyArray<string>): string | undefined => {
  let wrong: string | undefined;
  command.helpOption(false).configureOutput({ outputError: (text) => (wrong = oneLineOf(text)) });
  try {
    command.parse([...words], { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
  }
  return wrong;
};

/** Refuses an option that would change nothing beside what is asked for: each given option has an effect. */
export const notHeeded = (option: string, by: string): string => `${option} is not heeded by ${by}; leave it out`;

/** Commander's name of an option: `linkChanges` for `--link-changes`. */
export const attributeOf = (flag: string): string => new Option(flag).attributeName();

/** Reads a whole number from `least` to `most`. */
export const wholeNumber =
  (least: number, most = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const n = Number(text);
    const isInDigits = /^\d+$/.test(text);
    if (isInDigits && n >= least && n <= most) return n;
    const to = most < Number.MAX_SAFE_INTEGER || n > most ? ` to ${most}` : '';
    const how = !isInDigits && Number.isInteger(n) && n >= least && text.trim() !== '' ? ', in digits' : '';
    throw new InvalidArgumentError(`Use a whole number from ${least}${to}${how}.`);
  };

/** A kind of text: its name, and the test for it. */
interface TextKind {
  readonly name: string;
  readonly is: (text: string) => boolean;
}

/** Reads a text of this kind. */
const textOf =
  ({ name, is }: TextKind) =>
  (text: string): string => {
    if (!is(text)) throw new InvalidArgumentError(`Use ${name}.`);
    return text;
  };

/** Reads the path of a file or a folder. */
export const path = textOf(PathC);

/** Reads a host: an address or a name. An IPv6 address may be in brackets. */
export const host = (text: string): string => textOf(HostC)(withoutBrackets(text));

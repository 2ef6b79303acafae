/** Command lines, by commander: its errors are one line that begins with the command's name, like all others, and are thrown. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { HostC, PathC, withoutBrackets } from '../core/texts.js';
import { say } from './say.js';

/** A command by its whole name, `bayou check`. What is wrong with its words is said, and then thrown as commander's error. */
export const newCommand = (name: string): Command =>
  new Command(name)
    .configureOutput({
      outputError: (text) =>
        say(
          `${name}: ${text
            .trim()
            .replace(/^error: /, '')
            .replaceAll(/\s*\n\s*/g, ' ')}`,
        ),
    })
    .exitOverride();

/** Commander's name of an option, of `--link-changes` `linkChanges`. */
export const attributeOf = (flag: string): string => new Option(flag).attributeName();

/** An option's value that is a whole number in a range; without `most`, any from `least` on. */
export const wholeNumber =
  (least: number, most = Number.MAX_SAFE_INTEGER) =>
  (text: string): number => {
    const n = Number(text);
    if (!/^\d+$/.test(text) || n < least || n > most)
      throw new InvalidArgumentError(`Use a whole number from ${least}${most < Number.MAX_SAFE_INTEGER ? ` to ${most}` : ''}.`);
    return n;
  };

/** A kind of text: how it is called, and which are. */
interface TextKind {
  readonly name: string;
  readonly is: (text: string) => boolean;
}

/** An option's value that is a text of some kind. */
export const textOf =
  ({ name, is }: TextKind) =>
  (text: string): string => {
    if (!is(text)) throw new InvalidArgumentError(`Use ${name}.`);
    return text;
  };

/** An option's value that is a path of a file or a folder. */
export const path = textOf(PathC);

/** An option's value that is the host of an address, or a name; an IPv6 address may stand in brackets. */
export const host = (text: string): string => textOf(HostC)(withoutBrackets(text));

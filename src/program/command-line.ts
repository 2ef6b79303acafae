/** Command lines, by commander: its errors are one line that begins with the command's name, like all others, and are thrown. */
import { Command } from 'commander';
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

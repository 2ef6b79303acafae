/** The master's terminal: a prompt, a history, completion of command names, and help. */
import { createInterface } from 'node:readline';
import pc from 'picocolors';
import { bytesOfText } from '../core/bytes.js';
import { parseLine, USAGE } from '../core/script.js';
import type { NumberedLine, ScriptReader } from './lines.js';

const NAMES = [...Object.keys(USAGE), 'help', 'done'];

const help = (): string =>
  [...Object.values(USAGE), ['help', 'print this'] as const, ['done', 'end'] as const]
    .map(([usage, meaning]) => `  ${pc.bold(usage.padEnd(30))}${meaning}`)
    .join('\n');

const complete = (line: string): [string[], string] => [NAMES.filter((name) => name.startsWith(line)), line];

/** Reads commands from a terminal. The prompt and the help go to `out`. Results go elsewhere. */
export const promptReader = (input: NodeJS.ReadStream, out: NodeJS.WriteStream): ScriptReader => {
  const terminal = createInterface({ input, output: out, prompt: pc.cyan('bayou> '), completer: complete, historySize: 1000 });
  out.write(`bayou master: ${pc.bold('help')} lists the commands, ${pc.bold('done')} or Ctrl-D ends.\n`);
  const lines = terminal[Symbol.asyncIterator]();
  let number = 0;

  const next = async (): Promise<NumberedLine | undefined> => {
    for (;;) {
      terminal.prompt();
      const read = await lines.next();
      if (read.done === true) return undefined;
      number++;
      if (read.value.trim() !== 'help') return { number, line: parseLine(bytesOfText(read.value)) };
      out.write(`${help()}\n`);
    }
  };
  return { next, ahead: () => [], stop: () => terminal.close() };
};

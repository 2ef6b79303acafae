/** `bayou check --step`: lets a user step through a model by hand. A terminal gets a prompt; from a pipe, each line is a command. */
import { createInterface } from 'node:readline';
import pc from 'picocolors';
import { changeLines, oneLine, stateLines, stepText, traceLines } from '../../checker/output/counterexample-lines.js';
import { CheckerError } from '../../checker/error.js';
import { showLabel } from '../../checker/report.js';
import { stepper, type Stepper } from '../../checker/runs/stepper.js';
import { EXIT, type ExitStatus } from '../../command-line/exit.js';
import { put } from '../out.js';
import { shortened, thrown } from '../../checker/contract/model-faults.js';
import { judgedModel, type CheckedModel } from '../../checked-model/checked-model.js';

type Cursor = Stepper<unknown, unknown>;

// --- commands --------------------------------------------------------------------------------------------------------------

const USAGE: ReadonlyArray<readonly [usage: string, meaning: string]> = [
  ['NUMBER', 'take the step of this number'],
  ['LABEL', 'take the step that is called so, or the only one that begins so'],
  ['back', 'take the last step back'],
  ['steps', 'what can be done here'],
  ['state', 'the whole state'],
  ['run', 'the run so far'],
  ['restart [N]', 'begin again, in the initial state N (default 0)'],
  ['help', 'print this'],
  ['done, quit', 'end'],
];

const INDENT = '     ';

const choiceLines = ({ choices, isBeyond }: Cursor): ReadonlyArray<string> => {
  if (isBeyond) return ["this state is beyond the model's boundary: a check judges it, and does not go on from it"];
  if (choices.length === 0) return ['no step can be taken here'];
  const width = String(choices.length).length;
  return choices.map((choice, i) => `${String(i + 1).padStart(width)}  ${stepText(choice)}`);
};

const brokenLines = ({ broken }: Cursor): ReadonlyArray<string> => broken.map((name) => `Violated: ${oneLine(name)}`);

/** The lines about the place that a step led to: its changes, the broken properties, and the steps that can be taken. */
const arrival = (before: Cursor, here: Cursor): ReadonlyArray<string> => {
  const taken = here.last()!;
  return [
    `${here.depth}  ${stepText(taken)}`,
    ...changeLines(before.shown, taken, INDENT),
    ...brokenLines(here),
    ...choiceLines(here),
  ];
};

const beginning = (here: Cursor): ReadonlyArray<string> => [
  `${here.depth}  ${here.depth === 0 ? 'initial state' : 'state'}`,
  ...stateLines(here.shown, INDENT),
  ...brokenLines(here),
  ...choiceLines(here),
];

/** The step that a word means, or why there is none. */
const meant = ({ choices }: Cursor, word: string): number | string => {
  if (/^\d+$/.test(word)) {
    const index = Number(word) - 1;
    return index >= 0 && index < choices.length ? index : `there is no step ${word}: steps lists those that there are`;
  }
  const labels = choices.map(({ label }) => oneLine(showLabel(label)));
  const exact = labels.flatMap((label, i) => (label === word ? [i] : []));
  const begun = exact.length > 0 ? exact : labels.flatMap((label, i) => (label.startsWith(word) ? [i] : []));
  if (begun.length === 1) return begun[0]!;
  return begun.length === 0
    ? `"${shortened(word)}" is no command and no step that can be taken here: help lists the commands`
    : `"${shortened(word)}" may be ${begun.map((i) => i + 1).join(' or ')}: give the number`;
};

/** The result of one line: the place after it, and the lines to print. */
type Said = readonly [here: Cursor, lines: ReadonlyArray<string>];

const restarted = (checked: CheckedModel, here: Cursor, number: string): Said => {
  const model = judgedModel(checked);
  const index = number === '' ? 0 : Number(number);
  if (!(index < model.initial.length))
    return [here, [`there is no initial state ${number}, only 0 to ${model.initial.length - 1}`]];
  const again = stepper(model, index);
  return [again, beginning(again)];
};

const obey = (checked: CheckedModel, here: Cursor, line: string): Said => {
  const [command = '', argument = ''] = line.split(/\s+/);
  switch (command) {
    case '':
      return [here, []];
    case 'help':
      return [here, [...USAGE.map(([usage, meaning]) => `  ${pc.bold(usage.padEnd(14))}${meaning}`), ...checked.legend]];
    case 'steps':
      return [here, choiceLines(here)];
    case 'state':
      return [here, stateLines(here.shown, INDENT)];
    case 'run':
      return [here, [...traceLines(here.trace()), ...checked.legend]];
    case 'restart':
      if (argument === '' || /^\d+$/.test(argument)) return restarted(checked, here, argument);
      return [here, ['restart takes the number of an initial state']];
    case 'back': {
      const before = here.back();
      return before === undefined ? [here, ['this is the beginning']] : [before, beginning(before)];
    }
    default: {
      const index = meant(here, line);
      if (typeof index === 'string') return [here, [index]];
      const next = here.take(index)!;
      return [next, arrival(here, next)];
    }
  }
};

// --- the prompt ------------------------------------------------------------------------------------------------------------

const STEP_COMMANDS = ['back', 'steps', 'state', 'run', 'restart', 'help', 'done', 'quit'];

/**
 * Steps through a checked model by the commands of `input`, until `done` or the end of `input`. Gives the exit status: 0; 1 where the run breaks
 * a property; 2 where the model failed at some command.
 */
export const stepThrough = async (
  checked: CheckedModel,
  input: NodeJS.ReadStream,
  out: NodeJS.WriteStream,
): Promise<ExitStatus> => {
  const print = (lines: ReadonlyArray<string>): void => {
    for (const line of lines) put(`${line}\n`);
  };
  let here: Cursor = stepper(judgedModel(checked));
  let hasFailed = false;
  const complete = (line: string): [string[], string] => {
    const words = [...STEP_COMMANDS, ...here.choices.map(({ label }) => oneLine(showLabel(label)))];
    return [words.filter((word) => word.startsWith(line)), line];
  };
  const isTerminal = input.isTTY;
  const terminal = createInterface(
    isTerminal
      ? { input, output: out, prompt: pc.cyan('step> '), completer: complete, historySize: 1000 }
      : { input, terminal: false },
  );
  if (isTerminal)
    out.write(`${oneLine(checked.model.model.name)}: ${pc.bold('help')} lists the commands, ${pc.bold('done')} ends.\n`);
  print(beginning(here));
  if (isTerminal) terminal.prompt();
  for await (const text of terminal) {
    const line = text.trim();
    if (line === 'done' || line === 'quit' || line === 'exit') break;
    try {
      const [next, lines] = obey(checked, here, line);
      here = next;
      print(lines);
    } catch (error) {
      hasFailed = true;
      print([`the model went wrong: ${error instanceof CheckerError ? error.message : thrown(error)}`]);
    }
    if (isTerminal) terminal.prompt();
  }
  terminal.close();
  if (here.broken.length > 0) return EXIT.violated;
  return hasFailed ? EXIT.usage : EXIT.ok;
};

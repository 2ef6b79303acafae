/**
 * Compares a run with its script, as section 5 of the contract has it: the master runs the script's commands, every one, in their order, and no others; each line that is bad input or
 * that failed has one line on standard error, and no other line has; and the exit status says whether there was any.
 */
import { MAX_KEY_BYTES, MAX_VALUE_BYTES } from '#bayou/core/bounds.js';
import { type Bytes, quotedBytes } from '#bayou/core/bytes.js';
import type { Command } from '#bayou/core/script.js';
import type { EventOf, TraceEvent } from '#bayou/core/trace.js';
import { linesOf, type ScriptLine } from '../common/script-reader.js';
import { putOutcomeIn } from '../common/put-outcome.js';
import { applyCommand, newTopology, type ScriptTopology } from '../common/topology-of-script.js';

/** What is seen of a run beside its standard output. */
export interface ScriptRun {
  readonly events: ReadonlyArray<TraceEvent>;
  /** Standard error. */
  readonly errors: string;
  readonly status: number | null;
}

type CommandLine = Extract<ScriptLine, { readonly type: 'command' }>;

/** What a line of the script came to: `fine`, a put that failed included. */
type Outcome = 'fine' | 'bad' | 'failed';

// --- the commands ----------------------------------------------------------------------------------------------------------

/** The first command of the script that is not the master's, or of the master that is not the script's; undefined: there is none. */
const otherCommand = (lines: ReadonlyArray<CommandLine>, ran: ReadonlyArray<EventOf<'command'>>): string | undefined => {
  for (let i = 0; i < Math.max(lines.length, ran.length); i++) {
    const [line, command] = [lines[i], ran[i]];
    if (line === undefined)
      return `the master ran '${quotedBytes(command?.text ?? '')}' as line ${command?.line}, and the script has no such command`;
    if (command === undefined) return `line ${line.number}: '${quotedBytes(line.text)}' was not run`;
    if (line.number !== command.line || line.text !== command.text)
      return `line ${line.number}: the script has '${quotedBytes(line.text)}', and the master ran '${quotedBytes(command.text)}' as line ${command.line}`;
  }
  return undefined;
};

// --- what they came to -----------------------------------------------------------------------------------------------------

const isTooLong = (c: Command): boolean =>
  (c.type === 'put' || c.type === 'get') &&
  (c.key.length > MAX_KEY_BYTES || (c.type === 'put' && c.value.length > MAX_VALUE_BYTES));

/** Follows the script's commands, and says which of them are bad input. After a join that failed, who is live is not known for certain. */
class Follower {
  readonly #topology: ScriptTopology = newTopology();
  isSure = true;

  outcomeOf({ command }: CommandLine, errors: ReadonlyArray<string>): Outcome {
    if (isTooLong(command) || !applyCommand(this.#topology, command)) return this.isSure || errors.length > 0 ? 'bad' : 'fine';
    if (errors.length === 0 || (command.type === 'put' && errors.every((error) => putOutcomeIn(error) !== undefined)))
      return 'fine';
    if (command.type === 'joinServer' || command.type === 'joinClient') this.isSure = false;
    return 'failed';
  }
}

// --- standard error --------------------------------------------------------------------------------------------------------

/** By line of the script, the messages on it. A message says what was wrong. */
const messagesIn = (errors: string): ReadonlyMap<number, number> => {
  const messages = new Map<number, number>();
  for (const [, line] of errors.matchAll(/^line (\d+): \S.*$/gm))
    messages.set(Number(line), (messages.get(Number(line)) ?? 0) + 1);
  return messages;
};

const wrongMessages = (wanted: ReadonlyMap<number, string>, messages: ReadonlyMap<number, number>): ReadonlyArray<string> => [
  ...[...wanted].flatMap(([number, why]) => {
    const count = messages.get(number) ?? 0;
    return count === 1
      ? []
      : [`line ${number} ${why}, and standard error has ${count === 0 ? 'no line' : `${count} lines`} on it`];
  }),
  ...[...messages.keys()].flatMap((number) =>
    wanted.has(number) ? [] : [`standard error has a line on line ${number}, in which nothing was wrong`],
  ),
];

// --- the exit status -------------------------------------------------------------------------------------------------------

const STATUS = { fine: 0, bad: 1, failed: 3 } as const satisfies Readonly<Record<Outcome, number>>;

const WHY: Readonly<Record<Outcome, string>> = {
  fine: 'every line was run',
  bad: 'some line was bad input',
  failed: 'the cluster failed at some command',
};

const worst = (outcomes: Iterable<Outcome>): Outcome => {
  const all = new Set(outcomes);
  return all.has('failed') ? 'failed' : all.has('bad') ? 'bad' : 'fine';
};

// --- all -------------------------------------------------------------------------------------------------------------------

/** What of a run is not as its script asks, a line each. */
export const differencesFrom = (script: Bytes, { events, errors, status }: ScriptRun): ReadonlyArray<string> => {
  const lines = linesOf(script);
  const commands = lines.filter((line) => line.type === 'command');
  const master = events.filter((e) => e.p === 'master').sort((a, b) => a.n - b.n);
  const other = otherCommand(
    commands,
    master.filter((e) => e.type === 'command'),
  );
  if (other !== undefined) return [other];
  const results = new Map(master.flatMap((e) => (e.type === 'result' ? [[e.line, e.errors] as const] : [])));
  const follower = new Follower();
  const outcomes: Outcome[] = [];
  const wanted = new Map<number, string>();
  const wrong: string[] = [];
  for (const line of lines) {
    const said = line.type === 'command' ? results.get(line.number) : [];
    if (said === undefined) wrong.push(`line ${line.number} has no result`);
    const outcome = line.type === 'command' ? follower.outcomeOf(line, said ?? []) : 'bad';
    outcomes.push(outcome);
    if (outcome === 'bad') wanted.set(line.number, 'is bad input');
    else if (said !== undefined && said.length > 0) wanted.set(line.number, 'failed');
  }
  wrong.push(...wrongMessages(wanted, messagesIn(errors)));
  const outcome = worst(outcomes);
  if (status !== STATUS[outcome])
    wrong.push(`the exit status is ${status ?? 'none'}, and not ${STATUS[outcome]}: ${WHY[outcome]}`);
  return wrong;
};

/** What layer 2 sees of a run: each command of the script with its result. */
import * as E from 'fp-ts/lib/Either.js';
import type { Bytes } from '#bayou/core/bytes.js';
import { type Command, parseLine } from '#bayou/core/script.js';
import type { TraceEvent } from '#bayou/core/trace.js';
import { putOutcomeIn } from '../common/put-outcome.js';

/** A command with its result. */
export interface ObservedCommand {
  readonly line: number;
  readonly command: Command;
  readonly output: ReadonlyArray<Bytes>;
  /** Did the master print an error for it? */
  readonly failed: boolean;
  /** What a put that failed came to, as the master's message says. Undefined: not told, and not compared. */
  readonly outcome?: string | undefined;
}

/** The commands and their results, as the master wrote them down. */
export const observedIn = (events: ReadonlyArray<TraceEvent>): ReadonlyArray<ObservedCommand> => {
  const all: ObservedCommand[] = [];
  let begun: Extract<TraceEvent, { type: 'command' }> | undefined;
  for (const e of events.filter((x) => x.p === 'master').sort((a, b) => a.n - b.n)) {
    if (e.type === 'command') begun = e;
    if (e.type !== 'result' || begun === undefined) continue;
    const command = parseLine(begun.text);
    if (E.isRight(command) && command.right !== undefined)
      all.push({
        ...{ line: begun.line, command: command.right, output: e.output, failed: e.errors.length > 0 },
        outcome: command.right.type === 'put' ? e.errors.map((error) => putOutcomeIn(error) ?? 'no outcome')[0] : undefined,
      });
    begun = undefined;
  }
  return all;
};

/** Runs a script to its end: one command after the other, results to one stream, mistakes to another, and nothing left behind. */
import * as E from 'fp-ts/lib/Either.js';
import { bytesOfText, quotedBytes } from '../core/bytes.js';
import { type Command, showCommand } from '../core/script.js';
import type { Tracer } from '../net/tracer.js';
import { NODE } from '../ports/node.js';
import type { Clock } from '../ports/ports.js';
import { MASTER_EXIT } from '../command-line/exit.js';
import type { Cluster } from './cluster.js';
import { execute, type CommandOutcome } from './execute.js';
import type { NumberedLine, ScriptReader } from './lines.js';
import type { Starter } from './processes.js';

/** The worst outcome so far, which decides the exit status. */
type Status = (typeof MASTER_EXIT)['done' | 'badInput' | 'clusterFailed'];

/** The options of a run. */
export interface RunOptions {
  readonly reader: ScriptReader;
  readonly cluster: Cluster;
  readonly starter: Starter;
  /** Takes bytes for standard output, one string for each run of lines. */
  readonly print: (bytes: string) => void;
  /** Takes one line of text for standard error. */
  readonly complain: (line: string) => void;
  readonly trace: Tracer;
  /** The clock. Default: Node's. */
  readonly clock?: Clock;
}

/** The number of lines ahead in which the master looks for joins. */
const LOOK_AHEAD = 256;

/** Starts processes ahead for later joins, so that they start while earlier commands run. */
const prepare = (o: RunOptions, joining: Command): void => {
  const coming = [
    joining,
    ...o.reader.ahead(LOOK_AHEAD).flatMap(({ line }) => (E.isRight(line) && line.right !== undefined ? [line.right] : [])),
  ];
  o.starter.ahead('server', coming.filter((c) => c.type === 'joinServer').length);
  o.starter.ahead('client', coming.filter((c) => c.type === 'joinClient').length);
};

const isJoin = (c: Command): boolean => c.type === 'joinServer' || c.type === 'joinClient';

const statusOf = (outcome: CommandOutcome): Status =>
  outcome.type === 'refused' ? MASTER_EXIT.badInput : outcome.type === 'failed' ? MASTER_EXIT.clusterFailed : MASTER_EXIT.done;

/** The complaint about a command that was refused or failed. */
const complaintOf = (number: number, c: Command, outcome: CommandOutcome & { readonly why: string }): string =>
  // A refusal names the command itself.
  outcome.type === 'refused'
    ? `line ${number}: ${outcome.why}`
    : `line ${number}: ${quotedBytes(showCommand(c))}: ${outcome.why}`;

const runCommand = async (o: RunOptions, number: number, c: Command): Promise<Status> => {
  if (isJoin(c)) prepare(o, c);
  o.trace?.({ type: 'command', line: number, text: showCommand(c) });
  const killed = c.type === 'killServer' ? o.cluster.processOf(c.id) : undefined;
  const { nowMs } = o.clock ?? NODE.clock;
  const began = nowMs();
  const outcome = await execute(o.cluster, c);
  const ms = Math.round((nowMs() - began) * 1000) / 1000;
  if (c.type === 'killServer' && outcome.type === 'ok' && killed !== undefined)
    o.trace?.({ type: 'kill', server: c.id, process: killed.name });
  if (outcome.type === 'ok') {
    if (outcome.output.length > 0) o.print(`${outcome.output.join('\n')}\n`);
    o.trace?.({ type: 'result', line: number, output: outcome.output, errors: [], ms });
  } else {
    const complaint = complaintOf(number, c, outcome);
    o.complain(complaint);
    o.trace?.({ type: 'result', line: number, output: [], errors: [bytesOfText(complaint)], ms });
  }
  return statusOf(outcome);
};

const runLine = async (o: RunOptions, { number, line }: NumberedLine): Promise<Status | 'end'> => {
  if (E.isLeft(line)) {
    o.complain(`line ${number}: ${line.left}`);
    return MASTER_EXIT.badInput;
  }
  if (line.right === undefined) return MASTER_EXIT.done;
  return line.right.type === 'done' ? 'end' : runCommand(o, number, line.right);
};

/** Runs all lines; resolves with the exit status. */
export const runScript = async (o: RunOptions): Promise<Status> => {
  let worst: Status = MASTER_EXIT.done;
  for (;;) {
    const line = await o.reader.next();
    if (line === undefined) return worst;
    const status = await runLine(o, line);
    if (status === 'end') return worst;
    if (status > worst) worst = status;
  }
};

/** Scripts for layers 2 and 3: where they are, how they are run, what the two layers say of them. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { type Bytes, textOfBytes } from '#bayou/core/bytes.js';
import type { TraceEvent } from '#bayou/core/trace.js';
import { readBytes, standsAt } from '#bayou/command-line/named-files.js';
import { reasonOf } from '#bayou/command-line/say.js';
import { deciding, observedIn, showOracle, type OracleOptions, type OracleVerdict } from '../layer2-scripts/oracle.js';
import { showTraceVerdict, validating, type TraceVerdict } from '../layer3-traces/validate-trace.js';
import { inTurns } from '../common/in-turns.js';
import { runOnCluster, type ClusterOptions } from './traced-cluster.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** A script to run. */
export interface ScriptCase {
  readonly name: string;
  readonly text: Bytes;
  readonly flags: ReadonlyArray<string>;
}

/** What the layers say of a script's run. */
export interface ScriptJudgement {
  readonly name: string;
  readonly oracle: OracleVerdict;
  readonly trace: TraceVerdict;
  readonly events: ReadonlyArray<TraceEvent>;
  /** What the master said of lines that it refused: nothing was done for them, so nothing was judged. */
  readonly refused: ReadonlyArray<string>;
  readonly elapsedMs: number;
}

/** The smallest script found that still diverges, and what its run came to; undefined where none was found but the whole one. */
export interface Shrunk {
  readonly lines: ReadonlyArray<string>;
  readonly judged: ScriptJudgement | undefined;
}

// --- where they are --------------------------------------------------------------------------------------------------------

/**
 * The second line of a script may say how it is run: `# flags: --anti-entropy-ms 5`. Without it pulls in the background are off, and
 * the model allows one output.
 */
export const flagsOf = (script: Bytes): ReadonlyArray<string> => {
  const second = script.split('\n', 2)[1] ?? '';
  return /^# flags: (.*?)\s*$/.exec(second)?.[1]?.split(' ') ?? ['--anti-entropy-ms', '0'];
};

const scriptsIn = (path: string): E.Either<string, ReadonlyArray<string>> => {
  if (standsAt(path)?.isDirectory() !== true) return E.right([path]);
  try {
    const names = readdirSync(path, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.script'));
    return E.right(names.sort().map((file) => join(path, file)));
  } catch (error) {
    return E.left(`${path}: it cannot be read: ${reasonOf(error)}`);
  }
};

/** The longest script that is judged, in bytes. */
const MAX_SCRIPT_BYTES = 64 * 1024 * 1024;

const scriptOf =
  (flags: ReadonlyArray<string> | undefined) =>
  (name: string): E.Either<string, ScriptCase> =>
    E.bimap(
      (why: string) => `${name}: ${why}`,
      (bytes: Buffer): ScriptCase => {
        const text = bytes.toString('latin1');
        return { name, text, flags: flags ?? flagsOf(text) };
      },
    )(readBytes(name, MAX_SCRIPT_BYTES));

/** The scripts that these files and folders are and hold; on failure one line. */
export const findScripts = (
  paths: ReadonlyArray<string>,
  flags?: ReadonlyArray<string>,
): E.Either<string, ReadonlyArray<ScriptCase>> => {
  const files = E.map((found: ReadonlyArray<ReadonlyArray<string>>) => found.flat())(E.traverseArray(scriptsIn)(paths));
  if (E.isLeft(files)) return files;
  if (files.right.length === 0) return E.left(`${paths.join(', ')}: there are no scripts here (files that end in .script)`);
  return E.traverseArray(scriptOf(flags))(files.right);
};

// --- judging ---------------------------------------------------------------------------------------------------------------

/** What a script's options say of the cluster that layer 2 has to know. */
export const oracleOptionsOf = (flags: ReadonlyArray<string>, maxWorlds?: number): OracleOptions => ({
  background: flags[flags.indexOf('--anti-entropy-ms') + 1] !== '0' || !flags.includes('--anti-entropy-ms'),
  keepsLog: !flags.includes('--memory'),
  ...(maxWorlds !== undefined && { maxWorlds }),
});

/** Of a put that was run and came to nothing the master says what it came to. */
const PUT_THAT_WAS_RUN = /^line \d+: put \S+ \S+ \S+: (?:ERR_[A-Z]+|UNKNOWN): /;

/** Whether a line of the master's says that it did nothing for a line of the script. */
const isRefusal = (line: string): boolean => /^line \d+: /.test(line) && !PUT_THAT_WAS_RUN.test(line);

/** Runs a script and judges it. On failure one line: there is nothing to judge. */
export const judgeScript = async (
  script: ScriptCase,
  o: Omit<ClusterOptions, 'flags'> & { readonly maxWorlds?: number } = {},
): Promise<E.Either<string, ScriptJudgement>> => {
  const began = performance.now();
  const run = await runOnCluster(script.text, { ...o, flags: script.flags });
  if (E.isLeft(run)) return run;
  const { status, errors, output, events } = run.right;
  const observed = observedIn(events);
  // Status 3 is a cluster that failed at some command; the oracle sees which.
  if (status !== 0 && status !== 1 && status !== 3)
    return E.left(`${script.name}: the master ended with status ${status ?? 'none'}: ${errors.trim().split('\n').at(-1) ?? ''}`);
  const told = observed.flatMap((x) => x.output.map((line) => `${line}\n`)).join('');
  if (told !== output) return E.left(`${script.name}: standard output is not what the master wrote into its trace`);
  return E.right({
    name: script.name,
    oracle: await inTurns(deciding(observed, oracleOptionsOf(script.flags, o.maxWorlds)), o.signal),
    trace: await inTurns(validating([events]), o.signal),
    events,
    refused: status === 1 ? errors.split('\n').filter(isRefusal) : [],
    elapsedMs: performance.now() - began,
  });
};

/** The worst of the two layers, where `undecided` in one is decided by the other. */
export const verdictOf = ({ oracle, trace }: ScriptJudgement): 'conforms' | 'diverges' | 'undecided' => {
  if (oracle.verdict === 'diverges' || trace.verdict === 'diverges') return 'diverges';
  return trace.verdict === 'conforms' || oracle.verdict === 'conforms' ? 'conforms' : 'undecided';
};

// --- shrinking -------------------------------------------------------------------------------------------------------------

/** Limits of shrinking: runs of the cluster. */
const MAX_RUNS = 60;

/**
 * A smaller script that still diverges: parts of it are left out, halves first, lines last, as long as what is left diverges. Every
 * try is a run of the cluster, so there is a limit; a divergence that needs luck may not show in each.
 */
export const shrink = async (script: ScriptCase, o: Omit<ClusterOptions, 'flags'>, maxRuns = MAX_RUNS): Promise<Shrunk> => {
  let smallest: ScriptJudgement | undefined;
  let lines = script.text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  let runs = 0;
  const diverges = async (some: ReadonlyArray<string>): Promise<boolean> => {
    if (runs++ >= maxRuns) return false;
    const judged = await judgeScript({ ...script, text: `${some.join('\n')}\n` }, { ...o, deadlineMs: 20_000 });
    if (E.isLeft(judged) || verdictOf(judged.right) !== 'diverges') return false;
    smallest = judged.right;
    return true;
  };
  for (let size = Math.ceil(lines.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = lines.length - size; at > -size && runs < maxRuns; at -= size) {
      const from = Math.max(at, 0);
      const less = [...lines.slice(0, from), ...lines.slice(at + size)];
      if (less.length < lines.length && (await diverges(less))) lines = less;
    }
  }
  return { lines: lines.map(textOfBytes), judged: smallest };
};

/** A judgement for people. */
export const showJudgement = (j: ScriptJudgement, shrunk: ReadonlyArray<string>): string =>
  [
    ...(j.oracle.verdict === 'conforms' ? [] : [`layer 2 ${showOracle(j.oracle)}`]),
    ...(j.trace.verdict === 'conforms' ? [] : [`layer 3 ${showTraceVerdict(j.trace)}`]),
    'a smaller script that diverges:',
    ...shrunk.map((line) => `  ${line}`),
  ].join('\n');

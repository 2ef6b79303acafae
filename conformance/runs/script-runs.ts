/** Finds the scripts of layers 2 and 3, runs them, and compares each run with the model. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { type Bytes, textOfBytes } from '#bayou/core/bytes.js';
import { parseScript } from '#bayou/core/script.js';
import type { TraceEvent } from '#bayou/core/trace.js';
import { readBytes, standsAt } from '#bayou/command-line/named-files.js';
import { reasonOf } from '#bayou/command-line/say.js';
import { wrongInFlags } from '#bayou/master/options.js';
import { differencesFrom } from '../layer2-scripts/compare-script.js';
import { observedIn } from '../layer2-scripts/observed-commands.js';
import { deciding, showOracle, type OracleOptions, type OracleVerdict } from '../layer2-scripts/oracle.js';
import { showTraceVerdict, validating, type TraceVerdict } from '../layer3-traces/validate-trace.js';
import type { Conformity } from '../common/finding.js';
import { inTurns } from '../common/in-turns.js';
import { putOutcomeIn } from '../common/put-outcome.js';
import { runOnCluster, type TracedClusterOptions } from './traced-cluster.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** A script to run. */
export interface ScriptCase {
  readonly name: string;
  readonly text: Bytes;
  readonly flags: ReadonlyArray<string>;
}

/** The verdicts of layers 2 and 3 on the run of a script. */
export interface ScriptTrial {
  readonly name: string;
  readonly oracle: OracleVerdict;
  readonly trace: TraceVerdict;
  /** What of the run is not as the script asks: commands that were not run, lines of standard error, the exit status. */
  readonly differences: ReadonlyArray<string>;
  readonly events: ReadonlyArray<TraceEvent>;
  /** The master's messages on lines that it refused, as it had to: it did nothing for them. */
  readonly refused: ReadonlyArray<string>;
  readonly elapsedMs: number;
}

/** The smallest script found that still diverges, and the verdicts on it; undefined where no smaller script than the given one was found. */
export interface ShrunkScript {
  readonly lines: ReadonlyArray<string>;
  readonly tried: ScriptTrial | undefined;
}

// --- where they are --------------------------------------------------------------------------------------------------------

/**
 * The second line of a script may have options of the master: `# flags: --anti-entropy-ms 5`. Without such a line there are no pulls in the background,
 * and the model allows one output.
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

/** The longest script that is tried, in bytes. */
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

/** Refuses a script whose second line has options that the master does not take. */
const withFlags = (script: ScriptCase): E.Either<string, ScriptCase> => {
  const wrong = wrongInFlags(script.flags);
  return wrong === undefined ? E.right(script) : E.left(`${script.name}: line 2: # flags: ${wrong}`);
};

/** The reason, in one line, why a script has nothing to run; undefined where it has a command. */
const nothingIn = (text: Bytes): string | undefined => {
  const all = parseScript(text);
  const end = all.findIndex((line) => E.isRight(line) && line.right?.type === 'done');
  const lines = end < 0 ? all : all.slice(0, end);
  if (lines.some((line) => E.isRight(line) && line.right !== undefined)) return undefined;
  const at = lines.findIndex(E.isLeft);
  const wrong = lines[at];
  const why = wrong !== undefined && E.isLeft(wrong) ? `line ${at + 1}: ${wrong.left}` : 'there is no command in it';
  return `nothing in it can be run: ${why} (docs/master.md has the commands)`;
};

/** The scripts among these files, and those in these folders: refused where nothing in any of them can be run. `flags`: the value of the option of this name. Left: one line. */
export const findScripts = (
  paths: ReadonlyArray<string>,
  flags?: ReadonlyArray<string>,
): E.Either<string, ReadonlyArray<ScriptCase>> => {
  const wrong = flags === undefined ? undefined : wrongInFlags(flags);
  if (wrong !== undefined) return E.left(`--flags: ${wrong}`);
  const files = E.map((found: ReadonlyArray<ReadonlyArray<string>>) => found.flat())(E.traverseArray(scriptsIn)(paths));
  if (E.isLeft(files)) return files;
  if (files.right.length === 0) return E.left(`${paths.join(', ')}: there are no scripts here (files that end in .script)`);
  const scripts = E.traverseArray((name: string) => E.chain(withFlags)(scriptOf(flags)(name)))(files.right);
  return E.chain((found: ReadonlyArray<ScriptCase>): typeof scripts => {
    const [first] = found;
    const nothing = found.map(({ text }) => nothingIn(text));
    return first !== undefined && !nothing.includes(undefined) ? E.left(`${first.name}: ${nothing[0]}`) : E.right(found);
  })(scripts);
};

// --- trying ----------------------------------------------------------------------------------------------------------------

/** The options of layer 2 that follow from a script's options of the master. */
export const oracleOptionsOf = (flags: ReadonlyArray<string>, maxWorlds?: number): OracleOptions => ({
  background: flags[flags.indexOf('--anti-entropy-ms') + 1] !== '0' || !flags.includes('--anti-entropy-ms'),
  keepsLog: !flags.includes('--memory'),
  ...(maxWorlds !== undefined && { maxWorlds }),
});

/** Does this message of the master say that it did nothing for a line of the script? (A put that was run and failed has an outcome.) */
const isRefusal = (line: string): boolean => /^line \d+: /.test(line) && putOutcomeIn(line) === undefined;

/** What the master says of itself, and of processes that ended though nobody had killed them. Nothing else begins so. */
const trouble = (errors: string): string | undefined => errors.split('\n').find((line) => line.startsWith('master: '));

/** Runs a script, and compares the run with the model by layers 2 and 3. Left: one line, where there is no run to compare. */
export const tryScript = async (
  script: ScriptCase,
  o: Omit<TracedClusterOptions, 'flags'> & { readonly maxWorlds?: number } = {},
): Promise<E.Either<string, ScriptTrial>> => {
  const began = performance.now();
  const run = await runOnCluster(script.text, { ...o, flags: script.flags });
  if (E.isLeft(run)) return run;
  const { status, errors, output, events } = run.right;
  const observed = observedIn(events);
  // Status 3: a command failed in the cluster. The oracle sees which one.
  if (status !== 0 && status !== 1 && status !== 3)
    return E.left(`${script.name}: the master ended with status ${status ?? 'none'}: ${errors.trim().split('\n').at(-1) ?? ''}`);
  const told = observed.flatMap((x) => x.output.map((line) => `${line}\n`)).join('');
  if (told !== output) return E.left(`${script.name}: standard output is not what the master wrote into its trace`);
  const tried: ScriptTrial = {
    name: script.name,
    oracle: await inTurns(deciding(observed, oracleOptionsOf(script.flags, o.maxWorlds)), o.signal),
    trace: await inTurns(validating([events]), o.signal),
    differences: differencesFrom(script.text, run.right),
    events,
    refused: status === 1 ? errors.split('\n').filter(isRefusal) : [],
    elapsedMs: performance.now() - began,
  };
  const why = trouble(errors);
  // After that nobody can tell what the script should have come to. Layer 3 can tell what may not be for all that.
  return why === undefined || tried.trace.verdict === 'diverges' ? E.right(tried) : E.left(`${script.name}: ${why}`);
};

/** The worse verdict of the two layers. Where one layer is undecided, the other's verdict counts. */
export const verdictOf = ({ oracle, trace, differences }: ScriptTrial): Conformity => {
  if (oracle.verdict === 'diverges' || trace.verdict === 'diverges' || differences.length > 0) return 'diverges';
  return trace.verdict === 'conforms' || oracle.verdict === 'conforms' ? 'conforms' : 'undecided';
};

// --- shrinking -------------------------------------------------------------------------------------------------------------

/** The most runs of the cluster that shrinking makes. */
const MAX_RUNS = 60;

/**
 * Looks for a smaller script that still diverges. It leaves out parts of the script, halves first, single lines last, and keeps a smaller script that
 * diverges. Every try is a run of the cluster, so their number has a limit. A divergence that needs luck may not show in every run.
 */
export const shrink = async (
  script: ScriptCase,
  o: Omit<TracedClusterOptions, 'flags'>,
  maxRuns = MAX_RUNS,
): Promise<ShrunkScript> => {
  let smallest: ScriptTrial | undefined;
  let lines = script.text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  let runs = 0;
  const diverges = async (some: ReadonlyArray<string>): Promise<boolean> => {
    if (runs++ >= maxRuns) return false;
    const tried = await tryScript({ ...script, text: `${some.join('\n')}\n` }, { ...o, deadlineMs: 20_000 });
    if (E.isLeft(tried) || verdictOf(tried.right) !== 'diverges') return false;
    smallest = tried.right;
    return true;
  };
  for (let size = Math.ceil(lines.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = lines.length - size; at > -size && runs < maxRuns; at -= size) {
      const from = Math.max(at, 0);
      const less = [...lines.slice(0, from), ...lines.slice(at + size)];
      if (less.length < lines.length && (await diverges(less))) lines = less;
    }
  }
  return { lines: lines.map(textOfBytes), tried: smallest };
};

/** A trial as text. */
export const showScriptTrial = (j: ScriptTrial, shrunk: ReadonlyArray<string>): string =>
  [
    ...j.differences.map((difference) => `the run and its script: ${difference}`),
    ...(j.oracle.verdict === 'conforms' ? [] : [`layer 2 ${showOracle(j.oracle)}`]),
    ...(j.trace.verdict === 'conforms' ? [] : [`layer 3 ${showTraceVerdict(j.trace)}`]),
    'a smaller script that diverges:',
    ...shrunk.map((line) => `  ${line}`),
  ].join('\n');

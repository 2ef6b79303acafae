/** Tries a mutant by the layers without simulation: layer 1 for faults in `src/impl`, then scripts (layers 2 and 3), then hostile runs (layer 4). */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import type { ConformReport, Finding } from '../common/finding.js';
import type { StoreMutant } from './mutant-table.js';

/** The result of the layers. */
export interface LayersResult {
  /** The layer of the first finding that diverges; null: no finding does. */
  readonly layer: number | null;
  /** The shortest known path or script that shows the fault; empty where no layer noticed it. */
  readonly smallest: string;
  /** The number of tried configurations, scripts and runs, with the one that noticed. */
  readonly tried: number;
  /** The processor time of these, with their clusters' processes. */
  readonly processorMs: number;
  /** Did the time end before everything was tried? */
  readonly isCut?: boolean;
}

/** Small configurations that together have every kind of step, the quickest first. */
export const CONFIGURATIONS = [
  'bayou-s-2212',
  'client-links',
  'bounded-sessions',
  'unknown-outcome',
  'mixed-sessions',
  'kills',
  'messages',
  'parts',
  'parts-blank',
  'late-puts-small',
  'new-sessions-small',
  'put-back-small',
];

/** Scripts of the corpus, in the order in which they are tried. */
export const SCRIPTS = [
  'conflicts/tie-is-numeric',
  'conflicts/one-client-two-servers',
  'sessions/order-of-servers',
  'sessions/behind-then-served',
  'sessions/err-dep-is-no-answer',
  'sessions/err-dep-before-err-key',
  'sessions/no-server-left',
  'topology/members',
  'topology/chain-of-seven',
  'partitions/heal',
  'partitions/a-session-that-crosses',
  'kill-rejoin/twice',
  'kill-rejoin/before-anything',
  'kill-rejoin/cut-while-dead',
  'values/sorted-by-bytes',
  'background/pulls-do-no-harm',
  'errors/dead-servers',
  'errors/unknown-commands',
  // A script with many servers that pull from each other at once.
  'scale/nine-servers',
];

/** The plans of hostile runs that are tried after the scripts. */
export const PLANS = ['late-put', 'unwritten-tail', 'older-copy'];

/** The number of random runs after the plans. */
export const HOSTILE_RUNS = 12;
const DEADLINE_MS = 600_000;

/** The line of the shell's `times` about ended child processes: user and system time, in minutes and seconds. */
const CHILDREN = /^(\d+)m([\d.]+)s (\d+)m([\d.]+)s$/;

const processorMsOf = (stderr: string): number => {
  const [, um = 0, us = 0, sm = 0, ss = 0] = (CHILDREN.exec(stderr.trim().split('\n').at(-1) ?? '') ?? []).map(Number);
  return ((um + sm) * 60 + us + ss) * 1000;
};

/** The output of a program, and whether its time was up. */
interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly isCut: boolean;
}

/** How long, in ms, the processes of a run may take to end when its time is up. */
const GRACE_MS = 10_000;

/**
 * Runs a program below `root`, through a shell. The last line of standard error has the processor time of the program and its children. When its time is up, they get SIGTERM; the shell
 * ends after them, since it prints their times.
 */
const run = (root: string, args: ReadonlyArray<string>, withinMs: number): Promise<Ran> =>
  new Promise((resolve) => {
    const timed = ['-c', 'trap : TERM; "$@"; times >&2', 'sh', process.execPath, ...args];
    const shell = spawn('sh', timed, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const text = { stdout: '', stderr: '' };
    shell.stdout.setEncoding('utf8').on('data', (chunk: string) => (text.stdout += chunk));
    shell.stderr.setEncoding('utf8').on('data', (chunk: string) => (text.stderr += chunk));
    let isCut = false;
    const end = (signal: NodeJS.Signals): void => {
      isCut = true;
      if (shell.pid !== undefined && shell.exitCode === null) process.kill(-shell.pid, signal);
    };
    const timers = [setTimeout(end, withinMs, 'SIGTERM'), setTimeout(end, withinMs + GRACE_MS, 'SIGKILL')];
    // The processes are a group of their own, so this command has to end them when it is ended.
    const stop = (): void => {
      end('SIGTERM');
      process.exit(130);
    };
    process.on('SIGINT', stop).on('SIGTERM', stop);
    const done = (): void => {
      process.off('SIGINT', stop).off('SIGTERM', stop);
      for (const timer of timers) clearTimeout(timer);
      resolve({ ...text, isCut });
    };
    shell.on('error', done).on('close', done);
  });

/** The result of a stage. */
interface Stage {
  readonly findings: ReadonlyArray<Finding>;
  readonly processorMs: number;
  readonly isCut: boolean;
}

/** Runs the copy's own `bayou conform`. A copy that cannot run it counts as noticed; a copy whose time is up does not. */
const conform = async (root: string, copy: string, args: ReadonlyArray<string>, withinMs: number): Promise<Stage> => {
  const ran = await run(root, [join(copy, 'dist/cli/main.js'), 'conform', ...args, '--json', '--fail-fast'], withinMs);
  const [processorMs, { isCut }] = [processorMsOf(ran.stderr), ran];
  try {
    return { findings: (JSON.parse(ran.stdout) as ConformReport).findings, processorMs, isCut };
  } catch {
    if (isCut) return { findings: [], processorMs, isCut };
    const details = ran.stderr.trim().split('\n')[0] ?? 'it did not end';
    const failed = { verdict: 'diverges', counts: {}, details, repeat: '', elapsedMs: 0 } as const;
    return { findings: [{ layer: 1, name: args.join(' '), ...failed }], processorMs, isCut };
  }
};

interface StageOptions {
  readonly args: ReadonlyArray<string>;
  /** Does the stage run clusters of processes? They run one after the other, and what diverges is kept in the copy. */
  readonly runsClusters: boolean;
  readonly implOnly: boolean;
  readonly perItem: number;
}

const STAGES: ReadonlyArray<StageOptions> = [
  {
    args: ['--config', ...CONFIGURATIONS.map((name) => `spec/configs/${name}.json`)],
    runsClusters: false,
    implOnly: true,
    perItem: 1,
  },
  {
    args: [...SCRIPTS.map((name) => `conformance/scripts/${name}.script`), '--shrink-runs', '6'],
    runsClusters: true,
    implOnly: false,
    perItem: 2,
  },
  { args: PLANS.map((name) => `conformance/plans/${name}.json`), runsClusters: true, implOnly: false, perItem: 1 },
  { args: ['--runs', String(HOSTILE_RUNS), '--seed', '1'], runsClusters: true, implOnly: false, perItem: 1 },
];

const wordsOf = ({ args, runsClusters }: StageOptions, copy: string): ReadonlyArray<string> =>
  runsClusters ? [...args, '--jobs', '1', '--out-dir', join(copy, 'divergences')] : args;

/** Does this finding notice the fault? A script that could not be run to its end (the master failed, a process died) does, too. */
const isNoticed = (f: Finding): boolean => f.verdict === 'diverges' || f.verdict === 'failed';

/** The shortest known path of layer 1, or the script, that shows the fault. */
const smallest = ({ details, name }: Finding): string => {
  const lines = details.split('\n');
  const steps = lines.filter((line) => /^ {2}\d+\. /.test(line)).map((line) => line.replace(/^ {2}\d+\. /, ''));
  if (steps.length > 0) return steps.map((s) => `\`${s}\``).join(', ');
  const at = lines.indexOf('a smaller script that diverges:');
  const script = at < 0 ? [] : lines.slice(at + 1).flatMap((line) => (line.startsWith('  ') ? [line.trim()] : []));
  if (script.length > 0 && script.length <= 12) return script.map((s) => `\`${s}\``).join(', ');
  return script.length > 0 ? `${script.length} lines of ${name}` : name;
};

/**
 * Tries a copy of the project below `root` that has the mutant, until a finding diverges, or for `withinMs` of real time in all. Without `withinMs` each stage has ten minutes.
 */
export const tryLayers = async (
  mutant: Pick<StoreMutant, 'inImpl'>,
  copy: string,
  root: string,
  withinMs?: number,
): Promise<LayersResult> => {
  const began = performance.now();
  let [tried, processorMs, isCut] = [0, 0, false];
  for (const stage of STAGES) {
    const { implOnly, perItem } = stage;
    if (implOnly && !mutant.inImpl) continue;
    const leftMs = withinMs === undefined ? DEADLINE_MS : withinMs - (performance.now() - began);
    const done =
      leftMs > 0 ? await conform(root, copy, wordsOf(stage, copy), leftMs) : { findings: [], processorMs: 0, isCut: true };
    // A trial under way when the time was up may have failed because of that.
    const at = done.findings.findIndex((f) => (done.isCut ? f.verdict === 'diverges' : isNoticed(f)));
    tried += (at < 0 ? done.findings.length : at + 1) / perItem;
    processorMs += done.processorMs;
    isCut ||= done.isCut;
    const finding = done.findings[at];
    if (finding !== undefined) return { layer: finding.layer, smallest: smallest(finding), tried: Math.ceil(tried), processorMs };
  }
  return { layer: null, smallest: '', tried: Math.ceil(tried), processorMs, ...(isCut ? { isCut } : {}) };
};

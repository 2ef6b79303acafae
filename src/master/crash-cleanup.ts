/**
 * What runs: each master has a folder of its own below the user's temporary folder, with its token, its own process and every
 * process it started. After a crash, `cleanup` finds there what was left, and kills a process only where its pid, its start
 * time and the token on its command line all agree.
 */
import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts/lib/index.js';
import { Natural } from '../core/ids.js';
import { reasonOf } from '../command-line/say.js';
import { codeOf } from '../files/error-code.js';
import { ownershipOf } from '../files/owner.js';

// --- types -----------------------------------------------------------------------------------------------------------------

const ProcessC = t.readonly(t.strict({ pid: Natural, start: t.string }));
/** A process's pid and start time. The start time tells the process from a later process with the same pid. */
type ProcessRecord = t.TypeOf<typeof ProcessC>;

/** A master's run. */
export interface MasterRun {
  readonly token: string;
  /** The run's folder; gone when the run is over. */
  readonly dir: string;
}

// --- processes -------------------------------------------------------------------------------------------------------------

/** A process's start time, in the system's form. Undefined: the process does not exist. */
export const startOf = (pid: number): string | undefined => {
  try {
    if (process.platform !== 'linux') return execFileSync('ps', ['-o', 'lstart=', '-p', `${pid}`], { encoding: 'utf8' }).trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ...rest] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? undefined : rest[18];
  } catch {
    return undefined;
  }
};

const commandLineOf = (pid: number): string => {
  try {
    if (process.platform !== 'linux') return execFileSync('ps', ['-o', 'args=', '-p', `${pid}`], { encoding: 'utf8' });
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
  } catch {
    return '';
  }
};

const lives = (p: ProcessRecord): boolean => startOf(p.pid) === p.start;

/** The argument that marks a process of a run. */
export const runArgument = (token: string): string => `--run=${token}`;

// --- a run's folder --------------------------------------------------------------------------------------------------------

/** The folder with the folders of all runs of this user. */
const runsFolder = (): string => join(tmpdir(), `bayou-${process.getuid?.() ?? 'user'}`);

/** What is wrong with the folder of all runs: a name that everybody knows, in a folder where everybody may write. */
const wrongWith = (folder: string): string | undefined => {
  const found = lstatSync(folder);
  if (!found.isDirectory()) return `${folder} is no folder; remove it, or set TMPDIR`;
  const whose = ownershipOf(folder, false);
  if (whose?.isOwn === false) return `${folder} was made by somebody else; set TMPDIR to a folder of your own`;
  return whose !== undefined && whose.forOthers !== 0
    ? `others may look into ${folder}; chmod 700 it, or set TMPDIR to a folder of your own`
    : undefined;
};

/** Makes the folder of all runs; another master may make it at the same time. */
const makeUnlessThere = (folder: string): void => {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
};

/** Begins a run: its folder, with this process as its master. Fails with one line: no room, or a folder that is not our own. */
export const beginRun = (): E.Either<string, MasterRun> => {
  const token = randomBytes(16).toString('hex');
  const folder = runsFolder();
  const dir = join(folder, token);
  try {
    makeUnlessThere(folder);
    const wrong = wrongWith(folder);
    if (wrong !== undefined) return E.left(`the run's folder cannot be made: ${wrong}`);
    mkdirSync(dir, { mode: 0o700 });
    writeFileSync(join(dir, 'master.json'), JSON.stringify({ pid: process.pid, start: startOf(process.pid) ?? '' }));
    return E.right({ token, dir });
  } catch (error) {
    // Below what is no folder there is nothing to remove, and asking for it is a mistake.
    if (existsSync(dir)) endRun({ token, dir });
    return E.left(`the run's folder cannot be made in ${tmpdir()}: ${reasonOf(error)}; see to TMPDIR`);
  }
};

/** Writes down a process that the run has started. False: the disk has no room for the record, so no clean-up could find the process. */
export const recordProcess = (run: MasterRun, pid: number): boolean => {
  const start = startOf(pid);
  if (start === undefined) return true;
  try {
    appendFileSync(join(run.dir, 'processes.ndjson'), `${JSON.stringify({ pid, start })}\n`);
    return true;
  } catch {
    return false;
  }
};

/** Ends a run whose processes are gone: removes its folder. */
export const endRun = (run: MasterRun): void => rmSync(run.dir, { recursive: true, force: true });

// --- cleaning up -----------------------------------------------------------------------------------------------------------

const parseRecord = (line: string): ReadonlyArray<ProcessRecord> => {
  try {
    const decoded = ProcessC.decode(JSON.parse(line));
    return E.isRight(decoded) ? [decoded.right] : [];
  } catch {
    // The last line of a crashed run may be half written; its process ends by itself with its master.
    return [];
  }
};

const recordsIn = (file: string): ReadonlyArray<ProcessRecord> =>
  existsSync(file) ? readFileSync(file, 'utf8').split('\n').flatMap(parseRecord) : [];

const gone = async (p: ProcessRecord, deadlineMs: number): Promise<boolean> => {
  const end = performance.now() + deadlineMs;
  while (lives(p)) {
    if (performance.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return true;
};

/** The result of a clean-up. */
export interface Cleanup {
  /** The number of runs whose master still runs. The clean-up left them alone. */
  readonly running: number;
  /** The number of crashed runs that the clean-up removed. */
  readonly removed: number;
  /** Pids that were killed. */
  readonly killed: ReadonlyArray<number>;
  /** The pids that did not end. */
  readonly stuck: ReadonlyArray<number>;
}

/** Kills what crashed runs left, removes their folders, and touches nothing else. */
export const cleanup = async (folder = runsFolder()): Promise<Cleanup> => {
  const killed: number[] = [];
  const stuck: number[] = [];
  let running = 0;
  let removed = 0;
  for (const token of existsSync(folder) ? readdirSync(folder) : []) {
    const dir = join(folder, token);
    // A folder without a master's record is just being made, or is no run's folder.
    const master = recordsIn(join(dir, 'master.json'))[0];
    if (master === undefined) continue;
    if (lives(master)) {
      running++;
      continue;
    }
    const mine = recordsIn(join(dir, 'processes.ndjson')).filter(
      (p) => lives(p) && commandLineOf(p.pid).split(' ').includes(runArgument(token)),
    );
    for (const p of mine) process.kill(p.pid, 'SIGKILL');
    for (const p of mine) ((await gone(p, 5_000)) ? killed : stuck).push(p.pid);
    rmSync(dir, { recursive: true, force: true });
    removed++;
  }
  return { running, removed, killed, stuck };
};

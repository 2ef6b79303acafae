/**
 * A search by several threads, breadth first (see `worker.ts`): the same verdict and the same count of states as one thread finds. A
 * shortest counterexample to what they find violated is then looked for by one thread, which goes no deeper than they went.
 */
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import { begin, discard, finish, reading, refuse, sectionsIn } from '../../checkpoint/file.js';
import type { Identity } from '../../checkpoint/identity.js';
import { isUnfinished, keeperOf, type Keeper } from '../../checkpoint/keeper.js';
import type { ComponentModel } from '../../model.js';
import type { Counterexample, Report, Stop } from '../../report.js';
import { ENDLESS_MS, Stuck } from '../../contract/stuck.js';
import { watch, type Watch } from '../../limits.js';
import { newBudget } from './budget.js';
import { mustBeOptions } from '../../contract/options.js';
import { A_SOURCE, AN_OBJECT, mustTake } from '../../contract/given.js';
import { contractedComponents } from '../../contract/validate.js';
import { explained, withTraces } from '../check-components.js';
import { identityOf, mustBeKeepable, readOpening, writeOpening } from '../factored-checkpoint.js';
import { layoutFor } from '../choose-layout.js';
import { CheckerError } from '../../error.js';
import type { ComponentOptions } from '../options.js';
import { reduced } from '../reduced-model.js';
import { reportOf, type Findings } from '../factored-report.js';
import { newTally, type Tally } from '../search/tally.js';
import { buildModel, type Command, type ModelSource, type Word, type WorkerData } from './worker.js';

export type { ModelSource } from './worker.js';

/** What a parallel check takes. */
export interface ParallelOptions extends Omit<ComponentOptions, 'search' | 'hashBits'> {
  /** How many threads, from 2 to 64. */
  readonly workers: number;
}

const MOST = 64;
/** How often the limits are looked at, in milliseconds. */
const LOOK_MS = 50;
/** How long threads may take to stop; and to pause, or one of them to write what it found; in milliseconds. */
const STOP_MS = 10_000;
const KEEP_MS = 600_000;

// --- the threads -----------------------------------------------------------------------------------------------------------

interface Team {
  readonly workers: ReadonlyArray<Worker>;
  /** The last that each said. */
  readonly words: (Word | undefined)[];
  /** How long each has been in one run of a model's function. */
  readonly stuck: ReadonlyArray<Stuck>;
}

/** A port for each pair of threads, by thread and peer. */
const portsFor = (workers: number): ReadonlyArray<ReadonlyArray<MessagePort | null>> => {
  const ports: (MessagePort | null)[][] = Array.from({ length: workers }, () => Array.from({ length: workers }, () => null));
  for (let a = 0; a < workers; a++) {
    for (let b = a + 1; b < workers; b++) {
      const { port1, port2 } = new MessageChannel();
      ports[a]![b] = port1;
      ports[b]![a] = port2;
    }
  }
  return ports;
};

const startTeam = (data: Omit<WorkerData, 'index' | 'ports' | 'runs'>, count: number): Team => {
  const runs = Array.from({ length: count }, () => new SharedArrayBuffer(8));
  return {
    workers: portsFor(count).map((ports, index) => {
      const transferList = ports.filter((port) => port !== null);
      return new Worker(new URL('./worker.js', import.meta.url), {
        workerData: { ...data, index, ports, runs: runs[index]! } satisfies WorkerData,
        transferList,
      });
    }),
    words: Array.from({ length: count }, () => undefined),
    stuck: runs.map((buffer) => new Stuck(buffer)),
  };
};

/** Refuses a model of which a function does not come back to one of the threads. */
const mustComeBack = ({ stuck }: Team): void => {
  if (!stuck.some((thread) => (thread.look()?.ms ?? 0) >= ENDLESS_MS)) return;
  throw new CheckerError(
    'model',
    `a function does not come back within ${ENDLESS_MS / 1000} s: search with one thread to see which`,
  );
};

/** Waits until each thread (or each of some) has said a word of this kind since the call, until there is reason to stop, or the deadline. */
const everyone = (
  team: Team,
  kind: Word['kind'],
  look: () => boolean,
  deadlineMs = Infinity,
  threads = team.workers,
): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const waiting = new Set(threads);
    const started = performance.now();
    const fail = (error: Error): void => end(() => reject(error));
    const listeners = team.workers.map((worker, index) => {
      const hear = (word: Word): void => {
        if (word.kind === 'failed') {
          end(() => reject(errorOf(word)));
          return;
        }
        team.words[index] = word;
        if (word.kind === kind) waiting.delete(worker);
        if (waiting.size === 0) end(() => resolve(true));
      };
      const leave = (): void => fail(new Error('a worker ended before its time'));
      worker.on('message', hear).on('error', fail).on('exit', leave);
      return () => worker.off('message', hear).off('error', fail).off('exit', leave);
    });
    const timer = setInterval(() => {
      try {
        if (look() || performance.now() - started > deadlineMs) end(() => resolve(false));
        else mustComeBack(team);
      } catch (error) {
        fail(error as Error);
      }
    }, LOOK_MS);
    const end = (settle: () => void): void => {
      clearInterval(timer);
      listeners.forEach((off) => off());
      settle();
    };
  });

const errorOf = ({ error }: Word): Error => {
  const { name = 'Error', code, message = 'a worker failed' } = error ?? {};
  if (name === 'CheckerError' && (code === 'model' || code === 'option' || code === 'checkpoint'))
    return new CheckerError(code, message);
  return name === 'TypeError' ? new TypeError(message) : new Error(message);
};

const tell = (team: Team, command: Command): void => {
  for (const worker of team.workers) worker.postMessage(command);
};

// --- what they found, together ---------------------------------------------------------------------------------------------

const sum = (team: Team, families: number): Tally => {
  const total = newTally(families);
  for (const word of team.words) {
    if (word === undefined) continue;
    const { tally } = word;
    total.distinct += tally.distinct;
    total.generated += tally.generated;
    total.cut += tally.cut;
    total.queue += tally.queue;
    tally.steps.forEach((n, i) => (total.steps[i]! += n));
    tally.fresh.forEach((n, i) => (total.fresh[i]! += n));
  }
  return total;
};

const total = (team: Team, of: (word: Word) => number): number =>
  team.words.reduce((all, word) => all + (word === undefined ? 0 : of(word)), 0);

const any = (lists: ReadonlyArray<ReadonlyArray<boolean>>): ReadonlyArray<boolean> =>
  (lists[0] ?? []).map((_, i) => lists.some((list) => list[i] === true));

const details = (team: Team): Readonly<Record<string, number>> => {
  const total: Record<string, number> = {};
  for (const word of team.words) {
    for (const [name, n] of Object.entries(word?.details ?? {})) total[name] = (total[name] ?? 0) + n;
  }
  return total;
};

// --- the search ------------------------------------------------------------------------------------------------------------

interface Depths {
  stop: Stop;
  depth: number;
  complete: number;
}

/** What the leader leads by. */
interface Leading {
  readonly team: Team;
  readonly watch: Watch;
  readonly options: ParallelOptions;
  readonly families: number;
  readonly keep: Keep | undefined;
  /** The depth at which a checkpoint left the threads. */
  readonly from: At | undefined;
}

/** The depth that is gone through (-1: none yet), and the greatest at which a state was found. */
interface At {
  level: number;
  depth: number;
}

/** Why to stop while a depth is gone through. */
const limit = ({ team, watch: watcher, options, families }: Leading, depth: number): Stop | undefined => {
  const { generated, distinct, queue } = sum(team, families);
  const stop = watcher.look({ generated, distinct, queue, depth });
  if (stop !== undefined) return stop;
  const { maxStates } = options;
  // A thread that has stopped for the limit may have seen states which others have found and not told of yet.
  return maxStates !== undefined && (distinct >= maxStates || team.words.some((word) => word?.spent === true))
    ? { kind: 'states', limit: maxStates }
    : undefined;
};

/** Has the threads go through a depth, with pauses to keep what they have; gives why it was left, if it was. */
const goThrough = async (leading: Leading, at: At, command: 'go' | 'on'): Promise<Stop | undefined> => {
  const { team, keep } = leading;
  let stop: Stop | undefined;
  const look = (): boolean => (stop ??= limit(leading, at.depth)) !== undefined || keep?.keeper.isDue() === true;
  for (let next = command; ; next = 'on') {
    const over = everyone(team, 'level', look);
    tell(team, next);
    if (await over) break;
    if (stop !== undefined) return stop;
    await write(team, keep!, at);
  }
  if (team.words.some((word) => word !== undefined && word.waiting > 0)) at.depth = at.level + 1;
  return undefined;
};

/** Why to go no further after a depth. */
const ending = (leading: Leading, at: At): Stop | undefined => {
  const { team, options } = leading;
  const decided = any(team.words.map((word) => word?.decided ?? []));
  const violated = team.words.some((word) => word?.violated === true);
  if (violated && options.keepGoing !== true) return { kind: 'violation' };
  if (team.words.every((word) => word?.waiting === 0)) return { kind: 'complete' };
  if (violated && decided.every(Boolean)) return { kind: 'violation', all: true };
  const stop = limit(leading, at.depth);
  if (stop !== undefined) return stop;
  return at.level + 1 >= (options.maxDepth ?? Infinity) ? { kind: 'depth', limit: options.maxDepth! } : undefined;
};

/** Leads the team from depth to depth. */
const lead = async (leading: Leading): Promise<Depths> => {
  const { team, keep, from = { level: -1, depth: 0 } } = leading;
  const at: At = { ...from };
  const ended = async (stop: Stop, complete: number): Promise<Depths> => {
    if (isUnfinished(stop) && keep !== undefined) await write(team, keep, at);
    else await dismiss(team);
    return { stop, depth: at.depth, complete };
  };
  await everyone(team, 'level', () => false);
  if (leading.from !== undefined) leading.watch.resumed(sum(team, leading.families).distinct);
  const left = leading.from === undefined ? undefined : await goThrough(leading, at, 'on');
  if (left !== undefined) return ended(left, at.level - 1);
  for (;;) {
    const end = ending(leading, at);
    if (end !== undefined) return ended(end, at.level);
    at.level++;
    const stop = await goThrough(leading, at, 'go');
    if (stop !== undefined) return ended(stop, at.level - 1);
  }
};

/** Has the threads stop, and hears what they have found until then. */
const dismiss = async (team: Team): Promise<void> => {
  const done = everyone(team, 'done', () => false, STOP_MS);
  tell(team, 'stop');
  await done;
};

// --- checkpoints -----------------------------------------------------------------------------------------------------------

/** What keeps the threads' search in a file. */
interface Keep {
  readonly keeper: Keeper;
  readonly identity: Identity;
  readonly locals: ReadonlyArray<number>;
}

/** Has the threads pause, and append what each has found, one after the other, to what the leader writes first. */
const write = async (team: Team, { keeper, identity, locals }: Keep, at: At): Promise<void> => {
  const { path } = keeper;
  const paused = everyone(team, 'paused', () => false, KEEP_MS);
  tell(team, 'pause');
  if (!(await paused)) throw refuse(path, `the threads did not pause within ${KEEP_MS / 1000} s`);
  // What they held back for the limit on states goes into the file; what the report counts is what they have now.
  const words = [...team.words];
  begin(path, (to) => {
    writeOpening(to, identity, locals);
    to.json(at);
  });
  try {
    for (const worker of team.workers) await writePart(team, worker, path);
  } catch (error) {
    discard(path);
    throw error;
  }
  finish(path);
  keeper.kept();
  words.forEach((word, i) => (team.words[i] = word));
};

const writePart = async (team: Team, worker: Worker, path: string): Promise<void> => {
  const written = everyone(team, 'written', () => false, KEEP_MS, [worker]);
  worker.postMessage('write' satisfies Command);
  if (!(await written)) throw refuse(path, `a thread did not write its part within ${KEEP_MS / 1000} s`);
};

/** What the leader wrote, and where each thread's part begins. */
interface Resumed {
  readonly locals: ReadonlyArray<number>;
  readonly at: At;
  readonly threads: { readonly path: string; readonly sections: ReadonlyArray<number> };
}

const resumed = (path: string, identity: Identity, workers: number): Resumed => {
  const [first, ...sections] = sectionsIn(path);
  return reading(path, first!, (from) => {
    const locals = readOpening(from, identity);
    if (sections.length !== workers) throw refuse(path, 'it ends too early');
    return { locals, at: from.json() as At, threads: { path, sections } };
  });
};

// --- operations ------------------------------------------------------------------------------------------------------------

const mustBeTeam = (workers: number): void => {
  if (!Number.isInteger(workers) || workers < 2 || workers > MOST) {
    throw new CheckerError('option', `workers: ${workers} is not a whole number from 2 to ${MOST}`);
  }
};

const findingsOf = ({ team, watch: watcher, options, families }: Leading, model: ComponentModel, found: Depths): Findings => ({
  model,
  options,
  decided: any(team.words.map((word) => word?.decided ?? [])),
  enabled: any(team.words.map((word) => word?.enabled ?? [])),
  tally: sum(team, families),
  depth: found.depth,
  completeDepth: found.complete,
  traces: new Map<string, Counterexample>(),
  elapsedMs: watcher.elapsedMs(),
  peakBytes: watcher.peakBytes(),
  watch: watcher,
  workers: options.workers,
  merges: team.words.some((word) => word?.merges === true),
  details: details(team),
  audited: {
    runs: total(team, ({ audited }) => audited.runs),
    repeated: total(team, ({ audited }) => audited.repeated),
  },
});

/**
 * Checks every safety property of a component model over all its reachable states with several threads, each of which builds the
 * model for itself.
 *
 * The verdict, the count of states and of steps, and the depth are those of one thread. Which family was the first to find a state is not
 * the same from run to run. Component values must be plain data (they travel between threads as structured clones). A checkpoint is
 * resumed by as many threads as wrote it.
 *
 * A thread of which a function of the model has not come back for a minute is ended, and the check refused; limits and the signal are heeded
 * all the same, within ten seconds. (The other searches run in the thread of their caller, which an endless function keeps for ever.)
 *
 * @throws CheckerError when the model breaks its own contract (`model`), an option does not fit (`option`), or a checkpoint cannot be
 * written or resumed (`checkpoint`).
 */
export const checkInParallel = async (source: ModelSource, options: ParallelOptions): Promise<Report> => {
  mustTake('checkInParallel', 'source', A_SOURCE, source);
  mustTake('checkInParallel', 'options', AN_OBJECT, options);
  const { workers, resume } = options;
  mustBeTeam(workers);
  const watcher = watch(options, true);
  const keeper = keeperOf(options);
  const { model: sound } = contractedComponents(await buildModel(source), options);
  mustBeOptions('parallel', options, sound.properties);
  const { model, words, after } = await reduced(sound, options);
  if (keeper !== undefined) mustBeKeepable(keeper.path, model);
  const identity = identityOf(model, options, workers);
  const from = resume === undefined ? undefined : resumed(resume, identity, workers);
  const locals = from?.locals ?? layoutFor(model, options).locals;
  const data = {
    source,
    locals,
    symmetry: options.symmetry === true,
    words,
    normalize: options.normalize === true,
    audit: options.audit === true,
    properties: options.properties ?? null,
    budget: options.maxStates === undefined ? null : newBudget(options.maxStates),
    identity,
    checkpoint: keeper?.path ?? null,
    resume: from?.threads ?? null,
  };
  const leading: Leading = {
    team: startTeam(data, workers),
    watch: watcher,
    options,
    families: new Set(model.interactions.map(({ label }) => label.family)).size,
    keep: keeper && { keeper, identity, locals },
    from: from?.at,
  };
  try {
    const report = await explained(model, options, async () => {
      const found = await lead(leading);
      const report = reportOf(findingsOf(leading, model, found), found.stop);
      return withTraces(model, options, report);
    });
    return await after(report);
  } finally {
    await Promise.all(leading.team.workers.map((worker) => worker.terminate()));
  }
};

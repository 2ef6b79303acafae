/**
 * A search by several threads, breadth first (see `worker.ts`): the same verdict and the same count of states as one thread finds. A
 * shortest counterexample to what they find violated is then looked for by one thread, which goes no deeper than they went.
 */
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import type { Counterexample, Report, Stop } from '../report.js';
import { watch, type Watch } from '../watch.js';
import { newBudget } from './budget.js';
import { withTraces } from './check.js';
import { layoutFor } from './choose.js';
import { CheckerError } from './error.js';
import type { ComponentOptions } from './options.js';
import { reportOf } from './report.js';
import { newTally, type Tally } from './tally.js';
import { buildModel, type Command, type ModelSource, type Word, type WorkerData } from './worker.js';

export type { ModelSource } from './worker.js';

/** What a parallel check takes. */
export interface ParallelOptions extends Omit<ComponentOptions, 'search' | 'checkpoint' | 'resume' | 'hashBits'> {
  /** How many threads, from 2 to 64. */
  readonly workers: number;
}

const MOST = 64;
/** How often the limits are looked at, in milliseconds. */
const LOOK_MS = 50;
/** How long threads may take to stop, in milliseconds. */
const STOP_MS = 10_000;

// --- the threads -----------------------------------------------------------------------------------------------------------

interface Team {
  readonly workers: ReadonlyArray<Worker>;
  /** The last that each said. */
  readonly words: (Word | undefined)[];
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

const startTeam = (data: Omit<WorkerData, 'index' | 'ports'>, count: number): Team => ({
  workers: portsFor(count).map((ports, index) => {
    const transferList = ports.filter((port) => port !== null);
    return new Worker(new URL('./worker.js', import.meta.url), {
      workerData: { ...data, index, ports } satisfies WorkerData,
      transferList,
    });
  }),
  words: Array.from({ length: count }, () => undefined),
});

/** Waits until each thread has said one of these kinds since the call, or the deadline. */
const everyone = (team: Team, kinds: ReadonlyArray<Word['kind']>, look: () => boolean, deadlineMs = Infinity): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const waiting = new Set(team.workers);
    const started = performance.now();
    const listeners = team.workers.map((worker, index) => {
      const hear = (word: Word): void => {
        if (word.kind === 'failed') {
          end(() => reject(errorOf(word)));
          return;
        }
        team.words[index] = word;
        if (kinds.includes(word.kind)) waiting.delete(worker);
        if (waiting.size === 0) end(() => resolve(true));
      };
      const fail = (error: Error): void => end(() => reject(error));
      const leave = (): void => fail(new Error('a worker ended before its time'));
      worker.on('message', hear).on('error', fail).on('exit', leave);
      return () => worker.off('message', hear).off('error', fail).off('exit', leave);
    });
    const timer = setInterval(() => {
      if (look() || performance.now() - started > deadlineMs) end(() => resolve(false));
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

/** Why to stop while a depth is gone through. */
const limit = (team: Team, watcher: Watch, options: ParallelOptions, families: number, depth: number): Stop | undefined => {
  const { generated, distinct, queue } = sum(team, families);
  const stop = watcher.look({ generated, distinct, queue, depth });
  if (stop !== undefined) return stop;
  const { maxStates } = options;
  // A thread that has stopped for the limit may have seen states which others have found and not told of yet.
  return maxStates !== undefined && (distinct >= maxStates || team.words.some((word) => word?.spent === true))
    ? { kind: 'states', limit: maxStates }
    : undefined;
};

/** Leads the team from depth to depth. */
const lead = async (team: Team, watcher: Watch, options: ParallelOptions, families: number): Promise<Depths> => {
  const at: Depths = { stop: { kind: 'complete' }, depth: 0, complete: -1 };
  let stop: Stop | undefined;
  const look = (): boolean => (stop ??= limit(team, watcher, options, families, at.depth)) !== undefined;
  await everyone(team, ['level'], () => false);
  for (;;) {
    const decided = any(team.words.map((word) => word?.decided ?? []));
    const violated = team.words.some((word) => word?.violated === true);
    if (violated && (options.keepGoing !== true || decided.every(Boolean))) return { ...at, stop: { kind: 'violation' } };
    if (team.words.every((word) => word?.waiting === 0)) return at;
    if (look()) return { ...at, stop: stop! };
    if (at.complete + 1 >= (options.maxDepth ?? Infinity)) return { ...at, stop: { kind: 'depth', limit: options.maxDepth! } };
    const over = everyone(team, ['level'], look);
    tell(team, 'go');
    if (!(await over)) return { ...at, stop: stop! };
    at.complete++;
    if (team.words.some((word) => word !== undefined && word.waiting > 0)) at.depth++;
  }
};

/** Has the threads stop, and hears what they have found until then. */
const dismiss = async (team: Team): Promise<void> => {
  const done = everyone(team, ['done'], () => false, STOP_MS);
  tell(team, 'stop');
  await done;
};

/**
 * Checks every safety property of a component model over all its reachable states with several threads, each of which builds the
 * model for itself.
 *
 * The verdict, the count of states and of steps, and the depth are those of one thread. Which family was the first to find a state is not
 * the same from run to run. Component values must be plain data (they travel between threads as structured clones).
 *
 * @throws CheckerError when the model breaks its own contract (`model`), or an option does not fit (`option`).
 */
export const checkInParallel = async (source: ModelSource, options: ParallelOptions): Promise<Report> => {
  const { workers } = options;
  if (!Number.isInteger(workers) || workers < 2 || workers > MOST) {
    throw new CheckerError('option', `workers: ${workers} is not a whole number from 2 to ${MOST}`);
  }
  const watcher = watch(options);
  const model = await buildModel(source);
  const data = {
    source,
    locals: layoutFor(model, options).locals,
    symmetry: options.symmetry === true,
    normalize: options.normalize === true,
    properties: options.properties ?? null,
    budget: options.maxStates === undefined ? null : newBudget(options.maxStates),
  };
  const families = new Set(model.interactions.map(({ label }) => label.family)).size;
  const team = startTeam(data, workers);
  try {
    const { stop, depth, complete } = await lead(team, watcher, options, families);
    await dismiss(team);
    const report = reportOf(
      {
        model,
        options,
        decided: any(team.words.map((word) => word?.decided ?? [])),
        enabled: any(team.words.map((word) => word?.enabled ?? [])),
        tally: sum(team, families),
        depth,
        completeDepth: complete,
        traces: new Map<string, Counterexample>(),
        elapsedMs: watcher.elapsedMs(),
        peakBytes: watcher.peakBytes(),
        workers,
        details: details(team),
      },
      stop,
    );
    return await withTraces(model, options, report);
  } finally {
    await Promise.all(team.workers.map((worker) => worker.terminate()));
  }
};

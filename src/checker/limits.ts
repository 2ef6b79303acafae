/** The limits of a search, watched from outside its inner loop: memory, time, the caller's signal; and progress reports. */
import { getHeapStatistics } from 'node:v8';
import { beginTurn, leave } from './contract/current-call.js';
import type { CheckOptions } from './options.js';
import type { Progress, Report, Stop, Suspicion } from './report.js';
import { Suspect } from './verdict/suspicion.js';

/** What a search tells its watch. */
type Pulse = Pick<Progress, 'generated' | 'distinct' | 'queue' | 'depth'>;

export interface Watch {
  /** Says why to stop now, or undefined. It reports progress when that is due. */
  readonly poll: (pulse: Pulse) => Stop | undefined;
  /** Says whether the caller has asked to stop. A search asks before each turn: the signal may come before the first one, or while the event loop runs. */
  readonly interruption: () => Stop | undefined;
  /** Takes in the progress of the search between two polls. It costs next to nothing. */
  readonly update: (pulse: Pulse) => void;
  readonly elapsedMs: () => number;
  readonly peakBytes: () => number;
  /** Why the space may have no end. */
  readonly suspicion: () => Suspicion | undefined;
  /** Tells the watch how many states the resumed search had found before. */
  readonly resumed: (distinct: number) => void;
}

/** The share of V8's heap limit at which a search stops. V8 aborts the process at the limit, and a report must still be built before. */
const HEAP_SHARE = 0.75;
/**
 * The part of V8's limit that is for new objects (three halves of 16 MB by default). Old objects have that much less room, and theirs is
 * the room that runs out.
 */
const YOUNG_BYTES = 48 * 2 ** 20;

const heapLimitOf = (total: number): number => (total - Math.min(YOUNG_BYTES, total / 2)) * HEAP_SHARE;

type Limits = Pick<CheckOptions, 'maxMs' | 'maxMemoryBytes' | 'signal' | 'onProgress' | 'progressEveryMs'>;

/** Lets signals and timers be served between two slices of a search. */
export const nextTurn = (): Promise<void> => {
  const outer = beginTurn();
  return new Promise((resolve) =>
    setImmediate(() => {
      leave(outer);
      resolve();
    }),
  );
};

/** How long a search may keep the event loop waiting, so that signals and timers are served, in milliseconds. */
const TURN_MS = 50;

/** How many steps of a random walk are taken between two turns at most, and how long they may take in ms. */
const STEPS_OF_TURN = 1024;
const MS_OF_TURN = 10;
/** After how many steps the clock is asked. To ask it costs next to nothing beside so many steps. */
const STEPS_OF_CLOCK = 16;

/** Counts steps, and says after which of them a random walk lets the event loop run and asks for limits. A step may take long, so it looks at the clock too. */
export const pauses = (): (() => boolean) => {
  let steps = 0;
  let began = performance.now();
  return () => {
    if (++steps % STEPS_OF_CLOCK !== 0) return false;
    const now = performance.now();
    if (steps < STEPS_OF_TURN && now - began < MS_OF_TURN) return false;
    steps = 0;
    began = now;
    return true;
  };
};

/** Drives the slices of a search to their end, and lets the event loop run in between. */
export const unhurried = async <T>(slices: Generator<void, T>): Promise<T> => {
  for (;;) {
    for (const until = performance.now() + TURN_MS; performance.now() < until;) {
      const slice = slices.next();
      if (slice.done === true) return slice.value;
    }
    await nextTurn();
  }
};

/** Runs the slices of a search to their end without a pause. */
export const atOnce = <T>(slices: Generator<void, T>): T => {
  for (;;) {
    const slice = slices.next();
    if (slice.done === true) return slice.value;
  }
};

/** Gives the suspicion that a space is infinite, for the report of a search that did not see all of it. */
export const suspicionAt = (watcher: Watch, { kind }: Stop): Pick<Report, 'mayBeInfinite'> => {
  const mayBeInfinite = kind === 'complete' || kind === 'violation' ? undefined : watcher.suspicion();
  return mayBeInfinite === undefined ? {} : { mayBeInfinite };
};

/** Starts a watch. `isByDepth` says that the search goes breadth first. */
export const watch = (limits: Limits, isByDepth: boolean): Watch => {
  const started = performance.now();
  const heapLimit = heapLimitOf(getHeapStatistics().heap_size_limit);
  let peak = 0;
  let reportedAt = 0;
  let before = 0;
  const suspect = new Suspect();
  const elapsedMs = (): number => performance.now() - started;

  const sample = (): number => {
    const bytes = process.memoryUsage.rss();
    peak = Math.max(peak, bytes);
    return bytes;
  };
  const update = (pulse: Pulse): void => {
    if (isByDepth) suspect.update(pulse);
  };
  const memoryStop = (bytes: number): Stop | undefined => {
    if (limits.maxMemoryBytes !== undefined && bytes >= limits.maxMemoryBytes) {
      return { kind: 'memory', limit: limits.maxMemoryBytes };
    }
    return getHeapStatistics().used_heap_size >= heapLimit ? { kind: 'memory', limit: Math.round(heapLimit) } : undefined;
  };
  const report = (pulse: Pulse, bytes: number): void => {
    const now = elapsedMs();
    if (limits.onProgress === undefined || now - reportedAt < (limits.progressEveryMs ?? 1000)) return;
    reportedAt = now;
    const perSecond = Math.round(((pulse.distinct - before) * 1000) / now);
    const mayBeInfinite = suspect.suspicion() === undefined ? {} : { mayBeInfinite: true as const };
    limits.onProgress({ ...pulse, elapsedMs: now, bytes, perSecond, ...mayBeInfinite });
  };
  const interruption = (): Stop | undefined => (limits.signal?.aborted === true ? { kind: 'interrupted' } : undefined);
  const poll = (pulse: Pulse): Stop | undefined => {
    const bytes = sample();
    update(pulse);
    report(pulse, bytes);
    const stop = interruption();
    if (stop !== undefined) return stop;
    if (limits.maxMs !== undefined && elapsedMs() >= limits.maxMs) return { kind: 'time', limit: limits.maxMs };
    return memoryStop(bytes);
  };
  const resumed = (distinct: number): void => {
    before = distinct;
  };
  sample();
  return {
    poll,
    interruption,
    update,
    elapsedMs,
    peakBytes: () => Math.max(peak, process.memoryUsage.rss()),
    resumed,
    suspicion: () => suspect.suspicion(),
  };
};

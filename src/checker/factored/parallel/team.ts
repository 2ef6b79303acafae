/** The threads of a search, as their leader sees them: it starts them, tells them something, and waits for them. */
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';
import { ENDLESS_MS, CallWatchdog } from '../../contract/call-watchdog.js';
import { atNoState } from '../../contract/fault-location.js';
import { CheckerError } from '../../error.js';
import { newTally, type Tally } from '../search/tally.js';
import type { ThreadCommand, ThreadReport, WorkerData } from './thread-messages.js';

/** How often the limits are polled, in milliseconds. */
const POLL_MS = 50;

export interface Team {
  readonly workers: ReadonlyArray<Worker>;
  /** The last report of each thread. */
  readonly reports: (ThreadReport | undefined)[];
  /** Measures how long each thread has been in one call of a model's function. */
  readonly watchdogs: ReadonlyArray<CallWatchdog>;
}

/** Makes a port for each pair of threads, by thread and peer. */
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

export const startTeam = (data: Omit<WorkerData, 'index' | 'ports' | 'runs'>, count: number): Team => {
  const runs = Array.from({ length: count }, () => new SharedArrayBuffer(8));
  return {
    workers: portsFor(count).map((ports, index) => {
      const transferList = ports.filter((port) => port !== null);
      return new Worker(new URL('./worker.js', import.meta.url), {
        workerData: { ...data, index, ports, runs: runs[index]! } satisfies WorkerData,
        transferList,
      });
    }),
    reports: Array.from({ length: count }, () => undefined),
    watchdogs: runs.map((buffer) => new CallWatchdog(buffer)),
  };
};

/** Refuses a model with a function that does not come back to one of the threads. */
const mustComeBack = ({ watchdogs }: Team): void => {
  if (!watchdogs.some((thread) => (thread.poll()?.ms ?? 0) >= ENDLESS_MS)) return;
  throw new CheckerError(
    'model',
    `a function does not come back within ${ENDLESS_MS / 1000} s: search with one thread to see which`,
  );
};

/** Waits until each thread (or each of some) has sent a report of this kind since the call, until there is reason to stop, or the deadline. */
export const everyone = (
  team: Team,
  kind: ThreadReport['kind'],
  look: () => boolean,
  deadlineMs = Infinity,
  threads = team.workers,
): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const waiting = new Set(threads);
    const started = performance.now();
    const fail = (error: Error): void => end(() => reject(error));
    const listeners = team.workers.map((worker, index) => {
      const hear = (report: ThreadReport): void => {
        if (report.kind === 'failed') {
          end(() => reject(errorOf(report)));
          return;
        }
        team.reports[index] = report;
        if (report.kind === kind) waiting.delete(worker);
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
    }, POLL_MS);
    const end = (settle: () => void): void => {
      clearInterval(timer);
      listeners.forEach((off) => off());
      settle();
    };
  });

const errorOf = ({ error }: ThreadReport): Error => {
  const { name = 'Error', code, message = 'a worker failed' } = error ?? {};
  if (name === 'CheckerError' && (code === 'model' || code === 'option' || code === 'checkpoint')) {
    const told = new CheckerError(code, message);
    return error?.isOfNoState === true ? atNoState(told) : told;
  }
  return name === 'TypeError' ? new TypeError(message) : new Error(message);
};

export const tell = (team: Team, command: ThreadCommand): void => {
  for (const worker of team.workers) worker.postMessage(command);
};

// --- what they found, together ---------------------------------------------------------------------------------------------

export const sum = (team: Team, families: number): Tally => {
  const total = newTally(families);
  for (const report of team.reports) {
    if (report === undefined) continue;
    const { tally } = report;
    total.distinct += tally.distinct;
    total.generated += tally.generated;
    total.cut += tally.cut;
    total.queue += tally.queue;
    tally.steps.forEach((n, i) => (total.steps[i]! += n));
    tally.fresh.forEach((n, i) => (total.fresh[i]! += n));
  }
  return total;
};

export const total = (team: Team, of: (report: ThreadReport) => number): number =>
  team.reports.reduce((all, report) => all + (report === undefined ? 0 : of(report)), 0);

export const any = (lists: ReadonlyArray<ReadonlyArray<boolean>>): ReadonlyArray<boolean> =>
  (lists[0] ?? []).map((_, i) => lists.some((list) => list[i] === true));

export const details = (team: Team): Readonly<Record<string, number>> => {
  const total: Record<string, number> = {};
  for (const report of team.reports) {
    for (const [name, n] of Object.entries(report?.details ?? {})) total[name] = (total[name] ?? 0) + n;
  }
  return total;
};

/**
 * Does a hostile run: a cluster of real processes, started and driven by the master's own code, with a proxy in every link and the plan's faults.
 */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { TraceEvent } from '#bayou/core/trace.js';
import { makeCluster } from '#bayou/master/cluster.js';
import { makeStarter } from '#bayou/master/processes.js';
import type { ScriptReader } from '#bayou/master/lines.js';
import { beginRun, endRun } from '#bayou/master/crash-cleanup.js';
import { runScript } from '#bayou/master/run.js';
import { makeTopology } from '#bayou/master/topology.js';
import { traceFiles } from '#bayou/master/trace-files.js';
import { newSecret } from '#bayou/net/auth.js';
import { sleep } from '../common/sleep.js';
import { type FaultCounts, sumCounts } from '../faults/proxy.js';
import { temporaryFolder } from '../common/temporary-folder.js';
import { parseTrace } from '../layer3-traces/read-traces.js';
import type { AssessedRun } from './assess.js';
import { makeProxies } from './proxies.js';
import { TIMEOUT_MS, type HostilePlan, type ProcessFault } from './hostile-plan.js';
import { startNemesis, type Nemesis } from './nemesis.js';

/** A finished run. */
export interface HostileRun extends AssessedRun {
  readonly network: FaultCounts;
  readonly processes: Readonly<Record<ProcessFault['type'], number>>;
  /** A process that ended by itself, a last `stabilize` that failed in the calm. */
  readonly failures: ReadonlyArray<string>;
  /** The end of what the processes wrote to standard error, such as a server's line that its disk is full. */
  readonly said: string;
}

const MAX_SAID = 8_192;

/** How long, in ms, the command under way may take to notice that its processes are gone. */
const ABORT_MS = 500;

/** The lines of a script; none after the signal. */
const linesUntil = (reader: ScriptReader, signal: AbortSignal | undefined): ScriptReader => ({
  ...reader,
  next: async () => {
    const line = signal?.aborted === true ? undefined : await reader.next();
    return signal?.aborted === true ? undefined : line;
  },
});

/** Waits for a promise, or for the signal where the signal comes first. No listener stays at the signal, which many runs share. */
export const orAborted = async (promise: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> => {
  let hear = (): void => undefined;
  const signalled = new Promise<void>((resolve) => (hear = resolve));
  signal?.addEventListener('abort', hear);
  try {
    await Promise.race([promise, signalled]);
  } finally {
    signal?.removeEventListener('abort', hear);
  }
};

/** A finished day. */
type Day = Omit<HostileRun, 'days'> & { readonly events: ReadonlyArray<TraceEvent> };

/** Runs a plan. When it resolves, or rejects because the signal came first, every process is gone. */
export const runHostile = async (plan: HostilePlan, signal?: AbortSignal): Promise<HostileRun> => {
  signal?.throwIfAborted();
  const home = temporaryFolder('bayou-hostile-');
  try {
    const first = await runDay(home, plan, signal);
    if (plan.nextDay.length === 0) return { ...first, days: [first.events] };
    // The second day has faults of the network alone. The first day's faults of disks still show in the folders that it left.
    const next = await runDay(home, { ...plan, script: plan.nextDay, faults: [] }, signal);
    return {
      days: [first.events, next.events],
      lossy: new Set([...first.lossy, ...next.lossy]),
      network: sumCounts([first.network, next.network]),
      processes: first.processes,
      failures: [...first.failures, ...next.failures.map((why) => `the next day: ${why}`)],
      said: next.said === '' ? first.said : next.said,
    };
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
};

/** Runs the script of one day. */
const runDay = async (home: string, plan: HostilePlan, signal: AbortSignal | undefined): Promise<Day> => {
  const trace = join(home, 'trace.ndjson');
  rmSync(trace, { force: true });
  const failures: string[] = [];
  const files = traceFiles(trace, (why) => failures.push(why));
  const begun = beginRun();
  if (E.isLeft(begun)) throw new Error(begun.left);
  const run = begun.right;
  let said = '';
  const starter = makeStarter(run, (text) => (said = (said + text).slice(-MAX_SAID)));
  const secret = newSecret();
  const proxies = makeProxies(plan.network, secret);
  const dataDir = join(home, 'data');
  // The nemesis knows whether an end is expected. No process starts, and so none ends, before the nemesis has begun.
  const holder: { nemesis?: Nemesis } = {};
  const cluster = makeCluster(starter, makeTopology(), {
    host: '127.0.0.1',
    ports: null,
    secret,
    dataDir,
    fsync: false,
    antiEntropyMs: plan.antiEntropyMs,
    timeoutMs: TIMEOUT_MS,
    logLevel: 'silent',
    logFile: null,
    traceFileOf: files.fileOf,
    onDeath: (party, how) => {
      if (holder.nemesis?.isExpected(party.id) !== true) failures.push(`${party.role} ${party.id} ended by itself: ${how}`);
    },
    route: proxies.route,
  });
  const nemesis = startNemesis(plan, cluster, dataDir, proxies.setCalm);
  holder.nemesis = nemesis;
  const reader = linesUntil(nemesis.reader, signal);
  const ignore = (): void => undefined;
  try {
    const script = runScript({ reader, cluster: nemesis.cluster, starter, print: ignore, complain: ignore, trace: files.master });
    await orAborted(script, signal);
    if (signal?.aborted === true) {
      await starter.killAll();
      // A join under way may start one more process before it sees the end.
      await Promise.race([script, sleep(ABORT_MS)]);
    }
  } finally {
    holder.nemesis = { ...nemesis, isExpected: () => true };
    await starter.killAll();
    await proxies.close();
    files.collect();
    endRun(run);
  }
  signal?.throwIfAborted();
  const events = parseTrace(readFileSync(trace, 'utf8'));
  if (E.isLeft(events)) throw new Error(events.left);
  failures.push(...lastStabilizeFailed(events.right));
  return { events: events.right, lossy: nemesis.lossy, network: proxies.counts(), processes: nemesis.done, failures, said };
};

/** The script's last `stabilize` runs in the calm, and must succeed. */
const lastStabilizeFailed = (events: ReadonlyArray<TraceEvent>): ReadonlyArray<string> => {
  const line = events.findLast((e) => e.type === 'command' && e.text === 'stabilize');
  const result = events.find((e) => e.type === 'result' && line?.type === 'command' && e.line === line.line);
  if (result?.type !== 'result') return ['the last stabilize has no result'];
  return result.errors.map((error) => `in the calm: ${error}`);
};

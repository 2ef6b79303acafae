/** Runs one search of a component model: what it is made of, how it goes on, when it ends. */
import { retaken } from '../contract/closely.js';
import { mayHaveMerged } from '../contract/merging.js';
import type { ComponentModel } from '../model.js';
import { isFaultWithoutRun, stateOfFault, withRun } from '../contract/fault-location.js';
import { reading, sectionsIn, type Reader } from '../checkpoint/file.js';
import { mustSuitDepth } from '../checkpoint/depth-limit.js';
import type { CheckpointIdentity } from '../checkpoint/identity.js';
import { keeperOf, writeLast, type Keeper } from '../checkpoint/keeper.js';
import { isWitness, type Counterexample, type Stop } from '../report.js';
import { nextTurn, type Watch } from '../limits.js';
import { identityOf, mustBeKeepable, readOpening, restore, write } from './factored-checkpoint.js';
import { layoutFor } from './choose-layout.js';
import { layoutOf } from './compile/compile.js';
import { CheckerError } from '../error.js';
import type { ComponentOptions, SearchOptions } from '../options.js';
import { detailsOf, type Findings } from './factored-report.js';
import { mustSuitHashing, omissionStatistics } from '../fingerprints.js';
import { BreadthFirst } from './search/breadth-first.js';
import { DepthFirst } from './search/depth-first.js';
import { HashedBreadthFirst } from './search/hashed.js';
import type { FrontierState, SearchRun, RunStart } from './search/search-run.js';
import { SweepLine } from './search/sweep-line.js';
import { nextGrowthBytes, newSpace, type Space } from './space.js';
import { traceOf } from './properties/factored-counterexample.js';

/** The ms for which a search keeps the event loop waiting, and the most groups that it expands between two polls of the clock. */
const TURN_MS = 40;
const GROUPS_PER_POLL = 32;

// --- the search ------------------------------------------------------------------------------------------------------------

/** A search with all that its report needs. */
export interface Job {
  readonly space: Space;
  readonly run: SearchRun;
  readonly identity: CheckpointIdentity;
  readonly keeper: Keeper | undefined;
  readonly watch: Watch;
  readonly options: SearchOptions;
  readonly traces: Map<string, Counterexample>;
  /** The witnesses whose run does not reach them when it is taken on the unreduced model. They get no trace, and are not tried again. */
  readonly lost: Set<string>;
  /** The properties that were decided before a resumption. */
  readonly earlier: ReadonlySet<string>;
}

export const newJob = (model: ComponentModel, options: SearchOptions, watcher: Watch): Job => {
  mustSuit(model, options);
  const keeper = keeperOf(options);
  if (keeper !== undefined) mustBeKeepable(keeper.path, model);
  const { resume } = options;
  if (resume === undefined) return jobOf(model, options, watcher, keeper);
  return reading(resume, sectionsIn(resume)[0]!, (from) => jobOf(model, options, watcher, keeper, from));
};

/**
 * Gives the least limit of depth within which a search could have come to where it stands. Depth first the limit is that of the checkpoint, and a sweep
 * has none.
 */
const depthNeeded = (frontier: FrontierState): number => ('expanding' in frontier ? frontier.expanding + 1 : 0);

/** Makes a job, at its beginning or where a checkpoint left it. */
const jobOf = (model: ComponentModel, options: SearchOptions, watcher: Watch, keeper: Keeper | undefined, from?: Reader): Job => {
  const identity = identityOf(model, options);
  const layout = from === undefined ? layoutFor(model, options) : layoutOf(model, readOpening(from, identity));
  const space = newSpace(model, layout, {
    symmetry: options.symmetry === true,
    normalize: options.normalize === true,
    ...(options.properties === undefined ? {} : { properties: options.properties }),
  });
  if (space.audit !== undefined) space.audit.place = space.evidence;
  const run = runOf(space, options, from === undefined ? 'initial' : 'resume');
  const traces = new Map(from === undefined ? [] : restore(from, space, run));
  if (from !== undefined) mustSuitDepth(from.path, depthNeeded(run.frontier()), options.maxDepth);
  watcher.resumed(from === undefined ? 0 : space.tally.distinct);
  const earlier = space.judge.properties.filter((_, i) => space.judge.found[i] !== undefined).map(({ name }) => name);
  return {
    space,
    run,
    keeper,
    watch: watcher,
    options,
    traces,
    lost: new Set(),
    identity,
    earlier: new Set(from === undefined ? [] : earlier),
  };
};

/**
 * Makes a sweep from the initial states on, in place of a search that was not carried to its end. It takes over what that one knows of the model, so
 * that nothing of the model runs twice, and what it found. It frees the states.
 */
export const sweepInstead = ({ space: searched, run: given, ...job }: Job): Job => {
  const options: SearchOptions = { ...job.options, search: 'sweep' };
  for (const layer of given.layers()) layer.arena.release();
  const space = searched.begun();
  return { ...job, space, run: runOf(space, options, 'initial'), options, identity: identityOf(space.compiled.model, options) };
};

/** Refuses options that do not go together, or not with the model. */
const mustSuit = (model: ComponentModel, options: SearchOptions): void => {
  const { search: order = 'bfs', maxDepth, properties } = options;
  if (order === 'sweep' && model.progress === undefined) {
    throw new CheckerError('option', `search: ${model.name} declares no progress measure, which a sweep needs`);
  }
  if (order === 'sweep' && maxDepth !== undefined) {
    throw new CheckerError('option', 'maxDepth: a sweep goes by progress and does not know depths; search bfs or dfs');
  }
  mustSuitHashing(
    options,
    model.properties.filter(({ name }) => properties?.includes(name) ?? true),
  );
};

const runOf = (space: Space, { search: order, maxDepth, hashBits }: ComponentOptions, start: RunStart): SearchRun => {
  if (order === 'sweep') return new SweepLine(space, start);
  if (order === 'dfs') return new DepthFirst(space, maxDepth, hashBits, start);
  if (hashBits !== undefined) return new HashedBreadthFirst(space, maxDepth ?? Infinity, hashBits, start);
  return new BreadthFirst(space, maxDepth ?? Infinity, start);
};

/** Says how far the search has come. */
const pulseOf = ({ space: { tally }, run }: Job) => ({
  generated: tally.generated,
  distinct: tally.distinct,
  queue: tally.queue,
  depth: run.depth(),
});

/** Says why to stop now; undefined where there is no reason. */
const stopReason = (job: Job): Stop | undefined => {
  const { space, run, watch: watcher, options } = job;
  const { distinct } = space.tally;
  const { maxStates, maxMemoryBytes } = options;
  const stop = watcher.poll(pulseOf(job));
  if (stop !== undefined) return stop;
  if (maxStates !== undefined && distinct >= maxStates) return { kind: 'states', limit: maxStates };
  if (maxMemoryBytes === undefined) return undefined;
  const nextGrowth = nextGrowthBytes(run.layers());
  return nextGrowth > 0 && process.memoryUsage.rss() + nextGrowth > maxMemoryBytes
    ? { kind: 'memory', limit: maxMemoryBytes }
    : undefined;
};

/** Keeps the run to what was found just now. Later the stack holds another run, and after a resumption the depths give none. */
const keepTraces = ({ space, run, options, watch: watcher, traces, earlier, lost }: Job): void => {
  space.judge.found.forEach((evidence, i) => {
    const { name, kind } = space.judge.properties[i]!;
    const wanted = options.witnessTraces === true || !isWitness(kind);
    if (evidence !== undefined && wanted && !traces.has(name) && !lost.has(name) && !earlier.has(name)) {
      const path = run.pathTo(evidence.state);
      if (path === undefined) return;
      const trace = retaken(space.audit, watcher.elapsedMs(), () => traceOf(space, path, name, evidence, run.tellsShortest));
      if (trace === undefined) lost.add(name);
      else traces.set(name, trace);
    }
  });
};

const isDecided = ({ space, options }: Job): boolean =>
  options.keepGoing === true ? space.judge.found.every((evidence) => evidence !== undefined) : space.judge.violated;

/** Takes one step of the search. A fault of the model is told with the run to it, where the search knows that run. */
const stepOf = (job: Job): boolean => {
  const { run, space } = job;
  try {
    return run.step();
  } catch (error) {
    if (!isFaultWithoutRun(error)) throw error;
    const state = stateOfFault(error) ?? space.evidence();
    const path = run.pathTo(state);
    throw path === undefined ? error : withRun(error, traceOf(space, path, '', { state }, false)!);
  }
};

/** Expands groups for a while, until there are `pauseAt` states at most. It gives the reason to end the search, if there is one. */
const slice = (job: Job, pauseAt: number): Stop | undefined => {
  const { space, options } = job;
  const interruption = job.watch.interruption();
  if (interruption !== undefined) return interruption;
  const until = performance.now() + TURN_MS;
  const most = Math.min(options.maxStates ?? Infinity, pauseAt);
  let known = 0;
  let groups = 1;
  do {
    // A group may take long. So the clock is polled after the first one, and more seldom where groups are quick.
    groups = Math.min(GROUPS_PER_POLL, groups * 2);
    for (let i = groups >> 1; i > 0; i--) {
      if (!stepOf(job)) return ending(job);
      if (space.judge.decisions > known) {
        known = space.judge.decisions;
        keepTraces(job);
        if (space.judge.violated && isDecided(job)) return decidedStop(job);
      }
      if (space.tally.distinct >= most) return stopReason(job);
    }
    job.watch.update(pulseOf(job));
  } while (performance.now() < until);
  return stopReason(job);
};

/** Gives the stop of a search with nothing left to look for. With `keepGoing` it may have seen all states too. */
const decidedStop = (job: Job): Stop => {
  if (job.options.keepGoing !== true) return { kind: 'violation' };
  return job.space.tally.queue === 0 ? ending(job) : { kind: 'violation', all: true };
};

const ending = (job: Job): Stop => {
  keepTraces(job);
  const { maxDepth } = job.options;
  return maxDepth !== undefined && job.run.isCutShort() ? { kind: 'depth', limit: maxDepth } : { kind: 'complete' };
};

/** Writes the search to its file, if it has one. */
const keep = ({ keeper, space, run, identity, traces }: Job): void => {
  keeper?.write((to) => write(to, space, run, identity, traces));
};

/**
 * Expands groups for one turn, which ends early once there are `pauseAt` states. It does what is due between two turns of the event loop, and gives
 * the reason to end the search, if there is one.
 */
export const turn = async (job: Job, pauseAt = Infinity): Promise<Stop | undefined> => {
  const stop = slice(job, pauseAt);
  if (stop !== undefined) return writeLast(stop, () => keep(job));
  if (job.keeper?.isDue() === true) keep(job);
  await nextTurn();
  return undefined;
};

export const search = async (job: Job): Promise<Stop> => {
  for (;;) {
    const stop = await turn(job);
    if (stop !== undefined) return stop;
  }
};

/** Adds to a fault of the model the run to a state, as far as it is known. A model that is not pure may have none. */
const atState = ({ space, run }: Job, error: unknown, state: Int32Array): unknown => {
  if (!isFaultWithoutRun(error)) return error;
  try {
    const path = run.pathTo(state);
    return path === undefined ? error : withRun(error, traceOf(space, path, '', { state }, false)!);
  } catch {
    return error;
  }
};

/** Ends the audit of a search. A fault that comes up in it is told with the run to where the search was at the call. */
const auditedOf = (job: Job): Pick<Findings, 'audited'> => {
  const { space, watch: watcher } = job;
  if (space.audit === undefined) return {};
  let state: Int32Array | undefined;
  try {
    const audited = space.audit.finish(watcher.elapsedMs(), (place) => {
      state = place as Int32Array;
    });
    state = undefined;
    space.audit.quietly(() => space.components.mustBeWhole());
    return { audited };
  } catch (error) {
    throw state === undefined ? error : atState(job, error, state);
  }
};

export const findingsOf = (job: Job, completeDepth: number): Findings => {
  const { space, run, options, watch: watcher, traces } = job;
  return {
    model: space.compiled.model,
    options,
    decided: space.judge.found.map((evidence) => evidence !== undefined),
    enabled: space.memo.enabled,
    tally: space.tally,
    depth: run.depth(),
    completeDepth,
    traces,
    elapsedMs: watcher.elapsedMs(),
    peakBytes: watcher.peakBytes(),
    watch: watcher,
    workers: 1,
    merges: mayHaveMerged(space.components.merging),
    details: detailsOf(space),
    ...auditedOf(job),
    ...(run.fingerprints === undefined ? {} : { omission: omissionStatistics(run.fingerprints, space.tally.generated) }),
  };
};

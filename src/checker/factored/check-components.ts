/**
 * Checking a {@link ComponentModel} by its components: values interned, local steps run once, states in dense matrices by group.
 *
 * Safety properties, deadlock and witnesses are judged exactly. Liveness needs the graph of states, which is not kept here: such
 * properties come out `unknown`; check them on the plain model (`toModel`).
 */
import type { ComponentModel } from '../model.js';
import { withoutRun, withRuns } from '../verdict/with-runs.js';
import { noRun } from '../verdict/reasons.js';
import type { Report, Stop } from '../report.js';
import { watch } from '../limits.js';
import { mustBeOptions } from '../contract/checked-options.js';
import { optionsNow } from '../contract/options-now.js';
import { contractedComponents } from '../contract/validate.js';
import { auditOf } from '../contract/guard.js';
import { isFaultWithoutRun } from '../contract/fault-location.js';
import { CheckerError } from '../error.js';
import { isUnfinished } from '../checkpoint/keeper.js';
import { findingsOf, newJob, search, sweepInstead, turn, type Job } from './job.js';
import { toldAsNoRoom } from '../memory.js';
import type { ComponentOptions, SearchOptions } from '../options.js';
import type { Components } from './store/interned-values.js';
import { reduced } from './reduced-model.js';
import { reportOf } from './factored-report.js';

// --- one search ------------------------------------------------------------------------------------------------------------

/**
 * Adds the missing runs to a report. A sweep, and hash compaction, find that a property is violated without a shortest run. So does a resumed
 * search, for what has no counterexample in the file. A breadth-first search for just those properties finds the runs.
 */
export const withTraces = async (model: ComponentModel, options: SearchOptions, report: Report): Promise<Report> => {
  const { witnessTraces } = options;
  const wanted = report.properties
    .filter(
      ({ verdict, trace }) =>
        trace === undefined && (verdict === 'violated' || (witnessTraces === true && verdict === 'reached')),
    )
    .map(({ name }) => name);
  if (wanted.length === 0) return report;
  // The search has no limit on states, because there is something to be found.
  const { resume: _resume, checkpoint: _path, checkpointEveryMs: _every, hashBits: _bits, maxStates: _most, ...fresh } = options;
  const job = newJob(model, { ...fresh, search: 'bfs', properties: wanted, keepGoing: true }, watch(options, true));
  let stop: Stop | undefined;
  while (stop === undefined && job.traces.size < wanted.length) stop = await turn(job);
  // This search may come to states that the one before it has not.
  auditOf(model)?.mustBeIntact();
  const isCut = stop !== undefined && isUnfinished(stop);
  return {
    ...report,
    properties: report.properties.map((property) => {
      const trace = job.traces.get(property.name);
      if (trace !== undefined) return { ...property, trace };
      if (!wanted.includes(property.name)) return property;
      if (!isCut && property.verdict === 'violated') throw withoutRun(property.name);
      return isCut ? { ...property, why: noRun(property.verdict, isCut) } : property;
    }),
  };
};

/** Runs a search. Where it meets a fault of the model without knowing the run to it, a second search looks for that run. */
export const explained = async <T>(model: ComponentModel, options: ComponentOptions, run: () => Promise<T>): Promise<T> => {
  try {
    return await run();
  } catch (error) {
    auditOf(model)?.mustBeIntact();
    if (!isFaultWithoutRun(error)) throw toldAsNoRoom(error);
    const { resume: _resume, checkpoint: _path, checkpointEveryMs: _every, hashBits: _bits, ...fresh } = options;
    auditOf(model)?.againAtOnce();
    await checkBy(model, { ...fresh, search: 'bfs', keepGoing: true }).catch((told: unknown) => {
      auditOf(model)?.mustBeIntact();
      throw told instanceof CheckerError && told.trace !== undefined ? told : error;
    });
    throw error;
  }
};

/** A search that has ended. */
interface Searched {
  readonly report: Report;
  readonly components: Components;
}

/** Makes the report of a search that has ended. `completeDepth` is the depth up to which an earlier search had found all states. */
const concluded = async (job: Job, stop: Stop, completeDepth = 0): Promise<Searched> => {
  const { run, options, space } = job;
  const { compiled, components } = space;
  const complete = stop.kind === 'complete' ? 0 : completeDepth;
  const report = reportOf(findingsOf(job, Math.max(run.completeDepth(), complete)), stop);
  const again = run.tellsNoRuns || options.resume !== undefined;
  return { report: again ? await withTraces(compiled.model, options, report) : report, components };
};

// --- two searches -----------------------------------------------------------------------------------------------------------

/** The number of states that `auto` takes breadth first. A violation is mostly near, and a sweep would come to it late. */
const NEAR = 100_000;

/** Tests that the options ask for nothing that a sweep cannot give. */
const mayBeSwept = (model: ComponentModel, options: ComponentOptions): boolean => {
  const { maxDepth, maxStates, hashBits, checkpoint, resume, witnessTraces } = options;
  const asked = [maxDepth, maxStates, hashBits, checkpoint, resume];
  return model.progress !== undefined && witnessTraces !== true && asked.every((option) => option === undefined);
};

/**
 * Searches breadth first. If that does not end within `near` states, it searches from the beginning as a sweep, unless the progress of what stands for
 * other values was seen to fall.
 */
const breadthFirstThenSweep = async (model: ComponentModel, options: ComponentOptions, near: number): Promise<Searched> => {
  const begun = newJob(model, { ...options, search: 'bfs' }, watch(options, true));
  while (begun.space.tally.distinct < near) {
    const stop = await turn(begun, near);
    if (stop !== undefined) return concluded(begun, stop);
  }
  if (begun.space.components.hasFallen) return concluded(begun, await search(begun));
  const completeDepth = begun.run.completeDepth();
  const job = sweepInstead(begun);
  return concluded(job, await search(job), completeDepth);
};

/** One search. */
const checkBy = async (model: ComponentModel, options: SearchOptions): Promise<Searched> => {
  const job = newJob(model, options, watch(options, (options.search ?? 'bfs') === 'bfs'));
  return concluded(job, await search(job));
};

/** Does {@link checkComponents}. `near`: the number of states that `auto` takes breadth first. It is for tests, since a small model has few. */
export const checkComponentsNear = async (given: ComponentModel, asked: ComponentOptions, near: number): Promise<Report> => {
  const { model: sound } = contractedComponents(given, asked);
  const options = optionsNow(asked);
  mustBeOptions('components', options, sound.properties);
  const { model, after } = await reduced(sound, options);
  const { search: order = 'bfs' } = options;
  const { report, components } = await explained(model, options, () =>
    order === 'auto' && mayBeSwept(model, options)
      ? breadthFirstThenSweep(model, options, near)
      : checkBy(model, { ...options, search: order === 'auto' ? 'bfs' : order }),
  );
  return withRuns(await after(report, components));
};

/**
 * Checks every safety property of a component model over all its reachable states.
 *
 * Of `eventually`, `leadsTo` and `eventuallyAlways` it says `unknown`, so that the verdict is `bounded` where such a property is among those judged: it
 * keeps no graph of states. `check(internedModel(model))` judges them (and `bayou check` does so by itself), or leave them out with `properties`.
 *
 * @throws CheckerError when the model breaks its own contract (`model`), an option does not fit it (`option`), or a checkpoint cannot be
 * written or resumed (`checkpoint`).
 */
export const checkComponents = async (given: ComponentModel, asked: ComponentOptions = {}): Promise<Report> =>
  checkComponentsNear(given, asked, NEAR);

/** Checks a plain {@link Model} exhaustively and exactly, and gives a {@link Report}. */
import type { Model } from './model.js';
import { keeping, keptSpace } from './explicit/explicit-checkpoint.js';
import { AN_OBJECT, mustTake } from './contract/argument-checks.js';
import { optionsNow } from './contract/options-now.js';
import { forOneSearch } from './contract/guard.js';
import { contracted } from './contract/validate.js';
import { isFaultWithoutRun } from './contract/fault-location.js';
import { joined, leftOf, secondOptions } from './explicit/second-search.js';
import { readied } from './explicit/ready.js';
import { explore } from './explicit/explicit-search.js';
import { reportOf } from './explicit/explicit-report.js';
import { faultAt } from './explicit/explicit-counterexample.js';
import { simulation, simulationReport, wander, type SimulateOptions } from './explicit/simulate.js';
import type { CheckOptions } from './options.js';
import type { Report } from './report.js';
import { atOnce, unhurried } from './limits.js';
import { toldAsNoRoom } from './memory.js';
import { withRuns } from './verdict/with-runs.js';

/** Runs the search with all that comes before it, and a second one after a sweep. */
function* searched<S, A>(given: Model<S, A>, asked: CheckOptions): Generator<void, Report> {
  mustTake('check', 'options', AN_OBJECT, asked);
  // Both are taken as they are now. A search pauses, and their owner may change them meanwhile.
  const { model } = contracted(forOneSearch(given));
  const options = optionsNow(asked);
  if (options.search !== 'sweep') return yield* searchedOnce(model, options);
  let first: Report;
  try {
    first = yield* searchedOnce(model, options);
  } catch (error) {
    if (!isFaultWithoutRun(error)) throw error;
    // A sweep does not know the run to a fault. A breadth-first search that meets the fault too does.
    yield* searchedOnce(model, secondOptions(options, options.properties ?? model.properties.map(({ name }) => name)));
    throw error;
  }
  const left = leftOf(first, options);
  if (left.length === 0) return first;
  return joined(first, yield* searchedOnce(model, secondOptions(options, left)), options);
}

/** Runs one search, with its checkpoints. */
function* searchedOnce<S, A>(model: Model<S, A>, options: CheckOptions): Generator<void, Report> {
  const ready = yield* readied(model, options);
  const kept = keptSpace(ready, options);
  const { found } = kept;
  try {
    const ended = yield* keeping(kept, explore(found, options));
    return yield* ready.after(reportOf(found, ended, options));
  } catch (error) {
    ready.audit.mustBeIntact();
    throw toldAsNoRoom(options.search === 'sweep' ? error : faultAt(found, error, found.at, found.here));
  }
}

/**
 * Checks every property of the model over all its reachable states.
 *
 * It runs in the thread of its caller, between whose turns limits and the signal are heeded; a function of the model that never comes back keeps
 * that thread for ever (`bayou check` ends it, and so does `checkInParallel`).
 *
 * Breadth-first by default: counterexamples to safety properties are then shortest. States are compared whole. Liveness is judged on
 * the whole state graph once the search is over, under the model's fairness. A sweep frees the states that are behind its front; what is
 * violated has its shortest run, and liveness its graph, from a second search, breadth first.
 *
 * @throws CheckerError for what is no model, or breaks its contract (`model`: with the run to where it does), for options that make no sense
 * (`option`), and where a checkpoint cannot be written or resumed (`checkpoint`).
 */
export const check = async <S, A>(model: Model<S, A>, options: CheckOptions = {}): Promise<Report> =>
  withRuns(await unhurried(searched(model, options)));

/** The same without a pause: for tests and scripts. Signals are not served while it runs. */
export const checkSync = <S, A>(model: Model<S, A>, options: CheckOptions = {}): Report =>
  withRuns(atOnce(searched(model, options)));

/**
 * Walks at random through a space that is too large to be exhausted. The verdict is `violated` or `bounded`, never `holds`; the
 * same seed gives the same walks and, without a time or memory limit, the same report.
 */
export const simulate = async <S, A>(model: Model<S, A>, options: SimulateOptions = {}): Promise<Report> => {
  const found = simulation(model, options);
  return withRuns(simulationReport(found, await unhurried(wander(found))));
};

/** The same without a pause. */
export const simulateSync = <S, A>(model: Model<S, A>, options: SimulateOptions = {}): Report => {
  const found = simulation(model, options);
  return withRuns(simulationReport(found, atOnce(wander(found))));
};

/**
 * A run that is followed while it goes on: told of each event as it happens, in the order in which they happen, so that nothing that an event needs is still to come. What processes
 * do of themselves is followed at once; what they do for a command of the master, when the command is over, since its result says what it was.
 *
 * A follower of a whole run knows what comes later: that a process is dead, which has said nothing of it, or that an answer comes after all. One that follows along does not, so what
 * it refuses is followed once more from the beginning, as a run that ended there; where that finds nothing wrong, it goes on from there.
 */
import type { NodeId } from '#bayou/core/ids.js';
import type { TraceEvent } from '#bayou/core/trace.js';
import { atOnce } from '../common/in-turns.js';
import { followAll, followProcess, NOTHING, sceneOf } from './follow-run.js';
import { processesOf } from './read-traces.js';
import { Rejected, type Rejection, Undecidable } from './rejection.js';
import { leftBy, type Scene } from './run-scene.js';

/** Follows the runs on one data folder, one after the other. */
export class RunningTrace {
  /** The first event that no step of the model explains. */
  rejection: Rejection | undefined;
  /** How often a refusal was followed once more, and was none. */
  doubted = 0;
  readonly #lossy: () => ReadonlySet<NodeId>;
  readonly #runs: TraceEvent[][] = [[]];
  #scene: Scene | undefined;
  #isCommanded = false;
  /** Something in this run cannot be decided; nothing after it is followed. */
  #isUndecided = false;

  /** `lossy`: servers whose logs may have lost something by now. */
  constructor(lossy: () => ReadonlySet<NodeId>) {
    this.#lossy = lossy;
  }

  /** The run is over, and another begins on the same folder. */
  nextRun(): void {
    this.#runs.push([]);
    this.#scene = undefined;
    this.#isCommanded = false;
  }

  /** Something has happened. */
  take(event: TraceEvent): void {
    this.#runs.at(-1)!.push(event);
    if (event.type === 'command') this.#isCommanded = true;
    if (event.type === 'result') this.#isCommanded = false;
    this.#scene?.timeline.add(event);
    if (!this.#isCommanded) this.#follow(event);
  }

  /** Follows what has happened and was not followed yet: this event, and where it ends a command those since that began. */
  #follow(event: TraceEvent): void {
    if (this.#isUndecided || this.rejection !== undefined) return;
    try {
      if (this.#scene === undefined) this.#begin();
      else if (event.type === 'result') atOnce(followAll(this.#scene.timeline));
      else atOnce(followProcess(this.#scene.timeline, this.#scene.timeline.processes.get(event.p)!));
    } catch (error) {
      if (error instanceof Undecidable) this.#isUndecided = true;
      else if (error instanceof Rejected) this.#doubt();
      else throw error;
    }
  }

  /** From the beginning, up to now. */
  #begin(): void {
    let inherited = NOTHING;
    for (const events of this.#runs) {
      this.#scene = sceneOf(processesOf(events), { variant: 'FIXED', inherited, lossy: this.#lossy() });
      atOnce(followAll(this.#scene.timeline));
      inherited = leftBy(this.#scene);
    }
  }

  #doubt(): void {
    try {
      this.#begin();
      this.doubted++;
    } catch (error) {
      if (error instanceof Rejected) this.rejection = error.rejection;
      else if (error instanceof Undecidable) this.#isUndecided = true;
      else throw error;
    }
  }
}

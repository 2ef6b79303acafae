/**
 * Follows a run while it goes on. A running trace is told of each event as the event happens, after all events on which the event depends. Events that no command causes
 * are followed at once. Events that a command of the master causes are followed when the command is over, since its result tells which step they were.
 *
 * A follower of a whole run sees later events, too: that a process had died, or that an answer comes after all. A running trace does not see these. So before a running
 * trace refuses an event, it follows the run once more from the beginning, as a run that ends here. Where that run conforms, the running trace goes on from here.
 */
import type { NodeId } from '#bayou/core/ids.js';
import type { TraceEvent } from '#bayou/core/trace.js';
import { atOnce } from '../common/in-turns.js';
import { followAll, followProcess, NOTHING, sceneOf } from './follow-run.js';
import { processesOf } from './read-traces.js';
import { RejectedEvent, type Rejection, Undecidable } from './rejection.js';
import { leftBy, type Scene } from './run-scene.js';

/** Follows the runs on one data folder, one after the other. */
export class RunningTrace {
  /** The first event that no step of the model explains. */
  rejection: Rejection | undefined;
  /** How often a refusal proved wrong when the run was followed once more. */
  doubted = 0;
  readonly #lossy: () => ReadonlySet<NodeId>;
  readonly #runs: TraceEvent[][] = [[]];
  #scene: Scene | undefined;
  #isCommanded = false;
  /** An event of this run cannot be decided; no later event is followed. */
  #isUndecided = false;

  /** `lossy`: servers whose logs may have lost something by now. */
  constructor(lossy: () => ReadonlySet<NodeId>) {
    this.#lossy = lossy;
  }

  /** Begins the next run on the same folder. */
  nextRun(): void {
    this.#runs.push([]);
    this.#scene = undefined;
    this.#isCommanded = false;
  }

  /** Takes an event that has just happened. */
  take(event: TraceEvent): void {
    this.#runs.at(-1)!.push(event);
    if (event.type === 'command') this.#isCommanded = true;
    if (event.type === 'result') this.#isCommanded = false;
    this.#scene?.timeline.add(event);
    if (!this.#isCommanded) this.#follow(event);
  }

  /** Follows this event; where it ends a command, also the events since the command began. */
  #follow(event: TraceEvent): void {
    if (this.#isUndecided || this.rejection !== undefined) return;
    try {
      if (this.#scene === undefined) this.#begin();
      else if (event.type === 'result') atOnce(followAll(this.#scene.timeline));
      else atOnce(followProcess(this.#scene.timeline, this.#scene.timeline.processes.get(event.p)!));
    } catch (error) {
      if (error instanceof Undecidable) this.#isUndecided = true;
      else if (error instanceof RejectedEvent) this.#doubt();
      else throw error;
    }
  }

  /** Follows the run from its beginning up to now. */
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
      if (error instanceof RejectedEvent) this.rejection = error.rejection;
      else if (error instanceof Undecidable) this.#isUndecided = true;
      else throw error;
    }
  }
}

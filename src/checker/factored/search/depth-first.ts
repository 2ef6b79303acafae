/** Searches depth first, one state at a time. */
import type { Fingerprints } from '../../fingerprints.js';
import { Ints } from '../../ints.js';
import { CheckerError } from '../../error.js';
import type { Layer } from '../store/group-store.js';
import type { Space } from '../space.js';
import { frontierOf, type FrontierState, type SearchRun, type RunStart } from './search-run.js';
import { Finder, initialOf } from './state-steps.js';

/** The greatest depth limit: under a limit a depth byte says at which depth a state was last taken up. */
const MAX_DEPTH_LIMIT = 253;

/** How many numbers the stack holds of a state besides its ids. */
const EXTRA = 4;

/**
 * A depth-first search. The stack holds the run to the state at hand and nothing else: of each state its ids, the step that comes next (two
 * numbers), whether its steps were counted before, and whether any step was enabled.
 *
 * A depth limit could hide states that are near. A state that is first met far away, at the limit, is not expanded, and would not be when it is
 * met again on a shorter way. So a state that is met nearer than it was last taken up is taken up again, with all that follows from it.
 */
export class DepthFirst implements SearchRun {
  readonly tellsNoRuns = false;
  readonly tellsShortest = false;
  private readonly finder: Finder;
  private readonly tally: Space['tally'];
  private readonly stack = new Ints();
  private readonly frame: number;
  private readonly limit: number | undefined;
  private readonly roots: ReadonlyArray<Int32Array>;
  /** The initial states from which the search has still to go on. */
  private waiting: Int32Array[] = [];
  private deepest = 0;
  /** How many states were met at the limit and not taken up on a shorter way since. */
  private left = 0;

  constructor(space: Space, maxDepth: number | undefined, hashBits: number | undefined, start: RunStart = 'initial') {
    if (maxDepth !== undefined && maxDepth > MAX_DEPTH_LIMIT) {
      throw new CheckerError(
        'option',
        `maxDepth: depth first it is at most ${MAX_DEPTH_LIMIT}; search breadth first, or leave it out`,
      );
    }
    this.finder = new Finder(space, hashBits);
    this.tally = space.tally;
    this.limit = maxDepth;
    this.roots = initialOf(space);
    this.frame = this.roots[0]!.length + EXTRA;
    if (start === 'resume') return;
    this.tally.generated += this.roots.length;
    for (const root of this.roots) {
      if (!this.finder.visited.add(root, 1)) continue;
      this.finder.welcome(root, -1);
      this.waiting.push(root);
    }
    this.begin();
  }

  /** Begins at the next initial state; false where there is none. The stack must be empty. */
  private begin(): boolean {
    const root = this.waiting.shift();
    if (root === undefined) return false;
    this.enter(root, false);
    return true;
  }

  step(): boolean {
    if (this.stack.length === 0) return this.begin();
    const { finder, tally } = this;
    const changes = finder.steps.take();
    if (changes === undefined) {
      this.leave();
      return true;
    }
    const { stack } = this;
    if (stack.at(stack.length - 2) === 0) finder.count();
    stack.data[stack.length - 1] = 1;
    if (!changes) return true;
    const depth = this.size();
    const state = finder.found();
    const { distinct } = tally;
    // A depth byte holds no great depth. Without a limit, which bounds depths, all are the same.
    if (finder.visited.add(state, this.limit === undefined ? 1 : depth + 1)) finder.welcome(state, finder.steps.family);
    if (tally.distinct > distinct) this.enter(state, false);
    else if (this.limit !== undefined) this.approach(state, depth, this.limit);
    return true;
  }

  depth(): number {
    return this.deepest;
  }

  completeDepth(): number {
    if (this.stack.length > 0 || this.waiting.length > 0) return 0;
    return this.isCutShort() && this.limit !== undefined ? this.limit - 1 : this.deepest;
  }

  isCutShort(): boolean {
    return this.left > 0;
  }

  layers(): Iterable<Layer> {
    return this.finder.visited.layers;
  }

  get fingerprints(): Fingerprints | undefined {
    return this.finder.visited.fingerprints;
  }

  frontier(): FrontierState {
    return { order: 'depth first', deepest: this.deepest, left: this.left };
  }

  /** The stack, with the state at hand on it, and the initial states that wait. */
  lists(): ReadonlyArray<Int32Array> {
    this.suspend();
    return [this.stack.view(), ...this.waiting];
  }

  resume(frontier: FrontierState, layers: ReadonlyArray<Layer>, [stack, ...waiting]: ReadonlyArray<Int32Array>): void {
    ({ deepest: this.deepest, left: this.left } = frontierOf('depth first', frontier));
    this.finder.visited.resume(layers);
    this.stack.fill(stack!);
    this.waiting = waiting;
    this.takeUp();
  }

  /** Gives the run to a state that was found at the last step: the stack up to it, or one step beyond the stack; or an initial state alone. */
  pathTo(state: Int32Array): ReadonlyArray<Int32Array> {
    const path = Array.from({ length: this.size() }, (_, i) =>
      this.stack.data.slice(i * this.frame, i * this.frame + state.length),
    );
    const at = path.findIndex((other) => other.every((id, i) => id === state[i]));
    if (at !== -1) return path.slice(0, at + 1);
    const isRoot = this.roots.some((root) => root.every((id, i) => id === state[i]));
    return isRoot ? [state] : [...path, state];
  }

  private size(): number {
    return this.stack.length / this.frame;
  }

  /** Goes on from a state, unless it lies at the limit or beyond the boundary. `again` says that it was expanded before. */
  private enter(state: Int32Array, again: boolean): void {
    const { finder, stack, tally } = this;
    const depth = this.size();
    if (depth > this.deepest) this.deepest = depth;
    if (depth === this.limit) {
      this.left++;
      return;
    }
    this.suspend();
    finder.steps.state.set(state);
    if (finder.open()) {
      for (const id of state) stack.push(id);
      for (const extra of [0, 0, again ? 1 : 0, 0]) stack.push(extra);
      return;
    }
    tally.queue--;
    if (!again) tally.cut++;
    this.takeUp();
  }

  /** Goes back to the state from which the one at hand was found. */
  private leave(): void {
    const { stack, finder } = this;
    if (stack.at(stack.length - 1) === 0) finder.stuck();
    this.tally.queue--;
    stack.length -= this.frame;
    this.takeUp();
  }

  private suspend(): void {
    const { stack, finder } = this;
    if (stack.length === 0) return;
    stack.data[stack.length - EXTRA] = finder.steps.interaction;
    stack.data[stack.length - EXTRA + 1] = finder.steps.outcome;
  }

  /** Goes on with the state on the stack where it was left. */
  private takeUp(): void {
    const { stack, finder, frame } = this;
    if (stack.length === 0) return;
    finder.steps.state.set(stack.data.subarray(stack.length - frame, stack.length - EXTRA));
    finder.steps.interaction = stack.at(stack.length - EXTRA);
    finder.steps.outcome = stack.at(stack.length - EXTRA + 1);
  }

  /** Takes a known state up again if it is met nearer than before. */
  private approach(state: Int32Array, depth: number, limit: number): void {
    const { visited } = this.finder;
    const known = visited.depthByteOf(state);
    if (known === undefined) return;
    const before = known - 1;
    if (before <= depth) return;
    visited.setDepthByte(state, depth + 1);
    const again = before < limit;
    if (again) this.tally.queue++;
    else this.left--;
    this.enter(state, again);
  }
}

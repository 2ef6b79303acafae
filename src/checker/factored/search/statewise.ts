/**
 * A search one state at a time: depth first, or by depth with hash compaction. Slower than one group at a time (`expand.ts`), which
 * needs all states of a group together; but depth first the stack is the run that leads to a violation, however deep, and a state that
 * is expanded can be forgotten but for its hash. Steps come from the memo, as everywhere.
 */
import type { Fingerprints } from '../../fingerprints.js';
import { Ints } from '../../ints.js';
import type { CompiledInteraction } from '../compile/compile.js';
import { CheckerError } from '../../error.js';
import { strideOf } from '../memo/memo.js';
import type { Frontier, Run, Start } from './search.js';
import type { Space } from '../space.js';
import type { Layer } from '../store/group-store.js';
import { Hashed, visitedBy, type Visited } from './visited.js';

// --- the steps from one state ----------------------------------------------------------------------------------------------

/** The steps from a state, one after the other. */
class Steps {
  /** The state, by places, and the one after the step. */
  readonly state: Int32Array;
  readonly target: Int32Array;
  /** Which interaction comes next, and which of its outcomes. */
  interaction = 0;
  outcome = 0;
  /** The family of the step taken. */
  family = 0;
  private readonly space: Space;

  constructor(space: Space) {
    this.space = space;
    this.state = space.initial[0]!.slice();
    this.target = space.initial[0]!.slice();
  }

  /** Takes the next step; whether it changes the state, or undefined if there is none. */
  take(): boolean | undefined {
    const { memo, compiled } = this.space;
    for (; this.interaction < compiled.interactions.length; this.interaction++, this.outcome = 0) {
      const interaction = compiled.interactions[this.interaction]!;
      const row = this.rowOf(interaction);
      if (row === undefined || this.outcome >= memo.pool.at(row)) continue;
      this.family = interaction.family;
      return this.aim(interaction, row + 1 + this.outcome++ * strideOf(interaction));
    }
    return undefined;
  }

  private rowOf(interaction: CompiledInteraction): number | undefined {
    const { memo, shape } = this.space;
    const local = interaction.local === -1 ? -1 : this.state[shape.group + interaction.local]!;
    if (interaction.guard !== undefined && !memo.allows(interaction.guard, this.state)) {
      if (memo.doubts) memo.mustRefuse(interaction, this.state, local);
      return undefined;
    }
    return local === -1
      ? memo.groupRow(interaction, this.state)
      : memo.localRow(interaction, memo.node(interaction, this.state), this.state, local);
  }

  private aim(interaction: CompiledInteraction, at: number): boolean {
    const { memo, shape } = this.space;
    if (memo.pool.at(at) === 0) return false;
    this.target.set(this.state);
    interaction.writtenPlaces.forEach((place, i) => (this.target[place] = memo.pool.at(at + 1 + i)));
    if (interaction.writesLocal) this.target[shape.group + interaction.local] = memo.pool.at(at + strideOf(interaction) - 1);
    return true;
  }
}

// --- what both orders do ---------------------------------------------------------------------------------------------------

/** What is done with a state when it is found and when it is expanded. */
class Finder {
  readonly steps: Steps;
  readonly visited: Visited;
  private readonly space: Space;

  constructor(space: Space, hashBits: number | undefined) {
    this.space = space;
    this.visited = visitedBy(space, hashBits);
    this.steps = new Steps(space);
    space.witness(() => this.steps.state.slice());
  }

  /** The representative of the state that a step leads to. */
  found(): Int32Array {
    const { steps, space } = this;
    return space.symmetry?.canonical(steps.target) ?? steps.target;
  }

  /** Takes in a state that is new. Family -1: the initial one. */
  welcome(state: Int32Array, family: number): void {
    const { judge, tally, shape } = this.space;
    tally.distinct++;
    tally.queue++;
    if (family >= 0) tally.fresh[family]!++;
    const locals = state.subarray(shape.group);
    const copy = (): Int32Array => state.slice();
    judge.look(judge.looks.group, state, locals, copy);
    for (const bundles of judge.looks.local) judge.look(bundles, state, locals, copy);
    judge.look(judge.looks.cell, state, locals, copy);
  }

  /** Begins to expand the state in `steps`; whether it lies within the boundary. */
  open(): boolean {
    const { compiled, memo, shape } = this.space;
    const { steps } = this;
    steps.interaction = steps.outcome = 0;
    const locals = steps.state.subarray(shape.group);
    return compiled.boundary.every((watched) => memo.holds(watched, steps.state, locals));
  }

  count(): void {
    this.space.tally.generated++;
    this.space.tally.steps[this.steps.family]!++;
  }

  /** The state in `steps` has no step. */
  stuck(): void {
    const { judge, shape } = this.space;
    const { state } = this.steps;
    for (const ending of judge.endings) {
      if (!judge.mayEnd(ending, state, state.subarray(shape.group))) judge.decide(ending.property, { state: state.slice() });
    }
  }
}

const fingerprintsOf = (visited: Visited): Fingerprints | undefined =>
  visited instanceof Hashed ? visited.fingerprints : undefined;

/** The representatives of the initial states. */
const initialOf = ({ initial, symmetry }: Space): ReadonlyArray<Int32Array> =>
  initial.map((state) => symmetry?.canonical(state) ?? state);

// --- depth first -----------------------------------------------------------------------------------------------------------

/** A cell's depth byte says at which depth a state was last taken up, where a limit makes that matter. */
const DEEPEST_LIMIT = 253;

/**
 * Depth first. The stack holds the run to the state at hand and nothing else: of each state its ids, which step comes next, and
 * whether any was enabled.
 *
 * A depth limit could hide states that are near: one first met far away, at the limit, is not expanded, and would not be when it is met
 * again on a shorter way. So a state met again nearer than it was last taken up is taken up again, with all that follows from it.
 */
export class Depth implements Run {
  private readonly finder: Finder;
  private readonly tally: Space['tally'];
  private readonly stack = new Ints();
  private readonly frame: number;
  private readonly limit: number | undefined;
  private readonly roots: ReadonlyArray<Int32Array>;
  /** Those from which it has still to go on. */
  private waiting: Int32Array[] = [];
  private deepest = 0;
  /** How many states met at the limit were not taken up on a shorter way since. */
  private left = 0;

  constructor(space: Space, maxDepth: number | undefined, hashBits: number | undefined, start: Start = 'initial') {
    if (maxDepth !== undefined && maxDepth > DEEPEST_LIMIT) {
      throw new CheckerError(
        'option',
        `maxDepth: depth first it is at most ${DEEPEST_LIMIT}; search breadth first, or leave it out`,
      );
    }
    this.finder = new Finder(space, hashBits);
    this.tally = space.tally;
    this.limit = maxDepth;
    this.roots = initialOf(space);
    this.frame = this.roots[0]!.length + 3;
    if (start === 'resume') return;
    this.tally.generated += this.roots.length;
    for (const root of this.roots) {
      if (!this.finder.visited.add(root, 1)) continue;
      this.finder.welcome(root, -1);
      this.waiting.push(root);
    }
    this.begin();
  }

  /** Goes on from the next initial state; false where there is none. The stack must be empty. */
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
    finder.count();
    this.stack.data[this.stack.length - 1] = 1;
    if (!changes) return true;
    const depth = this.size();
    const state = finder.found();
    const { distinct } = tally;
    // Marks are bytes: without a limit, which bounds them, all are the same.
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
    return fingerprintsOf(this.finder.visited);
  }

  frontier(): Frontier {
    return { at: this.deepest, found: this.left, next: 0 };
  }

  /** The stack, with the state at hand on it, and the initial states that wait. */
  lists(): ReadonlyArray<Int32Array> {
    this.suspend();
    return [this.stack.view(), ...this.waiting];
  }

  resume(frontier: Frontier, layers: ReadonlyArray<Layer>, [stack, ...waiting]: ReadonlyArray<Int32Array>): void {
    this.deepest = frontier.at;
    this.left = frontier.found;
    this.finder.visited.resume(layers);
    this.stack.fill(stack!);
    this.waiting = waiting;
    this.takeUp();
  }

  /** The run to a state that was found at the last step: the stack up to it, or one step beyond the stack; or an initial state alone. */
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

  /** Goes on from a state, unless it lies at the limit or beyond the boundary. `again`: it was expanded before. */
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
      for (let i = 0; i < 3; i++) stack.push(0);
      return;
    }
    tally.queue--;
    if (!again) tally.cut++;
    this.takeUp();
  }

  /** Goes back to the state before, from which the one at hand was found. */
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
    stack.data[stack.length - 3] = finder.steps.interaction;
    stack.data[stack.length - 2] = finder.steps.outcome;
  }

  /** Goes on where the state on the stack was left. */
  private takeUp(): void {
    const { stack, finder, frame } = this;
    if (stack.length === 0) return;
    finder.steps.state.set(stack.data.subarray(stack.length - frame, stack.length - 3));
    finder.steps.interaction = stack.at(stack.length - 3);
    finder.steps.outcome = stack.at(stack.length - 2);
  }

  /** Takes a known state up again if it is met nearer than before. */
  private approach(state: Int32Array, depth: number, limit: number): void {
    const { visited } = this.finder;
    if (visited instanceof Hashed) return;
    const before = visited.depthByteOf(state) - 1;
    if (before <= depth) return;
    visited.setDepthByte(state, depth + 1);
    const again = before < limit;
    if (again) this.tally.queue++;
    else this.left--;
    this.enter(state, again);
  }
}

// --- breadth first, by hashes ----------------------------------------------------------------------------------------------

/** Breadth first with hash compaction: whole states are kept only of the depth that is expanded and of the next. */
export class HashedBreadth implements Run {
  private readonly finder: Finder;
  private readonly tally: Space['tally'];
  private readonly maxDepth: number;
  private readonly width: number;
  private current = new Ints();
  private next = new Ints();
  private at = 0;
  private taken = 0;

  constructor(space: Space, maxDepth: number, hashBits: number, start: Start = 'initial') {
    this.finder = new Finder(space, hashBits);
    this.tally = space.tally;
    this.maxDepth = maxDepth;
    const roots = initialOf(space);
    this.width = roots[0]!.length;
    if (start === 'resume') return;
    space.tally.generated += roots.length;
    for (const root of roots) this.meet(root, -1);
    if (maxDepth > 0) this.swap();
  }

  step(): boolean {
    if (this.taken === this.current.length && !this.advance()) return false;
    const { steps } = this.finder;
    steps.state.set(this.current.data.subarray(this.taken, this.taken + this.width));
    this.taken += this.width;
    this.tally.queue--;
    if (this.finder.open()) this.expand();
    else this.tally.cut++;
    return true;
  }

  depth(): number {
    return this.next.length > 0 ? this.at + 1 : this.at;
  }

  completeDepth(): number {
    return this.taken === this.current.length && this.taken > 0 ? this.at : this.at - 1;
  }

  isCutShort(): boolean {
    return this.next.length > 0 && this.at + 1 >= this.maxDepth;
  }

  layers(): Iterable<Layer> {
    return [];
  }

  get fingerprints(): Fingerprints | undefined {
    return fingerprintsOf(this.finder.visited);
  }

  frontier(): Frontier {
    return { at: this.at, found: 0, next: this.taken };
  }

  lists(): ReadonlyArray<Int32Array> {
    return [this.current.view(), this.next.view()];
  }

  resume(frontier: Frontier, _layers: ReadonlyArray<Layer>, [current, next]: ReadonlyArray<Int32Array>): void {
    this.at = frontier.at;
    this.taken = frontier.next;
    this.current.fill(current!);
    this.next.fill(next!);
  }

  private expand(): void {
    const { finder } = this;
    let alive = false;
    for (let changes = finder.steps.take(); changes !== undefined; changes = finder.steps.take()) {
      alive = true;
      finder.count();
      if (changes) this.meet(finder.found(), finder.steps.family);
    }
    if (!alive) finder.stuck();
  }

  private meet(state: Int32Array, family: number): void {
    const { finder } = this;
    if (!finder.visited.add(state, 1)) return;
    finder.welcome(state, family);
    for (const id of state) this.next.push(id);
  }

  private advance(): boolean {
    if (this.next.length === 0 || this.at + 1 >= this.maxDepth) return false;
    this.at++;
    this.swap();
    return true;
  }

  private swap(): void {
    [this.current, this.next] = [this.next, this.current];
    this.next.length = this.taken = 0;
  }
}

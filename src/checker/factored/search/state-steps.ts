/**
 * Takes steps one state at a time, for the depth-first search and the search by depth with hash compaction. It is slower than one group at a time
 * (`expand.ts`), which needs all states of a group together. But depth first the stack is the run that leads to a violation, however deep, and an
 * expanded state can be forgotten but for its hash. Steps come from the memo, as everywhere.
 */
import type { CompiledInteraction } from '../compile/compile.js';
import { strideOf } from '../memo/outcome-rows.js';
import type { Space } from '../space.js';
import { visitedBy, type VisitedStates } from './visited.js';

// --- the steps from one state ----------------------------------------------------------------------------------------------

/** The steps from a state, one after the other. */
class Steps {
  /** The state, by places, and the one after the step. */
  readonly state: Int32Array;
  readonly target: Int32Array;
  /** The interaction that comes next, and its outcome that comes next. */
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

  /** Takes the next step. It says whether the step changes the state; undefined where none is left. */
  take(): boolean | undefined {
    const { memo, compiled } = this.space;
    for (; this.interaction < compiled.interactions.length; this.interaction++, this.outcome = 0) {
      const interaction = compiled.interactions[this.interaction]!;
      const row = this.rowOf(interaction);
      if (row === undefined || this.outcome >= memo.pool.at(row)) continue;
      this.family = interaction.family;
      return this.setTarget(interaction, row + 1 + this.outcome++ * strideOf(interaction));
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

  private setTarget(interaction: CompiledInteraction, at: number): boolean {
    const { memo, shape } = this.space;
    if (memo.pool.at(at) === 0) return false;
    this.target.set(this.state);
    interaction.writtenPlaces.forEach((place, i) => (this.target[place] = memo.pool.at(at + 1 + i)));
    if (interaction.writesLocal) this.target[shape.group + interaction.local] = memo.pool.at(at + strideOf(interaction) - 1);
    return true;
  }
}

// --- what both orders do ---------------------------------------------------------------------------------------------------

/** What both orders do with a state when it is found and when it is expanded. */
export class Finder {
  readonly steps: Steps;
  readonly visited: VisitedStates;
  private readonly space: Space;

  constructor(space: Space, hashBits: number | undefined) {
    this.space = space;
    this.visited = visitedBy(space, hashBits);
    this.steps = new Steps(space);
    space.setEvidenceSource(() => this.steps.state.slice());
  }

  /** Gives the representative of the state that a step leads to. */
  found(): Int32Array {
    const { steps, space } = this;
    return space.symmetry?.canonical(steps.target) ?? steps.target;
  }

  /** Takes in a new state. The family is -1 for an initial one. */
  welcome(state: Int32Array, family: number): void {
    const { judge, tally, shape } = this.space;
    tally.distinct++;
    tally.queue++;
    if (family >= 0) tally.fresh[family]!++;
    const locals = state.subarray(shape.group);
    const copy = (): Int32Array => state.slice();
    judge.evaluate(judge.openBundles.group, state, locals, copy);
    for (const bundles of judge.openBundles.local) judge.evaluate(bundles, state, locals, copy);
    judge.evaluate(judge.openBundles.cell, state, locals, copy);
  }

  /** Begins to expand the state in `steps`, and says whether it lies within the boundary. */
  open(): boolean {
    const { compiled, memo, shape } = this.space;
    const { steps } = this;
    steps.interaction = steps.outcome = 0;
    const locals = steps.state.subarray(shape.group);
    return compiled.boundary.every((watched) => memo.predicates.holds(watched, steps.state, locals));
  }

  count(): void {
    this.space.tally.generated++;
    this.space.tally.steps[this.steps.family]!++;
  }

  /** Judges the state in `steps`, which has no step. */
  stuck(): void {
    const { judge, shape } = this.space;
    const { state } = this.steps;
    for (const ending of judge.endings) {
      if (!judge.mayEnd(ending, state, state.subarray(shape.group))) judge.decide(ending.property, { state: state.slice() });
    }
  }
}

/** Gives the representatives of the initial states. */
export const initialOf = ({ initial, symmetry }: Space): ReadonlyArray<Int32Array> =>
  initial.map((state) => symmetry?.canonical(state) ?? state);

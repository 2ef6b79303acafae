/** Expands a group: takes all steps from its cells that are to be expanded. */
import type { Judge, DeadlockProperty } from '../properties/factored-judge.js';
import type { Batch } from '../store/batch.js';
import type { Layer } from '../store/group-store.js';
import { GroupView } from '../store/group-view.js';
import { InnerClosure } from './at-once.js';
import { LeavingSteps } from './leaving.js';
import { OneByOne } from './one-by-one.js';
import { OpenedLocals } from './opening.js';
import type { BatchReduction, Machinery, Order } from './search-order.js';
import { countSteps, type Tally } from './tally.js';

export class Expander {
  private readonly view: GroupView;
  private readonly tally: Tally;
  private readonly judge: Judge;
  private readonly canonical: BatchReduction | undefined;
  private readonly families: number;
  private readonly opening: OpenedLocals;
  private readonly leaving: LeavingSteps;
  private readonly inside: OneByOne | InnerClosure;

  constructor(machinery: Machinery, order: Order) {
    const { compiled, shape, tally, judge, canonical } = machinery;
    this.view = new GroupView(shape);
    this.tally = tally;
    this.judge = judge;
    this.canonical = canonical;
    this.families = compiled.families.length;
    this.leaving = new LeavingSteps(machinery, order, this.view);
    const { source } = this.leaving;
    this.opening = new OpenedLocals(machinery, this.view, source);
    const unseen = judge.openBundles.cell.length === 0 && compiled.boundary.length === 0 && shape.positions > 0;
    this.inside =
      order.closes && unseen
        ? new InnerClosure(tally, order, this.view, this.opening, source)
        : new OneByOne(machinery, order, this.view, this.opening, source);
  }

  /** Puts an initial state in its place. */
  seed(tuple: Int32Array, locals: Int32Array): void {
    this.leaving.seed(tuple, locals);
  }

  /** Takes in cells that another thread found. */
  receive(batch: Batch, tuple: Int32Array, family: number): void {
    this.leaving.receive(batch, tuple, family);
  }

  /** Whether cells are given their {@link NEXT} depth byte, because bytes can be told apart inside a group. */
  get givesNext(): boolean {
    return this.inside.givesNext;
  }

  /** The greatest depth byte of a cell that was expanded, where all get their {@link NEXT}. */
  get greatest(): number {
    return this.inside.greatest;
  }

  /** Whether the depth bytes that cells get by {@link NEXT} count the fewest steps that lead to each cell. */
  get areBytesDepths(): boolean {
    return this.leaving.areBytesDepths;
  }

  /** Takes over `greatest` and `exact` from a checkpoint. */
  resume(greatest: number, areBytesDepths: boolean): void {
    this.inside.greatest = greatest;
    this.leaving.areBytesDepths = areBytesDepths;
  }

  /** Expands the cells of a group with the order's depth bytes. */
  expand(layer: Layer, group: number): void {
    const { view, opening, leaving } = this;
    view.load(layer, group);
    const hasStabilizer = this.canonical?.hasStabilizer(view.tuple) ?? false;
    opening.begin(hasStabilizer);
    leaving.leastFirst = hasStabilizer;
    this.inside.run();
    if (view.cells.count === 0) return;
    view.fillUsed();
    const alive = leaving.expandGroup();
    if (!alive) for (const ending of this.judge.endings) this.findDeadlock(ending);
    leaving.expandOutside(opening.outside);
    this.count();
  }

  private count(): void {
    const { families, opening } = this;
    for (let p = 0; p < opening.locals.length; p++) {
      const { ways } = opening.locals[p]!;
      const occurs = this.view.occurs[p]!;
      for (let x = 0; x < this.view.counts[p]!; x++) {
        if (occurs[x] === 0) continue;
        for (let f = 0; f < families; f++) countSteps(this.tally, f, occurs[x]! * ways[x * families + f]!);
      }
    }
  }

  /** Finds a deadlock. Where no interaction among group slots is enabled, a cell is stuck when none of its local ids can take a step. */
  private findDeadlock(ending: DeadlockProperty): void {
    const { view, judge } = this;
    const { locals } = this.opening;
    const { source } = this.leaving;
    for (let i = 0; i < view.cells.count; i++) {
      if (locals.some((local, p) => local.alive[view.cells.at[p]![i]!] === 1)) continue;
      if (judge.mayEnd(ending, view.tuple, source.idsOf(i))) continue;
      source.from(i);
      judge.decide(ending.property, { state: source.evidence() });
      return;
    }
  }

  /** Gives the state for which a row is being filled. */
  evidence(): Int32Array {
    return this.leaving.source.evidence();
  }
}

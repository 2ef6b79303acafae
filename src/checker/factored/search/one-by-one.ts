/** Takes the steps inside a group cell by cell: where something must see each cell, or where new cells are not expanded at once. */
import type { CompiledModel } from '../compile/compile.js';
import type { PredicateMemo } from '../memo/predicates.js';
import type { EvidenceSource } from '../properties/evidence-source.js';
import type { Judge } from '../properties/factored-judge.js';
import type { GroupView } from '../store/group-view.js';
import type { OpenedLocals } from './opening.js';
import type { Machinery, Order } from './search-order.js';
import type { Tally } from './tally.js';

export class OneByOne {
  /** All new cells get one depth byte. */
  readonly givesNext = false;
  greatest = 0;
  private readonly view: GroupView;
  private readonly tally: Tally;
  private readonly order: Order;
  private readonly judge: Judge;
  private readonly opening: OpenedLocals;
  private readonly source: EvidenceSource;
  private readonly predicates: PredicateMemo;
  private readonly boundary: CompiledModel['boundary'];

  constructor(
    { compiled, tally, memo, judge }: Machinery,
    order: Order,
    view: GroupView,
    opening: OpenedLocals,
    source: EvidenceSource,
  ) {
    this.view = view;
    this.tally = tally;
    this.order = order;
    this.judge = judge;
    this.opening = opening;
    this.source = source;
    this.predicates = memo.predicates;
    this.boundary = compiled.boundary;
  }

  /** Expands the cells of the group at hand, and those that they lead to, where the order says so. */
  run(): void {
    const { view, tally, order, opening } = this;
    const { locals } = opening;
    const { cells } = view;
    view.collect(order.from, order.upTo, order.done);
    tally.queue -= cells.count;
    const before = tally.distinct;
    let kept = 0;
    for (let i = 0; i < cells.count; i++) {
      this.source.from(i);
      if (this.boundary.length > 0 && this.isCut(i)) {
        tally.cut++;
        view.drop(i);
        continue;
      }
      for (let p = 0; p < locals.length; p++) {
        const x = cells.at[p]![i]!;
        if (locals[p]!.open[x] === 0) opening.open(p, x);
      }
      // After the ids are opened: an id that is new in the group may move its cells.
      const place = view.offsetOf(i);
      for (let p = 0; p < locals.length; p++) this.followInside(i, p, place);
      view.keep(i, kept++);
    }
    cells.count = kept;
    if (tally.distinct > before && !order.closes) order.enqueue(view.layer, view.group);
  }

  private followInside(i: number, p: number, place: number): void {
    const { view, tally, order } = this;
    const { locals, inside } = this.opening;
    const local = locals[p]!;
    const x = view.cells.at[p]![i]!;
    const to = local.to[x]!;
    for (let s = local.from[x]!; s < to; s += 2) {
      if (!view.depthByte(i, p, inside.data[s]!, place, order.closes ? order.done : order.to, order.closes)) continue;
      tally.distinct++;
      tally.fresh[inside.data[s + 1]!]!++;
      if (!order.closes) tally.queue++;
      if (this.judge.openBundles.cell.length > 0) this.source.inside(i, p, inside.data[s]!);
    }
  }

  private isCut(i: number): boolean {
    const ids = this.source.idsOf(i);
    return !this.boundary.every((watched) => this.predicates.holds(watched, this.view.tuple, ids));
  }
}

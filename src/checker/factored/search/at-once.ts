/**
 * Takes the steps inside a group all at once: first all ids, then all cells (`closure.ts`). It serves an order that expands new cells of the
 * group at once, where nothing must see them one by one.
 */
import { Ints } from '../../ints.js';
import type { EvidenceSource } from '../properties/evidence-source.js';
import { greatest } from '../store/batch.js';
import type { GroupView } from '../store/group-view.js';
import { Closure } from './closure.js';
import type { OpenedLocals } from './opening.js';
import type { Order } from './search-order.js';
import type { Tally } from './tally.js';

export class InnerClosure {
  /** Each cell gets the depth byte after that of the cell from which it is found. */
  readonly givesNext = true;
  /** The greatest depth byte of a cell that was expanded. */
  greatest = 0;
  private readonly view: GroupView;
  private readonly tally: Tally;
  private readonly order: Order;
  private readonly opening: OpenedLocals;
  private readonly source: EvidenceSource;
  private readonly closure: Closure;
  /** The indices opened at the position at hand. */
  private readonly opened = new Ints();

  constructor(tally: Tally, order: Order, view: GroupView, opening: OpenedLocals, source: EvidenceSource) {
    this.view = view;
    this.tally = tally;
    this.order = order;
    this.opening = opening;
    this.source = source;
    this.closure = new Closure(view, opening.locals, opening.inside, tally);
  }

  /** Expands the cells of the group at hand, and those that they lead to inside it. */
  run(): void {
    const { view, tally, order } = this;
    const upTo = this.openSurveyed();
    if (!this.opening.hasStabilizer) tally.distinct += this.closure.run(order.from);
    view.collect(order.from, upTo, order.done);
    this.greatest = Math.max(this.greatest, greatest(view.cells));
  }

  /**
   * Opens the ids of the cells to expand, and gives the greatest depth byte that is expanded now. Where the group has a stabilizer its inner
   * steps go through the symmetry. There is no closure then, and the cells that they find are queued again. So the cells with the least depth
   * byte are expanded alone: otherwise a cell could be expanded before its least byte is known.
   */
  private openSurveyed(): number {
    const { view, tally, order } = this;
    const { surveyed } = view;
    view.survey(order.from, order.upTo);
    const upTo = this.opening.hasStabilizer && surveyed.least < surveyed.greatest ? surveyed.least : order.upTo;
    if (upTo < order.upTo) {
      view.survey(order.from, upTo);
      order.enqueue(view.layer, view.group);
    }
    tally.queue -= surveyed.count;
    for (let p = 0; p < this.opening.locals.length; p++) this.openAll(p);
    return upTo;
  }

  /** Opens the ids that the cells to expand have at a position, and the ids to which these lead. */
  private openAll(p: number): void {
    const { view, opened } = this;
    const { inside } = this.opening;
    const local = this.opening.locals[p]!;
    const used = view.cells.used[p]!;
    opened.length = 0;
    for (let u = 0; u < view.cells.usedCount[p]!; u++) this.openOnce(p, used[u]!, used[u]!);
    for (let k = 0; k < opened.length; k++) {
      const x = opened.at(k);
      for (let s = local.from[x]!; s < local.to[x]!; s += 2) this.openOnce(p, inside.at(s), local.origin[x]!);
    }
  }

  /** Opens an id to which steps inside the group lead from the one with the index `origin`. */
  private openOnce(p: number, x: number, origin: number): void {
    const local = this.opening.locals[p]!;
    if (local.open[x] !== 0) return;
    local.origin[x] = origin;
    this.source.fromId(p, origin, this.view.cells.ids[p]![x]!);
    this.opening.open(p, x);
    this.opened.push(x);
  }
}

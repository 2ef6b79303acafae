/** What the properties are told while a group is expanded: of new ids, new cells and new groups, each with a state that has them. */
import type { Batch } from '../store/batch.js';
import type { GroupView } from '../store/group-view.js';
import type { Judge } from './factored-judge.js';

export class EvidenceSource {
  /** The batch that is being moved; its tuple is `target`. */
  moving: Batch;
  private readonly view: GroupView;
  private readonly judge: Judge;
  private readonly target: Int32Array;
  /** The local ids that a predicate is asked with. Evidence is made in a list of its own: it is wanted while they are still asked with. */
  private readonly ids: Int32Array;
  private readonly found: Int32Array;
  /**
   * The state that {@link evidence} gives. Where `position` is -1 it is that of the cell `cell`. Otherwise it is that of some cell to expand
   * that has the index `origin` at `position`, with the id `instead` put there.
   */
  private cell = 0;
  private position = -1;
  private origin = 0;
  private substitute = 0;

  constructor(view: GroupView, judge: Judge, target: Int32Array, moving: Batch) {
    this.view = view;
    this.judge = judge;
    this.target = target;
    this.moving = moving;
    this.ids = new Int32Array(moving.at.length);
    this.found = new Int32Array(moving.at.length);
  }

  /** From here on, evidence is of this cell to expand. */
  from(cell: number): void {
    this.cell = cell;
    this.position = -1;
  }

  /** From here on, evidence is of a step inside the group: it takes some cell with the index `origin` at the position to the id `id` there. */
  fromId(position: number, origin: number, id: number): void {
    this.position = position;
    this.origin = origin;
    this.substitute = id;
  }

  /** The state from which steps are taken. */
  evidence(): Int32Array {
    const { found, view } = this;
    if (this.position === -1) this.read(view.cells, this.cell, found);
    else {
      view.someCell(this.position, this.origin, found);
      found[this.position] = this.substitute;
    }
    return join(view.tuple, found);
  }

  /** The local ids of a cell to expand, until something else is looked at. */
  idsOf(cell: number): Int32Array {
    this.read(this.view.cells, cell, this.ids);
    return this.ids;
  }

  /** A step inside the group gave a position an id that it did not have. */
  atNewId(p: number, id: number): void {
    const { judge, view, ids } = this;
    const bundles = judge.openBundles.local[p]!;
    if (bundles.length === 0) return;
    ids[p] = id;
    judge.evaluate(bundles, view.tuple, ids, () => {
      const state = this.evidence();
      state[view.tuple.length + p] = id;
      return state;
    });
  }

  /** A step inside the group led from cell `i` to one with another index at `p`. */
  inside(i: number, p: number, index: number): void {
    const { judge, view, ids } = this;
    this.read(view.cells, i, ids);
    ids[p] = view.cells.ids[p]![index]!;
    judge.evaluate(judge.openBundles.cell, view.tuple, ids, () => join(view.tuple, ids));
  }

  atNewGroup(): void {
    const { judge, target, ids } = this;
    judge.evaluate(judge.openBundles.group, target, ids, () => this.moved(0));
  }

  /** The batch gave its group the id with index `x` at `p`. */
  atMovedId(p: number, x: number): void {
    const { judge, target, ids } = this;
    const bundles = judge.openBundles.local[p]!;
    if (bundles.length === 0) return;
    const i = this.moving.at[p]!.indexOf(x);
    this.read(this.moving, i, ids);
    judge.evaluate(bundles, target, ids, () => this.moved(i));
  }

  atMovedCell(i: number): void {
    const { judge, target, ids } = this;
    this.read(this.moving, i, ids);
    judge.evaluate(judge.openBundles.cell, target, ids, () => join(target, ids));
  }

  private moved(i: number): Int32Array {
    this.read(this.moving, i, this.found);
    return join(this.target, this.found);
  }

  private read(batch: Batch, i: number, into: Int32Array): void {
    for (let p = 0; p < into.length; p++) into[p] = batch.ids[p]![batch.at[p]![i]!]!;
  }
}

const join = (tuple: Int32Array, locals: Int32Array): Int32Array => {
  const state = new Int32Array(tuple.length + locals.length);
  state.set(tuple);
  state.set(locals, tuple.length);
  return state;
};

/** Tells the properties of new ids, new cells and new groups while a group is expanded, each with a state that has them. */
import type { Batch } from '../store/batch.js';
import type { GroupView } from '../store/group-view.js';
import type { Judge } from './factored-judge.js';

export class EvidenceSource {
  /** The batch that is being moved; its tuple is `target`. */
  moving: Batch;
  private readonly view: GroupView;
  private readonly judge: Judge;
  private readonly target: Int32Array;
  /** The local ids on which a predicate runs. Evidence has a list of its own, because it is made while the predicate still uses this one. */
  private readonly ids: Int32Array;
  private readonly found: Int32Array;
  /**
   * Which state {@link evidence} gives. Where `position` is -1 it is the state of the cell `cell`. Otherwise it is the state of some cell to
   * expand with the index `origin` at `position`, with the id `substitute` put there.
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

  /** Makes {@link evidence} the state of this cell to expand, from here on. */
  from(cell: number): void {
    this.cell = cell;
    this.position = -1;
  }

  /**
   * Makes {@link evidence} the state after a step inside the group, from here on. The step takes some cell with the index `origin` at the
   * position to the id `id` there.
   */
  fromId(position: number, origin: number, id: number): void {
    this.position = position;
    this.origin = origin;
    this.substitute = id;
  }

  /** Gives the state from which steps are taken. */
  evidence(): Int32Array {
    const { found, view } = this;
    if (this.position === -1) this.read(view.cells, this.cell, found);
    else {
      view.someCell(this.position, this.origin, found);
      found[this.position] = this.substitute;
    }
    return join(view.tuple, found);
  }

  /** Gives the local ids of a cell to expand. The list is valid until another method is called. */
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

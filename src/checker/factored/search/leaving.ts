/** Takes steps that lead to another group (or go through the symmetry). Cells move together, a batch at a time. */
import type { Ints } from '../../ints.js';
import type { CompiledInteraction } from '../compile/compile.js';
import type { Memo } from '../memo/memo.js';
import { IDLE, strideOf } from '../memo/outcome-rows.js';
import { EvidenceSource } from '../properties/evidence-source.js';
import { type Batch, emptyBatch, fillUsed, withCapacity } from '../store/batch.js';
import type { GroupView } from '../store/group-view.js';
import type { Mover } from '../store/mover.js';
import type { BatchReduction, Machinery, Order } from './search-order.js';
import { countSteps, type Tally } from './tally.js';

export class LeavingSteps {
  /** Whether no step has led to another group of the same level, whose cells may have been expanded already. */
  areBytesDepths = true;
  /**
   * Whether the cells of the current group with the least depth byte are expanded first ({@link AtOnce}). A step that comes back to the group
   * through the symmetry then finds no cell that was expanded with a greater depth byte than the step gives it.
   */
  leastFirst = false;
  readonly source: EvidenceSource;
  private readonly memo: Memo;
  private readonly mover: Mover;
  private readonly tally: Tally;
  private readonly order: Order;
  private readonly canonical: BatchReduction | undefined;
  private readonly view: GroupView;
  private readonly interactions: ReadonlyArray<CompiledInteraction>;
  /** Interactions that touch no local position. */
  private readonly groupInteractions: ReadonlyArray<CompiledInteraction>;
  /** The tuple to which a batch moves, and the batch, where it is only a part of the cells. */
  private readonly target: Int32Array;
  private readonly part: Batch;
  private picked: Int32Array = new Int32Array(64);

  constructor({ compiled, shape, tally, memo, judge, mover, canonical }: Machinery, order: Order, view: GroupView) {
    this.memo = memo;
    this.mover = mover;
    this.tally = tally;
    this.order = order;
    this.canonical = canonical;
    this.view = view;
    this.interactions = compiled.interactions;
    this.groupInteractions = compiled.interactions.filter((interaction) => interaction.local === -1);
    this.target = new Int32Array(shape.group);
    this.part = emptyBatch(shape.positions);
    this.source = new EvidenceSource(view, judge, this.target, this.part);
    if (judge.openBundles.cell.length > 0) mover.onFresh = (cell) => this.source.atMovedCell(cell);
  }

  /** Puts an initial state in its place. */
  seed(tuple: Int32Array, locals: Int32Array): void {
    const { part } = this;
    part.count = 1;
    part.depthBytes[0] = this.order.from - 1;
    locals.forEach((id, p) => {
      part.at[p]![0] = 0;
      part.ids[p]![0] = id;
    });
    fillUsed(part);
    this.target.set(tuple);
    this.tally.generated++;
    this.move(part, -1);
  }

  /** Takes the steps among the group slots: all cells move together. It says whether one was enabled. */
  expandGroup(): boolean {
    const { view, memo } = this;
    let alive = false;
    this.source.from(0);
    for (const interaction of this.groupInteractions) {
      if (interaction.guard !== undefined && !memo.allows(interaction.guard, view.tuple)) {
        if (memo.doubts) memo.mustRefuse(interaction, view.tuple, -1);
        continue;
      }
      const row = memo.groupRow(interaction, view.tuple);
      if (row === 0) continue;
      alive = true;
      const outcomes = memo.pool.data[row]!;
      countSteps(this.tally, interaction.family, outcomes * view.cells.count);
      if (row === IDLE) continue;
      const stride = strideOf(interaction);
      for (let o = 0, at = row + 1; o < outcomes; o++, at += stride) {
        if (memo.pool.data[at] === 0) continue;
        this.setTarget(interaction, at);
        this.move(view.cells, interaction.family);
      }
    }
    return alive;
  }

  /**
   * Takes the steps of one local position that change the group, or that must go through the symmetry. The cells of one local id move together.
   */
  expandOutside(outside: Ints): void {
    for (let at = 0; at < outside.length;) {
      const p = outside.at(at);
      const x = outside.at(at + 1);
      this.selectPart(p, x);
      for (; at < outside.length && outside.at(at) === p && outside.at(at + 1) === x; at += 4) {
        const interaction = this.interactions[outside.at(at + 2)]!;
        const offset = outside.at(at + 3);
        this.setTarget(interaction, offset);
        this.part.ids[p]![0] = interaction.writesLocal
          ? this.memo.pool.data[offset + strideOf(interaction) - 1]!
          : this.view.cells.ids[p]![x]!;
        if (this.part.count > 0) this.move(this.part, interaction.family);
      }
    }
  }

  /** Fills `part` with the cells that have index `x` at `p`. They get one common id there. */
  private selectPart(p: number, x: number): void {
    const { part, view } = this;
    const { cells } = view;
    const picked = this.cellsWith(cells, p, x);
    part.depthBytes = withCapacity(part.depthBytes, part.count);
    for (let n = 0; n < part.count; n++) part.depthBytes[n] = cells.depthBytes[picked[n]!]!;
    for (let q = 0; q < part.at.length; q++) {
      part.at[q] = withCapacity(part.at[q]!, part.count);
      const [to, from] = [part.at[q]!, cells.at[q]!];
      for (let n = 0; n < part.count; n++) to[n] = q === p ? 0 : from[picked[n]!]!;
      if (q !== p) {
        part.ids[q] = withCapacity(part.ids[q]!, view.counts[q]!);
        part.ids[q]!.set(cells.ids[q]!.subarray(0, view.counts[q]));
      }
    }
    fillUsed(part);
  }

  /** Lists the cells with index `x` at `p`. `part` counts them. */
  private cellsWith(cells: Batch, p: number, x: number): Int32Array {
    const wanted = cells.at[p]!;
    this.picked = withCapacity(this.picked, cells.count);
    this.part.count = 0;
    for (let i = 0; i < cells.count; i++) if (wanted[i] === x) this.picked[this.part.count++] = i;
    return this.picked;
  }

  /** Sets `target` to the tuple after an outcome. */
  private setTarget(interaction: CompiledInteraction, outcome: number): void {
    const { target, view } = this;
    const { data } = this.memo.pool;
    for (let i = 0; i < target.length; i++) target[i] = view.tuple[i]!;
    const places = interaction.writtenPlaces;
    for (let i = 0; i < places.length; i++) target[places[i]!] = data[outcome + 1 + i]!;
  }

  /** Moves a batch to the group `target`, wherever that is kept. */
  private move(batch: Batch, family: number): void {
    const { order } = this;
    const reduced = this.canonical === undefined ? batch : this.canonical.reduce(batch, this.target);
    if (order.sendAway?.(reduced, this.target, family) === true) return;
    this.place(reduced, family);
  }

  /** Takes in cells that another thread found. */
  receive(batch: Batch, tuple: Int32Array, family: number): void {
    this.target.set(tuple);
    this.place(batch, family);
  }

  /** Puts the cells of a batch into the group `target`. */
  private place(batch: Batch, family: number): void {
    const { tally, order } = this;
    this.source.moving = batch;
    const moved = this.mover.move(batch, order.layerOf(this.target), this.target, order.to);
    // When a step finds cells of the same level, depth bytes need not be the least any more: the cells may have been expanded already, with a
    // greater byte. Cells of this group itself, to which a step comes back through the symmetry, are safe if the least were expanded first.
    const isOtherLevel = moved.layer !== this.view.layer;
    const isOwnInOrder = moved.group === this.view.group && this.leastFirst;
    if (!isOtherLevel && !isOwnInOrder) this.areBytesDepths = false;
    if (moved.fresh === 0) return;
    tally.distinct += moved.fresh;
    tally.queue += moved.fresh;
    if (family >= 0) tally.fresh[family]! += moved.fresh;
    if (moved.newGroup) this.source.atNewGroup();
    for (let n = 0; n < moved.newCount; n += 2) this.source.atMovedId(moved.newIds[n]!, moved.newIds[n + 1]!);
    order.enqueue(moved.layer, moved.group);
  }
}

/** Expanding a group: all steps from those of its cells that are to be expanded. */
import { Ints } from '../../ints.js';
import { type Batch, emptyBatch, fillUsed, greatest, roomy } from '../store/batch.js';
import { Closure } from './closure.js';
import type { Compiled, CompiledInteraction, CompiledPredicate } from '../compile/compile.js';
import { GroupView } from '../store/group-view.js';
import type { Ending, Judge } from '../properties/factored-judge.js';
import { Active, Locals } from '../memo/locals.js';
import { EvidenceSource } from '../properties/evidence-source.js';
import type { Memo } from '../memo/memo.js';
import { GROUP_CHANGES, IDLE, strideOf } from '../memo/rows.js';
import type { Mover } from '../store/mover.js';
import type { Layer, Shape } from '../store/group-store.js';
import type { Tally } from './tally.js';

/** How a search order uses the expansion. */
export interface Order {
  /** The layer in which the group with this tuple is, or would be. */
  readonly layerOf: (tuple: Int32Array) => Layer;
  /** Puts a group that has new cells on the list of those to expand, if it is not there. */
  readonly enqueue: (layer: Layer, group: number) => void;
  /** The depth bytes of the cells that are expanded now, from the least to the greatest, and the one they have afterwards. */
  from: number;
  upTo: number;
  done: number;
  /** The depth byte of new cells, or {@link NEXT}. */
  to: number;
  /** Whether new cells of the group at hand are expanded at once (and get the byte `done`). */
  readonly closes: boolean;
  /** Takes a batch that belongs to somebody else; false where it belongs here. */
  readonly sendAway?: (batch: Batch, tuple: Int32Array, family: number) => boolean;
}

/** What a reduction by symmetry does to a batch before it is moved. */
export interface Canonical {
  /** Whether some permutation other than the identity leaves the tuple as it is. */
  readonly isLoose: (tuple: Int32Array) => boolean;
  /** Replaces the tuple (in place) and the batch by their representatives. */
  readonly reduce: (batch: Batch, tuple: Int32Array) => Batch;
}

export class Expander {
  readonly view: GroupView;
  readonly tally: Tally;
  private readonly memo: Memo;
  private readonly judge: Judge;
  private readonly mover: Mover;
  private readonly order: Order;
  private readonly canonical: Canonical | undefined;
  private readonly boundary: Compiled['boundary'];
  private readonly interactions: ReadonlyArray<CompiledInteraction>;
  /** Interactions that touch no local position, and those that touch each. */
  private readonly groupInteractions: ReadonlyArray<CompiledInteraction>;
  private readonly localInteractions: ReadonlyArray<ReadonlyArray<CompiledInteraction>>;

  private readonly target: Int32Array;
  private readonly part: Batch;
  private readonly locals: ReadonlyArray<Locals>;
  private readonly families: number;
  private loose = false;
  /** Pairs (index, family): successors inside the group. */
  private readonly inside = new Ints();
  /** Quadruples (position, index, interaction, offset in the pool): outcomes that leave the group. */
  private readonly outside = new Ints();
  private readonly active: ReadonlyArray<Active>;
  private picked: Int32Array = new Int32Array(64);
  private readonly source: EvidenceSource;
  /** Finds the successors inside a group all at once, where nobody must see them one by one. */
  private readonly closure: Closure | undefined;
  /** The greatest depth byte of a cell that was expanded, where all get their {@link NEXT}; and whether that is the least which leads to each. */
  greatest = 0;
  exact = true;
  /** The indices opened at the position at hand. */
  private readonly opened = new Ints();

  constructor(
    compiled: Compiled,
    shape: Shape,
    tally: Tally,
    memo: Memo,
    judge: Judge,
    mover: Mover,
    order: Order,
    canonical: Canonical | undefined,
  ) {
    this.view = new GroupView(shape);
    this.tally = tally;
    this.memo = memo;
    this.judge = judge;
    this.mover = mover;
    this.order = order;
    this.canonical = canonical;
    this.boundary = compiled.boundary;
    this.interactions = compiled.interactions;
    this.groupInteractions = compiled.interactions.filter((interaction) => interaction.local === -1);
    this.localInteractions = compiled.layout.locals.map((_, p) =>
      compiled.interactions.filter((interaction) => interaction.local === p),
    );
    this.target = new Int32Array(shape.group);
    this.part = emptyBatch(shape.positions);
    this.families = compiled.families.length;
    this.locals = Array.from({ length: shape.positions }, () => new Locals(this.families));
    this.active = this.localInteractions.map(() => new Active());
    this.source = new EvidenceSource(this.view, judge, this.target, this.part);
    const unseen = judge.looks.cell.length === 0 && compiled.boundary.length === 0 && shape.positions > 0;
    this.closure = order.closes && unseen ? new Closure(this.view, this.locals, this.inside, tally) : undefined;
    if (judge.looks.cell.length > 0) mover.onFresh = (cell) => this.source.atMovedCell(cell);
  }

  // --- the whole of it -----------------------------------------------------------------------------------------------------

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

  /** Whether depth bytes can be told apart inside a group: cells are then given their {@link NEXT}. */
  get givesNext(): boolean {
    return this.closure !== undefined;
  }

  /** Expands the cells of a group with the order's depth bytes. */
  expand(layer: Layer, group: number): void {
    const { view } = this;
    view.load(layer, group);
    this.loose = this.canonical?.isLoose(view.tuple) ?? false;
    for (let p = 0; p < this.locals.length; p++) {
      this.active[p]!.count = -1;
      this.locals[p]!.clear(view.counts[p]!);
    }
    this.inside.length = this.outside.length = 0;
    if (this.closure === undefined) this.expandInside();
    else this.closeInside(this.closure);
    if (view.cells.count === 0) return;
    view.settle();
    const alive = this.expandGroup();
    if (!alive) for (const ending of this.judge.endings) this.findDeadlock(ending);
    this.expandOutside();
    this.count();
  }

  // --- steps inside the group ----------------------------------------------------------------------------------------------

  private expandInside(): void {
    const { view, tally, order, locals } = this;
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
        if (locals[p]!.open[x] === 0) this.open(p, x);
      }
      // Not before: ids that are new in the group may move its cells.
      const place = view.placeOf(i);
      for (let p = 0; p < locals.length; p++) this.followInside(i, p, place);
      view.keep(i, kept++);
    }
    cells.count = kept;
    if (tally.distinct > before && !order.closes) order.enqueue(view.layer, view.group);
  }

  /** The same at once: first all ids, then all cells. */
  private closeInside(closure: Closure): void {
    const { view, tally, order } = this;
    const upTo = this.openSurveyed();
    if (!this.loose) tally.distinct += closure.run(order.from);
    view.collect(order.from, upTo, order.done);
    this.greatest = Math.max(this.greatest, greatest(view.cells));
  }

  /**
   * Opens the ids of the cells to expand, and gives the greatest depth byte of these. Where steps inside the group go through the symmetry they
   * come to no closure here, but to the group's queue again. So that depth bytes are the least all the same, the cells with the least, which
   * it gives, are taken first.
   */
  private openSurveyed(): number {
    const { view, tally, order } = this;
    const { surveyed } = view;
    view.survey(order.from, order.upTo);
    const upTo = this.loose && surveyed.least < surveyed.greatest ? surveyed.least : order.upTo;
    if (upTo < order.upTo) {
      view.survey(order.from, upTo);
      order.enqueue(view.layer, view.group);
    }
    tally.queue -= surveyed.count;
    for (let p = 0; p < this.locals.length; p++) this.openAll(p);
    return upTo;
  }

  /** Opens the ids that the cells to expand have at a position, and those that these come to. */
  private openAll(p: number): void {
    const { view, opened, inside } = this;
    const local = this.locals[p]!;
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
    const local = this.locals[p]!;
    if (local.open[x] !== 0) return;
    local.origin[x] = origin;
    this.source.fromId(p, origin, this.view.cells.ids[p]![x]!);
    this.open(p, x);
    this.opened.push(x);
  }

  private followInside(i: number, p: number, place: number): void {
    const { view, tally, order } = this;
    const local = this.locals[p]!;
    const x = view.cells.at[p]![i]!;
    const to = local.to[x]!;
    for (let s = local.from[x]!; s < to; s += 2) {
      if (!view.depthByte(i, p, this.inside.data[s]!, place, order.closes ? order.done : order.to, order.closes)) continue;
      tally.distinct++;
      tally.fresh[this.inside.data[s + 1]!]!++;
      if (!order.closes) tally.queue++;
      if (this.judge.looks.cell.length > 0) this.source.inside(i, p, this.inside.data[s]!);
    }
  }

  /** Runs (or remembers) the interactions of a local id with the group, and sorts their outcomes. */
  private open(p: number, x: number): void {
    const { view, memo, inside } = this;
    const local = this.locals[p]!;
    const id = view.cells.ids[p]![x]!;
    local.begin(x, inside.length);
    const active = this.active[p]!;
    if (active.count === -1) this.activate(p);
    for (const interaction of active.ruledOut) memo.mustRefuse(interaction, view.tuple, id);
    const { interactions, nodes, count } = active;
    for (let i = 0; i < count; i++) {
      const interaction = interactions[i]!;
      const row = memo.localRow(interaction, nodes[i]!, view.tuple, id);
      if (row > IDLE) this.sort(interaction, p, x, row);
      else if (row === IDLE) local.allow(x, interaction.family, 1);
    }
    local.to[x] = inside.length;
  }

  /** Looks up which interactions of a local position the guards leave. */
  private activate(p: number): void {
    const { memo, view } = this;
    const active = this.active[p]!;
    active.count = active.ruledOut.length = 0;
    // Many interactions have the same guard: it is asked once for all of them.
    let asked: CompiledPredicate | undefined;
    let isAllowed = true;
    for (const interaction of this.localInteractions[p]!) {
      const { guard } = interaction;
      if (guard !== undefined && guard !== asked) isAllowed = memo.allows(guard, view.tuple);
      asked = guard ?? asked;
      if (guard !== undefined && !isAllowed) {
        if (memo.doubts) active.ruledOut.push(interaction);
        continue;
      }
      active.interactions[active.count] = interaction;
      active.nodes[active.count++] = memo.node(interaction, view.tuple);
    }
  }

  private sort(interaction: CompiledInteraction, p: number, x: number, row: number): void {
    const { data } = this.memo.pool;
    const outcomes = data[row]!;
    const stride = strideOf(interaction);
    this.locals[p]!.allow(x, interaction.family, outcomes);
    for (let o = 0, at = row + 1; o < outcomes; o++, at += stride) {
      const flags = data[at]!;
      if (flags === 0) continue;
      if ((flags & GROUP_CHANGES) !== 0 || this.loose) push4(this.outside, p, x, interaction.index, at);
      else this.stay(interaction, p, data[at + stride - 1]!);
    }
  }

  /** A successor inside the group, for which only the id at `p` changes. */
  private stay(interaction: CompiledInteraction, p: number, id: number): void {
    const { view } = this;
    let y = view.indexOf(p, id);
    if (y === -1) {
      y = view.add(p, id);
      this.locals[p]!.reserve(y + 1);
      this.locals[p]!.open[y] = 0;
      this.source.atNewId(p, id);
    }
    this.inside.push(y);
    this.inside.push(interaction.family);
  }

  // --- steps that leave the group ------------------------------------------------------------------------------------------

  /** Steps among the group slots: all cells move together. Whether any was enabled. */
  private expandGroup(): boolean {
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
      this.took(interaction.family, outcomes * view.cells.count);
      if (row === IDLE) continue;
      const stride = strideOf(interaction);
      for (let o = 0, at = row + 1; o < outcomes; o++, at += stride) {
        if (memo.pool.data[at] === 0) continue;
        this.aim(interaction, at);
        this.move(view.cells, interaction.family);
      }
    }
    return alive;
  }

  /** Steps of one local position that change the group, or that must go through the symmetry: its cells move together. */
  private expandOutside(): void {
    const { outside } = this;
    for (let at = 0; at < outside.length;) {
      const p = outside.at(at);
      const x = outside.at(at + 1);
      this.gather(p, x);
      for (; at < outside.length && outside.at(at) === p && outside.at(at + 1) === x; at += 4) {
        const interaction = this.interactions[outside.at(at + 2)]!;
        const offset = outside.at(at + 3);
        this.aim(interaction, offset);
        this.part.ids[p]![0] = interaction.writesLocal
          ? this.memo.pool.data[offset + strideOf(interaction) - 1]!
          : this.view.cells.ids[p]![x]!;
        if (this.part.count > 0) this.move(this.part, interaction.family);
      }
    }
  }

  /** Makes `part` of the cells with index `x` at `p`, where they get one common id. */
  private gather(p: number, x: number): void {
    const { part, view } = this;
    const { cells } = view;
    const picked = this.pick(cells, p, x);
    part.depthBytes = roomy(part.depthBytes, part.count);
    for (let n = 0; n < part.count; n++) part.depthBytes[n] = cells.depthBytes[picked[n]!]!;
    for (let q = 0; q < part.at.length; q++) {
      part.at[q] = roomy(part.at[q]!, part.count);
      const [to, from] = [part.at[q]!, cells.at[q]!];
      for (let n = 0; n < part.count; n++) to[n] = q === p ? 0 : from[picked[n]!]!;
      if (q !== p) {
        part.ids[q] = roomy(part.ids[q]!, view.counts[q]!);
        part.ids[q]!.set(cells.ids[q]!.subarray(0, view.counts[q]));
      }
    }
    fillUsed(part);
  }

  /** The cells with index `x` at `p`, as many as `part` counts then. */
  private pick(cells: Batch, p: number, x: number): Int32Array {
    const wanted = cells.at[p]!;
    this.picked = roomy(this.picked, cells.count);
    this.part.count = 0;
    for (let i = 0; i < cells.count; i++) if (wanted[i] === x) this.picked[this.part.count++] = i;
    return this.picked;
  }

  /** Sets `target` to the tuple after an outcome. */
  private aim(interaction: CompiledInteraction, outcome: number): void {
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

  /** Takes in cells that somebody else found. */
  receive(batch: Batch, tuple: Int32Array, family: number): void {
    this.target.set(tuple);
    this.place(batch, family);
  }

  /** Puts the cells of a batch into the group `target`. */
  private place(batch: Batch, family: number): void {
    const { tally, order } = this;
    this.source.moving = batch;
    const moved = this.mover.move(batch, order.layerOf(this.target), this.target, order.to);
    // Cells of the same level may have been expanded, with a greater depth byte than they get now.
    if (moved.layer === this.view.layer && moved.group !== this.view.group) this.exact = false;
    if (moved.fresh === 0) return;
    tally.distinct += moved.fresh;
    tally.queue += moved.fresh;
    if (family >= 0) tally.fresh[family]! += moved.fresh;
    if (moved.newGroup) this.source.atNewGroup();
    for (let n = 0; n < moved.newCount; n += 2) this.source.atMovedId(moved.newIds[n]!, moved.newIds[n + 1]!);
    order.enqueue(moved.layer, moved.group);
  }

  // --- looking and counting ------------------------------------------------------------------------------------------------

  private took(family: number, steps: number): void {
    this.tally.steps[family]! += steps;
    this.tally.generated += steps;
  }

  private count(): void {
    const { families } = this;
    for (let p = 0; p < this.locals.length; p++) {
      const { ways } = this.locals[p]!;
      const occurs = this.view.occurs[p]!;
      for (let x = 0; x < this.view.counts[p]!; x++) {
        if (occurs[x] === 0) continue;
        for (let f = 0; f < families; f++) this.took(f, occurs[x]! * ways[x * families + f]!);
      }
    }
  }

  private isCut(i: number): boolean {
    const ids = this.source.idsOf(i);
    return !this.boundary.every((watched) => this.memo.predicates.holds(watched, this.view.tuple, ids));
  }

  /** Where no interaction among group slots is enabled, a cell is stuck when none of its local ids can do anything. */
  private findDeadlock(ending: Ending): void {
    const { view, judge, locals } = this;
    for (let i = 0; i < view.cells.count; i++) {
      if (locals.some((local, p) => local.alive[view.cells.at[p]![i]!] === 1)) continue;
      if (judge.mayEnd(ending, view.tuple, this.source.idsOf(i))) continue;
      this.source.from(i);
      judge.decide(ending.property, { state: this.source.evidence() });
      return;
    }
  }

  /** The state of which a row is being filled. */
  evidence(): Int32Array {
    return this.source.evidence();
  }
}

const push4 = (list: Ints, a: number, b: number, c: number, d: number): void => {
  list.push(a);
  list.push(b);
  list.push(c);
  list.push(d);
};

/** Finds what the local ids of the group at hand can do there. Each is opened once, and its outcomes are sorted. */
import { Ints } from '../../ints.js';
import type { CompiledInteraction, CompiledPredicate } from '../compile/compile.js';
import { Active, Locals } from '../memo/locals.js';
import type { Memo } from '../memo/memo.js';
import { GROUP_CHANGES, IDLE, strideOf } from '../memo/outcome-rows.js';
import type { EvidenceSource } from '../properties/evidence-source.js';
import type { GroupView } from '../store/group-view.js';
import type { Machinery } from './search-order.js';

export class OpenedLocals {
  /** By position. */
  readonly locals: ReadonlyArray<Locals>;
  /** Pairs (index, family): successors inside the group. */
  readonly inside = new Ints();
  /** Quadruples (position, index, interaction, offset in the pool): outcomes that leave the group. */
  readonly outside = new Ints();
  /**
   * Whether a permutation other than the identity leaves the group's tuple as it is. All outcomes go through the symmetry then, as if they left
   * the group.
   */
  hasStabilizer = false;
  private readonly memo: Memo;
  private readonly view: GroupView;
  private readonly source: EvidenceSource;
  /** For each position the interactions that touch it, and those of them that may run in the group at hand. */
  private readonly localInteractions: ReadonlyArray<ReadonlyArray<CompiledInteraction>>;
  private readonly active: ReadonlyArray<Active>;

  constructor({ compiled, shape, memo }: Machinery, view: GroupView, source: EvidenceSource) {
    const { interactions, layout, families } = compiled;
    this.memo = memo;
    this.view = view;
    this.source = source;
    this.localInteractions = layout.locals.map((_, p) => interactions.filter((interaction) => interaction.local === p));
    this.active = this.localInteractions.map(() => new Active());
    this.locals = Array.from({ length: shape.positions }, () => new Locals(families.length));
  }

  /** Begins with a group that was just loaded, of which no id is open. */
  begin(hasStabilizer: boolean): void {
    this.hasStabilizer = hasStabilizer;
    for (let p = 0; p < this.locals.length; p++) {
      this.active[p]!.count = -1;
      this.locals[p]!.clear(this.view.counts[p]!);
    }
    this.inside.length = this.outside.length = 0;
  }

  /** Runs (or looks up) the interactions of a local id with the group, and sorts their outcomes. */
  open(p: number, x: number): void {
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

  /** Finds out which interactions of a local position the guards allow. */
  private activate(p: number): void {
    const { memo, view } = this;
    const active = this.active[p]!;
    active.count = active.ruledOut.length = 0;
    // Many interactions have the same guard. It is evaluated once for all of them.
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
      if ((flags & GROUP_CHANGES) !== 0 || this.hasStabilizer) push4(this.outside, p, x, interaction.index, at);
      else this.stay(interaction, p, data[at + stride - 1]!);
    }
  }

  /** Notes a successor inside the group, for which only the id at `p` changes. */
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
}

const push4 = (list: Ints, a: number, b: number, c: number, d: number): void => {
  list.push(a);
  list.push(b);
  list.push(c);
  list.push(d);
};

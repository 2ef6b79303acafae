/**
 * Finds shortest paths after a breadth-first search that keeps no parents. The search keeps of each state only its depth, modulo 253, in its cell.
 *
 * The way leads back from a state, a depth at a time. A predecessor of a state of depth `d` has depth `d - 1` or more, and one has `d - 1`. The
 * cells give depths modulo 253. So for a state of depth 300 it takes expanded predecessors whose byte says 299 modulo 253, which is 46. One of these
 * has depth 299. Others may have depth 552 or 805. A path over such a predecessor does not come to an initial state in 299 steps more, and
 * another predecessor is tried. A state that was tried in vain is not tried again. The predecessors come from the memo, which is indexed here by
 * the ids after its outcomes.
 */
import { mixed } from '../../hash.js';
import { Ints } from '../../ints.js';
import type { CompiledInteraction, CompiledQuery } from '../compile/compile.js';
import { IDLE, strideOf } from '../memo/outcome-rows.js';
import { expandedByte, waitingByte } from './depth-bytes.js';
import type { Space } from '../space.js';
import { cellOf, type Layer } from '../store/group-store.js';

// --- arguments -------------------------------------------------------------------------------------------------------------

/** The arguments of an interaction in the order of the ids in its rows: the group slots first, then the local slot. */
interface Arguments {
  readonly interaction: CompiledInteraction;
  /** By argument: its place in a state. */
  readonly places: ReadonlyArray<number>;
  readonly written: ReadonlyArray<boolean>;
}

const argumentsOf = (space: Space, interaction: CompiledInteraction): Arguments => ({
  interaction,
  places: [...interaction.groupPlaces, ...interaction.localPositions.map((position) => space.shape.group + position)],
  written: [...interaction.groupArgs, ...interaction.localArgs].map((arg) => interaction.writes[arg]!),
});

// --- the memo, backward ----------------------------------------------------------------------------------------------------

/** Indexes an interaction's rows by the ids after their outcomes. An entry is a link to the next entry with the same hash, and then the ids before. */
class Backward {
  private readonly of: Arguments;
  private readonly entries = new Ints();
  private readonly heads = new Map<number, number>();

  constructor(space: Space, of: Arguments) {
    this.of = of;
    const { interaction } = of;
    const { data } = space.memo.pool;
    const stride = strideOf(interaction);
    for (const { ids, row } of space.memo.rowsOf(interaction)) {
      for (let o = 0, at = row + 1; o < data[row]!; o++, at += stride) this.add(ids, data, at + 1);
    }
  }

  /** Gives the ids before each step that may lead to `state`. Different ids may have one hash, so the caller must test that the step leads there. */
  *before(state: Int32Array): Generator<ReadonlyArray<number>> {
    const { places } = this.of;
    let h = 0;
    for (const place of places) h = mixed(h, state[place]!);
    for (let entry = this.heads.get(h); entry !== undefined && entry > 0; entry = this.entries.at(entry - 1)) {
      yield places.map((_, i) => this.entries.at(entry + i));
    }
  }

  private add(ids: ReadonlyArray<number>, data: Int32Array, outcome: number): void {
    let h = 0;
    let word = outcome;
    this.of.written.forEach((written, i) => (h = mixed(h, written ? data[word++]! : ids[i]!)));
    const next = this.heads.get(h) ?? 0;
    this.entries.push(next);
    this.heads.set(h, this.entries.length);
    for (const id of ids) this.entries.push(id);
  }
}

/** Gives the requesters of a query, by the id that a reply makes of them. */
const requestersOf = (
  space: Space,
  interaction: CompiledInteraction,
  query: CompiledQuery,
): ReadonlyMap<number, ReadonlyArray<number>> => {
  const { data } = space.memo.pool;
  const stride = strideOf(interaction);
  const requesters = new Map<number, number[]>();
  for (const [requester, row] of space.memo.requesterRowsOf(query)) {
    for (let o = 0, at = row + 1; o < data[row]!; o++, at += stride) {
      const list = requesters.get(data[at + 1]!);
      if (list === undefined) requesters.set(data[at + 1]!, [requester]);
      else if (list.at(-1) !== requester) list.push(requester);
    }
  }
  return requesters;
};

/** Finds the predecessors of a state that the memo knows. */
class Predecessors {
  private readonly space: Space;
  private readonly all: ReadonlyArray<Arguments>;
  private readonly rows = new Map<CompiledInteraction, Backward>();
  private readonly requesters = new Map<number, ReturnType<typeof requestersOf>>();

  constructor(space: Space) {
    this.space = space;
    this.all = space.compiled.interactions.map((interaction) => argumentsOf(space, interaction));
  }

  /** Gives the predecessors of `state`. From each of them a step leads to `state` or to another state with the same representative. */
  *of(state: Int32Array): Generator<Int32Array> {
    // A step leads to a state of which `state` is an image. Where the permutations are no group, that need not be an image of `state`.
    for (const image of this.space.symmetry?.orbitOf(state) ?? [state]) {
      for (const of of this.all)
        yield* of.interaction.query === undefined ? this.byRows(of, image) : this.byQuery(of, of.interaction.query, image);
    }
  }

  private *byRows(of: Arguments, state: Int32Array): Generator<Int32Array> {
    let rows = this.rows.get(of.interaction);
    if (rows === undefined) this.rows.set(of.interaction, (rows = new Backward(this.space, of)));
    for (const ids of rows.before(state)) {
      const before = state.slice();
      of.places.forEach((place, i) => (before[place] = ids[i]!));
      if (this.leads(of, this.space.memo.rowFor(of.interaction, ids), before, state)) yield before;
    }
  }

  /** Gives the predecessors by a query. A query changes its requester alone, so all other slots have the same ids before the step and after it. */
  private *byQuery(of: Arguments, query: CompiledQuery, state: Int32Array): Generator<Int32Array> {
    const { memo, shape } = this.space;
    const { interaction } = of;
    const order = [...interaction.groupArgs, ...interaction.localArgs];
    const [requesterPlace, answering] = [of.places[order.indexOf(0)]!, of.places[order.indexOf(1)]!];
    let requesters = this.requesters.get(query.index);
    if (requesters === undefined) this.requesters.set(query.index, (requesters = requestersOf(this.space, interaction, query)));
    const when = query.when ?? interaction.guard;
    for (const requester of requesters.get(state[requesterPlace]!) ?? []) {
      const before = state.slice();
      before[requesterPlace] = requester;
      const row = memo.knownRow(query, requester, state[answering]!);
      if (row <= IDLE || !this.leads(of, row, before, state)) continue;
      if (when === undefined || memo.predicates.holds(when, before.subarray(0, shape.group), before.subarray(shape.group)))
        yield before;
    }
  }

  /** Tests that some outcome of `row` leads from the state `before` to `state`. */
  private leads({ interaction, places, written }: Arguments, row: number, before: Int32Array, state: Int32Array): boolean {
    const { data } = this.space.memo.pool;
    const stride = strideOf(interaction);
    for (let o = 0, at = row + 1; o < data[row]!; o++, at += stride) {
      let word = at + 1;
      if (places.every((place, i) => (written[i] === true ? data[word++] : before[place]) === state[place])) return true;
    }
    return false;
  }
}

// --- the way back ----------------------------------------------------------------------------------------------------------

/** The groups that a search by depth has found (`layer`), and the depth that it expands (`at`). */
interface ByDepth {
  readonly layer: Layer;
  readonly at: number;
}

/** Gives the depth byte of a state (by places), or 0 where the search has not found the state. */
const depthByteOf = (space: Space, run: ByDepth, state: Int32Array): number => {
  const cell = cellOf(space.shape, run.layer, state);
  return cell === undefined ? 0 : cell.bytes[cell.at]!;
};

/** Tests that a state lies within the boundary. A state beyond it was judged and not expanded. */
const isWithin = ({ compiled, memo, shape }: Space, state: Int32Array): boolean =>
  compiled.boundary.every((watched) =>
    memo.predicates.holds(watched, state.subarray(0, shape.group), state.subarray(shape.group)),
  );

/** A state on the way back, and those of its predecessors that are still to be tried (`tries`). */
interface Waypoint {
  readonly state: Int32Array;
  readonly tries: Iterator<Int32Array>;
}

/** Gives a shortest path from an initial state to `target`, which a breadth-first search found: its states as representatives, by places. */
export const shortestPath = (space: Space, run: ByDepth, target: Int32Array): ReadonlyArray<Int32Array> => {
  const predecessors = new Predecessors(space);
  const roots = space.initial.map((state) => space.symmetry?.canonical(state) ?? state);
  const isRoot = (state: Int32Array): boolean => roots.some((root) => root.every((id, i) => id === state[i]));
  const waypoint = (state: Int32Array): Waypoint => ({ state, tries: predecessors.of(state) });
  // The target has the depth that is expanded, or is one deeper. A target that was found just now has no depth byte yet: it is one deeper.
  const depthByte = depthByteOf(space, run, target);
  const depth = depthByte === 0 || depthByte === waitingByte(run.at + 1) ? run.at + 1 : run.at;
  const way = [waypoint(target)];
  const inVain = new Set<string>();
  while (way.length <= depth || !isRoot(way.at(-1)!.state)) {
    const left = depth - way.length;
    const before = left < 0 ? undefined : nextOn(space, run, way.at(-1)!, left, inVain);
    if (before !== undefined) {
      way.push(waypoint(before));
      continue;
    }
    const { state } = way.pop()!;
    if (way.length === 0) throw new Error('a state was found of which no predecessor is known');
    inVain.add(`${left + 1} ${state.join()}`);
  }
  return way.map(({ state }) => state).reverse();
};

/** Gives the next predecessor that may be `depth` steps from the initial state; undefined where none is left. */
const nextOn = (
  space: Space,
  run: ByDepth,
  { tries }: Waypoint,
  depth: number,
  inVain: ReadonlySet<string>,
): Int32Array | undefined => {
  for (let next = tries.next(); next.done !== true; next = tries.next()) {
    const before = next.value;
    if (depthByteOf(space, run, before) !== expandedByte(depth)) continue;
    if (inVain.size > 0 && inVain.has(`${depth} ${before.join()}`)) continue;
    if (isWithin(space, before)) return before;
  }
  return undefined;
};

/**
 * Moving cells into a group: the inner loop of the checker. A batch of cells of one group goes to another as a whole: each
 * local id is looked up once per batch, and a cell costs a few additions and one byte.
 */
import { type Batch, GREATEST, NEXT, roomy } from './batch.js';
import { growBlock, makeBlock } from './blocks.js';
import { type Layer, type Shape, within } from './store.js';

/** What became of a move. */
export interface Moved {
  layer: Layer;
  group: number;
  /** How many cells were not there before. */
  fresh: number;
  newGroup: boolean;
  /** Ids that were new at their position: pairs (position, index in `batch.used`'s sense); and how many places they take. */
  readonly newIds: number[];
  newCount: number;
}

/** For the ids of one position: which index they have in the group at hand. Marked with a stamp, so that nothing is ever cleared. */
export class IndexOf {
  private stamps: Int32Array = new Int32Array(1024);
  private indices: Int32Array = new Int32Array(1024);
  private stamp = 0;

  /** Loads a list of ids. */
  load(words: Int32Array, from: number, count: number): void {
    this.stamp++;
    for (let i = 0; i < count; i++) this.set(words[from + i]!, i);
  }

  get(id: number): number {
    return this.stamps[id] === this.stamp ? this.indices[id]! : -1;
  }

  set(id: number, index: number): void {
    if (id >= this.stamps.length) {
      this.stamps = roomy(this.stamps, id + 1);
      this.indices = roomy(this.indices, id + 1);
    }
    this.stamps[id] = this.stamp;
    this.indices[id] = index;
  }
}

export class Mover {
  readonly moved: Moved;
  /** Told of each new cell, by its number in the batch; only where somebody must look at whole cells. */
  onFresh: ((cell: number) => void) | undefined = undefined;
  private readonly shape: Shape;
  private readonly need: Int32Array;
  private readonly maps: ReadonlyArray<IndexOf>;
  /** By position and index in the batch: the index in the target, then its distance from the first cell. */
  private readonly offsets: Int32Array[];

  constructor(shape: Shape, layer: Layer) {
    this.shape = shape;
    this.need = new Int32Array(shape.positions);
    this.maps = Array.from({ length: shape.positions }, () => new IndexOf());
    this.offsets = Array.from({ length: shape.positions }, () => new Int32Array(64));
    this.moved = { layer, group: 0, fresh: 0, newGroup: false, newIds: [], newCount: 0 };
  }

  /** Marks the cells of a batch, which is not empty, with `tag` (or {@link NEXT}) in the group with this tuple, where they are not marked yet. */
  move(batch: Batch, layer: Layer, tuple: Int32Array, tag: number): Moved {
    const { moved, shape } = this;
    moved.layer = layer;
    moved.newCount = 0;
    let group = layer.find(tuple);
    moved.newGroup = group === -1;
    if (group === -1) {
      group = layer.add(tuple);
      makeBlock(shape, layer, group, tuple, batch.usedCount);
    }
    moved.group = group;
    this.locate(batch, layer, group);
    const offset = layer.blocks.data[group]!;
    const page = layer.arena.page(offset);
    const first = this.scale(batch, page, within(offset));
    moved.fresh = this.mark(batch, layer.arena.pageBytes(offset), first, tag);
    return moved;
  }

  /** Finds or gives an index in the group for each id that occurs. */
  private locate(batch: Batch, layer: Layer, group: number): void {
    const { shape, need, moved } = this;
    const offset = layer.blocks.data[group]!;
    const page = layer.arena.page(offset);
    const base = within(offset);
    let from = base + shape.ids;
    for (let p = 0; p < shape.positions; p++) {
      need[p] = this.number(batch, p, page, from, page[base + shape.counts + p]!);
      from += page[base + shape.rooms + p]!;
    }
    if (moved.newCount > 0) this.append(batch, layer, group);
  }

  /**
   * Indices for the ids at one position, of which the group has `count` at `from`; and how many there are then. A group has most of its
   * ids from one like the batch's, so most have the same index there: that is tried before the map is made.
   */
  private number(batch: Batch, p: number, page: Int32Array, from: number, count: number): number {
    const { moved } = this;
    const map = this.maps[p]!;
    const used = batch.used[p]!;
    const ids = batch.ids[p]!;
    const offsets = roomy(this.offsets[p]!, ids.length);
    this.offsets[p] = offsets;
    let next = count;
    let isLoaded = false;
    for (let u = 0; u < batch.usedCount[p]!; u++) {
      const x = used[u]!;
      if (x < count && page[from + x] === ids[x]) {
        offsets[x] = x;
        continue;
      }
      if (!isLoaded) map.load(page, from, count);
      isLoaded = true;
      let index = map.get(ids[x]!);
      if (index === -1) {
        index = next++;
        map.set(ids[x]!, index);
        moved.newIds[moved.newCount++] = p;
        moved.newIds[moved.newCount++] = x;
      }
      offsets[x] = index;
    }
    return next;
  }

  private append(batch: Batch, layer: Layer, group: number): void {
    const { shape, moved } = this;
    growBlock(shape, layer, group, this.need);
    const offset = layer.blocks.data[group]!;
    const page = layer.arena.page(offset);
    const base = within(offset);
    let from = base + shape.ids;
    let at = 0;
    for (let p = 0; p < shape.positions; p++) {
      for (; at < moved.newCount && moved.newIds[at] === p; at += 2) {
        const x = moved.newIds[at + 1]!;
        page[from + this.offsets[p]![x]!] = batch.ids[p]![x]!;
      }
      page[base + shape.counts + p] = this.need[p]!;
      from += page[base + shape.rooms + p]!;
    }
  }

  /** Turns indices into distances; gives where the first cell is, in bytes. */
  private scale(batch: Batch, page: Int32Array, base: number): number {
    const { shape } = this;
    let stride = 1;
    let ids = 0;
    for (let p = shape.positions - 1; p >= 0; p--) {
      const offsets = this.offsets[p]!;
      const used = batch.used[p]!;
      if (stride !== 1) for (let u = 0; u < batch.usedCount[p]!; u++) offsets[used[u]!] = offsets[used[u]!]! * stride;
      const room = page[base + shape.rooms + p]!;
      ids += room;
      stride *= room;
    }
    return (base + shape.ids + ids) * 4;
  }

  private mark(batch: Batch, cells: Uint8Array, first: number, tag: number): number {
    if (tag === NEXT) return markNext(batch, cells, first, this.offsets);
    if (this.onFresh !== undefined) return markMany(batch, cells, first, tag, this.offsets, this.onFresh);
    switch (this.shape.positions) {
      case 0:
        return markAt(cells, first, tag);
      case 1:
        return mark1(batch.count, cells, first, tag, batch.at[0]!, this.offsets[0]!);
      case 2:
        return mark2(batch.count, cells, first, tag, batch.at[0]!, this.offsets[0]!, batch.at[1]!, this.offsets[1]!);
      default:
        return markMany(batch, cells, first, tag, this.offsets);
    }
  }
}

const markAt = (cells: Uint8Array, cell: number, tag: number): number => {
  if (cells[cell] !== 0) return 0;
  cells[cell] = tag;
  return 1;
};

const mark1 = (count: number, cells: Uint8Array, first: number, tag: number, at: Int32Array, offsets: Int32Array): number => {
  let fresh = 0;
  for (let i = 0; i < count; i++) {
    const cell = first + offsets[at[i]!]!;
    if (cells[cell] === 0) {
      cells[cell] = tag;
      fresh++;
    }
  }
  return fresh;
};

const mark2 = (
  count: number,
  cells: Uint8Array,
  first: number,
  tag: number,
  at0: Int32Array,
  offsets0: Int32Array,
  at1: Int32Array,
  offsets1: Int32Array,
): number => {
  let fresh = 0;
  for (let i = 0; i < count; i++) {
    const cell = first + offsets0[at0[i]!]! + offsets1[at1[i]!]!;
    if (cells[cell] === 0) {
      cells[cell] = tag;
      fresh++;
    }
  }
  return fresh;
};

const markMany = (
  batch: Batch,
  cells: Uint8Array,
  first: number,
  tag: number,
  offsets: ReadonlyArray<Int32Array>,
  onFresh?: (cell: number) => void,
): number => {
  const { at } = batch;
  let fresh = 0;
  for (let i = 0; i < batch.count; i++) {
    let cell = first;
    for (let p = 0; p < at.length; p++) cell += offsets[p]![at[p]![i]!]!;
    if (markAt(cells, cell, tag) === 0) continue;
    fresh++;
    onFresh?.(i);
  }
  return fresh;
};

/** Marks each cell with the mark after its own in the batch; one that has a greater mark gets the lesser. How many were not marked. */
const markNext = (batch: Batch, cells: Uint8Array, first: number, offsets: ReadonlyArray<Int32Array>): number => {
  const { at, marks, count } = batch;
  if (at.length === 2) return markNext2(count, cells, first, marks, at[0]!, offsets[0]!, at[1]!, offsets[1]!);
  let fresh = 0;
  for (let i = 0; i < count; i++) {
    let cell = first;
    for (let p = 0; p < at.length; p++) cell += offsets[p]![at[p]![i]!]!;
    if (cells[cell] === 0) fresh++;
    lower(cells, cell, marks[i]!);
  }
  return fresh;
};

const markNext2 = (
  count: number,
  cells: Uint8Array,
  first: number,
  marks: Int32Array,
  at0: Int32Array,
  offsets0: Int32Array,
  at1: Int32Array,
  offsets1: Int32Array,
): number => {
  let fresh = 0;
  for (let i = 0; i < count; i++) {
    const cell = first + offsets0[at0[i]!]! + offsets1[at1[i]!]!;
    if (cells[cell] === 0) fresh++;
    lower(cells, cell, marks[i]!);
  }
  return fresh;
};

/** Gives a cell the mark after `mark`, unless it has one that is not greater. */
const lower = (cells: Uint8Array, cell: number, mark: number): void => {
  const old = cells[cell]!;
  if (old === 0 || old > mark + 1) cells[cell] = mark < GREATEST ? mark + 1 : GREATEST;
};

/**
 * Moves cells into a group: the inner loop of the checker. A batch of cells of one group goes to another as a whole. Each local id is looked up
 * once per batch, and a cell costs a few additions and one byte.
 */
import { type Batch, lower, NEXT, nextStamp, withCapacity } from './batch.js';
import { growBlock, makeBlock } from './blocks.js';
import { type Layer, type Shape, offsetInPage } from './group-store.js';

/** The result of a move. */
export interface MoveResult {
  layer: Layer;
  group: number;
  /** The number of cells that were not there before. */
  fresh: number;
  newGroup: boolean;
  /** The ids that were new at their position, as pairs (position, index as in `batch.used`). Entries of earlier moves may follow. */
  readonly newIds: number[];
  /** The number of entries of `newIds` that count. */
  newCount: number;
}

/** Maps the ids of one position to their indices in the group at hand. A stamp marks valid entries, so nothing is ever cleared. */
export class IndexOf {
  private stamps: Int32Array = new Int32Array(1024);
  private indices: Int32Array = new Int32Array(1024);
  private stamp: number;

  /** Its first stamp is the one after `stamp`. */
  constructor(stamp = 0) {
    this.stamp = stamp;
  }

  /** Loads a list of ids. */
  load(words: Int32Array, from: number, count: number): void {
    this.stamp = nextStamp(this.stamps, this.stamp);
    for (let i = 0; i < count; i++) this.set(words[from + i]!, i);
  }

  get(id: number): number {
    return this.stamps[id] === this.stamp ? this.indices[id]! : -1;
  }

  set(id: number, index: number): void {
    if (id >= this.stamps.length) {
      this.stamps = withCapacity(this.stamps, id + 1);
      this.indices = withCapacity(this.indices, id + 1);
    }
    this.stamps[id] = this.stamp;
    this.indices[id] = index;
  }
}

export class Mover {
  readonly moved: MoveResult;
  /** Called for each new cell, with its number in the batch. It is set only where something must see whole cells. */
  onFresh: ((cell: number) => void) | undefined = undefined;
  private readonly shape: Shape;
  private readonly need: Int32Array;
  private readonly maps: ReadonlyArray<IndexOf>;
  /** By position and index in the batch, the index in the target, and later its distance from the first cell. */
  private readonly offsets: Int32Array[];
  /** For each cell of the batch, where its row begins in the target. */
  private rows: Int32Array = new Int32Array(64);

  constructor(shape: Shape, layer: Layer) {
    this.shape = shape;
    this.need = new Int32Array(shape.positions);
    this.maps = Array.from({ length: shape.positions }, () => new IndexOf());
    this.offsets = Array.from({ length: shape.positions }, () => new Int32Array(64));
    this.moved = { layer, group: 0, fresh: 0, newGroup: false, newIds: [], newCount: 0 };
  }

  /**
   * Gives the cells of a batch this depth byte (or {@link NEXT}) in the group with this tuple, where they have none. The batch must not be empty.
   */
  move(batch: Batch, layer: Layer, tuple: Int32Array, depthByte: number): MoveResult {
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
    this.locateRows(batch, this.scale(batch, page, offsetInPage(offset)));
    const bytes = layer.arena.pageBytes(offset);
    moved.fresh = depthByte === NEXT ? this.lowerBytes(batch, bytes) : this.setBytes(batch, bytes, depthByte);
    return moved;
  }

  /** Finds or gives an index in the group for each id that occurs. */
  private locate(batch: Batch, layer: Layer, group: number): void {
    const { shape, need, moved } = this;
    const offset = layer.blocks.data[group]!;
    const page = layer.arena.page(offset);
    const base = offsetInPage(offset);
    let from = base + shape.ids;
    for (let p = 0; p < shape.positions; p++) {
      need[p] = this.number(batch, p, page, from, page[base + shape.counts + p]!);
      from += page[base + shape.rooms + p]!;
    }
    if (moved.newCount > 0) this.append(batch, layer, group);
  }

  /**
   * Gives the batch's ids at one position their indices in the group, and returns how many ids the group then has there. Before, it has `count` ids,
   * from `from` on. Most of these came from a group like the batch's, so most ids have one index in both. That index is tried before the map is loaded.
   */
  private number(batch: Batch, p: number, page: Int32Array, from: number, count: number): number {
    const { moved } = this;
    const map = this.maps[p]!;
    const used = batch.used[p]!;
    const ids = batch.ids[p]!;
    const offsets = withCapacity(this.offsets[p]!, ids.length);
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
    const base = offsetInPage(offset);
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

  /** Turns indices into distances, and returns where the first cell is, in bytes. */
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

  /** Finds for each cell of the batch where its row begins, in bytes. The distance of the id at the last position, added to it, gives the cell. */
  private locateRows({ at, count }: Batch, first: number): void {
    const rows = withCapacity(this.rows, count);
    this.rows = rows;
    if (at.length < 2) rows.fill(first, 0, count);
    for (let p = 0; p < at.length - 1; p++) {
      const indices = at[p]!;
      const offsets = this.offsets[p]!;
      if (p === 0) for (let i = 0; i < count; i++) rows[i] = first + offsets[indices[i]!]!;
      else for (let i = 0; i < count; i++) rows[i] = rows[i]! + offsets[indices[i]!]!;
    }
  }

  /** Gives the located cells a depth byte, where they have none, and returns their number. */
  private setBytes({ at, count }: Batch, bytes: Uint8Array, depthByte: number): number {
    const { rows, onFresh } = this;
    const indices = at.at(-1) ?? ZERO;
    const offsets = this.offsets.at(-1) ?? ZERO;
    let fresh = 0;
    for (let i = 0; i < count; i++) {
      const cell = rows[i]! + offsets[indices[i]!]!;
      if (bytes[cell] !== 0) continue;
      bytes[cell] = depthByte;
      fresh++;
      onFresh?.(i);
    }
    return fresh;
  }

  /** Lowers each located cell to its depth byte of the batch, and returns how many were not found before. */
  private lowerBytes({ at, count, depthBytes }: Batch, bytes: Uint8Array): number {
    const { rows } = this;
    const indices = at.at(-1) ?? ZERO;
    const offsets = this.offsets.at(-1) ?? ZERO;
    let fresh = 0;
    for (let i = 0; i < count; i++) {
      const cell = rows[i]! + offsets[indices[i]!]!;
      if (bytes[cell] === 0) fresh++;
      lower(bytes, cell, depthBytes[i]!);
    }
    return fresh;
  }
}

/** The coordinates of the one cell of a group without positions. */
const ZERO = new Int32Array(1);

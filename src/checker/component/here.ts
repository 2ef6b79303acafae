/** The group at hand: its ids by position, its cells that are to be expanded, and marking cells inside it. */
import { type Batch, emptyBatch, fillUsed, roomy } from './batch.js';
import { growBlock } from './blocks.js';
import { IndexOf } from './mover.js';
import { type Layer, type Shape, within } from './store.js';

/** Instead of a mark: the cells keep theirs. */
export const LEAVE = 0;

export class Here {
  readonly tuple: Int32Array;
  /** The cells to expand; `used` and `usedCount` are filled by {@link settle}. */
  readonly cells: Batch;
  /** By position: how many ids the group has. */
  readonly counts: Int32Array;
  layer!: Layer;
  group = 0;
  /** How far apart, in bytes, the cells of two neighbours at a position are; the cells of the group, and where the first is. */
  readonly strides: Int32Array;
  bytes!: Uint8Array;
  first = 0;
  private readonly shape: Shape;
  private readonly maps: ReadonlyArray<IndexOf>;
  private readonly walk: Int32Array;

  constructor(shape: Shape) {
    this.shape = shape;
    this.tuple = new Int32Array(shape.group);
    this.cells = emptyBatch(shape.positions);
    this.counts = new Int32Array(shape.positions);
    this.maps = Array.from({ length: shape.positions }, () => new IndexOf());
    this.strides = new Int32Array(shape.positions);
    this.walk = new Int32Array(shape.positions);
  }

  /** Takes a group: its tuple and ids. */
  load(layer: Layer, group: number): void {
    const { shape } = this;
    this.layer = layer;
    this.group = group;
    const offset = layer.blocks.data[group]!;
    const page = layer.arena.page(offset);
    const base = within(offset);
    for (let i = 0; i < shape.group; i++) this.tuple[i] = page[base + 1 + i]!;
    let from = base + shape.ids;
    for (let p = 0; p < shape.positions; p++) {
      const count = page[base + shape.counts + p]!;
      this.counts[p] = count;
      this.maps[p]!.load(page, from, count);
      const ids = roomy(this.cells.ids[p]!, count);
      this.cells.ids[p] = ids;
      for (let i = 0; i < count; i++) ids[i] = page[from + i]!;
      from += page[base + shape.rooms + p]!;
    }
    this.cells.count = 0;
    this.locate();
  }

  /** Where the cells are, after a growth. */
  private locate(): void {
    const { shape } = this;
    const offset = this.layer.blocks.data[this.group]!;
    const page = this.layer.arena.page(offset);
    const base = within(offset);
    let stride = 1;
    for (let p = shape.positions - 1; p >= 0; p--) {
      this.strides[p] = stride;
      stride *= page[base + shape.rooms + p]!;
    }
    this.bytes = this.layer.arena.pageBytes(offset);
    this.first = shape.cells(page, base);
  }

  /** Takes the cells with a mark between these two as those to expand, and marks them `done`, unless that is {@link LEAVE}. */
  collect(from: number, upTo: number, done: number): void {
    const last = this.shape.positions - 1;
    this.cells.count = 0;
    if (last < 0) {
      this.take(this.first, from, upTo, done);
      return;
    }
    this.walk.fill(0);
    for (;;) {
      this.collectRow(last, from, upTo, done);
      let p = last - 1;
      while (p >= 0 && this.walk[p] === this.counts[p]! - 1) this.walk[p--] = 0;
      if (p < 0) return;
      this.walk[p]!++;
    }
  }

  private collectRow(last: number, from: number, upTo: number, done: number): void {
    const { walk, strides } = this;
    let cell = this.first;
    for (let p = 0; p < last; p++) cell += walk[p]! * strides[p]!;
    const count = this.counts[last]!;
    for (let i = 0; i < count; i++, cell++) {
      walk[last] = i;
      this.take(cell, from, upTo, done);
    }
  }

  private take(cell: number, from: number, upTo: number, done: number): void {
    const mark = this.bytes[cell]!;
    if (mark < from || mark > upTo) return;
    if (done !== LEAVE) this.bytes[cell] = done;
    this.push(this.walk, mark);
  }

  private push(coordinates: Int32Array, mark: number): void {
    const { cells } = this;
    const i = cells.count++;
    if (i === cells.marks.length) cells.marks = roomy(cells.marks, i + 1);
    cells.marks[i] = mark;
    for (let p = 0; p < coordinates.length; p++) {
      if (i === cells.at[p]!.length) cells.at[p] = roomy(cells.at[p]!, i + 1);
      cells.at[p]![i] = coordinates[p]!;
    }
  }

  /** The index of an id at a position, or -1. */
  indexOf(position: number, id: number): number {
    return this.maps[position]!.get(id);
  }

  /** Adds an id at a position. */
  add(position: number, id: number): number {
    const { shape, counts, layer, group } = this;
    const index = counts[position]!++;
    growBlock(shape, layer, group, counts);
    const offset = layer.blocks.data[group]!;
    const page = layer.arena.page(offset);
    const base = within(offset);
    let from = base + shape.ids;
    for (let p = 0; p < position; p++) from += page[base + shape.rooms + p]!;
    page[from + index] = id;
    page[base + shape.counts + position] = index + 1;
    this.maps[position]!.set(id, index);
    this.cells.ids[position] = roomy(this.cells.ids[position]!, index + 1);
    this.cells.ids[position][index] = id;
    this.locate();
    return index;
  }

  /** Where cell `i` is among the bytes; until the group gets an id more. */
  placeOf(i: number): number {
    const { strides, cells } = this;
    let place = this.first;
    for (let p = 0; p < strides.length; p++) place += cells.at[p]![i]! * strides[p]!;
    return place;
  }

  /** Marks cell `i`, whose place is given, with another index at one position, if it is not marked yet; `follow` adds it to the cells to expand. */
  mark(i: number, position: number, index: number, place: number, tag: number, follow: boolean): boolean {
    const { strides, cells, bytes } = this;
    const cell = place + (index - cells.at[position]![i]!) * strides[position]!;
    if (bytes[cell] !== 0) return false;
    bytes[cell] = tag;
    if (follow) this.follow(i, position, index, tag);
    return true;
  }

  private follow(i: number, position: number, index: number, mark: number): void {
    const { cells, walk } = this;
    for (let p = 0; p < walk.length; p++) walk[p] = p === position ? index : cells.at[p]![i]!;
    this.push(walk, mark);
  }

  /** Keeps cell `i` as number `to` of the cells. */
  keep(i: number, to: number): void {
    const { at, marks } = this.cells;
    if (i === to) return;
    marks[to] = marks[i]!;
    for (const list of at) list[to] = list[i]!;
  }

  /** Fills `used` for the cells. */
  settle(): void {
    fillUsed(this.cells);
  }
}

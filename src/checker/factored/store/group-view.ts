/** A view of the group at hand: its ids by position, its cells to expand, and how cells inside it are found. */
import { type Batch, emptyBatch, withCapacity } from './batch.js';
import { growBlock } from './blocks.js';
import { IndexOf } from './mover.js';
import { type Layer, type Shape, offsetInPage } from './group-store.js';

/** The cells of a survey: their number, and their least and greatest depth bytes. */
interface Surveyed {
  count: number;
  least: number;
  greatest: number;
}

export class GroupView {
  readonly tuple: Int32Array;
  /** The cells to expand; `used` and `usedCount` are filled by {@link fillUsed}. */
  readonly cells: Batch;
  /** By position and index: how many cells to expand have that id. */
  readonly occurs: Int32Array[];
  /** By position: how many ids the group has. */
  readonly counts: Int32Array;
  layer!: Layer;
  group = 0;
  /** By position: how far apart, in bytes, the cells of two neighbouring ids are. */
  readonly strides: Int32Array;
  /** The page that has the cells of the group. */
  bytes!: Uint8Array;
  /** Where the first cell is, in bytes. */
  first = 0;
  /** The result of the last {@link survey}. */
  readonly surveyed: Surveyed = { count: 0, least: 0, greatest: 0 };
  private readonly shape: Shape;
  private readonly maps: ReadonlyArray<IndexOf>;
  /** The last position, or -1 where there is none. */
  private readonly last: number;
  /** By position before the last: the index of the row at hand. */
  private readonly walk: Int32Array;

  constructor(shape: Shape) {
    this.shape = shape;
    this.tuple = new Int32Array(shape.group);
    this.cells = emptyBatch(shape.positions);
    this.counts = new Int32Array(shape.positions);
    this.maps = Array.from({ length: shape.positions }, () => new IndexOf());
    this.strides = new Int32Array(shape.positions);
    this.occurs = Array.from({ length: shape.positions }, () => new Int32Array(64));
    this.last = shape.positions - 1;
    this.walk = new Int32Array(shape.positions);
  }

  /** Loads a group: its tuple and its ids. */
  load(layer: Layer, group: number): void {
    const { shape } = this;
    this.layer = layer;
    this.group = group;
    const offset = layer.blocks.data[group]!;
    const page = layer.arena.page(offset);
    const base = offsetInPage(offset);
    for (let i = 0; i < shape.group; i++) this.tuple[i] = page[base + 1 + i]!;
    let from = base + shape.ids;
    for (let p = 0; p < shape.positions; p++) {
      const count = page[base + shape.counts + p]!;
      this.counts[p] = count;
      this.maps[p]!.load(page, from, count);
      const ids = withCapacity(this.cells.ids[p]!, count);
      this.cells.ids[p] = ids;
      for (let i = 0; i < count; i++) ids[i] = page[from + i]!;
      this.occurs[p] = withCapacity(this.occurs[p]!, count);
      from += page[base + shape.rooms + p]!;
    }
    this.cells.count = 0;
    this.locate();
  }

  /** Locates the cells again after the group grew. */
  private locate(): void {
    const { shape } = this;
    const offset = this.layer.blocks.data[this.group]!;
    const page = this.layer.arena.page(offset);
    const base = offsetInPage(offset);
    let stride = 1;
    for (let p = shape.positions - 1; p >= 0; p--) {
      this.strides[p] = stride;
      stride *= page[base + shape.rooms + p]!;
    }
    this.bytes = this.layer.arena.pageBytes(offset);
    this.first = shape.cells(page, base);
  }

  // --- the cells, row by row -----------------------------------------------------------------------------------------------

  /** Begins with the first row: the cells that differ at the last position only. Where its first cell is. */
  firstRow(): number {
    this.walk.fill(0);
    return this.first;
  }

  /** Goes on to the next row, or to the next that has the index 0 at position `but`; -1 where there is none. */
  nextRow(but = -1): number {
    const { walk, counts, strides, last } = this;
    let p = last - 1;
    while (p >= 0 && (p === but || walk[p] === counts[p]! - 1)) walk[p--] = 0;
    if (p < 0) return -1;
    walk[p]!++;
    let row = this.first;
    for (let q = 0; q < last; q++) row += walk[q]! * strides[q]!;
    return row;
  }

  /** How many cells a row has. */
  get rowLength(): number {
    return this.last < 0 ? 1 : this.counts[this.last]!;
  }

  /** Surveys the cells with a depth byte between these two, and which ids occur in them. It takes none. */
  survey(from: number, upTo: number): void {
    const { surveyed } = this;
    surveyed.count = 0;
    surveyed.least = upTo;
    surveyed.greatest = from;
    this.clear();
    for (let row = this.firstRow(); row !== -1; row = this.nextRow()) this.surveyRow(row, from, upTo);
    this.fillUsed();
  }

  private surveyRow(row: number, from: number, upTo: number): void {
    const { bytes, surveyed, rowLength } = this;
    const occurs = this.occurs[this.last];
    let { least, greatest } = surveyed;
    let count = 0;
    for (let x = 0; x < rowLength; x++) {
      const find = bytes[row + x]!;
      if (find < from || find > upTo) continue;
      if (find < least) least = find;
      if (find > greatest) greatest = find;
      if (occurs !== undefined) occurs[x]!++;
      count++;
    }
    surveyed.least = least;
    surveyed.greatest = greatest;
    surveyed.count += count;
    this.occurInRow(count);
  }

  /** Takes the cells with a depth byte between these two as those to expand, and gives them the byte `done`. */
  collect(from: number, upTo: number, done: number): void {
    this.cells.count = 0;
    this.clear();
    for (let row = this.firstRow(); row !== -1; row = this.nextRow()) this.collectRow(row, from, upTo, done);
  }

  private collectRow(row: number, from: number, upTo: number, done: number): void {
    const { bytes, cells, walk, last, rowLength } = this;
    const before = cells.count;
    this.reserve(before + rowLength);
    const { depthBytes } = cells;
    const columns = cells.at[last];
    const occurs = this.occurs[last];
    let n = before;
    for (let x = 0; x < rowLength; x++) {
      const depthByte = bytes[row + x]!;
      if (depthByte < from || depthByte > upTo) continue;
      bytes[row + x] = done;
      if (columns !== undefined && occurs !== undefined) {
        columns[n] = x;
        occurs[x]!++;
      }
      depthBytes[n++] = depthByte;
    }
    for (let p = 0; p < last; p++) {
      const [at, x] = [cells.at[p]!, walk[p]!];
      for (let i = before; i < n; i++) at[i] = x;
    }
    cells.count = n;
    this.occurInRow(n - before);
  }

  private clear(): void {
    // A loop, because `fill` costs more for so few places.
    for (let p = 0; p <= this.last; p++) {
      const occurs = this.occurs[p]!;
      for (let x = 0; x < this.counts[p]!; x++) occurs[x] = 0;
    }
  }

  private occurInRow(count: number): void {
    for (let p = 0; p < this.last; p++) this.occurs[p]![this.walk[p]!]! += count;
  }

  private reserve(count: number): void {
    const { cells } = this;
    if (count <= cells.depthBytes.length) return;
    cells.depthBytes = withCapacity(cells.depthBytes, count);
    for (let p = 0; p <= this.last; p++) cells.at[p] = withCapacity(cells.at[p]!, count);
  }

  /** Finds some cell with an index at a position, and writes its ids into `ids`. */
  someCell(position: number, index: number, ids: Int32Array): void {
    for (let row = this.firstRow(); row !== -1; row = this.nextRow()) {
      for (let x = 0; x < this.rowLength; x++) {
        if (this.bytes[row + x] === 0 || (position === this.last ? x : this.walk[position]) !== index) continue;
        for (let p = 0; p <= this.last; p++) ids[p] = this.cells.ids[p]![p === this.last ? x : this.walk[p]!]!;
        return;
      }
    }
  }

  // --- ids, and single cells -----------------------------------------------------------------------------------------------

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
    const base = offsetInPage(offset);
    let from = base + shape.ids;
    for (let p = 0; p < position; p++) from += page[base + shape.rooms + p]!;
    page[from + index] = id;
    page[base + shape.counts + position] = index + 1;
    this.maps[position]!.set(id, index);
    this.cells.ids[position] = withCapacity(this.cells.ids[position]!, index + 1);
    this.cells.ids[position][index] = id;
    this.occurs[position] = withCapacity(this.occurs[position]!, index + 1);
    this.occurs[position][index] = 0;
    this.locate();
    return index;
  }

  /** Gives where cell `i` is among the bytes. It is valid until the group gets another id. */
  offsetOf(i: number): number {
    const { strides, cells } = this;
    let offset = this.first;
    for (let p = 0; p < strides.length; p++) offset += cells.at[p]![i]! * strides[p]!;
    return offset;
  }

  /**
   * Gives a depth byte to cell `i` with another index at one position, if it has none. `place` is that of cell `i`. `follow` adds the cell to
   * those to expand.
   */
  depthByte(i: number, position: number, index: number, place: number, depthByte: number, follow: boolean): boolean {
    const { strides, cells, bytes } = this;
    const cell = place + (index - cells.at[position]![i]!) * strides[position]!;
    if (bytes[cell] !== 0) return false;
    bytes[cell] = depthByte;
    if (follow) this.follow(i, position, index, depthByte);
    return true;
  }

  private follow(i: number, position: number, index: number, depthByte: number): void {
    const { cells, occurs, last } = this;
    const n = cells.count++;
    this.reserve(n + 1);
    cells.depthBytes[n] = depthByte;
    for (let p = 0; p <= last; p++) {
      const x = p === position ? index : cells.at[p]![i]!;
      cells.at[p]![n] = x;
      occurs[p]![x]!++;
    }
  }

  /** Keeps cell `i` as number `to` of the cells. */
  keep(i: number, to: number): void {
    const { at, depthBytes } = this.cells;
    if (i === to) return;
    depthBytes[to] = depthBytes[i]!;
    for (const list of at) list[to] = list[i]!;
  }

  /** Drops cell `i`: it is not to be expanded after all. */
  drop(i: number): void {
    for (let p = 0; p <= this.last; p++) this.occurs[p]![this.cells.at[p]![i]!]!--;
  }

  /** Fills `used` for the cells. */
  fillUsed(): void {
    const { used, usedCount } = this.cells;
    for (let p = 0; p <= this.last; p++) {
      const occurs = this.occurs[p]!;
      const list = withCapacity(used[p]!, this.counts[p]!);
      used[p] = list;
      let n = 0;
      for (let x = 0; x < this.counts[p]!; x++) if (occurs[x] !== 0) list[n++] = x;
      usedCount[p] = n;
    }
  }
}

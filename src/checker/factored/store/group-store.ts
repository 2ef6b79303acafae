/**
 * Stores the states by group, and in each group as a matrix of cells over the local positions.
 *
 * A *group* is the tuple of the ids of all group slots. Each local position of a group has a list of the ids that it takes there, and a cell of
 * the matrix, one byte, says whether a combination of them was found. Local positions do not meet each other in any interaction, so nearly all
 * combinations occur. The matrices are dense (95 to 100 % in practice), and a state costs little more than its byte. Nothing is hashed away: a
 * state is found by its whole tuple.
 *
 * A block of the arena, in words: the stamp with which the group was last queued; the tuple; for each position the number of its ids and the room
 * for ids; the ids, position by position; the cells, row-major, the last position running fastest.
 */
import { CheckerError } from '../../error.js';
import { hashTuple } from '../../hash.js';
import { Ints } from '../../ints.js';
import { noRoom } from '../../memory.js';

const PAGE_BITS = 16;
const PAGE_WORDS = 1 << PAGE_BITS;
const MASK = PAGE_WORDS - 1;
/** Offsets have 32 bits, and so those of pages have 16. */
const MOST_PAGES = 2 ** (32 - PAGE_BITS);

/** Memory in pages, which is freed as a whole. A block is an offset in words and never crosses a page: a larger block has a page of its own. */
export class Arena {
  readonly words: Int32Array[] = [];
  readonly bytes: Uint8Array[] = [];
  private readonly spare: Int32Array[];
  private readonly mostPages: number;
  private readonly free = new Map<number, number[]>();
  private top = 0;
  private room = 0;

  /** `spare` holds free pages. The arenas of one run share it. */
  constructor(spare: Int32Array[], mostPages = MOST_PAGES) {
    this.spare = spare;
    this.mostPages = mostPages;
  }

  /** Allocates a block of at least `size` words, all zero. @throws CheckerError (`option`) where the arena has all the pages that it may have. */
  alloc(size: number): number {
    const rounded = roundSize(size);
    const again = this.free.get(rounded)?.pop();
    if (again !== undefined) {
      const from = again & MASK;
      this.words[again >>> PAGE_BITS]!.fill(0, from, from + rounded);
      return again;
    }
    return rounded > PAGE_WORDS ? this.own(rounded) : this.bump(rounded);
  }

  /** Takes a block of `size` words back. */
  recycle(offset: number, size: number): void {
    const rounded = roundSize(size);
    const list = this.free.get(rounded);
    if (list === undefined) this.free.set(rounded, [offset]);
    else list.push(offset);
  }

  page(offset: number): Int32Array {
    return this.words[offset >>> PAGE_BITS]!;
  }

  pageBytes(offset: number): Uint8Array {
    return this.bytes[offset >>> PAGE_BITS]!;
  }

  /** Gives all pages back. */
  release(): void {
    for (const page of this.words) if (page.length === PAGE_WORDS) this.spare.push(page);
    this.words.length = 0;
    this.bytes.length = 0;
  }

  /** Where the next block will be. */
  place(): { readonly top: number; readonly room: number } {
    return { top: this.top, room: this.room };
  }

  /** Takes over pages as they were when {@link place} was called. */
  restore(pages: ReadonlyArray<Int32Array>, top: number, room: number): void {
    for (const page of pages) this.add(page);
    this.top = top;
    this.room = room;
  }

  private bump(size: number): number {
    if (size > this.room) {
      this.mustHaveRoom();
      const page = this.spare.pop()?.fill(0) ?? new Int32Array(PAGE_WORDS);
      this.top = this.add(page);
      this.room = PAGE_WORDS;
    }
    const offset = this.top;
    this.top += size;
    this.room -= size;
    return offset;
  }

  private own(size: number): number {
    this.mustHaveRoom();
    return this.add(new Int32Array(size));
  }

  /** Refuses a page whose offset would wrap: it would be taken for the first page, and overwritten. */
  private mustHaveRoom(): void {
    if (this.words.length >= this.mostPages) throw noRoom(`${this.mostPages} pages are taken`);
  }

  private add(page: Int32Array): number {
    this.words.push(page);
    this.bytes.push(new Uint8Array(page.buffer));
    return (this.words.length - 1) * PAGE_WORDS;
  }
}

/** Rounds a size up, in steps of at most a quarter, so that freed blocks fit again. */
const roundSize = (size: number): number => {
  if (size <= 32) return (size + 1) & ~1;
  const step = 1 << (29 - Math.clz32(size));
  return (size + step - 1) & -step;
};

/** Gives the index of a block in its page. */
export const offsetInPage = (offset: number): number => offset & MASK;

/** Groups that are kept and freed together: the whole space, or one level of a sweep. */
export class Layer {
  readonly level: number;
  readonly arena: Arena;
  /** Where the block of each group is. */
  readonly blocks = new Ints(64);
  /** Groups with cells to expand. */
  queue = new Ints(64);
  private table = new Int32Array(128);
  private mask = 63;

  constructor(level: number, spare: Int32Array[]) {
    this.level = level;
    this.arena = new Arena(spare);
  }

  get size(): number {
    return this.blocks.length;
  }

  get nextGrowth(): number {
    return this.blocks.length * 5 > (this.mask + 1) * 2 ? this.table.byteLength * 2 : 0;
  }

  /** Gives the group with this tuple, or -1. */
  find(tuple: Int32Array): number {
    const { table, mask } = this;
    const h = hashTuple(tuple);
    for (let i = h & mask; ; i = (i + 1) & mask) {
      const group = table[i * 2 + 1]!;
      if (group === 0) return -1;
      if (table[i * 2] === h && this.same(group - 1, tuple)) return group - 1;
    }
  }

  /** Adds a new group without a block. The caller must set `blocks` before the next call. */
  add(tuple: Int32Array): number {
    if ((this.blocks.length + 1) * 2 > this.mask + 1) this.grow();
    this.blocks.push(0);
    this.place(hashTuple(tuple), this.blocks.length);
    return this.blocks.length - 1;
  }

  /** Builds the table from the blocks. Their tuples have `places` ids. */
  reindex(places: number): void {
    while (this.blocks.length * 2 > this.mask + 1) this.grow();
    for (let group = 0; group < this.blocks.length; group++) {
      const offset = this.blocks.at(group);
      const at = offsetInPage(offset) + 1;
      this.place(hashTuple(this.arena.page(offset).subarray(at, at + places)), group + 1);
    }
  }

  private same(group: number, tuple: Int32Array): boolean {
    const offset = this.blocks.data[group]!;
    const page = this.arena.words[offset >>> PAGE_BITS]!;
    const at = (offset & MASK) + 1;
    for (let i = 0; i < tuple.length; i++) if (page[at + i] !== tuple[i]) return false;
    return true;
  }

  private place(h: number, entry: number): void {
    const { table, mask } = this;
    let i = h & mask;
    while (table[i * 2 + 1] !== 0) i = (i + 1) & mask;
    table[i * 2] = h;
    table[i * 2 + 1] = entry;
  }

  private grow(): void {
    const old = this.table;
    this.mask = this.mask * 2 + 1;
    this.table = new Int32Array((this.mask + 1) * 2);
    for (let at = 0; at < old.length; at += 2) if (old[at + 1] !== 0) this.place(old[at]!, old[at + 1]!);
  }
}

/** Cells are numbered by 32-bit integers, in bytes from the beginning of their page. */
const MOST_CELLS = 2 ** 30;

/** The shape of blocks: how many group slots and local positions there are, and where things stand in a block. */
export class Shape {
  readonly group: number;
  readonly positions: number;
  /** Where the counts, the rooms and the ids begin. */
  readonly counts: number;
  readonly rooms: number;
  readonly ids: number;

  constructor(group: number, positions: number) {
    this.group = group;
    this.positions = positions;
    this.counts = 1 + group;
    this.rooms = this.counts + positions;
    this.ids = this.rooms + positions;
  }

  /**
   * Gives the words of a block with the rooms that stand at `from`.
   *
   * @throws CheckerError (`option`) where it has more cells than can be numbered: numbers would wrap, and new states be taken for known ones.
   */
  size(rooms: Int32Array, from: number): number {
    let ids = 0;
    let cells = 1;
    for (let p = from; p < from + this.positions; p++) {
      ids += rooms[p]!;
      cells *= rooms[p]!;
    }
    if (cells > MOST_CELLS) {
      throw new CheckerError(
        'option',
        `locals: one group has room for ${cells} states over ${this.positions} local positions, and ${MOST_CELLS} is the most; ` +
          'name fewer slots in locals, or none (an empty list)',
      );
    }
    return this.ids + ids + Math.ceil(cells / 4);
  }

  /** Gives where the cells of a block begin in its page, in bytes. */
  cells(page: Int32Array, base: number): number {
    let at = base + this.ids;
    for (let p = 0; p < this.positions; p++) at += page[base + this.rooms + p]!;
    return at * 4;
  }
}

/** Gives where the cell of a state (by places) is in its page of bytes; undefined where it has none yet. */
export const cellOf = (
  shape: Shape,
  layer: Layer,
  state: Int32Array,
): { readonly bytes: Uint8Array; readonly at: number } | undefined => {
  const group = layer.find(state.subarray(0, shape.group));
  if (group === -1) return undefined;
  const offset = layer.blocks.at(group);
  const page = layer.arena.page(offset);
  const base = offsetInPage(offset);
  let ids = base + shape.ids;
  let at = 0;
  for (let p = 0; p < shape.positions; p++) {
    const index = page.subarray(ids, ids + page[base + shape.counts + p]!).indexOf(state[shape.group + p]!);
    if (index === -1) return undefined;
    const room = page[base + shape.rooms + p]!;
    ids += room;
    at = at * room + index;
  }
  return { bytes: layer.arena.pageBytes(offset), at: shape.cells(page, base) + at };
};

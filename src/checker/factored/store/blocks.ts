/** Makes and grows the blocks of groups. */
import { type Layer, type Shape, offsetInPage } from './group-store.js';

/** Gives the room for `need` ids, with some to spare: most groups are found from several sides, and each side brings ids of its own. */
const room = (need: number): number => (need + 2) & ~1;

/** The rooms of the block that is being made. */
let rooms = new Int32Array(16);

const reserveRooms = (positions: number): void => {
  if (rooms.length < positions) rooms = new Int32Array(positions);
};

/** Makes the block of a new group. */
export const makeBlock = (shape: Shape, layer: Layer, group: number, tuple: Int32Array, need: ArrayLike<number>): void => {
  reserveRooms(shape.positions);
  for (let p = 0; p < shape.positions; p++) rooms[p] = room(need[p]!);
  layer.blocks.data[group] = emptyBlock(shape, layer, tuple, 0);
};

/** Makes room for `need` ids at each position; the block moves when it must. */
export const growBlock = (shape: Shape, layer: Layer, group: number, need: ArrayLike<number>): void => {
  const from = layer.blocks.data[group]!;
  const page = layer.arena.page(from);
  const base = offsetInPage(from);
  reserveRooms(shape.positions);
  let fits = true;
  for (let p = 0; p < shape.positions; p++) {
    const has = page[base + shape.rooms + p]!;
    if (need[p]! > has) fits = false;
    rooms[p] = need[p]! > has ? room(need[p]! + (need[p]! >> 2)) : has;
  }
  if (fits) return;
  const to = emptyBlock(shape, layer, page, base + 1);
  const target = layer.arena.page(to);
  target[offsetInPage(to)] = page[base]!;
  copyIds(shape, page, base, target, offsetInPage(to));
  const old: Cells = { page, base, bytes: layer.arena.pageBytes(from) };
  const made: Cells = { page: target, base: offsetInPage(to), bytes: layer.arena.pageBytes(to) };
  copyCells(shape, 0, old, shape.cells(page, base), made, shape.cells(target, offsetInPage(to)));
  layer.blocks.data[group] = to;
  layer.arena.recycle(from, shape.size(page, base + shape.rooms));
};

/** Makes an empty block with the rooms in `rooms`, for the tuple that begins at `from`. */
const emptyBlock = (shape: Shape, layer: Layer, tuple: Int32Array, from: number): number => {
  const offset = layer.arena.alloc(shape.size(rooms, 0));
  const page = layer.arena.page(offset);
  const base = offsetInPage(offset);
  page[base] = -1;
  for (let i = 0; i < shape.group; i++) page[base + 1 + i] = tuple[from + i]!;
  for (let p = 0; p < shape.positions; p++) page[base + shape.rooms + p] = rooms[p]!;
  return offset;
};

/** Copies the ids of a block into one with more room. */
const copyIds = (shape: Shape, from: Int32Array, fromBase: number, to: Int32Array, toBase: number): void => {
  let fromIds = fromBase + shape.ids;
  let toIds = toBase + shape.ids;
  for (let p = 0; p < shape.positions; p++) {
    const count = from[fromBase + shape.counts + p]!;
    to[toBase + shape.counts + p] = count;
    for (let i = 0; i < count; i++) to[toIds + i] = from[fromIds + i]!;
    fromIds += from[fromBase + shape.rooms + p]!;
    toIds += to[toBase + shape.rooms + p]!;
  }
};

/** The cells of a block: where they begin, and the block's header, which says how they lie. */
interface Cells {
  readonly page: Int32Array;
  readonly base: number;
  readonly bytes: Uint8Array;
}

/** Copies the cells from a position on. */
const copyCells = (shape: Shape, position: number, from: Cells, fromCell: number, to: Cells, toCell: number): void => {
  const count = from.page[from.base + shape.counts + position]!;
  if (position === shape.positions - 1) {
    for (let i = 0; i < count; i++) to.bytes[toCell + i] = from.bytes[fromCell + i]!;
    return;
  }
  const fromStride = stride(shape, position, from.page, from.base);
  const toStride = stride(shape, position, to.page, to.base);
  for (let i = 0; i < count; i++) {
    copyCells(shape, position + 1, from, fromCell + i * fromStride, to, toCell + i * toStride);
  }
};

/** Gives the distance between the cells of two neighbours at a position. */
const stride = (shape: Shape, position: number, page: Int32Array, base: number): number => {
  let cells = 1;
  for (let p = position + 1; p < shape.positions; p++) cells *= page[base + shape.rooms + p]!;
  return cells;
};

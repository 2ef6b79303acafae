/** Making and growing the blocks of groups. */
import { type Layer, type Shape, within } from './store.js';

/** Rooms come in steps, with some to spare in a block that has grown. */
const room = (need: number): number => (need <= 1 ? 1 : (need + 1) & ~1);

/** A block for a new group. */
export const makeBlock = (shape: Shape, layer: Layer, group: number, tuple: Int32Array, need: ArrayLike<number>): void => {
  const rooms = Array.from({ length: shape.positions }, (_, p) => room(need[p]!));
  layer.blocks.data[group] = emptyBlock(shape, layer, tuple, rooms);
};

/** Makes room for `need` ids at each position; the block moves when it must. */
export const growBlock = (shape: Shape, layer: Layer, group: number, need: ArrayLike<number>): void => {
  const from = layer.blocks.data[group]!;
  const page = layer.arena.page(from);
  const base = within(from);
  const rooms: number[] = [];
  let fits = true;
  for (let p = 0; p < shape.positions; p++) {
    const has = page[base + shape.rooms + p]!;
    if (need[p]! > has) fits = false;
    rooms.push(need[p]! > has ? room(need[p]! + (need[p]! >> 2)) : has);
  }
  if (fits) return;
  const tuple = page.slice(base + 1, base + 1 + shape.group);
  const to = emptyBlock(shape, layer, tuple, rooms);
  const target = layer.arena.page(to);
  target[within(to)] = page[base]!;
  copyBlock(shape, page, base, target, within(to));
  layer.blocks.data[group] = to;
  const old = Array.from({ length: shape.positions }, (_, p) => page[base + shape.rooms + p]!);
  layer.arena.recycle(from, shape.size(old));
};

const emptyBlock = (shape: Shape, layer: Layer, tuple: Int32Array, rooms: ArrayLike<number>): number => {
  const offset = layer.arena.alloc(shape.size(rooms));
  const page = layer.arena.page(offset);
  const base = within(offset);
  page[base] = -1;
  page.set(tuple, base + 1);
  for (let p = 0; p < shape.positions; p++) page[base + shape.rooms + p] = rooms[p]!;
  return offset;
};

/** Copies the ids and the cells of a block into one with more room. */
const copyBlock = (shape: Shape, from: Int32Array, fromBase: number, to: Int32Array, toBase: number): void => {
  let fromIds = fromBase + shape.ids;
  let toIds = toBase + shape.ids;
  for (let p = 0; p < shape.positions; p++) {
    const count = from[fromBase + shape.counts + p]!;
    to[toBase + shape.counts + p] = count;
    to.set(from.subarray(fromIds, fromIds + count), toIds);
    fromIds += from[fromBase + shape.rooms + p]!;
    toIds += to[toBase + shape.rooms + p]!;
  }
  copyCells(shape, 0, from, fromBase, fromIds * 4, to, toBase, toIds * 4);
};

const copyCells = (
  shape: Shape,
  position: number,
  from: Int32Array,
  fromBase: number,
  fromCell: number,
  to: Int32Array,
  toBase: number,
  toCell: number,
): void => {
  const last = shape.positions - 1;
  const count = position > last ? 1 : from[fromBase + shape.counts + position]!;
  if (position >= last) {
    new Uint8Array(to.buffer).set(new Uint8Array(from.buffer, fromCell, count), toCell);
    return;
  }
  const fromStride = stride(shape, position, from, fromBase);
  const toStride = stride(shape, position, to, toBase);
  for (let i = 0; i < count; i++) {
    copyCells(shape, position + 1, from, fromBase, fromCell + i * fromStride, to, toBase, toCell + i * toStride);
  }
};

/** How far apart the cells of two neighbours at a position are. */
export const stride = (shape: Shape, position: number, page: Int32Array, base: number): number => {
  let cells = 1;
  for (let p = position + 1; p < shape.positions; p++) cells *= page[base + shape.rooms + p]!;
  return cells;
};

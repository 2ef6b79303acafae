/**
 * Finds what the cells of a group lead to by steps inside it, all at once.
 *
 * A step inside a group changes the id at one position and reads no other position. So whatever a cell leads to, it leads to by its steps at the
 * last position first, then by those at the position before, and so on, in the same number of steps. One pass over the matrix for each position
 * is enough. Cells that were expanded before have a lesser depth byte than those to expand. They are left alone, because what they lead to was
 * found then.
 */
import type { Ints } from '../../ints.js';
import type { GroupView } from '../store/group-view.js';
import type { Locals } from '../memo/locals.js';
import { lower } from '../store/batch.js';
import type { Tally } from './tally.js';

export class Closure {
  private readonly view: GroupView;
  private readonly locals: ReadonlyArray<Locals>;
  /** Pairs (index, family), of which {@link Locals} says where they begin and end for each index. */
  private readonly inside: Ints;
  private readonly tally: Tally;
  private readonly last: number;
  private changed = false;

  constructor(view: GroupView, locals: ReadonlyArray<Locals>, inside: Ints, tally: Tally) {
    this.view = view;
    this.locals = locals;
    this.inside = inside;
    this.tally = tally;
    this.last = locals.length - 1;
  }

  /**
   * Takes the steps inside the group. For each cell with a depth byte of `least` or more, every successor gets the lesser of its own byte
   * and the byte after the cell's. Gives how many cells were not found before. All ids must have been opened.
   */
  run(least: number): number {
    let found = 0;
    for (let p = this.last; p >= 0; p--) found += this.pass(p, least);
    return found;
  }

  /** Walks the rows. A row is the cells that differ at the last position only. Of cells that differ at `p` it takes a whole row at once. */
  private pass(p: number, least: number): number {
    const { view, last } = this;
    let found = 0;
    for (let row = view.firstRow(); row !== -1; row = view.nextRow(p)) {
      found += p === last ? this.inRow(row, least) : this.acrossRows(row, p, least);
    }
    return found;
  }

  private inRow(row: number, least: number): number {
    const { from, to } = this.locals[this.last]!;
    const { data } = this.inside;
    const { bytes, counts } = this.view;
    const { fresh } = this.tally;
    const count = counts[this.last]!;
    let found = 0;
    let again = true;
    while (again) {
      again = false;
      for (let x = 0; x < count; x++) {
        const depthByte = bytes[row + x]!;
        if (depthByte < least) continue;
        for (let s = from[x]!; s < to[x]!; s += 2) {
          const y = data[s]!;
          const isNew = bytes[row + y] === 0;
          if (!lower(bytes, row + y, depthByte)) continue;
          again ||= y < x;
          if (!isNew) continue;
          fresh[data[s + 1]!]!++;
          found++;
        }
      }
    }
    return found;
  }

  private acrossRows(first: number, p: number, least: number): number {
    const { from, to, open } = this.locals[p]!;
    const { data } = this.inside;
    const { counts, strides } = this.view;
    const { fresh } = this.tally;
    const stride = strides[p]!;
    let found = 0;
    let again = true;
    while (again) {
      again = false;
      for (let x = 0; x < counts[p]!; x++) {
        if (open[x] === 0) continue;
        for (let s = from[x]!; s < to[x]!; s += 2) {
          const y = data[s]!;
          const copied = this.copyRow(first + x * stride, first + y * stride, least);
          fresh[data[s + 1]!]! += copied;
          found += copied;
          again ||= this.changed && y < x;
        }
      }
    }
    return found;
  }

  /**
   * Sets the depth bytes of one row that follow from those of another. It gives how many cells were not found before, and whether a byte changed.
   */
  private copyRow(from: number, to: number, least: number): number {
    const { bytes, counts } = this.view;
    const count = counts[this.last]!;
    let found = 0;
    this.changed = false;
    for (let i = 0; i < count; i++) {
      const depthByte = bytes[from + i]!;
      if (depthByte < least) continue;
      const isNew = bytes[to + i] === 0;
      if (!lower(bytes, to + i, depthByte)) continue;
      this.changed = true;
      if (isNew) found++;
    }
    return found;
  }
}

/** Batches of cells that are expanded, or moved, together. */

/** Cells by coordinates. Cell `i` has the id `ids[p][at[p][i]]` at position `p`. */
export interface Batch {
  count: number;
  readonly at: Int32Array[];
  readonly ids: Int32Array[];
  /** The depth byte of each cell, for {@link NEXT}. */
  depthBytes: Int32Array;
  /** For each position the indices into `ids` that occur, each once. */
  readonly used: Int32Array[];
  /** For each position the number of indices in `used`. */
  readonly usedCount: Int32Array;
}

/** Given in place of one depth byte for all cells: each gets the byte after that of its source, or keeps a lesser one. */
export const NEXT = 0;

/** The greatest depth byte that a cell can have. */
export const GREATEST = 255;

/** Gives a cell the depth byte after `depthByte`, unless it has one that is not greater. It says whether it did. */
export const lower = (cells: Uint8Array, cell: number, depthByte: number): boolean => {
  const old = cells[cell]!;
  if (old !== 0 && old <= depthByte + 1) return false;
  cells[cell] = Math.min(depthByte + 1, GREATEST);
  return true;
};

/** Makes an empty batch. */
export const emptyBatch = (positions: number): Batch => ({
  count: 0,
  at: Array.from({ length: positions }, () => new Int32Array(64)),
  ids: Array.from({ length: positions }, () => new Int32Array(64)),
  depthBytes: new Int32Array(64),
  used: Array.from({ length: positions }, () => new Int32Array(64)),
  usedCount: new Int32Array(positions),
});

/** Gives the array, or a larger copy where it lacks the capacity. */
export const withCapacity = (array: Int32Array, need: number): Int32Array => {
  if (need <= array.length) return array;
  const grown = new Int32Array(Math.max(need, array.length * 2));
  grown.set(array);
  return grown;
};

/** The greatest stamp that a list of stamps can hold. */
export const LAST_STAMP = 2 ** 31 - 1;

/** Gives the stamp after this one. After the last it clears the stamps, and begins again. */
export const nextStamp = (stamps: Int32Array, stamp: number): number => {
  if (stamp < LAST_STAMP) return stamp + 1;
  stamps.fill(0);
  return 1;
};

/** Makes a function that fills `used` of a batch from its cells. It stamps the indices that it has seen, with a new stamp each time, from `stamp` on. */
export const usedFiller = (stamp = 0): ((batch: Batch) => void) => {
  let stamps: Int32Array = new Int32Array(256);
  return (batch) => {
    for (let p = 0; p < batch.at.length; p++) {
      stamp = nextStamp(stamps, stamp);
      const at = batch.at[p]!;
      const most = batch.ids[p]!.length;
      stamps = withCapacity(stamps, most);
      let used = batch.used[p]!;
      if (used.length < most) used = batch.used[p] = new Int32Array(most);
      let n = 0;
      for (let i = 0; i < batch.count; i++) {
        const x = at[i]!;
        if (stamps[x] === stamp) continue;
        stamps[x] = stamp;
        used[n++] = x;
      }
      batch.usedCount[p] = n;
    }
  };
};

/** Fills `used` of a batch from its cells. */
export const fillUsed = usedFiller();

/** Gives the greatest depth byte of a batch. */
export const greatest = ({ depthBytes, count }: Batch): number => {
  let most = 0;
  for (let i = 0; i < count; i++) if (depthBytes[i]! > most) most = depthBytes[i]!;
  return most;
};

/** Stamps are 32-bit integers. A long search comes to the last one, and begins again. */
import { expect, test } from 'vitest';
import { emptyBatch, LAST_STAMP, usedFiller } from '../../src/checker/factored/store/batch.js';
import { IndexOf } from '../../src/checker/factored/store/mover.js';

test('the used indices of a batch are each listed once, across the last stamp', () => {
  const fill = usedFiller(LAST_STAMP - 5);
  const batch = emptyBatch(2);
  for (let turn = 0; turn < 12; turn++) {
    const cells = [turn % 3, 1, turn % 3, 7, 1, turn % 3];
    batch.count = cells.length;
    for (const at of batch.at) at.set(cells);
    fill(batch);
    for (const [p, used] of batch.used.entries()) expect([...used.subarray(0, batch.usedCount[p])]).toEqual([...new Set(cells)]);
  }
});

test('a map of ids knows those that were loaded last, across the last stamp', () => {
  const map = new IndexOf(LAST_STAMP - 5);
  for (let turn = 0; turn < 12; turn++) {
    map.load(Int32Array.of(turn, turn + 2), 0, 2);
    expect([turn - 1, turn, turn + 1, turn + 2, turn + 3].map((id) => (id < 0 ? -1 : map.get(id)))).toEqual([-1, 0, -1, 1, -1]);
  }
});

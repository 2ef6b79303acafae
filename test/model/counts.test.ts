import { expect, test } from 'vitest';
import { bayou } from '#bayou/model/system.js';
import { DEFAULTS } from '#bayou/model/config.js';
import { explore } from '../support/bfs.js';

const STORE = {
  readYourWrites: true,
  monotonicReads: true,
  writesFollowReads: false,
  monotonicWrites: false,
  scope: 'store',
} as const;

/** The counts of the reference's bayou-s, on which TLC and Spin agree; larger ones are for the engine. */
test.each([
  [2, 1, 1, 2, 55],
  [2, 2, 1, 2, 689],
  [2, 2, 1, 3, 10_031],
  [3, 1, 1, 3, 5_728],
  [3, 2, 1, 2, 6_373],
])('bayou-s with %i servers, %i clients, %i keys, %i puts has %i states and holds', (servers, clients, keys, puts, states) => {
  const found = explore(bayou({ ...DEFAULTS, servers, clients, keys, puts, sessions: STORE }));
  expect(found.violated).toBeUndefined();
  expect(found.states).toBe(states);
});

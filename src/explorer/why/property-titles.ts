/** Titles of properties, under which the explorer's page has them and `bayou explain` finds them. */
import type { PropertyId } from '../../model/checking/sentences.js';

/** The titles of the properties whose name alone says too little. */
const TITLES: Readonly<Partial<Record<PropertyId, string>>> = {
  RYW: 'Read Your Writes',
  MR: 'Monotonic Reads',
  WFR: 'Writes Follow Reads',
  MW: 'Monotonic Writes',
  CONV: 'Convergence',
  R8: 'True vectors',
  UNIQUE: 'Unique stamps',
  PRUNING: 'Unseen pruning',
  DURABLE: 'Durable writes',
  CLOCK: 'Clocks go on',
  SESSION_ORDER: 'Session order',
  GREATEST: 'New is greatest',
  REPEAT: 'Repeated puts',
  LOST: 'Own stamps',
  STABLE: 'Stabilize',
  SETTLE: 'Settling',
  OWN: 'Own vector',
  LATER: 'Puts come after',
  CONFLICT: 'A conflict',
  PRUNED: 'A pruned write',
  STALE: 'A stale read',
  APART: 'Partitions that differ',
  RECOVERY: 'A recovery',
  OLD_TOKEN: 'An old token',
  TOKEN_TWICE: 'A token used twice',
  PUT_BACK: 'A log put back',
  OTHER_REPLICA: 'Another replica',
};

/** The title of a property or a witness, by its name in configurations. Undefined where there is none. */
export const titleOf = (id: string): string | undefined => (Object.hasOwn(TITLES, id) ? TITLES[id as PropertyId] : undefined);

/** For each property of the contract's section 8: the two things that are compared, and the relation that makes them a fault. */
import type { PropertyId } from '../../model/checking/sentences.js';
import {
  claimsTooMuch,
  clockBack,
  equalVectors,
  forgotten,
  knowsMore,
  notEqual,
  prunedTooMuch,
  stampsTwice,
} from './compare-servers.js';
import { notAfter, notGreatest, otherStamp, outOfOrder, wentBack } from './compare-sessions.js';
import type { FaultFinder } from './comparison.js';

/** For each property, the function that finds its fault in the state that breaks it. */
export const COMPARE: Readonly<Partial<Record<PropertyId, FaultFinder>>> = {
  RYW: wentBack('wrote'),
  MR: wentBack('read'),
  WFR: notAfter(['read']),
  MW: notAfter(['wrote']),
  LATER: notAfter(['wrote', 'read']),
  CONV: equalVectors,
  R8: claimsTooMuch,
  UNIQUE: stampsTwice,
  PRUNING: prunedTooMuch,
  DURABLE: (scene, at) => forgotten(scene, at) ?? claimsTooMuch(scene, at),
  CLOCK: clockBack,
  SESSION_ORDER: outOfOrder,
  GREATEST: notGreatest,
  REPEAT: otherStamp,
  LOST: otherStamp,
  OWN: knowsMore,
  STABLE: notEqual('stabilize has ended, and they are linked (section 5)'),
  SETTLE: notEqual(
    'nobody puts any more, every pull that can be made is made again and again, and they stay different (section 8)',
  ),
};

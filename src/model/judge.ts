/** What a step says of the properties: which it breaks, which witnesses it reaches. Pure look-backs; they change nothing. */
import type { Get, GetAnswer, Put } from '../core/messages.js';
import type { Guarantees } from '../core/session.js';
import type { Stamp } from '../core/write.js';
import { isOlder, orderAt, sameStamp, stampOrd } from './order.js';
import type { Rules } from './rules.js';
import { PROPERTIES, type PropertyId } from './sentences.js';
import { storeOf, type Server } from './server.js';
import { stampFor, type Session, type Stamps } from './session.js';
import { has } from './vector.js';
import * as L from './write-log.js';

const NOTHING: ReadonlyArray<string> = [];

/** The names of the properties whose condition is true. Nearly always none is, and it is asked of every step. */
const named = (conditions: Readonly<Partial<Record<PropertyId, boolean>>>): ReadonlyArray<string> =>
  !Object.values(conditions).includes(true)
    ? NOTHING
    : (Object.entries(conditions) as ReadonlyArray<[PropertyId, boolean]>).flatMap(([id, is]) =>
        is ? [PROPERTIES[id].name] : [],
      );

/** Would the store be another if the new writes were not pruned (R6)? */
const changesStore = (rules: Rules, before: Server, writes: L.Log, after: Server): boolean =>
  !L.sameStore(L.storeOf(orderAt(rules.variant)(before.replica))(L.add(before.log, writes)), storeOf(rules)(after));

/** Is one of the stamps not older than the put's, or not at the replica that accepted it (WFR, MW)? */
const unmet = (stamps: Stamps, server: Server, stamp: Stamp): boolean =>
  stamps.some(([, s]) => !isOlder(s, stamp) || !has(server.vv, s));

/** What an accepted put breaks. */
export const putBreaks = (
  rules: Rules,
  asked: Guarantees,
  session: Session,
  put: Put,
  before: Server,
  after: Server,
  stamp: Stamp,
): ReadonlyArray<string> => {
  const { client, clientTime, key, value } = put;
  const known = before.log.find((w) => w.client === client && w.clientTime === clientTime && w.r === before.replica);
  const isNew = after !== before;
  return named({
    GREATEST: isNew && before.log.some((w) => stampOrd.compare(w, stamp) >= 0),
    CLOCK: after.clock < before.clock,
    PRUNING: isNew && changesStore(rules, before, [{ ...stamp, client, clientTime, key, value }], after),
    REPEAT: known !== undefined && (isNew || !sameStamp(known, stamp)),
    WFR: asked.writesFollowReads && isNew && unmet(session.read, before, stamp),
    MW: asked.monotonicWrites && isNew && unmet(session.wrote, before, stamp),
  });
};

/** What an accepted put witnesses. */
export const putShows = (before: Server, after: Server): ReadonlyArray<string> =>
  named({ PRUNED: after !== before && after.log.length <= before.log.length });

/** Is the answer older than what the session knows of the key? No value is older than any. */
const goesBack = (answer: GetAnswer, known: Stamp | undefined): boolean =>
  known !== undefined && (answer.type === 'missing' || (answer.type === 'found' && isOlder(answer.stamp, known)));

/** What the answer to a get breaks. */
export const getBreaks = (asked: Guarantees, session: Session, get: Get, answer: GetAnswer): ReadonlyArray<string> =>
  named({
    RYW: asked.readYourWrites && goesBack(answer, stampFor(session.wrote, get.key)),
    MR: asked.monotonicReads && goesBack(answer, stampFor(session.read, get.key)),
  });

/** What the answer to a get witnesses. */
export const getShows = (answer: GetAnswer): ReadonlyArray<string> =>
  named({ ERR_DEP: answer.type === 'behind', ERR_KEY: answer.type === 'missing' });

/** What receiving writes breaks. */
export const receiptBreaks = (rules: Rules, before: Server, writes: L.Log, after: Server): ReadonlyArray<string> =>
  named({ CLOCK: after.clock < before.clock, PRUNING: changesStore(rules, before, writes, after) });

/** What receiving writes witnesses: a pruned write; a write that meets another client's, which its replica did not know. */
export const receiptShows = (before: Server, writes: L.Log, vv: Server['vv'], after: Server): ReadonlyArray<string> =>
  named({
    PRUNED: after.log.length < L.add(before.log, writes).length,
    CONFLICT: writes.some((w) => before.log.some((x) => x.key === w.key && x.client !== w.client && !has(vv, x))),
  });

/** What coming back from a kill breaks. */
export const restartBreaks = (before: Server, after: Server): ReadonlyArray<string> =>
  named({ CLOCK: before.replica === after.replica && after.clock < before.clock });

/** What coming back from a kill witnesses. */
export const restartShows = (after: Server): ReadonlyArray<string> =>
  named({ RECOVERY: after.log.some((w) => w.r === after.replica) });

/** The names of some properties. */
export const namesOf = (...ids: ReadonlyArray<PropertyId>): ReadonlyArray<string> => ids.map((id) => PROPERTIES[id].name);

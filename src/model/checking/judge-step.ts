/**
 * The properties that a step breaks, and the witnesses that it reaches. These functions look back at a step and change no state.
 *
 * @module
 * @category What is checked
 */
import * as O from 'fp-ts/lib/Option.js';
import type { Bytes } from '../../core/bytes.js';
import type { GetAnswer, Put, RefusedAnswer } from '../../core/messages.js';
import type { Guarantees } from '../../core/guarantees.js';
import type { Stamp } from '../../core/write.js';
import { samePut } from '../protocol/put-identity.js';
import { isOlder, orderAt, sameStamp, stampOrd } from '../protocol/order.js';
import type { Rules } from '../protocol/rules.js';
import { PROPERTIES, type PropertyId } from './sentences.js';
import type { AnswerToPull } from '../protocol/pulls.js';
import type { Server } from '../protocol/server.js';
import { stampFor, type Session, type Stamps } from '../protocol/session.js';
import { at, has } from '../protocol/vector.js';
import * as L from '../protocol/write-log.js';

/** The properties that a configuration checks; no other property is evaluated. */
export type JudgedProperties = ReadonlySet<PropertyId>;

const NOTHING: ReadonlyArray<string> = [];

/** The property's name if `isSo`, else one shared empty list: this runs at every step, and `isSo` is nearly always false. */
const named = (id: PropertyId, isSo: boolean): ReadonlyArray<string> => (isSo ? [PROPERTIES[id].name] : NOTHING);

const both = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): ReadonlyArray<string> =>
  a.length === 0 ? b : b.length === 0 ? a : [...a, ...b];

const all = (names: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => names.reduce(both, NOTHING);

/** Has pruning changed the store (R6)? `whole` is the log before pruning. Only keys of pruned writes are looked at. */
const changesStore = (rules: Rules, whole: L.Log, after: Server): boolean => {
  const top = L.newest(orderAt(rules.variant)(after.replica));
  const valueIn = (log: L.Log, key: Bytes): Bytes | undefined => O.toUndefined(top(log, key))?.value;
  return whole
    .filter((w) => !after.log.some((x) => L.sameWrite(w, x)))
    .some(({ key }) => valueIn(whole, key) !== valueIn(after.log, key));
};

/** Is one of the stamps not older than `stamp`, or does the accepting replica lack it (WFR, MW)? */
const unmet = (stamps: Stamps, server: Server, stamp: Stamp): boolean =>
  stamps.some(([, s]) => !isOlder(s, stamp) || !has(server.vv, s));

/** Is `stamp` later than the last write to the key by the session, or by the session whose token it goes on from? */
const comesAfter = (session: Session, key: Bytes, stamp: Stamp): boolean => {
  const before = stampFor(session.wrote, key);
  return before === undefined || isOlder(before, stamp);
};

/** The properties that an accepted put breaks at its server. They do not look at the session, which may have ended. */
export const acceptBreaks = (
  judged: JudgedProperties,
  rules: Rules,
  put: Put,
  before: Server,
  after: Server,
  stamp: Stamp,
): ReadonlyArray<string> => {
  const known = (): Stamp | undefined => before.log.find((w) => samePut(w, put) && w.r === before.replica);
  const isNew = after !== before;
  return all([
    named('GREATEST', judged.has('GREATEST') && isNew && before.log.some((w) => stampOrd.compare(w, stamp) >= 0)),
    named('CLOCK', judged.has('CLOCK') && after.clock < before.clock),
    named('PRUNING', judged.has('PRUNING') && isNew && changesStore(rules, L.add(before.log, [L.writeOf(put, stamp)]), after)),
    named(
      'REPEAT',
      judged.has('REPEAT') && O.exists((first: Stamp) => isNew || !sameStamp(first, stamp))(O.fromNullable(known())),
    ),
    named('LOST', judged.has('LOST') && after.log.some((w) => sameStamp(w, stamp) && !samePut(w, put))),
  ]);
};

/** The properties that an accepted put breaks, at its server and of its session's guarantees. */
export const putBreaks = (
  judged: JudgedProperties,
  rules: Rules,
  guarantees: Guarantees,
  session: Session,
  put: Put,
  before: Server,
  after: Server,
  stamp: Stamp,
): ReadonlyArray<string> => {
  const isNew = after !== before;
  return all([
    acceptBreaks(judged, rules, put, before, after, stamp),
    named('SESSION_ORDER', judged.has('SESSION_ORDER') && session.acknowledged === null && !comesAfter(session, put.key, stamp)),
    named('WFR', judged.has('WFR') && guarantees.writesFollowReads && isNew && unmet(session.read, before, stamp)),
    named('MW', judged.has('MW') && guarantees.monotonicWrites && isNew && unmet(session.wrote, before, stamp)),
    named('LATER', judged.has('LATER') && isNew && [...session.wrote, ...session.read].some(([, s]) => !isOlder(s, stamp))),
  ]);
};

/** The witnesses of an accepted put. */
export const putShows = (judged: JudgedProperties, before: Server, after: Server): ReadonlyArray<string> =>
  named('PRUNED', judged.has('PRUNED') && after !== before && after.log.length <= before.log.length);

/** Is the answer older than the stamp `known`? The answer that there is no value is older than any stamp. */
const goesBack = (answer: GetAnswer, known: Stamp | undefined): boolean =>
  known !== undefined && (answer.type === 'missing' || (answer.type === 'found' && isOlder(answer.stamp, known)));

/** The witnesses of a put that is refused for another reason than R12. */
export const refusalShows = (judged: JudgedProperties, reason: RefusedAnswer['reason']): ReadonlyArray<string> =>
  named('OTHER_REPLICA', judged.has('OTHER_REPLICA') && reason === 'other-replica');

/** The witnesses of a put that arrives late. */
export const lateShows = (judged: JudgedProperties, before: Server, after: Server): ReadonlyArray<string> =>
  both(putShows(judged, before, after), named('LATE_PUT', judged.has('LATE_PUT') && after !== before));

/** The properties that the answer to a get breaks. */
export const getBreaks = (
  judged: JudgedProperties,
  guarantees: Guarantees,
  session: Session,
  key: Bytes,
  answer: GetAnswer,
): ReadonlyArray<string> =>
  both(
    named('RYW', judged.has('RYW') && guarantees.readYourWrites && goesBack(answer, stampFor(session.wrote, key))),
    named('MR', judged.has('MR') && guarantees.monotonicReads && goesBack(answer, stampFor(session.read, key))),
  );

/** The witnesses of the answer to a get. */
export const getShows = (judged: JudgedProperties, answer: GetAnswer): ReadonlyArray<string> =>
  both(
    named('ERR_DEP', judged.has('ERR_DEP') && answer.type === 'behind'),
    named('ERR_KEY', judged.has('ERR_KEY') && answer.type === 'missing'),
  );

/** The properties that a receipt of writes breaks. `whole` is the log with the writes, before pruning. */
export const receiptBreaks = (
  judged: JudgedProperties,
  rules: Rules,
  before: Server,
  whole: L.Log,
  after: Server,
): ReadonlyArray<string> =>
  both(
    named('CLOCK', judged.has('CLOCK') && after.clock < before.clock),
    named('PRUNING', judged.has('PRUNING') && changesStore(rules, whole, after)),
  );

/** The witnesses of a receipt of writes: a pruned write; a write that meets a write of another client that the answerer did not know. */
export const receiptShows = (
  judged: JudgedProperties,
  before: Server,
  { writes, vv }: Pick<AnswerToPull, 'writes' | 'vv'>,
  whole: L.Log,
  after: Server,
): ReadonlyArray<string> =>
  both(
    named('PRUNED', judged.has('PRUNED') && after.log.length < whole.length),
    named(
      'CONFLICT',
      judged.has('CONFLICT') &&
        writes.some((w) => before.log.some((x) => x.key === w.key && x.client !== w.client && !has(vv, x))),
    ),
  );

/** The properties that a restart breaks. */
export const restartBreaks = (judged: JudgedProperties, before: Server, after: Server): ReadonlyArray<string> =>
  named('CLOCK', judged.has('CLOCK') && before.replica === after.replica && after.clock < before.clock);

/** The witnesses of a restart with the log. */
export const restartShows = (judged: JudgedProperties, after: Server): ReadonlyArray<string> =>
  named('RECOVERY', judged.has('RECOVERY') && after.log.some((w) => w.r === after.replica));

/** The witnesses of a restart with a copy of the log. */
export const putBackShows = (judged: JudgedProperties, before: Server, after: Server): ReadonlyArray<string> =>
  named('PUT_BACK', judged.has('PUT_BACK') && at(after.vv, before.replica) < at(before.vv, before.replica));

/** The witnesses of a session that goes on from a token. */
export const tokenShows = (judged: JudgedProperties, session: Session, token: Session, isUsed: boolean): ReadonlyArray<string> =>
  both(
    named('OLD_TOKEN', judged.has('OLD_TOKEN') && token.clock < session.clock),
    named('TOKEN_TWICE', judged.has('TOKEN_TWICE') && isUsed),
  );

/** The properties that a stabilize breaks: after it `isStable` must give true (V4). */
export const stabilizeBreaks = (judged: JudgedProperties, isStable: () => boolean): ReadonlyArray<string> =>
  named('STABLE', judged.has('STABLE') && !isStable());

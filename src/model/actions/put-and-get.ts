/**
 * The results of a put and of a get at one server, for every step that has one (R2, R3, R11 to R14).
 *
 * @module
 * @category What may happen
 */
import type { Bytes } from '../../core/bytes.js';
import type { GetAnswer, Put, RefusedAnswer } from '../../core/messages.js';
import type { Stamp } from '../../core/write.js';
import { getBreaks, getShows, putBreaks, putShows, refusalShows } from '../checking/judge-step.js';
import { asksOf, type Puts, type World } from '../checking/world.js';
import { acceptPut, answerGet, type Server } from '../protocol/server.js';
import * as S from '../protocol/session.js';
import { add, writeOf } from '../protocol/write-log.js';

type Session = S.Session;

/** The result of a put at a server. `session`, `server` and `puts` are the components after the put. */
export interface ServedPut {
  readonly session: Session;
  readonly server: Server;
  readonly puts: Puts;
  /** Why the put was not accepted: R12's ERR_DEP, or the reasons of R3 and R14; undefined: it was accepted. */
  readonly refused: 'ERR_DEP' | RefusedAnswer['reason'] | undefined;
  readonly violates: ReadonlyArray<string>;
  readonly witnesses: ReadonlyArray<string>;
}

const NOTHING: ReadonlyArray<string> = [];

/** The puts after one was accepted: with a `history`, its write is recorded. */
export const record = (
  world: World,
  puts: Puts,
  put: Put,
  stamp: { readonly t: number; readonly r: Server['replica'] },
): Puts => ({
  spent: puts.spent,
  all: world.config.history ? add(puts.all, [writeOf(put, stamp)]) : puts.all,
});

/** A put of a session at a server. */
export const putAt = (world: World, session: Session, server: Server, puts: Puts, key: Bytes): ServedPut => {
  const guarantees = asksOf(world, session.client);
  const put = S.putOf(guarantees)(session, key);
  const [after, answer] = acceptPut(world.rules)(server, put);
  const unchanged = { session, server, puts, violates: NOTHING };
  if (answer.type === 'behind') return { ...unchanged, refused: 'ERR_DEP', witnesses: NOTHING };
  if (answer.type === 'refused')
    return { ...unchanged, refused: answer.reason, witnesses: refusalShows(world.judged, answer.reason) };
  return {
    session: S.bounded(guarantees, world.config.sessionKeys)(S.afterPut(session, put, answer.stamp), 'wrote', put.key),
    server: after,
    puts: record(world, puts, put, answer.stamp),
    refused: undefined,
    violates: putBreaks(world.judged, world.rules, guarantees, session, put, server, after, answer.stamp),
    witnesses: putShows(world.judged, server, after),
  };
};

/** The result of a put at one server, as an outcome of the checker's. */
export const putOutcome = ({ session, server, puts, refused, violates, witnesses }: ServedPut) => ({
  next: [session, server, puts] as const,
  ...(refused === undefined ? {} : { note: refused }),
  violates,
  witnesses,
});

/** The puts after one more was spent of the bound. */
export const spendPut = (puts: Puts): Puts => ({ ...puts, spent: puts.spent + 1 });

/** May the session make a new put? One at a time, and while there are puts left. */
export const mayPut = (world: World, session: Session, puts: Puts): boolean =>
  session.unanswered === null && puts.spent < world.config.puts;

/** The result of a get: the session after it, and its answer as a note. */
export interface ServedGet {
  readonly session: Session;
  readonly note: string;
  readonly refused: boolean;
  readonly violates: ReadonlyArray<string>;
  readonly witnesses: ReadonlyArray<string>;
}

const afterFound = (world: World, session: Session, key: Bytes, stamp: Stamp): Session =>
  S.bounded(asksOf(world, session.client), world.config.sessionKeys)(S.afterGet(session, key, stamp), 'read', key);

/** The result of the answer to the session's get of a key. */
export const afterAnswer = (world: World, session: Session, key: Bytes, answer: GetAnswer): ServedGet => ({
  session: answer.type === 'found' ? afterFound(world, session, key, answer.stamp) : session,
  note: answer.type === 'found' ? `${key}:${answer.value}` : `${key}:${answer.type === 'missing' ? 'ERR_KEY' : 'ERR_DEP'}`,
  refused: answer.type === 'behind',
  violates: getBreaks(world.judged, asksOf(world, session.client), session, key, answer),
  witnesses: getShows(world.judged, answer),
});

/** A get of a session at a server. */
export const getAt = (world: World, session: Session, server: Server, key: Bytes): ServedGet =>
  afterAnswer(world, session, key, answerGet(world.rules)(server, S.getOf(asksOf(world, session.client))(session, key)));

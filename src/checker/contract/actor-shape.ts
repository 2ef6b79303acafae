/** Checks systems of actors when they are taken in, and what actors and histories answer at each call. */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts/lib/index.js';
import { CheckerError } from '../error.js';
import { mustDecode } from './decoded-arguments.js';
import { guarded, VALUE, type Pure, type TypeTest } from './guarded-call.js';
import { described, listOf, name, object, oneOf, pure, yesOrNo } from './codecs.js';
import { value } from './model-shape.js';

// --- what is taken in ------------------------------------------------------------------------------------------------------

/** A promise is none: nothing waits for it. And undefined is none: it is what a function gives that forgets to give anything. */
const isHistory = (u: unknown): boolean => u !== undefined && VALUE.is(u);

const aHistory = described('a value other than undefined (null will do)', (u): u is unknown => isHistory(u));

const system = object(
  'a system of actors',
  {
    name,
    actors: listOf(object('an actor', { start: pure, receive: pure }, { name, timeout: pure })),
    history: object('a history', { initial: aHistory }, { sent: pure, delivered: pure }),
    // The properties are checked with the model that is made of the system.
    properties: listOf(t.unknown),
  },
  { delivery: oneOf('once', 'again', 'in order'), lossy: yesOrNo, boundary: pure },
);

/** What the parts of a state are called that are no actors. */
const TAKEN: ReadonlyArray<string> = ['network', 'history'];

const refusal = (what: string): CheckerError => new CheckerError('option', `actorModel: ${what}`);

/** Refuses what is no system of actors. @throws CheckerError (`option`) with one line: which field is wrong, and what is expected. */
export const mustBeActors = (given: unknown): void => mustDecode('actorModel', 'system', system, given);

/** Refuses names by which a run could not tell actors apart, or an actor from the network. @throws CheckerError (`option`). */
export const mustHaveOwnNames = (names: ReadonlyArray<string>): void =>
  names.forEach((actor, id) => {
    if (TAKEN.includes(actor))
      throw refusal(`actors[${id}].name: "${actor}" is another part of each state: give the actor another name`);
    const first = names.indexOf(actor);
    if (first < id) throw refusal(`actors: ${first} and ${id} have the name "${actor}": give each a name of its own`);
  });

// --- what is answered ------------------------------------------------------------------------------------------------------

/** A field that must be there, whatever it is: undefined may be meant. */
const withField = (field: string, codec: t.Mixed): t.Mixed =>
  new t.Type<unknown>(
    codec.name,
    codec.is,
    (u, c) => {
      const valid = codec.validate(u, c);
      if (E.isLeft(valid) || field in (u as object)) return valid;
      return t.failure(undefined, t.appendContext(c, field, t.unknown), 'it is missing');
    },
    (u) => u,
  );

const hasOnly = (u: object, one: string, other: string): boolean => {
  for (const field in u) if (field !== one && field !== other) return false;
  return true;
};

/** Codecs are slow, and a reaction comes with every step. So a quick test goes before the codec, which says what is wrong. */
const isReaction = (u: unknown, actors: number): boolean => {
  if (typeof u !== 'object' || u === null || Array.isArray(u) || !('state' in u) || !hasOnly(u, 'state', 'send')) return false;
  const { state, send } = u as { readonly state: unknown; readonly send?: unknown };
  if (!VALUE.is(state)) return false;
  if (send === undefined) return true;
  if (!Array.isArray(send)) return false;
  for (const one of send as ReadonlyArray<unknown>) if (!isSend(one, actors)) return false;
  return true;
};

const isActor = (u: unknown, actors: number): boolean => Number.isInteger(u) && (u as number) >= 0 && (u as number) < actors;

const isSend = (u: unknown, actors: number): boolean =>
  typeof u === 'object' &&
  u !== null &&
  'message' in u &&
  hasOnly(u, 'to', 'message') &&
  VALUE.is(u.message) &&
  isActor((u as { readonly to?: unknown }).to, actors);

const reactionOf = (expected: string, actors: number): t.Mixed => {
  const numbers = actors === 1 ? 'there is only 0' : `from 0 to ${actors - 1}`;
  const to = described(`the number of an actor (${numbers})`, (u): u is number => isActor(u, actors));
  const send = withField('message', object('a message to send', { to, message: value }));
  return withField('state', object(expected, { state: value }, { send: listOf(send) }));
};

/** What the functions of actors must give. */
export interface ReactionTests {
  readonly start: TypeTest;
  /** Of `receive` and `timeout`, which may give nothing. */
  readonly reaction: TypeTest;
}

/** The tests for functions among so many actors. */
export const reactionTests = (actors: number): ReactionTests => {
  const some = reactionOf('a reaction, or undefined', actors);
  const codec = new t.Type<unknown>(
    some.name,
    some.is,
    (u, c) => (u === undefined ? t.success(u) : some.validate(u, c)),
    (u) => u,
  );
  return {
    start: { is: (u) => isReaction(u, actors), codec: reactionOf('a reaction', actors) },
    reaction: { is: (u) => u === undefined || isReaction(u, actors), codec },
  };
};

/** What the functions of a history give. */
const HISTORY: TypeTest = { is: isHistory, codec: aHistory };

/** Guards a function of a history. */
export const guardedHistory = <F extends Pure>(field: string, run: F): F => guarded(`history.${field}`, HISTORY, run, 2);

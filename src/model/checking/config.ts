/**
 * A configuration of the model: every bound of the contract's section 7 as a field, decoded from JSON with errors that point at the field.
 *
 * @module
 * @category What is checked
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import * as t from 'io-ts/lib/index.js';
import { isRecord, whole } from '../../core/codec.js';
import { counted } from '../../core/counted.js';
import { GuaranteesC } from '../../core/guarantees.js';
import {
  count,
  expectation,
  flag,
  oneOf,
  partWrites,
  placements,
  propertyNames,
  sessions,
  anyText,
  topology,
} from './config-fields.js';
import { propertiesMeant, type PropertyId } from './sentences.js';
import { VARIANTS, type Rules, type Variant } from '../protocol/rules.js';

// --- the configuration -----------------------------------------------------------------------------------------------------

const FIELDS = {
  /** The configuration's name. */
  name: anyText,
  /** The configuration's purpose. */
  about: anyText,
  servers: whole(1, 9),
  clients: whole(1, 9),
  keys: whole(1, 5),
  /** How many puts all clients together may make. */
  puts: whole(0, 20),
  /** How many times links may be cut or made, in all. */
  linkChanges: whole(0, 9),
  kills: whole(0, 9),
  /** How many of the restarts may be without the log (R7). */
  blankRestarts: whole(0, 9),
  /** At the grain `messages`: how many messages can be in flight at once. */
  inFlight: whole(0, 36),
  /** At the grain `messages`: how many writes an answer can carry; more writes come in parts (R9). */
  partWrites,
  /** At the grain `messages`: how many messages can be lost. `unbounded` keeps no count, so it usually has fewer states than a number. */
  losses: count,
  /** At the grain `messages`: how many messages can be repeated. */
  duplicates: count,
  /** How many answers to puts can be lost. The session then repeats the put or gives it up (R3, R14). */
  lostAnswers: whole(0, 9),
  /** How many of the unanswered puts can arrive later, also after their session has repeated them, given them up or ended (R14). */
  latePuts: whole(0, 9),
  /** How many sessions can end and start again under their client's id, anew or from a token (R11a). */
  newSessions: whole(0, 9),
  /** How many of the restarts may be with an earlier copy of the log (R7a). */
  restores: whole(0, 9),
  /** How many keys each of a session's per-key maps holds (R11). If it is at least `keys`, no key is ever folded into the floor. */
  sessionKeys: whole(1, 5),
  /** Each session's guarantees (R12). */
  sessions,
  /** `pull`: a pull is one step. `messages`: a pull is three steps, with messages in flight (section 7). */
  grain: oneOf('pull', 'messages'),
  /** The links at the start. `none`: links are not modelled, and any server can pull from any other. */
  links: topology,
  /** Where clients put and get. `any`: at any server at any time. A list: at the servers that the client is linked to, in R13's order. */
  placement: placements,
  /** Is `stabilize` a step? */
  stabilize: flag,
  /** V4: how many rounds of pulls a stabilize makes. */
  rounds: whole(1, 9),
  pruning: oneOf('R6', 'live'),
  variant: oneOf(...(Object.keys(VARIANTS) as ReadonlyArray<Variant>)),
  /** Keep a list of all accepted writes. R4, R8 and R10 are then checked against the list, at the price of more states. */
  history: flag,
  /** The properties to check, where they apply. By default liveness is not among them: it needs the whole graph of states. */
  properties: propertyNames,
  /** The expected result of the check. */
  expect: expectation,
};

/** A configuration, complete. */
export type Config = { readonly [F in keyof typeof FIELDS]: t.TypeOf<(typeof FIELDS)[F]> };

/** The values of the fields that a configuration leaves out. */
export const DEFAULTS: Config = {
  name: 'unnamed',
  about: '',
  servers: 2,
  clients: 2,
  keys: 1,
  puts: 2,
  linkChanges: 0,
  kills: 0,
  blankRestarts: 0,
  inFlight: 0,
  partWrites: 'unbounded',
  losses: 0,
  duplicates: 0,
  lostAnswers: 0,
  latePuts: 0,
  newSessions: 0,
  restores: 0,
  sessionKeys: 5,
  sessions: { readYourWrites: true, monotonicReads: true, writesFollowReads: false, monotonicWrites: false, scope: 'key' },
  grain: 'pull',
  links: 'none',
  placement: 'any',
  stabilize: false,
  rounds: 4,
  pruning: 'R6',
  variant: 'FIXED',
  history: false,
  properties: ['SAFETY', 'WITNESSES'],
  expect: 'holds',
};

/**
 * The fields of a path that was recorded from a run. A replay searches nothing, so its bounds are wider. Puts, kills and so on are the numbers
 * of the run. `rounds` may be 0: the pulls of a stabilize are then steps of the path themselves.
 */
const MANY = 100_000;
const REPLAYED: typeof FIELDS = {
  ...FIELDS,
  servers: whole(1, 11),
  clients: whole(1, 100),
  keys: whole(1, 26),
  puts: whole(0, MANY),
  linkChanges: whole(0, MANY),
  kills: whole(0, MANY),
  blankRestarts: whole(0, MANY),
  inFlight: whole(0, MANY),
  lostAnswers: whole(0, MANY),
  latePuts: whole(0, MANY),
  newSessions: whole(0, MANY),
  restores: whole(0, MANY),
  sessionKeys: whole(1, 26),
  rounds: whole(0, 9),
};

// --- decoding --------------------------------------------------------------------------------------------------------------

const shown = (u: unknown): string => {
  const json = JSON.stringify(u) as string | undefined;
  return json === undefined ? typeof u : json.length > 60 ? `${json.slice(0, 57)}...` : json;
};

const wrongField = (fields: typeof FIELDS, name: string, value: unknown): ReadonlyArray<string> =>
  name in fields
    ? fields[name as keyof typeof FIELDS].is(value)
      ? []
      : [`${name}: expected ${fields[name as keyof typeof FIELDS].name}, but it is ${shown(value)}`]
    : [`${name}: there is no such field; the fields are ${Object.keys(FIELDS).join(', ')}`];

/** Which puts a replica must know again (R3). */
export const remembersPuts = (c: Config): Rules['remembersPuts'] => {
  if (c.latePuts > 0) return 'all';
  return c.lostAnswers > 0 || c.newSessions > 0 ? 'last' : 'no';
};

/** The subject of a property, and whether a configuration has it. Checked where `properties` names the property: without the subject it always holds. */
const SUBJECTS: ReadonlyArray<readonly [PropertyId, string, (c: Config) => boolean]> = [
  ['REPEAT', 'repeated puts, so lostAnswers must be at least 1', (c) => c.lostAnswers > 0],
  [
    'LOST',
    'puts that may be taken for others, so lostAnswers or newSessions must be at least 1',
    (c) => remembersPuts(c) !== 'no',
  ],
  ['STABLE', 'stabilize, so that must be true', (c) => c.stabilize],
  ['RYW', 'sessions that ask for readYourWrites', (c) => anyAsks(c, 'readYourWrites')],
  ['MR', 'sessions that ask for monotonicReads', (c) => anyAsks(c, 'monotonicReads')],
  ['WFR', 'sessions that ask for writesFollowReads', (c) => anyAsks(c, 'writesFollowReads')],
  ['MW', 'sessions that ask for monotonicWrites', (c) => anyAsks(c, 'monotonicWrites')],
];

const anyAsks = (config: Config, guarantee: Exclude<keyof t.TypeOf<typeof GuaranteesC>, 'scope'>): boolean =>
  Array.from({ length: config.clients }, (_, client) => guaranteesOf(config, client)).some((guarantees) => guarantees[guarantee]);

/** One line for each pair of fields that contradict each other. */
const disagreements = (c: Config): ReadonlyArray<string> =>
  [
    Array.isArray(c.sessions) &&
      c.sessions.length !== c.clients &&
      `sessions: it has ${counted(c.sessions.length, 'entry', 'entries')} for ${counted(c.clients, 'client')}`,
    c.placement !== 'any' &&
      c.placement.length !== c.clients &&
      `placement: it has ${counted(c.placement.length, 'entry', 'entries')} for ${counted(c.clients, 'client')}`,
    c.placement !== 'any' &&
      c.placement.flat().some((s) => s >= c.servers) &&
      `placement: it names a server above ${c.servers - 1}`,
    typeof c.links !== 'string' &&
      c.links.some(([a, b]) => a >= c.servers || b >= c.servers || a === b) &&
      `links: each is a pair of different servers from 0 to ${c.servers - 1}`,
    c.links === 'none' &&
      c.linkChanges > 0 &&
      'linkChanges: with links "none" there are no links to change; say full, chain, ring or a list',
    c.grain === 'messages' &&
      c.inFlight === 0 &&
      'inFlight: at the grain "messages" it must be at least 1, or no pull ever starts',
    c.grain === 'messages' &&
      propertiesMeant(c.properties).includes('SETTLE') &&
      c.inFlight < c.servers * (c.servers - 1) &&
      `inFlight: SETTLE needs room for every pull at once, ${c.servers * (c.servers - 1)}, or the bound alone could starve one`,
    c.grain === 'pull' && c.inFlight > 0 && 'inFlight: only the grain "messages" has messages in flight',
    c.grain === 'pull' && c.partWrites !== 'unbounded' && 'partWrites: only the grain "messages" has answers in parts',
    c.partWrites !== 'unbounded' &&
      (c.stabilize || c.variant === 'V2') &&
      'partWrites: stabilize and V2 make whole pulls alone; leave it "unbounded" with them',
    c.grain === 'pull' && c.losses !== 0 && 'losses: only the grain "messages" has messages to lose',
    c.grain === 'pull' && c.duplicates !== 0 && 'duplicates: only the grain "messages" has messages to repeat',
    c.lostAnswers > 0 &&
      c.placement !== 'any' &&
      'lostAnswers: answers are lost only to clients that roam; leave placement "any", or lostAnswers 0',
    c.latePuts > c.lostAnswers &&
      `latePuts: it is ${c.latePuts}, and as many answers must be lost, but lostAnswers is ${c.lostAnswers}`,
    c.blankRestarts > c.kills &&
      `blankRestarts: it is ${c.blankRestarts}, and as many servers must be killed, but kills is ${c.kills}`,
    c.restores > c.kills && `restores: it is ${c.restores}, and as many servers must be killed, but kills is ${c.kills}`,
    c.variant === 'V9' && c.newSessions === 0 && 'newSessions: V9 needs at least 1, or no session ever goes on as another',
    c.variant === 'V10' && c.restores === 0 && 'restores: V10 needs at least 1, or no server is ever put back',
    c.variant === 'V11' && c.lostAnswers === 0 && 'lostAnswers: V11 needs at least 1, or no put is ever repeated',
    c.variant === 'V3' && c.blankRestarts === 0 && 'blankRestarts: V3 needs at least 1, or nothing is ever forgotten',
    c.variant === 'V4' && !c.stabilize && 'stabilize: V4 is about stabilize, so it must be true',
    c.expect !== 'holds' &&
      !propertiesMeant(c.properties).includes(c.expect.violated) &&
      `expect: ${c.expect.violated} is not among the properties that are checked`,
    ...SUBJECTS.map(([id, about, has]) => c.properties.includes(id) && !has(c) && `properties: ${id} is about ${about}`),
  ].filter((x) => typeof x === 'string');

const decodeWith = (fields: typeof FIELDS, u: unknown): E.Either<ReadonlyArray<string>, Config> =>
  pipe(
    isRecord(u) ? E.right(u) : E.left([`a configuration is a JSON object, but this is ${shown(u)}`]),
    E.chain((record) => {
      const wrong = Object.entries(record).flatMap(([name, value]) => wrongField(fields, name, value));
      return wrong.length > 0 ? E.left(wrong) : E.right({ ...DEFAULTS, ...(record as Partial<Config>) });
    }),
    E.chain((config) => {
      const wrong = disagreements(config);
      return wrong.length > 0 ? E.left(wrong) : E.right(config);
    }),
  );

/**
 * Decodes a configuration; fields left out have their {@link DEFAULTS}.
 * @returns the configuration, or for each wrong field one line that begins with its name.
 */
export const decodeConfig = (u: unknown): E.Either<ReadonlyArray<string>, Config> => decodeWith(FIELDS, u);

/** Decodes a configuration as {@link decodeConfig} does, with the wider bounds of a path that is replayed and not searched. */
export const decodeReplayed = (u: unknown): E.Either<ReadonlyArray<string>, Config> => decodeWith(REPLAYED, u);

/** The guarantees of the client with this index (from 0). */
export const guaranteesOf = (config: Config, client: number): t.TypeOf<typeof GuaranteesC> =>
  Array.isArray(config.sessions)
    ? ((config.sessions as ReadonlyArray<t.TypeOf<typeof GuaranteesC>>)[client] ?? NO_GUARANTEES)
    : (config.sessions as t.TypeOf<typeof GuaranteesC>);

const NO_GUARANTEES: t.TypeOf<typeof GuaranteesC> = {
  readYourWrites: false,
  monotonicReads: false,
  writesFollowReads: false,
  monotonicWrites: false,
  scope: 'key',
};

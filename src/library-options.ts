/** What the library's options must be: each is read once, where it is taken in, and what is wrong is one line that names it. */
import {
  isAnyArrayBuffer,
  isBoxedPrimitive,
  isDate,
  isMap,
  isPromise,
  isRegExp,
  isSet,
  isWeakMap,
  isWeakSet,
} from 'node:util/types';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts/lib/index.js';
import { MAX_LIST_ITEMS, MAX_PEM } from './core/bounds.js';
import { described, whatIs, whole } from './core/codec.js';
import { NodeIdC } from './core/ids.js';
import { GuaranteesC, MASTER_GUARANTEES, type SessionToken, SessionTokenC } from './core/guarantees.js';
import { HostC, isText, PathC } from './core/texts.js';
import { isHonestToken } from './impl/horizon.js';
import type { ConnectOptions, ServerAddress, StartServerOptions } from './library-types.js';
import { LEAST_SECRET, MAX_SECRET } from './net/auth.js';
import { LOG_LEVELS } from './net/logger.js';

// --- what a field must be --------------------------------------------------------------------------------------------------

const DAY_MS = 86_400_000;
const MAX_SERVERS = 1024;

const flag = described('true or false', t.boolean.is);
const id = described('a non-negative integer', NodeIdC.is);
const listens = whole(0, 65_535);
const secret = described(
  `a text of ${LEAST_SECRET} to ${MAX_SECRET} characters, without half surrogate pairs`,
  (u): u is string => isText(u, LEAST_SECRET, MAX_SECRET),
);
const logLevel = described(`one of ${LOG_LEVELS.join(', ')}`, (u): u is string => LOG_LEVELS.some((level) => level === u));

type Plain = Readonly<Record<string, unknown>>;
/** What has things in it, and no field: it would pass for an object in which nothing is said. */
const NO_FIELDS = [isAnyArrayBuffer, isDate, isMap, isPromise, isRegExp, isSet, isWeakMap, isWeakSet];
/** Not one whose every byte or character is a field, nor one that has what it has behind functions. */
const isObject = (u: unknown): u is Plain =>
  typeof u === 'object' &&
  u !== null &&
  !Array.isArray(u) &&
  !ArrayBuffer.isView(u) &&
  !NO_FIELDS.some((is) => is(u)) &&
  !isBoxedPrimitive(u);

const pem = described(
  'an object with PEM texts: cert, key, ca',
  (u): u is object =>
    isObject(u) &&
    Object.entries(u).every(
      ([name, value]) => ['cert', 'key', 'ca'].includes(name) && (value === undefined || isText(value, 1, MAX_PEM)),
    ),
);

const isGuarantee = (name: string, value: unknown): boolean =>
  Object.hasOwn(MASTER_GUARANTEES, name) && GuaranteesC.is({ ...MASTER_GUARANTEES, [name]: value });

type Fields = Readonly<Record<string, t.Mixed>>;

/** Of a server that is dialed. */
const ADDRESS: Fields = { id, host: HostC, port: whole(1, 65_535) };
const servers = described(
  `a list of at most ${MAX_SERVERS} servers, each with id, port (from 1) and perhaps host`,
  (u): u is ReadonlyArray<unknown> =>
    Array.isArray(u) &&
    u.length <= MAX_SERVERS &&
    u.every((one) => isObject(one) && wrongField(ADDRESS, ['id', 'port'], one) === undefined),
);

const CONNECT: Fields = {
  servers,
  secret,
  tls: pem,
  guarantees: described(
    'an object of guarantees, each true or false, and a scope, key or store',
    (u): u is object =>
      isObject(u) && Object.entries(u).every(([name, value]) => value === undefined || isGuarantee(name, value)),
  ),
  timeoutMs: whole(1, DAY_MS),
  logLevel,
};

const START: Fields = {
  id,
  host: HostC,
  port: listens,
  secret,
  tls: pem,
  dataDir: PathC,
  fsync: flag,
  antiEntropyMs: whole(0, DAY_MS),
  peers: servers,
  incarnation: id,
  newIncarnation: flag,
  metricsHost: HostC,
  metricsPort: listens,
  logLevel,
};

// --- reading ---------------------------------------------------------------------------------------------------------------

/** More fields than any option has, and more things than any token has: what goes on for ever (a proxy, a circle) is not read to its end. */
const MAX_FIELDS = 64;
const MAX_DEPTH = 5;
const MAX_THINGS = 16 * MAX_LIST_ITEMS;

/** These fields of an object, each read once: a getter or a proxy may say something else the next time, and may have it from its class. */
const fieldsOf = (names: ReadonlyArray<string>, o: Plain): Plain =>
  Object.fromEntries(names.map((name) => [name, o[name]] as const).filter(([, value]) => value !== undefined));

/** In the place of a function: a proxy of one may throw as soon as it is asked what it is. */
const NO_DATA = (): undefined => undefined;

/** A copy of plain data. @throws RangeError where it has no end in sight, and whatever is thrown where it is read */
const plainCopy = (u: unknown): unknown => {
  let left = MAX_THINGS;
  const copy = (v: unknown, depth: number): unknown => {
    if (typeof v === 'function') return NO_DATA;
    if (typeof v !== 'object' || v === null) return v;
    if (depth === 0 || --left < 0) throw new RangeError('no plain data');
    if (Array.isArray(v)) return Array.from({ length: Math.min(v.length, MAX_LIST_ITEMS + 1) }, (_, i) => copy(v[i], depth - 1));
    const names = isObject(v) ? Object.keys(v) : undefined;
    if (names === undefined || names.length > MAX_FIELDS) throw new RangeError('no plain data');
    return Object.fromEntries(names.map((name) => [name, copy((v as Plain)[name], depth - 1)]));
  };
  return copy(u, MAX_DEPTH);
};

const addressIn = (u: unknown): unknown => (isObject(u) ? fieldsOf(Object.keys(ADDRESS), u) : u);
const addressesIn = (u: unknown): unknown =>
  Array.isArray(u) ? Array.from({ length: Math.min(u.length, MAX_SERVERS + 1) }, (_, i) => addressIn(u[i])) : u;

/** How the fields that are no plain values are read. */
const READERS: Readonly<Record<string, (u: unknown) => unknown>> = {
  servers: addressesIn,
  peers: addressesIn,
  tls: plainCopy,
  guarantees: plainCopy,
};

/** The options as they are now; a token is for the session to look at. */
const read = (names: ReadonlyArray<string>, o: Plain): Plain =>
  Object.fromEntries(Object.entries(fieldsOf(names, o)).map(([name, value]) => [name, READERS[name]?.(value) ?? value]));

// --- checking --------------------------------------------------------------------------------------------------------------

/** The first field that is wrong, in words. Others than the options' are let alone: a server may be given as the address of one. */
const wrongField = (fields: Fields, needed: ReadonlyArray<string>, o: Plain): string | undefined =>
  Object.entries(fields)
    .filter(([name, codec]) => (o[name] === undefined ? needed.includes(name) : !codec.is(o[name])))
    .map(([name, codec]) => `${name}: expected ${codec.name}, but it is ${name === 'secret' ? 'not' : whatIs(o[name])}`)[0];

/** Servers of which one would be in another's way. `own`: the id of the server that pulls from them. */
const wrongServers = (name: string, all: ReadonlyArray<ServerAddress>, own?: number): string | undefined => {
  const ids = all.map((one) => one.id);
  const twice = ids.find((one, i) => ids.indexOf(one) !== i);
  if (twice !== undefined) return `${name}: server ${twice} is there twice`;
  return own !== undefined && ids.includes(own) ? `${name}: server ${own} is this server itself` : undefined;
};

/** Looks at what a function was given. `look` gives what it takes, or what is wrong; whatever it throws comes from what was given. */
const looked = <A>(what: string, u: unknown, look: (o: Plain) => E.Either<string, A>): E.Either<string, A> => {
  try {
    const found = isObject(u) ? look(u) : E.left(`expected an object of options, but it is ${whatIs(u)}`);
    return E.mapLeft((wrong: string) => `${what}: ${wrong}`)(found);
  } catch {
    return E.left(`${what}: what it was given cannot be read: a getter or a proxy in it throws, or it has no end`);
  }
};

const optionsIn = (
  fields: Fields,
  needed: ReadonlyArray<string>,
  o: Plain,
  more: ReadonlyArray<string> = [],
): E.Either<string, Plain> => {
  const known = [...Object.keys(fields), ...more];
  const unknown = Object.keys(o).find((name) => !known.includes(name));
  if (unknown !== undefined) return E.left(`there is no option '${shown(unknown)}'; the options are ${known.join(', ')}`);
  const taken = read(known, o);
  const wrong = wrongField(fields, needed, taken);
  return wrong === undefined ? E.right(taken) : E.left(wrong);
};

/** A name that somebody gave to a field, in a line. */
const shown = (name: string): string => JSON.stringify(name.slice(0, MAX_FIELDS)).slice(1, -1);

/** The options of `connect`, or what is wrong with them in one line. */
export const takenConnect = (u: unknown): E.Either<string, ConnectOptions> =>
  looked('connect', u, (o) => {
    const taken = optionsIn(CONNECT, ['servers', 'secret'], o, ['token']);
    if (E.isLeft(taken)) return taken;
    // The codecs have looked at each of them.
    const options = taken.right as unknown as ConnectOptions;
    const wrong = wrongServers('servers', options.servers);
    return wrong === undefined ? E.right(options) : E.left(wrong);
  });

/** Where something is served that is not. */
const wrongMetrics = ({ metricsHost, metricsPort }: StartServerOptions): string | undefined =>
  metricsHost !== undefined && metricsPort === undefined
    ? 'metricsHost: without metricsPort nothing is served there; give that too (0: any free port), or leave both out'
    : undefined;

/** The options of `startServer`, or what is wrong with them in one line. */
export const takenStart = (u: unknown): E.Either<string, StartServerOptions> =>
  looked('startServer', u, (o) => {
    const taken = optionsIn(START, ['id'], o);
    if (E.isLeft(taken)) return taken;
    const options = taken.right as unknown as StartServerOptions;
    const wrong = wrongServers('peers', options.peers ?? [], options.id) ?? wrongMetrics(options);
    return wrong === undefined ? E.right(options) : E.left(wrong);
  });

/** The address of a peer of server `own`, or what is wrong with it in one line. */
export const takenPeer = (u: unknown, own: number): E.Either<string, ServerAddress> =>
  looked('link', u, (o) => {
    const taken = fieldsOf(Object.keys(ADDRESS), o);
    const wrong = wrongField(ADDRESS, ['id', 'port'], taken);
    if (wrong !== undefined) return E.left(wrong);
    const address = taken as unknown as ServerAddress;
    const itself = wrongServers('id', [address], own);
    return itself === undefined ? E.right(address) : E.left(itself);
  });

/** A token as plain data; undefined where it is none. */
const takenToken = (u: unknown): unknown => {
  try {
    return plainCopy(u);
  } catch {
    return undefined;
  }
};

/** A token that a session may go on with; what is wrong with it, in words that go on after its name. `nowMs`: the date. */
export const tokenIn = (u: unknown, nowMs: number): E.Either<string, SessionToken> => {
  const token = SessionTokenC.decode(takenToken(u));
  if (E.isLeft(token)) return E.left('it is no token of a session');
  return isHonestToken(token.right, nowMs)
    ? E.right(token.right)
    : E.left('it is from further ahead than any cluster can be (is the date of this machine right?)');
};

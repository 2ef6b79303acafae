/** What the library's options must be: each is read once, where it is taken in, and what is wrong is one line that names it. */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts/lib/index.js';
import { MAX_LIST_ITEMS, MAX_PEM } from './core/bounds.js';
import { listOf, whole } from './core/codec.js';
import { type Guarantees, type SessionToken, SessionTokenC } from './core/guarantees.js';
import { HostC, isText, PathC } from './core/texts.js';
import { isHonestToken } from './impl/horizon.js';
import {
  field,
  type OptionFields,
  hidden,
  isObject,
  objectOf,
  type Plain,
  shown,
  whatItIs,
  wrongField,
} from './library-fields.js';
import type { ConnectOptions, ServerAddress, StartServerOptions } from './library-types.js';
import { LEAST_SECRET, MAX_SECRET } from './net/auth.js';
import { LOG_LEVELS } from './net/logger.js';

// --- what a field must be --------------------------------------------------------------------------------------------------

const DAY_MS = 86_400_000;
const MAX_SERVERS = 1024;

const flag = field('true or false', t.boolean.is);
const id = whole(0, Number.MAX_SAFE_INTEGER);
const listens = whole(0, 65_535);
const secret = field(
  `a text of ${LEAST_SECRET} to ${MAX_SECRET} characters, without half surrogate pairs`,
  (u): u is string => isText(u, LEAST_SECRET, MAX_SECRET),
  hidden,
);
const pem = field(
  `a PEM text of at most ${MAX_PEM} characters, without half surrogate pairs`,
  (u): u is string => isText(u, 0, MAX_PEM),
  hidden,
);
const logLevel = field(`one of ${LOG_LEVELS.join(', ')}`, (u): u is string => LOG_LEVELS.some((level) => level === u));

/** Of a server that is dialed: a server of `startServer` has more fields. */
const ADDRESS: OptionFields = { id, host: HostC, port: whole(1, 65_535) };
const servers = listOf(objectOf('a server with id, port and perhaps host', ADDRESS, ['id', 'port'], true), MAX_SERVERS);

const tls = objectOf('an object with PEM texts: cert, key, ca', { cert: pem, key: pem, ca: pem }, [], false);

const CONNECT: OptionFields = {
  servers,
  secret,
  tls,
  guarantees: objectOf(
    'an object of guarantees',
    {
      ...{ readYourWrites: flag, monotonicReads: flag, writesFollowReads: flag, monotonicWrites: flag },
      scope: field('"key" or "store"', (u): u is Guarantees['scope'] => u === 'key' || u === 'store'),
    } satisfies Record<keyof Guarantees, t.Mixed>,
    [],
    false,
  ),
  timeoutMs: whole(1, DAY_MS),
  logLevel,
};

const START: OptionFields = {
  id,
  host: HostC,
  port: listens,
  secret,
  tls,
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

/** What is no object with fields is refused as it is. */
const fieldsIn = (u: unknown): unknown => (isObject(u) ? plainCopy(u) : u);

/** How the fields that are no plain values are read. */
const READERS: Readonly<Record<string, (u: unknown) => unknown>> = {
  servers: addressesIn,
  peers: addressesIn,
  tls: fieldsIn,
  guarantees: fieldsIn,
};

/** The options as they are now; a token is for the session to look at. */
const read = (names: ReadonlyArray<string>, o: Plain): Plain =>
  Object.fromEntries(Object.entries(fieldsOf(names, o)).map(([name, value]) => [name, READERS[name]?.(value) ?? value]));

// --- checking --------------------------------------------------------------------------------------------------------------

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
    const found = isObject(u) ? look(u) : E.left(`expected an object of options, but it is ${whatItIs(u)}`);
    return E.mapLeft((wrong: string) => `${what}: ${wrong}`)(found);
  } catch {
    return E.left(`${what}: what it was given cannot be read: a getter or a proxy in it throws, or it has no end`);
  }
};

const optionsIn = (
  fields: OptionFields,
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

/** A token says what its session asks for. A session of other guarantees would not keep the promises of the one before. */
const wrongWithToken = ({ token, guarantees }: ConnectOptions): string | undefined =>
  token !== undefined && guarantees !== undefined
    ? 'guarantees: not with token, which has those of its session; leave guarantees out, or begin a new session without token'
    : undefined;

/** The options of `connect`, or what is wrong with them in one line. */
export const takenConnect = (u: unknown): E.Either<string, ConnectOptions> =>
  looked('connect', u, (o) => {
    const taken = optionsIn(CONNECT, ['servers', 'secret'], o, ['token']);
    if (E.isLeft(taken)) return taken;
    // The codecs have looked at each of them.
    const options = taken.right as unknown as ConnectOptions;
    const wrong = wrongServers('servers', options.servers) ?? wrongWithToken(options);
    return wrong === undefined ? E.right(options) : E.left(wrong);
  });

/** An option that would do nothing without another one. */
const wrongAlone = ({ metricsHost, metricsPort, dataDir, fsync, newIncarnation }: StartServerOptions): string | undefined => {
  if (metricsHost !== undefined && metricsPort === undefined)
    return 'metricsHost: without metricsPort nothing is served there; give that too (0: any free port), or leave both out';
  if (dataDir !== undefined) return undefined;
  if (fsync === true)
    return 'fsync: without dataDir the log is in memory, and nothing survives; give dataDir too, or leave fsync out';
  return newIncarnation === true
    ? 'newIncarnation: without dataDir each start is a new replica; give the dataDir that was put back, or leave newIncarnation out'
    : undefined;
};

/** The options of `startServer`, or what is wrong with them in one line. */
export const takenStart = (u: unknown): E.Either<string, StartServerOptions> =>
  looked('startServer', u, (o) => {
    const taken = optionsIn(START, ['id'], o);
    if (E.isLeft(taken)) return taken;
    const options = taken.right as unknown as StartServerOptions;
    const wrong = wrongServers('peers', options.peers ?? [], options.id) ?? wrongAlone(options);
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

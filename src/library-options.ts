/** What the library's options must be: each is checked where it is taken in, and what is wrong is one line that names it. */
import * as t from 'io-ts/lib/index.js';
import { described, whatIs } from './core/codec.js';
import { NodeIdC } from './core/ids.js';
import { GuaranteesC, MASTER_GUARANTEES } from './core/session.js';
import { LOG_LEVELS } from './net/logger.js';

const whole = (least: number, most: number): t.Type<number> =>
  described(
    `a whole number from ${least} to ${most}`,
    (u): u is number => Number.isInteger(u) && (u as number) >= least && (u as number) <= most,
  );

const LEAST_SECRET = 16;
const DAY_MS = 86_400_000;

const text = described('a text', (u): u is string => typeof u === 'string' && u !== '');
const flag = described('true or false', t.boolean.is);
const id = described('a non-negative integer', NodeIdC.is);
const port = whole(0, 65_535);
const secret = described(
  `a text of at least ${LEAST_SECRET} characters`,
  (u): u is string => typeof u === 'string' && u.length >= LEAST_SECRET,
);
const logLevel = described(`one of ${LOG_LEVELS.join(', ')}`, (u): u is string => LOG_LEVELS.some((level) => level === u));
const pem = described(
  'an object with PEM texts: cert, key, ca',
  (u): u is object =>
    isObject(u) &&
    Object.entries(u).every(([name, value]) => ['cert', 'key', 'ca'].includes(name) && (value === undefined || text.is(value))),
);

const isObject = (u: unknown): u is Readonly<Record<string, unknown>> => typeof u === 'object' && u !== null && !Array.isArray(u);

const isGuarantee = (name: string, value: unknown): boolean =>
  name in MASTER_GUARANTEES && GuaranteesC.is({ ...MASTER_GUARANTEES, [name]: value });

type Fields = Readonly<Record<string, t.Mixed>>;

const ADDRESS: Fields = { id, host: text, port };
const MAX_SERVERS = 1024;
const servers = described(
  `a list of at most ${MAX_SERVERS} servers, each with id, port and perhaps host`,
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
  host: text,
  port,
  secret,
  tls: pem,
  dataDir: text,
  fsync: flag,
  antiEntropyMs: whole(0, DAY_MS),
  peers: servers,
  incarnation: id,
  newIncarnation: flag,
  metricsHost: text,
  metricsPort: port,
  logLevel,
};

/** The first field that is wrong, in words. Others than the options' are let alone: a server may be given as the address of one. */
const wrongField = (fields: Fields, needed: ReadonlyArray<string>, o: Readonly<Record<string, unknown>>): string | undefined =>
  Object.entries(fields)
    .filter(([name, codec]) => (o[name] === undefined ? needed.includes(name) : !codec.is(o[name])))
    .map(([name, codec]) => `${name}: expected ${codec.name}, but it is ${name === 'secret' ? 'not' : whatIs(o[name])}`)[0];

const wrongWith = (
  what: string,
  fields: Fields,
  needed: ReadonlyArray<string>,
  u: unknown,
  known: ReadonlyArray<string> = [],
): string | undefined => {
  const unknown = isObject(u)
    ? Object.keys(u).find((name) => !(name in fields) && known.length > 0 && !known.includes(name))
    : undefined;
  if (unknown !== undefined) return `${what}: there is no option '${unknown}'; the options are ${known.join(', ')}`;
  const wrong = isObject(u) ? wrongField(fields, needed, u) : `expected an object of options, but it is ${whatIs(u)}`;
  return wrong === undefined ? undefined : `${what}: ${wrong}`;
};

/** What is wrong with the options of `connect`, in one line, or undefined. The token is for the session to look at. */
export const wrongWithConnect = (u: unknown): string | undefined =>
  wrongWith('connect', CONNECT, ['servers', 'secret'], u, [...Object.keys(CONNECT), 'token']);

/** What is wrong with the options of `startServer`, in one line, or undefined. */
export const wrongWithStart = (u: unknown): string | undefined => wrongWith('startServer', START, ['id'], u, Object.keys(START));

/** What is wrong with the address of a peer, in one line, or undefined. */
export const wrongWithPeer = (u: unknown): string | undefined => wrongWith('link', ADDRESS, ['id', 'port'], u);

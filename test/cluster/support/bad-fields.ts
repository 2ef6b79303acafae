/** Messages between processes, and for each of their fields what it must not be. */
import type { Party } from '../../../src/net/protocol.js';

export const CLIENT: Party = { role: 'client', id: 66 };
export const SERVER: Party = { role: 'server', id: 67 };
export const MASTER: Party = { role: 'master', id: 0 };

/** Instead of a field: nothing. */
export const MISSING = Symbol('missing');

export const NO_NUMBER = [null, true, '1', -1, 1.5, 2 ** 53, 1e308, [], {}, MISSING];
const NO_BYTES = [null, 1, true, [], {}, '\u0100', 'a\u{1f600}', MISSING];
export const NO_TEXT = [null, 1, true, [], {}, MISSING];
const NO_SESSION = [...NO_BYTES, '', '0', '00', 'F', 'g1', '1'.repeat(33), ' 1'];
const NO_REPLICA = [1, true, [], {}, '', '0', '0.', '.0', '01.0', '-1.0', '0.0.0', 'a.b', '0.9007199254740993', '1e3.0', MISSING];
const NO_STAMP = [
  'x',
  1,
  true,
  [],
  {},
  { t: 1 },
  { r: '0.0' },
  { t: -1, r: '0.0' },
  { t: 1, r: 'x' },
  { t: 1, r: '0.0', more: 1 },
  MISSING,
];
const NO_VECTOR = [null, 1, 'x', {}, [1], [['0.0']], [[0, 1]], [['0.0', -1]], [['x', 1]], [['0.0', '1']], [null], MISSING];
export const NO_PARTY = [
  null,
  1,
  'x',
  [],
  {},
  { role: 'god', id: 1 },
  { role: 'server' },
  { role: 'server', id: -1 },
  { id: 1 },
  MISSING,
];
const NO_ADDRESS = [
  1,
  'x',
  [],
  {},
  { host: '', port: 1 },
  { host: 'h'.repeat(256), port: 1 },
  { host: 'h', port: 65_536 },
  { host: 'h', port: -1 },
  { host: 'h', port: '1' },
  { host: 1, port: 1 },
  MISSING,
];
const NO_PULL = [null, 1, 'x', [], {}, MISSING];

type Fields = Readonly<Record<string, ReadonlyArray<unknown>>>;
export interface Message {
  readonly as: Party;
  readonly good: Readonly<Record<string, unknown>>;
  readonly bad: Fields;
}

export const put = {
  type: 'put',
  client: 66,
  session: 'b',
  clientTime: 1,
  replica: null,
  clock: 0,
  key: 'bad',
  value: 'v',
  require: [],
};
export const get = { type: 'get', client: 66, key: 'bad', atLeast: null, require: [] };
export const pull = { type: 'pull', puller: '67.0', vv: [], after: null };

export const ASKS: ReadonlyArray<Message> = [
  {
    as: CLIENT,
    good: put,
    bad: {
      client: NO_NUMBER,
      session: NO_SESSION,
      clientTime: NO_NUMBER,
      replica: NO_REPLICA,
      clock: NO_NUMBER,
      key: NO_BYTES,
      value: NO_BYTES,
      require: NO_VECTOR,
    },
  },
  { as: CLIENT, good: get, bad: { client: NO_NUMBER, key: NO_BYTES, atLeast: NO_STAMP, require: NO_VECTOR } },
  { as: SERVER, good: { type: 'namedPull', pull: 'p', ask: pull }, bad: { pull: [...NO_TEXT, 'p'.repeat(201)], ask: NO_PULL } },
  { as: MASTER, good: { type: 'link', peer: SERVER, address: null }, bad: { peer: NO_PARTY, address: NO_ADDRESS } },
  { as: MASTER, good: { type: 'unlink', peer: CLIENT }, bad: { peer: NO_PARTY } },
  { as: MASTER, good: { type: 'doPut', key: 'bad', value: 'v' }, bad: { key: NO_BYTES, value: NO_BYTES } },
  { as: MASTER, good: { type: 'doGet', key: 'bad' }, bad: { key: NO_BYTES } },
];

/** In a pull that is named, the pull's own fields. */
export const PULL_FIELDS: Fields = { puller: NO_REPLICA, vv: NO_VECTOR, after: NO_STAMP };

export const stamp = { t: 1, r: '0.0' };
const write = { ...stamp, client: 1, clientTime: 1, key: 'bad', value: 'v' };
export const pulled = { type: 'pulled', from: '67.0', after: null, writes: [write], upTo: null, vv: [], clock: 1 };
export const ANSWERS: ReadonlyArray<Message> = [
  {
    as: SERVER,
    good: { type: 'accepted', stamp },
    bad: { stamp: [...NO_STAMP.filter((x) => typeof x !== 'object' || !('more' in x)), null] },
  },
  { as: SERVER, good: { type: 'found', value: 'v', stamp }, bad: { value: NO_BYTES } },
  { as: SERVER, good: { type: 'refused', reason: 'busy' }, bad: { reason: [...NO_TEXT, '', 'tired'] } },
  { as: SERVER, good: { type: 'failed', why: 'w' }, bad: { why: NO_TEXT } },
  { as: SERVER, good: { type: 'stored', keys: 1 }, bad: { keys: NO_NUMBER } },
  { as: SERVER, good: { type: 'members', servers: [] }, bad: { servers: [null, 1, 'x', {}, [-1], ['0'], MISSING] } },
  {
    as: SERVER,
    good: pulled,
    bad: {
      from: NO_REPLICA,
      after: NO_STAMP,
      writes: [
        null,
        1,
        'x',
        {},
        [1],
        [{}],
        [{ ...write, t: -1 }],
        [{ ...write, key: 1 }],
        [{ ...write, value: '\u0100' }],
        MISSING,
      ],
      upTo: NO_STAMP,
      vv: NO_VECTOR,
      clock: NO_NUMBER,
    },
  },
];

export const shown = (u: unknown): string => (u === MISSING ? 'missing' : JSON.stringify(u).slice(0, 100));

const without = (o: Readonly<Record<string, unknown>>, field: string): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(o).filter(([name]) => name !== field));

export const spoilt = (
  good: Readonly<Record<string, unknown>>,
  field: string,
  value: unknown,
): Readonly<Record<string, unknown>> => (value === MISSING ? without(good, field) : { ...good, [field]: value });

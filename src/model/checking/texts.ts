/** Components as texts: for the checker, which tells them apart by it, and for people. */
import { serverOf } from '../../core/ids.js';
import type { GetAnswer } from '../../core/messages.js';
import type { Stamp } from '../../core/write.js';
import { FIRST, sessionText, valueOf, type Logged } from '../protocol/identity.js';
import { textOf, type Net } from '../protocol/network.js';
import type { Answer } from '../protocol/pulls.js';
import type { Required, Server } from '../protocol/server.js';
import type { Session } from '../protocol/session.js';
import * as V from '../protocol/vector.js';
import type { Copies, Delayed, LatePuts, NewSessions, Puts } from './world.js';

// --- values by kind --------------------------------------------------------------------------------------------------------

/** The values of a kind of slot. */
export type Local =
  | { readonly kind: 'server'; readonly of: Server }
  | { readonly kind: 'client'; readonly of: Session }
  | { readonly kind: 'puts'; readonly of: Puts }
  | { readonly kind: 'net'; readonly of: Net }
  | { readonly kind: 'latePuts'; readonly of: LatePuts }
  | { readonly kind: 'newSessions'; readonly of: NewSessions }
  | { readonly kind: 'copies'; readonly of: Copies }
  | { readonly kind: 'other'; readonly of: number | boolean };

/** The checker knows kinds as text; here they get their types back (the slots in `world.ts` are where kinds meet types). */
export const local = (kind: string, value: unknown): Local =>
  (KINDS.has(kind) ? { kind, of: value } : { kind: 'other', of: value }) as Local;

const KINDS: ReadonlySet<string> = new Set<Local['kind']>([
  'server',
  'client',
  'puts',
  'net',
  'latePuts',
  'newSessions',
  'copies',
]);

// --- key -------------------------------------------------------------------------------------------------------------------

/** A write without its value, which client, session and client time determine (`valueOf`). */
const writeKey = (w: Logged): string => `${w.t},${w.r},${sessionText(w.client, w.session)},${w.clientTime},${w.key}`;

/** The texts of a list, each ended by a space. Nearly every list is short or empty, and every new component comes by here. */
const listKey = <A>(list: ReadonlyArray<A>, key: (a: A) => string): string => list.reduce((text, a) => `${text}${key(a)} `, '');
const writesKey = (writes: ReadonlyArray<Logged>): string => listKey(writes, writeKey);
const stampsKey = (stamps: Session['wrote']): string => listKey(stamps, (entry) => `${entry[0]}${entry[1].t},${entry[1].r}`);
/** A vector's text; it is what a pull says. */
export const vectorKey = (vector: V.Vector): string => listKey(vector, (entry) => `${entry[0]}:${entry[1]}`);

const stampKey = (stamp: Stamp | null): string => (stamp === null ? '' : `${stamp.t},${stamp.r}`);
/** The text of what a get asks for. */
export const requiredKey = (asked: Required): string => `${vectorKey(asked.require)}${stampKey(asked.atLeast)}`;

/** What is answered, as texts: to a get, and to a pull. */
export const getAnswerKey = (a: GetAnswer): string => (a.type === 'found' ? `${a.stamp.t},${a.stamp.r},${a.value}` : a.type);
export const pullAnswerKey = (a: Answer): string => `${a.clock}|${vectorKey(a.vv)}|${writesKey(a.writes)}`;

const serverKey = (s: Server): string => {
  const receipts = listKey(
    s.receipts,
    (x) => `${sessionText(x.client, x.session)},${x.clientTime},${x.key},${x.stamp.t},${x.stamp.r}`,
  );
  const midway =
    s.midway === null ? '' : `${s.midway.type} ${s.midway.type === 'torn' ? s.midway.to : ''} ${writesKey(s.midway.writes)}`;
  const made = `${s.replica}${s.up ? '' : 'x'}|${s.clock}|${vectorKey(s.vv)}|${writesKey(s.log)}|${receipts}|${midway}`;
  return s.transfers.length === 0 ? made : `${made}|${writesKey(s.waiting)}|${listKey(s.transfers, transferKey)}`;
};

/** What waits is there only as long as there is a transfer. */
const transferKey = ({ from, base, goal, after }: Server['transfers'][number]): string =>
  `${from}:${vectorKey(base)};${vectorKey(goal)};${after === null ? '' : `${after.t},${after.r}`}`;

const clientKey = (c: Session): string => {
  const made = `${sessionText(c.client, c.number)}|${c.clientTime}|${c.clock}|${stampsKey(c.wrote)}|${stampsKey(c.read)}`;
  const vectors = `${vectorKey(c.writeVector)}|${vectorKey(c.readVector)}`;
  const kept = c.kept === null ? '' : `${c.kept.wrote.join('')},${c.kept.read.join('')},${vectorKey(c.kept.floor)}`;
  const unanswered = c.unanswered === null ? '' : `${c.unanswered.clientTime},${c.unanswered.key},${c.unanswered.replica}`;
  const acknowledged = listKey(c.acknowledged ?? [], (a) => `${a.clientTime},${a.key},${stampKey(a.stamp)}`);
  return `${made}|${vectors}|${kept}|${unanswered}|${acknowledged}|${c.servers.join(' ')}|${c.last ?? ''}`;
};

const delayedKey = ({ put, replica }: Delayed): string =>
  `${sessionText(put.client, put.session)},${put.clientTime},${put.key},${put.clock},${vectorKey(put.require)},${replica}`;

/** A canonical text of a component: equal components, equal texts, and the reverse. */
export const keyOf = (kind: string, value: unknown): string => {
  const l = local(kind, value);
  switch (l.kind) {
    case 'server':
      return serverKey(l.of);
    case 'client':
      return clientKey(l.of);
    case 'puts':
      return `${l.of.spent}|${writesKey(l.of.all)}`;
    case 'net':
      return l.of.map(textOf).join('&');
    case 'latePuts':
      return `${l.of.spent}|${listKey(l.of.onTheirWay, delayedKey)}`;
    case 'newSessions':
      return `${l.of.spent}|${l.of.isUsed ? 'used' : ''}|${l.of.token === null ? '' : clientKey(l.of.token)}`;
    case 'copies':
      return `${l.of.spent}|${l.of.copies.map((copy) => (copy === null ? '' : serverKey(copy))).join('&')}`;
    case 'other':
      return String(l.of);
  }
};

// --- show ------------------------------------------------------------------------------------------------------------------

const showWrite = (w: Logged): string => `${w.key}=${w.value}@${w.t}.${serverOf(w.r)}`;
const showStamps = (stamps: Session['wrote']): string => stamps.map(([k, s]) => `${k}@${s.t}.${serverOf(s.r)}`).join(' ');

const labelled = (parts: ReadonlyArray<readonly [string, string | number | false | null]>): string =>
  parts
    .flatMap(([name, value]) =>
      value === '' || value === false || value === null ? [] : [name === '' ? `${value}` : `${name} ${value}`],
    )
    .join('  ');

const showServer = (s: Server): string =>
  labelled([
    ['', !s.up && 'DOWN'],
    ['', s.replica.endsWith('.0') ? '' : s.replica],
    ['clock', s.clock],
    ['vv', `[${V.show(s.vv)}]`],
    ['log', `{${s.log.map(showWrite).join(', ')}}`],
    [s.midway?.type ?? '', s.midway && `{${s.midway.writes.map(showWrite).join(', ')}}`],
    ['waiting', s.transfers.length > 0 && `{${s.waiting.map(showWrite).join(', ')}}`],
    ...s.transfers.map(({ from, goal, after }): [string, string] => [
      `from ${from}`,
      `[${V.show(goal)}]${after === null ? '' : ` after ${after.t}.${serverOf(after.r)}`}`,
    ]),
  ]);

const showClient = (c: Session): string =>
  labelled([
    ['session', c.number === FIRST ? '' : c.number],
    ['made', c.clientTime],
    ['clock', c.clock],
    ['wrote', showStamps(c.wrote)],
    ['read', showStamps(c.read)],
    ['write vector', c.writeVector.length > 0 && `[${V.show(c.writeVector)}]`],
    ['read vector', c.readVector.length > 0 && `[${V.show(c.readVector)}]`],
    ['keeps', c.kept && `${c.kept.wrote.join(' ')} / ${c.kept.read.join(' ')}`],
    ['floor', c.kept && `[${V.show(c.kept.floor)}]`],
    [
      'unanswered',
      c.unanswered && `${c.unanswered.key}=${valueOf(c.client, c.unanswered.clientTime, c.number)} to ${c.unanswered.replica}`,
    ],
    ['servers', c.servers.join(' ')],
    ['last', c.last],
  ]);

/** A component for people: `clock 2  vv [0.0:2]  log {a=11#1@2.0}`. */
export const showOf = (kind: string, value: unknown): string => {
  const l = local(kind, value);
  switch (l.kind) {
    case 'server':
      return showServer(l.of);
    case 'client':
      return showClient(l.of);
    case 'puts':
      return `${l.of.spent}`;
    case 'net':
      return l.of.length === 0 ? 'nothing in flight' : l.of.map(textOf).join('  ');
    case 'latePuts':
      return labelled([['', l.of.spent], ...l.of.onTheirWay.map(({ put, replica }) => [put.value, `to ${replica}`] as const)]);
    case 'newSessions':
      return labelled([
        ['', l.of.spent],
        ['token', l.of.token && `of c${l.of.token.client}: ${showClient(l.of.token)}`],
      ]);
    case 'copies':
      return labelled([
        ['', l.of.spent],
        ...l.of.copies.map((copy, server) => [`copy of s${server}`, copy && showServer(copy)] as const),
      ]);
    case 'other':
      return kind === 'link' ? (l.of === true ? 'linked' : 'cut') : String(l.of);
  }
};

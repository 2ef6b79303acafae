/**
 * Components as texts: keys by which the checker tells components apart, and texts for people.
 *
 * @module
 * @category What is checked
 */
import type { GetAnswer } from '../../core/messages.js';
import type { Stamp, Write } from '../../core/write.js';
import { FIRST, sessionText, valueOf, type LoggedWrite } from '../protocol/put-identity.js';
import { textOf, type Message, type Net } from '../protocol/network.js';
import type { PullContents } from '../protocol/pulls.js';
import type { GetRequirement, Server } from '../protocol/server.js';
import type { Session } from '../protocol/session.js';
import * as V from '../protocol/vector.js';
import type { Copies, DelayedPut, LatePuts, NewSessions, Puts } from './world.js';

// --- values by kind --------------------------------------------------------------------------------------------------------

/** The values of a kind of slot. */
export type SlotValue =
  | { readonly kind: 'server'; readonly of: Server }
  | { readonly kind: 'client'; readonly of: Session }
  | { readonly kind: 'puts'; readonly of: Puts }
  | { readonly kind: 'net'; readonly of: Net }
  | { readonly kind: 'latePuts'; readonly of: LatePuts }
  | { readonly kind: 'newSessions'; readonly of: NewSessions }
  | { readonly kind: 'copies'; readonly of: Copies }
  | { readonly kind: 'other'; readonly of: number | boolean };

/** Gives a component its type back by its kind: the checker knows kinds only as text. `world.ts` pairs each kind with its type. */
export const local = (kind: string, value: unknown): SlotValue =>
  (KINDS.has(kind) ? { kind, of: value } : { kind: 'other', of: value }) as SlotValue;

const KINDS: ReadonlySet<string> = new Set<SlotValue['kind']>([
  'server',
  'client',
  'puts',
  'net',
  'latePuts',
  'newSessions',
  'copies',
]);

// --- key -------------------------------------------------------------------------------------------------------------------

/** A write as text, without its value: client, session and client time determine the value (`valueOf`). */
const writeKey = (w: LoggedWrite): string => `${w.t},${w.r},${sessionText(w.client, w.session)},${w.clientTime},${w.key}`;

/** The texts of a list, each ended by a space. It is made to be fast: it runs for every new component, and nearly every list is short. */
const listKey = <A>(list: ReadonlyArray<A>, key: (a: A) => string): string => list.reduce((text, a) => `${text}${key(a)} `, '');
const writesKey = (writes: ReadonlyArray<LoggedWrite>): string => listKey(writes, writeKey);
const stampsKey = (stamps: Session['wrote']): string => listKey(stamps, (entry) => `${entry[0]}${entry[1].t},${entry[1].r}`);
/** A vector as text; it is the key of a pull's request. */
export const vectorKey = (vector: V.Vector): string => listKey(vector, (entry) => `${entry[0]}:${entry[1]}`);

const stampKey = (stamp: Stamp | null): string => (stamp === null ? '' : `${stamp.t},${stamp.r}`);
/** The requirement of a get as text. */
export const requiredKey = (required: GetRequirement): string => `${vectorKey(required.require)}${stampKey(required.atLeast)}`;

/** The answer to a get as text. */
export const getAnswerKey = (a: GetAnswer): string => (a.type === 'found' ? `${a.stamp.t},${a.stamp.r},${a.value}` : a.type);
export const pullAnswerKey = (a: PullContents): string => `${a.clock}|${vectorKey(a.vv)}|${writesKey(a.writes)}`;

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

/** A transfer as text. `waiting` is in the key only beside a transfer: without transfers no write waits. */
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

const delayedKey = ({ put, replica }: DelayedPut): string =>
  `${sessionText(put.client, put.session)},${put.clientTime},${put.key},${put.clock},${vectorKey(put.require)},${replica}`;

/** A canonical text of a component: two components are equal if and only if their texts are equal. */
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

/** One line that explains the texts below, to be printed with them. docs/glossary.md says the same. */
export const LEGEND =
  'To read: 1@0.0 is accept time 1 at replica 0.0 (server.incarnation); a=11#2 1@0.0 a write of a, the second put of client 11; ' +
  '[0.0:1] a vector, all of replica 0.0 up to accept time 1';

/** A stamp as `3@1.0`. */
export const showStamp = ({ t, r }: Stamp): string => `${t}@${r}`;

/** A write as `a=11#1 3@1.0`. */
export const showWrite = (w: Write): string => `${w.key}=${w.value} ${showStamp(w)}`;

/** A vector as `[0.0:3 1.0:1]`. */
export const showVector = (vector: V.Vector): string => `[${V.show(vector)}]`;
const showWriteSet = (writes: ReadonlyArray<LoggedWrite>): string => `{${writes.map(showWrite).join(', ')}}`;
const showStamps = (stamps: Session['wrote']): string => stamps.map(([k, s]) => `${k} ${showStamp(s)}`).join(', ');

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
    ['vv', showVector(s.vv)],
    ['log', showWriteSet(s.log)],
    [s.midway?.type ?? '', s.midway && showWriteSet(s.midway.writes)],
    ['waiting', s.transfers.length > 0 && showWriteSet(s.waiting)],
    ...s.transfers.map(({ from, goal, after }): [string, string] => [
      `from ${from}`,
      `${showVector(goal)}${after === null ? '' : ` after ${showStamp(after)}`}`,
    ]),
  ]);

const showClient = (c: Session): string =>
  labelled([
    ['session', c.number === FIRST ? '' : c.number],
    ['made', c.clientTime],
    ['clock', c.clock],
    ['wrote', showStamps(c.wrote)],
    ['read', showStamps(c.read)],
    ['write vector', c.writeVector.length > 0 && showVector(c.writeVector)],
    ['read vector', c.readVector.length > 0 && showVector(c.readVector)],
    ['keeps', c.kept && `${c.kept.wrote.join(' ')} / ${c.kept.read.join(' ')}`],
    ['floor', c.kept && showVector(c.kept.floor)],
    [
      'unanswered',
      c.unanswered && `${c.unanswered.key}=${valueOf(c.client, c.unanswered.clientTime, c.number)} to ${c.unanswered.replica}`,
    ],
    ['servers', c.servers.join(' ')],
    ['last', c.last],
  ]);

const showPart = (after: Stamp | null, upTo: Stamp | null): string =>
  `${after === null ? '' : ` after ${showStamp(after)}`}${upTo === null ? '' : ` up to ${showStamp(upTo)}`}`;

/** A message in flight for people: puller, answerer, vector, and the contents of an answer. */
const showMessage = (m: Message): string =>
  m.type === 'request'
    ? `${m.replica} asks s${m.answerer} with ${showVector(m.vv)}${showPart(m.after, null)}`
    : `s${m.answerer} answers ${m.replica} with ${showVector(m.pulled.vv)} clock ${m.pulled.clock} ${showWriteSet(m.pulled.writes)}${showPart(m.pulled.after, m.pulled.upTo)}`;

/** A component for people: `clock 2  vv [0.0:2]  log {a=11#1 2@0.0}`. */
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
      return l.of.length === 0 ? 'nothing in flight' : l.of.map(showMessage).join('  ');
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

/**
 * Views of components, which an explorer draws: servers, sessions and messages. Stamps are written as in the glossary. Two different
 * components have different views, so every change of a step can be seen.
 *
 * @module
 * @category What is checked
 */
import type { View } from '../../checker/view.js';
import type { Stamp } from '../../core/write.js';
import { FIRST, valueOf, type LoggedWrite } from '../protocol/put-identity.js';
import type { Message } from '../protocol/network.js';

import type { Server } from '../protocol/server.js';
import type { Session, Stamps } from '../protocol/session.js';
import { local, showStamp, showVector } from './texts.js';
import type { DelayedPut } from './world.js';
import type { Vector } from '../protocol/vector.js';

type Field = readonly [name: string, of: View];

const text = (of: string): View => ({ kind: 'text', text: of });
const badge = (of: string, tone: 'good' | 'bad' | 'plain'): View => ({ kind: 'badge', text: of, tone });
const vector = (entries: Vector): View => ({ kind: 'vector', entries });
const fields = (all: ReadonlyArray<Field | false | null>): View => ({
  kind: 'fields',
  fields: all.filter((field) => field !== false && field !== null),
});

/** A write of a log. */
const entry = (w: LoggedWrite): View => ({ kind: 'entry', name: w.key, value: w.value, stamp: showStamp(w) });
const entries = (writes: ReadonlyArray<LoggedWrite>): View => ({ kind: 'set', items: writes.map(entry) });

const stampText = (stamp: Stamp | null): string => (stamp === null ? 'the beginning' : showStamp(stamp));

const serverView = (s: Server): View =>
  fields([
    ['replica', s.up ? text(s.replica) : badge(`${s.replica} is down`, 'bad')],
    ['accept time', text(String(s.clock))],
    ['vector', vector(s.vv)],
    ['log', entries(s.log)],
    s.midway !== null && [
      s.midway.type === 'torn' ? `read for an answer to ${s.midway.to}` : 'claimed, yet to be added',
      entries(s.midway.writes),
    ],
    s.waiting.length > 0 && ['waiting', entries(s.waiting)],
    ...s.transfers.map(({ from, base, goal, after }): Field => [
      `parts from ${from}`,
      text(`up to ${stampText(after)}, from ${showVector(base)} to ${showVector(goal)}`),
    ]),
    s.receipts.length > 0 && [
      'puts known again',
      { kind: 'set', items: s.receipts.map((x) => ({ kind: 'entry', name: x.key, value: x.value, stamp: showStamp(x.stamp) })) },
    ],
  ]);

const stamps = (of: Stamps): View => ({
  kind: 'set',
  items: of.map(([key, stamp]) => ({ kind: 'entry', name: key, value: '', stamp: showStamp(stamp) })),
});

/** The fields of a session with bounded maps: the keys that it still knows, oldest use first, and the floor. */
const keptFields = ({ kept }: Session): ReadonlyArray<Field> =>
  kept === null
    ? []
    : [
        ['keys written, known', text(kept.wrote.join(' '))],
        ['keys read, known', text(kept.read.join(' '))],
        ['floor', vector(kept.floor)],
      ];

const sessionFields = (c: Session): ReadonlyArray<Field | false | null> => [
  c.number !== FIRST && ['session', text(c.number)],
  ['clock', text(String(c.clock))],
  ['puts made', text(String(c.clientTime))],
  ['wrote', stamps(c.wrote)],
  ['read', stamps(c.read)],
  c.writeVector.length > 0 && ['write vector', vector(c.writeVector)],
  c.readVector.length > 0 && ['read vector', vector(c.readVector)],
  ...keptFields(c),
  c.unanswered && [
    'unanswered',
    text(`${c.unanswered.key}=${valueOf(c.client, c.unanswered.clientTime, c.number)}, sent to ${c.unanswered.replica}`),
  ],
  c.acknowledged !== null && [
    'acknowledged',
    {
      kind: 'set',
      items: c.acknowledged.map(({ clientTime, key, stamp }) => ({
        kind: 'entry',
        name: key,
        value: valueOf(c.client, clientTime, c.number),
        stamp: showStamp(stamp),
      })),
    },
  ],
  c.servers.length > 0 && ['connected to', text(c.servers.map((server) => `s${server}`).join(', '))],
  c.last !== null && ['answered last', text(`s${c.last}`)],
];

/** The bounds of the part that a message asks for or carries; none where the message is about the whole answer. */
const partFields = (after: Stamp | null, upTo: Stamp | null): ReadonlyArray<Field | false> => [
  after !== null && ['after', text(showStamp(after))],
  upTo !== null && ['up to', text(showStamp(upTo))],
];

const messageView = (m: Message): View =>
  fields(
    m.type === 'request'
      ? [['pull', text(`s${m.puller} asks s${m.answerer}, as ${m.replica}`)], ['has', vector(m.vv)], ...partFields(m.after, null)]
      : [
          ['pull', text(`s${m.answerer} answers s${m.puller}, as ${m.replica}`)],
          ['writes', entries(m.pulled.writes)],
          ['vector', vector(m.pulled.vv)],
          ['accept time', text(String(m.pulled.clock))],
          ...partFields(m.pulled.after, m.pulled.upTo),
          m.asked.length > 0 && ['asked with', vector(m.asked)],
        ],
  );

const delayedView = ({ put, replica }: DelayedPut): View =>
  text(
    `${put.key}=${put.value} to ${replica}, with clock ${put.clock}${put.require.length > 0 ? ` and ${showVector(put.require)}` : ''}`,
  );

/** A component's view; undefined where the component's text (`showOf`) says as much. */
export const viewOf = (kind: string, value: unknown): View | undefined => {
  const l = local(kind, value);
  switch (l.kind) {
    case 'server':
      return serverView(l.of);
    case 'client':
      return fields(sessionFields(l.of));
    case 'net':
      return { kind: 'list', items: l.of.map(messageView) };
    case 'latePuts':
      return l.of.onTheirWay.length === 0
        ? undefined
        : fields([
            ['delayed', text(String(l.of.spent))],
            ['on their way', { kind: 'set', items: l.of.onTheirWay.map(delayedView) }],
          ]);
    case 'newSessions':
      return l.of.token === null
        ? undefined
        : fields([
            ['started again', text(String(l.of.spent))],
            [`token of c${l.of.token.client}${l.of.isUsed ? ', used' : ''}`, fields(sessionFields(l.of.token))],
          ]);
    case 'puts':
      return l.of.all.length === 0
        ? undefined
        : fields([
            ['made', text(String(l.of.spent))],
            ['ever accepted', entries(l.of.all)],
          ]);
    case 'copies':
      return l.of.copies.every((copy) => copy === null)
        ? undefined
        : fields([
            ['put back', text(String(l.of.spent))],
            ...l.of.copies.flatMap((copy, server): ReadonlyArray<Field> =>
              copy === null ? [] : [[`copy of s${server}`, serverView(copy)]],
            ),
          ]);
    case 'other':
      return kind === 'link' ? badge(l.of === true ? 'linked' : 'cut', l.of === true ? 'good' : 'bad') : undefined;
  }
};

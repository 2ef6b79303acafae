/**
 * Components drawn: what a server's card, a session's and a message's show, for explorers. Stamps are written as the glossary has them.
 *
 * @module
 * @category What is checked
 */
import type { View } from '../../checker/view.js';
import type { Stamp } from '../../core/write.js';
import { FIRST, valueOf, type Logged } from '../protocol/put-identity.js';
import type { Message } from '../protocol/network.js';

import type { Server } from '../protocol/server.js';
import type { Session, Stamps } from '../protocol/session.js';
import { local, showStamp } from './texts.js';
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
const entry = (w: Logged): View => ({ kind: 'entry', name: w.key, value: w.value, stamp: showStamp(w) });
const entries = (writes: ReadonlyArray<Logged>): View => ({ kind: 'set', items: writes.map(entry) });

const stampText = (stamp: Stamp | null): string => (stamp === null ? 'the beginning' : showStamp(stamp));

const serverView = (s: Server): View =>
  fields([
    ['replica', s.up ? text(s.replica) : badge(`${s.replica} is down`, 'bad')],
    ['accept time', text(String(s.clock))],
    ['vector', vector(s.vv)],
    ['log', entries(s.log)],
    s.midway !== null && [s.midway.type === 'torn' ? 'read for an answer' : 'claimed, yet to be added', entries(s.midway.writes)],
    s.waiting.length > 0 && ['waiting', entries(s.waiting)],
    ...s.transfers.map(({ from, after }): Field => [`parts from ${from}`, text(`up to ${stampText(after)}`)]),
  ]);

const stamps = (of: Stamps): View => ({
  kind: 'set',
  items: of.map(([key, stamp]) => ({ kind: 'entry', name: key, value: '', stamp: showStamp(stamp) })),
});

const sessionFields = (c: Session): ReadonlyArray<Field | false | null> => [
  c.number !== FIRST && ['session', text(c.number)],
  ['clock', text(String(c.clock))],
  ['puts made', text(String(c.clientTime))],
  ['wrote', stamps(c.wrote)],
  ['read', stamps(c.read)],
  c.kept !== null && ['floor', vector(c.kept.floor)],
  c.unanswered && [
    'unanswered',
    text(`${c.unanswered.key}=${valueOf(c.client, c.unanswered.clientTime, c.number)}, sent to ${c.unanswered.replica}`),
  ],
  c.servers.length > 0 && ['connected to', text(c.servers.map((server) => `s${server}`).join(', '))],
];

const messageView = (m: Message): View => {
  const way = m.type === 'request' ? `s${m.puller} asks s${m.answerer}` : `s${m.answerer} answers s${m.puller}`;
  return fields(
    m.type === 'request'
      ? [
          ['pull', text(way)],
          ['has', vector(m.vv)],
        ]
      : [
          ['pull', text(way)],
          ['writes', entries(m.pulled.writes)],
          ['vector', vector(m.pulled.vv)],
          ['accept time', text(String(m.pulled.clock))],
        ],
  );
};

/** A component's view; undefined where a text says as much. */
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
            [
              'on their way',
              { kind: 'set', items: l.of.onTheirWay.map(({ put, replica }) => text(`${put.key}=${put.value} to ${replica}`)) },
            ],
          ]);
    case 'newSessions':
      return l.of.token === null
        ? undefined
        : fields([
            ['started again', text(String(l.of.spent))],
            [`token of c${l.of.token.client}`, fields(sessionFields(l.of.token))],
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

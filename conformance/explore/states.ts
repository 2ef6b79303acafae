/** The model's state along a real run: the replicas of servers and the sessions of clients, as layer 3 follows them. */
import { plainValue } from '#bayou/checker/shown/value.js';
import type { PartShot } from '#bayou/explorer/shape.js';
import { newServer, type Server } from '#bayou/model/protocol/server.js';
import type { Session } from '#bayou/model/protocol/session.js';
import { showOf } from '#bayou/model/checking/texts.js';
import { viewOf } from '#bayou/model/checking/views.js';
import type { FollowedReplica } from '../layer3-traces/followed-replica.js';
import type { FollowedSession } from '../layer3-traces/followed-session.js';

/** The number of latest writes or stamps that a store or session is shown with, in a short run and in a long one. */
const MOST = { short: 24, long: 4 } as const;
export type Length = keyof typeof MOST;

const shot = (kind: string, value: Server | Session, more: ReadonlyArray<readonly [name: string, text: string]>): PartShot => {
  const view = viewOf(kind, value);
  const added = more.map(([name, text]) => [name, { kind: 'text', text }] as const);
  return {
    text: showOf(kind, value),
    value: plainValue(value),
    ...(view === undefined ? {} : { view: view.kind === 'fields' ? { ...view, fields: [...view.fields, ...added] } : view }),
  };
};

/** A server of the model after an event. */
export const serverShot = (replica: FollowedReplica, isUp: boolean, length: Length): PartShot => {
  const most = MOST[length];
  const server: Server = {
    ...newServer(0),
    replica: replica.id,
    up: isUp,
    clock: replica.clock,
    vv: replica.vv,
    log: replica.latest(most),
  };
  return shot('server', server, replica.size > most ? [['keys', `${replica.size}, the latest ${most} shown`]] : []);
};

/** A session of the model after an event. */
export const sessionShot = (session: FollowedSession, length: Length): PartShot =>
  shot('client', session.shown(MOST[length]), []);

/** A part without the fields that the page can do without: a long run has a hundred thousand parts. */
export const slim = ({ value, view }: PartShot): PartShot => {
  const { up, servers } = value as { readonly up?: boolean; readonly servers?: ReadonlyArray<number> };
  return {
    text: '',
    value: { ...(up === undefined ? {} : { up }), ...(servers === undefined ? {} : { servers }) },
    ...(view === undefined ? {} : { view }),
    isBrief: true,
  };
};

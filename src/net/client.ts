/** A session over TCP (R11–R15): which server is asked, in which order, for how long; what comes of it. */
import * as E from 'fp-ts/lib/Either.js';
import type { Bytes } from '../core/bytes.js';
import type { NodeId } from '../core/ids.js';
import type { Get, GetAnswer, Refused } from '../core/messages.js';
import { fieldsOfResult, type GetResult, type PutResult } from '../core/results.js';
import { beginGet, type GetEvent, type GetTurn, inOrder, nextGet } from '../impl/attempt.js';
import { isHonest } from '../impl/bounds.js';
import { gotAnswer, type Session, startGet } from '../impl/session.js';
import type { Callbacks } from './connection.js';
import type { Identity } from './handshake.js';
import { NODE_WORLD } from '../ports/node-network.js';
import type { World } from '../ports/ports.js';
import { HANDSHAKE_MS } from './limits.js';
import type { Logger } from './logger.js';
import { outbound, type Outbound } from './outbound.js';
import type { Address, Answer } from './protocol.js';
import { makePutter, TOO_FAR } from './putting.js';
import type { Tracer } from './tracer.js';
import type { Tls } from './tls.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** What a client is made of. */
export interface ClientOptions {
  readonly secret: string;
  /** See {@link Identity}. */
  readonly isPlain?: boolean;
  readonly session: Session;
  /** How long a put or a get may take, over all servers, in ms (R15). */
  readonly timeoutMs: number;
  /** Over TLS, and how; default: plain TCP. */
  readonly tls?: Tls | undefined;
  readonly logger: Logger;
  readonly trace: Tracer;
  /** Where it lives. Default: Node's world. */
  readonly world?: World | undefined;
}

/** A session and its connections. */
export interface Client {
  readonly session: Session;
  /** Connects to a server, or again at another address; fails with one line, and is dialed again when it is needed. */
  readonly link: (server: NodeId, address: Address) => Promise<E.Either<string, void>>;
  readonly unlink: (server: NodeId) => void;
  /** The servers it is linked to, in the order in which they were connected. */
  readonly servers: () => ReadonlyArray<NodeId>;
  readonly put: (key: Bytes, value: Bytes) => Promise<PutResult>;
  readonly get: (key: Bytes) => Promise<GetResult>;
  readonly close: () => void;
}

// --- the client ------------------------------------------------------------------------------------------------------------

/** A client without links yet. */
// eslint-disable-next-line max-lines-per-function -- one closure over the session and its links.
export const makeClient = (o: ClientOptions): Client => {
  const { world = NODE_WORLD } = o;
  const { nowMs, wallMs } = world.clock;
  const identity: Identity = {
    me: { role: 'client', id: o.session.client },
    secret: o.secret,
    handshakeMs: Math.min(HANDSHAKE_MS, o.timeoutMs),
    tls: o.tls,
    isPlain: o.isPlain,
    world,
  };
  const links = new Map<NodeId, Outbound>();
  let answeredLast: NodeId | undefined;

  const callbacks: Callbacks = {
    onAsk: (_connection, _ask, reply) => reply({ type: 'failed', why: 'a client is asked nothing by a server' }),
    onClose: () => undefined,
    onFault: (c, what) => o.logger.warn(`${c.peer.role} ${c.peer.id} was cut off: it sent ${what}`),
  };

  const link = async (server: NodeId, address: Address): Promise<E.Either<string, void>> => {
    // The order is that of connecting (R13): a link made anew goes last, one at a new address keeps its place.
    const before = links.get(server);
    const out = outbound(identity, address, { role: 'server', id: server }, callbacks);
    links.set(server, out);
    // Not sooner: a put that waits for the old link looks for the new one.
    before?.close('linked again');
    return E.map(() => undefined)(await out.connected());
  };

  const unlink = (server: NodeId): void => {
    links.get(server)?.close(`the link to server ${server} is cut`);
    links.delete(server);
    // A link that is made anew is a new one: it comes after those that were made before (R13).
    if (answeredLast === server) answeredLast = undefined;
  };

  const order = (): ReadonlyArray<NodeId> => inOrder([...links.keys()], answeredLast);

  /** Asks one server for a key, within `slice` ms, and tells what happened. */
  const askServer = (server: NodeId, request: Get, slice: number, tell: (event: GetEvent) => void): void => {
    const out = links.get(server);
    if (out === undefined) {
      tell({ type: 'unreachable' });
      return;
    }
    const until = nowMs() + slice;
    out.reach(slice, false, (reached) => {
      const replica = E.isRight(reached) ? reached.right.peer.replica : null;
      o.trace?.({ type: 'asked', server, replica, op: 'get', key: request.key, clientTime: 0 });
      if (E.isLeft(reached)) {
        tell({ type: 'unreachable' });
        return;
      }
      reached.right.ask(request, until - nowMs(), (result) => {
        if (E.isLeft(result)) {
          // A server that does not answer in its share of the time is asked again, or passed over, like one whose connection broke.
          tell({ type: result.left.type === 'unsent' ? 'unreachable' : 'broken' });
        } else if (isGetAnswer(result.right) && !isDishonest(result.right, wallMs())) {
          // R13: a server that refuses or is behind has not served us; who was asked first stays so.
          if (result.right.type !== 'refused' && result.right.type !== 'behind') answeredLast = server;
          tell({ type: 'answered', answer: result.right });
        } else {
          o.logger.warn(`server ${server} answered a get with ${isGetAnswer(result.right) ? TOO_FAR : `'${result.right.type}'`}`);
          tell({ type: 'broken' });
        }
      });
    });
  };

  /** Goes from server to server until the get is done. Every server still to be asked, twice, has its share of the time. */
  const get = (key: Bytes): Promise<GetResult> =>
    new Promise((resolve) => {
      const request = startGet(o.session, key);
      const until = nowMs() + o.timeoutMs;
      const go = ({ attempt, effect }: GetTurn, last: GetAnswer | Refused | undefined): void => {
        if (effect.type === 'done') {
          getDone(request, effect.result, last);
          resolve(effect.result);
          return;
        }
        const left = until - nowMs();
        if (left <= 0) {
          go(nextGet(attempt, { type: 'timedOut', sent: false }), last);
          return;
        }
        const slots = 2 * attempt.servers.length - (attempt.again ? 1 : 0);
        askServer(effect.server, request, left / slots, (event) => {
          go(nextGet(attempt, event), event.type === 'answered' ? event.answer : last);
        });
      };
      go(beginGet(order()), undefined);
    });

  const getDone = (request: Get, result: GetResult, answer: GetAnswer | Refused | undefined): void => {
    if (answer !== undefined && answer.type !== 'refused') gotAnswer(o.session, request, answer);
    o.trace?.({ type: 'getDone', key: request.key, ...fieldsOfResult(result) });
  };

  const put = makePutter({ ...o, world, links, order, onAccepted: (server) => (answeredLast = server) });

  const close = (): void => {
    for (const out of links.values()) out.close('the session is closed');
  };

  o.trace?.({ type: 'session', client: o.session.client, session: o.session.number, guarantees: o.session.guarantees });
  return { session: o.session, link, unlink, servers: () => [...links.keys()], put, get, close };
};

/** R16: a session that took such a stamp for its clock would be refused everywhere. */
const isDishonest = (a: GetAnswer | Refused, now: number): boolean => a.type === 'found' && !isHonest(a.stamp, now);

const isGetAnswer = (a: Answer): a is GetAnswer | Refused =>
  a.type === 'found' || a.type === 'missing' || a.type === 'behind' || a.type === 'refused';

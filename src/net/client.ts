/** A session over TCP (R11–R15): its links to servers, and the order in which servers are asked. `putting.ts` and `getting.ts` ask them. */
import * as E from 'fp-ts/lib/Either.js';
import type { Bytes } from '../core/bytes.js';
import type { NodeId } from '../core/ids.js';
import type { GetResult, PutResult } from '../core/results.js';
import type { Stamp } from '../core/write.js';
import { inOrder } from '../impl/attempt.js';
import type { Session } from '../impl/session.js';
import type { Callbacks, Connection } from './connection.js';
import { makeGetter } from './getting.js';
import type { ProcessIdentity } from './handshake.js';
import { NODE_WORLD } from '../ports/node-network.js';
import type { World } from '../ports/ports.js';
import { HANDSHAKE_MS } from './net-limits.js';
import type { Logger } from './logger.js';
import { outbound, type Outbound } from './outbound.js';
import { PendingGets } from './pending-gets.js';
import type { Address } from './protocol.js';
import { makePutter } from './putting.js';
import type { Tracer } from './tracer.js';
import type { Tls } from './tls.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** The options of a client. */
export interface ClientOptions {
  readonly secret: string;
  /** See {@link ProcessIdentity}. */
  readonly isPlain?: boolean;
  readonly session: Session;
  /** How long a put or a get may take, over all servers, in ms (R15). */
  readonly timeoutMs: number;
  /** The TLS of its connections; default: plain TCP. */
  readonly tls?: Tls | undefined;
  readonly logger: Logger;
  readonly trace: Tracer;
  /** The clock, timers, chance and network that it uses. Default: Node's. */
  readonly world?: World | undefined;
}

/** A session and its connections. */
export interface Client {
  readonly session: Session;
  /** Links the session to a server, or again at another address. Fails with one line where the server is not reached; it is dialed again when it is needed. */
  readonly link: (server: NodeId, address: Address) => Promise<E.Either<string, void>>;
  /** Cuts the link to a server. */
  readonly cut: (server: NodeId) => void;
  /** The servers that the session is linked to, in the order of linking. */
  readonly servers: () => ReadonlyArray<NodeId>;
  readonly put: (key: Bytes, value: Bytes) => Promise<PutResult>;
  readonly get: (key: Bytes) => Promise<GetResult>;
  readonly close: () => void;
}

// --- the client ------------------------------------------------------------------------------------------------------------

/** A client without links yet. */
export const makeClient = (o: ClientOptions): Client => {
  const { world = NODE_WORLD } = o;
  const identity: ProcessIdentity = {
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
    // The order is that of connecting (R13). A link that was cut and made again goes last; a link to a new address keeps its place.
    const before = links.get(server);
    const out = outbound(identity, address, { role: 'server', id: server }, callbacks);
    links.set(server, out);
    // The old link closes after the new one is in `links`: a put that waits for the old link looks for the new one.
    before?.close('linked again');
    return E.map(() => undefined)(await out.connected());
  };

  const cut = (server: NodeId): void => {
    links.get(server)?.close(`the link to server ${server} is cut`);
    links.delete(server);
    // If the link is made again, its server comes after the servers linked before (R13), also if it answered last.
    if (answeredLast === server) answeredLast = undefined;
  };

  const order = (): ReadonlyArray<NodeId> => inOrder([...links.keys()], answeredLast);

  const served = (server: NodeId): void => void (answeredLast = server);
  const pending = new PendingGets<Connection>(o.session);
  const acknowledged = (key: Bytes, stamp: Stamp, via: Connection): void => pending.learned('wrote', key, stamp, via);
  const asker = { ...o, world, links, order, onServed: served, onAcknowledged: acknowledged };
  const [put, get] = [makePutter(asker), makeGetter(asker, pending)];

  const close = (): void => {
    for (const out of links.values()) out.close('the session is closed');
  };

  o.trace?.({ type: 'session', client: o.session.client, session: o.session.number, guarantees: o.session.guarantees });
  return { session: o.session, link, cut, servers: () => [...links.keys()], put, get, close };
};

/** The links of a server to other servers and to clients: which have a connection, and which are cut. */
import * as E from 'fp-ts/lib/Either.js';
import type { NodeId } from '../core/ids.js';
import type { Callbacks, Connection } from './connection.js';
import type { ProcessIdentity } from './handshake.js';
import type { Logger } from './logger.js';
import { type DialListeners, outbound, type Outbound } from './outbound.js';
import type { Address, Party } from './protocol.js';
import { throttled } from './throttled.js';
import type { Tracer } from './tracer.js';

/** The options of a server's links. */
export interface LinksOptions {
  readonly identity: ProcessIdentity;
  /** Clients whose links are cut from the start. */
  readonly refused: ReadonlyArray<NodeId>;
  readonly onAsk: Callbacks['onAsk'];
  readonly logger: Logger;
  readonly trace: Tracer;
  readonly nowMs: () => number;
}

const cutTo = ({ role, id }: Party): string => `the link to ${role} ${id} is cut`;

/**
 * Logs when a peer is up, and when it is not. A peer that is down is dialed for ever, so the same cause is logged once. Two causes that differ only in
 * digits count as one: each attempt may name another port.
 */
const tellsOf = (peer: NodeId, { host, port }: Address, logger: Logger): DialListeners => {
  let said: string | undefined;
  return {
    onUp: () => {
      said = undefined;
      logger.info(`server ${peer} is up`);
    },
    onFailed: (why) => {
      const cause = why.replaceAll(/\d+/g, '0');
      if (cause === said) return;
      said = cause;
      // No warning: a master that ends a server means it, and a peer may be started later.
      logger.info(`server ${peer} at ${host}:${port} is not up, and is tried again: ${why}`);
    },
  };
};

/** A server's links. */
export class Links {
  readonly #outbound = new Map<NodeId, Outbound>();
  readonly #inbound = new Set<Connection>();
  readonly #refused: Set<NodeId>;
  #isClosing = false;
  readonly #o: LinksOptions;
  readonly callbacks: Callbacks;

  constructor(o: LinksOptions) {
    this.#o = o;
    this.#refused = new Set(o.refused);
    const sayFault = throttled(o.logger.warn, o.nowMs);
    this.callbacks = {
      onAsk: o.onAsk,
      onClose: (connection, why) => {
        // A connection that is not inbound leads to a peer that this server dialed.
        if (!this.#inbound.delete(connection) && connection.peer.role === 'server' && !this.#isClosing)
          o.logger.info(`server ${connection.peer.id} is down: ${why}`);
      },
      onFault: ({ peer }, what) => sayFault(`${peer.role} ${peer.id} was cut off: it sent ${what}`),
    };
  }

  /** The servers that this one dials. */
  get outbound(): ReadonlyMap<NodeId, Outbound> {
    return this.#outbound;
  }

  /** The number of inbound connections. */
  get connections(): number {
    return this.#inbound.size;
  }

  /** The reason why a party is refused; undefined where it is not. */
  admit = (peer: Party): string | undefined => (peer.role !== 'master' && this.#refused.has(peer.id) ? cutTo(peer) : undefined);

  onConnection = (connection: Connection): void => {
    // The link may have been cut while the handshake was under way.
    const refused = this.admit(connection.peer);
    if (refused === undefined) this.#inbound.add(connection);
    else connection.close(refused);
  };

  /** Makes the link to a peer, or makes it again. `address`: the peer's address where this server dials; null: the peer dials. */
  link = async (peer: NodeId, address: Address | null): Promise<E.Either<string, void>> => {
    const { identity, logger, trace } = this.#o;
    this.#refused.delete(peer);
    trace?.({ type: 'link', peer, up: true });
    if (address === null) return E.right(undefined);
    this.#outbound.get(peer)?.close('linked again');
    const out = outbound(identity, address, { role: 'server', id: peer }, this.callbacks, tellsOf(peer, address, logger));
    this.#outbound.set(peer, out);
    return E.map(() => undefined)(await out.connected());
  };

  /** Cuts the link to a peer: closes its connections, whichever end dialed them, and refuses new ones. */
  cut = (peer: Party): void => {
    const why = cutTo(peer);
    this.#refused.add(peer.id);
    this.#outbound.get(peer.id)?.close(why);
    this.#outbound.delete(peer.id);
    for (const c of this.#inbound) if (c.peer.id === peer.id && c.peer.role !== 'master') c.close(why);
    this.#o.trace?.({ type: 'link', peer: peer.id, up: false });
  };

  /** Makes the clients dial again, since the replica is another one now. */
  retireClients(): void {
    for (const c of this.#inbound) if (c.peer.role === 'client') c.retire();
  }

  /** Ends all connections; requests under way are still answered. */
  hangUp = (): void => {
    // This server goes down from here on, so the end of a connection says nothing of a peer.
    this.#isClosing = true;
    for (const out of this.#outbound.values()) out.close('the server is closing');
    for (const c of this.#inbound) c.retire();
  };
}

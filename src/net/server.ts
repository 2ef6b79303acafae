/* eslint-disable max-lines -- one server: all that comes in meets what it holds; what it holds is in files beside it. */
/**
 * A server: a durable replica that listens. Serves its clients' puts and gets and its peers' pulls, pulls in the background itself,
 * and does what the master says.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { NodeId, ReplicaId } from '../core/ids.js';
import { isHonest } from '../impl/horizon.js';
import { DurableReplica, openDurable } from '../impl/durable.js';
import type { Log } from '../impl/log/log.js';
import { randomIncarnation } from '../impl/incarnation.js';
import { clockOf, liveWritesOf, type ReplicaOptions, sizeOf, transfersOf, vectorOf } from '../impl/replica.js';
import { NODE_WORLD } from '../ports/node-network.js';
import type { Timers, World } from '../ports/ports.js';
import type { Connection, Handler } from './connection.js';
import type { Identity } from './handshake.js';
import { FIRST_CONTACT_MS, HANDSHAKE_MS } from './net-limits.js';
import { listen, type Ports } from './listen.js';
import type { Logger } from './logger.js';
import { type Meter, NO_METER, type ServerStatus } from './meter.js';
import { outbound, type Outbound } from './outbound.js';
import type { Address, Ask, Party } from './protocol.js';
import type { Places } from './places.js';
import { makePuller } from './pulling.js';
import { BAD } from './refusals.js';
import { observeReplica } from './replica-trace.js';
import { storedParts } from './stored.js';
import { throttled } from './throttled.js';
import type { Tracer } from './tracer.js';
import type { Tls } from './tls.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** What a server is started with. */
export interface ServerOptions {
  readonly id: NodeId;
  /** The cluster's secret: whoever knows it belongs to the cluster. */
  readonly secret: string;
  /** See {@link Identity}. */
  readonly isPlain?: boolean;
  /** Over TLS, and how; default: plain TCP. */
  readonly tls?: Tls | undefined;
  readonly host: string;
  readonly ports: Ports;
  readonly log: Log;
  /** The incarnation to take where the log is empty (R7). */
  readonly freshIncarnation: number;
  /** Go on as a new replica whatever the log says (R7a). */
  readonly newIncarnation?: boolean;
  /** The period of background pulls in ms; 0: none (R9). */
  readonly antiEntropyMs: number;
  /** How long a pull may take, in ms. */
  readonly timeoutMs: number;
  /** Clients whose link to this server is cut. */
  readonly refused: ReadonlyArray<NodeId>;
  /** Servers that it is linked to from the start; it hears from those that are there before it accepts anything. */
  readonly peers?: ReadonlyArray<{ readonly id: NodeId; readonly address: Address }>;
  /** How many connections it takes; default: as many as the limits say. */
  readonly places?: Places | undefined;
  readonly logger: Logger;
  readonly trace: Tracer;
  /** Told of what the server does; default: nobody is. */
  readonly meter?: Meter | undefined;
  /** This process's name, which makes the names of its pulls unique. */
  readonly name: string;
  /** Where it lives. Default: Node's world. */
  readonly world?: World | undefined;
  /** For tests alone. */
  readonly replica?: ReplicaOptions;
}

/** A server that runs in this process. */
export interface RunningServer {
  readonly id: NodeId;
  /** The replica that it is now (R7, R7a). */
  readonly replica: ReplicaId;
  readonly address: Address;
  /** Links to another server, and resolves when it is connected; fails with one line, and goes on trying. */
  readonly link: (peer: NodeId, address: Address) => Promise<E.Either<string, void>>;
  /** Cuts the link to a server or client: it is refused until linked again. */
  readonly unlink: (peer: Party) => void;
  /** Pulls from a linked server now, as it does in the background; false: not all came. */
  readonly pull: (peer: NodeId) => Promise<boolean>;
  /** Its replica with the log, for whoever looks into a simulated process. */
  readonly inside: DurableReplica;
  /** How it is with it now. */
  readonly status: () => ServerStatus;
  /** Stops serving and closes the log; every acknowledged write is in it (R10). Again is the same as once. */
  readonly close: () => Promise<void>;
}

/** The servers and clients a server may talk to. */
interface Links {
  readonly outbound: Map<NodeId, Outbound>;
  readonly inbound: Set<Connection>;
  readonly refused: Set<NodeId>;
}

type Reply = Parameters<Handler>[2];

// --- the server ------------------------------------------------------------------------------------------------------------

/** Opens the log, listens, and serves. Fails with one line. */
export const startServer = async (o: ServerOptions): Promise<E.Either<string, RunningServer>> => {
  const owner = { server: o.id, freshIncarnation: o.freshIncarnation, newIncarnation: o.newIncarnation ?? false };
  const { clock, timers, chance } = o.world ?? NODE_WORLD;
  const opened = await openDurable(o.log, owner, {
    now: clock.wallMs,
    newIncarnation: () => randomIncarnation(chance),
    timers,
    ...o.replica,
    ...(o.trace === undefined ? {} : { observe: observeReplica(o.trace) }),
    onFailure: ({ message }) => {
      o.trace?.({ type: 'logFailed' });
      o.logger.error(`${message}; until then it takes no writes, and shows what the log has`);
    },
  });
  if (E.isLeft(opened)) return E.left(opened.left.message);
  const durable = opened.right;
  const server = makeServer(o, durable);
  server.announce();
  await within(timers, FIRST_CONTACT_MS, Promise.all((o.peers ?? []).map(server.meet)));
  const listening = await listen(server.identity, {
    host: o.host,
    ports: o.ports,
    admit: server.admit,
    onConnection: server.onConnection,
    callbacks: server.callbacks,
    log: o.logger,
    places: o.places,
  });
  if (E.isLeft(listening)) {
    server.hangUp();
    await durable.close();
    return listening;
  }
  const [port, stopListening] = listening.right;
  const timer = o.antiEntropyMs === 0 ? undefined : timers.every(o.antiEntropyMs, server.pullAll, false);
  let closing: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    timer?.cancel();
    stopListening();
    server.hangUp();
    await durable.close();
  };
  return E.right({
    id: o.id,
    get replica() {
      return durable.replica.id;
    },
    address: { host: o.host, port },
    link: server.link,
    unlink: server.unlink,
    pull: server.pull,
    inside: durable,
    status: server.status,
    close: () => (closing ??= close()),
  });
};

/** What a request came to, in a word for whoever counts. */
const outcomeOf = (answer: { readonly type: string; readonly reason?: string }): string => answer.reason ?? answer.type;

/** Waits for something, so many ms at most. */
const within = (timers: Timers, ms: number, something: Promise<unknown>): Promise<void> =>
  new Promise((resolve) => {
    const timer = timers.after(ms, resolve);
    void something.finally(() => {
      timer.cancel();
      resolve();
    });
  });

// eslint-disable-next-line max-lines-per-function -- one closure over what the server holds.
const makeServer = (o: ServerOptions, durable: DurableReplica) => {
  const { world = NODE_WORLD } = o;
  const { clock, timers } = world;
  const identity: Identity = {
    me: { role: 'server', id: o.id },
    secret: o.secret,
    handshakeMs: Math.min(HANDSHAKE_MS, o.timeoutMs),
    replica: () => durable.replica.id,
    tls: o.tls,
    isPlain: o.isPlain,
    world,
  };
  const links: Links = { outbound: new Map(), inbound: new Set(), refused: new Set(o.refused) };
  /** The replica that this server was as far as has been said. */
  let known = durable.replica.id;
  const { name, timeoutMs, logger, trace, meter = NO_METER } = o;
  const sayBad = throttled(logger.warn, clock.nowMs);
  const sayFault = throttled(logger.warn, clock.nowMs);
  const onMerged = (peer: Party): void => noteIdentity(peer);
  const puller = makePuller(
    { name, timeoutMs, logger, sayBad, onMerged, trace, meter, peers: () => links.outbound, clock, timers },
    durable,
  );

  // --- connections ---

  const admit = (peer: Party): string | undefined =>
    peer.role !== 'master' && links.refused.has(peer.id) ? `the link to ${peer.role} ${peer.id} is cut` : undefined;

  const onConnection = (connection: Connection): void => {
    // The link may have been cut while the handshake was under way.
    const refused = admit(connection.peer);
    if (refused === undefined) links.inbound.add(connection);
    else connection.close(refused);
  };

  const link = async (peer: NodeId, address: Address | null): Promise<E.Either<string, void>> => {
    links.refused.delete(peer);
    o.trace?.({ type: 'link', peer, up: true });
    if (address === null) return E.right(undefined);
    links.outbound.get(peer)?.close('linked again');
    const up = (): void => logger.info(`server ${peer} is up`);
    const out = outbound(identity, address, { role: 'server', id: peer }, callbacks, up);
    links.outbound.set(peer, out);
    return E.map(() => undefined)(await out.connected());
  };

  const unlink = (peer: Party): void => {
    const why = `the link to ${peer.role} ${peer.id} is cut`;
    links.refused.add(peer.id);
    links.outbound.get(peer.id)?.close(why);
    links.outbound.delete(peer.id);
    for (const c of links.inbound) if (c.peer.id === peer.id && c.peer.role !== 'master') c.close(why);
    o.trace?.({ type: 'link', peer: peer.id, up: false });
  };

  // --- first contact (R7a) ---

  /** Links to a server and pulls once, where it is there: what it knows of this replica is seen before anything is accepted (R7a). */
  const meet = async ({ id, address }: { readonly id: NodeId; readonly address: Address }): Promise<void> => {
    const linked = await link(id, address);
    const peer = links.outbound.get(id);
    if (E.isRight(linked) && peer !== undefined) await puller.pull(peer);
  };

  const pull = (from: NodeId): Promise<boolean> => {
    const peer = links.outbound.get(from);
    return peer === undefined ? Promise.resolve(false) : puller.pull(peer);
  };

  // --- identity (R7a) ---

  /** Says that the replica is another one now. Its clients hear it when they dial again: a put goes to one replica alone (R14). */
  const noteIdentity = (peer: Party): void => {
    const { id } = durable.replica;
    if (id === known || durable.failure !== undefined) return;
    o.logger.warn(`${peer.role} ${peer.id} has writes of replica ${known} that its log lacks: going on as the new replica ${id}`);
    known = id;
    for (const c of links.inbound) if (c.peer.role === 'client') c.retire();
  };

  // --- asked ---

  /** Calls back when everything that this replica shows is durable. */
  const barrier = (then: () => void): void => {
    durable.handle({ type: 'pull', puller: durable.replica.id, vv: vectorOf(durable.replica), after: null }, then);
  };

  const sync = async (reply: Reply, working: () => void): Promise<void> => {
    const { failed, inParts } = await puller.sync(working);
    const at = durable.replica;
    const vv = vectorOf(at);
    barrier(() => reply({ type: 'synced', vv: durable.replica === at ? vv : vectorOf(durable.replica), failed, inParts }));
  };

  const control = (ask: Ask, reply: Reply, working: () => void): void => {
    switch (ask.type) {
      case 'sync':
        void sync(reply, working);
        return;
      case 'store': {
        const at = durable.replica;
        const before = liveWritesOf(at);
        barrier(() => {
          // Where the log has failed meanwhile, the replica is the one that the log has.
          const writes = durable.replica === at ? before : liveWritesOf(durable.replica);
          reply({ type: 'stored', keys: writes.length }, storedParts(writes));
        });
        return;
      }
      case 'members':
        reply({ type: 'members', servers: [...links.outbound.keys()].sort((a, b) => a - b) });
        return;
      case 'link':
        void link(ask.peer.id, ask.address).then((linked) =>
          reply(E.isRight(linked) ? { type: 'done' } : { type: 'failed', why: linked.left }),
        );
        return;
      case 'unlink':
        unlink(ask.peer);
        reply({ type: 'done' });
        return;
      default:
        reply({ type: 'failed', why: `a server does not do '${ask.type}' for the master` });
    }
  };

  const serve = (connection: Connection, ask: Ask, reply: Reply): void => {
    const { role, id } = connection.peer;
    if (role === 'client' && ask.type === 'put' && ask.client === id) {
      durable.handle(ask, (answer) => {
        if (answer.type === 'refused' && BAD.has(answer.reason))
          sayBad(`put ${ask.clientTime} of client ${id}, session ${ask.session}, was refused: ${answer.reason}`);
        meter.served('put', outcomeOf(answer));
        reply(answer);
      });
    } else if (role === 'client' && ask.type === 'get' && ask.client === id) {
      durable.handle(ask, (answer) => {
        meter.served('get', outcomeOf(answer));
        reply(answer);
      });
    } else if (role === 'server' && ask.type === 'namedPull') {
      durable.handle({ ...ask.ask, name: ask.pull }, (answer) => {
        noteIdentity(connection.peer);
        if (answer.type === 'pulled') meter.answered(answer.writes.length);
        reply(answer);
      });
    } else {
      reply({ type: 'failed', why: `a server does not do this '${ask.type}' for ${role} ${id}` });
    }
  };

  const onAsk: Handler = (connection, ask, reply, working) => {
    if (connection.peer.role === 'master') control(ask, reply, working);
    else serve(connection, ask, reply);
  };

  const callbacks = {
    onAsk,
    onClose: (connection: Connection, why: string) => {
      // What is not inbound is a peer that this server dialed.
      if (!links.inbound.delete(connection) && connection.peer.role === 'server')
        logger.info(`server ${connection.peer.id} is down: ${why}`);
    },
    onFault: (connection: Connection, what: string) =>
      sayFault(`${connection.peer.role} ${connection.peer.id} was cut off: it sent ${what}`),
  };

  const announce = (): void => {
    const { replica, found, note } = durable;
    if (note !== undefined)
      o.logger.warn(`the log ${note}: going on as the new replica ${replica.id}, with the writes that it has`);
    const t = clockOf(replica);
    if (!isHonest({ t, r: replica.id }, clock.wallMs()))
      o.logger.warn(
        `the log's accept time ${t} is further ahead than any cluster can be (is the date of this machine right?): peers and sessions refuse ` +
          'what it says; its store can still be read, and put into servers with new folders',
      );
    o.trace?.({
      type: 'start',
      replica: replica.id,
      fresh: found === 'fresh',
      vv: vectorOf(replica),
      clock: clockOf(replica),
      writes: sizeOf(replica),
      transfers: transfersOf(replica),
    });
  };

  const hangUp = (): void => {
    for (const out of links.outbound.values()) out.close('the server is closing');
    for (const c of links.inbound) c.retire();
  };

  const status = (): ServerStatus => ({
    replica: durable.replica.id,
    clock: clockOf(durable.replica),
    keys: sizeOf(durable.replica),
    waiting: durable.waiting,
    connections: links.inbound.size,
    failure: durable.failure?.message ?? null,
    peers: [...links.outbound].map(([id, out]) => ({ id, up: out.isUp(), sincePullMs: puller.sincePullMs(id) })),
  });

  return {
    identity,
    admit,
    onConnection,
    callbacks,
    status,
    link,
    unlink,
    meet,
    pull,
    pullAll: puller.pullAll,
    announce,
    hangUp,
  };
};

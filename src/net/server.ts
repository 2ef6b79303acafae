/**
 * A server: a durable replica that listens. It serves the puts and gets of clients, the pulls of peers and the requests of a master, and pulls
 * from its peers in the background.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { NodeId, ReplicaId } from '../core/ids.js';
import { isHonest } from '../impl/horizon.js';
import { DurableReplica, type Listeners, openDurable } from '../impl/durable.js';
import type { Log, LogError } from '../impl/log/log.js';
import { randomIncarnation } from '../impl/incarnation.js';
import { clockOf, type ReplicaOptions, sizeOf, transfersOf, vectorOf } from '../impl/replica.js';
import { NODE_WORLD } from '../ports/node-network.js';
import type { Timers, World } from '../ports/ports.js';
import type { Handler } from './connection.js';
import { control } from './control.js';
import type { ProcessIdentity } from './handshake.js';
import { FIRST_CONTACT_MS, HANDSHAKE_MS } from './net-limits.js';
import { listen, type Ports } from './listen.js';
import type { Logger } from './logger.js';
import { type Meter, NO_METER, type ServerStatus } from './meter.js';
import { Links } from './links.js';
import type { Address, Party } from './protocol.js';
import type { ConnectionLimits } from './connection-limits.js';
import { makePuller } from './pulling.js';
import { observeReplica } from './replica-trace.js';
import { makeServing } from './serving.js';
import { throttled } from './throttled.js';
import type { Tracer } from './tracer.js';
import type { Tls } from './tls.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** The options of a server. */
export interface ServerOptions {
  readonly id: NodeId;
  /** The cluster's secret: every process that knows it is a member of the cluster. */
  readonly secret: string;
  /** See {@link ProcessIdentity}. */
  readonly isPlain?: boolean;
  /** The TLS of its connections; default: plain TCP. */
  readonly tls?: Tls | undefined;
  readonly host: string;
  readonly ports: Ports;
  readonly log: Log;
  /** The incarnation to take where the log is empty (R7). */
  readonly freshIncarnation: number;
  /** Go on as a new replica, whatever replica the log names (R7a). */
  readonly newIncarnation?: boolean;
  /** The period of background pulls in ms; 0: none (R9). */
  readonly antiEntropyMs: number;
  /** The time between two looks whether the log's files are still in their place, in ms. Default: the server looks only when it writes. */
  readonly logLookMs?: number;
  /** How long a pull may take, in ms. */
  readonly timeoutMs: number;
  /** Clients whose link to this server is cut. */
  readonly refused: ReadonlyArray<NodeId>;
  /** The servers that it is linked to from the start. Before it listens, it pulls from the peers that answer within `FIRST_CONTACT_MS`. */
  readonly peers?: ReadonlyArray<{ readonly id: NodeId; readonly address: Address }>;
  /** The most connections that it takes; default: those of the network layer's limits. */
  readonly connectionLimits?: ConnectionLimits | undefined;
  readonly logger: Logger;
  readonly trace: Tracer;
  /** Counts the server's events. Default: they are not counted. */
  readonly meter?: Meter | undefined;
  /** This process's name, which makes the names of its pulls unique. */
  readonly name: string;
  /** The clock, timers, chance and network that it uses. Default: Node's. */
  readonly world?: World | undefined;
  /** For tests alone. */
  readonly replica?: ReplicaOptions;
}

/** A server that runs in this process. */
export interface RunningServer {
  readonly id: NodeId;
  /** The replica that the server is now (R7, R7a). */
  readonly replica: ReplicaId;
  readonly address: Address;
  /** Links to another server, and resolves when it is connected. Fails with one line, and goes on dialing in the background. */
  readonly link: (peer: NodeId, address: Address) => Promise<E.Either<string, void>>;
  /** Cuts the link to a server or client. That peer is refused until it is linked again. */
  readonly cut: (peer: Party) => void;
  /** Pulls from a linked server now, as the background pulls do. Resolves with false if not all writes came. */
  readonly pull: (peer: NodeId) => Promise<boolean>;
  /** The server's replica with its log, for a look into a simulated process. */
  readonly inside: DurableReplica;
  /** The server's present status. */
  readonly status: () => ServerStatus;
  /**
   * Stops serving and closes the log, which has every acknowledged write (R10). Left: one line, the log could not be closed, or is not in its
   * place. A second call gives the promise of the first.
   */
  readonly close: () => Promise<E.Either<string, void>>;
}

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
    ...tellersOf(o),
  });
  if (E.isLeft(opened)) return E.left(opened.left.message);
  const durable = opened.right;
  const server = makeServer(o, durable);
  announce(o, durable);
  await withDeadline(timers, FIRST_CONTACT_MS, Promise.all((o.peers ?? []).map(server.meet)));
  const listening = await listen(server.identity, {
    host: o.host,
    ports: o.ports,
    admit: server.links.admit,
    onConnection: server.links.onConnection,
    callbacks: server.links.callbacks,
    log: o.logger,
    connectionLimits: o.connectionLimits,
  });
  if (E.isLeft(listening)) {
    server.links.hangUp();
    await durable.close();
    return listening;
  }
  const [port, stopListening] = listening.right;
  const timer = o.antiEntropyMs === 0 ? undefined : timers.every(o.antiEntropyMs, server.pullAll, false);
  const looking = o.logLookMs === undefined ? undefined : timers.every(o.logLookMs, () => void durable.look(), false);
  let closing: Promise<E.Either<string, void>> | undefined;
  const close = async (): Promise<E.Either<string, void>> => {
    timer?.cancel();
    looking?.cancel();
    stopListening();
    server.links.hangUp();
    return E.mapLeft(({ message }: LogError) => message)(await durable.close());
  };
  return E.right({
    id: o.id,
    get replica() {
      return durable.replica.id;
    },
    address: { host: o.host, port },
    link: server.links.link,
    cut: server.links.cut,
    pull: server.pull,
    inside: durable,
    status: server.status,
    close: () => (closing ??= close()),
  });
};

/** Logs and traces that the log has failed, and that its disk does not answer. */
const tellersOf = ({ logger, trace }: ServerOptions): Pick<Listeners, 'onFailure' | 'onStall'> => ({
  onFailure: ({ message }) => {
    trace?.({ type: 'logFailed' });
    logger.error(`${message}; until then it takes no writes, and shows what it has acknowledged`);
  },
  onStall: (stalled) => {
    if (stalled === undefined) logger.warn('the disk answers again: the write to the log has come back');
    else logger.error(`${stalled}; until it comes back nobody is answered`);
  },
});

/** Waits until the promise settles, or until `ms` have passed. */
const withDeadline = (timers: Timers, ms: number, something: Promise<unknown>): Promise<void> =>
  new Promise((resolve) => {
    const timer = timers.after(ms, resolve);
    void something.finally(() => {
      timer.cancel();
      resolve();
    });
  });

/** Warns of a log that makes a new replica or whose accept time is too far ahead, and traces the start. */
const announce = ({ logger, trace, world = NODE_WORLD }: ServerOptions, { replica, found, note }: DurableReplica): void => {
  if (note !== undefined) logger.warn(`the log ${note}: going on as the new replica ${replica.id}, with the writes that it has`);
  const t = clockOf(replica);
  if (!isHonest({ t, r: replica.id }, world.clock.wallMs()))
    logger.warn(
      `the log's accept time ${t} is further ahead than any cluster can be (is the date of this machine right?): peers and sessions refuse ` +
        'what it says; its store can still be read, and put into servers with new folders',
    );
  trace?.({
    type: 'start',
    replica: replica.id,
    fresh: found === 'fresh',
    vv: vectorOf(replica),
    clock: clockOf(replica),
    writes: sizeOf(replica),
    transfers: transfersOf(replica),
  });
};

/** Makes the parts of a server. Requests of clients and servers go to the replica, requests of a master to {@link control}. */
const makeServer = (o: ServerOptions, durable: DurableReplica) => {
  const { id, name, timeoutMs, logger, trace, meter = NO_METER, world = NODE_WORLD } = o;
  const { clock, timers } = world;
  const identity: ProcessIdentity = {
    me: { role: 'server', id },
    secret: o.secret,
    handshakeMs: Math.min(HANDSHAKE_MS, timeoutMs),
    replica: () => durable.replica.id,
    tls: o.tls,
    isPlain: o.isPlain,
    world,
  };
  /** The replica that this server was when it last told its clients. */
  let known = durable.replica.id;
  const sayBad = throttled(logger.warn, clock.nowMs);

  /** Warns if the server is another replica now (R7a), and retires its clients' connections. They learn the new replica when they dial again: a put goes to one replica alone (R14). */
  const noteIdentity = (peer: Party): void => {
    const now = durable.replica.id;
    if (now === known || durable.failure !== undefined) return;
    logger.warn(`${peer.role} ${peer.id} has writes of replica ${known} that its log lacks: going on as the new replica ${now}`);
    known = now;
    links.retireClients();
  };

  const serve = makeServing({ durable, meter, sayBad, noteIdentity });
  const onAsk: Handler = (connection, ask, reply, working) => {
    if (connection.peer.role === 'master') control({ durable, links, puller }, ask, reply, working);
    else serve(connection.peer, ask, reply);
  };
  const links = new Links({ identity, refused: o.refused, onAsk, logger, trace, nowMs: clock.nowMs });
  const puller = makePuller(
    { name, timeoutMs, logger, sayBad, onMerged: noteIdentity, trace, meter, peers: () => links.outbound, clock, timers },
    durable,
  );

  const pull = (from: NodeId): Promise<boolean> => {
    const peer = links.outbound.get(from);
    return peer === undefined ? Promise.resolve(false) : puller.pull(peer);
  };

  /** Links to a server and, if it is reached, pulls once: so this server sees the peer's writes of this replica before it accepts a put (R7a). */
  const meet = async ({ id: peer, address }: { readonly id: NodeId; readonly address: Address }): Promise<void> => {
    if (E.isRight(await links.link(peer, address))) await pull(peer);
  };

  const status = (): ServerStatus => ({
    replica: durable.replica.id,
    clock: clockOf(durable.replica),
    keys: sizeOf(durable.replica),
    waiting: durable.waiting,
    connections: links.connections,
    failure: durable.failure?.message ?? null,
    stalled: durable.stalled ?? null,
    peers: [...links.outbound].map(([peer, out]) => ({ id: peer, up: out.isUp(), sincePullMs: puller.sincePullMs(peer) })),
  });

  return { identity, links, status, meet, pull, pullAll: puller.pullAll };
};

/** The session and the server for programs: what `import … from 'bayou'` gives. */
import { resolve } from 'node:path';
import { isUint8Array } from 'node:util/types';
import * as E from 'fp-ts/lib/Either.js';
import { MAX_KEY_BYTES, MAX_VALUE_BYTES } from './core/bounds.js';
import { type Bytes, bytesOfText, textOfBytes } from './core/bytes.js';
import type { NodeId, ReplicaId } from './core/ids.js';
import type { PutResult } from './core/results.js';
import { MASTER_GUARANTEES, type SessionToken } from './core/guarantees.js';
import { LONE_SURROGATE } from './core/texts.js';
import type { Stamp } from './core/write.js';
import { createDiskLog } from './impl/log/disk-log.js';
import { randomIncarnation } from './impl/incarnation.js';
import { createMemoryLog } from './impl/log/memory-log.js';
import { lookBeforeStart, type StartCheck } from './library-start.js';
import { takenConnect, takenPeer, takenStart, tokenIn } from './library-options.js';
import type { ConnectOptions, ServerAddress, StartServerOptions } from './library-types.js';
import { newSession, resume, type Session, token as tokenOf } from './impl/session.js';
import { socketGuard } from './net/socket-guard.js';
import { newSecret, newSessionNumber } from './net/auth.js';
import { watchDescriptors } from './net/descriptors.js';
import { makeClient } from './net/client.js';
import { ANTI_ENTROPY_MS, LOG_LOOK_MS, REQUEST_MS } from './net/net-limits.js';
import { type Logger, makeLogger } from './net/logger.js';
import type { ServerStatus } from './net/meter.js';
import type { Metrics } from './net/metrics.js';
import type { Operations } from './net/operations.js';
import { type RunningServer, type ServerOptions, startServer as startNetServer } from './net/server.js';
import { NODE_WORLD } from './ports/node-network.js';
import type { World } from './ports/ports.js';
import { checkedTls } from './net/tls.js';

// --- sessions --------------------------------------------------------------------------------------------------------------

/**
 * A key or a value: text, which is taken as its UTF-8 bytes, or bytes.
 * @category Sessions
 */
export type Content = string | Uint8Array;

/** What a get comes to (R13), with the value as text and as bytes. `ERR_SIZE`: the key is above 64 KiB; `ERR_TYPE`: it is neither
 * text (without lone surrogates) nor bytes; nothing was sent.
 * @category Sessions
 */
export type SessionGetResult =
  | { readonly type: 'value'; readonly text: string; readonly bytes: Uint8Array; readonly stamp: Stamp }
  | { readonly type: 'ERR_KEY' | 'ERR_DEP' | 'ERR_CONN' | 'ERR_SIZE' | 'ERR_TYPE' };

/** What a put comes to. `ERR_SIZE`: the key is above 64 KiB or the value above 512 KiB;
 * `ERR_TYPE`: one of them is neither text (without lone surrogates) nor bytes; nothing was sent.
 * @category Sessions
 */
export type SessionPutResult = PutResult | { readonly type: 'ERR_SIZE' | 'ERR_TYPE' };

/**
 * A session: what it wrote and read is seen by what it reads later, as its guarantees say, at whichever server.
 * @category Sessions
 */
export interface BayouSession {
  /** Writes (R14). Never rejects. */
  readonly put: (key: Content, value: Content) => Promise<SessionPutResult>;
  /** Reads (R13). Never rejects. */
  readonly get: (key: Content) => Promise<SessionGetResult>;
  /** What the session has seen so far, as JSON (R11, R11a): `connect({ token, … })` goes on with it, in another process too. */
  readonly token: () => SessionToken;
  /** Closes the connections. Requests under way come to `ERR_CONN` or `UNKNOWN`. */
  readonly close: () => void;
}

/** As many bytes as an array has, whatever its class or its owner makes of `byteLength`. */
const lengthOf = (u: Uint8Array): number =>
  Number(Reflect.get(Object.getPrototypeOf(Uint8Array.prototype) as object, 'byteLength', u));

/** The bytes of a key or a value, at most so many, as they are now. */
const bytesIn = (u: unknown, most: number): E.Either<'ERR_SIZE' | 'ERR_TYPE', Bytes> => {
  if (typeof u === 'string') {
    // No character has fewer bytes than one for each of its units.
    if (u.length > most) return E.left('ERR_SIZE');
    if (LONE_SURROGATE.test(u)) return E.left('ERR_TYPE');
    const bytes = bytesOfText(u);
    return bytes.length > most ? E.left('ERR_SIZE') : E.right(bytes);
  }
  // Not `instanceof`, which a proxy can answer: it has no bytes.
  if (!isUint8Array(u)) return E.left('ERR_TYPE');
  if (lengthOf(u) > most) return E.left('ERR_SIZE');
  try {
    return E.right(Buffer.from(new Uint8Array(u)).toString('latin1'));
  } catch {
    // Its memory was given to somebody else.
    return E.left('ERR_TYPE');
  }
};

const CLIENT_IDS = 2 ** 48 - 1;

const loggerOf = (name: string, level: string | undefined): Logger => makeLogger({ name, level: level ?? 'silent', file: null });

const sessionOf = (o: ConnectOptions, { chance, clock }: World): E.Either<string, Session> => {
  const number = newSessionNumber(chance);
  if (o.token === undefined)
    return E.right(newSession(chance.bytes(6).readUIntBE(0, 6) % CLIENT_IDS, number, { ...MASTER_GUARANTEES, ...o.guarantees }));
  return E.bimap(
    (wrong: string) => `connect: token: ${wrong}; use what token() gave, or leave it out to begin a new session`,
    (token: SessionToken) => resume(token, number),
  )(tokenIn(o.token, clock.wallMs()));
};

/**
 * Opens a session and connects it to its servers. Fails with one line where no server can be reached, or the token is not one;
 * a server that cannot be reached yet is dialed again when it is needed.
 * @category Sessions
 */
export const connect = (o: ConnectOptions): Promise<E.Either<string, BayouSession>> => connectIn(NODE_WORLD, o);

/** {@link connect} in any world: simulated ones are in `conformance/simulation`. */
export const connectIn = async (world: World, given: ConnectOptions): Promise<E.Either<string, BayouSession>> => {
  const taken = takenConnect(given);
  if (E.isLeft(taken)) return taken;
  const o = taken.right;
  const tls = checkedTls(o.tls, false);
  if (E.isLeft(tls)) return tls;
  const session = sessionOf(o, world);
  if (E.isLeft(session)) return session;
  const client = makeClient({
    secret: o.secret,
    tls: o.tls,
    session: session.right,
    timeoutMs: o.timeoutMs ?? REQUEST_MS,
    logger: loggerOf('bayou-session', o.logLevel),
    trace: undefined,
    world,
  });
  const linked = await Promise.all(o.servers.map(({ id, host = '127.0.0.1', port }) => client.link(id, { host, port })));
  if (!linked.some(E.isRight)) {
    client.close();
    const why = linked.map((l) => (E.isLeft(l) ? l.left : '')).join('; ');
    return E.left(o.servers.length === 0 ? 'no servers to connect to' : `no server could be reached: ${why}`);
  }

  const put = async (key: Content, value: Content): Promise<SessionPutResult> => {
    const [k, v] = [bytesIn(key, MAX_KEY_BYTES), bytesIn(value, MAX_VALUE_BYTES)];
    if (E.isLeft(k) || E.isLeft(v)) {
      const wrong = [k, v].flatMap((one) => (E.isLeft(one) ? [one.left] : []));
      return { type: wrong.includes('ERR_TYPE') ? 'ERR_TYPE' : 'ERR_SIZE' };
    }
    return client.put(k.right, v.right);
  };
  const get = async (key: Content): Promise<SessionGetResult> => {
    const k = bytesIn(key, MAX_KEY_BYTES);
    if (E.isLeft(k)) return { type: k.left };
    const got = await client.get(k.right);
    if (got.type !== 'value') return got;
    return { type: 'value', text: textOfBytes(got.value), bytes: Buffer.from(got.value, 'latin1'), stamp: got.stamp };
  };
  return E.right({ put, get, token: () => tokenOf(client.session), close: client.close });
};

// --- servers ---------------------------------------------------------------------------------------------------------------

/**
 * A server in this process.
 * @category Servers
 */
export interface BayouServer {
  readonly id: NodeId;
  readonly host: string;
  readonly port: number;
  readonly secret: string;
  /** The replica that it is now, with its incarnation (R7): another one where a peer knows more of it than its log (R7a). */
  readonly replica: ReplicaId;
  /** Where it serves its metrics and its health; null: nowhere. */
  readonly metricsPort: number | null;
  /** How it is with it now: its replica, its log, its peers. */
  readonly status: () => ServerStatus;
  /** Pulls from another server from now on; fails with one line where it can't be reached yet, and goes on trying. */
  readonly link: (peer: ServerAddress) => Promise<E.Either<string, void>>;
  /**
   * Stops serving; every acknowledged write is in the log. Left: one line, the log could not be closed, or its folder was removed, moved or
   * replaced, and what was acknowledged may be lost.
   */
  readonly close: () => Promise<E.Either<string, void>>;
}

/** The metrics of a server with these options; undefined where they are not served. prom-client is loaded only for them. */
const metricsOf = async (o: StartServerOptions): Promise<Metrics | undefined> =>
  o.metricsPort === undefined ? undefined : (await import('./net/metrics.js')).makeMetrics(o.dataDir);

/** Serves the metrics; null where there are none. Fails with one line: the port is taken. */
const serveMetrics = async (
  o: StartServerOptions,
  metrics: Metrics | undefined,
  server: RunningServer,
  { connectionLimits }: StartCheck,
): Promise<E.Either<string, Operations | null>> => {
  if (metrics === undefined) return E.right(null);
  const { startOperations } = await import('./net/operations.js');
  return startOperations({
    places: connectionLimits.metrics,
    host: o.metricsHost ?? '127.0.0.1',
    port: o.metricsPort ?? 0,
    status: server.status,
    metrics,
  });
};

const netOptionsOf = (
  o: StartServerOptions,
  secret: string,
  metrics: Metrics | undefined,
  { connectionLimits }: StartCheck,
): ServerOptions => ({
  id: o.id,
  secret,
  tls: o.tls,
  host: o.host ?? '127.0.0.1',
  ports: { wanted: 0, range: o.port === undefined ? null : [o.port, o.port] },
  log: o.dataDir === undefined ? createMemoryLog() : createDiskLog(o.dataDir, { fsync: o.fsync ?? false, guard: socketGuard }),
  newIncarnation: o.newIncarnation ?? false,
  freshIncarnation: o.incarnation ?? randomIncarnation(),
  antiEntropyMs: o.antiEntropyMs ?? ANTI_ENTROPY_MS,
  logLookMs: LOG_LOOK_MS,
  timeoutMs: REQUEST_MS,
  connectionLimits,
  refused: [],
  peers: (o.peers ?? []).map(({ id, host = '127.0.0.1', port }) => ({ id, address: { host, port } })),
  logger: loggerOf(`bayou-server-${o.id}`, o.logLevel ?? 'warn'),
  trace: undefined,
  meter: metrics?.meter,
  name: `server-${o.id}`,
});

/** With the path of its folder as it is now. */
const inItsPlace = (o: StartServerOptions): E.Either<string, StartServerOptions> => {
  if (o.dataDir === undefined) return E.right(o);
  try {
    return E.right({ ...o, dataDir: resolve(o.dataDir) });
  } catch {
    return E.left(`startServer: dataDir: ${o.dataDir} is relative, and the folder that this process is in is not there any more`);
  }
};

/**
 * Starts a server in this process. Fails with one line: a wrong option, the port is taken, the log is damaged or in use. A relative path is what it
 * is at the call.
 * @category Servers
 */
export const startServer = async (given: StartServerOptions): Promise<E.Either<string, BayouServer>> => {
  const taken = takenStart(given);
  if (E.isLeft(taken)) return taken;
  const inPlace = inItsPlace(taken.right);
  if (E.isLeft(inPlace)) return inPlace;
  const o = inPlace.right;
  const tls = checkedTls(o.tls, true);
  if (E.isLeft(tls)) return tls;
  const looked = lookBeforeStart(o, NODE_WORLD.clock.wallMs());
  if (E.isLeft(looked)) return looked;
  const secret = o.secret ?? newSecret();
  const metrics = await metricsOf(o);
  const options = netOptionsOf(o, secret, metrics, looked.right);
  for (const warning of looked.right.warnings) options.logger.warn(warning);
  const started = await startNetServer(options);
  if (E.isLeft(started)) return started;
  const server = started.right;
  const watching = watchDescriptors(options.logger.warn);
  const operations = await serveMetrics(o, metrics, server, looked.right);
  if (E.isLeft(operations)) {
    watching.cancel();
    await server.close();
    return operations;
  }
  const link = async (peer: ServerAddress): Promise<E.Either<string, void>> => {
    const address = takenPeer(peer, o.id);
    if (E.isLeft(address)) return address;
    const { id, host = '127.0.0.1', port } = address.right;
    return server.link(id, { host, port });
  };
  return E.right({
    id: o.id,
    ...server.address,
    secret,
    get replica() {
      return server.replica;
    },
    metricsPort: operations.right?.port ?? null,
    status: server.status,
    link,
    close: () => {
      watching.cancel();
      operations.right?.close();
      return server.close();
    },
  });
};

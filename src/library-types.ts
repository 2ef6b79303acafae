/** What the library is told. */
import type { NodeId } from './core/ids.js';
import type { Guarantees, SessionToken } from './core/guarantees.js';
import type { Tls } from './net/tls.js';

/**
 * A server and where it listens.
 * @category Connections
 */
export interface ServerAddress {
  readonly id: NodeId;
  /** Default: 127.0.0.1. */
  readonly host?: string;
  readonly port: number;
}

/**
 * What a session is opened with.
 * @category Sessions
 */
export interface ConnectOptions {
  /** The servers to talk to, in the order in which they are asked (R13). At least one. */
  readonly servers: ReadonlyArray<ServerAddress>;
  /** The cluster's secret. */
  readonly secret: string;
  /** Over TLS, and how: the servers must be started with TLS too. Default: plain TCP, whose frames are sealed with the secret. */
  readonly tls?: Tls;
  /** The session guarantees (R12); what is left out is as for {@link MASTER_GUARANTEES}. Not with `token`. */
  readonly guarantees?: Partial<Guarantees>;
  /** What an earlier session had seen: the new one keeps its promises (R11a). A token may be used any number of times, and be old. */
  readonly token?: SessionToken;
  /** How long a put or a get may take over all servers, in ms (R15). Default: 5,000. */
  readonly timeoutMs?: number;
  /** What is logged, to standard error: a pino level. Default: `silent`. */
  readonly logLevel?: string;
}

/**
 * What a server is started with.
 * @category Servers
 */
export interface StartServerOptions {
  /** Its id, unique in the cluster. */
  readonly id: NodeId;
  /** Default: 127.0.0.1. */
  readonly host?: string;
  /** Default: any free port. */
  readonly port?: number;
  /** The cluster's secret. Default: a fresh one. */
  readonly secret?: string;
  /** Over TLS, with this certificate and key. Default: plain TCP, whose frames are sealed with the secret. */
  readonly tls?: Tls;
  /** The folder of its durable log. Default: none, the log is in memory, and a restarted server is a new replica (R7). */
  readonly dataDir?: string;
  /** Acknowledge only what survives the death of the machine (R10). Only with `dataDir`. Default: false, the death of the process. */
  readonly fsync?: boolean;
  /** The period of background pulls in ms; 0: none (R9). Default: 250. */
  readonly antiEntropyMs?: number;
  /** The servers to pull from; they need not be there yet. Those that are, it asks once before it listens (R7a), for a second at most. */
  readonly peers?: ReadonlyArray<ServerAddress>;
  /**
   * The incarnation where there is no log (R7). It must be one that this server id never had. Default: 52 random bits.
   */
  readonly incarnation?: number;
  /**
   * Go on as a new replica, whatever the log says (R7a): once, after the whole machine or file system was rolled back, which nothing in
   * the log can show. Only with `dataDir`. Default: false.
   */
  readonly newIncarnation?: boolean;
  /** Serves `/metrics` and `/health` over HTTP on this port, 0 for any that is free. Default: they are not served. */
  readonly metricsPort?: number;
  /** Where it serves them. Default: 127.0.0.1. */
  readonly metricsHost?: string;
  /** What is logged, to standard error: a pino level. Default: `warn`. */
  readonly logLevel?: string;
}

/**
 * The configuration of a cluster's process. The master writes it as one line of JSON to the process's standard input. The process answers with
 * one line on its standard output when it listens, or cannot start. When its standard input ends, the process ends.
 */
import * as t from 'io-ts/lib/index.js';
import { object } from '../core/codec.js';
import { Natural, NodeIdC } from '../core/ids.js';
import { GuaranteesC } from '../core/guarantees.js';

const COMMON = {
  id: NodeIdC,
  secret: t.string,
  host: t.string,
  /** The ports to try: first `wanted` (0: none), then the ports of `range`; where `range` is null, any free port. */
  ports: object('Ports', { wanted: Natural, range: t.union([t.readonly(t.tuple([Natural, Natural])), t.null]) }),
  logLevel: t.string,
  /** Where to log; null: standard error. */
  logFile: t.union([t.string, t.null]),
  /** Where to write trace events; null: nowhere. */
  traceFile: t.union([t.string, t.null]),
  /** This process's name in the trace: `server-3#1`. */
  name: t.string,
  /** How long a put, a get or a pull may take in all, in ms. */
  timeoutMs: Natural,
};

/** Decodes a {@link ServerConfig}. */
export const ServerConfigC = object('ServerConfig', {
  ...COMMON,
  /** The folder of the durable log; null: the log is in memory and is lost when the process ends. */
  dataDir: t.union([t.string, t.null]),
  /** Acknowledge only writes that survive the death of the machine, not only of the process (R10). */
  fsync: t.boolean,
  /** The period of background pulls in ms; 0: none (R9). */
  antiEntropyMs: Natural,
  /** The incarnation to take where there is no log (R7). */
  freshIncarnation: Natural,
  /** Clients whose link to this server is cut. */
  refused: t.readonlyArray(NodeIdC),
});
/** The configuration of a server process. */
export type ServerConfig = t.TypeOf<typeof ServerConfigC>;

/** Decodes a {@link ClientConfig}. */
export const ClientConfigC = object('ClientConfig', { ...COMMON, guarantees: GuaranteesC });
/** The configuration of a client process. */
export type ClientConfig = t.TypeOf<typeof ClientConfigC>;

const ListeningPortC = object('Listening', { port: Natural });
/** Where a process listens. */
export type ListeningPort = t.TypeOf<typeof ListeningPortC>;

/** Decodes a {@link ReadyAnswer}. */
export const ReadyAnswerC = t.union([object('Ready', { ready: ListeningPortC }), object('Failed', { failed: t.string })]);
/** A process's answer to its configuration: where it listens, or why it could not start. */
export type ReadyAnswer = t.TypeOf<typeof ReadyAnswerC>;

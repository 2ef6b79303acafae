/** The program of a server's process: starts the server of a configuration, in the real world or a simulated one. */
import type * as E from 'fp-ts/lib/Either.js';
import { createDiskLog, type DiskLogOptions } from '../impl/log/disk-log.js';
import { createMemoryLog } from '../impl/log/memory-log.js';
import type { ReplicaOptions } from '../impl/replica.js';
import type { World } from '../ports/ports.js';
import type { ServerConfig } from './process-config.js';
import type { Logger } from './logger.js';
import type { ConnectionLimits } from './connection-limits.js';
import { type RunningServer, startServer } from './server.js';
import type { Tracer } from './tracer.js';

/** The parts of a process that its program needs. */
export interface ProcessParts {
  readonly world: World;
  readonly logger: Logger;
  readonly trace: Tracer;
  /** The most connections. Default: those of net-limits.ts. */
  readonly connectionLimits?: ConnectionLimits;
  /** The time between two looks whether the log's files are in their place, in ms. Default: there are no such looks. */
  readonly logLookMs?: number;
  /** For tests alone. */
  readonly replica?: ReplicaOptions | undefined;
}

/** Starts the server of this configuration. `disk`: the disk of its log. Left: one line. */
export const runServer = (
  config: ServerConfig,
  { replica = {}, ...parts }: ProcessParts,
  disk: Omit<DiskLogOptions, 'fsync' | 'world'>,
): Promise<E.Either<string, RunningServer>> => {
  const { dataDir, fsync } = config;
  const log = dataDir === null ? createMemoryLog() : createDiskLog(dataDir, { ...disk, fsync, world: parts.world });
  return startServer({ ...config, ...parts, isPlain: true, log, replica });
};

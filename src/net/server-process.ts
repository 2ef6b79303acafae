/** The program of a server process; the master starts it. */
import * as E from 'fp-ts/lib/Either.js';
import { NODE_WORLD } from '../ports/node-network.js';
import { type ListeningPort, type ServerConfig, ServerConfigC } from './process-config.js';
import { descriptorsOfProcess, watchDescriptors } from './descriptors.js';
import { socketGuard } from './socket-guard.js';
import { makeLogger } from './logger.js';
import { connectionLimitsOf } from './connection-limits.js';
import { LOG_LOOK_MS } from './net-limits.js';
import { runProcess } from './process.js';
import type { RunningServer } from './server.js';
import { runServer } from './server-program.js';
import { makeTracer } from './tracer.js';

const start = async (c: ServerConfig): Promise<E.Either<string, ListeningPort>> => {
  const logger = makeLogger({ name: c.name, level: c.logLevel, file: c.logFile });
  const connectionLimits = connectionLimitsOf(descriptorsOfProcess());
  const belongings = {
    world: NODE_WORLD,
    logger,
    trace: makeTracer(c.traceFile, c.name),
    connectionLimits,
    logLookMs: LOG_LOOK_MS,
  };
  // For as long as the process lives.
  watchDescriptors(logger.warn);
  return E.map(({ address }: RunningServer) => ({ port: address.port }))(await runServer(c, belongings, { guard: socketGuard }));
};

runProcess(ServerConfigC, start);

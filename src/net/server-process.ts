/** The program of a server process; the master starts it. */
import * as E from 'fp-ts/lib/Either.js';
import { createDiskLog } from '../impl/log/disk-log.js';
import { createMemoryLog } from '../impl/log/memory-log.js';
import { socketGuard } from './guard.js';
import { type Listening, type ServerConfig, ServerConfigC } from './config.js';
import { makeLogger } from './logger.js';
import { runProcess } from './process.js';
import { type RunningServer, startServer } from './server.js';
import { makeTracer } from './tracer.js';

const start = async (c: ServerConfig): Promise<E.Either<string, Listening>> => {
  const server = await startServer({
    ...c,
    log: c.dataDir === null ? createMemoryLog() : createDiskLog(c.dataDir, { fsync: c.fsync, guard: socketGuard }),
    refused: c.refused,
    logger: makeLogger({ name: c.name, level: c.logLevel, file: c.logFile }),
    trace: makeTracer(c.traceFile, c.name),
  });
  return E.map(({ address }: RunningServer) => ({ port: address.port }))(server);
};

runProcess(ServerConfigC, start);

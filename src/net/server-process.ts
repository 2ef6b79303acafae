/** The program of a server process; the master starts it. */
import { mkdir } from 'node:fs/promises';
import * as E from 'fp-ts/lib/Either.js';
import { createMemoryLog } from '../impl/memory-log.js';
import { type ServerConfig, ServerConfigC } from './config.js';
import { makeLogger } from './logger.js';
import { runProcess } from './process.js';
import { startServer } from './server.js';
import { makeTracer } from './tracer.js';

const start = async (c: ServerConfig): Promise<E.Either<string, number>> => {
  if (c.dataDir !== null) await mkdir(c.dataDir, { recursive: true, mode: 0o700 });
  const server = await startServer({
    ...c,
    log: createMemoryLog(),
    refused: c.refused,
    logger: makeLogger({ name: c.name, level: c.logLevel, file: c.logFile }),
    trace: makeTracer(c.traceFile, c.name),
  });
  return E.map((s: { readonly address: { readonly port: number } }) => s.address.port)(server);
};

runProcess(ServerConfigC, start);

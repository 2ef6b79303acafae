/** The program of a client process; the master starts it and tells it what to put and get. */
import * as E from 'fp-ts/lib/Either.js';
import { NODE_WORLD } from '../ports/node-network.js';
import { runClient, type RunningClient } from './client-program.js';
import { ClientConfigC } from './process-config.js';
import { makeLogger } from './logger.js';
import { runProcess } from './process.js';
import { makeTracer } from './tracer.js';

runProcess(ClientConfigC, async (c) => {
  const logger = makeLogger({ name: c.name, level: c.logLevel, file: c.logFile });
  const started = await runClient(c, { world: NODE_WORLD, logger, trace: makeTracer(c.traceFile, c.name) });
  return E.map(({ port }: RunningClient) => ({ port }))(started);
});

/** The program of a client process; the master starts it and tells it what to put and get. */
import { NODE_WORLD } from '../ports/node-network.js';
import { runClient } from './client-program.js';
import { ClientConfigC } from './config.js';
import { makeLogger } from './logger.js';
import { runProcess } from './process.js';
import { makeTracer } from './tracer.js';

runProcess(ClientConfigC, (c) =>
  runClient(c, {
    world: NODE_WORLD,
    logger: makeLogger({ name: c.name, level: c.logLevel, file: c.logFile }),
    trace: makeTracer(c.traceFile, c.name),
  }),
);

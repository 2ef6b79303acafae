/** The programs of a simulated cluster: the server and the client that ship, with tracers in memory. */
import * as E from 'fp-ts/lib/Either.js';
import type { TraceBody, TraceEvent } from '#bayou/core/trace.js';
import type { ReplicaOptions } from '#bayou/impl/replica.js';
import type { ProgramKind } from '#bayou/master/processes.js';
import { runClient, type RunningClient } from '#bayou/net/client-program.js';
import type { ClientConfig, ServerConfig } from '#bayou/net/process-config.js';
import type { Logger } from '#bayou/net/logger.js';
import { runServer } from '#bayou/net/server-program.js';
import type { RunningServer } from '#bayou/net/server.js';
import type { Tracer } from '#bayou/net/tracer.js';
import type { Life } from './life.js';
import type { Program } from './simulated-processes.js';
import type { Environment } from './simulation.js';

/** Is told of the processes' events, and of servers that have started. */
export interface Recorder {
  readonly onEvent: (event: TraceEvent) => void;
  readonly onServer: (name: string, server: RunningServer) => void;
  readonly onClient?: (client: RunningClient) => void;
  /** A server has cut off a party for a message that no honest process sends. */
  readonly onFault: (line: string) => void;
}

/** A tracer in memory. A dead process writes nothing. */
export const tracerOf = (name: string, life: Life, say: (line: string) => void, recorder: Recorder): Tracer => {
  let n = 0;
  return (body: TraceBody) => {
    life.mustLive('trace');
    const event = { p: name, n: n++, ...body };
    say(JSON.stringify(body));
    recorder.onEvent(event);
  };
};

/** A server's line on a party that it cut off for a dishonest message. Half a frame is no such message: the death of an honest process, or the network, may cut a frame off. */
const DISHONEST = /was cut off: it sent (?!half a frame)/;

const loggerOf = ({ name, say }: Environment, recorder: Recorder | undefined): Logger => {
  const line = (level: string) => (text: string) => say(`${level} ${text}`);
  const warn = (text: string): void => {
    say(`warn ${text}`);
    if (DISHONEST.test(text)) recorder?.onFault(`${name}: ${text}`);
  };
  return { debug: () => undefined, info: line('info'), warn, error: line('error') };
};

/** The programs by kind. `lifeOf`: the life of a process by its name. `recorder` undefined: no events are recorded. `replica`: faults to put into the servers. */
export const programsOf = (
  lifeOf: (name: string) => Life,
  recorder: Recorder | undefined,
  replica?: ReplicaOptions,
): Readonly<Record<ProgramKind, Program>> => {
  const belongings = (environment: Environment, name: string) => ({
    world: environment.world,
    logger: loggerOf(environment, recorder),
    trace: recorder === undefined ? undefined : tracerOf(name, lifeOf(name), environment.say, recorder),
  });
  return {
    server: async (environment, given) => {
      const config = given as ServerConfig;
      const { files, openDatabase, machineId, bootId } = environment;
      const disk = { files, openDatabase, machineId, bootId };
      const started = await runServer(config, { ...belongings(environment, config.name), replica }, disk);
      if (E.isLeft(started)) return started;
      recorder?.onServer(config.name, started.right);
      return E.right({ port: started.right.address.port });
    },
    client: async (environment, given) => {
      const started = await runClient(given as ClientConfig, belongings(environment, given.name));
      if (E.isLeft(started)) return started;
      recorder?.onClient?.(started.right);
      return E.right({ port: started.right.port });
    },
  };
};

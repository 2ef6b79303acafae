/** A cluster in a simulated world, with the master that drives it. */
import type { NodeId } from '#bayou/core/ids.js';
import type { ReplicaOptions } from '#bayou/impl/replica.js';
import { makeCluster, type Cluster, type ClusterOptions } from '#bayou/master/cluster.js';
import type { ProgramKind, Starter } from '#bayou/master/processes.js';
import { makeTopology } from '#bayou/master/topology.js';
import type { Tracer } from '#bayou/net/tracer.js';
import type { Life } from './life.js';
import { simulatedStarter, type StarterOptions } from './simulated-processes.js';
import { programsOf, tracerOf, type Recorder } from './programs.js';
import type { Environment, Machine, RunningProcess, Simulation } from './simulation.js';

/** The folder below which each server has its log. */
export const DATA = '/data';

/** The parts of a simulated cluster. */
export interface SimulatedClusterOptions {
  readonly simulation: Simulation;
  /** The environment of the master's process. */
  readonly environment: Environment;
  readonly life: Life;
  readonly recorder: Recorder;
  /** Faults to put into the servers; default: none. */
  readonly replica?: ReplicaOptions | undefined;
  readonly onStart: NonNullable<StarterOptions['onStart']>;
  readonly onDeath: ClusterOptions['onDeath'];
  readonly settings: Pick<ClusterOptions, 'fsync' | 'antiEntropyMs' | 'timeoutMs'>;
}

/** A cluster without processes yet. */
export interface SimulatedCluster {
  readonly starter: Starter;
  readonly cluster: Cluster;
  /** The master's tracer. */
  readonly tracer: Tracer;
  /** The processes that were started, by their names; a test may add its own. */
  readonly running: Map<string, RunningProcess>;
}

/** Each process has a machine of its own, by its id. */
export const machineOf = (simulation: Simulation, kind: ProgramKind, id: NodeId): Machine =>
  simulation.machine(`${kind === 'server' ? 's' : 'c'}${id}`);

/** The machines of the servers and clients that there are. */
export const machinesOf = ({ topology }: Cluster): ReadonlyArray<string> => {
  const servers = topology.liveServers();
  const clients = new Set(servers.flatMap((id) => topology.clientsOf(id)));
  return [...servers.map((id) => `s${id}`), ...[...clients].map((id) => `c${id}`)];
};

/** The options of a plan's replicas. `partWrites`: the most writes of an answer to a pull; 0: as many as the shipped server's. `faults`: those that a test puts in. */
export const replicaOf = (partWrites: number, faults: ReplicaOptions | undefined): ReplicaOptions => ({
  ...(partWrites > 0 && { part: { writes: partWrites, bytes: Infinity } }),
  ...faults,
});

/** Makes a cluster without processes. */
export const simulatedCluster = (o: SimulatedClusterOptions): SimulatedCluster => {
  const { simulation, environment, life, recorder, settings } = o;
  const running = new Map<string, RunningProcess>();
  const starter = simulatedStarter({
    simulation,
    master: life,
    programs: programsOf((name) => running.get(name)!.life, recorder, o.replica),
    machineOf: (kind, { id }) => machineOf(simulation, kind, id),
    onStart: (kind, config, started) => {
      running.set(config.name, started);
      o.onStart(kind, config, started);
    },
  });
  const cluster = makeCluster(starter, makeTopology(), {
    host: '127.0.0.1',
    ports: null,
    dataDir: DATA,
    logLevel: 'info',
    logFile: null,
    traceFileOf: () => null,
    ...settings,
    world: environment.world,
    onDeath: o.onDeath,
  });
  return { starter, cluster, running, tracer: tracerOf('master', life, environment.say, recorder) };
};

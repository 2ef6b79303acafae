/**
 * The simulated cluster's speed: virtual against processor time, and events a minute, with five servers and five clients that ship, by what they do.
 *
 * `npm run bench:simulation` (`-- --write` puts the table into docs/figures.md).
 */
import * as E from 'fp-ts/lib/Either.js';
import { makeCluster, type Cluster } from '#bayou/master/cluster.js';
import { makeTopology } from '#bayou/master/topology.js';
import type { World } from '#bayou/ports/ports.js';
import { simulatedStarter } from '../conformance/simulation/simulated-processes.js';
import { programsOf } from '../conformance/simulation/programs.js';
import { Simulation, type RunningProcess } from '../conformance/simulation/simulation.js';
import { WorldTrace } from '../conformance/simulation/world-trace.js';
import { figure, machine, median, table, writeSection } from './support/table.js';

const SERVERS = [0, 1, 2, 3, 4];
const CLIENTS = [10, 11, 12, 13, 14];
const RUNS = 3;
const LIMITS = { events: 100_000_000, untilUs: 10 ** 12 };

/** How much the clients ask, and for how long. */
interface Load {
  readonly name: string;
  /** How long a client waits after each answer, in ms; undefined: they do nothing. */
  readonly thinkMs: number | undefined;
  readonly antiEntropyMs: number;
  /** For how long, in ms of the world. */
  readonly forMs: number;
}

const LOADS: ReadonlyArray<Load> = [
  { name: 'nobody asks; pulls every 250 ms', thinkMs: undefined, antiEntropyMs: 250, forMs: 60_000 },
  {
    name: 'each client waits a second between two operations; pulls every 250 ms',
    thinkMs: 1_000,
    antiEntropyMs: 250,
    forMs: 60_000,
  },
  { name: 'each waits 100 ms', thinkMs: 100, antiEntropyMs: 250, forMs: 20_000 },
  { name: 'each asks as fast as it is answered', thinkMs: 0, antiEntropyMs: 250, forMs: 1_000 },
];

const must = <A>(result: E.Either<string, A>): A => {
  if (E.isLeft(result)) throw new Error(result.left);
  return result.right;
};

const thinks = ({ timers }: World, ms: number): Promise<void> =>
  ms === 0 ? Promise.resolve() : new Promise((resolve) => timers.after(ms, resolve));

/** One client puts and gets until the time is over. */
const work = async (cluster: Cluster, world: World, client: number, thinkMs: number, isOver: () => boolean): Promise<void> => {
  for (let i = 0; !isOver(); i++) {
    if (i % 2 === 0) must(await cluster.put(client, `key${i % 7}`, `value ${client} ${i}`));
    else must(await cluster.get(client, `key${i % 7}`));
    await thinks(world, thinkMs);
  }
};

interface Measured {
  readonly events: number;
  readonly simulatedMs: number;
  readonly processorMs: number;
}

const measure = async ({ thinkMs, antiEntropyMs, forMs }: Load): Promise<Measured> => {
  const simulation = new Simulation({ seed: 1, trace: new WorldTrace() });
  const running = new Map<string, RunningProcess>();
  const progress = { isReady: false, isOver: false };
  const main = async (world: World): Promise<void> => {
    const starter = simulatedStarter({
      simulation,
      master: master.life,
      programs: programsOf((name) => running.get(name)!.life, undefined),
      machineOf: (kind, { id }) => simulation.machine(`${kind} ${id}`),
      onStart: (_kind, { name }, started) => running.set(name, started),
    });
    const cluster = makeCluster(starter, makeTopology(), {
      host: '127.0.0.1',
      ports: null,
      dataDir: '/data',
      logLevel: 'warn',
      logFile: null,
      traceFileOf: () => null,
      fsync: false,
      antiEntropyMs,
      timeoutMs: 5_000,
      world,
      onDeath: () => undefined,
    });
    for (const id of SERVERS) must(await cluster.joinServer(id));
    for (const id of CLIENTS) must(await cluster.joinClient(id, id % SERVERS.length));
    progress.isReady = true;
    if (thinkMs !== undefined) await Promise.all(CLIENTS.map((id) => work(cluster, world, id, thinkMs, () => progress.isOver)));
  };
  const master = simulation.start(simulation.machine('master'), 'master', ({ world }) => main(world));
  await simulation.run(() => progress.isReady, LIMITS);
  const before = { events: simulation.scheduler.events, us: simulation.scheduler.nowUs, cpu: process.cpuUsage() };
  await simulation.run(() => false, { ...LIMITS, untilUs: before.us + forMs * 1000 });
  const { user, system } = process.cpuUsage(before.cpu);
  progress.isOver = true;
  for (const { error, life } of simulation.scheduler.crashes) throw new Error(`${life} ended by itself`, { cause: error });
  return {
    events: simulation.scheduler.events - before.events,
    simulatedMs: (simulation.scheduler.nowUs - before.us) / 1000,
    processorMs: (user + system) / 1000,
  };
};

const rows: string[][] = [];
for (const load of LOADS) {
  const runs: Measured[] = [];
  for (let run = 0; run < RUNS; run++) runs.push(await measure(load));
  const of = (value: (m: Measured) => number): string => figure(median(runs.map(value)));
  rows.push([
    load.name,
    of((m) => m.simulatedMs / m.processorMs),
    of((m) => (m.events / m.processorMs) * 60_000),
    of((m) => (m.events / m.simulatedMs) * 1000),
  ]);
}
const text = table(
  ['what the five clients do', 'simulated : processor time', 'events a minute', 'events in a simulated second'],
  rows,
);
process.stdout.write(`${text}\n`);
if (process.argv.includes('--write'))
  writeSection('docs/figures.md', 'simulation', `${machine()}; medians of ${RUNS} runs; \`npm run bench:simulation\`\n\n${text}`);

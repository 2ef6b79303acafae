/**
 * Sessions of the library in a simulated world: what `connect` gives to programs, the same code, with the world as a port. They put and get, many at once, end, break off, and go on from tokens
 * old and new, while servers are killed and come back and links are cut. The soak does this with real servers; here the seed repeats what came of it. Judged by the soak's judge, which
 * knows no line of the model, and by a look into all replicas. The model does not follow: its clients are the master's.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { NodeId } from '#bayou/core/ids.js';
import { liveWritesOf, type ReplicaOptions } from '#bayou/impl/replica.js';
import { connectIn } from '#bayou/library.js';
import type { Cluster } from '#bayou/master/cluster.js';
import type { RunningServer } from '#bayou/net/server.js';
import { type Chance, chanceOf } from '../common/seeded-chance.js';
import { nameIn } from '../soak/put-values.js';
import { type Judged, SoakJudge, type Store } from '../soak/soak-judge.js';
import { startWriters, type Writers } from '../soak/writers.js';
import { Insight } from './inside.js';
import { NO_LINK_FAULTS, type LinkFaults } from './link-faults.js';
import { simulatedCluster } from './simulated-cluster.js';
import { type Environment, Simulation } from './simulation.js';
import { mendWorld } from './world-faults.js';
import { Trace } from './world-trace.js';

/** What came of a run. */
export interface LibraryRun {
  /** What was wrong, a line each. */
  readonly failures: ReadonlyArray<string>;
  readonly judged: Readonly<Judged>;
  /** How sessions began: anew, or from which tokens. */
  readonly sessions: Writers['counts'];
  readonly hurts: Readonly<Record<HurtKind, number>>;
  readonly events: number;
  readonly trace: Trace;
}

type HurtKind = 'kill' | 'cut' | 'reset' | 'pause' | 'power';

const SERVERS: ReadonlyArray<NodeId> = [0, 1, 2];
/** Where the sessions are. */
const HOME = 'sessions';
const ACTORS = 2;
const HURTS = 8;
const CALM_AFTER = 4;
const LIMITS = { events: 3_000_000, untilUs: 1_800_000_000 };
const FAULTY: LinkFaults = {
  ...NO_LINK_FAULTS,
  ...{ leastUs: 50, moreUs: 2_000, loss: 0.01, split: 0.1, merge: 0.1, cut: 0.002, halfOpen: 0.3 },
};

/** One run under way. */
class Sessions {
  readonly simulation: Simulation;
  readonly judge = new SoakJudge();
  readonly insight = new Insight();
  readonly failures: string[] = [];
  readonly hurts: Record<HurtKind, number> = { kill: 0, cut: 0, reset: 0, pause: 0, power: 0 };
  counts: Writers['counts'] = { fresh: 0, latest: 0, old: 0, twice: 0, crashed: 0 };
  readonly #seed: number;
  readonly #replica: ReplicaOptions | undefined;
  readonly #chance: Chance;
  readonly #fsync: boolean;
  readonly #servers = new Map<NodeId, RunningServer>();
  readonly #ports = new Map<NodeId, number>();
  readonly #dying = new Set<NodeId>();
  #secret = '';
  #isOver = false;

  constructor(seed: number, trace: Trace, replica: ReplicaOptions | undefined) {
    this.#seed = seed;
    this.#replica = replica;
    this.#chance = chanceOf(seed, 1);
    // Without it the death of a machine takes what was acknowledged (R10).
    this.#fsync = this.#chance.percent(30);
    this.simulation = new Simulation({ seed, trace, linkFaults: FAULTY });
    this.simulation.machine('master').isSheltered = true;
  }

  /** Plays it to its end; `environment`: the master's. */
  async play(environment: Environment, life: Parameters<typeof simulatedCluster>[0]['life']): Promise<void> {
    const { simulation, insight } = this;
    const { cluster, starter, running } = simulatedCluster({
      ...{ simulation, environment, life, replica: this.#replica },
      settings: { fsync: this.#fsync, antiEntropyMs: 20, timeoutMs: 5_000 },
      recorder: {
        onEvent: (event) => insight.onEvent(event),
        onServer: (name, server) => {
          insight.onServer(name, server);
          this.#servers.set(server.id, server);
          this.#ports.set(server.id, server.address.port);
        },
        onFault: (line) => this.failures.push(line),
      },
      onStart: (_kind, config, started) => {
        this.#secret = config.secret;
        started.life.onDeath(() => {
          insight.onDeath(config.name);
          this.#servers.delete(config.id);
        });
      },
      onDeath: ({ id }, how) => {
        if (!this.#isOver && !this.#dying.has(id)) this.failures.push(`server ${id} ended by itself: ${how}`);
      },
    });
    for (const id of SERVERS) await this.#join(cluster, id);
    const writers = this.#startWriters(await this.#home());
    this.counts = writers.counts;
    const { timers } = environment.world;
    const sleep = (ms: number): Promise<void> => new Promise((resolve) => timers.after(ms, resolve));
    for (let n = 1; n <= HURTS; n++) {
      await sleep(this.#chance.whole(50, 1_500));
      await this.#hurt(cluster, sleep, (name) => running.get(name));
      if (n % CALM_AFTER === 0) await this.#calm(cluster, writers);
    }
    await writers.stop();
    this.#isOver = true;
    await starter.killAll();
  }

  /** Where a fault stands in its way it is started again, at the latest in the calm. */
  async #join(cluster: Cluster, id: NodeId, isCalm = false): Promise<void> {
    if (!cluster.topology.isLive(id)) {
      const joined = await cluster.joinServer(id);
      if (E.isLeft(joined) && isCalm) this.failures.push(`server ${id} does not start: ${joined.left}`);
    }
    if (cluster.topology.isLive(id)) this.#dying.delete(id);
  }

  /** The process that the sessions are in. */
  #home(): Promise<Environment> {
    return new Promise((resolve) => void this.simulation.start(this.simulation.machine(HOME), HOME, resolve));
  }

  #startWriters({ world }: Environment): Writers {
    const [seed, secret] = [this.#seed, this.#secret];
    const place = {
      connect: (o: Parameters<typeof connectIn>[1]) => connectIn(world, o),
      sleep: (ms: number): Promise<void> => new Promise((resolve) => void world.timers.after(ms, resolve)),
    };
    return startWriters({
      judge: this.judge,
      seed,
      secret,
      actors: ACTORS,
      servers: SERVERS,
      portOf: (id) => this.#ports.get(id)!,
      place,
    });
  }

  async #hurt(
    cluster: Cluster,
    sleep: (ms: number) => Promise<void>,
    runningOf: (name: string) => ReturnType<Simulation['start']> | undefined,
  ): Promise<void> {
    const [chance, { network }] = [this.#chance, this.simulation];
    const id = chance.pick(SERVERS.filter((server) => cluster.topology.isLive(server)));
    const other = chance.pick([HOME, ...SERVERS.filter((server) => server !== id).map((server) => `s${server}`)]);
    const what = chance.pick<HurtKind>(['kill', 'kill', 'cut', 'reset', 'pause', ...(this.#fsync ? ['power' as const] : [])]);
    this.hurts[what]++;
    const process = runningOf(cluster.processOf(id)?.name ?? '');
    switch (what) {
      case 'kill':
      case 'power':
        this.#dying.add(id);
        if (what === 'power' && process !== undefined) {
          this.simulation.powerOff(process.machine);
          this.simulation.powerOn(process.machine);
        }
        await cluster.killServer(id);
        this.#servers.delete(id);
        await sleep(chance.whole(0, 800));
        await this.#join(cluster, id);
        return;
      case 'cut':
        network.cut(`s${id}`, other);
        if (chance.percent(50)) network.cut(other, `s${id}`);
        return;
      case 'reset':
        network.reset(`s${id}`, other);
        return;
      case 'pause':
        process?.pause();
        await sleep(chance.whole(1, 3_000));
        process?.goOn();
        return;
    }
  }

  /** Nobody asks, all is mended, and all servers have everything that was acknowledged. */
  async #calm(cluster: Cluster, writers: Writers): Promise<void> {
    const { network } = this.simulation;
    mendWorld(this.simulation);
    network.linkFaults = NO_LINK_FAULTS;
    await writers.pause();
    for (const id of SERVERS) await this.#join(cluster, id, true);
    const settled = await cluster.stabilize();
    if (E.isLeft(settled)) this.failures.push(`in the calm: ${settled.left}`);
    const stores = [...this.#servers].map(([id, { inside }]): readonly [NodeId, Store] => [
      id,
      new Map(liveWritesOf(inside.replica).map(({ key, value, t, r }) => [key, { value: nameIn(value), stamp: { t, r } }])),
    ]);
    this.judge.final(new Map(stores));
    network.linkFaults = FAULTY;
    writers.resume();
  }
}

/** Runs the sessions of a seed; `replica`: faults to put into the servers. */
export const runLibrary = async (seed: number, replica?: ReplicaOptions): Promise<LibraryRun> => {
  const trace = new Trace();
  const run = new Sessions(seed, trace, replica);
  const { simulation, failures, insight, judge } = run;
  const { scheduler } = simulation;
  const state = { isDone: false };
  const master = simulation.start(simulation.machine('master'), 'master-1', (environment) => {
    void run
      .play(environment, master.life)
      .catch((error: unknown) => failures.push(error instanceof Error ? (error.stack ?? error.message) : String(error)))
      .finally(() => (state.isDone = true));
  });
  const isWrong = (): boolean => judge.faults.length > 0 || insight.violations.length > 0;
  const end = await simulation.run(() => state.isDone || isWrong(), LIMITS);
  if (end !== 'done') failures.push(`the run does not come to its end (${end})`);
  return {
    failures: [
      ...insight.violations,
      ...judge.faults.map(({ kind, why }) => `${kind}: ${why}`),
      ...scheduler.crashes.map(({ life, error }) => `${life} did not catch ${String(error)}`),
      ...failures,
    ],
    judged: judge.judged,
    sessions: run.counts,
    hurts: run.hurts,
    events: scheduler.events,
    trace,
  };
};

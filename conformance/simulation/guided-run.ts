/**
 * Runs that the model guides: a simulated cluster is led along a path of a bounded configuration's graph. Each step is done over the cluster's sockets, by the master's commands or, a
 * single pull, as its servers do in the background; after each the abstraction function says which state of the model the cluster is in, and that must be where the step leads. So each
 * transition that a run passes was taken by the processes that ship, with their connections and logs.
 */
import { counted } from '#bayou/core/counted.js';
import type { NodeId } from '#bayou/core/ids.js';
import { parseLine } from '#bayou/core/script.js';
import * as t from 'io-ts/lib/index.js';
import type { TraceEvent } from '#bayou/core/trace.js';
import type { ScriptReader } from '#bayou/master/lines.js';
import { runScript } from '#bayou/master/run.js';
import { Abstraction } from './cluster-abstraction.js';
import { simulatedCluster, type SimulatedCluster } from './simulated-cluster.js';
import { idOf, labelOf, Led } from './leading.js';
import type { Step } from './model-graph.js';
import type { Situations } from './situations.js';
import { Insight } from './inside.js';
import type { Life } from './life.js';
import type { Random } from './seeded-streams.js';
import type { SimulatedRun } from './simulated-run.js';
import { type Environment, Simulation } from './simulation.js';
import { Trace } from './world-trace.js';
import { NO_NETWORK_FAULTS, type NetworkFaults } from './network-faults.js';

/** Chooses what is done next, a deed with these contents; undefined: the run is over. */
export type Choose = (contents: number, cost: (deed: number) => number) => number | undefined;

/** Leads along a path. */
export const along = (deeds: ReadonlyArray<number>): Choose => {
  let next = 0;
  return () => deeds[next++];
};

/** What a guided run left. */
export interface GuidedRun extends Pick<SimulatedRun, 'days' | 'lossy' | 'trace' | 'events' | 'simulatedMs'> {
  /** The deeds that it has done, in order. */
  readonly path: ReadonlyArray<number>;
  /** What must not be: the cluster is not where the step leads, a command fails, a look inside finds something. */
  readonly failures: ReadonlyArray<string>;
}

/** Decodes a {@link GuidedPlan}. */
export const GuidedPlanC = t.readonly(
  t.strict(
    {
      /** The configuration through whose graph it was led. */
      configuration: t.UnknownRecord,
      seed: t.number,
      /** The deeds, by their numbers, and for readers as the model names them. */
      deeds: t.readonlyArray(t.number),
      steps: t.readonlyArray(t.string),
    },
    'GuidedPlan',
  ),
);

/** A guided run, written down to be done again. */
export type GuidedPlan = t.TypeOf<typeof GuidedPlanC>;

/** The network of a guided run: fine, and its segments cut and merged as chance will; nothing that makes an outcome unknown. */
const networkFaultsOf = (random: Random): NetworkFaults => ({
  ...NO_NETWORK_FAULTS,
  moreUs: random.pick([100, 100, 2_000]),
  split: random.pick([0, 0, 0.2]),
  merge: random.pick([0, 0, 0.2]),
});

/** How far a run may go. */
const LIMITS = { events: 300_000, untilUs: 600_000_000 };

/** A cluster on its way through a graph. */
class Walk {
  readonly simulation: Simulation;
  readonly events: TraceEvent[] = [];
  readonly failures: string[] = [];
  readonly path: number[] = [];
  readonly insight = new Insight();
  readonly #situations: Situations;
  readonly #choose: Choose;
  readonly #seed: number;
  readonly #led: Led;
  readonly #abstraction: Abstraction;
  /** Lines of the script that come before the next deed is chosen. */
  readonly #lines: string[];
  #lineNumber = 0;
  /** The deed that is being done, or to which the cluster is led; undefined: none was chosen yet. */
  #deed: number | undefined;
  /** Is the cluster in the situation in which that is done? */
  #isThere = true;
  /** What the last command printed. */
  #printed: string | undefined;
  #isDone = false;

  constructor(situations: Situations, seed: number, choose: Choose, trace: Trace) {
    this.#situations = situations;
    this.#choose = choose;
    this.#seed = seed;
    this.simulation = new Simulation({ seed, trace });
    this.simulation.network.networkFaults = networkFaultsOf(this.simulation.random('guide'));
    this.#led = new Led(situations);
    this.#abstraction = new Abstraction(situations.graph);
    this.#lines = [...this.#led.beginning()];
  }

  /** Walks until nothing more is chosen, or something is wrong. Rejects where the signal comes first. */
  async run(signal: AbortSignal | undefined): Promise<void> {
    const { simulation } = this;
    simulation.machine('master').isSheltered = true;
    const master = simulation.start(simulation.machine('master'), 'master-1', (environment) => {
      void this.#play(environment, master.life).catch((error: unknown) => {
        this.#fail(`the master: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
        this.#isDone = true;
      });
    });
    const isOver = (): boolean => this.#isDone || this.insight.violations.length > 0 || signal?.aborted === true;
    const end = await simulation.run(isOver, LIMITS);
    signal?.throwIfAborted();
    if (end !== 'done') this.#fail(`the run does not come to its end (${end})`);
    for (const machine of simulation.machines.values())
      for (const { life } of [...machine.running]) life.die('the end of the run');
  }

  #fail(what: string): void {
    const where = this.#isThere ? (deed: number) => labelOf(this.#situations, deed) : () => 'on the way to the next';
    const during = this.#deed === undefined ? '' : `, ${where(this.#deed)}`;
    this.failures.push(`after ${counted(this.path.length, 'step')}${during}: ${what}`);
  }

  // --- where it is, and where the model says that it is -----------------------------------------------------------------------

  #stepOf(deed: number): Step {
    const { graph, transitionOf } = this.#situations;
    return graph.steps[graph.stepOf[transitionOf[deed]!]!]!;
  }

  #seenOf(deed: number): string | undefined {
    const { graph, transitionOf } = this.#situations;
    return graph.seenOf(transitionOf[deed]!);
  }

  /** Are these slots of the cluster what they are in a situation? */
  #compare(situation: number, slots: ReadonlyArray<number>): void {
    const { graph, stateOf } = this.#situations;
    const { model, localsOf, localOf, valueOf } = graph;
    const locals = localsOf(stateOf[situation]!);
    for (const slot of slots) {
      const text = this.#abstraction.textOf(slot);
      const { kind, name } = model.slots[slot]!;
      if (text !== undefined && localOf(kind, text) !== locals[slot])
        this.#fail(`${name} is ${text}; in the model it is ${model.key?.(kind, valueOf(locals[slot]!) as never) ?? ''}`);
    }
    this.#led.arrive(situation);
  }

  /** The lines before were done: is the cluster where they lead? */
  #arrive(deed: number): void {
    const { from, to, graph } = this.#situations;
    if (!this.#isThere) {
      this.#compare(
        from[deed]!,
        graph.model.slots.map((_, i) => i),
      );
      return;
    }
    const { at, writes, family } = this.#stepOf(deed);
    this.#compare(
      to[deed]!,
      writes.map((w) => at[w]!),
    );
    if (family === 'Get' && this.#printed !== this.#seenOf(deed))
      this.#fail(`the client saw ${this.#printed ?? 'nothing'}; in the model it sees ${this.#seenOf(deed) ?? 'nothing'}`);
    if (this.failures.length === 0) this.path.push(deed);
    this.#deed = undefined;
  }

  // --- the script: its lines are made as it goes ------------------------------------------------------------------------------

  readonly #next: ScriptReader['next'] = async () => {
    const { contentsOf, from, to } = this.#situations;
    for (;;) {
      if (this.failures.length > 0) return undefined;
      const line = this.#lines.shift();
      if (line !== undefined) return { number: ++this.#lineNumber, line: parseLine(line) };
      if (this.#deed !== undefined) this.#arrive(this.#deed);
      if (this.failures.length > 0) return undefined;
      const deed = (this.#deed ??= this.#choose(contentsOf[this.#led.situation]!, (d) => this.#led.costOf(d)));
      if (deed === undefined) return undefined;
      this.#isThere = this.#led.situation === from[deed];
      this.#printed = undefined;
      const { family, args } = this.#stepOf(deed);
      if (!this.#isThere) this.#lines.push(...this.#led.linesTo(from[deed]!));
      else if (family === 'Pull') await this.#pull(idOf(args[0]!), idOf(args[1]!));
      else this.#lines.push(...this.#led.linesOf(this.#stepOf(deed), to[deed]!));
    }
  };

  /** A single pull, as a server does it in the background. */
  #pull(puller: NodeId, peer: NodeId): Promise<void> {
    return new Promise((resolve) => {
      const server = this.#abstraction.serverOf(puller)!;
      this.simulation.scheduler.after(0, undefined, `s${puller} pulls from s${peer}`, () => {
        void server.pull(peer).then((isWhole) => {
          if (!isWhole) this.#fail('not all came');
          resolve();
        });
      });
    });
  }

  // --- the cluster ------------------------------------------------------------------------------------------------------------

  #onEvent(event: TraceEvent): void {
    this.events.push(event);
    this.insight.onEvent(event);
    if (event.type !== 'result') return;
    this.#printed = event.output.join() || this.#printed;
    const seen = this.#deed === undefined ? undefined : this.#seenOf(this.#deed);
    for (const error of event.errors) if (!isMeant(seen, error)) this.#fail(error);
  }

  #cluster(environment: Environment, life: Life): SimulatedCluster {
    const { simulation, insight } = this;
    const abstraction = this.#abstraction;
    return simulatedCluster({
      ...{ simulation, environment, life },
      recorder: {
        onEvent: (event) => this.#onEvent(event),
        onServer: (name, server) => {
          insight.onServer(name, server);
          abstraction.onServer(server);
        },
        onClient: abstraction.onClient,
        onFault: (line) => this.#fail(line),
      },
      onStart: (kind, config, started) => {
        started.life.onDeath(() => {
          insight.onDeath(config.name);
          if (kind === 'server') abstraction.onDeath(config.id);
        });
      },
      onDeath: ({ role, id }, how) => {
        if (!this.#isDone) this.#fail(`${role} ${id} ended by itself: ${how}`);
      },
      settings: { fsync: this.#seed % 2 === 0, antiEntropyMs: 0, timeoutMs: 5_000 },
    });
  }

  /** The master's part: it plays the script. */
  async #play(environment: Environment, life: Life): Promise<void> {
    const { starter, cluster, tracer } = this.#cluster(environment, life);
    await runScript({
      reader: { next: this.#next, ahead: () => [], stop: () => undefined },
      ...{ cluster, starter, trace: tracer, clock: environment.world.clock },
      print: (text) => environment.say(`> ${text.trimEnd()}`),
      complain: (text) => environment.say(`! ${text}`),
    });
    this.#isDone = true;
    await starter.killAll();
  }
}

/** Leads a cluster through a graph. The run is by the seed and by what is chosen. Rejects where the signal comes first. */
export const guide = async (
  situations: Situations,
  seed: number,
  choose: Choose,
  { keep = false, signal }: { readonly keep?: boolean; readonly signal?: AbortSignal | undefined } = {},
): Promise<GuidedRun> => {
  const trace = new Trace(keep);
  const walk = new Walk(situations, seed, choose, trace);
  await walk.run(signal);
  const { simulation, insight, events, failures, path } = walk;
  const { scheduler } = simulation;
  const crashes = scheduler.crashes.map(({ life, error }) => `${life} did not catch ${String(error)}`);
  return {
    ...{ days: [events], lossy: new Set(), path, trace, failures: [...insight.violations, ...crashes, ...failures] },
    events: scheduler.events,
    simulatedMs: Math.round(scheduler.nowUs / 1000),
  };
};

/** A put that is refused is an error to the master, and what the model says. */
const isMeant = (seen: string | undefined, error: string): boolean => seen !== undefined && error.includes(seen);

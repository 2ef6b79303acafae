/**
 * Runs that the model guides: a simulated cluster is led along a path of a bounded configuration's graph. The master's commands do each step over the cluster's sockets; a single pull is
 * done as servers do it in the background. After each step the abstraction function returns the model's state of the cluster, which must be the step's target. So the code that ships
 * has taken each transition of the path, with its connections and logs.
 */
import { counted } from '#bayou/core/counted.js';
import type { NodeId } from '#bayou/core/ids.js';
import { parseLine } from '#bayou/core/script.js';
import * as t from 'io-ts/lib/index.js';
import { stackOf } from '#bayou/core/errors.js';
import type { TraceEvent } from '#bayou/core/trace.js';
import type { ScriptReader } from '#bayou/master/lines.js';
import { runScript } from '#bayou/master/run.js';
import { Abstraction } from './cluster-abstraction.js';
import { simulatedCluster, type SimulatedCluster } from './simulated-cluster.js';
import { idOf, labelOf, LedCluster } from './leading.js';
import type { GraphStep } from './model-graph.js';
import type { Situations } from './situations.js';
import { Insight } from './inside.js';
import type { Life } from './life.js';
import type { RandomStream } from './seeded-streams.js';
import type { SimulatedRun } from './simulated-run.js';
import { type Environment, Simulation } from './simulation.js';
import { WorldTrace } from './world-trace.js';
import { NO_NETWORK_FAULTS, type NetworkFaults } from './network-faults.js';

/** Chooses the next deed, one that is possible with these contents; undefined: the run is over. */
export type DeedChoice = (contents: number, cost: (deed: number) => number) => number | undefined;

/** Chooses the deeds of a path, in order. */
export const along = (deeds: ReadonlyArray<number>): DeedChoice => {
  let next = 0;
  return () => deeds[next++];
};

/** A finished guided run. */
export interface GuidedRun extends Pick<SimulatedRun, 'days' | 'lossy' | 'trace' | 'events' | 'simulatedMs'> {
  /** The deeds that it has done, in order. */
  readonly path: ReadonlyArray<number>;
  /** The failures: the cluster is not in the step's target, a command fails, or a look inside finds a violation. */
  readonly failures: ReadonlyArray<string>;
}

/** Decodes a {@link GuidedPlan}. */
export const GuidedPlanC = t.readonly(
  t.strict(
    {
      /** The configuration through whose graph the run was led. */
      configuration: t.UnknownRecord,
      seed: t.number,
      /** The deeds, by their numbers, and for readers as the model names them. */
      deeds: t.readonlyArray(t.number),
      steps: t.readonlyArray(t.string),
    },
    'GuidedPlan',
  ),
);

/** A guided run, written down so that it can be repeated. */
export type GuidedPlan = t.TypeOf<typeof GuidedPlanC>;

/** The network faults of a guided run: segments are split and merged at random. No fault makes an outcome unknown. */
const networkFaultsOf = (random: RandomStream): NetworkFaults => ({
  ...NO_NETWORK_FAULTS,
  moreUs: random.pick([100, 100, 2_000]),
  split: random.pick([0, 0, 0.2]),
  merge: random.pick([0, 0, 0.2]),
});

/** The limits of a run. */
const LIMITS = { events: 300_000, untilUs: 600_000_000 };

/** A cluster on its way through a graph. */
class Walk {
  readonly simulation: Simulation;
  readonly events: TraceEvent[] = [];
  readonly failures: string[] = [];
  readonly path: number[] = [];
  readonly insight = new Insight();
  readonly #situations: Situations;
  readonly #choose: DeedChoice;
  readonly #seed: number;
  readonly #led: LedCluster;
  readonly #abstraction: Abstraction;
  /** Lines of the script that come before the next deed is chosen. */
  readonly #lines: string[];
  #lineNumber = 0;
  /** The deed that is under way, or to whose situation the cluster is led; undefined: none was chosen yet. */
  #deed: number | undefined;
  /** Is the cluster in the situation in which the deed is done? */
  #isThere = true;
  /** The output of the last command. */
  #printed: string | undefined;
  #isDone = false;

  constructor(situations: Situations, seed: number, choose: DeedChoice, trace: WorldTrace) {
    this.#situations = situations;
    this.#choose = choose;
    this.#seed = seed;
    this.simulation = new Simulation({ seed, trace });
    this.simulation.network.networkFaults = networkFaultsOf(this.simulation.random('guide'));
    this.#led = new LedCluster(situations);
    this.#abstraction = new Abstraction(situations.graph);
    this.#lines = [...this.#led.beginning()];
  }

  /** Walks until no deed is chosen, or a failure is found. Rejects where the signal comes first. */
  async run(signal: AbortSignal | undefined): Promise<void> {
    const { simulation } = this;
    simulation.machine('master').isSheltered = true;
    const master = simulation.start(simulation.machine('master'), 'master-1', (environment) => {
      void this.#play(environment, master.life).catch((error: unknown) => {
        this.#fail(`the master: ${stackOf(error)}`);
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

  // --- comparing the cluster with the model -----------------------------------------------------------------------------------

  #stepOf(deed: number): GraphStep {
    const { graph, transitionOf } = this.#situations;
    return graph.steps[graph.stepOf[transitionOf[deed]!]!]!;
  }

  #seenOf(deed: number): string | undefined {
    const { graph, transitionOf } = this.#situations;
    return graph.seenOf(transitionOf[deed]!);
  }

  /** Compares these slots of the cluster with a situation's; notes a failure where they differ. */
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

  /** The deed's lines were done: compares the cluster with their target. */
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

  /** Does a single pull, as a server does it in the background. */
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
      simulation,
      environment,
      life,
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

  /** The master's program: it plays the script. */
  async #play(environment: Environment, life: Life): Promise<void> {
    const { starter, cluster, tracer } = this.#cluster(environment, life);
    await runScript({
      reader: { next: this.#next, ahead: () => [], stop: () => undefined },
      cluster,
      starter,
      trace: tracer,
      clock: environment.world.clock,
      print: (text) => environment.say(`> ${text.trimEnd()}`),
      complain: (text) => environment.say(`! ${text}`),
    });
    this.#isDone = true;
    await starter.killAll();
  }
}

/** Leads a cluster through a graph. The seed and the chosen deeds decide the run. Rejects where the signal comes first. */
export const guide = async (
  situations: Situations,
  seed: number,
  choose: DeedChoice,
  { keep = false, signal }: { readonly keep?: boolean; readonly signal?: AbortSignal | undefined } = {},
): Promise<GuidedRun> => {
  const trace = new WorldTrace(keep);
  const walk = new Walk(situations, seed, choose, trace);
  await walk.run(signal);
  const { simulation, insight, events, failures, path } = walk;
  const { scheduler } = simulation;
  return {
    days: [events],
    lossy: new Set(),
    path,
    trace,
    failures: [...insight.violations, ...scheduler.uncaught(), ...failures],
    events: scheduler.events,
    simulatedMs: Math.round(scheduler.nowUs / 1000),
  };
};

/** Is this error the outcome that the model has? A refused put is an error for the master. */
const isMeant = (seen: string | undefined, error: string): boolean => seen !== undefined && error.includes(seen);

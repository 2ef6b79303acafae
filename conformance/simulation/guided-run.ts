/* eslint-disable max-lines-per-function -- a walk is told from its first step to its last. */
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
import { simulatedCluster } from './simulated-cluster.js';
import { idOf, labelOf, Led } from './leading.js';
import type { Step } from './model-graph.js';
import type { Situations } from './situations.js';
import { Insight } from './inside.js';
import type { Random } from './seeded-streams.js';
import type { SimulatedRun } from './simulated-run.js';
import { type Environment, Simulation } from './simulation.js';
import { Trace } from './world-trace.js';
import { NO_LINK_FAULTS, type LinkFaults } from './link-faults.js';

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
const linkFaultsOf = (random: Random): LinkFaults => ({
  ...NO_LINK_FAULTS,
  moreUs: random.pick([100, 100, 2_000]),
  split: random.pick([0, 0, 0.2]),
  merge: random.pick([0, 0, 0.2]),
});

/** How far a run may go. */
const LIMITS = { events: 300_000, untilUs: 600_000_000 };

/** Leads a cluster through a graph. The run is by the seed and by what is chosen. */
export const guide = async (
  situations: Situations,
  seed: number,
  choose: Choose,
  { keep = false, signal }: { readonly keep?: boolean; readonly signal?: AbortSignal | undefined } = {},
): Promise<GuidedRun> => {
  const { graph, contentsOf, from, to, stateOf, transitionOf } = situations;
  const trace = new Trace(keep);
  const simulation = new Simulation({ seed, trace });
  const random = simulation.random('guide');
  simulation.network.linkFaults = linkFaultsOf(random);
  const [led, insight, abstraction] = [new Led(situations), new Insight(), new Abstraction(graph)];
  const allSlots = graph.model.slots.map((_, i) => i);
  const events: TraceEvent[] = [];
  const failures: string[] = [];
  const path: number[] = [];
  let isDone = false;
  let under: number | undefined;
  /** Is the cluster in the situation in which that is done? */
  let isThere = true;
  let printed: string | undefined;

  const fail = (what: string): void => {
    const during = under === undefined ? '' : `, ${isThere ? labelOf(situations, under) : 'on the way to the next'}`;
    failures.push(`after ${counted(path.length, 'step')}${during}: ${what}`);
  };
  const onEvent = (event: TraceEvent): void => {
    events.push(event);
    insight.onEvent(event);
    if (event.type !== 'result') return;
    printed = event.output.join() || printed;
    for (const error of event.errors) if (!isMeant(under === undefined ? undefined : seenOf(under), error)) fail(error);
  };
  const stepOf = (deed: number): Step => graph.steps[graph.stepOf[transitionOf[deed]!]!]!;
  const seenOf = (deed: number): string | undefined => graph.seenOf(transitionOf[deed]!);

  /** Are these slots of the cluster what they are in a situation? */
  const compare = (situation: number, slots: ReadonlyArray<number>): void => {
    const { model, localsOf, localOf, valueOf: valueAt } = graph;
    const locals = localsOf(stateOf[situation]!);
    for (const slot of slots) {
      const text = abstraction.textOf(slot);
      const { kind, name } = model.slots[slot]!;
      if (text !== undefined && localOf(kind, text) !== locals[slot])
        fail(`${name} is ${text}; in the model it is ${model.key?.(kind, valueAt(locals[slot]!) as never) ?? ''}`);
    }
    led.arrive(situation);
  };

  /** What was under way is done: is the cluster where it leads? */
  const arrive = (deed: number): void => {
    if (!isThere) {
      compare(from[deed]!, allSlots);
      return;
    }
    const { at, writes, family } = stepOf(deed);
    compare(
      to[deed]!,
      writes.map((w) => at[w]!),
    );
    if (family === 'Get' && printed !== seenOf(deed))
      fail(`the client saw ${printed ?? 'nothing'}; in the model it sees ${seenOf(deed) ?? 'nothing'}`);
    if (failures.length === 0) path.push(deed);
    under = undefined;
  };

  const pull = (puller: NodeId, peer: NodeId): Promise<void> =>
    new Promise((resolve) => {
      const server = abstraction.serverOf(puller)!;
      simulation.scheduler.after(0, undefined, `s${puller} pulls from s${peer}`, () => {
        void server.pull(peer).then((isWhole) => {
          if (!isWhole) fail('not all came');
          resolve();
        });
      });
    });

  const lines = [...led.beginning()];
  let number = 0;
  const next: ScriptReader['next'] = async () => {
    for (;;) {
      if (failures.length > 0) return undefined;
      const line = lines.shift();
      if (line !== undefined) return { number: ++number, line: parseLine(line) };
      if (under !== undefined) arrive(under);
      if (failures.length > 0) return undefined;
      under ??= choose(contentsOf[led.situation]!, (deed) => led.costOf(deed));
      if (under === undefined) return undefined;
      isThere = led.situation === from[under];
      printed = undefined;
      const { family, args } = stepOf(under);
      if (!isThere) lines.push(...led.linesTo(from[under]!));
      else if (family === 'Pull') await pull(idOf(args[0]!), idOf(args[1]!));
      else lines.push(...led.linesOf(stepOf(under), to[under]!));
    }
  };

  const play = async (environment: Environment): Promise<void> => {
    const { starter, cluster, tracer } = simulatedCluster({
      simulation,
      environment,
      life: master.life,
      recorder: {
        onEvent,
        onServer: (name, server) => {
          insight.onServer(name, server);
          abstraction.onServer(server);
        },
        onClient: abstraction.onClient,
        onFault: fail,
      },
      onStart: (kind, config, { life }) => {
        life.onDeath(() => {
          insight.onDeath(config.name);
          if (kind === 'server') abstraction.onDeath(config.id);
        });
      },
      onDeath: ({ role, id }, how) => {
        if (!isDone) fail(`${role} ${id} ended by itself: ${how}`);
      },
      settings: { fsync: seed % 2 === 0, antiEntropyMs: 0, timeoutMs: 5_000 },
    });
    await runScript({
      reader: { next, ahead: () => [], stop: () => undefined },
      ...{ cluster, starter, trace: tracer, clock: environment.world.clock },
      print: (text) => environment.say(`> ${text.trimEnd()}`),
      complain: (text) => environment.say(`! ${text}`),
    });
    isDone = true;
    await starter.killAll();
  };

  simulation.machine('master').isSheltered = true;
  const master = simulation.start(simulation.machine('master'), 'master-1', (environment) => {
    void play(environment).catch((error: unknown) => {
      fail(`the master: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      isDone = true;
    });
  });
  const end = await simulation.run(() => isDone || insight.violations.length > 0 || signal?.aborted === true, LIMITS);
  signal?.throwIfAborted();
  if (end !== 'done') fail(`the run does not come to its end (${end})`);
  for (const machine of simulation.machines.values()) for (const { life } of [...machine.running]) life.die('the end of the run');
  const crashes = simulation.scheduler.crashes.map(({ life, error }) => `${life} did not catch ${String(error)}`);
  return {
    ...{ days: [events], lossy: new Set(), path, trace, failures: [...insight.violations, ...crashes, ...failures] },
    events: simulation.scheduler.events,
    simulatedMs: Math.round(simulation.scheduler.nowUs / 1000),
  };
};

/** A put that is refused is an error to the master, and what the model says. */
const isMeant = (seen: string | undefined, error: string): boolean => seen !== undefined && error.includes(seen);

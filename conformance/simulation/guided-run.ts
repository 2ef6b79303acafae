/* eslint-disable max-lines-per-function -- a walk is told from its first step to its last. */
/**
 * Runs that the model guides: a simulated cluster is led along a path of a bounded configuration's graph. Each step is done over the cluster's sockets, by the master's commands or, a
 * single pull, as its servers do in the background; after each the abstraction function says which state of the model the cluster is in, and that must be where the step leads. So each
 * transition that a run passes was taken by the processes that ship, with their connections and logs.
 *
 * What belongs to a step: a put or a get at a server goes to it by the client's links, which are made and cut for that, since clients of the model roam; a server that starts again is
 * linked to all by the master, and is cut off again from those that it was not linked to before anything else is done.
 */
import { isDeepStrictEqual } from 'node:util';
import { counted } from '#bayou/core/counted.js';
import type { NodeId } from '#bayou/core/ids.js';
import { parseLine } from '#bayou/core/script.js';
import type { TraceEvent } from '#bayou/core/trace.js';
import type { ScriptReader } from '#bayou/master/lines.js';
import { runScript } from '#bayou/master/run.js';
import { MASTER_GUARANTEES } from '#bayou/core/session.js';
import { guaranteesOf, type Config } from '#bayou/model/checking/config.js';
import { valueOf } from '#bayou/model/protocol/identity.js';
import type { Server } from '#bayou/model/protocol/server.js';
import type { Session } from '#bayou/model/protocol/session.js';
import { Abstraction } from './cluster-abstraction.js';
import { simulatedCluster } from './simulated-cluster.js';
import type { Graph, Step } from './model-graph.js';
import type { Situations } from './situations.js';
import { Insight } from './inside.js';
import type { Random } from './seeded-streams.js';
import { type Environment, Simulation } from './simulation.js';
import { Trace } from './world-trace.js';
import { NO_LINK_FAULTS, type LinkFaults } from './link-faults.js';

/** Chooses what is done next, a deed with these contents; undefined: the run is over. */
export type Choose = (contents: number, cost: (deed: number) => number) => number | undefined;

/** What a guided run left. */
export interface GuidedRun {
  readonly events: ReadonlyArray<TraceEvent>;
  /** The deeds that it has done, in order. */
  readonly path: ReadonlyArray<number>;
  /** What must not be: the cluster is not where the step leads, a command fails, a look inside finds something. */
  readonly failures: ReadonlyArray<string>;
  readonly trace: Trace;
  readonly worldEvents: number;
  readonly simulatedMs: number;
}

/** The families of steps that a cluster can be led through. */
const FAMILIES = new Set(['Put', 'Get', 'Pull', 'ChangeLink', 'Kill', 'Restart']);

/** Why a simulated cluster cannot be led through this configuration; undefined: it can. */
export const notGuided = ({ steps, config }: Graph): string | undefined => {
  const family = steps.find((step) => !FAMILIES.has(step.family))?.family;
  if (family !== undefined) return `nothing leads a simulated cluster through the model's ${family}`;
  if (config.placement !== 'any') return 'its clients do not roam';
  const isAsMasters = isDeepStrictEqual(guaranteesOf(config, 0), MASTER_GUARANTEES);
  return isAsMasters ? undefined : "its sessions ask for other guarantees than a master's clients do";
};

const idOf = (name: string): NodeId => Number(name.slice(1));

/** The two servers of a link `s0-s1`. */
const endsOf = (link: string): readonly [NodeId, NodeId] => {
  const [a = '', b = ''] = link.split('-');
  return [idOf(a), idOf(b)];
};

/** Where the cluster is, as its master has to know it. */
class Led {
  readonly #situations: Situations;
  readonly #servers: ReadonlyArray<NodeId>;
  readonly #pairs: ReadonlyArray<readonly [NodeId, NodeId]>;
  /** The servers that each client is linked to. */
  readonly #linked = new Map<NodeId, Set<NodeId>>();
  #situation: number;
  #view: View;
  /** How many events it takes from here to other situations with the same contents. */
  readonly #distances = new Map<number, number>();

  constructor(situations: Situations) {
    this.#situations = situations;
    this.#situation = situations.initial;
    this.#view = viewOf(situations, this.#situation);
    this.#servers = Array.from({ length: situations.graph.config.servers }, (_, id) => id);
    this.#pairs = this.#servers.flatMap((a) => this.#servers.filter((b) => b > a).map((b) => [a, b] as const));
  }

  get situation(): number {
    return this.#situation;
  }

  /** The cluster is there now. */
  arrive(situation: number): void {
    if (situation === this.#situation) return;
    this.#situation = situation;
    this.#view = viewOf(this.#situations, situation);
    this.#distances.clear();
  }

  /** The lines that make a cluster which is in the initial situation. */
  beginning(): ReadonlyArray<string> {
    const clients = this.#situations.graph.model.slots.filter(({ kind }) => kind === 'client').map(({ name }) => idOf(name));
    for (const client of clients) this.#linked.set(client, new Set([0]));
    return [
      ...this.#servers.map((id) => `joinServer ${id}`),
      ...this.#pairs.flatMap(([a, b]) => (this.#view.isLinked(a, b) ? [] : [`breakConnection ${a} ${b}`])),
      ...clients.map((client) => `joinClient ${client} 0`),
    ];
  }

  /** The lines that bring the cluster to another situation with the same contents. */
  linesTo(other: number): ReadonlyArray<string> {
    if (other === this.#situation) return [];
    const [now, then] = [this.#view, viewOf(this.#situations, other)];
    const changed = this.#pairs.filter(([a, b]) => now.isLinked(a, b) !== then.isLinked(a, b));
    // A link of a server that is down is changed while it runs.
    const wanted = new Set([...this.#servers.filter(then.isUp), ...changed.flat()]);
    const joined = [...wanted].filter((id) => !now.isUp(id));
    const runs = (id: NodeId): boolean => now.isUp(id) || joined.includes(id);
    const isJoined = ([a, b]: readonly [NodeId, NodeId]): boolean => joined.includes(a) || joined.includes(b);
    return [
      ...joined.map((id) => `joinServer ${id}`),
      ...this.#pairs
        .filter((pair) => isJoined(pair) && pair.every(runs) && !then.isLinked(...pair))
        .map(([a, b]) => `breakConnection ${a} ${b}`),
      ...changed
        .filter((pair) => !isJoined(pair))
        .map(([a, b]) => `${then.isLinked(a, b) ? 'createConnection' : 'breakConnection'} ${a} ${b}`),
      ...this.#servers.filter((id) => runs(id) && !then.isUp(id)).map((id) => `killServer ${id}`),
    ];
  }

  /** The lines by which a client asks this server and no other. */
  #route(client: NodeId, server: NodeId): ReadonlyArray<string> {
    const linked = this.#linked.get(client)!;
    const others = [...linked].filter((id) => id !== server && this.#view.isUp(id));
    const lines = linked.has(server) ? [] : [`createConnection ${client} ${server}`];
    for (const other of others) linked.delete(other);
    linked.add(server);
    return [...lines, ...others.map((other) => `breakConnection ${client} ${other}`)];
  }

  /** About how many events it takes until a deed begins. */
  costOf(deed: number): number {
    const { from, graph, transitionOf } = this.#situations;
    const { family, args } = graph.steps[graph.stepOf[transitionOf[deed]!]!]!;
    const isRouted = (family !== 'Put' && family !== 'Get') || this.#linked.get(idOf(args[0]!))!.has(idOf(args[1]!));
    return this.#distanceTo(from[deed]!) + (isRouted ? 0 : 40);
  }

  #distanceTo(there: number): number {
    if (there === this.#situation) return 0;
    const known = this.#distances.get(there);
    if (known !== undefined) return known;
    const then = viewOf(this.#situations, there);
    const starts = this.#servers.filter((id) => !this.#view.isUp(id) && then.isUp(id)).length;
    const kills = this.#servers.filter((id) => this.#view.isUp(id) && !then.isUp(id)).length;
    const links = this.#pairs.filter(([a, b]) => this.#view.isLinked(a, b) !== then.isLinked(a, b)).length;
    const distance = 150 * starts + 30 * kills + 40 * links;
    this.#distances.set(there, distance);
    return distance;
  }

  /** The lines of a step that the master does, from the situation on where the cluster is, to this one. */
  linesOf({ family, args }: Step, to: number): ReadonlyArray<string> {
    const [one = '', other = '', key = ''] = args;
    const id = idOf(one);
    switch (family) {
      case 'Put': {
        const { client, clientTime } = this.#view.sessionOf(one);
        return [...this.#route(id, idOf(other)), `put ${id} ${key} ${valueOf(client, clientTime + 1)}`];
      }
      case 'Get':
        return [...this.#route(id, idOf(other)), `get ${id} ${key}`];
      case 'Pull':
        return [];
      default:
        return this.linesTo(to);
    }
  }
}

/** A situation, by the names of what is in it. */
interface View {
  readonly isUp: (id: NodeId) => boolean;
  readonly isLinked: (a: NodeId, b: NodeId) => boolean;
  readonly sessionOf: (client: string) => Session;
}

const viewOf = ({ graph, stateOf }: Situations, situation: number): View => {
  const { model, config, valueOf: valueAt, localsOf } = graph;
  const locals = localsOf(stateOf[situation]!);
  const of = (name: string): unknown => {
    const slot = model.slots.findIndex((s) => s.name === name);
    return slot < 0 ? undefined : valueAt(locals[slot]!);
  };
  return {
    isUp: (id) => (of(`s${id}`) as Server).up,
    isLinked: (a, b) => (of(`s${Math.min(a, b)}-s${Math.max(a, b)}`) as boolean | undefined) ?? isFixed(config, a, b),
    sessionOf: (client) => of(client) as Session,
  };
};

const isFixed = ({ links, servers }: Config, a: NodeId, b: NodeId): boolean => {
  if (links === 'none' || links === 'full') return true;
  const isNext = Math.abs(a - b) === 1 || (links === 'ring' && Math.abs(a - b) === servers - 1);
  return typeof links === 'string' ? isNext : links.some(([x, y]) => (x === a && y === b) || (x === b && y === a));
};

/** A link of a server that is down: the master's language refuses it (contract, section 5). */
export const barOf =
  (situations: Situations) =>
  (deed: number): string | undefined => {
    const { graph, from, transitionOf } = situations;
    const { family, args } = graph.steps[graph.stepOf[transitionOf[deed]!]!]!;
    if (family !== 'ChangeLink') return undefined;
    return endsOf(args[0]!).every(viewOf(situations, from[deed]!).isUp)
      ? undefined
      : 'ChangeLink of a server that is down: the master has no command for it';
  };

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
    ...{ events, path, trace, failures: [...insight.violations, ...crashes, ...failures] },
    worldEvents: simulation.scheduler.events,
    simulatedMs: Math.round(simulation.scheduler.nowUs / 1000),
  };
};

/** A deed as the model names it, with what a user sees of it. */
export const labelOf = ({ graph, transitionOf }: Situations, deed: number): string => {
  const transition = transitionOf[deed]!;
  const seen = graph.seenOf(transition);
  return `${graph.steps[graph.stepOf[transition]!]!.label}${seen === undefined ? '' : ` (${seen})`}`;
};

/** A put that is refused is an error to the master, and what the model says. */
const isMeant = (seen: string | undefined, error: string): boolean => seen !== undefined && error.includes(seen);

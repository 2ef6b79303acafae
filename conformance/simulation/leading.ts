/**
 * Leads a simulated cluster through a graph: finds the master's commands that bring the cluster from one situation to another, and names the steps through which a cluster cannot be led.
 *
 * Two kinds of steps need further commands. Clients of the model roam, so before a put or a get the client's links are made and cut, until it is linked to the step's server alone. The master
 * links a server that starts again to all others, so the links that the situation lacks are cut again before the next step.
 */
import { isDeepStrictEqual } from 'node:util';
import type { NodeId } from '#bayou/core/ids.js';
import { guaranteesOf, type Config } from '#bayou/model/checking/config.js';
import { valueOf } from '#bayou/model/protocol/put-identity.js';
import type { Server } from '#bayou/model/protocol/server.js';
import type { Session } from '#bayou/model/protocol/session.js';
import { MASTERS_CLIENTS } from '../common/masters-clients.js';
import type { Graph, GraphStep } from './model-graph.js';
import type { Situations } from './situations.js';

/** The families of steps through which a cluster can be led. */
const FAMILIES = new Set(['Put', 'Get', 'Pull', 'ChangeLink', 'Kill', 'Restart']);

/** The reason why a simulated cluster cannot be led through this configuration; undefined: it can. */
export const notGuided = ({ steps, config }: Graph): string | undefined => {
  const family = steps.find((step) => !FAMILIES.has(step.family))?.family;
  if (family !== undefined) return `nothing leads a simulated cluster through the model's ${family}`;
  if (config.placement !== 'any') return 'its clients do not roam';
  const isAsMasters = isDeepStrictEqual(guaranteesOf(config, 0), MASTERS_CLIENTS);
  return isAsMasters ? undefined : "its sessions ask for other guarantees than a master's clients do";
};

export const idOf = (name: string): NodeId => Number(name.slice(1));

/** The two servers of a link `s0-s1`. */
const endsOf = (link: string): readonly [NodeId, NodeId] => {
  const [a = '', b = ''] = link.split('-');
  return [idOf(a), idOf(b)];
};

/** The model's label of a deed, with the outcome that a user sees. */
export const labelOf = ({ graph, transitionOf }: Situations, deed: number): string => {
  const transition = transitionOf[deed]!;
  const seen = graph.seenOf(transition);
  return `${graph.steps[graph.stepOf[transition]!]!.label}${seen === undefined ? '' : ` (${seen})`}`;
};

/** The cluster's situation and its clients' links, from which the master's next commands follow. */
export class LedCluster {
  readonly #situations: Situations;
  readonly #servers: ReadonlyArray<NodeId>;
  readonly #pairs: ReadonlyArray<readonly [NodeId, NodeId]>;
  /** The servers that each client is linked to. */
  readonly #linked = new Map<NodeId, Set<NodeId>>();
  #situation: number;
  #view: View;
  /** By situation with the same contents, about how many events the way to it takes. */
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

  /** Sets the situation in which the cluster is now. */
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
    // A link can be changed only while its servers run, so a server that is down is started for it.
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

  /** The lines after which a client is linked to this server and no other. */
  #route(client: NodeId, server: NodeId): ReadonlyArray<string> {
    const linked = this.#linked.get(client)!;
    const others = [...linked].filter((id) => id !== server && this.#view.isUp(id));
    const lines = linked.has(server) ? [] : [`createConnection ${client} ${server}`];
    for (const other of others) linked.delete(other);
    linked.add(server);
    return [...lines, ...others.map((other) => `breakConnection ${client} ${other}`)];
  }

  /**
   * About how many events pass until a deed begins. The cost of a deed that adds to the contents leaves out the change of the client's links. With that change such deeds would always be done where they are
   * cheapest, and the cluster would go through the same situations again and again.
   */
  costOf(deed: number): number {
    const { from, to, contentsOf, graph, transitionOf } = this.#situations;
    const distance = this.#distanceTo(from[deed]!);
    const { family, args } = graph.steps[graph.stepOf[transitionOf[deed]!]!]!;
    if (family !== 'Get' || contentsOf[from[deed]!] !== contentsOf[to[deed]!]) return distance;
    return this.#linked.get(idOf(args[0]!))!.has(idOf(args[1]!)) ? distance : distance + 40;
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

  /** The master's lines for a step from the present situation to the situation `to`. */
  linesOf({ family, args }: GraphStep, to: number): ReadonlyArray<string> {
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

/** A situation, with its slots by name. */
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

/** Bars changes of a link of a server that is down: the master refuses such commands (contract, section 5). */
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

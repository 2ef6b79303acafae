/** The abstraction function on a simulated cluster: looks into its processes, and returns the state of the model that stands for their state. */
import { replicaId, serverOf, type NodeId, type ReplicaId } from '#bayou/core/ids.js';
import type { Replica } from '#bayou/impl/replica.js';
import type { Session } from '#bayou/impl/session.js';
import type { RunningClient } from '#bayou/net/client-program.js';
import type { RunningServer } from '#bayou/net/server.js';
import { serverOfPart, sessionOfPart } from '../layer1-transitions/implementation-parts.js';
import type { Graph } from './model-graph.js';

/** A replica's name in the cluster. Its incarnation is random there; the model counts incarnations instead. */
const DRAWN = /(\d+)\.(\d+)/g;

/** A server as the abstraction knows it: its running process, or its replica at its death. */
interface Seen {
  readonly isUp: boolean;
  readonly server: RunningServer | undefined;
  readonly replica: Replica;
}

/** Looks into the processes of a run. */
export class Abstraction {
  readonly #graph: Graph;
  readonly #servers = new Map<NodeId, Seen>();
  readonly #sessions = new Map<NodeId, Session>();
  /** The model's names of replicas, by the cluster's names. */
  readonly #names = new Map<string, ReplicaId>();
  readonly #incarnations = new Map<NodeId, number>();

  constructor(graph: Graph) {
    this.#graph = graph;
  }

  readonly onServer = (server: RunningServer): void => {
    const { replica } = server.inside;
    this.#servers.set(server.id, { isUp: true, server, replica });
    if (this.#names.has(replica.id)) return;
    const incarnation = this.#incarnations.get(server.id) ?? 0;
    this.#incarnations.set(server.id, incarnation + 1);
    this.#names.set(replica.id, replicaId(serverOf(replica.id), incarnation));
  };

  readonly onClient = ({ inside }: RunningClient): void => void this.#sessions.set(inside.client, inside);

  /** The server's process is gone. The abstraction sees what the log holds when the server is started again. */
  onDeath(id: NodeId): void {
    const seen = this.#servers.get(id);
    if (seen?.server !== undefined)
      this.#servers.set(id, { isUp: false, server: undefined, replica: seen.server.inside.replica });
  }

  serverOf(id: NodeId): RunningServer | undefined {
    return this.#servers.get(id)?.server;
  }

  /** The model's text for a slot. Undefined for slots that no server or client has: links, and the spent bounds. */
  textOf(slot: number): string | undefined {
    const { model } = this.#graph;
    const { kind, name } = model.slots[slot]!;
    if (kind !== 'server' && kind !== 'client') return undefined;
    const text = model.key?.(kind, this.#valueOf(kind, Number(name.slice(1))) as never);
    return text?.replaceAll(DRAWN, (own) => this.#names.get(own) ?? own);
  }

  #valueOf(kind: 'server' | 'client', id: NodeId): unknown {
    if (kind === 'client')
      return {
        ...sessionOfPart({ session: this.#sessions.get(id)!, pending: undefined, connected: [], answeredLast: undefined }, false),
        number: '1',
      };
    const { isUp, server, replica } = this.#servers.get(id)!;
    return serverOfPart({ up: isUp, replica: server?.inside.replica ?? replica, seen: [], disk: undefined }, 'no');
  }
}

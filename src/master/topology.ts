/** The servers and clients of a cluster, the live servers, and the links (contract, section 5). No processes, no waiting. */
import type { NodeId } from '../core/ids.js';

/** The master's record of the cluster. */
export interface Topology {
  readonly isServer: (id: NodeId) => boolean;
  readonly isClient: (id: NodeId) => boolean;
  readonly isLive: (server: NodeId) => boolean;
  /** The live servers, in the order of their ids. */
  readonly liveServers: () => ReadonlyArray<NodeId>;
  /** The live servers that a live server is linked to, in the order of their ids. */
  readonly linkedServers: (server: NodeId) => ReadonlyArray<NodeId>;
  /** The clients linked to a server. They keep their link if the server is dead. */
  readonly clientsOf: (server: NodeId) => ReadonlyArray<NodeId>;
  /** The clients whose link to a server was cut. */
  readonly cutClients: (server: NodeId) => ReadonlyArray<NodeId>;
  /** Adds a server that is new or back. It is linked to every live server, even if such a link was cut before. */
  readonly serverJoined: (id: NodeId) => void;
  readonly clientJoined: (id: NodeId, server: NodeId) => void;
  readonly died: (server: NodeId) => void;
  readonly linked: (a: NodeId, b: NodeId) => void;
  readonly cut: (a: NodeId, b: NodeId) => void;
}

const byNumber = (a: NodeId, b: NodeId): number => a - b;

/** A topology without servers and clients. */
export const makeTopology = (): Topology => {
  const servers = new Map<NodeId, boolean>();
  const clients = new Set<NodeId>();
  const links = new Map<NodeId, Set<NodeId>>();
  const cuts = new Map<NodeId, Set<NodeId>>();

  const put = (to: Map<NodeId, Set<NodeId>>, a: NodeId, b: NodeId): void => {
    for (const [x, y] of [
      [a, b],
      [b, a],
    ] as const) {
      to.set(x, (to.get(x) ?? new Set()).add(y));
    }
  };
  const take = (from: Map<NodeId, Set<NodeId>>, a: NodeId, b: NodeId): void => {
    from.get(a)?.delete(b);
    from.get(b)?.delete(a);
  };
  const isLive = (id: NodeId): boolean => servers.get(id) === true;
  const linked = (a: NodeId, b: NodeId): void => {
    put(links, a, b);
    take(cuts, a, b);
  };
  const neighbours = (of: Map<NodeId, Set<NodeId>>, id: NodeId, which: (id: NodeId) => boolean): NodeId[] =>
    [...(of.get(id) ?? [])].filter(which).sort(byNumber);
  const liveServers = (): NodeId[] => [...servers.keys()].filter(isLive).sort(byNumber);
  const isClient = (id: NodeId): boolean => clients.has(id);

  return {
    isServer: (id) => servers.has(id),
    isClient,
    isLive,
    liveServers,
    linkedServers: (id) => neighbours(links, id, isLive),
    clientsOf: (id) => neighbours(links, id, isClient),
    cutClients: (id) => neighbours(cuts, id, isClient),
    serverJoined: (id) => {
      const peers = liveServers();
      servers.set(id, true);
      for (const peer of peers) if (peer !== id) linked(id, peer);
    },
    clientJoined: (id, server) => {
      clients.add(id);
      linked(id, server);
    },
    died: (id) => {
      if (servers.has(id)) servers.set(id, false);
    },
    linked,
    cut: (a, b) => {
      take(links, a, b);
      put(cuts, a, b);
    },
  };
};

/** The partitions: the sets of live servers that can reach each other over links. */
export const partitions = (topology: Topology): ReadonlyArray<ReadonlyArray<NodeId>> => {
  const seen = new Set<NodeId>();
  const reach = (from: NodeId): NodeId[] => {
    if (seen.has(from)) return [];
    seen.add(from);
    return [from, ...topology.linkedServers(from).flatMap(reach)];
  };
  return topology
    .liveServers()
    .map(reach)
    .filter((p) => p.length > 0);
};

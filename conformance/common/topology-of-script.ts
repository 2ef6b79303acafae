/**
 * The live servers and the links after a script's commands, as section 5 of the contract says. The topology decides which commands are valid, and which servers
 * make up a partition. Writes, values and sessions are no part of a topology.
 */
import type { NodeId } from '#bayou/core/ids.js';
import type { Command } from '#bayou/core/script.js';

/** The cluster's shape in the course of a script; changed in place by {@link applyCommand}. */
export interface ScriptTopology {
  readonly live: Set<NodeId>;
  readonly dead: Set<NodeId>;
  readonly clients: Set<NodeId>;
  /** Links between live servers, and between a client and a server. A client keeps its link to a dead server: it works again when the server is back. */
  readonly links: Set<string>;
}

export const newTopology = (): ScriptTopology => ({ live: new Set(), dead: new Set(), clients: new Set(), links: new Set() });

/** The name of the link between two nodes, the smaller id first. */
export const linkName = (a: NodeId, b: NodeId): string => (a < b ? `${a}-${b}` : `${b}-${a}`);

/** Are these two connected? */
export const isLinked = (t: ScriptTopology, a: NodeId, b: NodeId): boolean => t.links.has(linkName(a, b));

/** May these two be linked: are they two live servers, or a client and a live server? */
const isPair = (t: ScriptTopology, a: NodeId, b: NodeId): boolean =>
  a !== b && (t.live.has(a) || t.live.has(b)) && (t.live.has(a) || t.clients.has(a)) && (t.live.has(b) || t.clients.has(b));

/** Applies a command. False where section 5 calls the command bad input; then nothing changes. */
export const applyCommand = (t: ScriptTopology, c: Command): boolean => {
  switch (c.type) {
    case 'joinServer':
      return !t.live.has(c.id) && !t.clients.has(c.id) && join(t, c.id);
    case 'killServer':
      return t.live.has(c.id) && kill(t, c.id);
    case 'joinClient':
      if (t.live.has(c.id) || t.dead.has(c.id) || t.clients.has(c.id) || !t.live.has(c.server)) return false;
      t.clients.add(c.id);
      t.links.add(linkName(c.id, c.server));
      return true;
    case 'breakConnection':
      if (isPair(t, c.a, c.b)) t.links.delete(linkName(c.a, c.b));
      return isPair(t, c.a, c.b);
    case 'createConnection':
      if (isPair(t, c.a, c.b)) t.links.add(linkName(c.a, c.b));
      return isPair(t, c.a, c.b);
    case 'printStore':
    case 'printMemberList':
      return t.live.has(c.id);
    case 'put':
    case 'get':
      return t.clients.has(c.client);
    case 'stabilize':
    case 'done':
      return true;
  }
};

/** Applies the end of a server that nobody killed: as a kill. A server that is not live stays as it is. */
export const applyDeath = (t: ScriptTopology, id: NodeId): void => {
  if (t.live.has(id)) kill(t, id);
};

const join = (t: ScriptTopology, id: NodeId): true => {
  for (const other of t.live) t.links.add(linkName(id, other));
  t.dead.delete(id);
  t.live.add(id);
  return true;
};

const kill = (t: ScriptTopology, id: NodeId): true => {
  t.live.delete(id);
  t.dead.add(id);
  for (const other of [...t.live, ...t.dead]) t.links.delete(linkName(id, other));
  return true;
};

/** The partitions: live servers that reach each other over links between servers. The ids of a partition are ascending, and the partitions are in the order of their least ids. */
export const partitionsOf = (t: ScriptTopology): ReadonlyArray<ReadonlyArray<NodeId>> => {
  const left = new Set([...t.live].sort((a, b) => a - b));
  const partitions: NodeId[][] = [];
  for (const first of left) {
    const group = [first];
    left.delete(first);
    for (const member of group)
      for (const other of left)
        if (isLinked(t, member, other)) {
          group.push(other);
          left.delete(other);
        }
    partitions.push(group.sort((a, b) => a - b));
  }
  return partitions;
};

/** Who is told what, and in which order, so that a link is made or cut at both its ends (section 5). Pure: nobody is told anything here. */
import type { NodeId } from '../core/ids.js';
import type { Topology } from './topology.js';

/** One end of a link is told of it: to let the other end in, to call it, or to cut the link. */
export interface Telling {
  readonly at: NodeId;
  readonly peer: NodeId;
  readonly what: 'admit' | 'dial' | 'cut';
}

/** What is told one after the other: a stage at once, each when all of the stage before have done what they were told. */
export type Chain = ReadonlyArray<ReadonlyArray<Telling>>;

const admit = (at: NodeId, peer: NodeId): Telling => ({ at, peer, what: 'admit' });
const dial = (at: NodeId, peer: NodeId): Telling => ({ at, peer, what: 'dial' });
const cut = (at: NodeId, peer: NodeId): Telling => ({ at, peer, what: 'cut' });

/** A link is made. Servers call each other; a client calls its server. Whoever is called has let the caller in before, so that nobody is refused. */
export const linkChain = (topology: Topology, a: NodeId, b: NodeId): Chain => {
  if (topology.isClient(a)) return [[admit(b, a)], [dial(a, b)]];
  if (topology.isClient(b)) return [[admit(a, b)], [dial(b, a)]];
  return [
    [admit(a, b), admit(b, a)],
    [dial(a, b), dial(b, a)],
  ];
};

/** A link is cut, at both ends at once. */
export const cutChain = (a: NodeId, b: NodeId): Chain => [[cut(a, b), cut(b, a)]];

/**
 * A server has joined: it is linked to every server that it has a link to; then its clients, whose link works again, are told where it listens now. The
 * chains of one phase go on side by side.
 */
export const joinChains = (topology: Topology, id: NodeId): ReadonlyArray<ReadonlyArray<Chain>> => {
  const peers = topology.linkedServers(id);
  return [peers.map((peer) => linkChain(topology, id, peer)), topology.clientsOf(id).map((client) => [[dial(client, id)]])];
};

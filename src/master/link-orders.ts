/** The notices to the ends of a link, in their order, so that the link is made or cut at both ends (section 5). Pure: the caller sends the notices. */
import type { NodeId } from '../core/ids.js';
import type { Topology } from './topology.js';

/** A notice to one end of a link: to let the other end in, to dial it, or to cut the link. */
export interface Notice {
  readonly at: NodeId;
  readonly peer: NodeId;
  readonly what: 'admit' | 'dial' | 'cut';
}

/** Notices in stages. The notices of a stage are sent together, once every notice of the stage before was carried out. */
export type Chain = ReadonlyArray<ReadonlyArray<Notice>>;

const admit = (at: NodeId, peer: NodeId): Notice => ({ at, peer, what: 'admit' });
const dial = (at: NodeId, peer: NodeId): Notice => ({ at, peer, what: 'dial' });
const cut = (at: NodeId, peer: NodeId): Notice => ({ at, peer, what: 'cut' });

/** The notices that make a link. Servers dial each other; a client dials its server. The dialled end lets the other in first, so that no dial is refused. */
export const linkChain = (topology: Topology, a: NodeId, b: NodeId): Chain => {
  if (topology.isClient(a)) return [[admit(b, a)], [dial(a, b)]];
  if (topology.isClient(b)) return [[admit(a, b)], [dial(b, a)]];
  return [
    [admit(a, b), admit(b, a)],
    [dial(a, b), dial(b, a)],
  ];
};

/** The notices that cut a link, at both ends together. */
export const cutChain = (a: NodeId, b: NodeId): Chain => [[cut(a, b), cut(b, a)]];

/**
 * The notices after a server has joined: it is linked to every server to which it has a link, and then its clients, whose links work again, are told its new
 * address. The chains of one phase go on side by side.
 */
export const joinChains = (topology: Topology, id: NodeId): ReadonlyArray<ReadonlyArray<Chain>> => {
  const peers = topology.linkedServers(id);
  return [peers.map((peer) => linkChain(topology, id, peer)), topology.clientsOf(id).map((client) => [[dial(client, id)]])];
};

/** The words for the ends of a link, in their order, so that the link is made or cut at both ends (section 5). Pure: the caller sends the words. */
import type { NodeId } from '../core/ids.js';
import type { Topology } from './topology.js';

/** One end of a link is told of it: to let the other end in, to dial it, or to cut the link. */
export interface Telling {
  readonly at: NodeId;
  readonly peer: NodeId;
  readonly what: 'admit' | 'dial' | 'cut';
}

/** Words in stages. The words of a stage are sent together, once all ends of the stage before have done theirs. */
export type Chain = ReadonlyArray<ReadonlyArray<Telling>>;

const admit = (at: NodeId, peer: NodeId): Telling => ({ at, peer, what: 'admit' });
const dial = (at: NodeId, peer: NodeId): Telling => ({ at, peer, what: 'dial' });
const cut = (at: NodeId, peer: NodeId): Telling => ({ at, peer, what: 'cut' });

/** The words that make a link. Servers dial each other; a client dials its server. The dialled end lets the other in first, so that no dial is refused. */
export const linkChain = (topology: Topology, a: NodeId, b: NodeId): Chain => {
  if (topology.isClient(a)) return [[admit(b, a)], [dial(a, b)]];
  if (topology.isClient(b)) return [[admit(a, b)], [dial(b, a)]];
  return [
    [admit(a, b), admit(b, a)],
    [dial(a, b), dial(b, a)],
  ];
};

/** The words that cut a link, at both ends together. */
export const cutChain = (a: NodeId, b: NodeId): Chain => [[cut(a, b), cut(b, a)]];

/**
 * The words after a server has joined: it is linked to every server to which it has a link, and then its clients, whose links work again, are told its new
 * address. The chains of one phase go on side by side.
 */
export const joinChains = (topology: Topology, id: NodeId): ReadonlyArray<ReadonlyArray<Chain>> => {
  const peers = topology.linkedServers(id);
  return [peers.map((peer) => linkChain(topology, id, peer)), topology.clientsOf(id).map((client) => [[dial(client, id)]])];
};

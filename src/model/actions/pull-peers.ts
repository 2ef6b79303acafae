/**
 * Which server may pull from which, and over which links.
 *
 * @module
 * @category What may happen
 */
import type { Slot } from '../../checker/model.js';
import type { NodeId } from '../../core/ids.js';
import type { Server } from '../protocol/server.js';
import { linkOf, type World } from '../checking/world.js';

export type PullLinks = ReadonlyArray<Slot<boolean>>;

/** A puller and an answerer, and the links between them that can change. `ids`: the server id of the puller, then of the answerer. */
export interface PullPeers {
  readonly puller: Slot<Server>;
  readonly answerer: Slot<Server>;
  readonly ids: readonly [NodeId, NodeId];
  readonly links: PullLinks;
}

/** All pairs of a puller and an answerer, without the pairs that no link ever joins. */
export const peersOf = (world: World): ReadonlyArray<PullPeers> =>
  world.servers.flatMap((puller, from) =>
    world.servers.flatMap((answerer, to) => {
      const links = linkOf(world, from, to);
      return from === to || links === 'never' ? [] : [{ puller, answerer, ids: [from, to] as const, links }];
    }),
  );

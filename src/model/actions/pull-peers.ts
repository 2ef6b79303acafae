/**
 * Who may pull from whom, and over which links.
 *
 * @module
 * @category What may happen
 */
import type { Slot } from '../../checker/model.js';
import type { NodeId } from '../../core/ids.js';
import type { Server } from '../protocol/server.js';
import { linkOf, type World } from '../checking/world.js';

export type Links = ReadonlyArray<Slot<boolean>>;

/** Two servers of which the one may pull from the other. */
export interface Peers {
  readonly puller: Slot<Server>;
  readonly answerer: Slot<Server>;
  readonly ids: readonly [NodeId, NodeId];
  readonly links: Links;
}

/** All of them; not those that no link ever joins. */
export const peersOf = (world: World): ReadonlyArray<Peers> =>
  world.servers.flatMap((puller, from) =>
    world.servers.flatMap((answerer, to) => {
      const links = linkOf(world, from, to);
      return from === to || links === 'never' ? [] : [{ puller, answerer, ids: [from, to] as const, links }];
    }),
  );

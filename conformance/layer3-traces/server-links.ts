/** Follows a server's events about its links, and checks that the server uses no link that is cut (section 5). */
import type { NodeId } from '#bayou/core/ids.js';
import type { EventOf, TraceEvent } from '#bayou/core/trace.js';
import { reject } from './rejection.js';
import type { ServerState } from './run-scene.js';

export const link = (state: ServerState, { peer, up }: EventOf<'link'>): void => {
  state.notices.tell(peer, up);
  if (up) state.cut.delete(peer);
  else state.cut.add(peer);
};

export const checkLink = (state: ServerState, event: TraceEvent, peer: NodeId): void => {
  if (state.cut.has(peer)) reject(event, 'section 5', `the link to ${peer} is cut, and neither end may use it`);
};

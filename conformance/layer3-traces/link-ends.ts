/** The ends of a link that is made or cut: finds the processes that must be told of it, and checks that they were told. */
import type { NodeId } from '#bayou/core/ids.js';
import type { TraceEvent } from '#bayou/core/trace.js';
import { reject } from './rejection.js';
import { currentProcess, endsUnannounced, type Scene, serverState } from './run-scene.js';
import type { FollowedProcess } from './timeline.js';

const PULLING: ReadonlyArray<TraceEvent['type']> = ['pullAsked', 'pullAnswered', 'merged'];

/**
 * May the process have ended by now, though the master did not kill it? Then another process came after it, or a later event of the master tells its
 * end, and the process has no further events except those of pulls.
 */
const mayBeGone = (scene: Scene, p: FollowedProcess): boolean => {
  const master = scene.timeline.processes.get('master');
  const isBuried = (): boolean =>
    master?.events.some((e) => e.type === 'kill' && e.process === p.name && e.n >= master.next) === true;
  return endsUnannounced(scene, p) || (isBuried() && p.events.slice(p.next).every((e) => PULLING.includes(e.type)));
};

/** The number of notices that an end gets of a link. A server that is linked to a server gets two: to let the other server in, and to dial it. */
const noticesFor = (scene: Scene, peer: NodeId, up: boolean): number => (up && !scene.topology.clients.has(peer) ? 2 : 1);

/** Each end of a link that is a server's process, with the other end. */
export const endsOf = (
  scene: Scene,
  a: NodeId,
  b: NodeId,
): ReadonlyArray<readonly [at: NodeId, process: FollowedProcess, peer: NodeId]> =>
  (
    [
      [a, b],
      [b, a],
    ] as const
  ).flatMap(([at, peer]) => {
    const p = scene.topology.live.has(at) ? currentProcess(scene, at) : undefined;
    return p === undefined ? [] : [[at, p, peer] as const];
  });

/** Waits until each server of the two was told of the link. The server's later events come after the beginning of the command. */
export const bothEnds = (scene: Scene, event: TraceEvent, a: NodeId, b: NodeId, up: boolean): void => {
  for (const [at, p, peer] of endsOf(scene, a, b)) {
    const { notices } = serverState(scene, p);
    if (notices.isUnsure(peer, up)) continue;
    const count = noticesFor(scene, peer, up);
    const isNotice = (e: TraceEvent): boolean => e.type === 'link' && e.peer === peer && e.up === up;
    const found = scene.timeline.seek(p, isNotice, () => (notices.left(peer, up) >= count ? true : undefined));
    if (found === undefined) {
      if (!mayBeGone(scene, p))
        reject(event, 'section 5', `server ${at} was not told that its link to ${peer} is ${up ? 'made' : 'cut'}`);
      continue;
    }
    notices.take(peer, up, count);
    p.knows = Math.max(p.knows, event.n - 1);
  }
};

/** Waits until a server that joins, and a peer that counts as live, were told of their link. The peer may be gone; then no server is told of a link to the peer. */
export const bothEndsOfJoin = (scene: Scene, event: TraceEvent, joined: NodeId, peer: NodeId): void => {
  const ends = endsOf(scene, joined, peer);
  const isGone = ends.some(([at, p]) => at === peer && (scene.dying.has(peer) || mayBeGone(scene, p)));
  if (isGone) for (const [, p, other] of ends) serverState(scene, p).notices.doubt(other, true);
  else bothEnds(scene, event, peer, joined, true);
};

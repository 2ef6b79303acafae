/** The ends of a link that is made or cut: which processes are told of it, and that they were. */
import type { NodeId } from '#bayou/core/ids.js';
import type { TraceEvent } from '#bayou/core/trace.js';
import { reject } from './rejection.js';
import { currentProcess, endsUnannounced, type Scene, serverState } from './run-scene.js';
import type { Process } from './timeline.js';

const PULLING: ReadonlyArray<TraceEvent['type']> = ['pullAsked', 'pullAnswered', 'merged'];

/**
 * Did the process perhaps end by now, of something else than the master's command? Then another one came after it, or the master buries it
 * yet, and it does nothing more for anybody but its peers.
 */
const mayBeGone = (scene: Scene, p: Process): boolean => {
  const master = scene.timeline.processes.get('master');
  const isBuried = (): boolean =>
    master?.events.some((e) => e.type === 'kill' && e.process === p.name && e.n >= master.next) === true;
  return endsUnannounced(scene, p) || (isBuried() && p.events.slice(p.next).every((e) => PULLING.includes(e.type)));
};

/** How often an end is told of a link that is made: a server first to let the other one in and then to call it. */
const words = (scene: Scene, peer: NodeId, up: boolean): number => (up && !scene.topology.clients.has(peer) ? 2 : 1);

/** Each end of a link that is a server's process, with the other end. */
export const endsOf = (
  scene: Scene,
  a: NodeId,
  b: NodeId,
): ReadonlyArray<readonly [at: NodeId, process: Process, peer: NodeId]> =>
  (
    [
      [a, b],
      [b, a],
    ] as const
  ).flatMap(([at, peer]) => {
    const p = scene.topology.live.has(at) ? currentProcess(scene, at) : undefined;
    return p === undefined ? [] : [[at, p, peer] as const];
  });

/** Each server of the two has been told of the link. What it does from now on comes after the command began. */
export const bothEnds = (scene: Scene, event: TraceEvent, a: NodeId, b: NodeId, up: boolean): void => {
  for (const [at, p, peer] of endsOf(scene, a, b)) {
    const { notices } = serverState(scene, p);
    if (notices.isUnsure(peer, up)) continue;
    const count = words(scene, peer, up);
    const isTelling = (e: TraceEvent): boolean => e.type === 'link' && e.peer === peer && e.up === up;
    const found = scene.timeline.seek(p, isTelling, () => (notices.left(peer, up) >= count ? true : undefined));
    if (found === undefined) {
      if (!mayBeGone(scene, p))
        reject(event, 'section 5', `server ${at} was not told that its link to ${peer} is ${up ? 'made' : 'cut'}`);
      continue;
    }
    notices.take(peer, up, count);
    p.knows = Math.max(p.knows, event.n - 1);
  }
};

/** The same for a server that joins and one that the run takes for live: it may be gone, and then nobody is told of a link to it. */
export const bothEndsOfJoin = (scene: Scene, event: TraceEvent, joined: NodeId, peer: NodeId): void => {
  const ends = endsOf(scene, joined, peer);
  const isGone = ends.some(([at, p]) => at === peer && mayBeGone(scene, p));
  if (isGone) for (const [, p, other] of ends) serverState(scene, p).notices.doubt(other, true);
  else bothEnds(scene, event, peer, joined, true);
};

/** Follows all processes of a run: a table has the follower of each kind of process. */
import type { Work } from '../common/in-turns.js';
import { followClient } from './follow-client.js';
import { followMaster } from './follow-master.js';
import { followServer } from './follow-server.js';
import type { ProcessTrace } from './read-traces.js';
import { reject } from './rejection.js';
import { type FollowOptions, type Inheritance, makeScene, type Scene } from './run-scene.js';
import { type FollowedProcess, Timeline, EndlessWait } from './timeline.js';

/** The inheritance of the first run on a data folder: no logs, replicas or sessions. */
export const NOTHING: Inheritance = { logs: new Map(), replicas: new Set(), sessions: new Set() };

/** The followers of the events, by the kind of process that wrote them down. */
const FOLLOWERS = { master: followMaster, client: followClient, server: followServer };

/** Makes the scene of a run, and lets the timeline follow events with it. No event is followed before. */
export const sceneOf = (traces: ReadonlyArray<ProcessTrace>, following: FollowOptions): Scene => {
  const scene = makeScene(new Timeline(traces), following);
  scene.timeline.beFollowedBy({
    follow: (process, event) => FOLLOWERS[process.who.role](scene, process, event),
    onFollowed: (process, event) => scene.onFollowed(process, event, scene),
  });
  return scene;
};

/** Follows the master first, whose events ask for events of the other processes; then the events for which nothing asked. */
export function* followAll(timeline: Timeline): Work<void> {
  const rank = { master: 0, client: 1, server: 2 };
  const order = [...timeline.processes.values()].sort(
    (a, b) => rank[a.who.role] - rank[b.who.role] || a.who.id - b.who.id || a.who.run - b.who.run,
  );
  for (const process of order) yield* followProcess(timeline, process);
}

/** Follows all events of a process. */
export function* followProcess(timeline: Timeline, process: FollowedProcess): Work<void> {
  try {
    while (process.next < process.events.length) {
      const at = process.next;
      timeline.until(process, () => process.next > at);
      yield;
    }
  } catch (error) {
    if (error instanceof EndlessWait) reject(error.event, 'trace', error.message);
    throw error;
  }
}

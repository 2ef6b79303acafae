/** Following all processes of a run: each event by the followers of its kind of process. */
import type { NodeId } from '#bayou/core/ids.js';
import type { Variant } from '#bayou/model/protocol/rules.js';
import type { Work } from '../common/in-turns.js';
import { followClient } from './follow-client.js';
import { followMaster } from './follow-master.js';
import { followServer } from './follow-server.js';
import type { ProcessTrace } from './read-traces.js';
import { reject } from './rejection.js';
import { type Inheritance, type Listener, makeScene, type Scene } from './run-scene.js';
import { type Follow, type Process, Timeline, Waiting } from './timeline.js';

/** What is before the first run on a data folder. */
export const NOTHING: Inheritance = { logs: new Map(), replicas: new Set(), sessions: new Set() };

const nobody = (): void => undefined;
const NOBODY: Listener = { onFollowed: nobody, onUse: nobody, onMet: nobody, onLost: nobody };

/** How a run is followed. */
export interface Following {
  readonly variant: Variant;
  readonly inherited: Inheritance;
  readonly lossy: ReadonlySet<NodeId> | undefined;
  readonly listener?: Listener | undefined;
}

/** The scene of a run before any of its events was followed. */
export const sceneOf = (
  traces: ReadonlyArray<ProcessTrace>,
  { variant, inherited, lossy, listener = NOBODY }: Following,
): Scene => {
  const holder: { scene?: Scene } = {};
  const followOne: Follow = (process, event) => {
    const scene = holder.scene!;
    if (process.who.role === 'server') followServer(scene, process, event);
    else if (process.who.role === 'client') followClient(scene, process, event);
    else followMaster(scene, process, event);
  };
  const timeline = new Timeline(traces, followOne, listener.onFollowed);
  const scene = makeScene(timeline, timeline.processes.has('master'), variant, inherited, lossy, listener);
  holder.scene = scene;
  listener.onScene?.(scene);
  return scene;
};

/** The master first; it calls for the others. What nobody called for follows. */
export function* followAll(timeline: Timeline): Work<void> {
  const rank = { master: 0, client: 1, server: 2 };
  const order = [...timeline.processes.values()].sort(
    (a, b) => rank[a.who.role] - rank[b.who.role] || a.who.id - b.who.id || a.who.run - b.who.run,
  );
  for (const process of order) yield* followProcess(timeline, process);
}

/** All that a process has written down. */
export function* followProcess(timeline: Timeline, process: Process): Work<void> {
  try {
    while (process.next < process.events.length) {
      const at = process.next;
      timeline.until(process, () => process.next > at);
      yield;
    }
  } catch (error) {
    if (error instanceof Waiting) reject(error.event, 'trace', error.message);
    throw error;
  }
}

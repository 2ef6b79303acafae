/** Follows the ends of servers as the master tells them: its own kills, and the servers that ended by themselves. */
import type { EventOf } from '#bayou/core/trace.js';
import { applyDeath } from '../common/topology-of-script.js';
import { reject } from './rejection.js';
import { currentProcess, type Scene } from './run-scene.js';
import type { FollowedProcess } from './timeline.js';

/** Every event of a process that was killed, or ended by itself, comes before the event with which the master tells it. */
const allBefore = (scene: Scene, event: EventOf<'kill' | 'died'>, how: string): void => {
  const ended = scene.timeline.processes.get(event.process);
  if (ended?.who.role !== 'server' || ended.who.id !== event.server)
    return void reject(event, 'section 5', `${event.process} is no process of server ${event.server}`);
  scene.timeline.await(event, ended, () => ended.next >= ended.events.length, `${event.process} ${how}`);
};

export const kill = (scene: Scene, event: EventOf<'kill'>): void => allBefore(scene, event, 'was killed');

/** A server ended by itself. The command under way found it live when it began; commands after it find the server dead. */
export const died = (scene: Scene, process: FollowedProcess, event: EventOf<'died'>): void => {
  allBefore(scene, event, 'had ended');
  if (currentProcess(scene, event.server)?.name !== event.process)
    reject(event, 'trace', `server ${event.server} did not run as ${event.process}`);
  if (lastStep(process)?.type === 'command') scene.dying.add(event.server);
  else applyDeath(scene.topology, event.server);
};

/** The command or the result that comes last before the master's next event. */
export const lastStep = ({ events, next }: FollowedProcess): EventOf<'command' | 'result'> | undefined => {
  for (let i = next - 1; i >= 0; i--) {
    const e = events[i]!;
    if (e.type === 'command' || e.type === 'result') return e;
  }
  return undefined;
};

/** The servers whose end was noticed during a command are dead when it is over. */
export const buryTheDying = ({ topology, dying }: Scene): void => {
  for (const server of dying) applyDeath(topology, server);
  dying.clear();
};

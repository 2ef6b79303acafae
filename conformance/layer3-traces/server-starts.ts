/** A server that starts, for the first time or again (R7, R7a, R10). */
import type { EventOf } from '#bayou/core/trace.js';
import { serverOf } from '#bayou/core/ids.js';
import { reject, showVector, Undecidable } from './rejection.js';
import { FollowedReplica } from './followed-replica.js';
import { linkName } from '../common/topology-of-script.js';
import { type Scene, serverState, type ServerState, type TakeStep } from './run-scene.js';
import type { FollowedProcess } from './timeline.js';

export const prepareStart = (
  scene: Scene,
  process: FollowedProcess,
  state: ServerState,
  event: EventOf<'start'>,
): (() => void) => {
  const server = process.who.id;
  if (state.replica !== undefined) reject(event, 'trace', 'the process has started already');
  if (serverOf(event.replica) !== server) reject(event, 'R7', `server ${server} runs as ${event.replica}`);
  const before = scene.timeline.of('server', server).filter((p) => p.who.run < process.who.run);
  // Two processes never run as one server at a time: all events of the earlier processes come before.
  for (const p of before) {
    if (!scene.timeline.toEnd(p)) reject(event, 'R7', `${p.name} still runs when this process starts`);
    process.knows = Math.max(process.knows, p.knows);
  }
  const last = before.findLast((p) => serverState(scene, p).replica !== undefined);
  return () => {
    const earlier = last === undefined ? undefined : serverState(scene, last);
    const undone = earlier?.renewals.find(({ before: { id }, index }) => id === event.replica && earlier.lastSeen < index);
    const before = earlier === undefined ? scene.inherited.logs.get(server) : (undone?.before ?? earlier.replica);
    state.id = event.replica;
    const [replica, survived] = before === undefined ? [firstReplica(scene, event), Infinity] : comesBack(scene, event, before);
    state.replica = replica;
    scene.replicas.add(event.replica);
    // A client's link that was cut stays cut (contract, section 5). A link in doubt may exist.
    for (const client of scene.topology.clients) {
      const name = linkName(server, client);
      if (!scene.topology.links.has(name) && !scene.doubts.links.has(name)) state.cut.add(client);
    }
    if (last === undefined || earlier === undefined) return;
    earlier.replica = undefined;
    if (replica === before) earlier.survived = Math.min(survived, (undone?.index ?? Infinity) - 1);
    if (earlier.survived !== Infinity) scene.onLost(last, earlier.survived);
  };
};

const isEmpty = (e: EventOf<'start'>): boolean => e.clock === 0 && e.vv.length === 0 && e.writes === 0;

const firstReplica = (scene: Scene, event: EventOf<'start'>): FollowedReplica => {
  if (!event.fresh)
    throw new Undecidable(
      `${event.p} started with a log from before the trace began; run with an empty data directory, or pass the traces of the earlier runs too`,
    );
  if (!isEmpty(event)) reject(event, 'R8', 'a replica without a log has a vector, an accept time or writes');
  return new FollowedReplica(event.replica, scene.variant);
};

/** The replica as which a server comes back, and the index of the last surviving step of its earlier life. */
const comesBack = (scene: Scene, event: EventOf<'start'>, before: FollowedReplica): readonly [FollowedReplica, number] => {
  const isNew = event.replica !== before.id;
  if (isNew && scene.replicas.has(event.replica))
    reject(event, 'R7', `it goes on as ${event.replica}, which it has been before ${before.id}`);
  const mayLose = scene.lossy?.has(serverOf(event.replica)) !== false;
  if (event.fresh) {
    if (!mayLose) reject(event, 'R10', 'it comes back without its log, which nobody has taken away');
    if (!isNew && scene.variant !== 'V3')
      reject(event, 'R7', `it comes back without its log as ${event.replica}, the replica it was before`);
    if (!isEmpty(event)) reject(event, 'R8', 'a replica without a log has a vector, an accept time or writes');
    return [before.emptied(event.replica), Infinity];
  }
  const had = `${showVector(before.vv)} at accept time ${before.clock} with ${before.size} keys`;
  const survived = before.comeBackWith(event, isNew, isNew && mayLose);
  if (survived === undefined)
    return reject(
      event,
      'R10',
      `it comes back with ${showVector(event.vv)} at accept time ${event.clock} with ${event.writes} keys; it had ${had}, and no state since the last that somebody saw is this one`,
    );
  return isNew ? [before.as(event.replica), Infinity] : [before, survived];
};

/** R7a: the server goes on as a new replica, with the writes that it has. */
export const renewed: TakeStep<'renewed'> = (scene, process, state, replica, e) => {
  if (serverOf(e.replica) !== serverOf(replica.id)) reject(e, 'R7', `server ${serverOf(replica.id)} goes on as ${e.replica}`);
  if (scene.replicas.has(e.replica)) reject(e, 'R7a', `there was a replica ${e.replica} before`);
  scene.replicas.add(e.replica);
  state.renewals.push({ before: replica, index: process.next });
  state.replica = replica.as(e.replica);
  state.id = e.replica;
};

/** Follows a server's process: each of its events is a step of the model's replica. */
import type { TraceEvent } from '#bayou/core/trace.js';
import { reject, Undecidable } from './rejection.js';
import { closeViews, endViews, meetViews, type Scene, serverState, type ServerState } from './run-scene.js';
import { link } from './server-links.js';
import { preparePullAnswered, prepareMerged, pullAsked } from './server-pulls.js';
import { prepareAccept, prepareAnswer, prepareRefuse } from './server-requests.js';
import { prepareStart, renewed } from './server-starts.js';
import type { FollowedProcess } from './timeline.js';

/** Follows an event of a server's process. */
export const followServer = (scene: Scene, process: FollowedProcess, event: TraceEvent): void => {
  const state = serverState(scene, process);
  const step = prepare(scene, process, state, event);
  closeViews(process, state);
  step();
  meetViews(scene, process, state);
  if (process.next === process.events.length - 1) endViews(process, state);
};

/** Asks for the events that must come before this one; returns the model's step. */
const prepare = (scene: Scene, process: FollowedProcess, state: ServerState, event: TraceEvent): (() => void) => {
  if (event.type === 'start') return prepareStart(scene, process, state, event);
  const { replica } = state;
  if (replica === undefined) return reject(event, 'trace', 'the process has not said as which replica it runs');
  switch (event.type) {
    case 'renewed':
      return () => renewed(scene, process, state, replica, event);
    case 'logFailed':
      return logFailed(process);
    case 'link':
      return () => link(state, event);
    case 'accept':
      return prepareAccept(scene, process, state, replica, event);
    case 'refuse':
      return prepareRefuse(scene, process, state, replica, event);
    case 'answer':
      return prepareAnswer(scene, process, state, replica, event);
    case 'pullAsked':
      return () => pullAsked(scene, process, state, replica, event);
    case 'pullAnswered':
      return preparePullAnswered(scene, process, state, replica, event);
    case 'merged':
      return prepareMerged(scene, process, state, replica, event);
    default:
      return reject(event, 'trace', `a server does not write down '${event.type}'`);
  }
};

/** A server whose log has failed writes no more events, so nothing after it can be decided. */
const logFailed = ({ name }: FollowedProcess): never => {
  throw new Undecidable(`the log of ${name} failed; what a server shows afterwards is not compared`);
};

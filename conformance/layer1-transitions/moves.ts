/**
 * The moves: the implementation's step for each step of the model. A move takes the parts of the slots that the model's interaction reads, in the same
 * order. It returns the parts after the step, and the user's view of it (`saw`, in the words of the model's notes).
 *
 * A put that is refused (ERR_DEP) uses up a client time in the implementation and none in the model, where it changes nothing at
 * all. R3's count is there to tell puts apart, so its gaps mean nothing; the move checks that nothing else has changed and goes on from
 * the state before.
 */
import type { NodeId } from '#bayou/core/ids.js';
import { putArrives, putDelayed } from './moves-late.js';
import { copyLog, putBack, startAnew, startFromToken, takeToken } from './moves-again.js';
import type { Move, MoveParts, MoveSettings } from './move.js';
import { changeLink, kill, restart, restartBlank, stabilize } from './moves-failures.js';
import { changeClientLink, getInOrder, putInOrder } from './moves-linked.js';
import { answer, duplicate, lose, pull, receipt, request } from './moves-pulls.js';
import { get, giveUp, put, putUnanswered, repeatPut } from './moves-roaming.js';

/** What moves must know of the model's world and the implementation's replicas do not say: its links, how many servers it has, and whether clients roam. */
export interface LinkView {
  readonly isUp: (link: unknown) => boolean;
  readonly linked: (links: MoveParts) => ReadonlyArray<readonly [NodeId, NodeId]>;
  readonly servers: number;
  readonly isRoaming: boolean;
}

const idOf = (name: string | number | undefined): NodeId => Number(String(name).slice(1));

/** The move of an interaction, by its label. */
export const moveOf = (family: string, args: ReadonlyArray<string | number>, settings: MoveSettings, links: LinkView): Move => {
  const [first, second] = args;
  const key = String(args.at(-1));
  switch (family) {
    case 'Put':
      return links.isRoaming ? put(settings, key) : putInOrder(settings, key);
    case 'Get':
      return links.isRoaming ? get(settings, key) : getInOrder(settings, key);
    case 'PutUnanswered':
      return putUnanswered(settings, key);
    case 'PutDelayed':
      return putDelayed(settings, key);
    case 'PutArrives':
      return putArrives(settings);
    case 'RepeatPut':
      return repeatPut(settings);
    case 'GiveUp':
      return giveUp;
    case 'TakeToken':
      return takeToken;
    case 'StartSession':
      return key === 'anew' ? startAnew(settings.sessionKeys) : startFromToken(settings.sessionKeys);
    case 'Copy':
      return copyLog(idOf(first));
    case 'PutBack':
      return putBack(settings.replicaOptions, idOf(first));
    case 'BreakLink':
    case 'MakeLink':
      return changeClientLink(idOf(second), family === 'MakeLink');
    case 'Pull':
      return pull(settings);
    case 'Request':
      return request;
    case 'Answer':
      return answer(settings, idOf(second), idOf(first));
    case 'Receipt':
      return receipt(settings, idOf(first), idOf(second));
    case 'Lose':
      return lose;
    case 'Duplicate':
      return duplicate;
    case 'ChangeLink': {
      const [a, b] = String(first).split('-').map(idOf);
      return changeLink(a!, b!, links.isUp);
    }
    case 'Kill':
      return kill(settings.replicaOptions);
    case 'Restart':
      return restart(settings.replicaOptions);
    case 'RestartBlank':
      return restartBlank(settings.replicaOptions);
    case 'Stabilize':
      return stabilize(settings, links.servers, links.linked);
    default:
      throw new Error(`the implementation has no move for the model's ${family}`);
  }
};

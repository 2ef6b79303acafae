/**
 * How a run of the master comes to its end, and with which exit status: a pure machine. The script ends, a signal comes, results or the trace can no longer
 * be written: whichever is first ends the run, and what else went wrong still shows in its status. Saying and ending are its caller's.
 */
import { MASTER_EXIT } from '../command-line/exit.js';

/** A status of the master's. */
export type MasterStatus = (typeof MASTER_EXIT)[keyof typeof MASTER_EXIT];

/** What is known of a run's end. Immutable. */
export interface Ending {
  /** What ended it; undefined: it goes on. */
  readonly status: number | undefined;
  /** The status of results that could not be written; undefined: they could. */
  readonly lost: number | undefined;
  /** Was there a failure that did not end the run? */
  readonly isFailed: boolean;
}

/** What happens in a run. */
export type EndingEvent =
  /** The script cannot be read on, or what processes wrote down cannot be put together; `why` in one line. */
  | { readonly type: 'failed'; readonly why: string }
  /** What happens can no longer be written down. */
  | { readonly type: 'traceFailed'; readonly why: string }
  /** A process of the cluster ended that nobody killed. */
  | { readonly type: 'died'; readonly who: string; readonly how: string }
  /** Nobody reads the results any more, or they cannot be written: the status that goes with it. */
  | { readonly type: 'outputLost'; readonly status: number }
  | { readonly type: 'signal' }
  | { readonly type: 'scriptDone'; readonly status: MasterStatus };

/** What to do: say a line, or end the cluster, which is asked for once. */
export type EndingEffect = { readonly type: 'say'; readonly line: string } | { readonly type: 'end' };

/** An ending and what is to be done. */
export interface EndingStep {
  readonly ending: Ending;
  readonly effects: ReadonlyArray<EndingEffect>;
}

/** A run that goes on. */
export const GOING_ON: Ending = { status: undefined, lost: undefined, isFailed: false };

const say = (line: string): EndingEffect => ({ type: 'say', line });

const endWith = (ending: Ending, status: number, effects: ReadonlyArray<EndingEffect> = []): EndingStep =>
  ending.status === undefined ? { ending: { ...ending, status }, effects: [...effects, { type: 'end' }] } : { ending, effects };

/** The next state, and what is to be done. */
export const nextEnding = (ending: Ending, event: EndingEvent): EndingStep => {
  switch (event.type) {
    case 'failed':
      return { ending: { ...ending, isFailed: true }, effects: [say(event.why)] };
    case 'traceFailed':
      return endWith({ ...ending, isFailed: true }, MASTER_EXIT.clusterFailed, [say(event.why)]);
    case 'died':
      // Of a cluster that is being ended nobody wants to know who died when.
      if (ending.status !== undefined) return { ending, effects: [] };
      return { ending: { ...ending, isFailed: true }, effects: [say(`${event.who} ended by itself: ${event.how}`)] };
    case 'outputLost':
      return endWith({ ...ending, lost: ending.lost ?? event.status }, event.status);
    case 'signal':
      return endWith(ending, MASTER_EXIT.interrupted);
    case 'scriptDone':
      return endWith(ending, event.status);
  }
};

/** The exit status of a run that is over. The last result may have found no room after the script's end. */
export const exitStatusOf = ({ status = MASTER_EXIT.done, lost, isFailed }: Ending): number => {
  if (status !== MASTER_EXIT.done) return status;
  return lost ?? (isFailed ? MASTER_EXIT.clusterFailed : MASTER_EXIT.done);
};

/**
 * Decides the end of a master's run and its exit status: a pure machine. The run ends when the script ends, a signal comes, or results or the trace can no
 * longer be written. Later failures still change the status. The caller prints the lines and ends the cluster.
 */
import { MASTER_EXIT } from '../command-line/exit.js';

/** A status of the master's. */
export type MasterStatus = (typeof MASTER_EXIT)[keyof typeof MASTER_EXIT];

/** The state of a run's end. Immutable. */
export interface EndOfRun {
  /** The status with which the run ended; undefined: it goes on. */
  readonly status: number | undefined;
  /** The status of results that could not be written; undefined: they could. */
  readonly lost: number | undefined;
  /** Was there a failure that did not end the run? */
  readonly isFailed: boolean;
}

/** An event of a run. */
export type EndingEvent =
  /** The rest of the script cannot be read, or the processes' traces cannot be put together; `why`: one line. */
  | { readonly type: 'failed'; readonly why: string }
  /** The master's trace can no longer be written. */
  | { readonly type: 'traceFailed'; readonly why: string }
  /** A process of the cluster ended without a kill. */
  | { readonly type: 'died'; readonly who: string; readonly how: string }
  /** The results have no reader any more, or cannot be written; `status`: the exit status for that. */
  | { readonly type: 'outputLost'; readonly status: number }
  | { readonly type: 'signal' }
  | { readonly type: 'scriptDone'; readonly status: MasterStatus };

/** An effect: to say a line, or to end the cluster. The second comes once. */
export type EndingEffect = { readonly type: 'say'; readonly line: string } | { readonly type: 'end' };

/** An ending with the effects of a step. */
export interface EndingStep {
  readonly ending: EndOfRun;
  readonly effects: ReadonlyArray<EndingEffect>;
}

/** The ending of a run that goes on. */
export const GOING_ON: EndOfRun = { status: undefined, lost: undefined, isFailed: false };

const say = (line: string): EndingEffect => ({ type: 'say', line });

const endWith = (ending: EndOfRun, status: number, effects: ReadonlyArray<EndingEffect> = []): EndingStep =>
  ending.status === undefined ? { ending: { ...ending, status }, effects: [...effects, { type: 'end' }] } : { ending, effects };

/** The next state, with its effects. */
export const nextEnding = (ending: EndOfRun, event: EndingEvent): EndingStep => {
  switch (event.type) {
    case 'failed':
      return { ending: { ...ending, isFailed: true }, effects: [say(event.why)] };
    case 'traceFailed':
      return endWith({ ...ending, isFailed: true }, MASTER_EXIT.clusterFailed, [say(event.why)]);
    case 'died':
      // The master itself ends the processes of a run that is over, so their ends are not told.
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

/** Was the script run to its end, or as far as the trace could be written? Then something graver may still be found. */
export const isOfScript = (status: number): boolean =>
  status === MASTER_EXIT.done || status === MASTER_EXIT.badInput || status === MASTER_EXIT.clusterFailed;

/**
 * The exit status of a run that is over: that of what ended it. Of a script that ended it is the gravest: results that were lost, also after the
 * script's end, then a failure of the cluster, then bad input.
 */
export const exitStatusOf = ({ status = MASTER_EXIT.done, lost, isFailed }: EndOfRun): number => {
  if (!isOfScript(status)) return status;
  return lost ?? (isFailed ? MASTER_EXIT.clusterFailed : status);
};

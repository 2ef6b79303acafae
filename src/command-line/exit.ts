/** All exit statuses: those of `bayou check` and `bayou conform`, where each outcome has its own, of the master, and of the other programs. */

/** The exit statuses of `bayou check`, `bayou conform` and the commands beside them. Every program has 2, 70 and 130. */
export const EXIT = {
  /** Every check ended as it should: the model holds, or fails as its configuration expects. */
  ok: 0,
  /** A property is violated. */
  violated: 1,
  /** Bad usage: an unknown command or option, a file that is missing, a configuration with a wrong field. */
  usage: 2,
  /** A limit came first, or some property could not be judged. */
  bounded: 3,
  /** With `--require-witnesses`: the model holds, but a witness is not reached or an action is never enabled. */
  vacuous: 4,
  /** The verdict is not the one that the configuration expects, and nothing is violated. */
  unexpected: 5,
  /** A bug in the program itself. */
  internal: 70,
  /** SIGINT or SIGTERM came first. */
  interrupted: 130,
} as const;

/** The exit statuses of `bayou master`. */
export const MASTER_EXIT = {
  done: 0,
  /** Some line was bad input. */
  badInput: 1,
  usage: EXIT.usage,
  /** The cluster failed at some command, or ended by itself. */
  clusterFailed: 3,
  interrupted: EXIT.interrupted,
} as const;

/** The exit statuses of `bayou server`, `bayou client` and `bayou backup`. `failed`: the program could not start, or did not do all that it was asked for. */
export const PLAIN_EXIT = { ok: EXIT.ok, failed: 1, usage: EXIT.usage } as const;

/** The exit statuses of any program whose results cannot be written, by the reason. */
export const OUTPUT_LOST = {
  /** There is no room, or the disk fails. */
  unwritable: EXIT.usage,
  /** The reader of the results went away, as in `bayou check | head`. */
  readerGone: EXIT.interrupted,
} as const;

/** The signals that end a program for which a person or a pipe waits. */
export const ENDING_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

/** The statuses of checks, from the worst to the best. */
const RANK: ReadonlyArray<ExitStatus> = [
  EXIT.internal,
  EXIT.interrupted,
  EXIT.usage,
  EXIT.violated,
  EXIT.unexpected,
  EXIT.bounded,
  EXIT.vacuous,
  EXIT.ok,
];

/** The worst status of several checks. */
export const worst = (statuses: ReadonlyArray<ExitStatus>): ExitStatus =>
  RANK.find((status) => statuses.includes(status)) ?? EXIT.ok;

/** A mistake that the user can put right. The message is one line. */
export class UsageError extends Error {
  /** Lines to print before the message, such as the run that leads to a fault of a model. */
  readonly before: ReadonlyArray<string>;

  constructor(message: string, before: ReadonlyArray<string> = []) {
    super(message);
    this.before = before;
  }
}

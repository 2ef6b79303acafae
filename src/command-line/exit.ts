/** Exit statuses, all in one place: of `bayou check` and `bayou conform`, where each outcome has its own; then of the master, and of the other programs. */

/** Of `bayou check`, `bayou conform` and what goes with them; 2, 70 and 130 are every program's. */
export const EXIT = {
  /** Every check ended as it should: it holds, or it fails as its configuration expects. */
  ok: 0,
  /** A property is violated. */
  violated: 1,
  /** Bad usage: an unknown command or option, a file that is missing, a configuration with a wrong field. */
  usage: 2,
  /** A limit came first, or some property could not be judged. */
  bounded: 3,
  /** It would hold, but a witness is not reached or an action never enabled (with `--require-witnesses`). */
  vacuous: 4,
  /** The verdict is not the one that the configuration expects, and nothing is violated. */
  unexpected: 5,
  /** A bug in the program itself. */
  internal: 70,
  /** SIGINT or SIGTERM came first. */
  interrupted: 130,
} as const;

/** Of `bayou master`. */
export const MASTER_EXIT = {
  done: 0,
  /** Some line was bad input. */
  badInput: 1,
  usage: EXIT.usage,
  /** The cluster failed at some command, or ended by itself. */
  clusterFailed: 3,
  interrupted: EXIT.interrupted,
} as const;

/** Of `bayou server`, `bayou client` and `bayou backup`; failed: it could not start, or something that it was to do was not done. */
export const PLAIN_EXIT = { ok: EXIT.ok, failed: 1, usage: EXIT.usage } as const;

/** Of every program whose results cannot be written, by why. */
export const OUTPUT_LOST = {
  /** There is no room, or the disk fails. */
  unwritable: EXIT.usage,
  /** Whoever read them went away (`bayou check | head`). */
  readerGone: EXIT.interrupted,
} as const;

/** The signals that end a program which a person or a pipe waits for. */
export const ENDING_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export type ExitStatus = (typeof EXIT)[keyof typeof EXIT];

/** From the most to the least telling, for one status of many checks. */
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

/** The status of several checks together. */
export const worst = (statuses: ReadonlyArray<ExitStatus>): ExitStatus =>
  RANK.find((status) => statuses.includes(status)) ?? EXIT.ok;

/** Something the user can put right, said in one line. */
export class UsageError extends Error {
  /** What there is to read before that line, such as the run that leads to a fault of a model. */
  readonly before: ReadonlyArray<string>;

  constructor(message: string, before: ReadonlyArray<string> = []) {
    super(message);
    this.before = before;
  }
}

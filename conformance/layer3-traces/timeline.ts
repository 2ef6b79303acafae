/**
 * Merges the processes of a run by causality. There is no shared clock, so events are followed on demand: the master's first, and another process's
 * only as far as the event at hand needs them (a client's result needs the server's answer, a merge needs the answer that it merges, …). No event
 * is followed before an event that it depends on. Events that do not depend on each other are followed in some order, which the run need not have had.
 */
import type { TraceEvent } from '#bayou/core/trace.js';
import { parseProcessName, type ProcessName, type ProcessTrace } from './read-traces.js';
import { reject } from './rejection.js';

/** A process that is followed: its events, and the index of the next one. */
export interface FollowedProcess extends ProcessTrace {
  readonly who: ProcessName;
  /** The index of the next event. */
  next: number;
  /** Is the next event being followed, and waits for other processes? */
  busy: boolean;
  /** The count of the latest of the master's events that this process's next event is known to come after; -1: none. */
  knows: number;
}

/** The follower of a timeline's events. */
export interface EventFollower {
  /** Asks for the events that must come before this one, then takes the model's step. */
  readonly follow: (process: FollowedProcess, event: TraceEvent) => void;
  /** The event was followed, and the process is at its next one. */
  readonly onFollowed: (process: FollowedProcess, event: TraceEvent) => void;
}

/** An event waits for an event that never comes, or that waits for it in turn. */
export class EndlessWait extends Error {
  readonly event: TraceEvent;
  constructor(event: TraceEvent, why: string) {
    super(why);
    this.event = event;
  }
}

/** The index of the next event that matters; -1: none. */
export const indexOf = ({ events, next }: FollowedProcess, matters: (event: TraceEvent) => boolean): number => {
  for (let i = next; i < events.length; i++) if (matters(events[i]!)) return i;
  return -1;
};

/** All processes of a run. */
export class Timeline {
  readonly processes = new Map<string, FollowedProcess>();
  followed = 0;
  #follower: EventFollower | undefined;
  readonly #runs = new Map<string, FollowedProcess[]>();
  readonly #events = new Map<string, TraceEvent[]>();

  constructor(traces: ReadonlyArray<ProcessTrace>) {
    for (const { name, events } of traces) this.#open(name, [...events]);
  }

  #open(name: string, events: TraceEvent[]): void {
    const who = parseProcessName(name);
    const first = events[0];
    if (first === undefined) return;
    if (who === undefined) return reject(first, 'trace', `'${name}' is not the name of a process of a run`);
    const process = { name, events, who, next: 0, busy: false, knows: -1 };
    this.processes.set(name, process);
    this.#events.set(name, events);
    const run = `${who.role} ${who.id}`;
    this.#runs.set(
      run,
      [...(this.#runs.get(run) ?? []), process].sort((a, b) => a.who.run - b.who.run),
    );
  }

  /** Adds an event of a process of a run that goes on. */
  add(event: TraceEvent): void {
    const events = this.#events.get(event.p);
    if (events === undefined) this.#open(event.p, [event]);
    else events.push(event);
  }

  /** Sets the follower of this timeline's events. It knows the scene that was made for the timeline. */
  beFollowedBy(follower: EventFollower): void {
    this.#follower = follower;
  }

  /** The processes that ran as this server or client, in their order. */
  of(role: ProcessName['role'], id: number): ReadonlyArray<FollowedProcess> {
    return this.#runs.get(`${role} ${id}`) ?? [];
  }

  /** Follows the next event of a process. */
  step(process: FollowedProcess): void {
    if (this.#follower === undefined) throw new Error('nobody follows the events of this timeline');
    const event = process.events[process.next]!;
    process.busy = true;
    try {
      this.#follower.follow(process, event);
    } finally {
      process.busy = false;
    }
    process.next++;
    this.followed++;
    this.#follower.onFollowed(process, event);
  }

  /** Follows a process until the condition holds. False where the process has no further events, or waits for the caller. */
  until(process: FollowedProcess, holds: () => boolean): boolean {
    while (!holds()) {
      if (process.busy || process.next >= process.events.length) return false;
      this.step(process);
    }
    return true;
  }

  /**
   * Follows a process until `found` returns a value, as long as it has further events for which `matters` holds. Undefined where there are no such
   * events, or where they would have to wait for the caller.
   */
  seek<T>(process: FollowedProcess, matters: (event: TraceEvent) => boolean, found: () => T | undefined): T | undefined {
    for (;;) {
      const thing = found();
      if (thing !== undefined) return thing;
      const ahead = indexOf(process, matters);
      if (ahead < 0 || process.busy) return undefined;
      try {
        this.until(process, () => process.next > ahead);
      } catch (error) {
        if (error instanceof EndlessWait) return undefined;
        throw error;
      }
    }
  }

  /**
   * Follows several processes until `found` returns a value on which an event depends. Undefined only where no process has such a value. Throws where a
   * process has such a value but waits for the caller: then another event is followed too early.
   */
  need<T>(
    event: TraceEvent,
    processes: ReadonlyArray<FollowedProcess>,
    matters: (event: TraceEvent) => boolean,
    found: () => T | undefined,
  ): T | undefined {
    for (const process of processes) {
      const thing = this.seek(process, matters, found);
      if (thing !== undefined) return thing;
    }
    if (processes.some((p) => indexOf(p, matters) >= 0)) throw new EndlessWait(event, 'it needs what comes after it');
    return undefined;
  }

  /** Follows another process until `holds` returns true. Throws {@link EndlessWait} where `holds` never does, since the event depends on that. */
  await(event: TraceEvent, process: FollowedProcess, holds: () => boolean, why: string): void {
    if (!this.until(process, holds)) throw new EndlessWait(event, why);
  }

  /** Follows a process to its last event; false where the process waits for the caller. */
  toEnd(process: FollowedProcess): boolean {
    return this.until(process, () => process.next >= process.events.length);
  }
}

/** The first gap in a process's count of its events: an event is missing there. Undefined: there is no gap. */
export const gapIn = ({ events }: ProcessTrace): { readonly n: number; readonly why: string } | undefined => {
  const i = events.findIndex((e, at) => e.n !== at);
  if (i < 0) return undefined;
  const n = events[i]!.n;
  return n < i ? { n, why: `two events have the count ${n}` } : { n: i, why: `event ${i} is missing: the next one is ${n}` };
};

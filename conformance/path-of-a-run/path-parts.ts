/** The steps of a path before they have an order, and the parts of the state that they read and write. */
import type { NodeId } from '#bayou/core/ids.js';
import type { EventOf, TraceEvent } from '#bayou/core/trace.js';
import type { RecordedStep } from '#bayou/checked-model/path-file.js';
import type { Config } from '#bayou/model/checking/config.js';
import type { Names } from './path-names.js';
import type { RunRecord } from './recording.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** How a path takes pulls: each as one step (`pull`), or as three (`messages`). */
export type Grain = Config['grain'];

/** A part of the state that a step reads or writes, and when: a place in the order in which the run was followed. */
export interface Access {
  readonly part: string;
  readonly at: number;
  readonly writes: boolean;
}

/** A step before it has its place in the order. */
export interface StepNode extends RecordedStep {
  readonly accesses: ReadonlyArray<Access>;
}

/** A run, with tables for looking events up in it. */
export interface PathContext {
  readonly names: Names;
  readonly recording: RunRecord;
  /** The place of each event in the order in which the run was followed. */
  readonly places: ReadonlyMap<TraceEvent, number>;
  /** By the answer: the result that used it. */
  readonly usedBy: ReadonlyMap<TraceEvent, TraceEvent>;
  /** For each server the places at which its vector changes. */
  readonly changes: ReadonlyMap<NodeId, ReadonlyArray<number>>;
  /** By client, server and client time: the place at which the put was first sent to the server. */
  readonly sent: ReadonlyMap<string, number>;
  /** By the pull's name: the place of its request. */
  readonly pulls: ReadonlyMap<string, number>;
  /** By the pull's name: the last answer. */
  readonly answers: ReadonlyMap<string, EventOf<'pullAnswered'>>;
  /** The last parts of pulls that came in parts. */
  readonly lasts: ReadonlySet<TraceEvent>;
  /** Accepted puts by stamp. */
  readonly accepts: ReadonlyMap<string, EventOf<'accept'>>;
  /** Puts that some server accepted, by client and client time. */
  readonly puts: ReadonlySet<string>;
  /** By client and client time: the place at which the session gave the put up. */
  readonly givenUp: ReadonlyMap<string, number>;
  /** Do servers keep their logs? Then a server that comes back without its log has lost it (R10), and is no new replica (R7). */
  readonly keepsLog: boolean;
}

// --- parts -----------------------------------------------------------------------------------------------------------------

export const reads = (part: string, at: number): Access => ({ part, at, writes: false });
export const writes = (part: string, at: number): Access => ({ part, at, writes: true });

export const eventOf = ({ p, n }: TraceEvent): RecordedStep => ({ event: { process: p, n } });

export const placeOf = ({ places, recording }: PathContext, event: TraceEvent): number =>
  places.get(event) ?? recording.followed.length;

export const serverAt = (event: TraceEvent): NodeId => Number(/^server-(\d+)/.exec(event.p)?.[1] ?? -1);

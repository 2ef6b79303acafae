/** The ledger has the messages that the processes sent each other, as far as their traces tell them: requests of sessions, answers to them, pulls. */
import type { Bytes } from '#bayou/core/bytes.js';
import type { NodeId, ReplicaId, SessionNumber } from '#bayou/core/ids.js';
import type { Get, GetAnswer, Put, PutAnswer, RefusedAnswer } from '#bayou/core/messages.js';
import type { AnswerToPull } from '#bayou/model/protocol/pulls.js';
import type { TraceEvent } from '#bayou/core/trace.js';
import type { Stamp } from '#bayou/core/write.js';
import type { FollowedProcess } from './timeline.js';

/** A session's request that was sent to a server. */
export interface SentRequest {
  /** The request as it was sent: a put that is repeated names its replica (R14). */
  readonly request: Get | Put;
  /** The replica that the session took the server for. */
  readonly replica: ReplicaId;
  /** The count of the latest of the master's events that the session's request comes after. */
  readonly knows: number;
}

/** A get that was sent. `onAnswer`: given the answer that the server must have given to it, refuses the session's result that does not follow from it. */
interface SentGet extends SentRequest {
  onAnswer?: (answer: GetAnswer['type']) => void;
}

/** A session's gets of one key at one server, in their order, and the answers to them that were followed. */
interface Gets {
  readonly sent: SentGet[];
  readonly answers: GetAnswer['type'][];
}

/** An answer that a server has given to a session's request. */
export interface GivenAnswer {
  readonly process: FollowedProcess;
  readonly index: number;
  readonly knows: number;
  readonly key: string;
  /** The put's client time; 0 for gets. */
  readonly clientTime: number;
  readonly answer: GetAnswer | PutAnswer | RefusedAnswer;
  taken: boolean;
}

/** An answer to a pull. */
export interface PullAnswer {
  readonly pulled: AnswerToPull;
  readonly process: FollowedProcess;
  readonly index: number;
  readonly knows: number;
}

/** A pull, by its name. */
export interface PullRecord {
  asked?: {
    readonly event: Extract<TraceEvent, { type: 'pullAsked' }>;
    readonly process: FollowedProcess;
    readonly knows: number;
    /** The replica that the puller was when it asked. The puller may be another replica when the answer comes (R7a). */
    readonly replica: ReplicaId | undefined;
  };
  readonly answers: PullAnswer[];
}

/** The messages of a run. */
export class Ledger {
  readonly #sent = new Map<string, SentRequest[]>();
  readonly #gets = new Map<string, Gets>();
  readonly #given = new Map<string, GivenAnswer[]>();
  readonly #pulls = new Map<string, PullRecord>();
  readonly #stamps = new Map<string, Stamp>();

  sent(client: NodeId, server: NodeId): SentRequest[] {
    return entry(this.#sent, `${client} ${server}`);
  }

  /** A session's gets of one key at one server, in their order, and the answers to them that were followed. */
  gets(client: NodeId, server: NodeId, key: Bytes): Gets {
    const name = `${client} ${server} ${key}`;
    const known = this.#gets.get(name) ?? { sent: [], answers: [] };
    this.#gets.set(name, known);
    return known;
  }

  /**
   * Compares the results of gets with the answers to them, when the whole run was followed. Answers come in the order of their requests. So where a server gave as many answers as there were
   * requests, each answer belongs to the request in its place. Elsewhere an answer is missing, and nobody can tell whose.
   */
  compareAnswers(): void {
    for (const { sent, answers } of this.#gets.values())
      if (sent.length === answers.length) sent.forEach(({ onAnswer }, i) => onAnswer?.(answers[i]!));
  }

  given(client: NodeId, server: NodeId): GivenAnswer[] {
    return entry(this.#given, `${client} ${server}`);
  }

  /** R14: the stamp of a put that was just accepted with `stamp`. A put that a replica accepted before keeps that earlier stamp. */
  stampOf(client: NodeId, session: SessionNumber, clientTime: number, stamp: Stamp): Stamp {
    const name = `${client} ${session} ${clientTime}`;
    const known = this.#stamps.get(name);
    if (known === undefined) this.#stamps.set(name, stamp);
    return known ?? stamp;
  }

  pull(name: string): PullRecord {
    const known = this.#pulls.get(name);
    if (known !== undefined) return known;
    const made: PullRecord = { answers: [] };
    this.#pulls.set(name, made);
    return made;
  }
}

const entry = <T>(map: Map<string, T[]>, name: string): T[] => {
  const known = map.get(name);
  if (known !== undefined) return known;
  const made: T[] = [];
  map.set(name, made);
  return made;
};

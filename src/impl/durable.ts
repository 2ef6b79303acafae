/**
 * A replica with its durable log, and the gate between them (R10).
 *
 * The gate: no answer to a put, a get or a pull leaves before every change made so far is durable. It is not enough to hold back the
 * answers to puts: if a get or a pull showed a write that a crash then forgets, the restarted replica would give the write's stamp to
 * another write. Answers leave in the order of the steps. So everybody else has always seen a beginning of the replica's history, and
 * the log holds that beginning.
 *
 * While one batch is being written, the following changes gather for the next batch. One commit writes the whole batch. While no change
 * waits, an answer to a message that changes nothing leaves at once, within the call.
 *
 * When the log fails (for example on a full disk), the replica refuses puts and merges from then on. Memory was ahead of the log, so the
 * replica falls back to the log's state ({@link fallBack}) and answers gets and pulls from that state. A restart begins with the log's
 * state too.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { RefusedAnswer } from '../core/messages.js';
import { NODE } from '../ports/node.js';
import type { Timers } from '../ports/ports.js';
import { type DurableState, durableOf, fallBack, reached } from './fall-back.js';
import { writeError } from './log/errors.js';
import type { Append, Log, LogError, Owner, RecoveredLog } from './log/log.js';
import { createMemoryLog } from './log/memory-log.js';
import {
  isToCompact,
  read,
  restore,
  step,
  type ReplicaAnswer,
  type AnswerTo,
  type Effects,
  type Message,
  type Replica,
  type ReplicaOptions,
} from './replica.js';
import { WriteWatch } from './write-watch.js';

/** Most requests that may wait for the log at once. Further requests are refused as `busy`. */
export const MAX_WAITING = 65_536;
/** Most changes in one commit. */
const MAX_BATCH = 1024;

/** Takes the answer to a request. The replica may call it within the request's own call. It must not throw. */
export type AnswerTaker<A> = (answer: A | RefusedAnswer) => void;

/**
 * Is told of every step at its instant: the replica is in the state after the step, and the step's changes are not yet on their way to the
 * log. Traces are written here, so every step that another process can see has its event, even after a crash.
 */
export type Observer = (replica: Replica, message: Message, effects: Effects) => void;

/** The callbacks of a durable replica, and its timers. */
export interface Listeners {
  readonly observe?: Observer;
  /** Is told once that the log has failed. From then on the replica takes no change in, and `observe` is told of gets and pulls as before. */
  readonly onFailure?: (failure: LogError) => void;
  /** Is told in one line that a write to the log does not come back, and is told `undefined` when that write has come back. */
  readonly onStall?: (stalled: string | undefined) => void;
  /** Default: Node's. */
  readonly timers?: Timers;
}

/** Changes on their way to the log, and the answers that may leave when the log has these changes. `messages` are the messages answered. */
interface Batch {
  readonly appends: Append[];
  readonly messages: Message[];
  readonly replies: AnswerTaker<ReplicaAnswer>[];
  readonly answers: ReplicaAnswer[];
}

const emptyBatch = (): Batch => ({ appends: [], messages: [], replies: [], answers: [] });
const refused = (reason: RefusedAnswer['reason']): RefusedAnswer => ({ type: 'refused', reason });

/** A replica whose answers leave when every change before them is durable. {@link openDurable} makes it. */
export class DurableReplica {
  /** How its log was found. */
  readonly found: RecoveredLog['found'];
  /** The reason not to go on under the log's identity, as the end of a sentence about the log. */
  readonly note: RecoveredLog['note'];
  #replica: Replica;
  readonly #durable: DurableState;
  #failure: LogError | undefined;
  /** The log's error that was told while a commit was under way. */
  #toldMeanwhile: { readonly error: unknown } | undefined;
  #isClosed = false;
  readonly #log: Log;
  readonly #listeners: Listeners;
  readonly #watch: WriteWatch;
  #gathering: Batch = emptyBatch();
  #writing: Batch | undefined;
  #idle: (() => void)[] = [];
  #scheduled = false;
  #compacting = false;

  constructor(replica: Replica, { found, note }: Pick<RecoveredLog, 'found' | 'note'>, log: Log, listeners: Listeners = {}) {
    this.#replica = replica;
    this.#durable = durableOf(replica);
    this.#listeners = listeners;
    this.#watch = new WriteWatch(listeners.timers ?? NODE.timers, (stalled) => listeners.onStall?.(stalled));
    this.found = found;
    this.note = note;
    this.#log = log;
    if (isToCompact(replica)) this.#compactLater();
  }

  /** For reading (`vectorOf`, `storeOf`, …). Until the log has failed, the replica may be ahead of the log by the changes that wait. */
  get replica(): Replica {
    return this.#replica;
  }

  /** The reason why the log failed; undefined while the log works. */
  get failure(): LogError | undefined {
    return this.#failure;
  }

  /** One line about a write to the log that does not come back; undefined while every write comes back. */
  get stalled(): string | undefined {
    return this.#watch.stalled;
  }

  /** How many requests wait for the log. */
  get waiting(): number {
    return this.#gathering.replies.length + (this.#writing?.replies.length ?? 0);
  }

  /** Takes a message. `reply` gets the answer as soon as the answer may leave. Answers leave in the order of the calls. */
  handle<T extends keyof AnswerTo>(message: Message & { readonly type: T }, reply: AnswerTaker<AnswerTo[T]>): void {
    if (this.#failure !== undefined) {
      (reply as AnswerTaker<ReplicaAnswer>)(this.#answerWithoutLog(message));
      return;
    }
    if (this.#isClosed || this.waiting >= MAX_WAITING) {
      const refusal = refused('busy');
      if (message.type === 'put') this.#listeners.observe?.(this.replica, message, { answer: refusal, append: undefined });
      reply(refusal);
      return;
    }
    const effects = step<T>(this.replica, message);
    this.#listeners.observe?.(this.replica, message, effects);
    const { answer, append } = effects;
    if (isToCompact(this.replica)) this.#compactLater();
    if (append === undefined && this.#gathering.replies.length === 0) {
      if (this.#writing === undefined) reply(answer);
      else this.#wait(this.#writing, message, reply as AnswerTaker<ReplicaAnswer>, answer);
      return;
    }
    this.#wait(this.#gathering, message, reply as AnswerTaker<ReplicaAnswer>, answer);
    if (append === undefined) return;
    this.#gathering.appends.push(append);
    this.#schedule();
  }

  /** Takes the log's failure that comes while no commit is made. A commit under way ends first: it may be durable. */
  logFailed(error: unknown): void {
    if (this.#failure !== undefined) return;
    if (this.#writing === undefined) this.#fail(emptyBatch(), error);
    else this.#toldMeanwhile ??= { error };
  }

  /** Looks whether the log's files are still in their place. If not, the log fails ({@link Listeners}). */
  async look(): Promise<void> {
    if (this.#failure === undefined && !this.#isClosed) await this.#log.look();
  }

  /** Waits until every message handled is durable or refused, then closes the log. Left: see {@link Log}. */
  async close(): Promise<E.Either<LogError, void>> {
    this.#isClosed = true;
    if (this.waiting > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
    this.#watch.close();
    return this.#log.close();
  }

  /** Housekeeping goes on in turns of its own, so no request waits for it. The next turn begins when the log has the turn before. */
  #compactLater(): void {
    if (this.#compacting) return;
    this.#compacting = true;
    (this.#listeners.timers ?? NODE.timers).soon(() => {
      this.handle({ type: 'compact' }, (answer) => {
        this.#compacting = false;
        if (answer.type === 'compacted' && answer.more) this.#compactLater();
      });
    });
  }

  /** Answers gets and pulls, which only read, and refuses every other message. */
  #answerWithoutLog(message: Message): ReplicaAnswer | RefusedAnswer {
    if (message.type !== 'get' && message.type !== 'pull') return refused('failed');
    const answer = read(this.replica, message);
    this.#listeners.observe?.(this.replica, message, { answer, append: undefined });
    return answer;
  }

  #wait(batch: Batch, message: Message, reply: AnswerTaker<ReplicaAnswer>, answer: ReplicaAnswer): void {
    batch.messages.push(message);
    batch.replies.push(reply);
    batch.answers.push(answer);
  }

  /** Does not write at once: requests of one packet are handled in one turn and share one batch. */
  #schedule(): void {
    if (this.#scheduled || this.#writing !== undefined) return;
    this.#scheduled = true;
    queueMicrotask(() => {
      this.#scheduled = false;
      this.#write();
    });
  }

  #write(): void {
    if (this.#writing !== undefined) return;
    const batch = this.#gathering;
    if (batch.appends.length === 0) {
      this.#rest();
      return;
    }
    this.#gathering = emptyBatch();
    this.#writing = batch;
    let writing: Promise<void> | undefined;
    try {
      writing = this.#commit(batch.appends);
    } catch (error) {
      this.#fail(batch, error);
      return;
    }
    if (writing === undefined) {
      this.#written(batch);
    } else {
      this.#watch.begin();
      writing.then(
        () => this.#written(batch),
        (error: unknown) => this.#fail(batch, error),
      );
    }
  }

  #commit(appends: ReadonlyArray<Append>): Promise<void> | undefined {
    return appends.length <= MAX_BATCH ? this.#log.commit(appends) : this.#commitInPieces(appends);
  }

  async #commitInPieces(appends: ReadonlyArray<Append>): Promise<void> {
    for (let i = 0; i < appends.length; i += MAX_BATCH) await this.#log.commit(appends.slice(i, i + MAX_BATCH));
  }

  #written(batch: Batch): void {
    this.#writing = undefined;
    this.#watch.end();
    reached(this.#durable, batch.appends);
    // These answers leave before the next batch is written, because the next batch's answers may be able to leave at once.
    batch.replies.forEach((reply, i) => reply(batch.answers[i]!));
    if (this.#toldMeanwhile === undefined) this.#write();
    else this.#fail(emptyBatch(), this.#toldMeanwhile.error);
  }

  #fail(batch: Batch, error: unknown): void {
    this.#watch.end();
    const gathered = this.#gathering;
    this.#failure = writeError(error);
    this.#replica = fallBack(this.#replica, this.#durable, [...batch.appends, ...gathered.appends]);
    this.#listeners.onFailure?.(this.#failure);
    this.#writing = undefined;
    this.#gathering = emptyBatch();
    this.#answerFailed(batch, 'unlogged');
    this.#answerFailed(gathered, 'failed');
    this.#rest();
  }

  #answerFailed({ messages, replies }: Batch, why: RefusedAnswer['reason']): void {
    replies.forEach((reply, i) => {
      const answer = this.#answerWithoutLog(messages[i]!);
      reply(answer.type === 'refused' ? refused(why) : answer);
    });
  }

  #rest(): void {
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}

/**
 * Opens a log and gives the replica that the log holds. Under the fault V3 (tests alone) the replica uses an empty log instead: the server
 * comes back under its old identity and without its writes.
 */
export const openDurable = async (
  log: Log,
  owner: Owner,
  options: ReplicaOptions & Listeners = {},
): Promise<E.Either<LogError, DurableReplica>> => {
  const kept = options.faults?.amnesia === true ? createMemoryLog() : log;
  const made: { durable?: DurableReplica } = {};
  const opened = await kept.open(owner, (error) => made.durable?.logFailed(error));
  if (E.isLeft(opened)) return opened;
  made.durable = new DurableReplica(restore(opened.right, options), opened.right, kept, options);
  return E.right(made.durable);
};

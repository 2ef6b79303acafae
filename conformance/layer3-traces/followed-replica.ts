/* eslint-disable max-lines -- a replica's steps, and the functions that take them back, have to agree. */
/**
 * A replica of the model, followed along a trace of any length. Every step is the model's own function (`src/model/protocol/server.ts`),
 * given the part of the server that the function looks at:
 *
 * - a put, a get and the receipt of a write look at the log's writes to one key alone (R5 and R6 compare writes to the same key);
 * - a pull's answer looks at the writes of those replicas of which the asker lacks something (`vv[r]` bounds every stamp of r
 *   in the log);
 *
 * So a step's cost does not grow with the log. The implementation keeps one write a key, so the model prunes `live`.
 * A replica remembers its steps until a process has seen an answer that was given after them (R10): a killed server may come back without the steps
 * that no process has seen.
 */
import type { Bytes } from '#bayou/core/bytes.js';
import type { NodeId, ReplicaId } from '#bayou/core/ids.js';
import type { Get, GetAnswer, Pull, Put, PutAnswer, RefusedAnswer } from '#bayou/core/messages.js';
import type { TraceEvent } from '#bayou/core/trace.js';
import type { Stamp, Transfer } from '#bayou/core/write.js';
import type { LoggedWrite, PutIdentity } from '#bayou/model/protocol/put-identity.js';
import { isOlder, stampOrd } from '#bayou/model/protocol/order.js';
import type { Rules, Variant } from '#bayou/model/protocol/rules.js';
import {
  answerPull,
  kindOf,
  pullRequest,
  receive,
  receiveLast,
  receiveOther,
  receivePart,
  type AnswerToPull,
} from '#bayou/model/protocol/pulls.js';
import { acceptPut, answerGet, newServer, type Receipt, type Server } from '#bayou/model/protocol/server.js';
import { covers, has, join, same, type Vector } from '#bayou/model/protocol/vector.js';
import type { Log } from '#bayou/model/protocol/write-log.js';
import { copyingOnce, stampName, receiptName, sameTransfers, type Undo } from './undo.js';

/** The number of sessions of which a server at least remembers puts (R3). */
const REMEMBERED_SESSIONS = 1000;

/** The rules of a variant, with the log that the implementation keeps. */
const rulesOf = (variant: Variant): Rules => ({ variant, pruning: 'live', remembersPuts: 'last' });

/** The state that a process tells when it starts. */
type CameBack = Pick<Extract<TraceEvent, { type: 'start' }>, 'vv' | 'clock' | 'writes' | 'transfers'>;

/** A replica that is followed. Changed in place by its own methods alone. */
export class FollowedReplica {
  readonly id: ReplicaId;
  clock = 0;
  vv: Vector = [];
  readonly #logs = new Map<Bytes, Log>();
  readonly #byReplica = new Map<ReplicaId, Map<Bytes, LoggedWrite>>();
  readonly #receipts = new Map<string, Receipt>();
  readonly #undo: Undo[] = [];
  /** The steps of earlier lives that were not taken back: a copy of the log may be as old as any of them (R7a). */
  readonly #former: Undo[] = [];
  /** The states that the replica had whenever an older copy replaced its log: another copy may have one of these states. */
  readonly #abandoned: FollowedReplica[] = [];
  readonly #rules: Rules;
  /** V2: by puller, the writes that its next answer will carry. They were read from the log when the answer before was made. */
  readonly #readEarlier = new Map<ReplicaId, Log>();
  /** V8: the writes of the last answer, which are added when the next one arrives. */
  #late: Log = [];
  #seen = -1;
  /** Of pulls in parts (R9): the writes that have arrived and are not in the store yet, and how far each pull is. */
  #waiting = new Map<string, LoggedWrite>();
  #transfers: ReadonlyArray<Transfer> = [];

  constructor(id: ReplicaId, variant: Variant) {
    this.id = id;
    this.#rules = rulesOf(variant);
  }

  /** The number of keys that have a value. */
  get size(): number {
    return this.#logs.size;
  }

  /** The store as `printStore` prints it. */
  printed(): ReadonlyArray<string> {
    return [...this.#logs]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([key]) => {
        const answer = this.get({ type: 'get', client: 0, key, atLeast: null, require: [] });
        return answer.type === 'found' ? [`${key}:${answer.value}`] : [];
      });
  }

  /** The `most` writes with the greatest stamps, in the order of their stamps. */
  latest(most: number): Log {
    return [...this.#logs.values()].flat().sort(stampOrd.compare).slice(-most);
  }

  /** The model's answer to a put. Nothing changes. */
  answerTo(put: Put): PutAnswer | RefusedAnswer {
    return acceptPut(this.#rules)(this.#slice(put.key, put), put)[1];
  }

  /**
   * May a server have forgotten what it knew of this put? A put pushes out an earlier one of its session, and one session another. How many a server remembers is its own affair
   * ({@link REMEMBERED_SESSIONS}: at least so many).
   */
  mayForget({ client, session, clientTime }: PutIdentity): boolean {
    const receipts = [...this.#receipts.values()];
    if (receipts.some((x) => x.client === client && x.session === session && x.clientTime > clientTime)) return true;
    return new Set(receipts.map((x) => `${x.client} ${x.session}`)).size >= REMEMBERED_SESSIONS;
  }

  put(put: Put, index: number): PutAnswer | RefusedAnswer {
    const [after, answer] = acceptPut(this.#rules)(this.#slice(put.key, put), put);
    const name = receiptName(put);
    if (answer.type !== 'accepted' || this.#receipts.has(name)) return answer;
    const { client, session, clientTime, key, value } = put;
    this.#take(index, after, [[put.key, after.log]], name);
    this.#receipts.set(name, { client, session, clientTime, key, value, stamp: answer.stamp });
    return answer;
  }

  get(get: Get): GetAnswer {
    return answerGet(this.#rules)(this.#slice(get.key), get);
  }

  /** R9: this replica's request to a server. */
  asks(server: NodeId): Pull {
    return pullRequest(this.#slice(''), server);
  }

  /** R9: this replica's answer to a request, up to the stamp `upTo`; null: to the end. */
  answer(pull: Pull, upTo: Stamp | null): AnswerToPull {
    const writes: LoggedWrite[] = [];
    if (!covers(pull.vv, this.vv)) {
      for (const [r, t] of this.vv)
        if (!covers(pull.vv, [[r, t]])) for (const write of this.#byReplica.get(r)?.values() ?? []) writes.push(write);
    }
    const whole = answerPull({ ...this.#slice(''), log: writes.sort(stampOrd.compare) }, pull);
    const pulled = upTo === null ? whole : { ...whole, upTo, writes: whole.writes.filter((w) => !isOlder(upTo, w)) };
    if (this.#rules.variant !== 'V2') return pulled;
    const earlier = this.#readEarlier.get(pull.puller) ?? pulled.writes;
    this.#readEarlier.set(pull.puller, pulled.writes);
    return { ...pulled, writes: earlier };
  }

  /** R9: takes an answer in. */
  merge(asked: Vector, answer: AnswerToPull, index: number): void {
    const pulled = this.#rules.variant === 'V8' ? { ...answer, writes: this.#late } : answer;
    this.#late = answer.writes;
    const own = this.#slice('');
    switch (kindOf(own, asked, pulled)) {
      case 'other':
        this.#takeParts(index, receiveOther(own, pulled));
        return;
      case 'part':
        this.#takeParts(index, receivePart(own, pulled));
        return;
      case 'last':
        this.#takeLast(pulled, index);
    }
  }

  /** Takes a part that is not the last: only the waiting writes change. */
  #takeParts(index: number, { waiting, transfers }: Server): void {
    const added = waiting.map((w) => [stampName(w), w] as const).filter(([name]) => !this.#waiting.has(name));
    this.#undo.push({ ...this.#before(index), logs: [], receipt: undefined, added: added.map(([name]) => name) });
    for (const [name, w] of added) this.#waiting.set(name, w);
    if (transfers.length === 0) this.#waiting = new Map();
    this.#transfers = transfers;
  }

  /** Takes the last part: key by key, the writes of the part and the waiting ones. */
  #takeLast(pulled: AnswerToPull, index: number): void {
    const vv = join(this.vv, pulled.vv);
    const byKey = new Map<Bytes, LoggedWrite[]>();
    const waited = [...this.#waiting.values()];
    for (const write of [...pulled.writes, ...waited.filter((w) => has(vv, w))]) {
      const list = byKey.get(write.key);
      if (list === undefined) byKey.set(write.key, [write]);
      else list.push(write);
    }
    const logs = [...byKey].map(
      ([key, writes]) => [key, receive(this.#rules)(this.#slice(key), { ...pulled, vv: [], writes }).log] as const,
    );
    const after = receiveLast(this.#rules)(this.#slice(''), { ...pulled, writes: [] });
    this.#take(index, after, logs, undefined);
    const left = after.transfers.length === 0 ? [] : waited.filter((w) => !has(vv, w));
    if (left.length < waited.length) this.#waiting = new Map(left.map((w) => [stampName(w), w]));
    this.#transfers = after.transfers;
  }

  /** A process has seen an answer that was given at this index. So a kill can take back no step up to this index (R10). */
  seenUpTo(index: number): void {
    if (index > this.#seen) this.#seen = index;
  }

  /**
   * R7, R10: goes back to the state that the durable log held when it was opened again. This is the latest state with the vector, accept time, number of
   * keys and pulls in parts (R9) of `cameBack`, among the states that a kill may have left. With `seenToo`, also among older states, of this life or an
   * earlier one: a log that was damaged, or put back from a copy, may go on as a new replica. `isNew`: the server goes on as a new replica. Returns the index of the
   * last step that survived, Infinity where none was lost; undefined where there is no such state.
   */
  comeBackWith(cameBack: CameBack, isNew: boolean, seenToo: boolean): number | undefined {
    if (!seenToo) return this.#goBackTo(cameBack, isNew, false);
    const here = this.#copy();
    let survived = this.#goBackTo(cameBack, isNew, true);
    if (survived === Infinity) return survived;
    if (survived === undefined) {
      const copies = this.#abandoned.map((replica) => replica.#copy());
      const found = copies.find((copy) => copy.#goBackTo(cameBack, isNew, true) !== undefined);
      if (found === undefined) return undefined;
      this.#becomes(found);
      survived = Infinity;
    }
    this.#abandoned.push(here);
    return survived;
  }

  #goBackTo({ vv, clock, writes, transfers }: CameBack, isNew: boolean, seenToo: boolean): number | undefined {
    let survived = Infinity;
    for (;;) {
      if (this.clock === clock && this.size === writes && same(this.vv, vv) && this.#hasTransfers(transfers, isNew)) {
        this.#former.push(...this.#undo.splice(0));
        this.#seen = -1;
        this.#late = [];
        this.#readEarlier.clear();
        return survived;
      }
      const undo = this.#undo.at(-1) ?? (seenToo ? this.#former.at(-1) : undefined);
      if (undo === undefined || (undo.index <= this.#seen && !seenToo)) return undefined;
      if (this.#undo.pop() === undefined) this.#former.pop();
      this.#takeBack(undo);
      survived = undo.index - 1;
    }
  }

  /** Are this replica's pulls in parts as far as `transfers` says? A new replica begins its pulls anew (R9). */
  #hasTransfers(transfers: ReadonlyArray<Transfer>, isNew: boolean): boolean {
    if (isNew && transfers.length === 0) return true;
    return sameTransfers(transfers, this.#transfers);
  }

  /** A replica `id` with this one's state (R7: a log that lost its end goes on as the next incarnation). */
  as(id: ReplicaId): FollowedReplica {
    const other = new FollowedReplica(id, this.#rules.variant);
    other.#becomes(this);
    other.#waiting = new Map();
    other.#transfers = [];
    other.#former.push(...other.#undo.splice(0));
    other.#abandoned.push(...this.#abandoned);
    return other;
  }

  /** A replica `id` with an empty log (R7). A copy of this one's log may still replace that log (R7a). */
  emptied(id: ReplicaId): FollowedReplica {
    const other = new FollowedReplica(id, this.#rules.variant);
    other.#abandoned.push(...this.#abandoned, this.#copy());
    return other;
  }

  #copy(): FollowedReplica {
    const copy = new FollowedReplica(this.id, this.#rules.variant);
    copy.#becomes(this);
    return copy;
  }

  /** Takes over the state of another replica, and those of that replica's steps that can be taken back. */
  #becomes(other: FollowedReplica): void {
    this.clock = other.clock;
    this.vv = other.vv;
    for (const key of [...this.#logs.keys()]) this.#setLog(key, []);
    for (const [key, log] of other.#logs) this.#setLog(key, log);
    this.#receipts.clear();
    for (const [name, receipt] of other.#receipts) this.#receipts.set(name, receipt);
    this.#transfers = other.#transfers;
    const copied = copyingOnce();
    this.#waiting = copied(other.#waiting);
    this.#undo.splice(0, Infinity, ...other.#undo.map((undo) => ({ ...undo, waiting: copied(undo.waiting) })));
    this.#former.splice(0, Infinity, ...other.#former.map((undo) => ({ ...undo, waiting: copied(undo.waiting) })));
  }

  /** The model's server with the log's writes to one key, and the receipt of one put. */
  #slice(key: Bytes, put?: Put): Server {
    const receipt = put === undefined ? undefined : this.#receipts.get(receiptName(put));
    return {
      ...newServer(0),
      replica: this.id,
      clock: this.clock,
      vv: this.vv,
      log: this.#logs.get(key) ?? [],
      receipts: receipt === undefined ? [] : [receipt],
      transfers: this.#transfers,
    };
  }

  #take(index: number, after: Server, logs: ReadonlyArray<readonly [Bytes, Log]>, receipt: string | undefined): void {
    const before = logs.map(([key]) => [key, this.#logs.get(key) ?? []] as const);
    this.#undo.push({ ...this.#before(index), logs: before, receipt, added: [] });
    this.clock = after.clock;
    this.vv = after.vv;
    for (const [key, log] of logs) this.#setLog(key, log);
  }

  #before(index: number): Omit<Undo, 'logs' | 'receipt' | 'added'> {
    return { index, clock: this.clock, vv: this.vv, waiting: this.#waiting, transfers: this.#transfers };
  }

  #takeBack(undo: Undo): void {
    this.clock = undo.clock;
    this.vv = undo.vv;
    this.#waiting = undo.waiting;
    for (const name of undo.added) this.#waiting.delete(name);
    this.#transfers = undo.transfers;
    for (const [key, log] of undo.logs) this.#setLog(key, log);
    if (undo.receipt !== undefined) this.#receipts.delete(undo.receipt);
  }

  #setLog(key: Bytes, log: Log): void {
    for (const w of this.#logs.get(key) ?? []) this.#byReplica.get(w.r)?.delete(key);
    for (const w of log) {
      const of = this.#byReplica.get(w.r);
      if (of === undefined) this.#byReplica.set(w.r, new Map([[key, w]]));
      else of.set(key, w);
    }
    if (log.length === 0) this.#logs.delete(key);
    else this.#logs.set(key, log);
  }
}

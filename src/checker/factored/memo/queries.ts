/**
 * Remembers queries (`model.ts`) part by part: the request of each requester, the reply of each replier to each request, and what each requester
 * makes of each reply. Requests and replies are numbered. Once its parts are known, a query is three look-ups.
 */
import { comparableText } from '../../contract/repeated-call.js';
import type { KeptValues } from '../../contract/kept-values.js';
import { mustBeComparable, type MessageKey } from '../../contract/messages.js';
import { briefly, fault } from '../../contract/model-faults.js';
import { Likes } from '../../values/like.js';
import { oneForm } from '../../values/one-form.js';
import type { ReplyOutcome } from '../../model.js';
import { encode } from '../../values/encode.js';
import { LargeMap } from '../../large-map.js';
import type { CompiledQuery } from '../compile/compile.js';
import type { Components } from '../store/interned-values.js';
import { withCapacity } from '../store/batch.js';
import { Trie } from './trie.js';

type Request = (requester: unknown) => unknown;
type Reply = (replier: unknown, request: unknown) => unknown;
type Key = (said: unknown) => string;
type Receive = (requester: unknown, reply: unknown) => ReadonlyArray<ReplyOutcome<unknown>>;

/** The parts of a query, for values whose types only the model knows. */
interface Parts {
  readonly request: Request;
  readonly reply: Reply;
  readonly receive: Receive;
  readonly requestKey?: Key;
  readonly replyKey?: Key;
}

/**
 * Refuses a key that takes different messages for one: what is remembered of the first would be given out for the others. It is called where the
 * quick comparison did not find the two equal. @throws CheckerError (`model`).
 */
const mustBeOne = (name: string, known: unknown, given: unknown): void => {
  const text = comparableText(known);
  if (text !== undefined && text === comparableText(given)) return;
  throw fault(
    `${name} takes different values for one, ${briefly(known)} and ${briefly(given)}: what it leaves out must not be in them`,
  );
};

/** Numbers requests, or replies, from 1. Equal ones have one number. Number 0 stands for none. */
class Messages {
  readonly values: unknown[] = [undefined];
  private readonly likes: Likes;
  private readonly numbers = new LargeMap<string, number>();
  private readonly name: MessageKey;
  private readonly keyOf: Key | undefined;

  constructor(parts: Parts, name: MessageKey, isAudited: boolean) {
    this.likes = new Likes(isAudited);
    this.name = name;
    this.keyOf = parts[name];
  }

  number(given: unknown): number {
    if (given === undefined) return 0;
    const key = this.textOf(given);
    const known = this.numbers.get(key);
    if (known !== undefined) {
      if (this.keyOf !== undefined && !this.likes.isLike(this.values[known], given))
        mustBeOne(this.name, this.values[known], given);
      return known;
    }
    if (this.keyOf === undefined) mustBeComparable(this.name, given);
    const value = this.keyOf === undefined ? oneForm(given) : given;
    this.numbers.add(key, this.values.length);
    return this.values.push(value) - 1;
  }

  /** What {@link KeptValues} asks. */
  get kept(): KeptValues {
    return {
      isKeyed: this.keyOf !== undefined,
      changed: () => this.values.find((value, number) => this.known(value) !== number),
    };
  }

  /** Gives the number of a value that has one. */
  private known(value: unknown): number {
    return value === undefined ? 0 : (this.numbers.get(this.textOf(value)) ?? -1);
  }

  private textOf(value: unknown): string {
    return this.keyOf === undefined ? this.encoded(value) : this.keyOf(value);
  }

  private encoded(given: unknown): string {
    try {
      return encode(given);
    } catch (error) {
      mustBeComparable(this.name, given);
      throw error;
    }
  }
}

/** A number for each id; 0 where there is none yet. */
class ById {
  private numbers: Int32Array = new Int32Array(64);

  get(id: number): number {
    return id < this.numbers.length ? this.numbers[id]! : 0;
  }

  set(id: number, number: number): void {
    this.numbers = withCapacity(this.numbers, id + 1);
    this.numbers[id] = number;
  }

  *known(): Generator<number> {
    for (let id = 0; id < this.numbers.length; id++) if (this.numbers[id] !== 0) yield id;
  }
}

/** A set of pairs (left, right) that may forget. Each left one has 64 bits, so a pair whose right one is 64 or more is not kept. */
class Pairs {
  private words: Int32Array = new Int32Array(64);

  /** Whether a pair was added. It may say no of a pair that was. */
  has(left: number, right: number): boolean {
    const at = left * 2 + (right >> 5);
    return right < 64 && at < this.words.length && ((this.words[at]! >>> (right & 31)) & 1) === 1;
  }

  add(left: number, right: number): void {
    if (right >= 64) return;
    const at = left * 2 + (right >> 5);
    this.words = withCapacity(this.words, at + 1);
    this.words[at]! |= 1 << (right & 31);
  }
}

/** Remembers one query between two kinds of slots. */
export class QueryMemo {
  private readonly parts: Parts;
  private readonly components: Components;
  private readonly requesterKind: number;
  private readonly replierKind: number;
  private readonly requests: Messages;
  private readonly replies: Messages;
  /** For each requester the number of its request, plus one. */
  private readonly requested = new ById();
  /** For each replier the node of its replies in the trie, plus one. */
  private readonly replying = new ById();
  /** For each requester the node of its rows in the trie, plus one. */
  private readonly receiving = new ById();
  /** The one row of all outcomes that change nothing, and the pairs of a requester and a reply that are known to give it. Most pairs give it. */
  private readonly idleRow: number;
  private readonly idle = new Pairs();
  /** The edges of a replier's node lead from a request to the reply. Those of a requester's node lead from a reply to the row. */
  private readonly trie = new Trie();

  constructor({ source, requesterKind, replierKind }: CompiledQuery, components: Components, idleRow: number) {
    this.parts = source as unknown as Parts;
    const isAudited = components.audit?.isOfAll === true;
    this.requests = new Messages(this.parts, 'requestKey', isAudited);
    this.replies = new Messages(this.parts, 'replyKey', isAudited);
    components.others.add(this.requests.kept);
    components.others.add(this.replies.kept);
    this.components = components;
    this.idleRow = idleRow;
    this.requesterKind = requesterKind;
    this.replierKind = replierKind;
  }

  /** Gives the node with a replier's replies; -1 where it has given none. */
  node(replier: number): number {
    return this.replying.get(replier) - 1;
  }

  /** Gives the row of a requester and the replier whose replies are at `node`; 0 where the step is not enabled, -1 where a part is still to be run. Searches call this most. */
  rowAt(node: number, requester: number): number {
    const requested = this.requested.get(requester);
    if (requested < 2) return requested - 1;
    const reply = this.trie.get(node, requested - 1);
    return reply < 1 ? reply : this.row(requester, reply);
  }

  /** Gives the number of the reply that a requester gets from a replier; 0 where there is none. */
  replyTo(requester: number, replier: number): number {
    const requested = this.requested.get(requester);
    const request = requested === 0 ? this.requestOf(requester) : requested - 1;
    if (request === 0) return 0;
    const node = this.replying.get(replier);
    const known = node === 0 ? -1 : this.trie.get(node - 1, request);
    return known === -1 ? this.reply(replier, request) : known;
  }

  /** Gives the number of the reply that a requester is known to have got from a replier; 0 where there is none, or the two never met. It runs nothing. */
  knownReply(requester: number, replier: number): number {
    const requested = this.requested.get(requester);
    const node = this.replying.get(replier);
    return requested < 2 || node === 0 ? 0 : Math.max(0, this.trie.get(node - 1, requested - 1));
  }

  /** Gives the row for a requester and a reply; -1 where it was not made yet. */
  row(requester: number, reply: number): number {
    if (this.idle.has(requester, reply)) return this.idleRow;
    const node = this.receiving.get(requester);
    return node === 0 ? -1 : this.trie.get(node - 1, reply);
  }

  setRow(requester: number, reply: number, row: number): void {
    if (row === this.idleRow) this.idle.add(requester, reply);
    this.trie.set(this.nodeOf(this.receiving, requester), reply, row);
  }

  requesterValue(requester: number): unknown {
    return this.components.value(this.requesterKind, requester);
  }

  /** Runs the query's last part, `receive`. */
  receive(requester: number, reply: number): ReadonlyArray<ReplyOutcome<unknown>> {
    return this.parts.receive(this.requesterValue(requester), this.replies.values[reply]);
  }

  /** The requesters for which rows were made so far. */
  requesters(): Iterable<number> {
    return this.receiving.known();
  }

  /** The repliers that were asked so far. */
  repliers(): Iterable<number> {
    return this.replying.known();
  }

  /** Lists the rows that were made, each with its requester. */
  *rows(): Generator<readonly [requester: number, row: number]> {
    for (const requester of this.receiving.known()) {
      for (const [, row] of this.trie.edges(this.receiving.get(requester) - 1)) yield [requester, row];
    }
  }

  private requestOf(requester: number): number {
    const request = this.requests.number(this.parts.request(this.requesterValue(requester)));
    this.requested.set(requester, request + 1);
    return request;
  }

  private reply(replier: number, request: number): number {
    const value = this.components.value(this.replierKind, replier);
    const reply = this.replies.number(this.parts.reply(value, this.requests.values[request]));
    this.trie.set(this.nodeOf(this.replying, replier), request, reply);
    return reply;
  }

  private nodeOf(nodes: ById, id: number): number {
    const node = nodes.get(id);
    if (node !== 0) return node - 1;
    const made = this.trie.root();
    nodes.set(id, made + 1);
    return made;
  }
}

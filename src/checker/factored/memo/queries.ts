/**
 * Exchanges (`model.ts`), remembered part by part: what each asker asks, what each answerer answers to each question, and what each
 * asker makes of each answer. Questions and answers are numbered, so that but for the first times an exchange is three look-ups.
 */
import { oneForm } from '../../values/one-form.js';
import type { Learned } from '../../model.js';
import { encode } from '../../values/encode.js';
import type { Talk } from '../compile/compile.js';
import type { Components } from '../store/interned-values.js';
import { roomy } from '../store/batch.js';
import { Trie } from './trie.js';

type Ask = (asker: unknown) => unknown;
type Answer = (answerer: unknown, question: unknown) => unknown;
type Key = (said: unknown) => string;
type Take = (asker: unknown, answer: unknown) => ReadonlyArray<Learned<unknown>>;

/** The parts of an exchange, to be run on values of which only the checker knows the types. */
interface Parts {
  readonly ask: Ask;
  readonly answer: Answer;
  readonly take: Take;
  readonly questionKey?: Key;
  readonly answerKey?: Key;
}

/** Questions, or answers: each distinct one once, numbered from 1. Number 0 is for none. */
class Said {
  readonly values: unknown[] = [undefined];
  private readonly numbers = new Map<string, number>();
  private readonly keyOf: Key | undefined;

  constructor(keyOf: Key | undefined) {
    this.keyOf = keyOf;
  }

  number(given: unknown): number {
    if (given === undefined) return 0;
    const key = this.keyOf === undefined ? encode(given) : this.keyOf(given);
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    const value = this.keyOf === undefined ? oneForm(given) : given;
    this.numbers.set(key, this.values.length);
    return this.values.push(value) - 1;
  }
}

/** Numbers by id; 0 where there is none yet. */
class ById {
  private numbers: Int32Array = new Int32Array(64);

  get(id: number): number {
    return id < this.numbers.length ? this.numbers[id]! : 0;
  }

  set(id: number, number: number): void {
    this.numbers = roomy(this.numbers, id + 1);
    this.numbers[id] = number;
  }

  *known(): Generator<number> {
    for (let id = 0; id < this.numbers.length; id++) if (this.numbers[id] !== 0) yield id;
  }
}

/** A set of pairs, two words of bits for each left one: of those with a right one from 64 on it remembers none. */
class Pairs {
  private words: Int32Array = new Int32Array(64);

  /** Whether a pair was added; perhaps no, where it was. */
  has(left: number, right: number): boolean {
    const at = left * 2 + (right >> 5);
    return right < 64 && at < this.words.length && ((this.words[at]! >>> (right & 31)) & 1) === 1;
  }

  add(left: number, right: number): void {
    if (right >= 64) return;
    const at = left * 2 + (right >> 5);
    this.words = roomy(this.words, at + 1);
    this.words[at]! |= 1 << (right & 31);
  }
}

/** What is remembered of one exchange between two kinds of slots. */
export class Conversation {
  private readonly parts: Parts;
  private readonly components: Components;
  private readonly askerKind: number;
  private readonly answererKind: number;
  private readonly questions: Said;
  private readonly answers: Said;
  /** By asker: its question plus one. */
  private readonly asked = new ById();
  /** By answerer and by asker: its node in the trie plus one. */
  private readonly answering = new ById();
  private readonly taking = new ById();
  /** The row of whatever changes nothing, and for which askers and answers it is known to be theirs: most. */
  private readonly idleRow: number;
  private readonly idle = new Pairs();
  /** Edges of an answerer's node lead from a question to the answer; of an asker's, from an answer to the row. */
  private readonly trie = new Trie();

  constructor({ source, askerKind, answererKind }: Talk, components: Components, idleRow: number) {
    this.parts = source as unknown as Parts;
    this.questions = new Said(this.parts.questionKey);
    this.answers = new Said(this.parts.answerKey);
    this.components = components;
    this.idleRow = idleRow;
    this.askerKind = askerKind;
    this.answererKind = answererKind;
  }

  /** Where an answerer's answers are; -1 where it has given none. */
  node(answerer: number): number {
    return this.answering.get(answerer) - 1;
  }

  /** The row of an asker and the answerer whose answers are at `node`, -1 where something is still to be run. What the searches ask most. */
  rowAt(node: number, asker: number): number {
    const asked = this.asked.get(asker);
    if (asked < 2) return asked - 1;
    const answer = this.trie.get(node, asked - 1);
    return answer < 1 ? answer : this.row(asker, answer);
  }

  /** The answer that an asker gets from an answerer, 0 where there is none. */
  answerTo(asker: number, answerer: number): number {
    const asked = this.asked.get(asker);
    const question = asked === 0 ? this.ask(asker) : asked - 1;
    if (question === 0) return 0;
    const node = this.answering.get(answerer);
    const known = node === 0 ? -1 : this.trie.get(node - 1, question);
    return known === -1 ? this.answer(answerer, question) : known;
  }

  /** The row for an asker and an answer, -1 where it was not made yet. */
  row(asker: number, answer: number): number {
    if (this.idle.has(asker, answer)) return this.idleRow;
    const node = this.taking.get(asker);
    return node === 0 ? -1 : this.trie.get(node - 1, answer);
  }

  setRow(asker: number, answer: number, row: number): void {
    if (row === this.idleRow) this.idle.add(asker, answer);
    this.trie.set(this.nodeOf(this.taking, asker), answer, row);
  }

  askerValue(asker: number): unknown {
    return this.components.value(this.askerKind, asker);
  }

  /** Runs the last part. */
  take(asker: number, answer: number): ReadonlyArray<Learned<unknown>> {
    return this.parts.take(this.askerValue(asker), this.answers.values[answer]);
  }

  /** The askers and the answerers that took part so far. */
  askers(): Iterable<number> {
    return this.taking.known();
  }

  answerers(): Iterable<number> {
    return this.answering.known();
  }

  /** The rows that were made, each with its asker. */
  *rows(): Generator<readonly [asker: number, row: number]> {
    for (const asker of this.taking.known()) {
      for (const [, row] of this.trie.edges(this.taking.get(asker) - 1)) yield [asker, row];
    }
  }

  private ask(asker: number): number {
    const question = this.questions.number(this.parts.ask(this.askerValue(asker)));
    this.asked.set(asker, question + 1);
    return question;
  }

  private answer(answerer: number, question: number): number {
    const value = this.components.value(this.answererKind, answerer);
    const answer = this.answers.number(this.parts.answer(value, this.questions.values[question]));
    this.trie.set(this.nodeOf(this.answering, answerer), question, answer);
    return answer;
  }

  private nodeOf(nodes: ById, id: number): number {
    const node = nodes.get(id);
    if (node !== 0) return node - 1;
    const made = this.trie.root();
    nodes.set(id, made + 1);
    return made;
  }
}

/**
 * Local steps and predicates, each run once for each distinct tuple of component ids; of an exchange, its parts (`queries.ts`). That is
 * sound because they are pure and take nothing but the local states of their slots.
 *
 * A row of the pool is: the number of outcomes, then for each its flags and the new ids of the slots that the interaction writes: of
 * group slots, in the order of `writtenPlaces`, then of the local one. Offset 0 is the empty row: not enabled. All rows of a single outcome
 * that changes nothing are one row too, {@link IDLE}: in a model whose refusals are steps they are the most.
 */
import { waysOf } from '../../component-model/as-model.js';
import { Ints } from '../../ints.js';
import type { Audit } from '../../contract/audit.js';
import type { Outcome, Remarks } from '../../model.js';
import type { Compiled, Meeting, Reads, Talk, Watched } from '../compile/compile.js';
import type { Components } from '../store/interned-values.js';
import { CheckerError } from '../../error.js';
import { Conversation } from './queries.js';
import { Trie } from './trie.js';

/** Outcome flags. */
export const GROUP_CHANGES = 1;
export const LOCAL_CHANGES = 2;

/** The row of one outcome that changes nothing. */
export const IDLE = 1;

type AnyStep = (...locals: ReadonlyArray<unknown>) => ReadonlyArray<Outcome<ReadonlyArray<never>>>;
type AnyHolds = (...locals: ReadonlyArray<unknown>) => boolean;

const NO_LOCALS: ReadonlyArray<number> = [];

/** Told of what an outcome says when its row is made; the row belongs to a state that is being expanded. */
export type OnOutcome = (meeting: Meeting, outcome: number, said: Remarks) => void;

/** A row: the ids that it is for (of an exchange: of the asker and the answerer), and where it is in the pool. */
interface Row {
  readonly ids: ReadonlyArray<number>;
  readonly row: number;
}

/** How many integers an outcome takes in a row of the pool. */
export const strideOf = (meeting: Meeting): number => 1 + meeting.writtenPlaces.length + (meeting.writesLocal ? 1 : 0);

export class Memo {
  readonly pool = new Ints(1 << 16);
  /** Which interactions have been enabled. */
  readonly enabled: boolean[];
  rows = 0;
  private readonly trie = new Trie();
  private readonly roots: Int32Array;
  private readonly predicateRoots = new Map<Watched, number>();
  private readonly components: Components;
  private readonly audit: Audit | undefined;
  /** For which ids a step that its guard rules out was run all the same. */
  private readonly refusing = new Trie();
  private readonly refusingRoots: Int32Array;
  private readonly onOutcome: OnOutcome;
  /** Local ids of one argument list, in the order of the arguments; and their values. */
  private readonly ids: number[] = [];
  private readonly values: unknown[] = [];
  /** By position: the local id of an interaction. */
  private readonly one: number[];
  /** By exchange. */
  private readonly conversations: Conversation[];

  constructor(compiled: Compiled, components: Components, audit: Audit | undefined, onOutcome: OnOutcome) {
    this.audit = audit;
    this.components = components;
    this.onOutcome = onOutcome;
    this.enabled = compiled.meetings.map(() => false);
    this.one = compiled.layout.locals.map(() => 0);
    this.roots = Int32Array.from(compiled.meetings, () => this.trie.root());
    this.refusingRoots = Int32Array.from(compiled.meetings, () => this.refusing.root());
    this.conversations = [];
    for (const { talk } of compiled.meetings) {
      if (talk !== undefined) this.conversations[talk.index] ??= new Conversation(talk, components, IDLE);
    }
    // The empty row, then the idle one.
    for (const word of [0, 1, 0]) this.pool.push(word);
  }

  /** Where the rows of an interaction begin for the group slots of a tuple; to be completed by a local id. */
  node(meeting: Meeting, tuple: Int32Array): number {
    if (meeting.talk !== undefined) return this.talkNode(meeting.talk, tuple);
    const { trie } = this;
    const places = meeting.groupPlaces;
    let node = this.roots[meeting.index]!;
    for (const place of places) node = trie.child(node, tuple[place]!);
    return node;
  }

  /** The row of an interaction that touches a local position. */
  localRow(meeting: Meeting, node: number, tuple: Int32Array, local: number): number {
    if (meeting.talk !== undefined) return this.talkRowAt(meeting, meeting.talk, node, tuple, local);
    const row = this.trie.get(node, local);
    return row === -1 ? this.fill(meeting, node, tuple, local) : row;
  }

  /** The row of an interaction among group slots alone. */
  groupRow(meeting: Meeting, tuple: Int32Array): number {
    if (meeting.talk !== undefined) return this.talkRow(meeting, meeting.talk, tuple, -1);
    const { trie } = this;
    const places = meeting.groupPlaces;
    const last = places.length - 1;
    let node = this.roots[meeting.index]!;
    for (let i = 0; i < last; i++) node = trie.child(node, tuple[places[i]!]!);
    const row = trie.get(node, tuple[places[last]!]!);
    return row === -1 ? this.fill(meeting, node, tuple, -1) : row;
  }

  /** The row of an interaction for ids in the order of {@link rowsOf}. */
  rowFor(meeting: Meeting, ids: ReadonlyArray<number>): number {
    if (meeting.talk !== undefined) return this.exchange(meeting, meeting.talk, ids[0]!, ids[1]!);
    const tuple = new Int32Array(Math.max(0, ...meeting.groupPlaces) + 1);
    meeting.groupPlaces.forEach((place, i) => (tuple[place] = ids[i]!));
    if (meeting.local === -1) return this.groupRow(meeting, tuple);
    return this.localRow(meeting, this.node(meeting, tuple), tuple, ids.at(-1)!);
  }

  /** What an interaction's guard says of a tuple. */
  allows(guard: Watched, tuple: Int32Array): boolean {
    return this.holds(guard, tuple, NO_LOCALS);
  }

  /** Whether a guard that says no is not believed yet: then {@link mustRefuse} is to be asked. */
  get doubts(): boolean {
    return this.audit?.isOpen === true;
  }

  /** Has a step run that its guard rules out, once for each input; it must not be enabled. */
  mustRefuse(meeting: Meeting, tuple: Int32Array, local: number): void {
    const { refusing } = this;
    let node = this.refusingRoots[meeting.index]!;
    for (const place of meeting.groupPlaces) node = refusing.child(node, tuple[place]!);
    if (refusing.get(node, local + 1) !== -1) return;
    refusing.set(node, local + 1, 1);
    if (this.audit?.due() !== true) return;
    this.readMeeting(meeting, tuple, local);
    const values = [...this.values];
    this.audit.take(() => {
      if ((meeting.source.step as unknown as AnyStep)(...values).length > 0)
        throw fault(meeting, 'is enabled where its guard is false');
    }, undefined);
  }

  /** Whether a predicate (run once for each input) is true of a group tuple and, by position, local ids. */
  holds(watched: Watched, tuple: Int32Array, locals: ArrayLike<number>): boolean {
    const { trie } = this;
    const { groupPlaces, localPositions } = watched;
    const groups = groupPlaces.length;
    const last = groups + localPositions.length - 1;
    let node = this.predicateRoot(watched);
    let id = 0;
    for (let i = 0; i <= last; i++) {
      id = i < groups ? tuple[groupPlaces[i]!]! : locals[localPositions[i - groups]!]!;
      if (i < last) node = trie.child(node, id);
    }
    const known = trie.get(node, id);
    return known === -1 ? this.decide(watched, node, id, tuple, locals) : known === 1;
  }

  private decide(watched: Watched, node: number, id: number, tuple: Int32Array, locals: ArrayLike<number>): boolean {
    const truth = this.test(watched, tuple, locals);
    this.trie.set(node, id, truth ? 1 : 0);
    return truth;
  }

  /** The same for an interaction's local id. */
  private holdsWith(meeting: Meeting, watched: Watched, tuple: Int32Array, local: number): boolean {
    if (local !== -1) this.one[meeting.local] = local;
    return this.holds(watched, tuple, this.one);
  }

  /** Runs a predicate, remembering nothing. */
  test(watched: Watched, tuple: Int32Array, locals: ArrayLike<number>): boolean {
    this.read(watched, tuple, locals);
    return (watched.source.holds as AnyHolds)(...this.values);
  }

  /** The rows in which an interaction changes something: the ids it read (group slots, then the local one) and where the row is. */
  rowsOf(meeting: Meeting): Generator<Row> {
    return meeting.talk === undefined ? this.rowsBelow(meeting, this.roots[meeting.index]!, []) : this.exchangesOf(meeting.talk);
  }

  private *exchangesOf(talk: Talk): Generator<Row> {
    const conversation = this.conversations[talk.index]!;
    for (const asker of conversation.askers()) {
      for (const answerer of conversation.answerers()) {
        const row = this.knownRow(talk, asker, answerer);
        if (row > IDLE) yield { ids: [asker, answerer], row };
      }
    }
  }

  /** Who took the asker's part in an exchange so far, each with a row for an answer that changes something. */
  *learnersOf(talk: Talk): Generator<readonly [asker: number, row: number]> {
    for (const [asker, row] of this.conversations[talk.index]!.rows()) if (row > IDLE) yield [asker, row];
  }

  /** The row of an asker and an answerer, as far as it is remembered; else the empty one. */
  knownRow(talk: Talk, asker: number, answerer: number): number {
    const conversation = this.conversations[talk.index]!;
    return Math.max(0, conversation.row(asker, conversation.answerTo(asker, answerer)));
  }

  private *rowsBelow(meeting: Meeting, node: number, ids: ReadonlyArray<number>): Generator<Row> {
    for (const [id, value] of this.trie.edges(node)) {
      const longer = [...ids, id];
      if (longer.length < meeting.arity) yield* this.rowsBelow(meeting, value, longer);
      else if (value > IDLE) yield { ids: longer, row: value };
    }
  }

  private predicateRoot(watched: Watched): number {
    const known = this.predicateRoots.get(watched);
    if (known !== undefined) return known;
    const root = this.trie.root();
    this.predicateRoots.set(watched, root);
    return root;
  }

  /** Takes the ids of one argument list and their values; a plain loop, since it runs before every run of the model. */
  private read(reads: Reads, tuple: Int32Array, locals: ArrayLike<number>): void {
    const { ids, values, components } = this;
    const { groupArgs, groupPlaces, localArgs, localPositions, kinds } = reads;
    // Setting a length that is the same costs as much as setting another.
    if (values.length !== kinds.length) values.length = kinds.length;
    for (let i = 0; i < groupArgs.length; i++) ids[groupArgs[i]!] = tuple[groupPlaces[i]!]!;
    for (let i = 0; i < localArgs.length; i++) ids[localArgs[i]!] = locals[localPositions[i]!]!;
    for (let arg = 0; arg < kinds.length; arg++) values[arg] = components.value(kinds[arg]!, ids[arg]!);
  }

  /** The same for an interaction, which has one local slot at most. */
  private readMeeting(meeting: Meeting, tuple: Int32Array, local: number): void {
    if (local !== -1) this.one[meeting.local] = local;
    this.read(meeting, tuple, this.one);
  }

  private fill(meeting: Meeting, node: number, tuple: Int32Array, local: number): number {
    this.readMeeting(meeting, tuple, local);
    this.rows++;
    // A guard that was asked already need not be asked again.
    const outcomes =
      meeting.guard === undefined
        ? waysOf(meeting.source, this.values)
        : (meeting.source.step as unknown as AnyStep)(...this.values);
    const row = this.write(meeting, outcomes, (outcome, flags) => this.writeAll(meeting, outcome.next, flags));
    this.trie.set(node, local === -1 ? tuple[meeting.groupPlaces.at(-1)!]! : local, row);
    return row;
  }

  /** The row of an exchange, whatever else must be true for it. */
  private exchange(meeting: Meeting, talk: Talk, asker: number, answerer: number): number {
    const conversation = this.conversations[talk.index]!;
    const answer = conversation.answerTo(asker, answerer);
    if (answer === 0) return 0;
    const known = conversation.row(asker, answer);
    const row = known === -1 ? this.fillExchange(meeting, conversation, asker, answer) : known;
    if (row !== 0) this.enabled[meeting.index] = true;
    return row;
  }

  /** Where the answers of a group's answerer are, if a local asker needs no more than those; else -1. */
  private talkNode(talk: Talk, tuple: Int32Array): number {
    const isPlain = talk.asker === -1 && talk.when === undefined;
    return isPlain ? this.conversations[talk.index]!.node(tuple[talk.answerer]!) : -1;
  }

  private talkRowAt(meeting: Meeting, talk: Talk, node: number, tuple: Int32Array, local: number): number {
    const known = node === -1 ? -1 : this.conversations[talk.index]!.rowAt(node, local);
    if (known === -1) return this.talkRow(meeting, talk, tuple, local);
    if (known !== 0) this.enabled[meeting.index] = true;
    return known;
  }

  private talkRow(meeting: Meeting, talk: Talk, tuple: Int32Array, local: number): number {
    if (talk.when !== undefined && !this.holdsWith(meeting, talk.when, tuple, local)) return 0;
    const asker = talk.asker === -1 ? local : tuple[talk.asker]!;
    return this.exchange(meeting, talk, asker, talk.answerer === -1 ? local : tuple[talk.answerer]!);
  }

  private fillExchange(meeting: Meeting, conversation: Conversation, asker: number, answer: number): number {
    this.rows++;
    this.ids[0] = asker;
    this.values[0] = conversation.askerValue(asker);
    const flag = meeting.talk?.asker === -1 ? LOCAL_CHANGES : GROUP_CHANGES;
    const row = this.write(meeting, conversation.take(asker, answer), ({ next }, flags) =>
      this.writeAfter(meeting, 0, next, flags, flag),
    );
    conversation.setRow(asker, answer, row);
    return row;
  }

  /** Writes a row; `each` writes what follows an outcome's flags. */
  private write<T extends Remarks>(
    meeting: Meeting,
    outcomes: ReadonlyArray<T>,
    each: (outcome: T, flags: number) => void,
  ): number {
    if (outcomes.length === 0) return 0;
    this.enabled[meeting.index] = true;
    const { pool } = this;
    const row = pool.length;
    pool.push(outcomes.length);
    for (const outcome of outcomes) {
      pool.push(0);
      each(outcome, pool.length - 1);
    }
    for (let o = 0; o < outcomes.length; o++) this.onOutcome(meeting, o, outcomes[o]!);
    if (outcomes.length === 1 && pool.at(row + 1) === 0) {
      pool.length = row;
      return IDLE;
    }
    return row;
  }

  private writeAll(meeting: Meeting, next: ReadonlyArray<unknown>, flags: number): void {
    for (const arg of meeting.groupArgs) this.writeAfter(meeting, arg, next[arg], flags, GROUP_CHANGES);
    for (const arg of meeting.localArgs) this.writeAfter(meeting, arg, next[arg], flags, LOCAL_CHANGES);
  }

  /** Writes the id of an argument after the step, if the step may write it, and the flag if it is another than before. */
  private writeAfter(meeting: Meeting, arg: number, value: unknown, flags: number, flag: number): void {
    const { pool } = this;
    const before = this.ids[arg]!;
    const after = value === this.values[arg] ? before : this.after(meeting, arg, value);
    if (meeting.writes[arg]) pool.push(after);
    if (after !== before) pool.data[flags]! |= flag;
  }

  /** The id of an argument after the step, with what the model promised of it checked. */
  private after(meeting: Meeting, arg: number, value: unknown): number {
    const { components } = this;
    const kind = meeting.kinds[arg]!;
    const before = this.ids[arg]!;
    const id = components.intern(kind, value);
    if (id === before) return id;
    const slot = meeting.source.slots[arg]!.name;
    if (!meeting.writes[arg])
      throw fault(meeting, `leaves ${slot} as it is, but its normal form has another: normalize must be idempotent`);
    if (components.progress(kind, id) < components.progress(kind, before)) {
      throw fault(
        meeting,
        `lowers the progress of ${slot} from ${components.progress(kind, before)} to ${components.progress(kind, id)}`,
      );
    }
    return id;
  }
}

const fault = (meeting: Meeting, what: string): CheckerError => {
  const { family, args } = meeting.source.label;
  return new CheckerError('model', `${[family, ...args].join(' ')} ${what}`);
};

/**
 * Local steps and predicates, each run once for each distinct tuple of component ids; of a query, its parts (`queries.ts`). That is
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
import type { Compiled, CompiledInteraction, Reads, CompiledQuery, CompiledPredicate } from '../compile/compile.js';
import type { Components } from '../store/interned-values.js';
import { CheckerError } from '../../error.js';
import { QueryMemo } from './queries.js';
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
export type OnOutcome = (interaction: CompiledInteraction, outcome: number, said: Remarks) => void;

/** A row: the ids that it is for (of a query: of the requester and the replier), and where it is in the pool. */
interface Row {
  readonly ids: ReadonlyArray<number>;
  readonly row: number;
}

/** How many integers an outcome takes in a row of the pool. */
export const strideOf = (interaction: CompiledInteraction): number =>
  1 + interaction.writtenPlaces.length + (interaction.writesLocal ? 1 : 0);

export class Memo {
  readonly pool = new Ints(1 << 16);
  /** Which interactions have been enabled. */
  readonly enabled: boolean[];
  rows = 0;
  private readonly trie = new Trie();
  private readonly roots: Int32Array;
  private readonly predicateRoots = new Map<CompiledPredicate, number>();
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
  /** By query. */
  private readonly queryMemos: QueryMemo[];

  constructor(compiled: Compiled, components: Components, audit: Audit | undefined, onOutcome: OnOutcome) {
    this.audit = audit;
    this.components = components;
    this.onOutcome = onOutcome;
    this.enabled = compiled.interactions.map(() => false);
    this.one = compiled.layout.locals.map(() => 0);
    this.roots = Int32Array.from(compiled.interactions, () => this.trie.root());
    this.refusingRoots = Int32Array.from(compiled.interactions, () => this.refusing.root());
    this.queryMemos = [];
    for (const { query } of compiled.interactions) {
      if (query !== undefined) this.queryMemos[query.index] ??= new QueryMemo(query, components, IDLE);
    }
    // The empty row, then the idle one.
    for (const word of [0, 1, 0]) this.pool.push(word);
  }

  /** Where the rows of an interaction begin for the group slots of a tuple; to be completed by a local id. */
  node(interaction: CompiledInteraction, tuple: Int32Array): number {
    if (interaction.query !== undefined) return this.queryNode(interaction.query, tuple);
    const { trie } = this;
    const places = interaction.groupPlaces;
    let node = this.roots[interaction.index]!;
    for (const place of places) node = trie.child(node, tuple[place]!);
    return node;
  }

  /** The row of an interaction that touches a local position. */
  localRow(interaction: CompiledInteraction, node: number, tuple: Int32Array, local: number): number {
    if (interaction.query !== undefined) return this.queryRowAt(interaction, interaction.query, node, tuple, local);
    const row = this.trie.get(node, local);
    return row === -1 ? this.fill(interaction, node, tuple, local) : row;
  }

  /** The row of an interaction among group slots alone. */
  groupRow(interaction: CompiledInteraction, tuple: Int32Array): number {
    if (interaction.query !== undefined) return this.queryRow(interaction, interaction.query, tuple, -1);
    const { trie } = this;
    const places = interaction.groupPlaces;
    const last = places.length - 1;
    let node = this.roots[interaction.index]!;
    for (let i = 0; i < last; i++) node = trie.child(node, tuple[places[i]!]!);
    const row = trie.get(node, tuple[places[last]!]!);
    return row === -1 ? this.fill(interaction, node, tuple, -1) : row;
  }

  /** The row of an interaction for ids in the order of {@link rowsOf}. */
  rowFor(interaction: CompiledInteraction, ids: ReadonlyArray<number>): number {
    if (interaction.query !== undefined) return this.queryRowFor(interaction, interaction.query, ids[0]!, ids[1]!);
    const tuple = new Int32Array(Math.max(0, ...interaction.groupPlaces) + 1);
    interaction.groupPlaces.forEach((place, i) => (tuple[place] = ids[i]!));
    if (interaction.local === -1) return this.groupRow(interaction, tuple);
    return this.localRow(interaction, this.node(interaction, tuple), tuple, ids.at(-1)!);
  }

  /** What an interaction's guard says of a tuple. */
  allows(guard: CompiledPredicate, tuple: Int32Array): boolean {
    return this.holds(guard, tuple, NO_LOCALS);
  }

  /** Whether a guard that says no is not believed yet: then {@link mustRefuse} is to be asked. */
  get doubts(): boolean {
    return this.audit?.isOpen === true;
  }

  /** Has a step run that its guard rules out, once for each input; it must not be enabled. */
  mustRefuse(interaction: CompiledInteraction, tuple: Int32Array, local: number): void {
    const { refusing } = this;
    let node = this.refusingRoots[interaction.index]!;
    for (const place of interaction.groupPlaces) node = refusing.child(node, tuple[place]!);
    if (refusing.get(node, local + 1) !== -1) return;
    refusing.set(node, local + 1, 1);
    if (this.audit?.due() !== true) return;
    this.readInteraction(interaction, tuple, local);
    const values = [...this.values];
    this.audit.take(() => {
      if ((interaction.source.step as unknown as AnyStep)(...values).length > 0)
        throw fault(interaction, 'is enabled where its guard is false');
    }, undefined);
  }

  /** Whether a predicate (run once for each input) is true of a group tuple and, by position, local ids. */
  holds(watched: CompiledPredicate, tuple: Int32Array, locals: ArrayLike<number>): boolean {
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

  private decide(watched: CompiledPredicate, node: number, id: number, tuple: Int32Array, locals: ArrayLike<number>): boolean {
    const truth = this.test(watched, tuple, locals);
    this.trie.set(node, id, truth ? 1 : 0);
    return truth;
  }

  /** The same for an interaction's local id. */
  private holdsWith(interaction: CompiledInteraction, watched: CompiledPredicate, tuple: Int32Array, local: number): boolean {
    if (local !== -1) this.one[interaction.local] = local;
    return this.holds(watched, tuple, this.one);
  }

  /** Runs a predicate, remembering nothing. */
  test(watched: CompiledPredicate, tuple: Int32Array, locals: ArrayLike<number>): boolean {
    this.read(watched, tuple, locals);
    return (watched.source.holds as AnyHolds)(...this.values);
  }

  /** The rows in which an interaction changes something: the ids it read (group slots, then the local one) and where the row is. */
  rowsOf(interaction: CompiledInteraction): Generator<Row> {
    return interaction.query === undefined
      ? this.rowsBelow(interaction, this.roots[interaction.index]!, [])
      : this.queryRowsOf(interaction.query);
  }

  private *queryRowsOf(query: CompiledQuery): Generator<Row> {
    const queryMemo = this.queryMemos[query.index]!;
    for (const requester of queryMemo.requesters()) {
      for (const replier of queryMemo.repliers()) {
        const row = this.knownRow(query, requester, replier);
        if (row > IDLE) yield { ids: [requester, replier], row };
      }
    }
  }

  /** Who was the requester of a query so far, each with a row for a reply that changes something. */
  *learnersOf(query: CompiledQuery): Generator<readonly [requester: number, row: number]> {
    for (const [requester, row] of this.queryMemos[query.index]!.rows()) if (row > IDLE) yield [requester, row];
  }

  /** The row of a requester and a replier, as far as it is remembered; else the empty one. */
  knownRow(query: CompiledQuery, requester: number, replier: number): number {
    const queryMemo = this.queryMemos[query.index]!;
    return Math.max(0, queryMemo.row(requester, queryMemo.replyTo(requester, replier)));
  }

  private *rowsBelow(interaction: CompiledInteraction, node: number, ids: ReadonlyArray<number>): Generator<Row> {
    for (const [id, value] of this.trie.edges(node)) {
      const longer = [...ids, id];
      if (longer.length < interaction.arity) yield* this.rowsBelow(interaction, value, longer);
      else if (value > IDLE) yield { ids: longer, row: value };
    }
  }

  private predicateRoot(watched: CompiledPredicate): number {
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
  private readInteraction(interaction: CompiledInteraction, tuple: Int32Array, local: number): void {
    if (local !== -1) this.one[interaction.local] = local;
    this.read(interaction, tuple, this.one);
  }

  private fill(interaction: CompiledInteraction, node: number, tuple: Int32Array, local: number): number {
    this.readInteraction(interaction, tuple, local);
    this.rows++;
    // A guard that was asked already need not be asked again.
    const outcomes =
      interaction.guard === undefined
        ? waysOf(interaction.source, this.values)
        : (interaction.source.step as unknown as AnyStep)(...this.values);
    const row = this.write(interaction, outcomes, (outcome, flags) => this.writeAll(interaction, outcome.next, flags));
    this.trie.set(node, local === -1 ? tuple[interaction.groupPlaces.at(-1)!]! : local, row);
    return row;
  }

  /** The row of a query, whatever else must be true for it. */
  private queryRowFor(interaction: CompiledInteraction, query: CompiledQuery, requester: number, replier: number): number {
    const queryMemo = this.queryMemos[query.index]!;
    const reply = queryMemo.replyTo(requester, replier);
    if (reply === 0) return 0;
    const known = queryMemo.row(requester, reply);
    const row = known === -1 ? this.fillExchange(interaction, queryMemo, requester, reply) : known;
    if (row !== 0) this.enabled[interaction.index] = true;
    return row;
  }

  /** Where the replies of a group's replier are, if a local requester needs no more than those; else -1. */
  private queryNode(query: CompiledQuery, tuple: Int32Array): number {
    const isPlain = query.requester === -1 && query.when === undefined;
    return isPlain ? this.queryMemos[query.index]!.node(tuple[query.replier]!) : -1;
  }

  private queryRowAt(
    interaction: CompiledInteraction,
    query: CompiledQuery,
    node: number,
    tuple: Int32Array,
    local: number,
  ): number {
    const known = node === -1 ? -1 : this.queryMemos[query.index]!.rowAt(node, local);
    if (known === -1) return this.queryRow(interaction, query, tuple, local);
    if (known !== 0) this.enabled[interaction.index] = true;
    return known;
  }

  private queryRow(interaction: CompiledInteraction, query: CompiledQuery, tuple: Int32Array, local: number): number {
    if (query.when !== undefined && !this.holdsWith(interaction, query.when, tuple, local)) return 0;
    const requester = query.requester === -1 ? local : tuple[query.requester]!;
    return this.queryRowFor(interaction, query, requester, query.replier === -1 ? local : tuple[query.replier]!);
  }

  private fillExchange(interaction: CompiledInteraction, queryMemo: QueryMemo, requester: number, reply: number): number {
    this.rows++;
    this.ids[0] = requester;
    this.values[0] = queryMemo.requesterValue(requester);
    const flag = interaction.query?.requester === -1 ? LOCAL_CHANGES : GROUP_CHANGES;
    const row = this.write(interaction, queryMemo.receive(requester, reply), ({ next }, flags) =>
      this.writeAfter(interaction, 0, next, flags, flag),
    );
    queryMemo.setRow(requester, reply, row);
    return row;
  }

  /** Writes a row; `each` writes what follows an outcome's flags. */
  private write<T extends Remarks>(
    interaction: CompiledInteraction,
    outcomes: ReadonlyArray<T>,
    each: (outcome: T, flags: number) => void,
  ): number {
    if (outcomes.length === 0) return 0;
    this.enabled[interaction.index] = true;
    const { pool } = this;
    const row = pool.length;
    pool.push(outcomes.length);
    for (const outcome of outcomes) {
      pool.push(0);
      each(outcome, pool.length - 1);
    }
    for (let o = 0; o < outcomes.length; o++) this.onOutcome(interaction, o, outcomes[o]!);
    if (outcomes.length === 1 && pool.at(row + 1) === 0) {
      pool.length = row;
      return IDLE;
    }
    return row;
  }

  private writeAll(interaction: CompiledInteraction, next: ReadonlyArray<unknown>, flags: number): void {
    for (const arg of interaction.groupArgs) this.writeAfter(interaction, arg, next[arg], flags, GROUP_CHANGES);
    for (const arg of interaction.localArgs) this.writeAfter(interaction, arg, next[arg], flags, LOCAL_CHANGES);
  }

  /** Writes the id of an argument after the step, if the step may write it, and the flag if it is another than before. */
  private writeAfter(interaction: CompiledInteraction, arg: number, value: unknown, flags: number, flag: number): void {
    const { pool } = this;
    const before = this.ids[arg]!;
    const after = value === this.values[arg] ? before : this.after(interaction, arg, value);
    if (interaction.writes[arg]) pool.push(after);
    if (after !== before) pool.data[flags]! |= flag;
  }

  /** The id of an argument after the step, with what the model promised of it checked. */
  private after(interaction: CompiledInteraction, arg: number, value: unknown): number {
    const { components } = this;
    const kind = interaction.kinds[arg]!;
    const before = this.ids[arg]!;
    const id = components.intern(kind, value);
    if (id === before) return id;
    const slot = interaction.source.slots[arg]!.name;
    if (!interaction.writes[arg])
      throw fault(interaction, `leaves ${slot} as it is, but its normal form has another: normalize must be idempotent`);
    if (components.progress(kind, id) < components.progress(kind, before)) {
      throw fault(
        interaction,
        `lowers the progress of ${slot} from ${components.progress(kind, before)} to ${components.progress(kind, id)}`,
      );
    }
    return id;
  }
}

const fault = (interaction: CompiledInteraction, what: string): CheckerError => {
  const { family, args } = interaction.source.label;
  return new CheckerError('model', `${[family, ...args].join(' ')} ${what}`);
};

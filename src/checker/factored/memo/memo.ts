/**
 * Remembers local steps: each runs once for each distinct tuple of component ids, and a query part by part (`queries.ts`). That is sound because
 * steps are pure and read only the local states of their slots. The result of a step is a row (`outcome-rows.ts`).
 */
import { waysOf } from '../../component-model/as-model.js';
import type { Ints } from '../../ints.js';
import type { Audit } from '../../contract/audit.js';
import type { CompiledModel, CompiledInteraction, CompiledPredicate, CompiledQuery } from '../compile/compile.js';
import type { Components } from '../store/interned-values.js';
import { ArgumentList } from './argument-list.js';
import type { PredicateMemo } from './predicates.js';
import { QueryMemo } from './queries.js';
import { fault, GROUP_CHANGES, IDLE, LOCAL_CHANGES, RowWriter, type OnOutcome } from './outcome-rows.js';
import { GuardTest, type AnyStep } from './ruled-out.js';
import { Trie } from './trie.js';

/** A row: the ids that it is for (of a query: of the requester and the replier), and its offset in the pool. */
export interface MemoRow {
  readonly ids: ReadonlyArray<number>;
  readonly row: number;
}

export class Memo {
  readonly predicates: PredicateMemo;
  private readonly trie = new Trie();
  private readonly roots: Int32Array;
  private readonly given: ArgumentList;
  private readonly written: RowWriter;
  private readonly ruledOut: GuardTest;
  /** The local id of an interaction, at its position. */
  private readonly localIds: number[];
  /** By query. */
  private readonly queryMemos: QueryMemo[];

  constructor(
    { interactions, layout }: CompiledModel,
    components: Components,
    predicates: PredicateMemo,
    audit: Audit | undefined,
    onOutcome: OnOutcome,
  ) {
    this.predicates = predicates;
    this.given = new ArgumentList(components);
    this.written = new RowWriter(interactions.length, this.given, components, onOutcome);
    this.ruledOut = new GuardTest(interactions.length, audit);
    this.localIds = layout.locals.map(() => 0);
    this.roots = Int32Array.from(interactions, () => this.trie.root());
    this.queryMemos = [];
    for (const { query } of interactions) {
      if (query !== undefined) this.queryMemos[query.index] ??= new QueryMemo(query, components, IDLE);
    }
  }

  /** The pool of rows (`outcome-rows.ts`). */
  get pool(): Ints {
    return this.written.pool;
  }

  /** How many rows the pool has. */
  get rows(): number {
    return this.written.rows;
  }

  /** Which interactions have been enabled. */
  get enabled(): boolean[] {
    return this.written.enabled;
  }

  /** Gives the node of the trie for an interaction and the group slots of a tuple. A local id completes it. */
  node(interaction: CompiledInteraction, tuple: Int32Array): number {
    if (interaction.query !== undefined) return this.queryNode(interaction.query, tuple);
    const { trie } = this;
    const places = interaction.groupPlaces;
    let node = this.roots[interaction.index]!;
    for (const place of places) node = trie.child(node, tuple[place]!);
    return node;
  }

  /** Gives the row of an interaction that touches a local position. */
  localRow(interaction: CompiledInteraction, node: number, tuple: Int32Array, local: number): number {
    if (interaction.query !== undefined) return this.queryRowAt(interaction, interaction.query, node, tuple, local);
    const row = this.trie.get(node, local);
    return row === -1 ? this.fill(interaction, node, tuple, local) : row;
  }

  /** Gives the row of an interaction among group slots alone. */
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

  /** Gives the row of an interaction for ids in the order of {@link rowsOf}. */
  rowFor(interaction: CompiledInteraction, ids: ReadonlyArray<number>): number {
    if (interaction.query !== undefined) return this.queryRowFor(interaction, interaction.query, ids[0]!, ids[1]!);
    const tuple = new Int32Array(Math.max(0, ...interaction.groupPlaces) + 1);
    interaction.groupPlaces.forEach((place, i) => (tuple[place] = ids[i]!));
    if (interaction.local === -1) return this.groupRow(interaction, tuple);
    return this.localRow(interaction, this.node(interaction, tuple), tuple, ids.at(-1)!);
  }

  /** Evaluates an interaction's guard on a tuple. */
  allows(guard: CompiledPredicate, tuple: Int32Array): boolean {
    return this.predicates.allows(guard, tuple);
  }

  /** Whether guards that say no are still tested. Then the caller must call {@link mustRefuse}. */
  get doubts(): boolean {
    return this.ruledOut.doubts;
  }

  /** Runs a step that its guard rules out, once for each input. It must not be enabled. */
  mustRefuse(interaction: CompiledInteraction, tuple: Int32Array, local: number): void {
    if (!this.ruledOut.isDue(interaction, tuple, local)) return;
    this.readInteraction(interaction, tuple, local);
    this.ruledOut.mustRefuse(interaction, [...this.given.values], () =>
      fault(interaction, 'is enabled where its guard is false'),
    );
  }

  /** Whether a predicate is true of a tuple and an interaction's local id. */
  private holdsWith(interaction: CompiledInteraction, predicate: CompiledPredicate, tuple: Int32Array, local: number): boolean {
    if (local !== -1) this.localIds[interaction.local] = local;
    return this.predicates.holds(predicate, tuple, this.localIds);
  }

  /** Lists the rows in which an interaction changes something, each with the ids that it read (group slots, then the local one). */
  rowsOf(interaction: CompiledInteraction): Generator<MemoRow> {
    return interaction.query === undefined
      ? this.rowsBelow(interaction, this.roots[interaction.index]!, [])
      : this.queryRowsOf(interaction.query);
  }

  private *queryRowsOf(query: CompiledQuery): Generator<MemoRow> {
    const queryMemo = this.queryMemos[query.index]!;
    for (const requester of queryMemo.requesters()) {
      for (const replier of queryMemo.repliers()) {
        const row = this.knownRow(query, requester, replier);
        if (row > IDLE) yield { ids: [requester, replier], row };
      }
    }
  }

  /** Lists the requesters of a query so far, each with a row for a reply that changes something. */
  *requesterRowsOf(query: CompiledQuery): Generator<readonly [requester: number, row: number]> {
    for (const [requester, row] of this.queryMemos[query.index]!.rows()) if (row > IDLE) yield [requester, row];
  }

  /** Gives the row of a requester and a replier that is remembered, else the empty one. */
  knownRow(query: CompiledQuery, requester: number, replier: number): number {
    const queryMemo = this.queryMemos[query.index]!;
    const reply = queryMemo.knownReply(requester, replier);
    return reply === 0 ? 0 : Math.max(0, queryMemo.row(requester, reply));
  }

  private *rowsBelow(interaction: CompiledInteraction, node: number, ids: ReadonlyArray<number>): Generator<MemoRow> {
    for (const [id, value] of this.trie.edges(node)) {
      const longer = [...ids, id];
      if (longer.length < interaction.arity) yield* this.rowsBelow(interaction, value, longer);
      else if (value > IDLE) yield { ids: longer, row: value };
    }
  }

  /** Reads the arguments of an interaction. It has one local slot at most. */
  private readInteraction(interaction: CompiledInteraction, tuple: Int32Array, local: number): void {
    if (local !== -1) this.localIds[interaction.local] = local;
    this.given.read(interaction, tuple, this.localIds);
  }

  private fill(interaction: CompiledInteraction, node: number, tuple: Int32Array, local: number): number {
    this.readInteraction(interaction, tuple, local);
    // A guard that was evaluated already need not run again.
    const outcomes =
      interaction.guard === undefined
        ? waysOf(interaction.source, this.given.values)
        : (interaction.source.step as unknown as AnyStep)(...this.given.values);
    const row = this.written.write(interaction, outcomes, (outcome, flags) =>
      this.written.writeAll(interaction, outcome.next, flags),
    );
    this.trie.set(node, local === -1 ? tuple[interaction.groupPlaces.at(-1)!]! : local, row);
    return row;
  }

  /** Gives the row of a query, whatever its `when` says. */
  private queryRowFor(interaction: CompiledInteraction, query: CompiledQuery, requester: number, replier: number): number {
    const queryMemo = this.queryMemos[query.index]!;
    const reply = queryMemo.replyTo(requester, replier);
    if (reply === 0) return 0;
    const known = queryMemo.row(requester, reply);
    const row = known === -1 ? this.fillQueryRow(interaction, queryMemo, requester, reply) : known;
    if (row !== 0) this.enabled[interaction.index] = true;
    return row;
  }

  /** Gives the node of the trie with the replies of the group's replier, where the requester is local and the query has no `when`; else -1. */
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

  private fillQueryRow(interaction: CompiledInteraction, queryMemo: QueryMemo, requester: number, reply: number): number {
    this.given.ids[0] = requester;
    this.given.values[0] = queryMemo.requesterValue(requester);
    const flag = interaction.query?.requester === -1 ? LOCAL_CHANGES : GROUP_CHANGES;
    const row = this.written.write(interaction, queryMemo.receive(requester, reply), ({ next }, flags) =>
      this.written.writeAfter(interaction, 0, next, flags, flag),
    );
    queryMemo.setRow(requester, reply, row);
    return row;
  }
}

/**
 * The soak's judge. It is told, as it happens, what sessions ask, what they are answered, and what servers hold. It decides from the contract alone: it
 * shares the types of `src/core` and the judge's order of stamps (R4), and uses no line of the model or of the implementation.
 *
 * Every value is put once, so that it names its put. At every answer the judge decides:
 * - UNIQUE (R4, R7): a stamp is given to one put, and a put has one stamp;
 * - LATER (R2): a put's stamp is above all that its session has seen;
 * - SESSION_ORDER (R6, R14): of a session's acknowledged puts to a key the later has the greater stamp, also where several were under way at once;
 * - MW, WFR (R12), where it is told what a server has that accepts a put ({@link WritesJudge});
 * - RYW, MR (R12): no session reads an older value of a key than it wrote or read, nor than the token knew with which it began (R11a);
 * - INTEGRITY: whatever is read was put, to that key, and had not failed.
 * Of a store it decides DURABLE (R10): for each key the store has the greatest write that was acknowledged or seen.
 */
import type { NodeId } from '#bayou/core/ids.js';
import type { Stamp, VectorEntries } from '#bayou/core/write.js';
import { compareStamps, showStamp } from '../layer4-hostile/judge/stamp-order.js';
import { type Knowledge, NOTHING, SessionRecord } from './session-knowledge.js';
import { type AskedOfWrites, WritesJudge } from './write-guarantees.js';

/** The outcome of a put. `failed`: its result promised that nothing was written (R14). `open`: no answer has come yet. */
type Outcome = 'open' | 'accepted' | 'unknown' | 'failed';

/** A put, which its value names. */
interface PutRecord {
  /** Its place among all puts, in the order in which they were sent. */
  readonly n: number;
  readonly session: number;
  readonly key: string;
  readonly value: string;
  outcome: Outcome;
  /** Its stamp, as its answer or a get told it. */
  stamp: Stamp | undefined;
}

/** A broken promise of the contract. `lost`: no server has an acknowledged put; `undone`: an older put has won over it. */
export interface BrokenPromise {
  readonly kind: 'lost' | 'undone' | 'stamps' | 'order' | 'session' | 'value' | 'stores';
  readonly why: string;
}

/** A server's value and stamp for a key; null: it has none. */
export type HeldValue = { readonly value: string; readonly stamp: Stamp } | null;

/** A server's store as it was read, key by key. */
export type StoreContents = ReadonlyMap<string, HeldValue>;

/** The counts of what was judged. */
export interface JudgedCounts {
  puts: number;
  acknowledged: number;
  unknown: number;
  failed: number;
  gets: number;
  sessions: number;
  stores: number;
}

const ASKS_NOTHING: AskedOfWrites = { monotonicWrites: false, writesFollowReads: false };
const MAX_FAULTS = 100;

/** The judge of one soak. Changed in place by its own methods alone. */
export class SoakJudge {
  readonly faults: BrokenPromise[] = [];
  readonly judged: JudgedCounts = { puts: 0, acknowledged: 0, unknown: 0, failed: 0, gets: 0, sessions: 0, stores: 0 };
  readonly #puts = new Map<string, PutRecord>();
  readonly #stamps = new Map<string, PutRecord>();
  readonly #sessions: SessionRecord[] = [];
  readonly writes = new WritesJudge();
  /** By session and key, the acknowledged puts. */
  readonly #ofSession = new Map<string, ReadonlyArray<PutRecord>>();
  /** By key, the put with the greatest stamp that was acknowledged or seen. */
  readonly #greatest = new Map<string, PutRecord & { readonly stamp: Stamp }>();
  /** Puts that were acknowledged without a stamp: the last of each session and key. */
  readonly #told = new Map<string, PutRecord>();
  /** By server and key, the greatest stamp that this server has acknowledged since its folder was last replaced. */
  readonly #atServer = new Map<NodeId, Map<string, Stamp>>();

  // --- sessions ---

  /** Begins a session with the knowledge of its token; returns its number. */
  begin(known: Knowledge = NOTHING, asks: AskedOfWrites = ASKS_NOTHING): number {
    this.judged.sessions++;
    const session = this.#sessions.push(new SessionRecord(known)) - 1;
    this.writes.begin(session, asks, known.wrote);
    return session;
  }

  /** The knowledge of a session now, which a token of it has. */
  knowledge(session: number): Knowledge {
    return this.#sessions[session]!.knowledge();
  }

  /** Notes a put before it is sent. */
  put(session: number, key: string, value: string): void {
    const n = this.judged.puts++;
    this.writes.put(session, value, this.#sessions[session]!.knowledge().read);
    this.#puts.set(value, { n, session, key, value, outcome: 'open', stamp: undefined });
  }

  /** Judges an acknowledged put. `before`: the session's knowledge when the put was sent. */
  accepted(value: string, stamp: Stamp, before: Knowledge): void {
    this.judged.acknowledged++;
    const put = this.#puts.get(value)!;
    put.outcome = 'accepted';
    this.#name(put, stamp);
    this.writes.acknowledged(value, stamp);
    this.#inOrder(put, stamp);
    const own = before.keys.get(put.key);
    if (own !== undefined && compareStamps(stamp, own) <= 0)
      this.#accuse('order', `SESSION_ORDER: ${show(put)} is not above ${showStamp(own)}, which its session knew of ${put.key}`);
    else if (stamp.t <= before.clock)
      this.#accuse('order', `R2: ${show(put)} is not above ${before.clock}, which its session had seen`);
    const server = Number(stamp.r.slice(0, stamp.r.indexOf('.')));
    const keys = this.#atServer.get(server) ?? new Map<string, Stamp>();
    this.#atServer.set(server, keys);
    const known = keys.get(put.key);
    if (known === undefined || compareStamps(stamp, known) > 0) keys.set(put.key, stamp);
    this.#sessions[put.session]!.saw('wrote', put.key, stamp);
  }

  /** Judges a put that a server has just accepted, whose vector is this (R12). */
  acceptedBy(value: string, vv: VectorEntries): void {
    const why = this.writes.acceptedBy(value, vv);
    if (why !== undefined) this.#accuse('session', `R12: ${why}`);
  }

  /** Judges an acknowledged put beside the other acknowledged puts of its session to its key. */
  #inOrder(put: PutRecord, stamp: Stamp): void {
    const name = `${put.session} ${put.key}`;
    const others = this.#ofSession.get(name) ?? [];
    this.#ofSession.set(name, [...others, put]);
    const wrong = others.find((other) => other.stamp !== undefined && other.n < put.n !== compareStamps(other.stamp, stamp) < 0);
    if (wrong !== undefined)
      this.#accuse('order', `SESSION_ORDER: ${show(put)} and ${show(wrong)} are stamped in another order than they were put`);
  }

  /** Notes a put that was acknowledged without a stamp, by a line of `bayou client` or to a command of the master. */
  told(value: string): void {
    this.judged.acknowledged++;
    const put = this.#puts.get(value)!;
    put.outcome = 'accepted';
    this.#told.set(`${put.session} ${put.key}`, put);
  }

  /** Judges a value that a session without stamps read; null: no value. */
  shown(session: number, key: string, value: string | null): void {
    this.judged.gets++;
    if (value !== null && this.#puts.get(value)?.key !== key) this.#accuse('value', `nobody has put ${key}:${value}`);
    const told = this.#told.get(`${session} ${key}`);
    if (told !== undefined && this.#isUndoneBy(told, value))
      this.#accuse('session', `R12: session ${session} wrote ${show(told)}, and read ${value ?? 'nothing'}`);
  }

  /** Notes a put that failed, or whose outcome is unknown. */
  ended(value: string, outcome: 'unknown' | 'failed'): void {
    this.judged[outcome]++;
    this.#puts.get(value)!.outcome = outcome;
  }

  /** Judges an answered get. `before`: the session's knowledge when the get was sent. */
  read(session: number, key: string, held: HeldValue, before: Knowledge): void {
    this.judged.gets++;
    const floor = before.keys.get(key);
    if (held === null) {
      if (floor !== undefined)
        this.#accuse('session', `R12: session ${session} found no ${key}, of which it knew ${this.#showStamp(floor)}`);
      return;
    }
    this.#recognise(key, held);
    if (floor !== undefined && compareStamps(held.stamp, floor) < 0)
      this.#accuse(
        'session',
        `R12: session ${session} read ${key}=${held.value} ${showStamp(held.stamp)}, and knew ${this.#showStamp(floor)}`,
      );
    this.#sessions[session]!.saw('read', key, held.stamp);
  }

  // --- stores ---

  /** A server's folder was replaced or given up, when other servers had all its writes. So it may lack its acknowledged puts until it pulls them. */
  replaced(server: NodeId): void {
    this.#atServer.delete(server);
  }

  /** Judges the store of a server that came back: it has every put that the server acknowledged (R10). */
  cameBack(server: NodeId, store: StoreContents): void {
    this.judged.stores++;
    for (const [key, held] of store) if (held !== null) this.#recognise(key, held);
    for (const [key, stamp] of this.#atServer.get(server) ?? []) {
      const held = store.get(key);
      if (held === undefined) continue;
      if (held === null || compareStamps(held.stamp, stamp) < 0)
        this.#accuse(
          'lost',
          `R10: server ${server} came back with ${showHeld(key, held)}; it had acknowledged ${this.#showStamp(stamp)}`,
        );
    }
  }

  /** The faults of these stores: differences between them, and missing puts. None: they are equal, and nothing is missing. */
  missing(stores: ReadonlyMap<NodeId, StoreContents>): ReadonlyArray<BrokenPromise> {
    const faults: BrokenPromise[] = [];
    const [first] = stores.keys();
    const keys = new Set([...this.#greatest.keys(), ...[...stores.values()].flatMap((s) => [...s.keys()])]);
    for (const key of keys) {
      const greatest = this.#greatest.get(key);
      for (const [server, store] of stores) {
        const held = store.get(key) ?? null;
        const other = first === undefined ? null : (stores.get(first)?.get(key) ?? null);
        if (greatest !== undefined && (held === null || compareStamps(held.stamp, greatest.stamp) < 0))
          faults.push({
            kind: held !== null && this.#puts.get(held.value)?.session === greatest.session ? 'undone' : 'lost',
            why: `server ${server} has ${showHeld(key, held)}; ${show(greatest)} was ${greatest.outcome}`,
          });
        else if (showHeld(key, held) !== showHeld(key, other))
          faults.push({
            kind: 'stores',
            why: `server ${server} has ${showHeld(key, held)}, server ${first!} has ${showHeld(key, other)}`,
          });
      }
    }
    for (const told of this.#told.values())
      for (const [server, store] of stores) {
        const held = store.get(told.key) ?? null;
        if (this.#isUndoneBy(told, held?.value ?? null))
          faults.push({
            kind: held === null ? 'lost' : 'undone',
            why: `server ${server} has ${showHeld(told.key, held)}; ${show(told)} was acknowledged`,
          });
      }
    return faults;
  }

  /** Judges the stores at the end of a wait for equal ones: what is still missing is lost, and every value must be an allowed one. */
  final(stores: ReadonlyMap<NodeId, StoreContents>): void {
    for (const store of stores.values()) {
      this.judged.stores++;
      for (const [key, held] of store) if (held !== null) this.#recognise(key, held);
    }
    for (const fault of this.missing(stores)) this.#accuse(fault.kind, fault.why);
  }

  /** Notes a fault that was seen elsewhere. */
  accuse(kind: BrokenPromise['kind'], why: string): void {
    this.#accuse(kind, why);
  }

  /** Is the acknowledged put `told` undone by this value: by no value, or by an acknowledged put that the same session made before? */
  #isUndoneBy(told: PutRecord, value: string | null): boolean {
    if (value === null) return true;
    const put = this.#puts.get(value);
    return put?.session === told.session && put.outcome === 'accepted' && put.n < told.n;
  }

  // --- stamps and values ---

  /** Judges a value that was seen under a stamp. */
  #recognise(key: string, { value, stamp }: NonNullable<HeldValue>): void {
    const put = this.#puts.get(value);
    if (put === undefined) {
      this.#accuse('value', `nobody has put ${key}=${value} ${showStamp(stamp)}`);
      return;
    }
    if (put.key !== key) this.#accuse('value', `${key}:${value} was put to ${put.key}`);
    if (put.outcome === 'failed') this.#accuse('value', `R14: ${show(put)} had failed, and is there`);
    this.#name(put, stamp);
  }

  /** Gives a stamp to a put. A fault: the put has another stamp, or another put has this one. */
  #name(put: PutRecord, stamp: Stamp): void {
    const name = showStamp(stamp);
    if (put.stamp !== undefined && compareStamps(put.stamp, stamp) !== 0)
      this.#accuse('stamps', `R14: ${show(put)} has the stamp ${name}, too`);
    const owner = this.#stamps.get(name);
    if (owner !== undefined && owner !== put) this.#accuse('stamps', `R7: the stamp ${name} is ${show(owner)} and ${show(put)}`);
    this.#stamps.set(name, put);
    put.stamp ??= stamp;
    const greatest = this.#greatest.get(put.key);
    if (greatest === undefined || compareStamps(stamp, greatest.stamp) > 0)
      this.#greatest.set(put.key, put as PutRecord & { readonly stamp: Stamp });
  }

  #showStamp(stamp: Stamp): string {
    const put = this.#stamps.get(showStamp(stamp));
    return put === undefined ? showStamp(stamp) : show(put);
  }

  #accuse(kind: BrokenPromise['kind'], why: string): void {
    if (this.faults.length < MAX_FAULTS && !this.faults.some((f) => f.why === why)) this.faults.push({ kind, why });
  }
}

const show = (put: PutRecord): string =>
  `${put.key}=${put.value} of session ${put.session}${put.stamp === undefined ? '' : ` ${showStamp(put.stamp)}`}`;

const showHeld = (key: string, held: HeldValue): string =>
  held === null ? `no ${key}` : `${key}=${held.value} ${showStamp(held.stamp)}`;

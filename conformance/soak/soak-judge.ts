/**
 * The soak's judge. It is told what sessions asked and were answered and what servers hold, as it happens, and decides from the contract
 * alone: it shares the vocabulary of `src/core` and the order of stamps (R4), and no line of the model or of the implementation.
 *
 * Every value is put once, so that it names its put. Decided at every answer: a stamp is given to one put, and a put has one stamp
 * (R3, R7); a put is stamped above all that its session has seen (R2), so of a session's acknowledged puts to a key the last is the
 * greatest (SESSION-ORDER); no session reads an older value of a key than it wrote or read, nor than the token knew with which it
 * began (R11a, R12); what is read was put, to that key, and had not failed. Decided of a store: for each key it has the greatest of
 * all that was acknowledged or seen.
 */
import type { NodeId } from '#bayou/core/ids.js';
import type { Stamp } from '#bayou/core/write.js';
import { compareStamps, showStamp } from '../layer4-hostile/judge/stamp-order.js';

/** What a session has seen: of each key the greatest stamp, and the greatest accept time of all. Never changed in place. */
export interface Knowledge {
  readonly keys: ReadonlyMap<string, Stamp>;
  readonly clock: number;
}

/** How a put ended. `failed`: it was promised that nothing was written (R14). `open`: no answer has come yet. */
type Outcome = 'open' | 'accepted' | 'unknown' | 'failed';

/** A put of which its value is the name. */
interface PutRecord {
  /** Its place among all puts, in the order in which they were sent. */
  readonly n: number;
  readonly session: number;
  readonly key: string;
  readonly value: string;
  outcome: Outcome;
  /** Its stamp, from its answer or from who read it. */
  stamp: Stamp | undefined;
}

/** A promise of the contract that was broken. `lost`: an acknowledged put is nowhere; `undone`: an older one has won over it. */
export interface Fault {
  readonly kind: 'lost' | 'undone' | 'stamps' | 'order' | 'session' | 'value' | 'stores';
  readonly why: string;
}

/** What a server has for a key; null: nothing. */
export type Held = { readonly value: string; readonly stamp: Stamp } | null;

/** A server's store as it was read, key by key. */
export type Store = ReadonlyMap<string, Held>;

/** How much was judged. */
export interface Judged {
  puts: number;
  acknowledged: number;
  unknown: number;
  failed: number;
  gets: number;
  sessions: number;
  stores: number;
}

const NOTHING: Knowledge = { keys: new Map(), clock: 0 };
const MAX_FAULTS = 100;

/** One session as the judge sees it. */
class Witness {
  #keys: Map<string, Stamp>;
  #clock: number;

  constructor({ keys, clock }: Knowledge) {
    this.#keys = new Map(keys);
    this.#clock = clock;
  }

  saw(key: string, stamp: Stamp): void {
    const before = this.#keys.get(key);
    if (before === undefined || compareStamps(stamp, before) > 0) this.#keys.set(key, stamp);
    this.#clock = Math.max(this.#clock, stamp.t);
  }

  knowledge(): Knowledge {
    return { keys: new Map(this.#keys), clock: this.#clock };
  }
}

/** The judge of one soak. Changed in place by its own methods alone. */
export class SoakJudge {
  readonly faults: Fault[] = [];
  readonly judged: Judged = { puts: 0, acknowledged: 0, unknown: 0, failed: 0, gets: 0, sessions: 0, stores: 0 };
  readonly #puts = new Map<string, PutRecord>();
  readonly #stamps = new Map<string, PutRecord>();
  readonly #witnesses: Witness[] = [];
  /** Of each key the greatest stamp that was acknowledged or seen, and whose it is. */
  readonly #greatest = new Map<string, PutRecord & { readonly stamp: Stamp }>();
  /** Puts that were acknowledged to somebody who was not told the stamp: the last of each session and key. */
  readonly #told = new Map<string, PutRecord>();
  /** The same of what each server has acknowledged itself, since its folder was last replaced. */
  readonly #atServer = new Map<NodeId, Map<string, Stamp>>();

  // --- sessions ---

  /** A session begins, with what the token knew, if any; gives its number. */
  begin(known: Knowledge = NOTHING): number {
    this.judged.sessions++;
    return this.#witnesses.push(new Witness(known)) - 1;
  }

  /** What a session has seen until now: what a token of it is worth. */
  knowledge(session: number): Knowledge {
    return this.#witnesses[session]!.knowledge();
  }

  /** A put is about to be sent. */
  put(session: number, key: string, value: string): void {
    const n = this.judged.puts++;
    this.#puts.set(value, { n, session, key, value, outcome: 'open', stamp: undefined });
  }

  /** A put was acknowledged. `before`: what the session knew when it was sent. */
  accepted(value: string, stamp: Stamp, before: Knowledge): void {
    this.judged.acknowledged++;
    const put = this.#puts.get(value)!;
    put.outcome = 'accepted';
    this.#name(put, stamp);
    const own = before.keys.get(put.key);
    if (own !== undefined && compareStamps(stamp, own) <= 0)
      this.#accuse('order', `SESSION-ORDER: ${show(put)} is not above ${showStamp(own)}, which its session knew of ${put.key}`);
    else if (stamp.t <= before.clock)
      this.#accuse('order', `R2: ${show(put)} is not above ${before.clock}, which its session had seen`);
    const server = Number(stamp.r.slice(0, stamp.r.indexOf('.')));
    const keys = this.#atServer.get(server) ?? new Map<string, Stamp>();
    this.#atServer.set(server, keys);
    const known = keys.get(put.key);
    if (known === undefined || compareStamps(stamp, known) > 0) keys.set(put.key, stamp);
    this.#witnesses[put.session]!.saw(put.key, stamp);
  }

  /** A put was acknowledged, and its session was not told the stamp: a line of `bayou client`, a command of the master. */
  told(value: string): void {
    this.judged.acknowledged++;
    const put = this.#puts.get(value)!;
    put.outcome = 'accepted';
    this.#told.set(`${put.session} ${put.key}`, put);
  }

  /** What such a session read; null: no value. */
  shown(session: number, key: string, value: string | null): void {
    this.judged.gets++;
    if (value !== null && this.#puts.get(value)?.key !== key) this.#accuse('value', `nobody has put ${key}:${value}`);
    const told = this.#told.get(`${session} ${key}`);
    if (told !== undefined && this.#isUndoneBy(told, value))
      this.#accuse('session', `R12: session ${session} wrote ${show(told)}, and read ${value ?? 'nothing'}`);
  }

  /** A put came to nothing, or nobody knows what it came to. */
  ended(value: string, outcome: 'unknown' | 'failed'): void {
    this.judged[outcome]++;
    this.#puts.get(value)!.outcome = outcome;
  }

  /** A get was answered. `before`: what the session knew when it was sent. */
  read(session: number, key: string, held: Held, before: Knowledge): void {
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
    this.#witnesses[session]!.saw(key, held.stamp);
  }

  // --- stores ---

  /** A server's folder was replaced or given up, with all that it had known elsewhere: what it acknowledged may now reach it by pulls alone. */
  replaced(server: NodeId): void {
    this.#atServer.delete(server);
  }

  /** R10: has a server that came back everything that it acknowledged? */
  cameBack(server: NodeId, store: Store): void {
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

  /** What keeps these stores from being all that they must be, a line each; none: they are equal, and nothing is missing. */
  missing(stores: ReadonlyMap<NodeId, Store>): ReadonlyArray<Fault> {
    const faults: Fault[] = [];
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

  /** The end of a wait for equal stores: what is still missing is lost, and every value that is there must be one that may be. */
  final(stores: ReadonlyMap<NodeId, Store>): void {
    for (const store of stores.values()) {
      this.judged.stores++;
      for (const [key, held] of store) if (held !== null) this.#recognise(key, held);
    }
    for (const fault of this.missing(stores)) this.#accuse(fault.kind, fault.why);
  }

  /** Enters something that was wrong outside this judge's sight. */
  accuse(kind: Fault['kind'], why: string): void {
    this.#accuse(kind, why);
  }

  /** Nothing, or an acknowledged put that the same session made before, cannot stand in place of an acknowledged put. */
  #isUndoneBy(told: PutRecord, value: string | null): boolean {
    if (value === null) return true;
    const put = this.#puts.get(value);
    return put?.session === told.session && put.outcome === 'accepted' && put.n < told.n;
  }

  // --- stamps and values ---

  /** A value was seen under a stamp. */
  #recognise(key: string, { value, stamp }: NonNullable<Held>): void {
    const put = this.#puts.get(value);
    if (put === undefined) {
      this.#accuse('value', `nobody has put ${key}=${value} ${showStamp(stamp)}`);
      return;
    }
    if (put.key !== key) this.#accuse('value', `${key}:${value} was put to ${put.key}`);
    if (put.outcome === 'failed') this.#accuse('value', `R14: ${show(put)} had failed, and is there`);
    this.#name(put, stamp);
  }

  /** A put has this stamp: the put no other, and the stamp no other put. */
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

  #accuse(kind: Fault['kind'], why: string): void {
    if (this.faults.length < MAX_FAULTS && !this.faults.some((f) => f.why === why)) this.faults.push({ kind, why });
  }
}

const show = (put: PutRecord): string =>
  `${put.key}=${put.value} of session ${put.session}${put.stamp === undefined ? '' : ` ${showStamp(put.stamp)}`}`;

const showHeld = (key: string, held: Held): string =>
  held === null ? `no ${key}` : `${key}=${held.value} ${showStamp(held.stamp)}`;

/**
 * The sessions of the soak, through the library, in the soak's own process. They put and get, end or break off, and begin anew or from tokens: the latest
 * token, an old one, one from which another session goes on, too, or one from before a crash.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { NodeId } from '#bayou/core/ids.js';
import type { Guarantees, SessionToken } from '#bayou/core/guarantees.js';
import { type BayouSession, connect } from '#bayou/library.js';
import { type SeededChance, chanceOf } from '../common/seeded-chance.js';
import { sleep } from '../common/sleep.js';
import type { Knowledge } from './session-knowledge.js';
import type { SoakJudge } from './soak-judge.js';
import { BALLAST_BYTES, BALLAST_KEYS, HOT_KEYS, nameIn, valueOf } from './put-values.js';

/** The options of the sessions. */
export interface WritersOptions {
  readonly secret: string;
  readonly judge: SoakJudge;
  readonly seed: number;
  readonly servers: ReadonlyArray<NodeId>;
  readonly portOf: (server: NodeId) => number;
  /** The number of sessions at a time. Default: 6. */
  readonly actors?: number;
  /** The place of the sessions. Default: this process. */
  readonly place?: SessionPlace;
}

/** The place of sessions has functions that open a session there and wait there, in ms. */
export interface SessionPlace {
  readonly connect: typeof connect;
  readonly sleep: (ms: number) => Promise<void>;
}

const HERE: SessionPlace = { connect, sleep };

/** Sessions at work. */
export interface Writers {
  /** Resolves when no operation is under way. The sessions ask nothing until `resume`. */
  readonly pause: () => Promise<void>;
  readonly resume: () => void;
  /** Resolves when all sessions have ended. */
  readonly stop: () => Promise<void>;
  readonly counts: { fresh: number; latest: number; old: number; twice: number; crashed: number };
}

interface KeptToken {
  readonly token: SessionToken;
  readonly known: Knowledge;
  used: number;
}

const NO_WRITES = { writesFollowReads: false, monotonicWrites: false };
const ACTORS = 6;
const KEPT = 60;

/** Actors wait at the door between their operations while it is closed. */
interface Door {
  isOpen: boolean;
  readonly waiting: (() => void)[];
}

const pass = async (door: Door): Promise<void> => {
  while (!door.isOpen) await new Promise<void>((resolve) => door.waiting.push(resolve));
};

/** A session, with its number for the judge. */
class Actor {
  readonly #o: WritersOptions;
  readonly #session: BayouSession;
  readonly #number: number;
  #puts = 0;

  constructor(o: WritersOptions, session: BayouSession, number: number) {
    this.#o = o;
    this.#session = session;
    this.#number = number;
  }

  /** Does a put, and tells the judge its outcome. */
  async put(key: string, padding: number): Promise<void> {
    const { judge } = this.#o;
    const { name, value } = valueOf(this.#number, this.#puts++, padding);
    const before = judge.knowledge(this.#number);
    judge.put(this.#number, key, name);
    const result = await this.#session.put(key, value);
    if (result.type === 'accepted') judge.accepted(name, result.stamp, before);
    else judge.ended(name, result.type === 'UNKNOWN' ? 'unknown' : 'failed');
  }

  async get(key: string): Promise<void> {
    const { judge } = this.#o;
    const before = judge.knowledge(this.#number);
    const result = await this.#session.get(key);
    if (result.type === 'value') judge.read(this.#number, key, { value: nameIn(result.text), stamp: result.stamp }, before);
    else if (result.type === 'ERR_KEY') judge.read(this.#number, key, null, before);
  }

  /** The session's token, with the judge's record of its knowledge. */
  keep(): KeptToken {
    return { token: this.#session.token(), known: this.#o.judge.knowledge(this.#number), used: 0 };
  }

  close(): void {
    this.#session.close();
  }
}

/** What sessions ask for beside Read Your Writes and Monotonic Reads (R12), which they all do. */
const ASKED: ReadonlyArray<Partial<Guarantees>> = [
  { monotonicWrites: true },
  { writesFollowReads: true },
  { monotonicWrites: true, writesFollowReads: true },
  { monotonicWrites: true, writesFollowReads: true, scope: 'store' },
];

/** The part of the sessions that ask for guarantees of writes, in percent. The others show more of what servers do: they put where their earlier writes are not. */
const ASKING = 40;

/** The most operations that a session begins at once, of puts and gets. */
const AT_ONCE = 6;

/** Does an operation, or several at once. */
const operate = async (actor: Actor, chance: SeededChance): Promise<void> => {
  const what = chance.whole(0, 99);
  const one = (): Promise<void> => {
    const key = chance.pick(HOT_KEYS);
    return chance.percent(70) ? actor.put(key, 0) : actor.get(key);
  };
  if (what >= 90) await Promise.all(Array.from({ length: chance.whole(2, AT_ONCE) }, one));
  else if (what < 3) await Promise.all(Array.from({ length: chance.whole(10, 80) }, () => actor.put(chance.pick(HOT_KEYS), 0)));
  else if (what < 5) await actor.put(chance.pick(BALLAST_KEYS), BALLAST_BYTES);
  else if (what < 60) await actor.put(chance.pick(HOT_KEYS), chance.percent(5) ? chance.whole(1, 3000) : 0);
  else await actor.get(chance.pick(HOT_KEYS));
};

/** Starts the sessions. */
// eslint-disable-next-line max-lines-per-function -- writers share what they have written.
export const startWriters = (o: WritersOptions): Writers => {
  const place = o.place ?? HERE;
  const door: Door = { isOpen: true, waiting: [] };
  const kept: KeptToken[] = [];
  const counts = { fresh: 0, latest: 0, old: 0, twice: 0, crashed: 0 };
  let stopped = false;
  let busy = 0;
  let idle = (): void => undefined;

  const keep = (k: KeptToken, chance: SeededChance): void => {
    if (kept.length < KEPT) kept.push(k);
    else kept[chance.whole(0, KEPT - 1)] = k;
  };
  /** Chooses the token of a new session; undefined: it begins anew. */
  const choose = (chance: SeededChance): KeptToken | undefined => {
    if (kept.length === 0 || chance.percent(30)) {
      counts.fresh++;
      return undefined;
    }
    const latest = chance.percent(40);
    const choice = latest ? kept.at(-1)! : chance.pick(kept);
    counts[choice.used > 0 ? 'twice' : latest ? 'latest' : 'old']++;
    choice.used++;
    return choice;
  };
  const open = async (chance: SeededChance): Promise<Actor | undefined> => {
    const begin = choose(chance);
    const shuffled = [...o.servers].sort(() => chance.dice() - 0.5);
    const servers = shuffled.slice(0, chance.whole(1, o.servers.length)).map((id) => ({ id, port: o.portOf(id) }));
    const guarantees = chance.percent(ASKING) ? chance.pick(ASKED) : {};
    const session = await place.connect({
      servers,
      secret: o.secret,
      timeoutMs: chance.whole(200, 2000),
      ...(begin === undefined ? { guarantees } : { token: begin.token }),
    });
    if (E.isLeft(session)) return undefined;
    const asks = begin?.token.guarantees ?? { ...NO_WRITES, ...guarantees };
    return new Actor(o, session.right, o.judge.begin(begin?.known, asks));
  };
  /** Runs one session to its end, or until it breaks off in the middle of its operations. */
  const live = async (actor: Actor, chance: SeededChance): Promise<void> => {
    for (let n = chance.whole(3, 60); n > 0 && !stopped; n--) {
      if (!door.isOpen) break;
      await operate(actor, chance);
      if (chance.percent(5)) keep(actor.keep(), chance);
      if (chance.percent(70)) await place.sleep(chance.whole(0, 6));
    }
    if (chance.percent(30)) {
      counts.crashed++;
      if (chance.percent(50)) keep(actor.keep(), chance);
      const left = Promise.all(Array.from({ length: 5 }, () => actor.put(chance.pick(HOT_KEYS), 0)));
      await place.sleep(0);
      actor.close();
      await left;
    } else {
      keep(actor.keep(), chance);
      actor.close();
    }
  };
  const act = async (chance: SeededChance): Promise<void> => {
    while (!stopped) {
      await pass(door);
      busy++;
      const actor = await open(chance);
      if (actor !== undefined) await live(actor, chance);
      if (--busy === 0) idle();
      if (actor === undefined) await place.sleep(20);
    }
  };
  const actors = Array.from({ length: o.actors ?? ACTORS }, (_, i) => act(chanceOf(o.seed, 1000 + i)));

  const resume = (): void => {
    door.isOpen = true;
    for (const wake of door.waiting.splice(0)) wake();
  };
  return {
    pause: async () => {
      door.isOpen = false;
      while (busy > 0) await new Promise<void>((resolve) => (idle = resolve));
    },
    resume,
    stop: async () => {
      stopped = true;
      resume();
      await Promise.all(actors);
    },
    counts,
  };
};

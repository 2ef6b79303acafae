/**
 * The model's servers and sessions, split up by key. The model's own functions do each step, on a server or a session that has one key alone: what a step does to a key does not depend
 * on other keys. So the cost of a step is in proportion to its changes, and not to the size of the store.
 */
import type { Bytes } from '#bayou/core/bytes.js';
import type { NodeId } from '#bayou/core/ids.js';
import { incarnationOf } from '#bayou/core/ids.js';
import type { Command } from '#bayou/core/script.js';
import type { GetAnswer, PutAnswer, RefusedAnswer } from '#bayou/core/messages.js';
import { kill, restart } from '#bayou/model/protocol/restarts.js';
import type { Rules } from '#bayou/model/protocol/rules.js';
import * as Pulls from '#bayou/model/protocol/pulls.js';
import * as Sv from '#bayou/model/protocol/server.js';
import * as S from '#bayou/model/protocol/session.js';
import { keyOf } from '#bayou/model/checking/texts.js';
import { covers } from '#bayou/model/protocol/vector.js';
import type { Log } from '#bayou/model/protocol/write-log.js';
import { MASTERS_CLIENTS } from '../common/masters-clients.js';
import { MAX_KEYS, numbering, type Table, Tables } from './key-table.js';

const RULES: Rules = { variant: 'FIXED', pruning: 'live', remembersPuts: 'no' };

/** A server. Equal ones are the same object. */
export interface ServerPiece {
  readonly id: number;
  /** The server without its writes. */
  readonly core: Sv.Server;
  readonly logs: Table<Log>;
}

type Stamps = Pick<S.Session, 'wrote' | 'read'>;

/** A session. Equal ones are the same object. */
export interface SessionPiece {
  readonly id: number;
  /** The session without its stamps by key. */
  readonly core: S.Session;
  readonly stamps: Table<Stamps>;
}

/** Thrown beyond the bound of steps: the script is undecided. */
export class TooManySteps extends Error {}

const EMPTY_SERVER = Sv.newServer(0);
const EMPTY_SESSION = S.newSession(0);
const NO_STAMPS: Stamps = { wrote: [], read: [] };

/** Makes servers and sessions, and does the model's steps with them. Throws {@link TooManySteps} beyond its bound of steps. */
export class Pieces {
  /** The number of steps so far: each reads or makes a write or a branch of a table. */
  work = 0;
  readonly #most: number;
  readonly #logs: Tables<Log>;
  readonly #stamps: Tables<Stamps>;
  readonly #servers = new Map<string, ServerPiece>();
  readonly #sessions = new Map<string, SessionPiece>();

  constructor(most: number) {
    this.#most = most;
    const numbers = numbering(() => {
      throw new TooManySteps(`there are more than ${MAX_KEYS} keys`);
    });
    const onWork = this.worked.bind(this);
    const logs = {
      textOf: (log: Log) => keyOf('server', Sv.serverWith(EMPTY_SERVER, { log })),
      stampsOf: (log: Log) => log,
    };
    const stamps = {
      textOf: (kept: Stamps) => keyOf('client', S.sessionWith(EMPTY_SESSION, kept)),
      stampsOf: () => [],
    };
    this.#logs = new Tables(logs, numbers, onWork);
    this.#stamps = new Tables(stamps, numbers, onWork);
  }

  /** Counts work that was done elsewhere. */
  worked(steps: number): void {
    this.work += steps;
    if (this.work > this.#most) throw new TooManySteps(`it takes more than ${this.#most} steps`);
  }

  // --- making them ---

  #server(core: Sv.Server, logs: Table<Log>): ServerPiece {
    const text = `${keyOf('server', core)} ${logs?.id ?? ''}`;
    const known = this.#servers.get(text) ?? { id: this.#servers.size, core, logs };
    this.#servers.set(text, known);
    return known;
  }

  #session(core: S.Session, stamps: Table<Stamps>): SessionPiece {
    const text = `${keyOf('client', core)} ${stamps?.id ?? ''}`;
    const known = this.#sessions.get(text) ?? { id: this.#sessions.size, core, stamps };
    this.#sessions.set(text, known);
    return known;
  }

  newServer(id: NodeId, incarnation = 0): ServerPiece {
    return this.#server(Sv.newServer(id, incarnation), undefined);
  }

  newSession(id: NodeId, servers: ReadonlyArray<NodeId>): SessionPiece {
    return this.#session(S.newSession(id, servers), undefined);
  }

  #ofKey({ core, logs }: ServerPiece, key: Bytes): Sv.Server {
    const log = this.#logs.at(logs, key) ?? [];
    this.worked(log.length);
    return Sv.serverWith(core, { log });
  }

  #sessionOfKey({ core, stamps }: SessionPiece, key: Bytes): S.Session {
    return S.sessionWith(core, this.#stamps.at(stamps, key) ?? NO_STAMPS);
  }

  #withKey({ stamps }: SessionPiece, key: Bytes, after: S.Session): SessionPiece {
    const { wrote, read } = after;
    return this.#session(S.sessionWith(after, NO_STAMPS), this.#stamps.with(stamps, key, { wrote, read }));
  }

  // --- what they do ---

  killed({ core, logs }: ServerPiece): ServerPiece {
    return this.#server(kill(core), logs);
  }

  /** The server after its restart: with its log (R10), or as a new replica without it (R7). */
  restarted({ core, logs }: ServerPiece, id: NodeId, keepsLog: boolean): ServerPiece {
    return keepsLog ? this.#server(restart(core), logs) : this.newServer(id, incarnationOf(core.replica) + 1);
  }

  linked(
    { core, stamps }: SessionPiece,
    server: NodeId,
    c: Extract<Command, { type: 'breakConnection' | 'createConnection' }>,
  ): SessionPiece {
    return this.#session((c.type === 'breakConnection' ? S.linkCut : S.linkMade)(core, server), stamps);
  }

  /** A put at a server: the server after it, and the answer. */
  put(
    server: ServerPiece,
    session: SessionPiece,
    key: Bytes,
    value: Bytes,
  ): readonly [ServerPiece, SessionPiece, PutAnswer | RefusedAnswer] {
    const before = this.#sessionOfKey(session, key);
    const request = S.putOf(MASTERS_CLIENTS, () => value)(before, key);
    const [after, answer] = Sv.acceptPut(RULES)(this.#ofKey(server, key), request);
    if (answer.type !== 'accepted') return [server, session, answer];
    return [
      this.#server(Sv.serverWith(after, { log: [] }), this.#logs.with(server.logs, key, after.log)),
      this.#withKey(session, key, S.afterPut(before, request, answer.stamp)),
      answer,
    ];
  }

  /** A get at a server: the session after it, and the answer. */
  get(server: ServerPiece, session: SessionPiece, key: Bytes): readonly [SessionPiece, GetAnswer] {
    const before = this.#sessionOfKey(session, key);
    const answer = Sv.answerGet(RULES)(this.#ofKey(server, key), S.getOf(MASTERS_CLIENTS)(before, key));
    if (answer.type !== 'found') return [session, answer];
    return [this.#withKey(session, key, S.afterGet(before, key, answer.stamp)), answer];
  }

  answeredBy({ core, stamps }: SessionPiece, server: NodeId): SessionPiece {
    return this.#session(S.answeredBy(core, server), stamps);
  }

  /** The puller `here` after a whole pull from a state of the other server; undefined where the pull brings nothing. */
  pull(here: ServerPiece, there: ServerPiece): ServerPiece | undefined {
    this.worked(1);
    if (covers(here.core.vv, there.core.vv) && here.core.clock >= there.core.clock) return undefined;
    const request = Pulls.pullRequest(here.core);
    const { writes, ...claimed } = Pulls.answerPull(there.core, request);
    let { logs } = here;
    for (const log of this.#logs.lackedBy(there.logs, here.core.vv)) {
      const lacked = Pulls.answerPull(Sv.serverWith(there.core, { log }), request).writes;
      const [first] = lacked;
      if (first === undefined) continue;
      const before = this.#ofKey(here, first.key);
      const after = Pulls.receive(RULES)(before, { ...claimed, writes: lacked });
      if (after.log !== before.log) logs = this.#logs.with(logs, first.key, after.log);
    }
    return this.#server(Pulls.receive(RULES)(here.core, { ...claimed, writes }), logs);
  }

  /** The store, as it is printed. */
  storeOf({ core, logs }: ServerPiece): ReadonlyArray<Bytes> {
    const store = [...this.#logs.values(logs)].flatMap((log) => Sv.storeOfServer(RULES)(Sv.serverWith(core, { log })));
    return store.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, value]) => `${key}:${value}`);
  }
}

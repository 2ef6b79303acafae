/**
 * A small simulated world for the puts of one session: servers that refuse, lag, pull from each other and lose connections, and a clock that jumps from event to
 * event. It is written from the contract (R2, R3, R8, R9, R12, R14), and has nothing of the store but the sender of the puts.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { NodeId, ReplicaId } from '../../src/core/ids.js';
import type { Put } from '../../src/core/messages.js';
import type { Stamp } from '../../src/core/write.js';
import type { Connection } from '../../src/net/connection.js';
import type { Outbound } from '../../src/net/outbound.js';
import type { Answer, NetRequest } from '../../src/net/protocol.js';
import type { OnAnswer } from '../../src/net/requests.js';
import type { Surroundings } from '../../src/ports/ports.js';

/** Numbers from a seed, each from 0 to below 1 (xorshift). */
const dice = (seed: number): (() => number) => {
  let x = (seed ^ 0x9e3779b9) | 1;
  return () => {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    return (x >>> 0) / 2 ** 32;
  };
};

/** Events in the order of their times. */
class Agenda {
  now = 0;
  readonly #events: { readonly at: number; readonly act: () => void; isOff: boolean }[] = [];

  after(ms: number, act: () => void): { readonly cancel: () => void } {
    const event = { at: this.now + ms, act, isOff: false };
    const later = this.#events.findIndex((e) => e.at > event.at);
    this.#events.splice(later === -1 ? this.#events.length : later, 0, event);
    return { cancel: () => (event.isOff = true) };
  }

  /** Lets everything happen. Gives the number of events. */
  run(most: number): number {
    for (let n = 0; n < most; n++) {
      const next = this.#events.shift();
      if (next === undefined) return n;
      this.now = next.at;
      if (!next.isOff) next.act();
    }
    return most;
  }

  get surroundings(): Surroundings {
    return {
      clock: { nowMs: () => this.now, wallMs: () => 1.8e12 },
      timers: {
        after: (ms, act) => this.after(ms, act),
        every: (ms, act) => this.after(ms, act),
        soon: (act) => void this.after(0, act),
        endOfTurn: (act) => void this.after(0, act),
      },
      chance: { bytes: (count) => Buffer.alloc(count) },
    };
  }
}

/** An accepted put: where, with which stamp, and what the server had before it. */
export interface Accepted {
  readonly put: Put;
  readonly stamp: Stamp;
  readonly had: ReadonlyMap<ReplicaId, number>;
}

/** How often things go wrong, each from 0 to 1. */
export interface Troubles {
  readonly busy: number;
  readonly broken: number;
  readonly unreached: number;
}

/** How many puts of a session a server recognises when they are repeated. */
const REMEMBERED = 1024;

class Server {
  readonly #remembered = new Map<number, Accepted>();
  readonly replica: ReplicaId;
  readonly vv = new Map<ReplicaId, number>();
  readonly accepted: Accepted[] = [];
  clock = 0;

  constructor(id: NodeId) {
    this.replica = `${id}.0`;
  }

  answer(put: Put, isBusy: boolean): Answer {
    const known = this.#remembered.get(put.clientTime % REMEMBERED);
    if (known?.put.clientTime === put.clientTime) return { type: 'accepted', stamp: known.stamp };
    if (known !== undefined && known.put.clientTime > put.clientTime) return { type: 'refused', reason: 'too-old' };
    if (put.replica !== null && put.replica !== this.replica) return { type: 'refused', reason: 'other-replica' };
    if (isBusy) return { type: 'refused', reason: 'busy' };
    if (put.require.some(([r, t]) => (this.vv.get(r) ?? 0) < t)) return { type: 'behind' };
    const had = new Map(this.vv);
    this.clock = Math.max(this.clock, put.clock) + 1;
    this.vv.set(this.replica, this.clock);
    const stamp = { t: this.clock, r: this.replica };
    const accepted = { put, stamp, had };
    this.accepted.push(accepted);
    this.#remembered.set(put.clientTime % REMEMBERED, accepted);
    return { type: 'accepted', stamp };
  }

  pullFrom(other: Server): void {
    for (const [r, t] of other.vv) this.vv.set(r, Math.max(t, this.vv.get(r) ?? 0));
    this.clock = Math.max(this.clock, other.clock);
  }
}

interface Waiting {
  readonly ask: NetRequest;
  readonly done: OnAnswer;
  isServed: boolean;
}

/**
 * A connection: what is sent arrives in order and is served in order, until it breaks. A put that is accepted is answered when it is in the log, and everything
 * else at once.
 */
class SimulatedConnection implements Connection {
  readonly peer;
  readonly #world: ServersWorld;
  readonly #server: Server;
  readonly #waiting = new Set<Waiting>();
  #isOpen = true;
  #heardAt = 0;

  constructor(world: ServersWorld, id: NodeId, server: Server) {
    this.#world = world;
    this.#server = server;
    this.peer = { role: 'server' as const, id, replica: server.replica };
  }

  readonly isOpen = () => this.#isOpen;
  readonly silentMs = () => this.#world.agenda.now - this.#heardAt;
  readonly retire = () => this.close('retired');

  readonly ask = (ask: NetRequest, deadlineMs: number, done: OnAnswer): void => {
    if (!this.#isOpen) {
      done(E.left({ type: 'unsent', why: 'closed' }));
      return;
    }
    const { agenda, dice, troubles } = this.#world;
    const request = { ask, done, isServed: false };
    this.#waiting.add(request);
    agenda.after(dice() * 20, () => this.#isOpen && this.#serve());
    agenda.after(deadlineMs, () => this.#give(request, E.left({ type: 'timedOut', why: 'late' })));
    if (dice() < troubles.broken) agenda.after(dice() * 30, () => this.close('broken'));
  };

  readonly close = (why: string): void => {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    // The server may serve some of what has arrived.
    while (this.#world.dice() < 0.5 && this.#serve());
    for (const request of [...this.#waiting]) this.#give(request, E.left({ type: 'broken', why }));
  };

  /** Serves the next request. */
  #serve(): boolean {
    const next = [...this.#waiting].find((request) => !request.isServed);
    if (next?.ask.type !== 'put') return false;
    next.isServed = true;
    const before = this.#server.accepted.length;
    const answer = this.#server.answer(next.ask, this.#world.dice() < this.#world.troubles.busy);
    const isNew = this.#server.accepted.length > before;
    if (!this.#isOpen) return true;
    if (!isNew) this.#give(next, E.right(answer));
    else this.#world.agenda.after(this.#world.dice() * 20, () => this.#isOpen && this.#give(next, E.right(answer)));
    return true;
  }

  #give(request: Waiting, result: Parameters<OnAnswer>[0]): void {
    if (E.isRight(result)) this.#heardAt = this.#world.agenda.now;
    if (this.#waiting.delete(request)) request.done(result);
  }
}

/** The servers 0, 1, … and the links of one client to them. */
export class ServersWorld {
  readonly agenda = new Agenda();
  readonly dice: () => number;
  readonly troubles: Troubles;
  readonly servers: ReadonlyArray<Server>;
  readonly links: ReadonlyMap<NodeId, Outbound>;
  readonly connections: Connection[] = [];

  constructor(seed: number, count: number, troubles: Troubles) {
    this.dice = dice(seed);
    this.troubles = troubles;
    this.servers = Array.from({ length: count }, (_, id) => new Server(id));
    this.links = new Map(this.servers.map((server, id) => [id, this.#link(id, server)]));
  }

  /** Any two servers, one of which pulls from the other after so many ms. */
  pullSometime(ms: number): void {
    this.agenda.after(this.dice() * ms, () => this.any().pullFrom(this.any()));
  }

  any(): Server {
    return this.servers[Math.floor(this.dice() * this.servers.length)]!;
  }

  #link(id: NodeId, server: Server): Outbound {
    let open: Connection | undefined;
    const reach: Outbound['reach'] = (withinMs, isPatient, done) => {
      if (open?.isOpen() === true) {
        done(E.right(open));
        return;
      }
      const fails = !isPatient && this.dice() < this.troubles.unreached;
      this.agenda.after(Math.min(withinMs, this.dice() * 30), () => {
        if (!fails && open?.isOpen() !== true) this.connections.push((open = new SimulatedConnection(this, id, server)));
        done(fails || open === undefined ? E.left('no such server') : E.right(open));
      });
    };
    return { reach } as unknown as Outbound;
  }
}

/**
 * A server's pulls (R9): in the background from each linked peer, and from all peers at once for a `sync`. Missing writes come in parts. The
 * server asks for a part when the part before is taken in and durable, so neither end ever holds more than one part. A pull's progress is
 * durable with its parts. So the next pull goes on from there, even after a restart of the server.
 *
 * One pull from a peer runs at a time. Of all pulls that need more than one part, one at a time goes on: peers that are ahead are mostly ahead
 * by the same writes, and these need not come twice. Every part has a deadline. A peer that misses a deadline loses its turn, so no peer blocks
 * the other pulls.
 *
 * If no answer comes over a connection in time, the connection is closed, and the next pull dials anew. The other end may be gone without a
 * sign, or TCP may wait much longer than a pull before it sends lost bytes again. The caller of a `sync` waits for its result. So a `sync`
 * closes a silent connection sooner than a background pull does, and pulls again over the new connection.
 */
import * as E from 'fp-ts/lib/Either.js';
import { serverOf, type NodeId } from '../core/ids.js';
import type { Pull, PulledAnswer } from '../core/messages.js';
import type { DurableReplica } from '../impl/durable.js';
import { transfersOf } from '../impl/replica.js';
import { requestFor } from '../impl/merge-pulled.js';
import type { Clock, Timer, Timers } from '../ports/ports.js';
import { SYNC_PATIENCE_MS } from './net-limits.js';
import type { Logger } from './logger.js';
import type { Meter } from './meter.js';
import type { Outbound } from './outbound.js';
import type { Party } from './protocol.js';
import { beginPull, type PullOutcome, nextPull, PullTurns } from './pull-progress.js';
import { BAD } from './refusals.js';
import type { Tracer } from './tracer.js';

/** The parts of a server that its pulls use. */
export interface PullerOptions {
  /** This process's name, which makes the names of its pulls unique. */
  readonly name: string;
  /** How long a part of a pull may take to begin, and to go on, in ms. */
  readonly timeoutMs: number;
  readonly logger: Logger;
  /** Logs that a peer sent a forbidden answer, but not too often. */
  readonly sayBad: (line: string) => void;
  /** Is told that the replica has handled an answer of this peer. */
  readonly onMerged: (peer: Party) => void;
  readonly trace: Tracer;
  readonly meter: Meter;
  readonly peers: () => ReadonlyMap<NodeId, Outbound>;
  readonly clock: Clock;
  readonly timers: Timers;
}

/** The result of a `sync`. */
export interface SyncResult {
  /** The peers whose writes did not all come. */
  readonly failed: ReadonlyArray<NodeId>;
  /** Did a pull take more than one part? */
  readonly inParts: boolean;
}

/** A server's pulls. */
export interface Puller {
  /** Pulls from a peer, after a pull that is under way. False: not all writes came. */
  readonly pull: (peer: Outbound) => Promise<boolean>;
  /** Begins a pull from each peer from which none is under way. */
  readonly pullAll: () => void;
  /**
   * Pulls every write that each peer has now. Calls `onPart` for each part. The time before, between and after these calls is at most
   * `timeoutMs` and {@link SYNC_PATIENCE_MS} together.
   */
  readonly sync: (onPart: () => void) => Promise<SyncResult>;
  /** The time since a pull last brought every write of a peer, in ms. Null: no pull has. */
  readonly sincePullMs: (peer: NodeId) => number | null;
}

const SILENT = 'it did not answer a pull in time';

/** The pulls of a server with this replica. It does the effects of `pull-progress.ts`. */
class ReplicaPuller {
  readonly #o: PullerOptions;
  readonly #durable: DurableReplica;
  readonly #nowMs: () => number;
  readonly #patienceMs: number;
  readonly #pulling = new Map<NodeId, Promise<boolean>>();
  readonly #turns = new PullTurns();
  readonly #lastPulled = new Map<NodeId, number>();
  /** The peers that have not answered a part's request yet, with the time of the request. */
  readonly #askedAt = new Map<NodeId, number>();
  #pulls = 0;
  /** The callbacks of the `sync`s under way. Each is called when a part comes or a turn ends. */
  readonly #syncs = new Set<() => void>();

  constructor(o: PullerOptions, durable: DurableReplica) {
    this.#o = o;
    this.#durable = durable;
    this.#nowMs = o.clock.nowMs;
    this.#patienceMs = Math.min(SYNC_PATIENCE_MS, o.timeoutMs / 5);
  }

  pullAll(): void {
    for (const [id, peer] of this.#o.peers()) if (!this.#pulling.has(id) && !this.#isToWait(id)) void this.pull(peer);
  }

  async sync(onPart: () => void): Promise<SyncResult> {
    let inParts = false;
    const limitMs = this.#o.timeoutMs + this.#patienceMs;
    let until = this.#nowMs() + limitMs;
    const leftMs = (): number => Math.max(1, until - this.#nowMs());
    const listener = (): void => {
      inParts = true;
      until = this.#nowMs() + limitMs;
      onPart();
    };
    this.#syncs.add(listener);
    const peers = [...this.#o.peers().values()];
    const pulled = await Promise.all(peers.map((peer) => this.pull(peer, leftMs)));
    this.#syncs.delete(listener);
    return { failed: peers.flatMap((p, i) => (pulled[i] === true ? [] : [p.peer.id])), inParts };
  }

  sincePullMs(id: NodeId): number | null {
    const last = this.#lastPulled.get(id);
    return last === undefined ? null : this.#nowMs() - last;
  }

  /** Pulls from a peer after the pull under way: one pull from a peer runs at a time. `leftMs`: the time that a `sync` has left, in ms. */
  pull(peer: Outbound, leftMs?: () => number): Promise<boolean> {
    const { id } = peer.peer;
    const hastened = leftMs === undefined || !this.#pulling.has(id) ? undefined : this.#hasten(peer);
    const before = this.#pulling.get(id) ?? Promise.resolve(true);
    const next = before
      .then(() => {
        hastened?.cancel();
        return this.#pullThrough(peer, leftMs);
      })
      .finally(() => this.#turns.end(id));
    this.#pulling.set(id, next);
    void next.then(() => {
      if (this.#pulling.get(id) === next) this.#pulling.delete(id);
    });
    return next;
  }

  /** Would a pull from this peer go on with parts, while another peer's pull has the turn? */
  #isToWait(id: NodeId): boolean {
    return this.#turns.isOthers(id) && transfersOf(this.#durable.replica).some(({ from }) => serverOf(from) === id);
  }

  /** Pulls one part after the other until the last. */
  async #pullThrough(peer: Outbound, leftMs?: () => number): Promise<boolean> {
    const { id } = peer.peer;
    const left = leftMs ?? (() => this.#o.timeoutMs);
    const times = { quick: () => Math.min(this.#patienceMs, left()), left, part: () => this.#o.timeoutMs };
    let { progress, effect } = beginPull(leftMs !== undefined, peer.isUp());
    for (;;) {
      if (effect.type === 'done') return effect.isWhole;
      if (effect.type === 'waitTurn') {
        await this.#turns.ended();
        this.#tellSyncs();
        ({ progress, effect } = nextPull(progress, { type: 'turn', isOthersTurn: this.#turns.isOthers(id) }));
        continue;
      }
      if (effect.takesTurn) this.#turns.take(id);
      // A replica whose log has failed takes no part in. The link may be cut between two parts.
      const isPossible = this.#durable.failure === undefined && !peer.isClosed();
      const came = isPossible ? await this.#pullPart(peer, times[effect.time]()) : 'failed';
      if (came === 'last') this.#lastPulled.set(id, this.#nowMs());
      if (came === 'part') this.#tellSyncs();
      ({ progress, effect } = nextPull(progress, { type: 'came', came, isOthersTurn: this.#turns.isOthers(id) }));
    }
  }

  /** Asks for a part, and takes it in. */
  #pullPart(peer: Outbound, deadlineMs: number): Promise<PullOutcome> {
    const { trace, logger, meter, name } = this.#o;
    const { id } = peer.peer;
    return new Promise((resolve) => {
      const ask = requestFor(this.#durable.replica, id);
      const pull = `${name}/${this.#pulls++}`;
      trace?.({ type: 'pullAsked', peer: id, pull, vv: ask.vv, after: ask.after });
      this.#askedAt.set(id, this.#nowMs());
      peer.ask({ type: 'namedPull', pull, ask }, deadlineMs, (result) => {
        this.#askedAt.delete(id);
        if (E.isLeft(result)) {
          const isSilent = result.left.type === 'timedOut';
          if (isSilent) peer.breakOff(SILENT);
          logger.debug(`no pull from server ${id}: ${result.left.why}`);
          meter.pulled(id, 'failed', 0);
          resolve(isSilent ? 'silent' : 'failed');
        } else if (result.right.type === 'pulled' && serverOf(result.right.from) === id) {
          resolve(this.#merge(pull, ask, result.right));
        } else {
          logger.warn(`server ${id} answered a pull with '${result.right.type}'`);
          resolve('failed');
        }
      });
    });
  }

  #merge(name: string, asked: Pull, pulled: PulledAnswer): Promise<PullOutcome> {
    const { sayBad, onMerged, meter } = this.#o;
    const server = serverOf(pulled.from);
    return new Promise((resolve) => {
      this.#durable.handle({ type: 'merge', name, asked: asked.vv, pulled }, (answer) => {
        if (answer.type === 'refused' && BAD.has(answer.reason))
          sayBad(`server ${server}'s answer to a pull was refused: ${answer.reason}`);
        onMerged({ role: 'server', id: server });
        meter.pulled(server, answer.type === 'merged' ? 'merged' : 'failed', pulled.writes.length);
        resolve(answer.type === 'merged' ? answer.kind : 'failed');
      });
    });
  }

  /** Gives a pull that is under way when a `sync` begins as little time over a silent connection as the `sync`'s own pull. */
  #hasten({ peer: { id }, silentMs, breakOff }: Outbound): Timer {
    const began = this.#nowMs();
    return this.#o.timers.after(this.#patienceMs, () => {
      if ((this.#askedAt.get(id) ?? Infinity) <= began && silentMs() >= this.#nowMs() - began) breakOff(SILENT);
    });
  }

  #tellSyncs(): void {
    for (const listener of this.#syncs) listener();
  }
}

/** The pulls of a server with this replica. */
export const makePuller = (o: PullerOptions, durable: DurableReplica): Puller => {
  const puller = new ReplicaPuller(o, durable);
  return {
    pull: (peer) => puller.pull(peer),
    pullAll: () => puller.pullAll(),
    sync: (onPart) => puller.sync(onPart),
    sincePullMs: (peer) => puller.sincePullMs(peer),
  };
};

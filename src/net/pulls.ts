/**
 * A server's pulls (R9): in the background from each linked peer, and all at once for a `sync`. What is missing comes in parts, each asked
 * for when the one before is taken in and durable, so that neither end ever holds more than one of them; how far a pull has come is durable
 * with it, and the next one goes on from there, whenever that is and whatever broke in between.
 *
 * One pull from a peer at a time. Of pulls that need more than one part, one at a time goes on: peers that are ahead are mostly ahead by
 * the same writes, which need not come twice. It ends or makes way by itself: every part has a deadline, and a peer that lets one
 * pass loses its turn.
 *
 * A connection over which no answer came in time is closed, and the next pull dials anew: its other end may be gone without a word, or TCP may
 * wait much longer than a pull before it sends again what was lost. Whoever wants a `sync` waits for an answer; so a `sync` finds that out sooner than a
 * background pull does, and pulls again over the new connection.
 */
import * as E from 'fp-ts/lib/Either.js';
import { serverOf, type NodeId } from '../core/ids.js';
import type { Pull, Pulled } from '../core/messages.js';
import type { DurableReplica } from '../impl/durable.js';
import { transfersOf, type AnswerTo } from '../impl/replica.js';
import { requestFor } from '../impl/taking-in.js';
import type { Clock, Timer, Timers } from '../ports/ports.js';
import { SYNC_PATIENCE_MS } from './limits.js';
import type { Logger } from './logger.js';
import type { Meter } from './meter.js';
import type { Outbound } from './outbound.js';
import type { Party } from './protocol.js';
import { BAD } from './refusals.js';
import type { Tracer } from './tracer.js';

/** What pulls need to know of their server. */
export interface PullerOptions {
  /** This process's name, which makes the names of its pulls unique. */
  readonly name: string;
  /** How long a part of a pull may take to begin, and to go on, in ms. */
  readonly timeoutMs: number;
  readonly logger: Logger;
  /** Says that a peer sent what must not be, and not too often. */
  readonly sayBad: (line: string) => void;
  /** An answer of this peer's was looked at. */
  readonly onMerged: (peer: Party) => void;
  readonly trace: Tracer;
  readonly meter: Meter;
  readonly peers: () => ReadonlyMap<NodeId, Outbound>;
  readonly clock: Clock;
  readonly timers: Timers;
}

/** What came of pulls from all linked peers. */
export interface SyncResult {
  /** The peers from which not all came. */
  readonly failed: ReadonlyArray<NodeId>;
  /** Did a pull take more than one part? */
  readonly inParts: boolean;
}

/** A server's pulls. */
export interface Puller {
  /** Pulls from a peer, after the pull that is under way, if any. False: not all came. */
  readonly pull: (peer: Outbound) => Promise<boolean>;
  /** Begins a pull from each peer from which none is under way. */
  readonly pullAll: () => void;
  /**
   * Pulls all that each peer has now. `onPart` is called for each part on the way; between two of those, and at the start and end, no more passes than what a pull may
   * take and {@link SYNC_PATIENCE_MS}.
   */
  readonly sync: (onPart: () => void) => Promise<SyncResult>;
  /** How long ago a pull from a peer last ended with all that it had, in ms; null: never. */
  readonly sincePullMs: (peer: NodeId) => number | null;
}

/** `failed`: there was no answer, or none of use; `silent`: there was a connection, and no answer in time. */
type Came = Extract<AnswerTo['merge'], { readonly type: 'merged' }>['kind'] | 'failed' | 'silent';

const SILENT = 'it did not answer a pull in time';

/** A peer may answer so many times in a row with what is of no use (it came back as another replica) before a pull gives up. */
const MAX_USELESS = 3;

/** The pulls of a server with this replica. */
// eslint-disable-next-line max-lines-per-function -- one closure over the pull that is under way.
export const makePuller = (o: PullerOptions, durable: DurableReplica): Puller => {
  const pulling = new Map<NodeId, Promise<boolean>>();
  /** The peer whose pull takes more than one part and goes on. */
  let long: NodeId | undefined;
  let waitingForTurn: (() => void)[] = [];
  const lastPulled = new Map<NodeId, number>();
  /** Peers that were asked and have not answered yet, and when that was. */
  const askedAt = new Map<NodeId, number>();
  const { nowMs } = o.clock;
  const patienceMs = Math.min(SYNC_PATIENCE_MS, o.timeoutMs / 5);
  let pulls = 0;
  let partListeners: (() => void)[] = [];

  const merge = (name: string, asked: Pull, pulled: Pulled): Promise<Came> =>
    new Promise((resolve) => {
      durable.handle({ type: 'merge', name, asked: asked.vv, pulled }, (answer) => {
        if (answer.type === 'refused' && BAD.has(answer.reason))
          o.sayBad(`server ${serverOf(pulled.from)}'s answer to a pull was refused: ${answer.reason}`);
        o.onMerged({ role: 'server', id: serverOf(pulled.from) });
        o.meter.pulled(serverOf(pulled.from), answer.type === 'merged' ? 'merged' : 'failed', pulled.writes.length);
        resolve(answer.type === 'merged' ? answer.kind : 'failed');
      });
    });

  /** Asks for a part, and takes it in. Asks nothing over a link that was cut. */
  const pullPart = (peer: Outbound, deadlineMs: number): Promise<Came> =>
    new Promise((resolve) => {
      const ask = requestFor(durable.replica, peer.peer.id);
      const pull = `${o.name}/${pulls++}`;
      o.trace?.({ type: 'pullAsked', peer: peer.peer.id, pull, vv: ask.vv, after: ask.after });
      askedAt.set(peer.peer.id, nowMs());
      peer.ask({ type: 'namedPull', pull, ask }, deadlineMs, (result) => {
        askedAt.delete(peer.peer.id);
        if (E.isLeft(result)) {
          const isSilent = result.left.type === 'timedOut';
          if (isSilent) peer.renew(SILENT);
          o.logger.debug(`no pull from server ${peer.peer.id}: ${result.left.why}`);
          o.meter.pulled(peer.peer.id, 'failed', 0);
          resolve(isSilent ? 'silent' : 'failed');
        } else if (result.right.type === 'pulled' && serverOf(result.right.from) === peer.peer.id) {
          resolve(merge(pull, ask, result.right));
        } else {
          o.logger.warn(`server ${peer.peer.id} answered a pull with '${result.right.type}'`);
          resolve('failed');
        }
      });
    });

  /** The first part of a `sync`, which has so much time left: over a connection that was there before and is silent only a little of it, and the rest over a new one. */
  const pullFirst = async (peer: Outbound, leftMs: () => number): Promise<Came> => {
    const came = await pullPart(peer, peer.isUp() ? Math.min(patienceMs, leftMs()) : leftMs());
    return came === 'silent' ? pullPart(peer, leftMs()) : came;
  };

  /** The pull that is under way when a `sync` begins gets as little time over a silent connection as the `sync`'s own. */
  const hasten = ({ peer: { id }, silentMs, renew }: Outbound): Timer => {
    const began = nowMs();
    return o.timers.after(patienceMs, () => {
      if ((askedAt.get(id) ?? Infinity) <= began && silentMs() >= nowMs() - began) renew(SILENT);
    });
  };

  const tellOfPart = (): void => {
    for (const listener of partListeners) listener();
  };

  const endTurn = (id: NodeId): void => {
    if (long !== id) return;
    long = undefined;
    const next = waitingForTurn;
    waitingForTurn = [];
    for (const wake of next) wake();
  };

  /** One part after the other until the last. `leftMs`, of a `sync`: how much time there is; then it waits for its turn too, where another long pull goes on. */
  const pullThrough = async (peer: Outbound, leftMs?: () => number): Promise<boolean> => {
    const { id } = peer.peer;
    let isFirst = true;
    for (let useless = 0; useless < MAX_USELESS;) {
      // Nothing could be taken in.
      if (durable.failure !== undefined) return false;
      const came = await (isFirst && leftMs !== undefined ? pullFirst(peer, leftMs) : pullPart(peer, o.timeoutMs));
      isFirst = false;
      if (came === 'last') lastPulled.set(id, nowMs());
      if (came === 'last' || came === 'failed' || came === 'silent') return came === 'last';
      useless = came === 'other' ? useless + 1 : 0;
      if (came === 'part') tellOfPart();
      while (long !== undefined && long !== id) {
        if (leftMs === undefined) return false;
        await new Promise<void>((resolve) => waitingForTurn.push(resolve));
        tellOfPart();
      }
      if (came === 'part') long = id;
    }
    return false;
  };

  /** One pull from a peer at a time; whoever wants another waits for the one under way, and pulls after it. */
  const pullOnce = (peer: Outbound, leftMs?: () => number): Promise<boolean> => {
    const { id } = peer.peer;
    const hastened = leftMs === undefined || !pulling.has(id) ? undefined : hasten(peer);
    const before = pulling.get(id) ?? Promise.resolve(true);
    const next = before
      .then(() => {
        hastened?.cancel();
        return pullThrough(peer, leftMs);
      })
      .finally(() => endTurn(id));
    pulling.set(id, next);
    void next.then(() => {
      if (pulling.get(id) === next) pulling.delete(id);
    });
    return next;
  };

  /** Would a pull from this peer only go on with parts, while another's do? */
  const isToWait = (id: NodeId): boolean =>
    long !== undefined && long !== id && transfersOf(durable.replica).some(({ from }) => serverOf(from) === id);

  const pullAll = (): void => {
    for (const [id, peer] of o.peers()) if (!pulling.has(id) && !isToWait(id)) void pullOnce(peer);
  };

  const sync = async (onPart: () => void): Promise<SyncResult> => {
    let inParts = false;
    const limitMs = o.timeoutMs + patienceMs;
    let until = nowMs() + limitMs;
    const leftMs = (): number => Math.max(1, until - nowMs());
    const listener = (): void => {
      inParts = true;
      until = nowMs() + limitMs;
      onPart();
    };
    partListeners = [...partListeners, listener];
    const peers = [...o.peers().values()];
    const pulled = await Promise.all(peers.map((peer) => pullOnce(peer, leftMs)));
    partListeners = partListeners.filter((other) => other !== listener);
    return { failed: peers.flatMap((p, i) => (pulled[i] === true ? [] : [p.peer.id])), inParts };
  };

  const sincePullMs = (id: NodeId): number | null => {
    const last = lastPulled.get(id);
    return last === undefined ? null : nowMs() - last;
  };
  return { pull: (peer) => pullOnce(peer), pullAll, sync, sincePullMs };
};

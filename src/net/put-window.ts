/**
 * The puts of a session that were sent and have no result, so that none takes the place of another in a server's window (`client-windows.ts`). A put that is
 * a window or more beyond one that is at its replica waits until that one has its result. A put that was sent nowhere keeps nobody waiting. If its
 * session has gone a window further when it may go at last, it gets a new client time first (R3).
 */
import type { ReplicaId } from '../core/ids.js';
import type { Put } from '../core/messages.js';
import { isBeyondWindow } from '../impl/client-windows.js';
import { Earliest } from './earliest.js';

/** A put without a result. */
export interface WindowedPut {
  readonly request: Put;
  readonly isOver: boolean;
}

/** The puts. Mutable. `isWaiting`: does this put wait for others? */
export class PutWindow<P extends WindowedPut> {
  readonly #isWaiting: (put: P) => boolean;
  /** The replica of each put that was sent, and may be accepted there. */
  readonly #replicas = new Map<P, ReplicaId>();
  readonly #sent = new Map<ReplicaId, Earliest<P>>();
  /** The puts that wait to be sent to each replica. */
  readonly #beyond = new Map<ReplicaId, Earliest<P>>();
  /** The greatest client time that was sent. */
  #last = 0;

  constructor(isWaiting: (put: P) => boolean) {
    this.#isWaiting = isWaiting;
  }

  /** Notes that the put is sent to this replica. */
  sent(put: P, replica: ReplicaId): void {
    if (this.#replicas.get(put) === replica) return;
    const { clientTime } = put.request;
    this.#last = Math.max(this.#last, clientTime);
    this.#replicas.set(put, replica);
    const belongs = (one: P, at: number): boolean => this.#replicas.get(one) === replica && one.request.clientTime === at;
    entry(this.#sent, replica, () => new Earliest<P>(belongs)).add(put, clientTime);
  }

  /** Removes a put that has its result, or certainly was not accepted. */
  left(put: P): void {
    this.#replicas.delete(put);
  }

  /** Has the session gone so far beyond this put that a server's place for it may be taken? */
  isPassed({ request }: P): boolean {
    return isBeyondWindow(this.#last, request.clientTime);
  }

  /** Must the put wait for others before it goes to this replica? Then it is among those that {@link freed} gives later. */
  holdsUp(put: P, replica: ReplicaId): boolean {
    if (!this.#isBeyond(put, replica)) return false;
    entry(this.#beyond, replica, () => new Earliest<P>(this.#isWaiting)).add(put, put.request.clientTime);
    return true;
  }

  /** The puts that waited, and need not wait any more for those that are too far back. */
  freed(): ReadonlyArray<P> {
    const freed: P[] = [];
    for (const [replica, puts] of this.#beyond) {
      let put = puts.first();
      for (; put !== undefined && !this.#isBeyond(put, replica); put = puts.first()) {
        freed.push(put);
        puts.take();
      }
      if (put === undefined) this.#beyond.delete(replica);
    }
    return freed;
  }

  #isBeyond({ request }: P, replica: ReplicaId): boolean {
    const sent = this.#sent.get(replica);
    const first = sent?.first();
    if (sent !== undefined && first === undefined) this.#sent.delete(replica);
    return first !== undefined && isBeyondWindow(request.clientTime, first.request.clientTime);
  }
}

const entry = <K, V>(map: Map<K, V>, key: K, make: () => V): V => {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
};

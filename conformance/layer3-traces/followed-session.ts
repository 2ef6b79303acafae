/** A session of the model, followed along a trace. Its steps are the model's own functions, which are given only what they read: one key and two vectors. */
import type { Bytes } from '#bayou/core/bytes.js';
import type { NodeId, ReplicaId, SessionNumber } from '#bayou/core/ids.js';
import type { Get, Put } from '#bayou/core/messages.js';
import type { Guarantees } from '#bayou/core/guarantees.js';
import type { Stamp } from '#bayou/core/write.js';
import { isOlder } from '#bayou/model/protocol/order.js';
import type { Variant } from '#bayou/model/protocol/rules.js';
import * as S from '#bayou/model/protocol/session.js';

/** A server that a session has tried. `replica`: the replica that the operation was sent to; null: the server could not be reached. */
export interface TriedServer {
  readonly server: NodeId;
  readonly replica: ReplicaId | null;
}

/** An operation that a session has begun. */
export interface SessionOperation {
  readonly request: Get | Put;
  /** How long the operation took, in ms, as the master says; undefined where no event says it. */
  readonly ms: number | undefined;
  /** The servers that were tried, in order. */
  readonly tried: TriedServer[];
  /** The server and replica that the operation was last sent to; undefined where that replica is known to have refused it, or none was. */
  sent: { readonly server: NodeId; readonly replica: ReplicaId } | undefined;
}

/** A session that is followed. Changed in place by its own methods alone. */
export class FollowedSession {
  readonly guarantees: Guarantees;
  readonly number: SessionNumber;
  /** The operation under way. */
  operation: SessionOperation | undefined;
  /** Client times of puts whose result promised that nothing was written (R14). */
  readonly failed = new Set<number>();
  #session: S.Session;
  readonly #wrote = new Map<Bytes, Stamp>();
  readonly #read = new Map<Bytes, Stamp>();
  readonly #variant: Variant;

  constructor(client: NodeId, number: SessionNumber, guarantees: Guarantees, variant: Variant) {
    this.number = number;
    this.guarantees = guarantees;
    this.#variant = variant;
    this.#session = S.newSession(client);
  }

  getOf(key: Bytes): Get {
    return S.getOf(this.guarantees)(this.#slice(key), key);
  }

  /** The next put. */
  putOf(key: Bytes, value: Bytes): Put {
    return S.putOf(this.guarantees, () => value)(this.#session, key);
  }

  afterPut(put: Put, stamp: Stamp): void {
    const before = this.#wrote.get(put.key);
    this.#take(put.key, S.afterPut(this.#slice(put.key), put, stamp));
    // The model keeps the stamp that was written last, the implementation the greatest (R11 has both). They differ only under V1.
    if (this.#variant === 'V1' && before !== undefined && isOlder(stamp, before)) this.#wrote.set(put.key, before);
  }

  /** A put that was not accepted, or whose outcome is unknown, has used its client time all the same (R3). */
  afterFailedPut(put: Put): void {
    this.#session = S.sessionWith(this.#session, { clientTime: put.clientTime });
  }

  afterGet(key: Bytes, stamp: Stamp): void {
    this.#take(key, S.afterGet(this.#slice(key), key, stamp));
  }

  /** R13: the servers that the session asks, in order. */
  order(): ReadonlyArray<NodeId> {
    return S.askingOrder(this.#session);
  }

  answeredBy(server: NodeId): void {
    this.#session = S.answeredBy(this.#session, server);
  }

  linkMade(server: NodeId): void {
    this.#session = S.linkMade(this.#session, server);
  }

  linkCut(server: NodeId): void {
    this.#session = S.linkCut(this.#session, server);
  }

  /** The model's session. Of its stamps by key it has the `most` that were set last. */
  shown(most: number): S.Session {
    return { ...this.#session, wrote: [...this.#wrote].slice(-most), read: [...this.#read].slice(-most) };
  }

  #slice(key: Bytes): S.Session {
    const [wrote, read] = [this.#wrote.get(key), this.#read.get(key)];
    return {
      ...this.#session,
      wrote: wrote === undefined ? [] : [[key, wrote]],
      read: read === undefined ? [] : [[key, read]],
    };
  }

  #take(key: Bytes, after: S.Session): void {
    const [wrote, read] = [S.stampFor(after.wrote, key), S.stampFor(after.read, key)];
    if (wrote !== undefined) this.#wrote.set(key, wrote);
    if (read !== undefined) this.#read.set(key, read);
    this.#session = { ...after, wrote: [], read: [] };
  }
}

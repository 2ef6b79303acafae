/** The other threads of a search, as one of them sees them: which thread owns a group, and what is sent to which. */
import type { MessagePort } from 'node:worker_threads';
import { mixed, SEED } from '../../hash.js';
import type { Space } from '../space.js';
import type { Batch } from '../store/batch.js';
import { Outbox } from './parcel.js';
import type { ThreadMessage } from './thread-messages.js';

export class Peers {
  /** How often the leader told this thread to go on. */
  round = 0;
  private readonly space: Space;
  private readonly index: number;
  private readonly ports: ReadonlyArray<MessagePort | null>;
  private readonly outboxes: ReadonlyArray<Outbox>;

  constructor(space: Space, index: number, ports: ReadonlyArray<MessagePort | null>) {
    this.space = space;
    this.index = index;
    this.ports = ports;
    this.outboxes = ports.map(() => new Outbox(space, index));
  }

  /** Drops what has gathered. */
  clear(): void {
    this.outboxes.forEach((outbox) => outbox.clear());
  }

  /** Sends each thread what has gathered for it, and then a message. A port keeps the order, so what was sent before arrives before. */
  tell(kind: 'over' | 'quiet'): void {
    this.ports.forEach((port, to) => {
      this.post(to);
      port?.postMessage({ kind, round: this.round } satisfies ThreadMessage);
    });
  }

  /** Gives the thread that owns a group. */
  private ownerOf(tuple: Int32Array): number {
    const { components, compiled } = this.space;
    let h = SEED;
    for (let i = 0; i < tuple.length; i++) h = mixed(h, components.hashOf(compiled.kinds[i]!, tuple[i]!));
    return ((h ^ (h >>> 16)) >>> 0) % this.ports.length;
  }

  /** Takes the cells of a group that another thread owns; false where this thread owns it. */
  sendAway(batch: Batch, tuple: Int32Array, family: number): boolean {
    const to = this.ownerOf(tuple);
    if (to === this.index) return false;
    const outbox = this.outboxes[to]!;
    outbox.add(batch, tuple, family);
    if (outbox.isFull) this.post(to);
    return true;
  }

  /** Sends a thread what has gathered for it. */
  private post(to: number): void {
    const parcel = this.outboxes[to]!.take();
    if (parcel === undefined) return;
    this.ports[to]?.postMessage({ kind: 'cells', round: this.round, parcel } satisfies ThreadMessage, [parcel.words.buffer]);
  }
}

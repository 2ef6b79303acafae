/** The other threads of a search, as one of them has them: whose a group is, and what is sent to whom. */
import type { MessagePort } from 'node:worker_threads';
import { mixed, SEED } from '../../hash.js';
import type { Space } from '../space.js';
import type { Batch } from '../store/batch.js';
import { Outbox } from './parcel.js';
import type { Message } from './thread-messages.js';

export class Peers {
  /** How often this thread was told to go on. */
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

  /** Forgets what has gathered. */
  clear(): void {
    this.outboxes.forEach((outbox) => outbox.clear());
  }

  /** Sends what has gathered for each, and says something after it. What was sent before is heard before. */
  tell(kind: 'over' | 'quiet'): void {
    this.ports.forEach((port, to) => {
      this.post(to);
      port?.postMessage({ kind, round: this.round } satisfies Message);
    });
  }

  /** Whose a group is. */
  private ownerOf(tuple: Int32Array): number {
    const { components, compiled } = this.space;
    let h = SEED;
    for (let i = 0; i < tuple.length; i++) h = mixed(h, components.hashOf(compiled.kinds[i]!, tuple[i]!));
    return ((h ^ (h >>> 16)) >>> 0) % this.ports.length;
  }

  /** Takes cells of a group that is another thread's; false where it is this one's. */
  sendAway(batch: Batch, tuple: Int32Array, family: number): boolean {
    const to = this.ownerOf(tuple);
    if (to === this.index) return false;
    const outbox = this.outboxes[to]!;
    outbox.add(batch, tuple, family);
    if (outbox.isFull) this.post(to);
    return true;
  }

  /** Sends what has gathered for a thread. */
  private post(to: number): void {
    const parcel = this.outboxes[to]!.take();
    if (parcel === undefined) return;
    this.ports[to]?.postMessage({ kind: 'cells', round: this.round, parcel } satisfies Message, [parcel.words.buffer]);
  }
}

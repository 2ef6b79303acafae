/** The notices that a server's process got of its links: that a link is made, or cut. Each notice belongs to one command, which takes it once. */
import type { NodeId } from '#bayou/core/ids.js';

/** The notices to one process. Changed in place by its own methods alone. */
export class Notices {
  readonly #told = new Map<string, number>();
  readonly #taken = new Map<string, number>();
  readonly #unsure = new Set<string>();

  /** The process was told that its link to a peer is made (up) or cut. */
  tell(peer: NodeId, up: boolean): void {
    const name = noticeName(peer, up);
    this.#told.set(name, (this.#told.get(name) ?? 0) + 1);
  }

  /** The number of notices that belong to no command yet. */
  left(peer: NodeId, up: boolean): number {
    const name = noticeName(peer, up);
    return (this.#told.get(name) ?? 0) - (this.#taken.get(name) ?? 0);
  }

  /** Gives `count` notices to a command. Earlier notices of the opposite kind (of a cut, where these are of a link that is made) belong to earlier commands. */
  take(peer: NodeId, up: boolean, count: number): void {
    const [name, other] = [noticeName(peer, up), noticeName(peer, !up)];
    this.#taken.set(name, (this.#taken.get(name) ?? 0) + count);
    this.#taken.set(other, this.#told.get(other) ?? 0);
    this.#unsure.delete(other);
  }

  /** A command failed half way, so it is unknown how many of its notices came. */
  doubt(peer: NodeId, up: boolean): void {
    this.#unsure.add(noticeName(peer, up));
  }

  /** Is it unknown to which command a notice belongs? A notice of the opposite kind ends that. */
  isUnsure(peer: NodeId, up: boolean): boolean {
    return this.#unsure.has(noticeName(peer, up));
  }
}

const noticeName = (peer: NodeId, up: boolean): string => `${peer} ${up}`;

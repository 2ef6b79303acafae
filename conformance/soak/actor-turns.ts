/** Turns of the soak's actors. */

/** Who waits for whom: faults are done side by side, what wants calm is done alone. */
export class Turns {
  #hurting = 0;
  #calm = false;
  #wake: (() => void)[] = [];

  /** Does something beside others, once nobody wants calm. */
  async beside(work: () => Promise<void>): Promise<void> {
    while (this.#calm) await this.#change();
    this.#hurting++;
    try {
      await work();
    } finally {
      this.#hurting--;
      this.#changed();
    }
  }

  /** Does something alone, once all others are done. */
  async alone(work: () => Promise<void>): Promise<void> {
    while (this.#calm) await this.#change();
    this.#calm = true;
    try {
      while (this.#hurting > 0) await this.#change();
      await work();
    } finally {
      this.#calm = false;
      this.#changed();
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#wake.push(resolve));
  }

  #changed(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }
}

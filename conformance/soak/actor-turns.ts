/** Turns of the soak's actors. */

/** Lets faults be done side by side, and work that needs calm be done alone. */
export class ActorTurns {
  #running = 0;
  #calm = false;
  #wake: (() => void)[] = [];

  /** Does work beside other work, as soon as no work that needs calm waits or runs. */
  async beside(work: () => Promise<void>): Promise<void> {
    while (this.#calm) await this.#change();
    this.#running++;
    try {
      await work();
    } finally {
      this.#running--;
      this.#changed();
    }
  }

  /** Does work alone, as soon as all other work is done. */
  async alone(work: () => Promise<void>): Promise<void> {
    while (this.#calm) await this.#change();
    this.#calm = true;
    try {
      while (this.#running > 0) await this.#change();
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

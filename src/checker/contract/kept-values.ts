/** Values that a search keeps beside its states, to give them to the model again. A model that changes one changes the space that is searched. */

/** Values of one keeper. */
export interface KeptValues {
  /** The values have a key of the model; otherwise they are known by what they are. */
  readonly isKeyed: boolean;
  /** Gives a value that is not what it was when it was kept; undefined where there is none. */
  readonly changed: () => unknown;
}

/** The values of several keepers. */
export class AllKeptValues {
  private readonly keepers = new Set<KeptValues>();

  add(values: KeptValues): void {
    this.keepers.add(values);
  }

  /** Gives a value that somebody has changed, among those with a key or among the others; undefined where there is none. */
  changed(isKeyed: boolean): unknown {
    for (const values of this.keepers) {
      const changed = values.isKeyed === isKeyed ? values.changed() : undefined;
      if (changed !== undefined) return changed;
    }
    return undefined;
  }
}

/** What a plain search knows of each of its states. */

/** What became of a state. `again`: it was expanded, and waits to be expanded once more, because it was met nearer. */
export const Fate = { waiting: 0, expanded: 1, tooDeep: 2, beyondBoundary: 3, again: 4 } as const;

/** Tests that a state is still to be expanded. */
export const isWaiting = (fate: number): boolean => fate === Fate.waiting || fate === Fate.again;

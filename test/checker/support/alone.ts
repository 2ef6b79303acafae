/** An interaction of one slot. */
import { interaction, type Interaction, type Outcome, type Slot } from '#bayou/checker/model.js';

/** Makes an interaction that reads and writes one slot. */
export const alone = <T>(family: string, of: Slot<T>, step: (local: T) => ReadonlyArray<Outcome<[Slot<T>]>>): Interaction =>
  interaction({ label: { family, args: [] }, slots: [of], writes: [0], step });

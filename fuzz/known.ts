/**
 * Faults of the checker that are known and not mended yet. While one is listed as true, the fuzz keeps away from it; each is to be set to
 * false with the change that mends it, and then removed.
 */
export const KNOWN = {
  /** Symmetry given by generators is not closed to a group. */
  generators: true,
  /** An own field `__proto__` is lost. */
  protoFields: true,
  /** By components: two predicates over one slot, the second is asked about the value before. */
  evidence: false,
  /** By components: a run to a violation leads through states beyond the boundary. */
  boundaryRuns: true,
  /** By components: depths repeat after 255. */
  deepComponents: false,
  /** By components: of two `noDeadlock` the second is not judged. */
  secondDeadlock: false,
  /** By components: a component's default text is its JSON, which big integers do not have. */
  bigIntegers: false,
};

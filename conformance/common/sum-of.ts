/** The sum of some counts. */
export const sum = (counts: ReadonlyArray<number>): number => counts.reduce((a, b) => a + b, 0);

/** The sum of counts by kind. */
export const sumOf = (counts: Readonly<Record<string, number>>): number => sum(Object.values(counts));

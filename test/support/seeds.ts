/** The seeds of random tests: fixed, so that a run is like the one before; others by `BAYOU_SEED`, which `npm run test:fresh` sets. */

const GIVEN = process.env['BAYOU_SEED'];

/** The seed of a random test: the one that it is run with otherwise, unless `BAYOU_SEED` names one for all. */
export const seedOr = (fixed: number): number => (GIVEN === undefined ? fixed : Number(GIVEN));

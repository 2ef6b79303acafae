/** The faults that the simulation must find: the contract's, those by which something was lost once, those that layer 1 has not noticed, and the simulation's own. */
import { LOST_ONCE, SIMULATED_MUTANTS } from './simulated-mutant-table.js';
import { MUTANTS, type StoreMutant } from './mutant-table.js';

/** A fault's row in the table of `npm run mutants`. */
export interface OldRow {
  /** The layer that noticed; `–`: none. */
  readonly layer: string;
  /** The number of configurations, scripts and runs that were tried. */
  readonly tried: string;
}

/** The rows of that table, by the names of the faults; `page`: the text of `docs/mutants.md`. */
export const oldRowsOf = (page: string): ReadonlyMap<string, OldRow> =>
  new Map(
    [...page.matchAll(/^\| (\S+) \| [^|]* \| `[^`]*` \| (\S+) \| (\d+) \|/gm)].map(([, name = '', layer = '', tried = '']) => [
      name,
      { layer, tried },
    ]),
  );

/** The faults, chosen by that table: a fault that layer 1 has not noticed needs more than one process. */
export const simulatedMutants = (rows: ReadonlyMap<string, OldRow>): ReadonlyArray<StoreMutant> => {
  const lost = new Set(LOST_ONCE.flatMap(([, names]) => names));
  const isTried = ({ name }: StoreMutant): boolean =>
    /^V\d+$/.test(name) || (rows.get(name)?.layer ?? '–') !== '1' || lost.has(name);
  return [...MUTANTS.filter(isTried), ...SIMULATED_MUTANTS];
};

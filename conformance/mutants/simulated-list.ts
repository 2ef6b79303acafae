/** Which faults the simulation must find: the contract's, what was lost once, those that layer 1 alone has not noticed, and its own. */
import { LOST_ONCE, SIMULATED_MUTANTS } from './simulated-mutant-table.js';
import { MUTANTS, type StoreMutant } from './mutant-table.js';

/** What the table of `npm run mutants` says of a fault. */
export interface OldRow {
  /** The layer that noticed; `–`: none. */
  readonly layer: string;
  /** How many configurations, scripts and runs it took. */
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

/** The faults, by what that table says: what needs more than one process is what layer 1 has not noticed. */
export const simulatedMutants = (rows: ReadonlyMap<string, OldRow>): ReadonlyArray<StoreMutant> => {
  const lost = new Set(LOST_ONCE.flatMap(([, names]) => names));
  const isTried = ({ name }: StoreMutant): boolean =>
    /^V\d+$/.test(name) || (rows.get(name)?.layer ?? '–') !== '1' || lost.has(name);
  return [...MUTANTS.filter(isTried), ...SIMULATED_MUTANTS];
};

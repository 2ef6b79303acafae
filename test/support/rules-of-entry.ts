/** The rules of a property, as the contract's section 8 has them. */
import type { ContractEntry } from '../../src/command-line/contract-entries.js';

/** The rules in the brackets behind the kind of a property, as in `Safety (R6, R14): …`; none where its entry is not one of a property. */
export const rulesOfEntry = ({ text }: ContractEntry): ReadonlyArray<string> =>
  (/\((?:safety, )?((?:R\d+a?|section \d+)(?:, R\d+a?)*)\):/i.exec(text)?.[1] ?? '').split(', ').filter((rule) => rule !== '');

/** Each property of the model has the rules that the contract gives it. */
import { expect, test } from 'vitest';
import { allEntries } from '../../src/command-line/load-entries.js';
import { rulesOfEntry } from '../support/rules-of-entry.js';
import { lookUp } from '../../src/command-line/contract-entries.js';
import { PROPERTIES, PROPERTY_IDS } from '#bayou/model/checking/sentences.js';

const entries = await allEntries();

/** Rules that are properties themselves, and answers: section 8 has no entry for them. */
const OWN = ['R8', 'ERR_DEP', 'ERR_KEY'];

test.each(PROPERTY_IDS.filter((id) => !OWN.includes(id)))('%s', (id) => {
  const found = lookUp(entries, id);
  expect(found).not.toEqual([]);
  // What must come to be is the whole section's. The glossary has an entry of some of the names, too.
  expect(PROPERTIES[id].rule).toBe(
    found.map((entry) => rulesOfEntry(entry).join(', ')).find((rules) => rules !== '') ?? 'section 8',
  );
});

/** The names and rules that the judge prints are the contract's. */
import { describe, expect, test } from 'vitest';
import { historyOf, type Operation } from '../../conformance/layer4-hostile/judge/judged-history.js';
import { judge } from '../../conformance/layer4-hostile/judge/judge.js';
import { PROMISES, type PromiseName, showPromise, showVerdict } from '../../conformance/layer4-hostile/judge/verdict.js';
import { PROPERTIES, type PropertyId } from '#bayou/model/checking/sentences.js';
import { allEntries } from '../../src/command-line/load-entries.js';
import { rulesOfEntry } from '../support/rules-of-entry.js';
import { lookUp } from '../../src/command-line/contract-entries.js';

const entries = await allEntries();

describe('what the judge prints', () => {
  test.each(Object.entries(PROMISES))('%s is explained, and has the rules of its entry', (name, { rules }) => {
    const found = lookUp(entries, name);
    expect(found).toHaveLength(1);
    expect(rulesOfEntry(found[0]!)).toEqual(rules);
  });

  test.each(Object.keys(PROMISES).filter((name) => name in PROPERTIES) as (PromiseName & PropertyId)[])(
    '%s is printed as the checker prints it',
    (id) => expect(showPromise(id)).toBe(`${PROPERTIES[id].name} [${PROPERTIES[id].rule}]`),
  );

  test('a promise has its sentence and its rules behind its name, whether it was kept or broken', () => {
    const put = (value: string, position: number): Operation => ({
      ...{ f: 'put', process: 8, session: null, key: 'a', value, outcome: 'ok', server: 0 },
      ...{ stamp: { t: 3, r: '0.0' }, invoked: position, completed: position },
    });
    const lines = showVerdict(judge(historyOf([put('1', 1), put('2', 2)]))).split('\n');
    expect(lines).toContain('  BROKEN (2 checks)  UNIQUE: no two writes have the same stamp [R4, R7]');
    expect(lines).toContain('  SESSION_ORDER [R6, R14] broken: 3@0.0 is not above 3@0.0');
  });
});

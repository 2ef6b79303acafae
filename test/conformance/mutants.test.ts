/** Each mutant's text stands once in the built program: one that has gone would be noticed as a crash, or not at all. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LOST_ONCE, SIMULATED_MUTANTS } from '../../conformance/mutants/simulated-mutant-table.js';
import { oldRowsOf, simulatedMutants } from '../../conformance/mutants/simulated-list.js';
import { MUTANTS } from '../../conformance/mutants/mutant-table.js';

const ALL = [...MUTANTS, ...SIMULATED_MUTANTS];

const built = (file: string): string => readFileSync(new URL(`../../dist/${file}`, import.meta.url), 'utf8');

test.each(ALL.map((mutant) => [mutant.name, mutant] as const))('%s', (_, { file, also, ...edit }) => {
  for (const { find, put } of [edit, ...(also === undefined ? [] : [also])]) {
    expect(built(file).split(find)).toHaveLength(2);
    expect(put).not.toBe(find);
  }
});

test('no two have one name', () => expect(new Set(ALL.map(({ name }) => name)).size).toBe(ALL.length));

test('what was lost once is put back by faults that there are', () => {
  for (const name of LOST_ONCE.flatMap(([, mutants]) => mutants)) expect(ALL.map((mutant) => mutant.name)).toContain(name);
});

const page = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');

test('the simulation is tried on each fault that layer 1 alone has not noticed, and the page has it', () => {
  const rows = oldRowsOf(page('mutants.md'));
  expect(rows.size).toBe(MUTANTS.length);
  const listed = simulatedMutants(rows).map(({ name }) => name);
  const many = [...rows].filter(([, { layer }]) => layer !== '1').map(([name]) => name);
  expect(many.length).toBeGreaterThan(20);
  for (const name of many) expect(listed).toContain(name);
  for (let v = 1; v <= 11; v++) expect(listed).toContain(`V${v}`);
  const simulated = page('simulation.md');
  const missing = listed.filter((name) => !simulated.includes(`\n| ${name} | `));
  const untried = /Not tried yet: (.*)\.$/m.exec(simulated)?.[1]?.split(', ') ?? [];
  expect(missing.sort()).toEqual(untried.sort());
});

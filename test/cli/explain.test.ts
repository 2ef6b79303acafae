/** `bayou explain`: every rule, variant and property that the program names can be looked up, in the page that is the contract. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  entriesOfGlossary,
  entriesOfProtocol,
  lookUp,
  namedIn,
  sectionsOfProtocol,
} from '../../src/command-line/contract-entries.js';
import { withTitles } from '../../src/cli/explain/explain-command.js';
import { titleOf } from '../../src/explorer/why/property-titles.js';
import { PROPERTIES, PROPERTY_IDS } from '../../src/model/checking/sentences.js';
import { VARIANTS } from '../../src/model/protocol/rules.js';
import { bayou } from './run.js';

const page = (name: string): string => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
const protocol = entriesOfProtocol(page('protocol.md'));
const sections = sectionsOfProtocol(page('protocol.md'));
const glossary = entriesOfGlossary(page('glossary.md'));
const names = (prefix: RegExp): string[] => protocol.map((e) => e.name).filter((name) => prefix.test(name));

describe('the contract', () => {
  test('states each rule once, in order', () =>
    expect(names(/^R\d/)).toEqual([
      ...['R1', 'R2', 'R3', 'R4', 'R5', 'R6', 'R7', 'R7a', 'R8', 'R9', 'R10', 'R11', 'R11a', 'R12', 'R13', 'R14', 'R15', 'R16'],
    ]));
  test('states V1 to V11', () => expect(names(/^V\d/)).toEqual(Array.from({ length: 11 }, (_, i) => `V${i + 1}`)));
  test.each(Object.keys(VARIANTS).filter((v) => v !== 'FIXED'))('states variant %s of the model', (variant) =>
    expect(lookUp(protocol, variant)).toHaveLength(1),
  );
  test.each(PROPERTY_IDS)('states property %s of the model', (id) => expect(lookUp(protocol, id)).toHaveLength(1));
  test.each(
    Object.values(PROPERTIES)
      .map((p) => p.rule)
      .filter((r) => r !== undefined),
  )('has %s, which a property cites', (rules) => {
    for (const rule of rules.split(', ')) expect(lookUp([...protocol, ...sections], rule)).toHaveLength(1);
  });
  test('has sections 1 to 8', () =>
    expect(sections.map((e) => e.name)).toEqual(Array.from({ length: 8 }, (_, i) => `section ${i + 1}`)));
  test('has no empty entry', () =>
    expect([...protocol, ...sections, ...glossary].filter((e) => e.text.length < e.name.length + 10)).toEqual([]));
  test.each([{ entries: protocol }, { entries: glossary }])('no page has a name twice', ({ entries }) => {
    const all = entries.map((e) => e.name.toLowerCase());
    expect(all.filter((name, i) => all.indexOf(name) !== i)).toEqual([]);
  });
});

describe('what layer 3 names as the rule of a divergence', () => {
  const folder = fileURLToPath(new URL('../../conformance/layer3-traces/', import.meta.url));
  const rules = readdirSync(folder).flatMap((file) =>
    [...readFileSync(join(folder, file), 'utf8').matchAll(/'(R\d+a?(?:, R\d+a?)*|section \d+)'|rule: '([^']+)'/g)].map(
      ([, cited, named]) => cited ?? named ?? '',
    ),
  );
  test.each([...new Set(rules)])('%s is explained', (rule) => {
    expect(namedIn([...protocol, ...sections, ...glossary], rule)).toMatchObject({ type: 'found' });
  });
  test('there are such rules', () => expect(new Set(rules)).toContain('section 5'));
});

describe('bayou explain', () => {
  test.each([
    ['R12', 'R12 Guarantees', 'a later write to k'],
    ['[r6]', 'R6 Pruning', 'store(prune L) = store(L)'],
    ['V1', 'V1 original-clock', 'Monotonic Reads'],
    ['MR', 'MR', 'Monotonic Reads'],
    ['err-dep', 'ERR_DEP', 'Nothing is lost'],
    ['sweep', 'sweep: ', 'sweep-line method'],
    ['guarantees', 'guarantee: ', 'Terry'],
    ['[R3, R11a]', 'R3 ', '\n\nR11a '],
    ['SESSION_ORDER [R6, R14]', 'SESSION_ORDER', '\n\nR14 '],
    ['[section 5]', 'Section 5: The master program', '| `stabilize` |'],
    ['[section 8]', 'Section 8: Properties', 'SESSION_ORDER'],
    ['hash compaction sweep line', 'hash compaction: ', '\n\nsweep line: '],
    ['trace', 'trace: ', 'no run'],
    ['original-clock', 'V1 original-clock', 'What breaks'],
    ['Repeat anywhere V1', 'V11 repeat-anywhere', '\n\nV1 '],
    ['Monotonic Reads', 'MR', 'safety, R12'],
    ['unseen pruning', 'PRUNING', 'pruning is invisible'],
  ])('%s, in quotes and word by word', async (name, first, contains) => {
    const done = await bayou(['explain', name]);
    expect(await bayou(['explain', ...name.split(' ')])).toEqual(done);
    expect([done.status, done.stderr]).toEqual([0, '']);
    expect(done.stdout.startsWith(first)).toBe(true);
    expect(done.stdout).toContain(contains);
  });
  test('what nothing is called is one line, with what comes near', async () => {
    const done = await bayou(['explain', 'R']);
    expect([done.status, done.stdout]).toEqual([2, '']);
    expect(done.stderr).toMatch(/^bayou explain: nothing is called 'R'; there is .*\n$/);
  });
  test.each([
    [['Foo bar'], 'Foo bar'],
    [['R12', 'foo', 'bar', 'V1'], 'foo bar'],
    [['Monotonic Puts'], 'Monotonic Puts'],
  ])('what nothing is called is named whole: %j', async (names, whole) => {
    const done = await bayou(['explain', ...names]);
    expect([done.status, done.stderr.split(';')[0]]).toEqual([2, `bayou explain: nothing is called '${whole}'`]);
  });
  test.each(PROPERTY_IDS.filter((id) => titleOf(id) !== undefined))('knows the title that the page has for %s', (id) => {
    expect(lookUp(withTitles(protocol), titleOf(id)!).map(({ name }) => name)).toContain(id);
  });
  test('without a name it says how to ask', async () => {
    const done = await bayou(['explain']);
    expect([done.status, done.stdout]).toEqual([2, '']);
    expect(done.stderr).toBe('bayou explain: say what to explain, as in bayou explain R12; --list prints every name\n');
  });
  test('--list prints every name', async () => {
    const done = await bayou(['explain', '--list']);
    expect(done.stdout.trim().split('\n')).toEqual([...protocol, ...sections, ...glossary].map((e) => e.name));
  });
});

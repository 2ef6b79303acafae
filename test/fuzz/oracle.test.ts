import type { Model } from '#bayou/checker/model.js';
import { bayou } from '#bayou/model/system.js';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { peterson } from '../../examples/models/peterson.js';
import { twoPhaseCommit } from '../../examples/models/two-phase-commit.js';
import { classesOf, totalsOf, truths } from '../../fuzz/oracle/judge.js';
import { canon } from '../../fuzz/oracle/text.js';
import { componentOracle, plainOracle, graphOf, type OracleGraph } from '../../fuzz/oracle/world.js';
import { graphModel, type Edge } from '../checker/support/graphs.js';
import { configured } from '../support/configs.js';

/** The pinned number of states of a configuration. */
const counted = (name: string): number | undefined =>
  (
    JSON.parse(readFileSync(new URL('../../spec/counts.json', import.meta.url), 'utf8')) as Record<
      string,
      { readonly states: number }
    >
  )[name]?.states;

const plainWorld = <S, A>(model: Model<S, A>): OracleGraph => graphOf(plainOracle(model as Model<unknown, unknown>))!;

test('it counts the published states of two-phase commit', () => expect(plainWorld(twoPhaseCommit(3)).nodes.size).toBe(288));

test.each(['bayou-s-2112', 'bayou-s-2212', 'bayou-s-2213'])('it counts what TLC and Spin count of %s', (name) => {
  const world = graphOf(componentOracle(bayou(configured(name))))!;
  expect(totalsOf(world, classesOf(world, false, false)).distinct).toBe(counted(name));
});

test('a world that is too large is given up', () => {
  expect(graphOf(plainOracle(twoPhaseCommit(5) as Model<unknown, unknown>), 1000)).toBeUndefined();
});

test('it judges liveness under fairness', () => {
  const verdicts = (variant: 'correct' | 'broken'): ReadonlyArray<string> =>
    truths(plainWorld(peterson(variant))).map(({ claim, verdict }) => `${claim.kind} ${verdict}`);
  expect(verdicts('correct')).toEqual(['always holds', 'noDeadlock holds', 'leadsTo holds', 'leadsTo holds']);
  expect(verdicts('broken')).toContain('noDeadlock violated');
});

/** Whether every fair run of a graph comes to state 2. */
const comesToTwo = (edges: ReadonlyArray<Edge>): string =>
  truths(plainWorld(graphModel(edges, [{ name: 'two', kind: 'eventually', holds: (s) => s === 2 }])))[0]!.verdict;

test.each([
  ['always enabled, so it is taken', [[0, 1], [1, 0], [0, 2, 'out'], [1, 2, 'out']], 'holds'], // prettier-ignore
  ['disabled now and then', [[0, 1], [1, 0], [0, 2, 'out']], 'violated'], // prettier-ignore
  ['another class does not help', [[0, 1], [1, 0, 'in'], [0, 2, 'out'], [1, 2, 'in']], 'violated'], // prettier-ignore
  ['a step that changes nothing is none', [[0, 0, 'out'], [0, 2]], 'violated'], // prettier-ignore
  ['a run that ends elsewhere', [[0, 1], [0, 2]], 'violated'], // prettier-ignore
  ['no other end', [[0, 1], [1, 2]], 'holds'], // prettier-ignore
] as ReadonlyArray<readonly [string, ReadonlyArray<Edge>, string]>)('weak fairness: %s', (_, edges, verdict) =>
  expect(comesToTwo(edges)).toBe(verdict),
);

test('texts tell values apart, and only those', () => {
  const values = [
    0,
    '0',
    0n,
    null,
    undefined,
    NaN,
    '',
    [],
    {},
    new Set(),
    new Map(),
    [undefined],
    { a: undefined },
    false,
    'null',
    [0, 0],
  ];
  expect(new Set(values.map(canon)).size).toBe(values.length);
  expect(canon(-0)).toBe(canon(0));
  expect(canon({ a: 1, b: new Set([1, 2]) })).toBe(canon({ b: new Set([2, 1]), a: 1 }));
  expect(canon(JSON.parse('{"__proto__":1}'))).not.toBe(canon({}));
});

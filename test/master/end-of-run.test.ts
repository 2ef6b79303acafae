import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type EndingEvent, exitStatusOf, GOING_ON, nextEnding } from '../../src/master/end-of-run.js';
import { MASTER_EXIT } from '../../src/command-line/exit.js';

const events: fc.Arbitrary<ReadonlyArray<EndingEvent>> = fc.array(
  fc.oneof(
    fc.constant<EndingEvent>({ type: 'failed', why: 'the script cannot be read' }),
    fc.constant<EndingEvent>({ type: 'traceFailed', why: 'the trace cannot be written' }),
    fc.constant<EndingEvent>({ type: 'died', who: 'server 1', how: 'exit 9' }),
    fc.constantFrom(2, 130).map((status): EndingEvent => ({ type: 'outputLost', status })),
    fc.constant<EndingEvent>({ type: 'signal' }),
    fc.constantFrom(0 as const, 1 as const, 3 as const).map((status): EndingEvent => ({ type: 'scriptDone', status })),
  ),
  { minLength: 1, maxLength: 8 },
);

const run = (all: ReadonlyArray<EndingEvent>) => {
  let ending = GOING_ON;
  const effects = all.map((event) => {
    const turn = nextEnding(ending, event);
    ending = turn.ending;
    return turn.effects;
  });
  return { ending, effects };
};

const ENDS: ReadonlySet<EndingEvent['type']> = new Set(['traceFailed', 'outputLost', 'signal', 'scriptDone']);

describe('how a run of the master ends', () => {
  test('it is ended once, by the first that ends it, whose status it has; only an end without a fault is a success', () => {
    fc.assert(
      fc.property(events, (all) => {
        const { ending, effects } = run(all);
        const first = all.findIndex(({ type }) => ENDS.has(type));
        expect(effects.map((some) => some.filter(({ type }) => type === 'end').length)).toEqual(
          all.map((_, i) => (i === first ? 1 : 0)),
        );
        expect(ending.status === undefined).toBe(first < 0);
        const isClean = all.every(
          (e, i) =>
            (e.type === 'scriptDone' && (i > first || e.status === 0)) ||
            (i > first && first >= 0 && (e.type === 'signal' || e.type === 'died')),
        );
        if (first >= 0) expect(exitStatusOf(ending) === MASTER_EXIT.done).toBe(isClean);
      }),
      { numRuns: 1000 },
    );
  });

  test('whatever fails is said, but for the processes of a cluster that is being ended', () => {
    fc.assert(
      fc.property(events, (all) => {
        const { effects } = run(all);
        const first = all.findIndex(({ type }) => ENDS.has(type));
        const isSaid = (e: EndingEvent, i: number): boolean =>
          e.type === 'failed' || e.type === 'traceFailed' || (e.type === 'died' && (first < 0 || i < first));
        expect(effects.map((some) => some.filter(({ type }) => type === 'say').length)).toEqual(
          all.map((e, i) => (isSaid(e, i) ? 1 : 0)),
        );
      }),
    );
  });

  test('the gravest decides: lost results, then a failure of the cluster, then bad input', () => {
    const died: EndingEvent = { type: 'died', who: 'server 1', how: 'exit 9' };
    const lost: EndingEvent = { type: 'outputLost', status: 2 };
    const done = (status: 0 | 1 | 3): EndingEvent => ({ type: 'scriptDone', status });
    const statusOf = (...all: ReadonlyArray<EndingEvent>): number => exitStatusOf(run(all).ending);
    for (const status of [0, 1, 3] as const) {
      expect(statusOf(died, done(status))).toBe(MASTER_EXIT.clusterFailed);
      expect(statusOf(done(status), lost)).toBe(2);
      expect(statusOf(died, done(status), lost)).toBe(2);
      expect(statusOf(done(status), { type: 'failed', why: 'its trace' })).toBe(MASTER_EXIT.clusterFailed);
      expect(statusOf(done(status))).toBe(status);
    }
    expect(statusOf(died, { type: 'signal' })).toBe(MASTER_EXIT.interrupted);
  });

  test('results that find no room after the script has ended well are no success', () => {
    expect(
      exitStatusOf(
        run([
          { type: 'scriptDone', status: 0 },
          { type: 'outputLost', status: 2 },
        ]).ending,
      ),
    ).toBe(2);
    expect(exitStatusOf(run([{ type: 'signal' }, { type: 'outputLost', status: 2 }]).ending)).toBe(MASTER_EXIT.interrupted);
  });
});

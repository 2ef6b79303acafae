/** Simulated runs are judged while they go on: what the model does not explain ends them there. */
import { describe, expect, test } from 'vitest';
import type { TraceEvent } from '../../src/core/trace.js';
import { RunningTrace } from '../../conformance/layer3-traces/running-trace.js';
import { validateTrace } from '../../conformance/layer3-traces/validate-trace.js';
import { assess, showAssessment } from '../../conformance/layer4-hostile/assess.js';
import { simulate } from '../../conformance/simulation/simulated-run.js';
import { simulationPlanOf } from '../../conformance/simulation/simulation-plan.js';
import { planned } from './support/simulation-plans.js';

const SCRIPT = [
  ...[
    'joinServer 0',
    'joinServer 1',
    'joinClient 100 0',
    'joinClient 101 1',
    'put 101 k v1',
    'put 101 k v2',
    'stabilize',
    'get 100 k',
  ],
  ...['put 100 k v3', 'get 100 k', 'stabilize', 'printStore 0', 'printStore 1'],
];

const followed = (events: ReadonlyArray<TraceEvent>): RunningTrace => {
  const running = new RunningTrace(() => new Set());
  for (const event of events) running.take(event);
  return running;
};

/** What the model refuses first of a run in which one event says something else, and after how many of its events that is found. */
const found = (events: ReadonlyArray<TraceEvent>, at: number, other: TraceEvent) => {
  const running = new RunningTrace(() => new Set());
  let taken = 0;
  for (const event of events.map((e, i) => (i === at ? other : e))) {
    if (running.rejection !== undefined) break;
    running.take(event);
    taken++;
  }
  return { rejection: running.rejection, taken };
};

describe('a run that is followed while it goes on', () => {
  test('is refused nowhere where it is sound, whatever befalls it', async () => {
    for (let run = 0; run < 6; run++) {
      const { days, lossy } = await simulate(simulationPlanOf(5, run));
      const running = new RunningTrace(() => lossy);
      for (const [i, events] of days.entries()) {
        if (i > 0) running.nextRun();
        for (const event of events) running.take(event);
      }
      expect(running.rejection, `run ${run} of seed 5`).toBeUndefined();
    }
  });

  test('is refused where the command ends in which an event is not the model’s, and at that event', async () => {
    const { days } = await simulate(planned(SCRIPT));
    const events = days[0]!;
    expect(followed(events).rejection).toBeUndefined();
    const edits: ReadonlyArray<(e: TraceEvent) => TraceEvent | undefined> = [
      (e) => (e.type === 'accept' ? { ...e, stamp: { ...e.stamp, t: e.stamp.t + 1 } } : undefined),
      (e) => (e.type === 'answer' && e.stamp !== null ? { ...e, value: 'other' } : undefined),
      (e) => (e.type === 'merged' && e.vv.length > 0 ? { ...e, clock: e.clock + 1 } : undefined),
    ];
    for (const edit of edits) {
      const at = events.findIndex((e) => edit(e) !== undefined);
      const other = edit(events[at]!)!;
      const { rejection, taken } = found(events, at, other);
      expect([rejection?.process, rejection?.n]).toEqual([other.p, other.n]);
      const end = events.findIndex((e, i) => i >= at && e.type === 'result');
      expect(taken).toBeLessThanOrEqual(end + 1);
      expect(taken).toBeGreaterThan(at);
    }
  });

  test('that ends where it is wrong is refused there also as a whole', async () => {
    const sound = await simulate(planned(SCRIPT));
    const broken = await simulate(planned(SCRIPT), { replica: { faults: { noAdvance: true } } });
    expect(broken.events).toBeLessThan(sound.events);
    const verdict = await assess(broken);
    expect(verdict.sound).toBe(false);
    expect(verdict.validated.rejection?.why, showAssessment(verdict)).toMatch(/accept time/);
    const events = broken.days[0]!;
    expect(events.at(-1)?.type).toBe('result');
    // Without the command in which it happened it is sound.
    const before = events.findLastIndex((e) => e.type === 'command');
    expect(validateTrace(events.slice(0, before)).verdict).toBe('conforms');
  });
});

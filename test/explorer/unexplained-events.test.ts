/** What came after an event that no step explains is shown in an order in which it can have been. */
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { eventsAfter } from '../../conformance/explore/refused.js';
import { processesOf, readTrace } from '../../conformance/layer3-traces/read-traces.js';
import type { TraceEvent } from '#bayou/core/trace.js';

const trace = readTrace('examples/original-clock.ndjson');
const events = E.isRight(trace) ? trace.right : [];
const processes = processesOf(events);

test('all of it, once each, each process in its own order, and nothing taken in before it was sent', () => {
  expect(events.length).toBeGreaterThan(50);
  fc.assert(
    fc.property(fc.tuple(...processes.map(({ events: all }) => fc.nat(all.length))), fc.boolean(), (counts, isMixed) => {
      const seen = new Set(processes.flatMap(({ events: all }, i) => all.slice(0, counts[i])));
      const given = isMixed ? events.toReversed() : events;
      const after = eventsAfter(given, seen);
      expect(new Set(after).size).toBe(after.length);
      expect(new Set([...seen, ...after])).toEqual(new Set(events));
      const last = new Map<string, number>();
      for (const { p, n } of after) {
        expect(n).toBeGreaterThan(last.get(p) ?? -1);
        last.set(p, n);
      }
      const placeOf = (is: (event: TraceEvent) => boolean): number => after.findIndex(is);
      for (const [i, event] of after.entries()) {
        if (event.type === 'pullAnswered')
          expect(placeOf((e) => e.type === 'pullAsked' && e.pull === event.pull)).toBeLessThan(i);
        if (event.type === 'merged') expect(placeOf((e) => e.type === 'pullAnswered' && e.pull === event.pull)).toBeLessThan(i);
      }
    }),
  );
});

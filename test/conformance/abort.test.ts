import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
import { inTurns } from '../../conformance/common/in-turns.js';
import { orAborted } from '../../conformance/layer4-hostile/hostile-run.js';

describe('waiting for a run, or for the signal', () => {
  test('a run that ends leaves nothing listening', async () => {
    const { signal } = new AbortController();
    await orAborted(Promise.resolve(), signal);
    await expect(orAborted(Promise.reject(new Error('no')), signal)).rejects.toThrow('no');
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('the signal ends the waiting', async () => {
    const control = new AbortController();
    const waiting = orAborted(new Promise(() => undefined), control.signal);
    control.abort();
    await waiting;
    expect(getEventListeners(control.signal, 'abort')).toEqual([]);
  });
});

describe('work in turns, as layers 2 and 3 do theirs', () => {
  test('ends at the signal, however much there is', async () => {
    const control = new AbortController();
    let steps = 0;
    const endless = (function* (): Generator<undefined, never> {
      for (;;) {
        steps++;
        yield;
      }
    })();
    const working = inTurns(endless, control.signal);
    setImmediate(() => control.abort(new Error('the signal')));
    await expect(working).rejects.toThrow('the signal');
    expect(steps).toBeGreaterThan(0);
  });
});

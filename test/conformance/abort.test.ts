import { getEventListeners } from 'node:events';
import { describe, expect, test } from 'vitest';
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

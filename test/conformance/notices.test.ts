import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { Notices } from '../../conformance/layer3-traces/notices.js';

describe('what a process was told of its links', () => {
  test('a word belongs to one command', () => {
    const notices = new Notices();
    for (const up of [true, true, false, true]) notices.tell(1, up);
    expect([notices.left(1, true), notices.left(1, false), notices.left(2, true)]).toEqual([3, 1, 0]);
    notices.take(1, true, 2);
    expect([notices.left(1, true), notices.left(1, false)]).toEqual([1, 0]);
  });

  test('after a command that failed half way nobody can tell, until something was said the other way round', () => {
    const notices = new Notices();
    notices.tell(1, true);
    notices.doubt(1, true);
    expect([notices.isUnsure(1, true), notices.isUnsure(1, false), notices.isUnsure(2, true)]).toEqual([true, false, false]);
    notices.tell(1, false);
    notices.take(1, false, 1);
    expect([notices.isUnsure(1, true), notices.left(1, true)]).toEqual([false, 0]);
  });

  test('whatever commands there are, each finds its own words and leaves none over', () => {
    fc.assert(
      fc.property(fc.array(fc.record({ up: fc.boolean(), peer: fc.nat(2) })), (commands) => {
        const notices = new Notices();
        for (const { up, peer } of commands) {
          const count = up ? 2 : 1;
          expect(notices.left(peer, up)).toBe(0);
          for (let i = 0; i < count; i++) notices.tell(peer, up);
          notices.take(peer, up, count);
          expect(notices.left(peer, up)).toBe(0);
        }
      }),
    );
  });
});

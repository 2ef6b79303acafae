import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { real, simulated, type Deed, type Step } from './support/stream-scripts.js';

/** How long real sockets may take to come to what is expected, in ms. */
const WITHIN_MS = 3_000;

/** `near small, far end`: who does what. */
const steps = (text: string): Step[] =>
  text.split(', ').map((step) => {
    const [who, deed] = step.split(' ') as [Step['who'], Deed];
    return { who, deed };
  });

const SCRIPTS = [
  'near small, far small, near end, far small',
  'near big, far big, far end',
  'near end, far end',
  'near destroy, far small, far small',
  'far destroy, near small, near small',
  'far pause, near small, near destroy, far resume',
  'far pause, near small, far destroy, near small',
  'far pause, near huge, far resume, near small',
  'far pause, near huge, far destroy, near small',
  'far pause, near huge, near end, far resume',
  'far pause, near huge, near destroySoon, far resume',
  'far pause, near huge, near destroy, far resume',
  'near cork, near small, near big, near uncork, near end',
  'near cork, near small, near end',
  'near cork, near small, near destroy',
  'near destroySoon, far small',
  'near end, near small',
  'near end, near destroy, far small',
  'far pause, near end, far small, far resume',
  'far pause, near small, near end, far small, far end, far resume',
  'near pause, far big, near resume, near pause, far small, near resume, far destroySoon',
];

const compare = async (script: ReadonlyArray<Step>): Promise<void> => {
  const expected = await simulated(script);
  expect(await real(script, expected, WITHIN_MS)).toEqual(expected);
};

describe('a simulated stream tells what a real socket tells, in its order', () => {
  for (const script of SCRIPTS) it(script, () => compare(steps(script)));

  it('in scripts that nobody has thought of', async () => {
    const deeds = fc.constantFrom<Deed>(
      'small',
      'big',
      'huge',
      'pause',
      'resume',
      'cork',
      'uncork',
      'end',
      'destroySoon',
      'destroy',
    );
    const script = fc.array(fc.record({ who: fc.constantFrom('near' as const, 'far' as const), deed: deeds }), {
      minLength: 1,
      maxLength: 8,
    });
    await fc.assert(fc.asyncProperty(script, compare), { seed: 1, numRuns: 100, endOnFailure: true });
  });
});

import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { progressLineOn } from '#bayou/command-line/progress.js';

const shownOn = (columns: number, isTTY: boolean): string | undefined => {
  const stream = Object.assign(new PassThrough(), { isTTY, columns });
  const show = progressLineOn(stream as unknown as NodeJS.WriteStream);
  show?.('x'.repeat(500));
  return show === undefined ? undefined : String(stream.read()).replace(/[^x]/g, '');
};

test('a progress line is cut to the terminal, also to one that says it is 0 columns wide, and is not shown elsewhere', () => {
  expect([40, 0].map((columns) => shownOn(columns, true)?.length)).toEqual([39, 79]);
  expect(shownOn(80, false)).toBeUndefined();
});

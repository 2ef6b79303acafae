/** The memory of the search by components, where it has all its pages. */
import { Arena, offsetInPage } from '#bayou/checker/factored/store/group-store.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';

/** The words of a page. */
const PAGE = 1 << 16;

test('an arena refuses the page that is too many, and keeps what it has', () => {
  const sizes = fc.array(fc.oneof(fc.integer({ min: 1, max: PAGE }), fc.integer({ min: PAGE + 1, max: 2 * PAGE })), {
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), sizes, (most, all) => {
      const arena = new Arena([], most);
      const made: number[] = [];
      for (const size of all) {
        const pages = arena.words.length;
        try {
          const offset = arena.alloc(size);
          made.push(offset);
          arena.page(offset).fill(made.length, offsetInPage(offset), offsetInPage(offset) + size);
        } catch (error) {
          expect(pages).toBe(most);
          expect(error).toMatchObject({
            code: 'option',
            message: expect.stringContaining(`(${most} pages are taken)`) as string,
          });
        }
        made.forEach((offset, at) => expect(arena.page(offset)[offsetInPage(offset)]).toBe(at + 1));
      }
    }),
    { numRuns: 30 },
  );
});

test('an arena that is full gives what was taken back', () => {
  const arena = new Arena([], 1);
  const offset = arena.alloc(PAGE);
  arena.recycle(offset, PAGE);
  expect(arena.alloc(PAGE)).toBe(offset);
});

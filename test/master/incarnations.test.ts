import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { incarnationBook } from '#bayou/master/incarnations.js';
import { withDirectory } from '../impl/support/log-image.js';

describe('the incarnation of a server without a log (R7)', () => {
  test('is counted by a master that knows all there were', () =>
    withDirectory((root) => {
      const book = incarnationBook(join(root, 'data'));
      const given: number[] = [];
      for (const server of [0, 0, 1, 0]) {
        const incarnation = book.next(server);
        given.push(incarnation);
        book.used(server, incarnation);
      }
      expect(given).toEqual([0, 1, 0, 2]);
      // A server whose log was not in its place took a random one meanwhile.
      book.used(1, 2 ** 40);
      expect(book.next(1)).toBe(2 ** 40 + 1);
      expect(JSON.parse(readFileSync(join(root, 'data', 'incarnations.json'), 'utf8'))).toEqual({ 0: 2, 1: 2 ** 40 });
      return Promise.resolve();
    }));

  test.each([
    ['a book', 'incarnations.json', '{"0":3}'],
    ['a book that cannot be read', 'incarnations.json', '{'],
    ['the folder of another server', 'server-1', undefined],
  ])('is random where there is %s of an earlier run, which may be a copy (R7a)', (_, name, text) =>
    withDirectory((root) => {
      if (text === undefined) mkdirSync(join(root, name));
      else writeFileSync(join(root, name), text);
      const books = [incarnationBook(root), incarnationBook(root)];
      const given = new Set(books.flatMap((book) => [book.next(0), book.next(0), book.next(7)]));
      expect(given.size).toBe(6);
      for (const incarnation of given) expect(Number.isSafeInteger(incarnation) && incarnation > 2 ** 20).toBe(true);
      return Promise.resolve();
    }),
  );
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { levelAlone, outcomeOf, withDirectory, withJournal, writeCopy, type Image } from './support/log-image.js';

/**
 * Logs of server 1 as the version before this one left them (`replica.json` of version 1), in base64: after six puts, closed; after
 * six more, killed; after three more, with fsync, killed. Put n wrote `v<n>` to `k<n mod 4>`.
 */
const earlier = JSON.parse(readFileSync(new URL('support/earlier-log.json', import.meta.url), 'utf8')) as Record<
  string,
  Record<string, string>
>;
const imageOf = (name: string): Image =>
  new Map(Object.entries(earlier[name] ?? {}).map(([file, bytes]) => [file, Buffer.from(bytes, 'base64')]));

describe('a folder of the version before opens without loss, as a new replica, for it did not note its place (R7a)', () => {
  for (const [name, puts] of Object.entries({ closed: 6, killed: 12, synced: 15 })) {
    for (const [how, make] of Object.entries({ 'with a journal': withJournal(), 'with fsync': levelAlone() })) {
      test(`${name}, opened ${how}`, () =>
        withDirectory(async (root) => {
          const directory = join(root, 'data');
          writeCopy(directory, imageOf(name));
          const first = await outcomeOf(directory, make);
          if ('error' in first) throw new Error(first.error.message);
          expect(first.found).toBe(name === 'synced' ? 'moved' : first.found);
          expect(['moved', 'rebooted']).toContain(first.found);
          expect(first.state.clock).toBe(puts);
          expect(Object.fromEntries(first.state.log.map((w) => [w.key, w.value]))).toEqual(
            Object.fromEntries([0, 1, 2, 3].map((i) => [`k${(puts - i) % 4}`, `v${puts - i}`])),
          );
          expect(first.state.id).not.toBe('1.0');
          // From then on it knows its place.
          expect(await outcomeOf(directory, make)).toEqual({ found: 'whole', state: first.state });
        }));
    }
  }
});

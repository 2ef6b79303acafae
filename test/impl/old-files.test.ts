/** Files of an older copy, put back one by one by what keeps no times, and numbers that no log wrote (R7a, R10, R16). */
import { cpSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import type { DiskLogOptions } from '#bayou/impl/log/disk-log.js';
import { storeOf } from '#bayou/impl/replica.js';
import { withDirectory } from './support/log-image.js';
import { openKillable, type Killable } from './support/killable.js';
import { putOf } from './support/puts.js';
import { right } from '../support/right.js';
import { until } from '../support/until.js';

const open = async (directory: string, options: DiskLogOptions = {}): Promise<Killable> =>
  right(await openKillable(directory, options));

const put = (log: Killable, n: number): Promise<string> =>
  new Promise((resolve) => log.replica.handle(putOf(n, `k${n}`, `v${n}`), (answer) => resolve(answer.type)));

const puts = async (log: Killable, from: number, to: number): Promise<void> => {
  for (let n = from; n <= to; n++) expect(await put(log, n)).toBe('accepted');
};

const lastIn = (folder: string): number =>
  (JSON.parse(readFileSync(join(folder, 'replica.json'), 'utf8')) as { readonly last: number }).last;

const PARTS: Readonly<Record<string, RegExp>> = {
  place: /^(replica\.json|seal-.*)$/,
  mark: /^high-water$/,
  journal: /\.wal$/,
  database: /^(CURRENT|MANIFEST-.*|\d+\.(ldb|log))$/,
};
const subsets = Array.from({ length: 16 }, (_, bits) => Object.keys(PARTS).filter((_name, i) => (bits & (1 << i)) !== 0));

describe.each([true, false])('with fsync %s, a while after the last put, older files written over newer ones:', (fsync) => {
  test.each(subsets.map((names) => [names.join(', ') || 'none', names] as const))('%s', (_, names) =>
    withDirectory(async (root) => {
      const [data, copy] = [join(root, 'data'), join(root, 'copy')];
      const log = await open(data, { fsync, sealMs: 5, takeInMs: 60_000 });
      await puts(log, 1, 5);
      cpSync(data, copy, { recursive: true });
      await puts(log, 6, 10);
      // An opening and ten puts. Nothing else happens, and the seal knows of them all the same.
      await until(() => lastIn(data) === 11);
      await log.kill();
      const chosen = names.map((name) => PARTS[name]!);
      for (const name of readdirSync(copy).filter((n) => chosen.some((part) => part.test(n)))) {
        writeFileSync(join(data, name), readFileSync(join(copy, name)));
      }
      const opened = await openKillable(data, { fsync });
      if (E.isLeft(opened)) {
        expect(opened.left.type).toBe('damaged');
        return;
      }
      const back = opened.right;
      const has = storeOf(back.replica.replica).length;
      if (back.replica.found === 'whole') expect(has).toBe(10);
      else expect(back.replica.replica.id).not.toBe('1.0');
      if (names.length === 0) expect(back.replica.found).toBe('whole');
      await back.kill();
    }),
  );
});

/** A high-water mark by the book: low half, high half, CRC-32 over both. */
const markOf = (n: number): Buffer => {
  const bytes = Buffer.alloc(12);
  bytes.writeBigUInt64LE(BigInt(n), 0);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 8)), 8);
  return bytes;
};

/** Writes something else into `replica.json`, where it stood. */
const rewrite = (data: string, what: RegExp | string, by: string): void => {
  const path = join(data, 'replica.json');
  const text = readFileSync(path, 'utf8');
  expect(text.search(what)).toBeGreaterThan(0);
  writeFileSync(path, text.replace(what, by));
};

describe('a number that no log wrote is not believed, and the log opens again and again', () => {
  const spoil: Record<string, (data: string) => void> = {
    'in replica.json': (data) => rewrite(data, /"last":\d+/, `"last":${Number.MAX_SAFE_INTEGER}`),
    'in a replica.json of before there was a sum': (data) => {
      rewrite(data, /,"sum":"\w+"/, '');
      rewrite(data, /"last":\d+/, `"last":${Number.MAX_SAFE_INTEGER}`);
    },
    'that is another server, in replica.json': (data) => rewrite(data, '"replica":"1.', '"replica":"5.'),
    'that is another server, in a replica.json of before there was a sum': (data) => {
      rewrite(data, /,"sum":"\w+"/, '');
      rewrite(data, '"replica":"1.', '"replica":"5.');
    },
    'in the name of the log, in replica.json': (data) => rewrite(data, '"log":"', '"log":"0'),
    'in the name of the log, in a replica.json of before there was a sum': (data) => {
      rewrite(data, /,"sum":"\w+"/, '');
      rewrite(data, '"log":"', '"log":"0');
    },
    'in the high-water mark': (data) => writeFileSync(join(data, 'high-water'), markOf(Number.MAX_SAFE_INTEGER)),
    'in a file that is far too long': (data) => writeFileSync(join(data, 'replica.json'), Buffer.alloc(2 ** 21, 32)),
  };
  test.each(Object.entries(spoil))('%s', (_, hurt) =>
    withDirectory(async (root) => {
      const data = join(root, 'data');
      let log = await open(data);
      await puts(log, 1, 5);
      await log.replica.close();
      hurt(data);
      log = await open(data);
      const id = log.replica.replica.id;
      expect(id).not.toBe('1.0');
      for (let again = 1; again < 4; again++) {
        await puts(log, again * 5 + 1, again * 5 + 5);
        await (again === 2 ? log.kill() : log.replica.close());
        log = await open(data);
        expect([log.replica.replica.id, storeOf(log.replica.replica).length]).toEqual([id, again * 5 + 5]);
      }
      await log.replica.close();
    }),
  );

  test('a replica.json of before there was a sum is believed, and has one from then on', () =>
    withDirectory(async (root) => {
      const data = join(root, 'data');
      let log = await open(data);
      await puts(log, 1, 5);
      await log.kill();
      rewrite(data, /,"sum":"\w+"/, '');
      log = await open(data);
      expect([log.replica.found, log.replica.replica.id]).toEqual(['whole', '1.0']);
      await log.replica.close();
      expect(readFileSync(join(data, 'replica.json'), 'utf8')).toMatch(/,"sum":"[0-9a-f]{8}"\}\n$/);
    }));

  test('in the name of a journal file: refused, before anything is acknowledged', () =>
    withDirectory(async (root) => {
      const data = join(root, 'data');
      const log = await open(data);
      await puts(log, 1, 5);
      await log.kill();
      const name = readdirSync(data).find((n) => n.endsWith('.wal'))!;
      renameSync(join(data, name), join(data, `journal-${Number.MAX_SAFE_INTEGER}.wal`));
      expect(await openKillable(data)).toMatchObject({ left: { type: 'damaged' } });
    }));
});

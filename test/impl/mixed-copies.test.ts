/** Files of two copies of one log in one folder: what a log claims is there, whatever was copied over it (R8, R10). */
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import type { ReplicaId } from '#bayou/core/ids.js';
import { backUp } from '#bayou/impl/log/backup.js';
import { continuationOf, databaseEnd } from '#bayou/impl/log/continuation.js';
import type { JournalContents } from '#bayou/impl/log/journal-files.js';
import type { Meta } from '#bayou/impl/log/level-records.js';
import { NO_CHANGE, type Append } from '#bayou/impl/log/log.js';
import type { LogPlace } from '#bayou/impl/log/place.js';
import { snapshot, storeOf } from '#bayou/impl/replica.js';
import { openKillable, type Killable } from './support/killable.js';
import { withDirectory } from './support/log-image.js';
import { putOf } from './support/puts.js';
import { right } from '../support/right.js';

interface Acknowledged {
  readonly key: string;
  readonly t: number;
  readonly r: ReplicaId;
}

/** A world of copies of one log. Every put has a key of its own. */
class Copies {
  readonly acknowledged: Acknowledged[] = [];
  #n = 0;

  async put({ replica }: Killable, count: number): Promise<void> {
    for (; count > 0; count--) {
      const n = ++this.#n;
      const answer = await new Promise<string>((resolve) =>
        replica.handle(putOf(n, `k${n}`, 'v'.repeat(200)), ({ type }) => resolve(type)),
      );
      expect(answer).toBe('accepted');
      this.acknowledged.push({ key: `k${n}`, t: snapshot(replica.replica).clock, r: replica.replica.id });
    }
  }

  /** The puts that the replica's vector claims and that it does not have. */
  claimedInVain({ replica }: Killable): ReadonlyArray<Acknowledged> {
    const has = new Set([...storeOf(replica.replica)].map(([key]) => key));
    const claims = new Map(snapshot(replica.replica).vv);
    return this.acknowledged.filter(({ key, t, r }) => t <= (claims.get(r) ?? 0) && !has.has(key));
  }
}

const OPTIONS = { takeInCount: 8, fileBytes: 1500, takeInMs: 60_000 };
const open = async (folder: string): Promise<Killable> => right(await openKillable(folder, OPTIONS));

/** Copies the files over those that are there, as `cp -a bk/. d0/` does. */
const over = (from: string, to: string, which = (_name: string): boolean => true): void => {
  for (const name of readdirSync(from)) if (which(name)) cpSync(join(from, name), join(to, name), { recursive: true });
};

const IS_MIXED = /was not written by the opening of the log that its database is from: files of two copies are mixed/;

/** A server's folder with some puts, a backup of it, some puts more, and a kill. */
const killedAfterBackup = async (root: string, copies: Copies): Promise<void> => {
  const log = await open(join(root, 'data'));
  await copies.put(log, 3);
  right(await backUp(join(root, 'data'), join(root, 'backup')));
  await copies.put(log, 3);
  await log.kill();
};

describe('a backup that is copied over a folder with a journal', () => {
  test('is refused, and stays refused when it is done again', () =>
    withDirectory(async (root) => {
      await killedAfterBackup(root, new Copies());
      for (const _again of [1, 2]) {
        over(join(root, 'backup'), join(root, 'data'));
        expect(await openKillable(join(root, 'data'))).toMatchObject({
          left: { message: expect.stringMatching(IS_MIXED) as string },
        });
      }
    }));

  test('is what a new incarnation goes on with; the journal is set aside', () =>
    withDirectory(async (root) => {
      const copies = new Copies();
      await killedAfterBackup(root, copies);
      over(join(root, 'backup'), join(root, 'data'));
      const next = right(await openKillable(join(root, 'data'), {}, { newIncarnation: true }));
      expect([...storeOf(next.replica.replica)]).toHaveLength(3);
      expect(copies.claimedInVain(next)).toEqual([]);
      const aside = readdirSync(join(root, 'data')).filter((name) => name.endsWith('.aside'));
      expect(aside.some((name) => readFileSync(join(root, 'data', name), 'latin1').includes('k6'))).toBe(true);
      await next.kill();
    }));

  test('is taken where the journal has nothing more', () =>
    withDirectory(async (root) => {
      const copies = new Copies();
      const log = await open(join(root, 'data'));
      await copies.put(log, 3);
      right(await backUp(join(root, 'data'), join(root, 'backup')));
      await log.kill();
      over(join(root, 'backup'), join(root, 'data'));
      const next = await open(join(root, 'data'));
      expect([next.replica.found, [...storeOf(next.replica.replica)].length]).toEqual(['moved', 3]);
      await next.kill();
    }));

  test('is refused too when it was started elsewhere, and its place left out', () =>
    withDirectory(async (root) => {
      const copies = new Copies();
      await killedAfterBackup(root, copies);
      const drill = await open(join(root, 'backup'));
      await copies.put(drill, 5);
      right(await drill.replica.close());
      over(join(root, 'backup'), join(root, 'data'), (name) => !/^(lock|guard|replica\.json|high-water|seal-.*)$/.test(name));
      expect(await openKillable(join(root, 'data'))).toMatchObject({
        left: { message: expect.stringMatching(IS_MIXED) as string },
      });
    }));
});

test('a kill before the journal is removed, again and again, costs nothing', () =>
  withDirectory(async (root) => {
    const copies = new Copies();
    const log = await open(join(root, 'data'));
    const id = log.replica.replica.id;
    await copies.put(log, 3);
    await log.kill();
    const journals = readdirSync(join(root, 'data')).filter((name) => name.endsWith('.wal'));
    const bytes = journals.map((name) => [name, readFileSync(join(root, 'data', name))] as const);
    for (const _again of [1, 2, 3]) {
      const next = await open(join(root, 'data'));
      expect(copies.claimedInVain(next)).toEqual([]);
      expect([...storeOf(next.replica.replica)]).toHaveLength(3);
      await next.kill();
      // As if the machine had not removed them. They have another inode, so each time it is another replica.
      for (const [name, was] of bytes) writeFileSync(join(root, 'data', name), was);
    }
    expect(id).toBe('1.0');
  }));

describe('a log from before openings had names', () => {
  const log = 'L';
  const meta = (replica: ReplicaId, mark: number): Meta => ({
    ...{ version: 2, server: 1, replica, clock: 0, vv: [], records: 0, sum: 0, transfers: [], unsyncedBoot: '', log, mark },
    ...{ opening: undefined, taken: undefined },
  });
  const place: LogPlace = {
    ...{ version: 2, log, replica: '1.1', path: '', machine: '', last: 5, written: {}, oneTime: true, isProved: true },
    seal: { name: '', ino: '', ctimeNs: '' },
  };
  /** A file with the changes 2 to 6. */
  const part = (change: Append = NO_CHANGE): JournalContents => ({
    ...{ name: 'journal', first: 2, log, opening: '' },
    appends: [change, NO_CHANGE, NO_CHANGE, NO_CHANGE, NO_CHANGE],
  });
  test.each<[string, Meta, JournalContents, number, string | undefined]>([
    ['goes on after its database', meta('1.1', 3), part(), 6, undefined],
    ['goes on where a kill came within an opening that gave it a new name', meta('1.2', 7), part(), 7, undefined],
    ['goes on where the journal has its new name', meta('1.2', 3), part({ ...NO_CHANGE, replica: '1.2' }), 6, undefined],
    ['does not go on after a copy that was opened', meta('1.2', 5), part(), 5, 'journal'],
    ['nor after one that has got more changes than the journal', meta('1.2', 9), part(), 9, 'journal'],
  ])('%s', (_name, found, file, have, ofAnotherOpening) => {
    expect(continuationOf([file], databaseEnd(found, [file], place))).toMatchObject({ have, ofAnotherOpening });
  });
});

/** Numbers from a seed (xorshift). */
const randomOf = (seed: number): { readonly below: (n: number) => number } => {
  let x = (seed * 2_654_435_761) | 1;
  return {
    below: (n) => {
      x ^= x << 13;
      x ^= x >>> 17;
      x ^= x << 5;
      return (x >>> 0) % n;
    },
  };
};

/** What may be done to the folders of a world: the server's, and one of each copy. */
const steps = async (seed: number, root: string, count: number): Promise<{ opened: number; refused: number }> => {
  const random = randomOf(seed);
  const copies = new Copies();
  const pick = <A>(all: ReadonlyArray<A>): A => all[random.below(all.length)]!;
  const folder = (name: string): string => join(root, name);
  const tally = { opened: 0, refused: 0 };
  let fresh = 0;
  const use = async (name: string): Promise<void> => {
    const opened = await openKillable(folder(name), OPTIONS, {
      freshIncarnation: ++fresh,
      newIncarnation: random.below(8) === 0,
    });
    if (E.isLeft(opened)) {
      tally.refused++;
      expect(opened.left.type, opened.left.message).toBe('damaged');
      rmSync(folder(name), { recursive: true });
      return;
    }
    tally.opened++;
    const log = opened.right;
    expect(copies.claimedInVain(log), `seed ${seed}`).toEqual([]);
    await copies.put(log, random.below(14));
    const to = pick(['a', 'b']);
    if (name === 'data' && random.below(2) === 0) {
      rmSync(folder(to), { recursive: true, force: true });
      right(await backUp(folder(name), folder(to)));
      await copies.put(log, random.below(14));
    } else if (name !== to && random.below(3) === 0) {
      rmSync(folder(to), { recursive: true, force: true });
      over(folder(name), folder(to));
    }
    if (random.below(3) > 0) await log.kill();
    else right(await log.replica.close());
  };
  for (let step = 0; step < count; step++) {
    await use(pick(['data', 'data', 'data', 'a', 'b']));
    const [from, to] = [pick(['data', 'a', 'b']), pick(['data', 'a', 'b'])];
    if (random.below(3) > 0 || from === to || !existsSync(folder(from)) || !existsSync(folder(to))) continue;
    const files = pick([/./, /^(?!lock|guard|replica\.json|high-water|seal-)/, /\.wal$/, /^(CURRENT|MANIFEST|\d)/]);
    over(folder(from), folder(to), (name) => files.test(name));
  }
  return tally;
};

test('whatever was copied over whatever, what opens has what its vector claims', async () => {
  const tally = { opened: 0, refused: 0 };
  for (let seed = 1; seed <= Number(process.env['MIXED_COPIES'] ?? 12); seed++) {
    const { opened, refused } = await withDirectory((root) => steps(seed, root, 12));
    tally.opened += opened;
    tally.refused += refused;
  }
  expect(tally.opened).toBeGreaterThan(20);
  expect(tally.refused).toBeGreaterThan(2);
}, 60_000);

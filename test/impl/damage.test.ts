import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Message, Snapshot } from '#bayou/impl/replica.js';
import {
  copyOpen,
  fresh,
  imageOf,
  levelAlone,
  openLog,
  outcomeOf,
  run,
  withDirectory,
  withJournal,
  writeImage,
  type Image,
  type LogMaker,
} from './support/log-image.js';
import { putOf } from './support/puts.js';

const put = (clientTime: number, key: string): Message => putOf(clientTime, key, `v${clientTime}`);

const merge: Message = {
  type: 'merge',
  asked: [],
  pulled: {
    type: 'pulled',
    from: '2.0',
    after: null,
    upTo: null,
    writes: [
      { t: 7, r: '2.0', client: 8, clientTime: 1, key: 'a', value: 'x' },
      { t: 8, r: '2.0', client: 8, clientTime: 2, key: 'c', value: 'y' },
    ],
    vv: [['2.0', 8]],
    clock: 9,
  },
};

/**
 * A small log in two forms: all in the write-ahead file, and, after it was opened once more, in a table with a little in the
 * write-ahead file. With the states that a prefix of its records can be.
 */
interface Small {
  readonly make: LogMaker;
  readonly image: Image;
  readonly states: ReadonlyArray<Snapshot>;
}

const small: { young?: Small; old?: Small; journal?: Small } = {};

beforeAll(() =>
  withDirectory(async (directory) => {
    const [live, copy] = [join(directory, 'live'), join(directory, 'copy')];
    const first = await openLog(live);
    const states = [fresh(), ...(await run(first.replica, [put(1, 'a'), put(2, 'b'), merge], (a) => first.log.commit([a])))];
    copyOpen(live, copy);
    await first.log.close();
    small.young = { make: levelAlone(), image: imageOf(copy), states: [...states] };
    const second = await openLog(copy);
    states.push(...(await run(second.replica, [put(3, 'a'), put(4, 'd')], (a) => second.log.commit([a]))));
    copyOpen(copy, join(directory, 'again'));
    await second.log.close();
    small.journal = await journalled(join(directory, 'journalled'));
    small.old = { make: levelAlone(), image: imageOf(join(directory, 'again')), states };
  }),
);

/** A log whose journal, in two files, is all ahead of LevelDB. */
const journalled = async (directory: string): Promise<Small> => {
  const make = withJournal({ takeInMs: 60_000, fileBytes: 600 });
  const { log, replica } = await openLog(directory, make);
  const messages = [put(1, 'a'), put(2, 'b'), merge, put(3, 'a'), put(4, 'd')];
  const states = [fresh(), ...(await run(replica, messages, (a) => log.commit([a])))];
  const image = imageOf(directory);
  await log.close();
  return { make, image, states };
};

/** `state` without its identity, for a log that lacks something goes on under another one. */
const content = ({ clock, vv, log }: Snapshot) => ({ clock, vv, log });

type Spoil = (bytes: Buffer, at: number) => Buffer;
const cut: Spoil = (bytes, at) => bytes.subarray(0, at);
const flip: Spoil = (bytes, at) => {
  const spoilt = Buffer.from(bytes);
  spoilt[at]! ^= 1 << (at % 8);
  return spoilt;
};

/** Logs opened side by side: most of the time of opening one is waiting. */
const AT_ONCE = 16;

/** Spoils one file at every offset; every outcome must be a beginning of the history, or a refusal that says what to do. */
const spoilEverywhere = ({ make, image, states }: Small, what: string | RegExp, spoil: Spoil) =>
  withDirectory(async (directory) => {
    const last = states.at(-1)!;
    const outcomes = { whole: 0, cut: 0, moved: 0, refused: 0 };
    const spoilAt = async (at: number): Promise<void> => {
      const where = join(directory, String(at));
      writeImage(where, image);
      const file = typeof what === 'string' ? what : fileOf(imageOf(where), what);
      const bytes = readFileSync(join(where, file));
      if (at >= bytes.length) return;
      writeFileSync(join(where, file), spoil(bytes, at));
      const outcome = await outcomeOf(where, make);
      const label = `${spoil.name} ${file} at byte ${at}`;
      if ('error' in outcome) {
        outcomes.refused++;
        expect(outcome.error, label).toMatchObject({
          type: 'damaged',
          message: expect.stringMatching(
            /^the log in .* is damaged: .*; nothing in it was changed; keep it, and put a backup/,
          ) as string,
        });
      } else {
        const beginning = states.findIndex((s) => JSON.stringify(content(s)) === JSON.stringify(content(outcome.state)));
        expect(beginning, `${label} is a beginning`).toBeGreaterThanOrEqual(0);
        const { found } = outcome;
        if (found !== 'whole' && found !== 'cut' && found !== 'moved') throw new Error(`${label} was found ${found}`);
        outcomes[found]++;
        // R7a: what lacks an acknowledged write does not go on under the old identity.
        if (found === 'whole') expect(outcome.state, label).toEqual(last);
        else expect(outcome.state.id, label).not.toBe(last.id);
      }
      rmSync(where, { recursive: true });
    };
    const { length } = image.get(typeof what === 'string' ? what : fileOf(image, what))!;
    for (let at = 0; at < length; at += AT_ONCE) {
      await Promise.all(Array.from({ length: Math.min(AT_ONCE, length - at) }, (_, i) => spoilAt(at + i)));
    }
    return outcomes;
  });

const fileOf = (image: Image, pattern: RegExp): string =>
  [...image.keys()]
    .filter((name) => pattern.test(name))
    .sort()
    .at(-1)!;

describe.each(['young', 'old'] as const)('a %s log that was damaged (R10)', (age) => {
  const get = () => small[age]!;

  test('cut off anywhere in the write-ahead file, between two records too: noticed, and all complete records are there', async () => {
    const outcomes = await spoilEverywhere(get(), fileOf(get().image, /^\d+\.log$/), cut);
    expect(outcomes).toMatchObject({ whole: 0, moved: 0, refused: 0 });
  });

  test('a byte flipped anywhere in the write-ahead file: refused, but for the last record, which is a torn end', async () => {
    const outcomes = await spoilEverywhere(get(), fileOf(get().image, /^\d+\.log$/), flip);
    expect(outcomes).toMatchObject({ whole: 0, moved: 0 });
    expect(outcomes.cut).toBeGreaterThan(0);
    expect(outcomes.refused).toBeGreaterThan(outcomes.cut);
  });

  test.each([/^MANIFEST/, /^CURRENT$/])(
    'a byte flipped anywhere in %s, or it is cut off: refused, unless nothing is lost',
    async (pattern) => {
      const file = fileOf(get().image, pattern);
      const flipped = await spoilEverywhere(get(), file, flip);
      const shortened = await spoilEverywhere(get(), file, cut);
      for (const outcomes of [flipped, shortened]) expect(outcomes.refused).toBeGreaterThan(0);
      expect([flipped.moved, shortened.moved]).toEqual([0, 0]);
    },
  );

  test.each([/^replica\.json$/, /^seal-/, /^high-water$/])(
    '%s cut off or flipped anywhere: never refused, and never believed (R7a)',
    async (pattern) => {
      const flipped = await spoilEverywhere(get(), pattern, flip);
      const shortened = await spoilEverywhere(get(), pattern, cut);
      expect([flipped.refused, shortened.refused]).toEqual([0, 0]);
      expect([flipped.whole, shortened.whole]).toEqual([0, 0]);
    },
  );

  test('any one file missing is found out', async () => {
    for (const file of get().image.keys()) {
      await withDirectory(async (directory) => {
        writeImage(directory, get().image);
        const name = file.startsWith('seal-') ? readdirSync(directory).find((n) => n.startsWith('seal-'))! : file;
        rmSync(join(directory, name));
        const outcome = await outcomeOf(directory);
        if ('error' in outcome) expect(outcome.error, file).toMatchObject({ type: 'damaged' });
        else expect(outcome.found, file).not.toBe('whole');
      });
    }
  });
});

test('a table that is cut off or flipped anywhere is refused, or its damage touches nothing (R10)', async () => {
  const file = fileOf(small.old!.image, /\.ldb$/);
  const flipped = await spoilEverywhere(small.old!, file, flip);
  const shortened = await spoilEverywhere(small.old!, file, cut);
  expect(flipped).toMatchObject({ cut: 0, moved: 0 });
  expect(flipped.refused).toBeGreaterThan(0);
  expect(shortened).toMatchObject({ whole: 0, cut: 0, moved: 0 });
});

describe('a journal that was damaged (R10)', () => {
  const states = () => small.journal!.states;
  const files = () => [...small.journal!.image.keys()].filter((name) => name.startsWith('journal-')).sort();

  test('the last file, cut off anywhere: noticed, with all complete records; a byte flipped anywhere: that, or refused', async () => {
    const file = files().at(-1)!;
    expect(await spoilEverywhere(small.journal!, file, cut)).toMatchObject({ whole: 0, moved: 0, refused: 0 });
    const flipped = await spoilEverywhere(small.journal!, file, flip);
    expect(flipped).toMatchObject({ whole: 0, moved: 0 });
    expect(Math.min(flipped.refused, flipped.cut)).toBeGreaterThan(0);
  });

  test('a file that is missing before others: refused, untouched, and who asks goes on without what comes after the gap (R7a)', async () => {
    expect(files().length).toBeGreaterThan(1);
    await withDirectory(async (directory) => {
      writeImage(directory, small.journal!.image);
      rmSync(join(directory, files()[0]!));
      const before = imageOf(directory);
      const later = files().slice(1);
      expect(await outcomeOf(directory, small.journal!.make)).toMatchObject({
        error: { type: 'damaged', message: expect.stringMatching(/changes 2 to \d+ are missing, and journal-/) as string },
      });
      expect(imageOf(directory)).toEqual(before);
      const outcome = await outcomeOf(directory, small.journal!.make, { newIncarnation: true });
      if ('error' in outcome) throw new Error(outcome.error.message);
      // R8: of what came after the gap nothing is claimed, and nothing thrown away.
      expect(content(outcome.state)).toEqual(content(states()[0]!));
      expect(readdirSync(directory)).toEqual(expect.arrayContaining(later.map((name) => name.replace('.wal', '.aside'))));
    });
  });

  test('a file that is spoilt in its middle: refused, untouched, and who asks goes on with what comes before (R7a)', async () => {
    const [first = '', ...later] = files();
    await withDirectory(async (directory) => {
      const bytes = Buffer.from(small.journal!.image.get(first)!);
      bytes[Math.floor(bytes.length / 2)]! ^= 1;
      writeImage(directory, small.journal!.image);
      writeFileSync(join(directory, first), bytes);
      const before = imageOf(directory);
      expect(await outcomeOf(directory, small.journal!.make)).toMatchObject({
        error: {
          type: 'damaged',
          message: expect.stringMatching(/with valid records after it: --new-incarnation goes on/) as string,
        },
      });
      expect(imageOf(directory)).toEqual(before);
      const outcome = await outcomeOf(directory, small.journal!.make, { newIncarnation: true });
      if ('error' in outcome) throw new Error(outcome.error.message);
      expect(outcome.found).toBe('cut');
      // It has what comes before the spoilt byte, and no more of it.
      const seen = states().map(content);
      expect(seen).toContainEqual(content(outcome.state));
      expect(content(outcome.state)).not.toEqual(content(states()[0]!));
      expect(content(outcome.state)).not.toEqual(content(states().at(-1)!));
      const aside = [first, ...later].map((name) => name.replace('.wal', '.aside'));
      expect(readdirSync(directory)).toEqual(expect.arrayContaining(aside));
      expect(readFileSync(join(directory, aside[0]!))).toEqual(bytes);
    });
  });

  test('without CURRENT the database is refused, untouched', () =>
    withDirectory(async (directory) => {
      writeImage(directory, small.journal!.image);
      rmSync(join(directory, 'CURRENT'));
      const before = imageOf(directory);
      expect(await outcomeOf(directory, small.journal!.make)).toMatchObject({ error: { type: 'damaged' } });
      expect([...imageOf(directory).keys()]).toEqual([...before.keys()]);
    }));
});

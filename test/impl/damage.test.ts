import { rmSync } from 'node:fs';
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

const put = (clientTime: number, key: string): Message => ({
  type: 'put',
  client: 9,
  session: '1',
  clientTime,
  replica: null,
  clock: 0,
  key,
  value: `v${clientTime}`,
  require: [],
});

const merge: Message = {
  type: 'merge',
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

/** `state` without its identity, for a torn log goes on under the next one. */
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
const spoilEverywhere = ({ make, image, states }: Small, file: string, spoil: Spoil) =>
  withDirectory(async (directory) => {
    const bytes = image.get(file)!;
    const last = states.at(-1)!;
    const outcomes = { whole: 0, torn: 0, shorter: 0, refused: 0 };
    const spoilAt = async (at: number): Promise<void> => {
      const where = join(directory, String(at));
      writeImage(where, new Map([...image, [file, spoil(bytes, at)]]));
      const outcome = await outcomeOf(where, make);
      const label = `${spoil.name} ${file} at byte ${at}`;
      if ('error' in outcome) {
        outcomes.refused++;
        expect(outcome.error, label).toMatchObject({
          type: 'damaged',
          message: expect.stringMatching(
            /^the log in .* is damaged: .*; restore the directory from a copy, or move it away/,
          ) as string,
        });
      } else {
        const beginning = states.findIndex((s) => JSON.stringify(content(s)) === JSON.stringify(content(outcome.state)));
        expect(beginning, `${label} is a beginning`).toBeGreaterThanOrEqual(0);
        const isWhole = beginning === states.length - 1;
        outcomes[outcome.found === 'torn' ? 'torn' : isWhole ? 'whole' : 'shorter']++;
        // R7: what may have lost an acknowledged write does not go on under the old identity.
        expect(outcome.state.id, label).toBe(outcome.found === 'torn' ? '1.1' : last.id);
        if (!isWhole && spoil === flip) expect(outcome.found, label).toBe('torn');
      }
      rmSync(where, { recursive: true });
    };
    for (let at = 0; at < bytes.length; at += AT_ONCE) {
      await Promise.all(Array.from({ length: Math.min(AT_ONCE, bytes.length - at) }, (_, i) => spoilAt(at + i)));
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

  test('cut off anywhere in the write-ahead file: all complete records, or refused', async () => {
    const outcomes = await spoilEverywhere(get(), fileOf(get().image, /\.log$/), cut);
    expect(outcomes).toMatchObject({ whole: 0, shorter: age === 'young' ? 3 : 2 });
    expect(outcomes.torn).toBeGreaterThan(0);
  });

  test('a byte flipped anywhere in the write-ahead file: refused, but for the last record, which is a torn end', async () => {
    const outcomes = await spoilEverywhere(get(), fileOf(get().image, /\.log$/), flip);
    expect(outcomes.shorter).toBe(0);
    expect(outcomes.torn).toBeGreaterThan(0);
    expect(outcomes.refused).toBeGreaterThan(outcomes.torn);
  });

  test.each([/^MANIFEST/, /^CURRENT$/, /^replica\.json$/])('cut off or flipped anywhere in %s', async (pattern) => {
    const file = fileOf(get().image, pattern);
    const flipped = await spoilEverywhere(get(), file, flip);
    const shortened = await spoilEverywhere(get(), file, cut);
    expect(flipped.torn + flipped.shorter).toBe(0);
    expect(shortened.torn + shortened.shorter).toBe(0);
    expect(shortened.refused).toBeGreaterThan(0);
  });

  test('any one file missing is found out', async () => {
    for (const file of get().image.keys()) {
      if (file === 'replica.json') continue;
      await withDirectory(async (directory) => {
        writeImage(directory, new Map([...get().image].filter(([name]) => name !== file)));
        expect(await outcomeOf(directory), file).toMatchObject({ error: { type: 'damaged' } });
      });
    }
  });
});

test('a table that is cut off or flipped anywhere is refused, or its damage touches nothing (R10)', async () => {
  const file = fileOf(small.old!.image, /\.ldb$/);
  const flipped = await spoilEverywhere(small.old!, file, flip);
  const shortened = await spoilEverywhere(small.old!, file, cut);
  expect(flipped.torn + flipped.shorter).toBe(0);
  expect(flipped.refused).toBeGreaterThan(0);
  expect(shortened).toMatchObject({ whole: 0, torn: 0, shorter: 0 });
});

describe('a journal that was damaged (R10)', () => {
  const files = () => [...small.journal!.image.keys()].filter((name) => name.startsWith('journal-')).sort();

  test('the last file, cut off or a byte flipped anywhere: all complete records, or refused', async () => {
    const file = files().at(-1)!;
    const shortened = await spoilEverywhere(small.journal!, file, cut);
    expect(shortened.refused).toBe(0);
    expect(Math.min(shortened.torn, shortened.shorter)).toBeGreaterThan(0);
    const flipped = await spoilEverywhere(small.journal!, file, flip);
    expect(flipped.whole + flipped.shorter).toBe(0);
    expect(Math.min(flipped.refused, flipped.torn)).toBeGreaterThan(0);
  });

  test('a file before the last: refused, whatever was done to it', async () => {
    expect(files().length).toBeGreaterThan(1);
    for (const spoil of [cut, flip]) {
      expect(await spoilEverywhere(small.journal!, files()[0]!, spoil)).toMatchObject({ whole: 0, torn: 0, shorter: 0 });
    }
  });

  test('the database or the first journal missing is found out', async () => {
    for (const missing of [files()[0]!, 'CURRENT']) {
      await withDirectory(async (directory) => {
        writeImage(directory, new Map([...small.journal!.image].filter(([name]) => name !== missing)));
        expect(await outcomeOf(directory, small.journal!.make), missing).toMatchObject({ error: { type: 'damaged' } });
      });
    }
  });
});

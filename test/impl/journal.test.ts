import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { Bytes } from '../../src/core/bytes.js';
import type { Put } from '../../src/core/messages.js';
import { type DurableReplica, openDurable } from '../../src/impl/durable.js';
import { createDiskLog } from '../../src/impl/log/disk-log.js';
import { nodeFiles } from '../../src/impl/log/files.js';
import { readJournal } from '../../src/impl/log/journal-files.js';
import { encodeLogRecord, readLogFile } from '../../src/impl/log/level-format.js';
import { clockOf, storeOf } from '../../src/impl/replica.js';
import { copyOpen } from './support/log-image.js';
import { putOf } from './support/puts.js';
import { seedOr } from '../support/seeds.js';
import { right } from '../support/right.js';

const root = mkdtempSync(join(tmpdir(), 'bayou-journal-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folders = 0;
const folder = (): string => join(root, `${folders++}`);

const open = async (directory: string): Promise<DurableReplica> =>
  right(await openDurable(createDiskLog(directory), { server: 3 }));

/** Puts are acknowledged within the call or a microtask after it: nothing waits for the database. */
const put = (replica: DurableReplica, message: Put): Promise<string> =>
  new Promise((resolve) => replica.handle(message, (answer) => resolve(answer.type)));

const store = (replica: DurableReplica): Record<Bytes, Bytes> => Object.fromEntries(storeOf(replica.replica));

/** A copy of the files as they are now: what a process that was killed at this instant leaves. */
const killedCopy = (directory: string): string => {
  const copy = folder();
  copyOpen(directory, copy);
  return copy;
};

const journalsIn = (directory: string): string[] => readdirSync(directory).filter((name) => name.startsWith('journal-'));

/** Lengths that end a record within a header's length of a block's end, where padding and empty fragments come from. */
const nearBlockEnd = fc.integer({ min: 32_768 - 7 - 16, max: 32_768 - 7 });

describe('the log format', () => {
  test('records of any length come back, at any place in a block', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.integer({ min: 0, max: 70_000 }), nearBlockEnd), { maxLength: 8 }), (lengths) => {
        let file = Buffer.alloc(0);
        for (const n of lengths) file = Buffer.concat([file, encodeLogRecord(Buffer.alloc(n, n), file.length)]);
        const read = readLogFile(file);
        expect(read.type).toBe('whole');
        expect(read.records.map((r) => r.length)).toEqual(lengths);
      }),
      { numRuns: 200, seed: seedOr(1) },
    );
  });

  /** A batch of one change, as LevelDB writes it. */
  const batch = (number: number, value: Buffer): Buffer => {
    const head = Buffer.alloc(12);
    head.writeBigUInt64LE(BigInt(number), 0);
    head.writeUInt32LE(1, 8);
    return Buffer.concat([head, value]);
  };
  const logOf = (values: ReadonlyArray<Buffer>): Buffer =>
    values.reduce((file, value, i) => Buffer.concat([file, encodeLogRecord(batch(i + 1, value), file.length)]), Buffer.alloc(0));

  test('a write that stopped half-way is torn, whatever stands in its value: bytes of the log itself, records that a user made', () => {
    const before = [100, 20_000, 300].map((n) => Buffer.alloc(n, 'v'));
    const empty = encodeLogRecord(Buffer.alloc(0), 0);
    const mischief = Buffer.concat([empty, logOf(before), empty, encodeLogRecord(batch(2, Buffer.alloc(10)), 0)]);
    const whole = logOf(before);
    const file = logOf([...before, Buffer.concat([mischief, mischief])]);
    for (let end = whole.length + 1; end < file.length; end += 61) {
      const read = readLogFile(file.subarray(0, end), 'batches');
      expect([read.type, read.records.length], `cut at ${end}`).toEqual(['torn', before.length]);
    }
  });

  test('a spoilt length that hides records which follow is damage, also where it points behind the end of the file', () => {
    const values = [100, 200, 300, 400].map((n) => Buffer.alloc(n, 'v'));
    const file = Buffer.from(logOf(values));
    const second = logOf(values.slice(0, 1)).length;
    file.writeUInt16LE(30_000, second + 4);
    expect(readLogFile(file, 'batches')).toMatchObject({ type: 'damaged', at: second });
  });
});

describe('the journaled log (R10)', () => {
  test('what was acknowledged is there after a kill, whatever the database has taken in (R7: under the same identity)', async () => {
    const directory = folder();
    const replica = await open(directory);
    const copies: string[] = [];
    for (let i = 1; i <= 12; i++) {
      expect(await put(replica, putOf(i, `k${i % 7}`, `v${i}`))).toBe('accepted');
      copies.push(killedCopy(directory));
    }
    await replica.close();
    for (const [i, copy] of copies.entries()) {
      const back = await open(copy);
      expect(back.replica.id).toBe('3.0');
      expect(store(back)[`k${(i + 1) % 7}`]).toBe(`v${i + 1}`);
      expect(clockOf(back.replica)).toBe(i + 1);
      await back.close();
    }
  });

  test('a closed log has no journal, and opens again with everything', async () => {
    const directory = folder();
    const replica = await open(directory);
    for (let i = 1; i <= 100; i++) await put(replica, putOf(i, `k${i % 5}`, `v${i}`));
    const before = store(replica);
    await replica.close();
    expect(journalsIn(directory)).toEqual([]);
    for (let again = 0; again < 3; again++) {
      const back = await open(directory);
      expect([back.found, store(back)]).toEqual(['whole', before]);
      await back.close();
    }
  });

  test('with fsync there is no journal, and a journal left by a run without it is taken in', async () => {
    const directory = folder();
    const replica = await open(directory);
    await put(replica, putOf(1, 'a', 'b'));
    const copy = killedCopy(directory);
    await replica.close();
    const log = createDiskLog(copy, { fsync: true });
    const opened = right(await openDurable(log, { server: 3 }));
    expect(store(opened)).toEqual({ a: 'b' });
    expect(journalsIn(copy)).toEqual([]);
    expect(await put(opened, putOf(2, 'a', 'c'))).toBe('accepted');
    await opened.close();
    const back = await open(copy);
    expect(store(back)).toEqual({ a: 'c' });
    await back.close();
  });

  /** A killed log with these many puts, and its journal. */
  const killedLog = async (puts: number): Promise<{ killed: string; name: string; bytes: Buffer }> => {
    const directory = folder();
    const replica = await open(directory);
    for (let i = 1; i <= puts; i++) await put(replica, putOf(i, 'k', `v${i}`));
    const killed = killedCopy(directory);
    await replica.close();
    const [name = ''] = journalsIn(killed);
    return { killed, name, bytes: readFileSync(join(killed, name)) };
  };

  /** The clocks of the complete changes after the opening; undefined: bytes before valid records are spoilt, for which the log is refused. */
  const clocksIn = (directory: string): number[] | undefined => {
    const parts = readJournal(nodeFiles, directory);
    return parts.some(({ damagedAt }) => damagedAt !== undefined)
      ? undefined
      : parts.flatMap(({ appends }) => appends.map((append) => append.clock));
  };

  test('cut off at any byte, all complete changes are read', async () => {
    const { killed, name, bytes } = await killedLog(4);
    const lengths: number[] = [];
    for (let at = 0; at <= bytes.length; at++) {
      writeFileSync(join(killed, name), bytes.subarray(0, at));
      const clocks = clocksIn(killed) ?? [];
      expect(clocks).toEqual([1, 2, 3, 4].slice(0, clocks.length));
      lengths.push(clocks.length);
    }
    expect([lengths[0], lengths.at(-2), lengths.at(-1)]).toEqual([0, 3, 4]);
    expect(lengths).toEqual(lengths.toSorted((a, b) => a - b));
  });

  test('with any byte spoilt it is refused, but for the last change, which is a torn end', async () => {
    const { killed, name, bytes } = await killedLog(3);
    let refused = 0;
    for (let at = 0; at < bytes.length; at++) {
      const spoilt = Buffer.from(bytes);
      spoilt.writeUInt8(spoilt.readUInt8(at) ^ 0x55, at);
      writeFileSync(join(killed, name), spoilt);
      const clocks = clocksIn(killed);
      if (clocks === undefined) refused++;
      else expect(clocks).toEqual([1, 2]);
    }
    expect(refused).toBeGreaterThan(bytes.length / 2);
  });

  test('a journal that lost a record in the middle of it goes on as a new replica, with the rest (R7a, R10)', async () => {
    const { killed, name, bytes } = await killedLog(4);
    truncateSync(join(killed, name), bytes.length - 1);
    const back = await open(killed);
    expect([back.found, clockOf(back.replica), store(back)]).toEqual(['cut', 3, { k: 'v3' }]);
    expect(back.replica.id).not.toBe('3.0');
    await back.close();
  });

  test('a torn record that nobody was told of is dropped, and the same replica goes on (R7)', async () => {
    const { killed, name, bytes } = await killedLog(2);
    const torn = encodeLogRecord(Buffer.from('{"writes":[],"drops":[],"vv":[]', 'latin1'), bytes.length);
    writeFileSync(join(killed, name), Buffer.concat([bytes, torn.subarray(0, torn.length - 1)]));
    const back = await open(killed);
    expect([back.found, back.replica.id, store(back)]).toEqual(['whole', '3.0', { k: 'v2' }]);
    await back.close();
  });

  test('a journal spoilt in the middle is refused with what to do', async () => {
    const { killed, name, bytes } = await killedLog(3);
    writeFileSync(join(killed, name), bytes.fill(0, 60, 70));
    const opened = await openDurable(createDiskLog(killed), { server: 3 });
    expect(E.isLeft(opened) && opened.left).toMatchObject({ type: 'damaged' });
    expect(E.isLeft(opened) && opened.left.message).toContain('nothing in it was changed');
  });

  test('a journal that is gone is noticed: what the database has goes on as a new replica (R7a, R10)', async () => {
    const directory = folder();
    const replica = await open(directory);
    await put(replica, putOf(1, 'a', 'b'));
    const copy = killedCopy(directory);
    await replica.close();
    for (const name of journalsIn(copy)) rmSync(join(copy, name));
    const back = await open(copy);
    expect([back.found, back.note, store(back)]).toEqual(['cut', 'lacks the last 1 of the 2 changes that it had', {}]);
    await back.close();
  });
});

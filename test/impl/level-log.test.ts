import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { until } from '../support/until.js';
import type { Put } from '#bayou/core/messages.js';
import { openDurable } from '#bayou/impl/durable.js';
import { crc32c } from '#bayou/impl/log/level-bytes.js';
import { createDiskLog } from '#bayou/impl/log/disk-log.js';
import { createMemoryLog } from '#bayou/impl/log/memory-log.js';
import { restore, snapshot, step, storeOf, type Message, type Snapshot } from '#bayou/impl/replica.js';
import { copyOpen, levelAlone, openLog, outcomeOf, run, withDirectory, withJournal } from './support/log-image.js';
import { seedOr } from '../support/seeds.js';
import { putOf } from './support/puts.js';
import { right } from '../support/right.js';

const put = (clientTime: number, over: Partial<Put> = {}): Put => ({ ...putOf(clientTime, 'k', `v${clientTime}`), ...over });

const messages: fc.Arbitrary<Message[]> = fc.array(
  fc.oneof(
    fc
      .record({ client: fc.nat(2), clientTime: fc.nat(5), key: fc.constantFrom('a', 'b', '\u0000\u00ff /'), clock: fc.nat(9) })
      .map((some): Message => put(some.clientTime, { ...some, value: `\u0080${some.clientTime}` })),
    fc.integer({ min: 1, max: 30 }).map((t): Message => ({
      type: 'merge',
      asked: [],
      pulled: {
        type: 'pulled',
        from: '2.3',
        after: null,
        upTo: null,
        writes: [{ t, r: '2.3', client: 7, clientTime: t, key: t % 2 === 0 ? 'a' : 'c', value: 'x' }],
        vv: [['2.3', t]],
        clock: t,
      },
    })),
  ),
  { maxLength: 25 },
);

describe('a log brings back what was committed (R7, R10)', () => {
  test('in memory: store, vector, clock, identity, and the puts to recognise (R3)', async () => {
    await fc.assert(
      fc.asyncProperty(messages, async (list) => {
        const log = createMemoryLog();
        const opened = right(await log.open({ server: 1 }));
        const replica = restore(opened);
        await run(replica, list, (append) => log.commit([append]));
        const again = right(await log.open({ server: 1 }));
        const restored = restore(again);
        expect(snapshot(restored)).toEqual(snapshot(replica));
        for (const message of list) expect(step(restored, message)).toEqual(step(replica, message));
      }),
      { numRuns: 100, seed: seedOr(10) },
    );
  });

  test('on disk, killed at any point: the same (R3, R10)', async () => {
    await fc.assert(
      fc.asyncProperty(messages, fc.nat(25), (list, kill) =>
        withDirectory(async (directory) => {
          const [live, copy] = [join(directory, 'live'), join(directory, 'copy')];
          const { log, replica } = await openLog(live);
          await run(replica, list.slice(0, kill), (append) => log.commit([append]));
          copyOpen(live, copy);
          const killed = await openLog(copy);
          expect(killed.recovered.found).toBe('whole');
          expect(snapshot(killed.replica)).toEqual(snapshot(replica));
          for (const message of list) expect(step(killed.replica, message)).toEqual(step(replica, message));
          await Promise.all([log.close(), killed.log.close()]);
        }),
      ),
      { numRuns: 60, seed: seedOr(10) },
    );
  });

  test('appends that were gathered are one commit, all or none', () =>
    withDirectory(async (directory) => {
      const { log, replica } = await openLog(directory);
      const appends = [1, 2, 3].map((i) => step(replica, put(i)).append!);
      await log.commit(appends);
      await log.close();
      expect(await outcomeOf(directory)).toEqual({ found: 'whole', state: snapshot(replica) });
    }));

  test('its size on disk follows the live data, not the puts ever made (R6)', () =>
    withDirectory(async (directory) => {
      const { log, replica } = await openLog(directory);
      // LevelDB compresses, so the values are bytes that no compression makes smaller.
      for (let i = 1; i <= 3000; i++)
        await log.commit([step(replica, put(i, { key: `k${i % 10}`, value: randomBytes(10_000).toString('latin1') })).append!]);
      // LevelDB compacts in steps of 4 MB, in a thread of its own, and removes files meanwhile.
      const sizeOf = (name: string): number => statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0;
      await until(() => readdirSync(directory).reduce((sum, name) => sum + sizeOf(name), 0) < 3000 * 10_000 * 0.7);
      await log.close();
    }));
});

describe('identity (R7)', () => {
  test('a fresh log takes the incarnation it is told, and keeps it', () =>
    withDirectory(async (directory) => {
      for (const freshIncarnation of [4, 9]) {
        const log = createDiskLog(directory);
        const opened = await log.open({ server: 1, freshIncarnation });
        expect(opened).toMatchObject({ right: { replica: '1.4', found: freshIncarnation === 4 ? 'fresh' : 'whole' } });
        await log.close();
      }
    }));

  test('the machine was restarted while the log was open: a new replica; closed before, or with fsync: the same', () =>
    withDirectory(async (directory) => {
      const [live, copy] = [join(directory, 'live'), join(directory, 'copy')];
      for (const { name, fsync, close, found } of [
        { name: 'open', fsync: false, close: false, found: 'rebooted' },
        { name: 'closed', fsync: false, close: true, found: 'whole' },
        { name: 'fsync', fsync: true, close: false, found: 'whole' },
      ] as const) {
        const { log, replica } = await openLog(join(live, name), levelAlone({ fsync, bootId: 'before' }));
        await log.commit([step(replica, put(1)).append!]);
        if (close) await log.close();
        copyOpen(join(live, name), join(copy, name));
        await log.close();
        const { id, ...rest } = snapshot(replica);
        const outcomes = [];
        for (let again = 0; again < 2; again++) outcomes.push(await outcomeOf(join(copy, name), levelAlone({ bootId: 'after' })));
        const [first, second] = outcomes as { found: string; state: Snapshot }[];
        expect(first, name).toMatchObject({ found, state: rest });
        expect(first!.state.id === id, name).toBe(found === 'whole');
        expect(second, name).toEqual({ found: 'whole', state: first!.state });
      }
    }));

  test('under V3 the server comes back with its old identity and nothing else', () =>
    withDirectory(async (directory) => {
      const open = async (faults: { amnesia?: boolean }) =>
        right(await openDurable(createDiskLog(directory), { server: 1 }, { faults }));
      const acknowledged = async (faults: { amnesia?: boolean }) => {
        const first = await open(faults);
        await new Promise((resolve) => first.handle(put(1), resolve));
        await first.close();
        const second = await open(faults);
        const store = [...storeOf(second.replica)];
        await second.close();
        return { id: second.replica.id, store };
      };
      expect(await acknowledged({ amnesia: true })).toEqual({ id: '1.0', store: [] });
      expect(await acknowledged({})).toEqual({ id: '1.0', store: [['k', 'v1']] });
    }));
});

describe('a log that cannot be used is refused in one line', () => {
  const refusal = async (directory: string, server = 1) => {
    const opened = await createDiskLog(directory, { fsync: true }).open({ server });
    return E.isLeft(opened) ? opened.left : undefined;
  };

  test('it is in use', () =>
    withDirectory(async (directory) => {
      const { log } = await openLog(directory);
      expect(await refusal(directory)).toMatchObject({
        type: 'in-use',
        message: expect.stringMatching(/in use; stop/) as string,
      });
      await log.close();
    }));

  test("it is another server's", () =>
    withDirectory(async (directory) => {
      await (await openLog(directory)).log.close();
      expect(await refusal(directory, 2)).toMatchObject({
        type: 'other-server',
        message: expect.stringMatching(/is server 1's, not server 2's/) as string,
      });
    }));

  test('it is not a directory', () =>
    withDirectory(async (directory) => {
      writeFileSync(join(directory, 'file'), '');
      expect(await refusal(join(directory, 'file'))).toMatchObject({ type: 'failed' });
    }));

  test('a commit that fails is not acknowledged, nor is any after it', () =>
    withDirectory(async (directory) => {
      const { log, replica } = await openLog(directory);
      const append = step(replica, put(1)).append!;
      await log.close();
      expect(() => log.commit([append])).toThrow('not open');
    }));
});

test('the CRC-32C is the one of RFC 3720', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
});

/** Puts as fast as it can and says which were acknowledged, until it is killed. */
const WRITER = `
  import { openDurable } from '#bayou/impl/durable.js';
  import { createDiskLog } from '#bayou/impl/log/disk-log.js';
  import { writeSync } from 'node:fs';
  const opened = await openDurable(createDiskLog(process.argv[1], { fileBytes: 20_000, takeInMs: 5 }), { server: 1 });
  if (opened._tag === 'Left') throw new Error(opened.left.message);
  let clientTime = Number(process.argv[2]);
  const killAfter = clientTime + Number(process.argv[3]);
  const put = () => {
    const n = ++clientTime;
    if (n > killAfter) process.kill(process.pid, 'SIGKILL');
    opened.right.handle(
      { type: 'put', client: 9, session: '1', clientTime: n, replica: null, clock: 0, key: 'k' + (n % 50), value: 'v' + n, require: [] },
      (answer) => {
        writeSync(1, n + ' ' + answer.stamp.t + '\\n');
        put();
      },
    );
  };
  for (let i = 0; i < 8; i++) put();
`;

test('a process killed in the middle of its puts, 12 times over: every acknowledged write is there (R10)', () =>
  withDirectory(async (directory) => {
    const latest = new Map<string, number>();
    let clientTime = 0;
    for (let kill = 0; kill < 12; kill++) {
      const args = ['--input-type=module', '-e', WRITER, directory, String(clientTime), String(1 + 97 * kill)];
      const output = outputOfKilled(args);
      for (const line of output.split('\n').filter((l) => l !== '')) {
        const [n, t] = line.split(' ').map(Number) as [number, number];
        const key = `k${n % 50}`;
        latest.set(key, Math.max(t, latest.get(key) ?? 0));
        clientTime = Math.max(clientTime, n);
      }
      clientTime += 8; // those on their way
      const outcome = await outcomeOf(directory, withJournal());
      if ('error' in outcome) throw new Error(outcome.error.message);
      const times = new Map(outcome.state.log.map((w) => [w.key, w.t]));
      for (const [key, t] of latest) expect(times.get(key), `${key} after kill ${kill}`).toBeGreaterThanOrEqual(t);
    }
    expect(latest.size).toBe(50);
  }));

const outputOfKilled = (args: string[]): string => {
  try {
    execFileSync(process.execPath, args, { encoding: 'latin1', timeout: 20_000, stdio: ['ignore', 'pipe', 'inherit'] });
  } catch (error) {
    const { signal, stdout } = error as { signal?: string; stdout?: string };
    if (signal === 'SIGKILL') return stdout ?? '';
    throw error;
  }
  throw new Error('the writer ended by itself');
};

import { isRight } from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { createMemoryLog } from '#bayou/impl/log/memory-log.js';
import { openDurable, type DurableReplica } from '#bayou/impl/durable.js';
import type { Append, Log } from '#bayou/impl/log/log.js';
import type { Put } from '#bayou/core/messages.js';
import { putOf } from './support/puts.js';

const put = (clientTime: number, key = 'k', value = `v${clientTime}`): Put => putOf(clientTime, key, value);

/** A log whose commits end when the test says so. */
const heldLog = () => {
  const inner = createMemoryLog();
  const held: { appends: ReadonlyArray<Append>; release: (error?: Error) => void }[] = [];
  const log: Log = {
    ...inner,
    commit: (appends) =>
      new Promise((resolve, reject) => {
        held.push({
          appends,
          release: (error) => {
            if (error === undefined) void Promise.resolve(inner.commit(appends)).then(resolve);
            else reject(error);
          },
        });
      }),
  };
  return { log, held };
};

const open = async (log: Log): Promise<DurableReplica> => {
  const opened = await openDurable(log, { server: 1 });
  if (!isRight(opened)) throw new Error(opened.left.message);
  return opened.right;
};

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('the gate (R10)', () => {
  test('no answer leaves before the changes it may show are durable; those that wait together are one commit', async () => {
    const { log, held } = heldLog();
    const replica = await open(log);
    const left: string[] = [];
    replica.handle({ type: 'get', client: 9, key: 'k', atLeast: null, require: [] }, (a) => left.push(`get ${a.type}`));
    expect(left).toEqual(['get missing']); // nothing waits: within the call

    replica.handle(put(1), (a) => left.push(`put1 ${a.type}`));
    replica.handle({ type: 'get', client: 9, key: 'k', atLeast: null, require: [] }, (a) => left.push(`get ${a.type}`));
    await nextTurn();
    replica.handle(put(2), (a) => left.push(`put2 ${a.type}`));
    replica.handle(put(3), (a) => left.push(`put3 ${a.type}`));
    replica.handle({ type: 'pull', puller: '2.0', vv: [], after: null }, (a) => left.push(`pull ${a.type}`));
    await nextTurn();
    expect(left).toHaveLength(1);
    expect(held.map((h) => h.appends.length)).toEqual([1]);
    held[0]!.release();
    await nextTurn();
    expect(left.slice(1)).toEqual(['put1 accepted', 'get found']);
    expect(held.map((h) => h.appends.length)).toEqual([1, 2]);
    held[1]!.release();
    await nextTurn();
    expect(left.slice(3)).toEqual(['put2 accepted', 'put3 accepted', 'pull pulled']);
    expect(replica.waiting).toBe(0);
  });

  test('a log that fails acknowledges nothing more, and what is read from then on is what it has (R10)', async () => {
    const { log, held } = heldLog();
    const failures: string[] = [];
    const observed: string[] = [];
    const opened = await openDurable(
      log,
      { server: 1 },
      {
        onFailure: ({ type }) => {
          failures.push(type);
          observed.length = 0;
        },
        observe: (_, message, { answer }) => observed.push(`${message.type} ${answer.type}`),
      },
    );
    if (!isRight(opened)) throw new Error(opened.left.message);
    const replica = opened.right;
    const left: string[] = [];
    const reply = (a: { type: string; reason?: string; value?: string }) => left.push(`${a.type} ${a.reason ?? a.value ?? ''}`);
    const get = { type: 'get', client: 9, key: 'k', atLeast: null, require: [] } as const;
    replica.handle(put(1), reply);
    await nextTurn();
    held[0]!.release();
    await nextTurn();
    expect(left.splice(0)).toEqual(['accepted ']);
    replica.handle(put(2), reply);
    await nextTurn();
    replica.handle(get, reply);
    replica.handle(put(3), reply);
    replica.handle(get, reply);
    held[1]!.release(Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' }));
    await nextTurn();
    replica.handle(get, reply);
    replica.handle(put(4), reply);
    replica.handle({ type: 'pull', puller: '2.0', vv: [], after: null }, (a) =>
      left.push(a.type === 'pulled' ? `pulled ${a.writes.map((w) => w.value).join()} ${String(a.vv)}` : a.type),
    );
    // What was read while the changes were on their way shows none of them either.
    expect(left).toEqual([
      'refused unlogged',
      'found v1',
      'refused failed',
      'found v1',
      'found v1',
      'refused failed',
      'pulled v1 1.0,1',
    ]);
    expect(failures).toEqual(['full']);
    // Whoever follows a trace finds there what every answer came from.
    expect(observed).toEqual(['get found', 'get found', 'get found', 'pull pulled']);
    expect(replica.failure?.message).toMatch(
      /^the log cannot be written: the disk is full \(ENOSPC\); make room, and restart the server$/,
    );
  });
});

/** A disk that hangs reports no error: a write that does not come back is said once, and health is bad for as long. */
import * as E from 'fp-ts/lib/Either.js';
import { afterEach, describe, expect, test } from 'vitest';
import { STALL_MS } from '../../src/impl/write-watch.js';
import { createMemoryLog } from '../../src/impl/log/memory-log.js';
import type { Log } from '../../src/impl/log/log.js';
import { makeMetrics } from '../../src/net/metrics.js';
import { startOperations } from '../../src/net/operations.js';
import { NODE_WORLD } from '../../src/ports/node-network.js';
import { putOf } from '../impl/support/puts.js';
import { ask, dialed, remember, serve } from './support.js';
import { until } from '../support/until.js';

const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0)) await end();
});

/** A log whose writes come back when the test lets them. */
const hangingLog = () => {
  const back: ((error?: Error) => void)[] = [];
  const commit: Log['commit'] = () =>
    new Promise((resolve, reject) => back.push((error) => (error === undefined ? resolve() : reject(error))));
  return { log: { ...createMemoryLog(), commit }, back };
};

/** Timers of which those of the watch come when the test says so. */
const handTimers = () => {
  const due: (() => void)[] = [];
  const { timers } = NODE_WORLD;
  const after: typeof timers.after = (ms, act, keepAlive) => {
    if (ms !== STALL_MS || keepAlive !== false) return timers.after(ms, act, keepAlive);
    due.push(act);
    return { cancel: () => due.splice(due.indexOf(act), 1) };
  };
  return { world: { ...NODE_WORLD, timers: { ...timers, after } }, due };
};

const started = async () => {
  const [logger, { log, back }, { world, due }] = [remember(), hangingLog(), handTimers()];
  const server = await serve(0, logger, { log, world });
  const operations = await startOperations({
    host: '127.0.0.1',
    port: 0,
    status: server.status,
    metrics: makeMetrics(undefined),
  });
  if (E.isLeft(operations)) throw new Error(operations.left);
  const { port } = operations.right;
  ending.push(operations.right.close, () => {
    for (const come of back.splice(0)) come();
    return server.close();
  });
  const asked = async (path: string): Promise<readonly [number, string]> => {
    const response = await fetch(`http://127.0.0.1:${port}/${path}`);
    return [response.status, await response.text()];
  };
  const client = await dialed({ role: 'client', id: 9 }, server);
  let clientTime = 0;
  const put = () => ask(client, putOf(++clientTime, 'k', 'v'));
  return { put, asked, back, due, lines: () => logger.lines.filter((line) => line.includes('disk')) };
};

const SAID = "the disk does not answer: a write to the log has not come back for 5 s; see the system's log, and the disk";
const AGAIN = 'the disk answers again: the write to the log has come back';
const WELL = [200, 'replica 0.0 is well\n'];

describe('a write that does not come back', () => {
  test('is said once, and health is bad until it comes back', async () => {
    const { put, asked, back, due, lines } = await started();
    const answered = put();
    await until(() => back.length === 1);
    expect(await asked('health')).toEqual(WELL);
    due.shift()!();
    expect(lines()).toEqual([expect.stringContaining(`${SAID}; until it comes back nobody is answered`)]);
    expect(await asked('health')).toEqual([503, `${SAID}\n`]);
    expect((await asked('metrics'))[1]).toContain('bayou_log_stalled 1');
    expect(due).toEqual([]);

    back.shift()!();
    expect(await answered).toMatchObject({ type: 'accepted' });
    expect(lines()).toEqual([expect.stringContaining(SAID), expect.stringContaining(AGAIN)]);
    expect(await asked('health')).toEqual(WELL);
    expect((await asked('metrics'))[1]).toContain('bayou_log_stalled 0');
  });

  test('and fails in the end has failed, as any other', async () => {
    const { put, asked, back, due, lines } = await started();
    const answered = put();
    await until(() => back.length === 1);
    due.shift()!();
    back.shift()!(Object.assign(new Error('EIO: i/o error'), { code: 'EIO' }));
    expect(await answered).toMatchObject({ type: 'refused' });
    expect(lines()).toHaveLength(3);
    expect(await asked('health')).toEqual([503, expect.stringContaining('the log cannot be written: the disk reports an error')]);
  });

  test('is told from many that come back: a later one has its own time, and one that is back has none', async () => {
    const { put, back, due, lines } = await started();
    const first = put();
    await until(() => back.length === 1);
    back.shift()!();
    await first;
    const second = put();
    await until(() => back.length === 1);
    // The look at the first: another is out now.
    due.shift()!();
    expect(lines()).toEqual([]);
    expect(due).toHaveLength(1);
    back.shift()!();
    await second;
    due.shift()!();
    expect(lines()).toEqual([]);
    expect(due).toEqual([]);
  });
});

/**
 * What a replica costs without a network: `node bench/replica.mjs` (after `npm run build`). Prints one table.
 *
 * - A pull that misses one write, with 1,000 and with 1,000,000 live keys: the same cost is wanted (R9).
 * - Puts and gets, in memory and with the durable log, one and many on their way; beside each put the same with every commit
 *   going to the database's own thread, which is what the journal is there to save.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Bench } from 'tinybench';
import { openDurable } from '#bayou/impl/durable.js';
import { createJournaledLog } from '#bayou/impl/journal.js';
import { createLevelLog } from '#bayou/impl/level-log.js';
import { createMemoryLog } from '#bayou/impl/memory-log.js';
import { createReplica, step, vectorOf } from '#bayou/impl/replica.js';

const put = (clientTime, key, value = `value ${clientTime}`) => ({
  type: 'put',
  client: 9,
  clientTime,
  clock: 0,
  key,
  value,
  require: [],
});

/** Two replicas with this many equal keys; the function writes one at the first, and gives the time to pull it to the second, in ms. */
const pair = (keys) => {
  const [from, to] = [createReplica('1.0'), createReplica('2.0')];
  let clientTime = 0;
  const pull = () => {
    const { answer } = step(from, { type: 'pull', puller: to.id, vv: vectorOf(to) });
    step(to, { type: 'merge', pulled: answer });
    return answer.writes.length;
  };
  while (clientTime < keys) step(from, put(++clientTime, `key ${clientTime}`));
  pull();
  return () => {
    clientTime++;
    // Few different keys: what is measured is the pull, not the processor's cache missing on a large map.
    step(from, put(clientTime, `key ${1 + (clientTime % 100)}`));
    const start = performance.now();
    const pulled = pull();
    const time = performance.now() - start;
    if (pulled !== 1) throw new Error('a pull should carry one write');
    return time;
  };
};

const root = mkdtempSync(join(tmpdir(), 'bayou-bench-'));
const opened = [];
let logs = 0;

/** `count` puts, `atOnce` on their way. */
const putter = async (log, atOnce, count) => {
  const { right: replica } = await openDurable(log, { server: 1 });
  opened.push(replica);
  let clientTime = 0;
  return () =>
    new Promise((resolve) => {
      let [sent, done] = [0, 0];
      const send = () => {
        sent++;
        clientTime++;
        replica.handle(put(clientTime, `key ${clientTime % 1000}`), (answer) => {
          if (answer.type !== 'accepted') throw new Error(answer.type);
          if (++done === count) resolve();
          else if (sent < count) send();
        });
      };
      for (let i = 0; i < atOnce; i++) send();
    });
};

const directory = () => join(root, String(logs++));
const bench = new Bench({ time: 1500, warmupTime: 300, retainSamples: true });
const perRun = new Map();
const add = (name, count, run) => {
  perRun.set(name, count);
  bench.add(name, run);
};

for (const keys of [1_000, 1_000_000]) {
  const pullOne = pair(keys);
  add(`pull of one write, ${keys.toLocaleString('en')} keys`, 1000, () => {
    let overriddenDuration = 0;
    for (let i = 0; i < 1000; i++) overriddenDuration += pullOne();
    return { overriddenDuration };
  });
}
for (const atOnce of [1, 16, 256]) {
  add(`put, memory, ${atOnce} at once`, 1024, await putter(createMemoryLog(), atOnce, 1024));
  add(`put, journal, ${atOnce} at once`, 1024, await putter(createJournaledLog(directory()), atOnce, 1024));
  add(`put, database alone, ${atOnce} at once`, 1024, await putter(createLevelLog(directory()), atOnce, 1024));
}
add('put, fsync, 256 at once', 1024, await putter(createJournaledLog(directory(), { fsync: true }), 256, 1024));

await bench.run();

const microseconds = (task) => (task.result.latency.p50 * 1000) / perRun.get(task.name);
console.log(`${cpus().length} x ${cpus()[0].model}, Node ${process.version}; medians`);
console.table(
  Object.fromEntries(
    bench.tasks.map((task) => [
      task.name,
      { 'µs each': Number(microseconds(task).toFixed(2)), 'per second': Math.round(1e6 / microseconds(task)) },
    ]),
  ),
);
const [few, many] = bench.tasks.map(microseconds);
console.log(`pull of one write, 1,000,000 keys to 1,000 keys: ratio ${(many / few).toFixed(2)}`);

for (const replica of opened) await replica.close();
rmSync(root, { recursive: true });

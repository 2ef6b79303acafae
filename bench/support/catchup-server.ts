/**
 * A server in a process of its own, for `bench/catchup.ts`, that says how long its event loop stood still and how much memory it had. Told over
 * IPC: first what it is; then `begin` (measure from now on) and `stats`.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import * as E from 'fp-ts/lib/Either.js';
import { openDurable } from '#bayou/impl/durable.js';
import { createDiskLog } from '#bayou/impl/log/disk-log.js';
import { startServer } from '#bayou/net/server.js';

/**
 * A server to start. With `puts` above 0 the process fills its log with so many puts and ends: the process that is measured later starts with an empty
 * memory.
 */
export interface CatchupServer {
  readonly id: number;
  readonly dir: string;
  readonly secret: string;
  readonly puts: number;
  readonly valueBytes: number;
}

/** A message of the server: where it listens, and later its longest stall and its memory. */
export type CatchupSays =
  | { readonly type: 'listening'; readonly port: number }
  | { readonly type: 'stats'; readonly stallMs: number; readonly rssMiB: number };

const QUIET = { debug: () => undefined, info: () => undefined, warn: console.error, error: console.error };
/** Puts that are made before the log is waited for. */
const AT_ONCE = 256;

const fill = async ({ id, dir, puts, valueBytes }: CatchupServer): Promise<void> => {
  const opened = await openDurable(createDiskLog(dir), { server: id, freshIncarnation: 0 });
  if (E.isLeft(opened)) throw new Error(opened.left.message);
  const durable = opened.right;
  const value = 'v'.repeat(valueBytes);
  for (let i = 1; i <= puts; i++) {
    const key = `key${String(i).padStart(9, '0')}`;
    const done = new Promise((resolve) => {
      const put = { type: 'put', client: 9, session: '1', clientTime: i, replica: null, clock: 0, require: [] } as const;
      durable.handle({ ...put, key, value: `${i} ${value}` }, resolve);
    });
    if (i % AT_ONCE === 0 || i === puts) await done;
  }
  await durable.close();
};

const run = async (what: CatchupServer): Promise<void> => {
  if (what.puts > 0) {
    await fill(what);
    process.exit();
  }
  const started = await startServer({
    id: what.id,
    secret: what.secret,
    host: '127.0.0.1',
    ports: { wanted: 0, range: null },
    log: createDiskLog(what.dir),
    freshIncarnation: 0,
    antiEntropyMs: 250,
    timeoutMs: 5_000,
    refused: [],
    logger: QUIET,
    trace: undefined,
    name: `server-${what.id}`,
  });
  if (E.isLeft(started)) throw new Error(started.left);
  const delay = monitorEventLoopDelay({ resolution: 5 });
  let rss = 0;
  const sample = (): void => {
    rss = Math.max(rss, process.memoryUsage.rss());
  };
  process.on('message', (message) => {
    if (message === 'begin') {
      rss = 0;
      delay.reset();
      delay.enable();
      setInterval(sample, 20);
    } else {
      sample();
      process.send?.({ type: 'stats', stallMs: delay.max / 1e6, rssMiB: rss / 2 ** 20 } satisfies CatchupSays);
    }
  });
  process.send?.({ type: 'listening', port: started.right.address.port } satisfies CatchupSays);
};

process.once('message', (what) => void run(what as CatchupServer));

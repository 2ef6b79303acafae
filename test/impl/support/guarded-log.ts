/** The log of server 1 with the guard that ships, and puts into it. */
import { openDurable, type DurableReplica } from '#bayou/impl/durable.js';
import { createDiskLog, type DiskLogOptions } from '#bayou/impl/log/disk-log.js';
import { socketGuard } from '#bayou/net/socket-guard.js';
import { right } from '../../support/right.js';
import { putOf } from './puts.js';

export const open = async (directory: string, options: DiskLogOptions = {}): Promise<DurableReplica> =>
  right(await openDurable(createDiskLog(directory, { guard: socketGuard, ...options }), { server: 1 }));

/** Makes put `n`. Resolves with its stamp, or with the kind of another answer. */
export const put = (replica: DurableReplica, n: number): Promise<string> =>
  new Promise((resolve) =>
    replica.handle(putOf(n, `k${n}`, `v${n}`), (a) => resolve(a.type === 'accepted' ? `${a.stamp.t}@${a.stamp.r}` : a.type)),
  );

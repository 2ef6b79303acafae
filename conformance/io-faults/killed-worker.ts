/**
 * The process that `kill-at-calls.ts` kills. It opens the log of server 1 in a folder, prints the state of the log, and does puts; each acknowledged put
 * is a line. Arguments: the folder, `fsync` or `plain`, the number of puts (0: it only prints the state), the client time before the first put.
 */
import { writeSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { openDurable } from '#bayou/impl/durable.js';
import { createDiskLog } from '#bayou/impl/log/disk-log.js';
import { clockOf } from '#bayou/impl/replica.js';

const [folder = '', mode = '', puts = '0', before = '0'] = process.argv.slice(2);
const say = (line: string): void => void writeSync(1, `${line}\n`);

const log = createDiskLog(folder, { takeInCount: 4, fileBytes: 600, sealMs: 0, fsync: mode === 'fsync' });
const opened = await openDurable(log, { server: 1, freshIncarnation: 0 });
if (E.isLeft(opened)) {
  say(`refused ${opened.left.message}`);
} else {
  const { replica } = opened.right;
  say(`open ${opened.right.found} ${replica.id} ${clockOf(replica)}`);
  for (let i = 1; i <= Number(puts); i++) {
    const clientTime = Number(before) + i;
    const put = { type: 'put', client: 9, session: '5e55', replica: null, clientTime, clock: 0, require: [] } as const;
    const answer = await new Promise<string>((resolve) => {
      opened.right.handle({ ...put, key: `k${i % 3}`, value: 'v'.repeat(60) }, (a) => {
        resolve(a.type === 'accepted' ? `accepted ${a.stamp.t}` : a.type);
      });
    });
    say(answer);
    // The database takes the journal in meanwhile.
    if (i % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await opened.right.close();
  say('closed');
}

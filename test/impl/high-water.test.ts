import { appendFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openDurable } from '#bayou/impl/durable.js';
import { createDiskLog } from '#bayou/impl/log/disk-log.js';
import { HIGH_WATER } from '#bayou/impl/log/high-water.js';
import { withDirectory } from './support/log-image.js';
import { putOf } from './support/puts.js';
import { right } from '../support/right.js';

test('bytes behind the high-water mark are noticed by the start after them, and by that one alone (R7a)', () =>
  withDirectory(async (directory) => {
    let puts = 0;
    /** Opens the log, puts once, and closes it: how it was found, and as which replica it went on. */
    const life = async (): Promise<readonly [string, string]> => {
      const opened = right(await openDurable(createDiskLog(directory), { server: 1 }));
      await new Promise((resolve) => opened.handle(putOf(++puts, 'k', `v${puts}`), resolve));
      await opened.close();
      return [opened.found, opened.replica.id];
    };
    const [, first] = await life();
    expect(await life()).toEqual(['whole', first]);
    const { size } = statSync(join(directory, HIGH_WATER));
    appendFileSync(join(directory, HIGH_WATER), 'more');
    const [found, renewed] = await life();
    expect([found === 'whole', renewed === first]).toEqual([false, false]);
    expect(statSync(join(directory, HIGH_WATER)).size).toBe(size);
    expect(await life()).toEqual(['whole', renewed]);
  }));

/** What is refused by its files is refused before LevelDB opens it, and stays as it is (R10). */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { withDirectory } from './support/log-image.js';
import { openKillable } from './support/killable.js';
import { putOf } from './support/puts.js';

const make = async (data: string, count: number): Promise<void> => {
  const opened = await openKillable(data);
  if (E.isLeft(opened)) throw new Error(opened.left.message);
  for (let n = 1; n <= count; n++) opened.right.replica.handle(putOf(n, `k${n}`, `v${n}`), () => undefined);
  await new Promise((resolve) => setImmediate(resolve));
  await opened.right.kill();
};

/** Every file of the log itself, with its bytes. */
const filesOf = (data: string): ReadonlyArray<readonly [string, string]> =>
  readdirSync(data, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => [name, readFileSync(join(data, name), 'latin1')] as const);

const CASES: Record<
  string,
  { readonly owner: number; readonly hurt: (data: string, other: string) => void; readonly says: RegExp }
> = {
  "another server's": { owner: 2, hurt: () => undefined, says: /is server 1's, not server 2's/ },
  "with another log's journal": {
    owner: 1,
    hurt: (data, other) => {
      const name = readdirSync(other).find((n) => n.endsWith('.wal'))!;
      writeFileSync(join(data, 'journal-0000000000000099.wal'), readFileSync(join(other, name)));
    },
    says: /belongs to another log; nothing in it was changed/,
  },
  'without its CURRENT': {
    owner: 1,
    hurt: (data) => writeFileSync(join(data, 'CURRENT'), 'MANIFEST-999999\n'),
    says: /CURRENT does not name a manifest; nothing in it was changed/,
  },
};

test.each(Object.entries(CASES))('%s: refused, untouched', (_, { owner, hurt, says }) =>
  withDirectory(async (root) => {
    const [data, other] = [join(root, 'data'), join(root, 'other')];
    await make(data, 5);
    await make(other, 5);
    cpSync(data, join(root, 'kept'), { recursive: true });
    hurt(data, other);
    const before = filesOf(data);
    const opened = await openKillable(data, {}, { server: owner });
    expect(opened).toMatchObject({ left: { message: expect.stringMatching(says) as string } });
    expect(filesOf(data)).toEqual(before);
  }),
);

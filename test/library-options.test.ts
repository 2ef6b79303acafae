/** The library says what is wrong with its options in one line, and never throws. */
import * as E from 'fp-ts/lib/Either.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { connect, startServer } from '../src/index.js';
import { seedOr } from './support/seeds.js';
import { right } from './support/right.js';

const SECRET = 'a secret that is long enough';
const server = { id: 0, port: 1 };

type Wrong = readonly [options: unknown, said: string];

const CONNECT: ReadonlyArray<Wrong> = [
  [undefined, 'connect: expected an object of options, but it is missing'],
  [{ secret: SECRET }, 'connect: servers: expected a list'],
  [{ servers: [server] }, 'connect: secret: expected a text of 16 to 4096 characters'],
  [{ servers: [server], secret: 'short' }, 'connect: secret: expected a text of 16 to 4096 characters'],
  [{ servers: [{ id: -1, port: 1 }], secret: SECRET }, 'connect: servers: expected a list'],
  [{ servers: [{ id: 0, port: 70_000 }], secret: SECRET }, 'connect: servers: expected a list'],
  [{ servers: [{ id: 0, port: 1, host: 7 }], secret: SECRET }, 'connect: servers: expected a list'],
  [{ servers: [server], secret: SECRET, timeoutMs: 0 }, 'connect: timeoutMs: expected a whole number from 1'],
  [{ servers: [server], secret: SECRET, timeoutMs: NaN }, 'connect: timeoutMs: expected a whole number from 1'],
  [{ servers: [server], secret: SECRET, logLevel: 'loud' }, 'connect: logLevel: expected one of trace'],
  [{ servers: [server], secret: SECRET, tls: { ca: 7 } }, 'connect: tls: expected an object with PEM texts'],
  [{ servers: [server], secret: SECRET, token: 7 }, 'connect: token: it is no token of a session'],
  ...[{ scope: 'Store' }, { readYourWrites: 'no' }, { monotonicWrite: true }, { writesFollowReads: 1 }].map(
    (guarantees): Wrong => [
      { servers: [server], secret: SECRET, guarantees },
      'connect: guarantees: expected an object of guarantees',
    ],
  ),
  [{ servers: [server], secret: SECRET, timeout: 7 }, "connect: there is no option 'timeout'; the options are servers, secret,"],
];

const START: ReadonlyArray<Wrong> = [
  [null, 'startServer: expected an object of options, but it is null'],
  [{}, 'startServer: id: expected a non-negative integer, but it is missing'],
  [{ id: 1.5 }, 'startServer: id: expected a non-negative integer, but it is 1.5'],
  [{ id: 0, port: -1 }, 'startServer: port: expected a whole number from 0 to 65535, but it is -1'],
  [{ id: 0, port: '7000' }, 'startServer: port: expected a whole number from 0 to 65535, but it is "7000"'],
  [{ id: 0, secret: '' }, 'startServer: secret: expected a text of 16 to 4096 characters'],
  [{ id: 0, dataDir: 7 }, 'startServer: dataDir: expected a path of 1 to 4096 characters, without U+0000, but it is 7'],
  [{ id: 0, fsync: 'yes' }, 'startServer: fsync: expected true or false'],
  [{ id: 0, antiEntropyMs: Infinity }, 'startServer: antiEntropyMs: expected a whole number'],
  [{ id: 0, peers: [server, 7] }, 'startServer: peers: expected a list'],
  [{ id: 0, datadir: 'x' }, "startServer: there is no option 'datadir'; the options are id,"],
  [{ id: 0, metricsPort: 99_999 }, 'startServer: metricsPort: expected a whole number from 0 to 65535'],
];

describe('options that are wrong are one line', () => {
  test.each(CONNECT)('connect(%j)', async (options, said) => {
    const done = await connect(options as never);
    expect(E.isLeft(done) && done.left).toContain(said);
    expect(E.isLeft(done) && done.left).not.toContain('\n');
  });
  test.each(START)('startServer(%j)', async (options, said) => {
    const done = await startServer(options as never);
    expect(E.isLeft(done) && done.left).toContain(said);
  });
  test('a secret is never in the line', async () => {
    const done = await startServer({ id: 0, secret: 'tooshort' });
    expect(E.isLeft(done) && done.left).not.toContain('tooshort');
  });
  test('whatever is given, an Either comes back', () =>
    fc.assert(
      fc.asyncProperty(fc.anything(), async (options) => {
        expect(E.isLeft(await connect(options as never))).toBe(true);
      }),
      { seed: seedOr(11), numRuns: 200 },
    ));
});

test('keys and values that are neither text nor bytes are said to be, and nothing is sent', async () => {
  const started = right(await startServer({ id: 0, secret: SECRET, antiEntropyMs: 0, logLevel: 'silent' }));
  const session = right(await connect({ servers: [started], secret: SECRET }));
  for (const wrong of [undefined, null, 7, {}, [1], '\ud800', 'a\udc00b', '\udc00\ud800']) {
    expect(await session.put(wrong as never, 'v')).toEqual({ type: 'ERR_TYPE' });
    expect(await session.put('k', wrong as never)).toEqual({ type: 'ERR_TYPE' });
    expect(await session.get(wrong as never)).toEqual({ type: 'ERR_TYPE' });
  }
  expect(await started.link({ id: 1, port: 99_999 })).toEqual(
    E.left('link: port: expected a whole number from 1 to 65535, but it is 99999'),
  );
  expect(started.status()).toMatchObject({ keys: 0, failure: null, peers: [] });
  session.close();
  await started.close();
});

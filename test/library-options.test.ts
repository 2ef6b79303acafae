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
  [{ servers: 7, secret: SECRET }, 'connect: servers: expected a list, but it is 7'],
  [{ servers: Array(1_025).fill(server), secret: SECRET }, 'connect: servers: expected at most 1024 things, but there are 1025'],
  [
    { servers: [server, 7], secret: SECRET },
    'connect: servers[1]: expected a server with id, port and perhaps host, but it is 7',
  ],
  [
    { servers: [new Map()], secret: SECRET },
    'connect: servers[0]: expected a server with id, port and perhaps host, but it is a map',
  ],
  [
    { servers: [{ id: -1, port: 1 }], secret: SECRET },
    'connect: servers[0].id: expected a whole number from 0 to 9007199254740991, but it is -1',
  ],
  [
    { servers: [server, { id: 1, port: 70_000 }], secret: SECRET },
    'connect: servers[1].port: expected a whole number from 1 to 65535, but it is 70000',
  ],
  [
    { servers: [{ id: 1 }], secret: SECRET },
    'connect: servers[0].port: expected a whole number from 1 to 65535, but it is missing',
  ],
  [{ servers: [{ id: 0, port: 1, host: 7 }], secret: SECRET }, 'connect: servers[0].host: expected an address or a name'],
  [{ servers: [server], secret: SECRET, timeoutMs: 0 }, 'connect: timeoutMs: expected a whole number from 1'],
  [{ servers: [server], secret: SECRET, timeoutMs: NaN }, 'connect: timeoutMs: expected a whole number from 1'],
  [{ servers: [server], secret: SECRET, logLevel: 'loud' }, 'connect: logLevel: expected one of trace'],
  [{ servers: [server], secret: SECRET, tls: { ca: 7 } }, 'connect: tls.ca: expected a PEM text of at most'],
  [
    { servers: [server], secret: SECRET, tls: { crt: 'x' } },
    "connect: tls: there is no field 'crt'; the fields are cert, key, ca",
  ],
  [
    { servers: [server], secret: SECRET, tls: new Date(0) },
    'connect: tls: expected an object with PEM texts: cert, key, ca, but it is a date',
  ],
  [{ servers: [server], secret: SECRET, token: 7 }, 'connect: token: it is no token of a session'],
  ...(
    [
      [{ scope: 'Store' }, 'guarantees.scope: expected "key" or "store", but it is "Store"'],
      [{ readYourWrites: 'no' }, 'guarantees.readYourWrites: expected true or false, but it is "no"'],
      [{ writesFollowReads: 1 }, 'guarantees.writesFollowReads: expected true or false, but it is 1'],
      [{ monotonicWrite: true }, "guarantees: there is no field 'monotonicWrite'; the fields are readYourWrites, "],
      [[], 'guarantees: expected an object of guarantees, but it is an empty list'],
    ] as const
  ).map(([guarantees, said]): Wrong => [{ servers: [server], secret: SECRET, guarantees }, `connect: ${said}`]),
  [{ servers: [server], secret: SECRET, timeout: 7 }, "connect: there is no option 'timeout'; the options are servers, secret,"],
];

const START: ReadonlyArray<Wrong> = [
  [null, 'startServer: expected an object of options, but it is null'],
  [{}, 'startServer: id: expected a whole number from 0 to 9007199254740991, but it is missing'],
  [{ id: 1.5 }, 'startServer: id: expected a whole number from 0 to 9007199254740991, but it is 1.5'],
  [{ id: 0, port: -1 }, 'startServer: port: expected a whole number from 0 to 65535, but it is -1'],
  [{ id: 0, port: '7000' }, 'startServer: port: expected a whole number from 0 to 65535, but it is "7000"'],
  [{ id: 0, secret: '' }, 'startServer: secret: expected a text of 16 to 4096 characters'],
  [{ id: 0, dataDir: 7 }, 'startServer: dataDir: expected a path of 1 to 4096 characters, without U+0000, but it is 7'],
  [{ id: 0, fsync: 'yes' }, 'startServer: fsync: expected true or false'],
  [{ id: 0, antiEntropyMs: Infinity }, 'startServer: antiEntropyMs: expected a whole number'],
  [{ id: 0, peers: [server, 7] }, 'startServer: peers[1]: expected a server with id, port and perhaps host, but it is 7'],
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
  test('a secret is never in the line, nor is a private key', async () => {
    for (const wrong of [{ secret: 'tooshort' }, { tls: { key: ['tooshort'] } }, { tls: { key: 'tooshort\ud800' } }]) {
      const done = await startServer({ id: 0, ...wrong } as never);
      expect(E.isLeft(done) && done.left).toContain('but it is not');
      expect(E.isLeft(done) && done.left).not.toContain('tooshort');
    }
  });
  test('whatever is given, an Either comes back', () =>
    fc.assert(
      fc.asyncProperty(fc.anything(), async (options) => {
        expect(E.isLeft(await connect(options as never))).toBe(true);
      }),
      { seed: seedOr(11), numRuns: 200 },
    ));
});

describe('options that do not go together, or do nothing alone, are one line that names one', () => {
  test('a token has its guarantees', async () => {
    const started = right(await startServer({ id: 0, secret: SECRET, antiEntropyMs: 0, logLevel: 'silent' }));
    const options = { servers: [started], secret: SECRET };
    const first = right(await connect({ ...options, guarantees: { readYourWrites: false } }));
    const token = first.token();
    first.close();
    for (const guarantees of [{ scope: 'store' } as const, {}])
      expect(await connect({ ...options, token, guarantees })).toEqual(
        E.left(
          'connect: guarantees: not with token, which has those of its session; leave guarantees out, or begin a new session without token',
        ),
      );
    const next = right(await connect({ ...options, token, ...({ guarantees: undefined } as object) }));
    expect(next.token().guarantees).toEqual(token.guarantees);
    next.close();
    await started.close();
  });
  test.each([
    [
      { id: 0, fsync: true },
      'fsync: without dataDir the log is in memory, and nothing survives; give dataDir too, or leave fsync out',
    ],
    [
      { id: 0, newIncarnation: true },
      'newIncarnation: without dataDir each start is a new replica; give the dataDir that was put back, or leave newIncarnation out',
    ],
    [{ id: 0, metricsHost: '127.0.0.1' }, 'startServer: metricsHost: without metricsPort'],
  ] as const)('startServer(%j)', async (options, said) => {
    const done = await startServer(options);
    expect(E.isLeft(done) && done.left).toContain(said);
  });
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

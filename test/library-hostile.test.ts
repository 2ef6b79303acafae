/** Whatever the library's functions are given, in whichever option, they come to what they say: one line, or the thing. They never throw and never reject. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BayouServer, type BayouSession, connect, startServer } from '../src/index.js';
import { given, HOSTILE, hostile } from './support/hostile.js';
import { seedOr } from './support/seeds.js';
import { right } from './support/right.js';

const SECRET = 'a secret that is long enough';
const cwd = process.cwd();
const home = mkdtempSync(join(tmpdir(), 'bayou-hostile-'));

let server: BayouServer;
let session: BayouSession;
beforeAll(async () => {
  // Whatever folder a text names is in here.
  process.chdir(home);
  const started = right(await startServer({ id: 0, secret: SECRET, antiEntropyMs: 0, logLevel: 'silent' }));
  server = started;
  const opened = right(await connect({ servers: [server], secret: SECRET }));
  session = opened;
});
afterAll(async () => {
  session.close();
  await server.close();
  process.chdir(cwd);
  rmSync(home, { recursive: true, force: true });
});

/** What a function came to: also a throw in the call itself is one in the test. */
const lineOrThing = (done: E.Either<string, unknown>): void => {
  if (E.isRight(done)) return;
  expect(typeof done.left).toBe('string');
  expect(done.left.length).toBeGreaterThan(10);
  expect(done.left.length).toBeLessThan(1_000);
  expect(done.left).not.toMatch(/[\n\r]/);
};

const opening = async (options: unknown): Promise<void> => {
  const done = await connect(options as never);
  if (E.isRight(done)) done.right.close();
  lineOrThing(done);
};
const starting = async (options: unknown): Promise<void> => {
  const done = await startServer(options as never);
  if (E.isRight(done)) await done.right.close();
  lineOrThing(done);
};

const CONNECT = { servers: [{ id: 0, port: 1 }], secret: SECRET, timeoutMs: 50 };
const START = { id: 3, secret: SECRET, antiEntropyMs: 0, logLevel: 'silent' };
const CONNECT_FIELDS = ['servers', 'secret', 'tls', 'guarantees', 'token', 'timeoutMs', 'logLevel', 'another'];
const START_FIELDS = [
  ...['id', 'host', 'port', 'secret', 'tls', 'dataDir', 'fsync', 'antiEntropyMs', 'peers', 'incarnation', 'newIncarnation'],
  ...['metricsPort', 'metricsHost', 'logLevel', 'another'],
];
const NESTED: Readonly<Record<string, ReadonlyArray<string>>> = {
  servers: ['id', 'host', 'port'],
  peers: ['id', 'host', 'port'],
  tls: ['cert', 'key', 'ca'],
  guarantees: ['readYourWrites', 'scope'],
  token: ['version', 'client', 'clock', 'guarantees', 'wrote', 'read', 'floor', 'writeVector', 'readVector'],
};

/** Texts that name a host are looked up, and those that name a folder make it: only what can do no harm is tried. */
const isHarmless = (field: string, value: unknown): boolean => {
  if (typeof value !== 'string') return true;
  if (/host$/i.test(field)) return value === '' || /[\s\p{C}]/u.test(value) || value.length > 255;
  return field !== 'dataDir' || !/^\/|\.\./.test(value);
};

/** The options with a value in one field, or in a field of a field. */
const withIn = (options: object, field: string, inner: string | undefined, value: unknown): object => {
  if (inner === undefined) return { ...options, [field]: value };
  const whole = field === 'token' ? { ...session.token(), [inner]: value } : { id: 9, port: 1, [inner]: value };
  const one = field === 'tls' || field === 'guarantees' ? { [inner]: value } : whole;
  return { ...options, [field]: ['servers', 'peers'].includes(field) ? [one] : one };
};

const places = (fields: ReadonlyArray<string>): ReadonlyArray<readonly [string, string | undefined]> =>
  fields.flatMap((field) => [[field, undefined] as const, ...(NESTED[field] ?? []).map((inner) => [field, inner] as const)]);

describe.each([
  ['connect', CONNECT, places(CONNECT_FIELDS), opening],
  ['startServer', START, places(START_FIELDS), starting],
] as const)('%s', (_function, options, fields, call) => {
  test.each(fields)('%s %s: each hostile value', async (field, inner) => {
    for (const make of Object.values(HOSTILE)) {
      const value = make();
      if (isHarmless(inner ?? field, value)) await call(withIn(options, field, inner, value));
    }
  });

  test('each hostile value in place of its options', async () => {
    for (const make of Object.values(HOSTILE)) await call(make());
  });

  test('anything anywhere', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...fields), hostile), { minLength: 1, maxLength: 3 }),
        async (changes) => {
          let changed: object = options;
          for (const [[field, inner], value] of changes)
            if (isHarmless(inner ?? field, value)) changed = withIn(changed, field, inner, value);
          await call(changed);
        },
      ),
      { seed: seedOr(21), numRuns: 400 },
    ));

  test('options that are a proxy or an instance, and fields that are something else each time they are read', async () => {
    class Options {
      get secret(): string {
        return SECRET;
      }
      get servers(): unknown {
        return CONNECT.servers;
      }
      readonly id = 3;
    }
    for (const whole of [new Options(), new Proxy(options, {})]) await call(whole);
    for (const [name, good] of Object.entries(options))
      for (const make of Object.values(HOSTILE)) {
        let reads = 0;
        const turning = Object.defineProperty({ ...options }, name, {
          enumerable: true,
          get: () => (reads++ === 0 ? good : make()),
        });
        await call(turning);
        expect(reads).toBeLessThan(2);
      }
  });
});

describe('what is open', () => {
  const PUTS = /^(accepted|ERR_SIZE|ERR_TYPE)$/;
  const GETS = /^(value|ERR_KEY|ERR_SIZE|ERR_TYPE)$/;
  const use = async (value: unknown): Promise<void> => {
    expect((await session.put(value as never, 'v')).type).toMatch(PUTS);
    expect((await session.put('k', value as never)).type).toMatch(PUTS);
    expect((await session.get(value as never)).type).toMatch(GETS);
    lineOrThing(await server.link(value as never));
    for (const inner of ['id', 'host', 'port'])
      if (isHarmless(inner, value)) lineOrThing(await server.link({ id: 9, port: 1, [inner]: value }));
  };

  test('takes each hostile value', async () => {
    for (const make of Object.values(HOSTILE)) await use(make());
    expect(server.status().failure).toBeNull();
  });
  test('takes anything', () =>
    fc.assert(
      fc.asyncProperty(hostile, (it) => use(given(it))),
      { seed: seedOr(22), numRuns: 200 },
    ));

  test('keeps what was put as it was at the call', async () => {
    const bytes = new Uint8Array([1, 2, 3]);
    const put = session.put('k', bytes);
    bytes.fill(9);
    expect(await put).toMatchObject({ type: 'accepted' });
    expect(await session.get('k')).toMatchObject({ bytes: Buffer.from([1, 2, 3]) });
    expect(await session.put('k', HOSTILE['bytes whose length is a lie']?.() as never)).toMatchObject({ type: 'accepted' });
    expect(await session.get('k')).toMatchObject({ bytes: Buffer.alloc(4) });
  });
});

describe('what is closed, or is being closed', () => {
  const opened = async () => {
    const started = right(await startServer({ id: 0, secret: SECRET, antiEntropyMs: 0, logLevel: 'silent' }));
    const connected = right(await connect({ servers: [started], secret: SECRET, timeoutMs: 200 }));
    return { server: started, session: connected };
  };

  /** What can be done to a server and a session of it, each with something hostile; what it came to is looked at. */
  const DEEDS: Readonly<Record<string, (its: Awaited<ReturnType<typeof opened>>, value: unknown) => Promise<void>>> = {
    put: async ({ session: its }, value) =>
      expect((await its.put('k', value as never)).type).toMatch(/^(accepted|UNKNOWN|ERR_(CONN|SIZE|TYPE|DEP))$/),
    get: async ({ session: its }, value) =>
      expect((await its.get(value as never)).type).toMatch(/^(value|ERR_(CONN|KEY|SIZE|TYPE|DEP))$/),
    token: async ({ session: its }) => opening({ servers: [server], secret: SECRET, token: its.token() }),
    link: async ({ server: its }, value) => lineOrThing(await its.link(value as never)),
    status: ({ server: its }) => {
      expect(its.status().failure).toBeNull();
      return Promise.resolve();
    },
    'close the session': ({ session: its }) => {
      its.close();
      return Promise.resolve();
    },
    'close the server': async ({ server: its }) => {
      await its.close();
    },
  };

  test('does what it says, in whatever order, one after the other or at once', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.constantFrom(...Object.keys(DEEDS)), hostile), { minLength: 2, maxLength: 8 }),
        fc.boolean(),
        async (deeds, atOnce) => {
          const its = await opened();
          const running: Promise<void>[] = [];
          for (const [name, value] of deeds) {
            const done = DEEDS[name]!(its, given(value));
            running.push(done);
            if (!atOnce) await done;
          }
          await Promise.all(running);
          its.session.close();
          await its.server.close();
        },
      ),
      { seed: seedOr(23), numRuns: 60 },
    ));
});

describe('what makes no sense', () => {
  const other = { id: 1, port: 7001 };
  test.each([
    ['startServer: peers: server 1 is this server itself', () => startServer({ id: 1, peers: [other] })],
    ['startServer: peers: server 1 is there twice', () => startServer({ id: 0, peers: [other, { id: 1, port: 7002 }] })],
    ['startServer: peers[0].port: expected a whole number', () => startServer({ id: 0, peers: [{ id: 1, port: 0 }] })],
    ['startServer: dataDir: expected a path', () => startServer({ id: 0, dataDir: 'a\0b' })],
    ['startServer: secret: expected a text of 16 to 4096 characters', () => startServer({ id: 0, secret: `${SECRET}\ud800` })],
    ['startServer: host: expected an address or a name', () => startServer({ id: 0, host: 'a b' })],
    ['connect: servers: server 1 is there twice', () => connect({ servers: [other, other], secret: SECRET })],
    ['connect: servers[0].port: expected a whole number', () => connect({ servers: [{ id: 1, port: 0 }], secret: SECRET })],
    ['link: id: server 0 is this server itself', () => server.link({ id: 0, port: server.port })],
    ['link: port: expected a whole number from 1 to 65535, but it is 0', () => server.link({ id: 1, port: 0 })],
  ])('%s', async (said, call: () => Promise<E.Either<string, unknown>>) => {
    const done = await call();
    expect(E.isLeft(done) && done.left).toContain(said);
  });

  test('a relative folder where the folder of the process is gone', async () => {
    const gone = mkdtempSync(join(home, 'gone-'));
    process.chdir(gone);
    rmSync(gone, { recursive: true });
    const done = await startServer({ id: 0, dataDir: 'data' });
    process.chdir(home);
    expect(done).toEqual(
      E.left('startServer: dataDir: data is relative, and the folder that this process is in is not there any more'),
    );
  });
});

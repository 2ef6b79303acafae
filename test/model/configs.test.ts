import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import { checkComponents } from '#bayou/checker/index.js';
import { decodeConfig, DEFAULTS, type Config } from '#bayou/model/checking/config.js';
import { PROPERTIES } from '#bayou/model/checking/sentences.js';
import type { Server } from '#bayou/model/protocol/server.js';
import type { Session } from '#bayou/model/protocol/session.js';
import { bayou } from '#bayou/model/system.js';
import { explore } from '../support/bfs.js';
import { configured } from '../support/configs.js';

const folder = new URL('../../spec/configs/', import.meta.url);
const files = readdirSync(folder).filter((f) => f.endsWith('.json'));

const read = (file: string): Config => configured(basename(file, '.json'));

test('every configuration decodes, is called like its file, and says what it is for and what is expected', () => {
  for (const file of files) {
    expect(JSON.parse(readFileSync(new URL(file, folder), 'utf8'))).toHaveProperty('expect');
    const config = read(file);
    expect(`${config.name}.json`).toBe(file);
    expect(config.about).not.toBe('');
  }
  expect(files.length).toBeGreaterThanOrEqual(12);
});

describe('each variant is violated as its configuration says (section 6)', () => {
  const broken = files.map(read).filter((c) => c.expect !== 'holds' && c.expect.violated !== 'SETTLE');
  test.each(broken.map((c) => [c.name, c] as const))('%s', (_name, config) => {
    const { violated } = explore(bayou(config));
    expect(violated?.name).toBe(config.expect === 'holds' ? '' : PROPERTIES[config.expect.violated].name);
  });
  test('all eleven are there, and nothing else is broken', () => {
    expect(new Set(broken.map((c) => c.variant))).toEqual(
      new Set(['V1', 'V2', 'V3', 'V4', 'V5', 'V6', 'V7', 'V8', 'V9', 'V10', 'V11']),
    );
  });
  test('V1 breaks Monotonic Reads on bayou-s with 2 servers, 1 client, 1 key, 2 puts, and nothing smaller does', () => {
    const v1 = read('v1-original-clock.json');
    expect(explore(bayou(v1)).violated?.trace).toEqual([
      'Put c11 s1 a',
      'Get c11 s1 a',
      'Put c11 s0 a',
      'Pull s0 s1',
      'Get c11 s0 a',
    ]);
    for (const smaller of [{ puts: 1 }, { puts: 1, clients: 2 }, { servers: 1, puts: 3 }, { servers: 1, clients: 2, puts: 3 }])
      expect(explore(bayou({ ...v1, ...smaller })).violated).toBeUndefined();
  });
});

/** A variant at its smallest: the shortest way, and what is smaller in one bound and breaks nothing. */
const SMALLEST: ReadonlyArray<readonly [name: string, trace: ReadonlyArray<string>, smaller: ReadonlyArray<Partial<Config>>]> = [
  [
    'v9-reused-session',
    ['Put c11 s0 a', 'StartSession c11 anew', 'Put c11 s0 a'],
    [
      { puts: 1, servers: 2 },
      { variant: 'FIXED', puts: 3 },
      { variant: 'FIXED', servers: 2, clients: 2 },
    ],
  ],
  [
    'v10-rolled-back',
    ['Copy s0', 'Put c11 s0 a', 'Pull s1 s0', 'Kill s0', 'PutBack s0', 'Put c12 s0 a'],
    [{ servers: 1, puts: 3 }, { clients: 1, puts: 3 }, { puts: 1 }, { variant: 'FIXED' }],
  ],
  [
    'v11-repeat-anywhere',
    ['Put c11 s1 a', 'PutUnanswered c12 s1 a', 'RepeatPut c12 s0', 'Put c12 s0 a'],
    [{ servers: 1 }, { clients: 1 }, { puts: 2 }, { variant: 'FIXED' }],
  ],
];

describe('V9, V10 and V11 at their smallest', () => {
  test.each(SMALLEST)('%s', async (name, trace, smaller) => {
    const config = read(`${name}.json`);
    expect(explore(bayou(config)).violated?.trace).toEqual(trace);
    for (const fields of smaller) {
      const { verdict } = await checkComponents(bayou({ ...config, ...fields }));
      expect([fields, verdict]).toEqual([fields, 'holds']);
    }
  });

  test('V9 from a token: the put after the token is taken for the one that the session before made after it', () => {
    const model = bayou({ ...read('v9-reused-session.json'), puts: 3 });
    const interactions = model.interactions.filter(({ label }) => label.args[1] !== 'anew');
    expect(explore({ ...model, interactions }).violated?.trace).toEqual([
      'Put c11 s0 a',
      'TakeToken c11',
      'Put c11 s0 a',
      'StartSession c11 token',
      'Put c11 s0 a',
    ]);
  });
});

describe('the protocol as it is holds, and no witness is missing', () => {
  const small = [
    ...['unknown-outcome', 'four-guarantees', 'client-links', 'bayou-s-2212'],
    ...['late-puts-small', 'new-sessions-small', 'put-back-small'],
  ];
  test.each(small)('%s', (name) => {
    const model = bayou(read(`${name}.json`));
    const found = explore(model);
    expect(found.violated).toBeUndefined();
    expect(found.complete).toBe(true);
    const witnesses = model.properties.filter((p) => p.kind.startsWith('sometimes'));
    expect(witnesses.filter((p) => !found.reached.has(p.name))).toEqual(witnesses.filter((p) => p.impossible !== undefined));
  });
});

describe('a wrong configuration is refused with a line that begins with the field', () => {
  const wrong = (fields: object): ReadonlyArray<string> => {
    const decoded = decodeConfig(fields);
    return E.isLeft(decoded) ? decoded.left : [];
  };
  test.each([
    [{ servers: 0 }, 'servers: expected a whole number from 1 to 9, but it is 0'],
    [{ servers: '3' }, 'servers: expected a whole number from 1 to 9, but it is "3"'],
    [{ variant: 'V12' }, 'variant: expected one of FIXED, V1, V2, V3, V4, V5, V6, V7, V8, V9, V10, V11, but it is "V12"'],
    [{ severs: 3 }, 'severs: there is no such field; the fields are name,'],
    [{ losses: 1 }, 'losses: only the grain "messages" has messages to lose'],
    [{ grain: 'messages' }, 'inFlight: at the grain "messages" it must be at least 1'],
    [{ linkChanges: 1 }, 'linkChanges: with links "none" there are no links to change'],
    [{ lostAnswers: 1, placement: [[0], [1]] }, 'lostAnswers: answers are lost only to clients that roam'],
    [{ latePuts: 2, lostAnswers: 1 }, 'latePuts: it is 2, and as many answers must be lost, but lostAnswers is 1'],
    [{ grain: 'messages', inFlight: 1, properties: ['LIVENESS'] }, 'inFlight: SETTLE needs room for every pull at once, 2'],
    [{ variant: 'V3' }, 'blankRestarts: V3 needs at least 1'],
    [{ variant: 'V9' }, 'newSessions: V9 needs at least 1'],
    [{ variant: 'V10' }, 'restores: V10 needs at least 1'],
    [{ variant: 'V11' }, 'lostAnswers: V11 needs at least 1'],
    [{ restores: 1 }, 'restores: it is 1, and as many servers must be killed, but kills is 0'],
    [{ clients: 2, placement: [[0]] }, 'placement: it has 1 entry for 2 clients'],
    [{ servers: 2, clients: 1, placement: [[2]] }, 'placement: it names a server above 1'],
    [{ properties: ['CONV'], expect: { violated: 'MR' } }, 'expect: MR is not among the properties that are checked'],
    [{ properties: ['CONV', 'REPEAT'] }, 'properties: REPEAT is about repeated puts, so lostAnswers must be at least 1'],
    [{ properties: ['CONV', 'LOST'] }, 'properties: LOST is about puts that may be taken for others'],
    [{ properties: ['WFR'] }, 'properties: WFR is about sessions that ask for writesFollowReads'],
    [{ sessions: { readYourWrites: true } }, 'sessions: expected the guarantees of every session'],
  ])('%j', (fields, message) => {
    const errors = wrong(fields);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toContain(message);
  });
  test('every wrong field has its line', () => {
    expect(wrong({ servers: 0, keys: -1, puts: 1.5 })).toHaveLength(3);
  });
  test('what is no object is refused', () => {
    expect(wrong([])).toEqual(['a configuration is a JSON object, but this is []']);
    expect(decodeConfig({})).toEqual(E.right(DEFAULTS));
  });
});

test('R15: a get of a session that no server can be reached by is ERR_CONN, and leaves the session as it was', () => {
  const { interactions } = bayou(read('client-links.json'));
  const get = interactions.find(({ label }) => label.family === 'Get')!;
  const [session, ...replicas] = get.slots.map(({ initial }) => initial);
  const step = get.step as (...locals: ReadonlyArray<unknown>) => unknown;
  const key = String(get.label.args[1]);
  const alone = { ...(session as Session), servers: [] };
  const dead = replicas.map((replica) => ({ ...(replica as Server), up: false }));
  expect(step(session, ...replicas)).toMatchObject([{ note: expect.stringMatching(`^${key}:ERR_KEY at s`) as unknown }]);
  expect(step(alone, ...replicas)).toEqual([{ next: [alone, ...replicas], note: `${key}:ERR_CONN` }]);
  expect(step(session, ...dead)).toEqual([{ next: [session, ...dead], note: `${key}:ERR_CONN` }]);
});

/** Kinds of frames that must not be: each is sent by a stranger, or by somebody who knows the secret, in a connection of its own. */
import type { Party } from '../../../src/net/protocol.js';
import {
  ANSWERS,
  ASKS,
  CLIENT,
  MASTER,
  MISSING,
  NO_NUMBER,
  NO_PARTY,
  NO_TEXT,
  PULL_FIELDS,
  SERVER,
  get,
  pull,
  pulled,
  put,
  shown,
  spoilt,
  stamp,
  type Message,
} from './bad-fields.js';

/** How a stranger's bytes, or a member's, are made. */
export interface Hand {
  /** A frame as it goes in the handshake. */
  readonly frame: (value: unknown) => Buffer;
  /** The member's next frame, sealed as it must be. */
  readonly sealed: (value: unknown) => Buffer;
  /** The same of any text. */
  readonly sealedText: (text: string) => Buffer;
}

/** One kind. */
export interface Kind {
  readonly name: string;
  /** Who sends it after the handshake; null: a stranger before it, who has said hello or not. */
  readonly as: Party | null;
  readonly saysHello: boolean;
  /** Does the server have to hang up because of it? Else it may leave it aside, or say no. */
  readonly isCut: boolean;
  readonly bytes: (hand: Hand) => Buffer;
}

/** A frame of this length with these bytes behind it, however many. */
const raw = (length: number, payload: Buffer | string = ''): Buffer => {
  const header = Buffer.alloc(4);
  header.writeUInt32BE(length);
  return Buffer.concat([header, Buffer.from(payload as string, 'latin1')]);
};
const framed = (text: string): Buffer => raw(text.length, text);

/** A member's frame of a kind for which the server hangs up. */
const member = (name: string, bytes: Kind['bytes'], as: Party = CLIENT): Kind => ({
  name,
  as,
  saysHello: true,
  isCut: true,
  bytes,
});

const spoiltFields = (what: 'ask' | 'answer', all: ReadonlyArray<Message>): Kind[] =>
  all.flatMap(({ as, good, bad }) =>
    Object.entries(bad).flatMap(([field, values]) =>
      values.map((value) =>
        member(
          `${what} ${String(good['type'])}, ${field}: ${shown(value)}`,
          ({ sealed }) => sealed({ id: 0, [what]: spoilt(good, field, value) }),
          as,
        ),
      ),
    ),
  );

const spoiltPulls = (): Kind[] =>
  Object.entries(PULL_FIELDS).flatMap(([field, values]) =>
    values.map((value) =>
      member(
        `a pull's ${field}: ${shown(value)}`,
        ({ sealed }) => sealed({ id: 0, ask: { type: 'namedPull', pull: 'p', ask: spoilt(pull, field, value) } }),
        SERVER,
      ),
    ),
  );

// --- envelopes, seals, lengths ---------------------------------------------------------------------------------------------

const envelopes = (): Kind[] => [
  ...NO_NUMBER.map((id) =>
    member(`an ask whose id is ${shown(id)}`, ({ sealed }) => sealed(spoilt({ id: 0, ask: get }, 'id', id))),
  ),
  ...NO_NUMBER.map((id) =>
    member(`a bye from ${shown(id)}`, ({ sealed }) => sealed({ bye: id === MISSING ? undefined : id, x: 0 })),
  ),
  ...[
    null,
    1,
    'x',
    true,
    [],
    {},
    [1, 2],
    { id: 0 },
    { ask: get },
    { id: 0, ask: null },
    { id: 0, ask: [] },
    { id: 0, ask: { type: 'rm' } },
  ].map((value) => member(`a frame that is ${shown(value)}`, ({ sealed }) => sealed(value))),
  ...[
    { type: 'working', x: { deep: [] } },
    { type: 'nothing' },
    null,
    1,
    { type: 'stored', entries: [['k']] },
    { type: 'stored', entries: [[1, 2]] },
  ]
    .slice(1)
    .map((part) => member(`a part that is ${shown(part)}`, ({ sealed }) => sealed({ id: 0, part }))),
];

const texts = (): Kind[] => [
  ...[
    '',
    '{',
    '[',
    '"',
    'nul',
    'NaN',
    '{"id":0,}',
    "{'id':0}",
    '\0',
    '\u00ef\u00bb\u00bf{}',
    '{"id":0}{"id":1}',
    '1e',
    '\\u0041',
    '// {}',
  ].map((text) => member(`a sealed text that is no JSON: ${JSON.stringify(text)}`, ({ sealedText }) => sealedText(text))),
  ...[1_000, 100_000].map((depth) =>
    member(`a list ${depth} deep`, ({ sealedText }) => sealedText('['.repeat(depth) + ']'.repeat(depth))),
  ),
  member('fields 20,000 deep', ({ sealedText }) => sealedText(`${'{"ask":'.repeat(20_000)}1${'}'.repeat(20_000)}`)),
  member('100,000 fields', ({ sealed }) => sealed(Object.fromEntries(Array.from({ length: 100_000 }, (_, i) => [`f${i}`, i])))),
  member('__proto__ in place of an ask', ({ sealedText }) => sealedText('{"id":0,"__proto__":{"ask":{"type":"sync"}}}')),
  member('a vector of 70,000 entries', ({ sealed }) =>
    sealed({ id: 0, ask: { ...get, require: Array.from({ length: 70_000 }, (_, i) => [`${i}.0`, 1]) } }),
  ),
];

const flipped = (frame: Buffer, at: number): Buffer => {
  const copy = Buffer.from(frame);
  copy[at < 0 ? copy.length + at : at]! ^= 1;
  return copy;
};

const seals = (): Kind[] => [
  member('an ask that is not sealed', ({ frame }) => frame({ id: 0, ask: get })),
  member('noise', () => framed('\u0007'.repeat(200))),
  ...[0, 1, 15, 16].map((n) => member(`a sealed frame of ${n} bytes`, () => raw(n, 'x'.repeat(n)))),
  ...[4, 10, -1, -16, -17].map((at) =>
    member(`a bit of byte ${at} is another`, ({ sealed }) => flipped(sealed({ id: 0, ask: get }), at)),
  ),
  member('a frame twice', ({ sealed }) => {
    const frame = sealed({ id: 0, ask: get });
    return Buffer.concat([frame, frame]);
  }),
  member('two frames in the other order', ({ sealed }) => {
    const first = sealed({ id: 0, ask: get });
    return Buffer.concat([sealed({ id: 1, ask: get }), first]);
  }),
  member('a frame that is left out', ({ sealed }) => {
    sealed({ id: 0, ask: get });
    return sealed({ id: 1, ask: get });
  }),
  // The next frame's length takes the place of what is missing. One byte of it is the seal's last byte in one run of 256.
  member('a frame without its last four bytes, and the next one', ({ sealed }) =>
    Buffer.concat([sealed({ id: 0, ask: get }).subarray(0, -4), sealed({ id: 1, ask: get })]),
  ),
  member('a byte between two frames', ({ sealed }) =>
    Buffer.concat([sealed({ id: 0, ask: get }), Buffer.from([0]), sealed({ id: 1, ask: get }), Buffer.alloc(8)]),
  ),
];

const LENGTHS = [4 * 2 ** 20 + 1, 2 ** 24, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1];

const lengths = (): Kind[] => [
  ...LENGTHS.map((n) => member(`a frame that says it has ${n} bytes`, () => raw(n, 'x'))),
  ...[1, 2, 3].map((n): Kind => ({ ...member(`${n} bytes of a length`, () => raw(1).subarray(0, n)), isCut: false })),
  ...[5, 1_000, 1_000_000, 4 * 2 ** 20].map((n): Kind => ({
    ...member(`a frame of ${n} bytes that ends before its last`, () => raw(n, 'x'.repeat(n - 1))),
    isCut: false,
  })),
];

/** Messages that are well made, but which their sender may not send, or not now. */
const outOfPlace = (): Kind[] => {
  const asked = (name: string, as: Party, ask: unknown): Kind => ({
    ...member(name, ({ sealed }) => sealed({ id: 0, ask }), as),
    isCut: false,
  });
  return [
    ...['sync', 'store', 'members'].map((type) => asked(`a client asks for '${type}'`, CLIENT, { type })),
    ...['sync', 'store', 'members'].map((type) => asked(`a server asks for '${type}'`, SERVER, { type })),
    asked('a client puts as another', CLIENT, { ...put, client: 9 }),
    asked('a client gets as another', CLIENT, { ...get, client: 9 }),
    asked('a client pulls', CLIENT, { type: 'namedPull', pull: 'p', ask: pull }),
    asked('a client unlinks', CLIENT, { type: 'unlink', peer: SERVER }),
    asked('a server puts', SERVER, { ...put, client: 67 }),
    asked('a master puts at a server', MASTER, { type: 'doPut', key: 'bad', value: 'v' }),
    asked('a key of 64 KiB and a byte', CLIENT, { ...put, key: 'k'.repeat(65_537) }),
    asked('a value of 512 KiB and a byte', CLIENT, { ...put, value: 'v'.repeat(524_289) }),
    asked('a clock at its end', CLIENT, { ...put, clock: 2 ** 53 - 1 }),
    asked('a put for another replica', CLIENT, { ...put, replica: '5.5' }),
    asked('a put that requires what nobody has', CLIENT, { ...put, require: [['5.5', 7]] }),
    ...[{ type: 'behind' }, { type: 'accepted', stamp }, pulled, { type: 'done' }].map((answer): Kind => ({
      ...member(`an answer that nobody waits for: ${answer.type}`, ({ sealed }) => sealed({ id: 7, answer }), SERVER),
      isCut: false,
    })),
    { ...member('a part that nobody waits for', ({ sealed }) => sealed({ id: 7, part: { type: 'working' } })), isCut: false },
    {
      ...member('a bye, and an ask after it', ({ sealed }) => Buffer.concat([sealed({ bye: 0 }), sealed({ id: 0, ask: get })])),
      isCut: false,
    },
  ];
};

// --- strangers -------------------------------------------------------------------------------------------------------------

const HELLO = { version: 2, from: CLIENT, nonce: 'n'.repeat(32) };

const stranger = (name: string, bytes: Kind['bytes'], saysHello = false): Kind => ({
  name: `${saysHello ? 'after hello' : 'a stranger'}: ${name}`,
  as: null,
  saysHello,
  isCut: true,
  bytes,
});

const strangers = (): Kind[] => [
  ...[false, true].flatMap((saysHello) => [
    ...[4_097, ...LENGTHS].map((n) => stranger(`a length of ${n}`, () => raw(n), saysHello)),
    ...[
      '',
      '{',
      'nul',
      '\0\0\0',
      '['.repeat(4_000),
      '[]',
      '{}',
      '1',
      '"x"',
      'null',
      '{"welcome":true}',
      '{"refused":"no"}',
      '{"proof":1}',
      '{"proof":""}',
      `{"proof":"${'0'.repeat(64)}"}`,
    ].map((text) => stranger(JSON.stringify(text.slice(0, 20)), () => framed(text), saysHello)),
    stranger('an ask', ({ frame }) => frame({ id: 0, ask: put }), saysHello),
    stranger('what is no frame at all', () => Buffer.from('GET / HTTP/1.1\r\nhost: x\r\n\r\n'), saysHello),
    stranger('a megabyte of small frames', () => Buffer.concat(Array.from({ length: 170_000 }, () => framed('[]'))), saysHello),
    stranger('a megabyte of nothing', () => Buffer.alloc(2 ** 20), saysHello),
  ]),
  stranger('the hello of TLS', () => Buffer.from('16030100c8010000c40303', 'hex')),
  stranger('hello twice', ({ frame }) => frame({ hello: HELLO }), true),
  ...(['version', 'from', 'nonce'] as const).flatMap((field) =>
    (field === 'version' ? [null, '2', -1, 1, 3, 2 ** 53, [], MISSING] : field === 'from' ? NO_PARTY : NO_TEXT).map((value) =>
      stranger(`a hello whose ${field} is ${shown(value)}`, ({ frame }) => frame({ hello: spoilt(HELLO, field, value) })),
    ),
  ),
];

/** All kinds; no two have one name. */
export const badFrames = (): ReadonlyArray<Kind> => [
  ...strangers(),
  ...lengths(),
  ...seals(),
  ...texts(),
  ...envelopes(),
  ...spoiltFields('ask', ASKS),
  ...spoiltPulls(),
  ...spoiltFields('answer', ANSWERS),
  ...outOfPlace(),
];

/** Values that a program in JavaScript can give to a function, made to make it throw, go on for ever, or believe what is not so. */
import fc from 'fast-check';

const thrower = (): never => {
  throw new Error('from what was given');
};

/** What is thrown need be no error either. */
const throwThat = (what: unknown): never => {
  throw what as Error;
};

/** Throws whatever is done with it. */
const throwing = (target: object): object =>
  new Proxy(target, Object.fromEntries(Object.getOwnPropertyNames(Reflect).map((trap) => [trap, thrower])));

const revoked = (target: object): object => {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
};

const cyclic = (): object => {
  const o: Record<string, unknown> = { id: 0, port: 1 };
  o['self'] = o;
  return o;
};
const cyclicList = (): unknown[] => {
  const list: unknown[] = [];
  list.push(list, list);
  return list;
};

/** Has whatever is asked of it, for ever. */
const endless = (target: object): object => {
  const proxy: object = new Proxy(target, { get: (_, name) => (name === Symbol.iterator ? undefined : proxy), has: () => true });
  return proxy;
};
const listOfLength = (length: unknown): object => new Proxy([], { get: (t, name) => (name === 'length' ? length : t[0]) });

const detached = (): Uint8Array => {
  const bytes = new Uint8Array(8);
  structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
  return bytes;
};
const lyingBytes = (name: string, get: () => unknown): Uint8Array => Object.defineProperty(new Uint8Array(4), name, { get });

class Secretive {
  readonly #secret = 7;
  get id(): number {
    return this.#secret;
  }
}
class OddBytes extends Uint8Array {
  static get [Symbol.species](): never {
    return thrower();
  }
}

/** Each with its name; made anew for every use. */
export const HOSTILE: Readonly<Record<string, () => unknown>> = {
  nothing: () => undefined,
  null: () => null,
  'no number': () => NaN,
  'minus zero': () => -0,
  infinity: () => Infinity,
  'a fraction': () => 0.5,
  'a negative number': () => -1,
  'a number beyond the exact ones': () => 2 ** 53,
  'the greatest number': () => Number.MAX_VALUE,
  'a large integer': () => 2n ** 200n,
  'a symbol': () => Symbol('x'),
  'an empty text': () => '',
  'half a surrogate pair': () => '\ud800'.padEnd(20, 'x'),
  'the other half': () => 'x'.repeat(20) + '\udc00',
  'a zero character': () => `${'x'.repeat(20)}\0y`,
  'line ends': () => `${'x'.repeat(20)}\r\n\u2028`,
  'a very long text': () => 'x'.repeat(10_000_000),
  'a function': () => () => 7,
  'a function that throws': () => thrower,
  'a class': () => Secretive,
  'an instance of a class': () => new Secretive(),
  'an object without a prototype': () => Object.create(null) as object,
  'a frozen object': () => Object.freeze({ id: 1, port: 1 }),
  'a circle': cyclic,
  'a list in itself': cyclicList,
  'a sparse list': () => Object.assign([], { length: 2 ** 31 }),
  'a long list': () => Array.from({ length: 100_000 }, () => 7),
  'a date': () => new Date(NaN),
  'a map': () => new Map([[{}, 1]]),
  'a set': () => new Set([1]),
  'a promise': () => Promise.resolve(7),
  'a thenable': () => ({ then: (done: (u: unknown) => void) => done(thrower) }),
  'a boxed text': () => Object('x'.repeat(20)) as object,
  'a boxed number': () => Object(1) as object,
  'a regular expression': () => /x/g,
  'a getter that throws': () => Object.defineProperty({}, 'id', { get: thrower, enumerable: true }),
  'conversions that throw': () => ({ toString: thrower, valueOf: thrower, toJSON: thrower, [Symbol.toPrimitive]: thrower }),
  'a proxy that throws': () => throwing({}),
  'a proxy of a list that throws': () => throwing([]),
  'a proxy of bytes that throws': () => throwing(new Uint8Array(4)),
  'a proxy of bytes': () => new Proxy(new Uint8Array(4), {}),
  'a proxy of a function that throws': () => throwing(thrower),
  'a revoked proxy': () => revoked({}),
  'a revoked proxy of a list': () => revoked([]),
  'a revoked proxy of a function': () => revoked(thrower),
  'one in each field of a token': () =>
    Object.fromEntries(['client', 'clock', 'guarantees', 'wrote', 'read', 'floor'].map((name) => [name, revoked(thrower)])),
  'a proxy that throws proxies': () =>
    new Proxy({}, { get: () => throwThat(throwing({})), ownKeys: () => throwThat(revoked({})) }),
  'an endless proxy': () => endless({}),
  'an endless proxy of a list': () => endless([]),
  'an endless proxy of a function': () => endless(thrower),
  'a list of no length': () => listOfLength(NaN),
  'a list of a length that is a text': () => listOfLength('x'),
  'a list of the greatest length': () => listOfLength(2 ** 53),
  'a list of a length that throws': () => listOfLength({ valueOf: thrower }),
  'a list of hostile things': () => [throwing({}), revoked([]), cyclic()],
  'bytes whose memory is gone': detached,
  'bytes whose length throws': () => lyingBytes('length', thrower),
  'bytes whose length is a lie': () => lyingBytes('byteLength', () => 2 ** 40),
  'bytes whose memory is a lie': () => lyingBytes('buffer', thrower),
  'bytes of another class': () => new OddBytes(4),
  'shared bytes': () => new Uint8Array(new SharedArrayBuffer(4)),
  'a buffer': () => Buffer.from('x'),
  'many bytes': () => new Uint8Array(100_000_000),
  'numbers of two bytes': () => new Uint16Array(4),
  'a view': () => new DataView(new ArrayBuffer(4)),
};

/** A hostile value by its name, which can be printed where the value cannot; or whatever else there is. */
export type Given = { readonly named: string } | { readonly value: unknown };
export const given = (g: Given): unknown => ('named' in g ? HOSTILE[g.named]?.() : g.value);

/** Any hostile value, and whatever else there is. */
export const hostile: fc.Arbitrary<Given> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...Object.keys(HOSTILE)).map((named) => ({ named })) },
  {
    weight: 2,
    arbitrary: fc
      .anything({
        withBigInt: true,
        withBoxedValues: true,
        withDate: true,
        withMap: true,
        withNullPrototype: true,
        withObjectString: true,
        withSet: true,
        withSparseArray: true,
        withTypedArray: true,
      })
      .map((value) => ({ value })),
  },
);

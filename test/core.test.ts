import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts/lib/index.js';
import { describe, expect, test } from 'vitest';
import { BytesC, bytesOfText, isBytes, quotedBytes, textOfBytes } from '../src/core/bytes.js';
import { flat } from '../src/core/codec.js';
import { incarnationOf, Natural, replicaId, ReplicaIdC, serverOf } from '../src/core/ids.js';
import { GetC, PullC, PutC } from '../src/core/messages.js';
import { StampC, VectorEntriesC, WriteC } from '../src/core/write.js';

describe('byte strings', () => {
  test('any text goes to UTF-8 bytes and back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(isBytes(bytesOfText(text))).toBe(true);
        expect(textOfBytes(bytesOfText(text))).toBe(text);
      }),
    );
  });
});

describe('bytes in a message', () => {
  test('have no control characters, and are cut where they are long', () => {
    expect(quotedBytes(bytesOfText('\u001b[31mé\u0007\u009b'))).toBe('\ufffd[31mé\ufffd\ufffd');
    expect(quotedBytes('x'.repeat(1_000_000))).toBe(`${'x'.repeat(200)}…`);
  });
});

describe('replica ids (R7)', () => {
  test('a replica id names its server and its incarnation', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (server, incarnation) => {
        const r = replicaId(server, incarnation);
        expect([serverOf(r), incarnationOf(r), ReplicaIdC.is(r)]).toEqual([server, incarnation, true]);
      }),
    );
  });

  test.each(['', '1', '1.', '01.0', '-1.0', '1.0.0', 1])('%j is not a replica id', (u) => expect(ReplicaIdC.is(u)).toBe(false));
});

describe('a flat codec', () => {
  const props = { n: Natural, r: ReplicaIdC, key: BytesC, vv: VectorEntriesC, type: t.literal('flat') };
  const [quick, strict] = [flat('Flat', props), t.strict(props, 'Flat')];
  const odd = fc.anything({ withNullPrototype: true });
  const nearly = fc.record(
    {
      n: fc.oneof(fc.nat(), odd),
      r: fc.oneof(fc.constant('1.0'), odd),
      key: fc.oneof(fc.constant('k'), odd),
      vv: fc.oneof(fc.array(fc.tuple(fc.constant('0.0'), fc.nat())), odd),
      type: fc.oneof(fc.constant('flat'), odd),
      more: fc.anything(),
    },
    { requiredKeys: [] },
  );
  const right = fc.record({
    n: fc.nat(),
    r: fc.constant('2.1'),
    key: fc.constant('k'),
    vv: fc.array(fc.tuple(fc.constant('0.0'), fc.nat())),
    type: fc.constant('flat'),
    more: fc.anything(),
  });

  const pathsOf = (e: t.Errors): ReadonlyArray<string> => e.map(({ context }) => context.map(({ key }) => key).join('.'));

  test('takes and refuses what a strict one does, says where as it does, and leaves out what it leaves out', () => {
    fc.assert(
      fc.property(fc.oneof(odd, nearly, right), (u) => {
        const [a, b] = [quick.decode(u), strict.decode(u)];
        expect(E.isRight(a)).toBe(E.isRight(b));
        if (E.isRight(a) && E.isRight(b)) expect(a.right).toEqual(b.right);
        if (E.isLeft(a) && E.isLeft(b)) expect(pathsOf(a.left)).toEqual(pathsOf(b.left));
      }),
      { numRuns: 1000 },
    );
  });

  test('has only fields of which nothing would have to be left out', () => {
    const fieldsOf = (codec: { readonly type: { readonly type: { readonly props: t.Props } } }): ReadonlyArray<t.Mixed> =>
      Object.values(codec.type.type.props);
    for (const field of [StampC, WriteC, PutC, GetC, PullC].flatMap((codec) => fieldsOf(codec))) {
      expect(field).not.toBeInstanceOf(t.ExactType);
      expect(field).not.toBeInstanceOf(t.ReadonlyType);
    }
  });

  test('is told apart by its tag in a union', () => {
    const union = t.union([flat('A', { type: t.literal('a'), n: Natural }), flat('B', { type: t.literal('b'), r: ReplicaIdC })]);
    expect(E.isRight(union.decode({ type: 'b', r: '1.0' }))).toBe(true);
    const wrong = union.decode({ type: 'b', r: 1 });
    expect(E.isLeft(wrong) && pathsOf(wrong.left)).toEqual(['.1.r']);
  });
});

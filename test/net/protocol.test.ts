import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, test } from 'vitest';
import {
  fieldsOfResult,
  GET_RESULTS,
  type GetResult,
  GetResultC,
  PUT_RESULTS,
  type PutResult,
  PutResultC,
} from '../../src/core/results.js';
import { TraceEventC } from '../../src/core/trace.js';
import { decodeEnvelope, PROTOCOL_VERSION } from '../../src/net/protocol.js';

const STAMP = '{"t":7,"r":"1.0"}';
const WRITE = '{"t":7,"r":"1.0","client":5,"clientTime":2,"key":"k","value":"v"}';

/** What servers and sessions of any build of this version say to each other, as it goes over the wire. */
const FRAMES = [
  `{"id":0,"ask":{"type":"put","client":5,"session":"ab","clientTime":2,"replica":"1.0","clock":6,"key":"k","value":"v","require":[["1.0",6]]}}`,
  `{"id":0,"ask":{"type":"get","client":5,"key":"k","atLeast":${STAMP},"require":[]}}`,
  `{"id":1,"ask":{"type":"namedPull","pull":"server-0#1/4","ask":{"type":"pull","puller":"0.0","vv":[["1.0",6]],"after":null}}}`,
  `{"id":0,"answer":{"type":"accepted","stamp":${STAMP}}}`,
  `{"id":0,"answer":{"type":"found","value":"v","stamp":${STAMP}}}`,
  `{"id":0,"answer":{"type":"missing"}}`,
  `{"id":0,"answer":{"type":"behind"}}`,
  `{"id":0,"answer":{"type":"refused","reason":"busy"}}`,
  `{"id":1,"answer":{"type":"pulled","from":"1.0","after":null,"writes":[${WRITE}],"upTo":null,"vv":[["1.0",7]],"clock":7}}`,
  `{"id":1,"part":{"type":"working"}}`,
  `{"bye":8}`,
];

describe(`version ${PROTOCOL_VERSION} of the protocol`, () => {
  test.each(FRAMES)('%s is taken as it stands; to change it wants another version', (frame) => {
    const decoded = decodeEnvelope(JSON.parse(frame));
    expect(E.isRight(decoded) && JSON.stringify(decoded.right)).toBe(frame);
  });

  test('what a master’s own clients of an earlier build answered is refused, and not taken for something else', () => {
    const answer = { type: 'putDone', result: 'accepted', stamp: { t: 7, r: '1.0' } };
    expect(decodeEnvelope({ id: 0, answer })).toEqual(E.left("a message whose field 'answer' is wrong"));
  });

  test('an answer is found by its type: no other kind of answer is tried', () => {
    const read = new Set<string | symbol>();
    const answer = new Proxy(
      { type: 'members', servers: [] },
      { get: (o, key) => (read.add(key), Reflect.get(o, key) as unknown) },
    );
    expect(E.isRight(decodeEnvelope({ id: 0, answer }))).toBe(true);
    expect([...read].sort()).toEqual(['servers', 'type']);
  });
});

const stamp = fc.record({ t: fc.nat(), r: fc.constantFrom('0.0' as const, '1.0' as const) });
const putResult: fc.Arbitrary<PutResult> = fc.oneof(
  fc.record({ type: fc.constant('accepted' as const), stamp }),
  fc.record({ type: fc.constantFrom('ERR_DEP' as const, 'ERR_LOG' as const, 'ERR_CONN' as const, 'UNKNOWN' as const) }),
);
const getResult: fc.Arbitrary<GetResult> = fc.oneof(
  fc.record({ type: fc.constant('value' as const), value: fc.constant('v'), stamp }),
  fc.record({ type: fc.constantFrom('ERR_KEY' as const, 'ERR_DEP' as const, 'ERR_CONN' as const) }),
);

describe('what a put and a get come to (R13, R14)', () => {
  test('is the same from the session to the master, and its name stands in the trace', () => {
    fc.assert(
      fc.property(fc.oneof(putResult, getResult), (result) => {
        const codec = result.type in PUT_RESULTS ? PutResultC : GetResultC;
        expect(codec.decode(JSON.parse(JSON.stringify(result)))).toEqual(E.right(result));
        const arrived = decodeEnvelope(JSON.parse(JSON.stringify({ id: 3, answer: result })));
        expect(arrived).toEqual(E.right({ id: 3, answer: result }));
        expect(result.type in PUT_RESULTS || result.type in GET_RESULTS).toBe(true);
      }),
    );
  });

  test('is in a trace what traces have always had', () => {
    fc.assert(
      fc.property(putResult, getResult, (put, get) => {
        const { result, stamp } = fieldsOfResult(put);
        const putDone = { p: 'client-5#1', n: 1, type: 'putDone', key: 'k', value: 'v', clientTime: 2, result, stamp };
        const getDone = { p: 'client-5#1', n: 2, type: 'getDone', key: 'k', ...fieldsOfResult(get) };
        expect(TraceEventC.decode(putDone)).toEqual(E.right(putDone));
        expect(TraceEventC.decode(getDone)).toEqual(E.right(getDone));
        expect([putDone.result, getDone.result]).toEqual([put.type, get.type]);
        expect(Object.keys(getDone).slice(4)).toEqual(['result', 'value', 'stamp']);
        expect([stamp === null, getDone.stamp === null]).toEqual([put.type !== 'accepted', get.type !== 'value']);
      }),
    );
  });
});

/**
 * What a put and a get come to (R13 to R15): one union for puts and one for gets. The session, the wire to whoever had it asked, the master and, as
 * fields, the trace all use it.
 */
import * as t from 'io-ts/lib/index.js';
import { type Bytes, BytesC } from './bytes.js';
import { flat } from './codec.js';
import { AcceptedAnswerC, type GetAnswer } from './messages.js';
import { type Stamp, StampC } from './write.js';

/** A result that says no more than its name. Each is a codec of its own, so that a union of messages finds it by its `type`. */
const named = <T extends string>(type: T) => flat(type, { type: t.literal(type) });

const ValueC = t.readonly(t.strict({ type: t.literal('value'), value: BytesC, stamp: StampC }, 'Value'));
const ErrKeyC = named('ERR_KEY');
const ErrDepC = named('ERR_DEP');
const ErrLogC = named('ERR_LOG');
const ErrConnC = named('ERR_CONN');
const UnknownC = named('UNKNOWN');

/**
 * What a session's put comes to (R14, R15). `ERR_CONN`: no server was reached, nothing was written. `ERR_LOG`: the log of a server that was
 * reached has failed, and no other accepted; nothing was written. `UNKNOWN`: a connection broke, or the time ran out, after the put was sent; it may
 * or may not have been accepted.
 * @category Sessions
 */
export type PutResult =
  | { readonly type: 'accepted'; readonly stamp: Stamp }
  | { readonly type: 'ERR_DEP' }
  | { readonly type: 'ERR_LOG' }
  | { readonly type: 'ERR_CONN' }
  | { readonly type: 'UNKNOWN' };

/** What a session's get comes to (R13, R15). `ERR_CONN`: no server answered. */
export type GetResult =
  | { readonly type: 'value'; readonly value: Bytes; readonly stamp: Stamp }
  | { readonly type: 'ERR_KEY' }
  | { readonly type: 'ERR_DEP' }
  | { readonly type: 'ERR_CONN' };

/** Decodes a {@link PutResult}. */
export const PutResultC: t.Type<PutResult> = t.union([AcceptedAnswerC, ErrDepC, ErrLogC, ErrConnC, UnknownC], 'PutResult');
/** Decodes a {@link GetResult}. */
export const GetResultC: t.Type<GetResult> = t.union([ValueC, ErrKeyC, ErrDepC, ErrConnC], 'GetResult');

/** The result codecs that are not also codecs of a server's answer (as `accepted` is), so that the union of all answers holds each codec once. */
export const RESULTS = [ValueC, ErrKeyC, ErrDepC, ErrLogC, ErrConnC, UnknownC] as const;

/** The names of what a put comes to. */
export const PUT_RESULTS: Readonly<Record<PutResult['type'], null>> = {
  accepted: null,
  ERR_DEP: null,
  ERR_LOG: null,
  ERR_CONN: null,
  UNKNOWN: null,
};

/** The names of what a get comes to. */
export const GET_RESULTS: Readonly<Record<GetResult['type'], null>> = {
  value: null,
  ERR_KEY: null,
  ERR_DEP: null,
  ERR_CONN: null,
};

/** A result as the fields of a trace's event. */
export interface ResultFields<R> {
  readonly result: R;
  readonly value: Bytes | null;
  readonly stamp: Stamp | null;
}

/** A result, or a server's answer to a get, as the fields of a trace's event: its name, and what it has of value and stamp; null: it has none. */
export const fieldsOfResult = <R extends PutResult | GetResult | GetAnswer>(r: R): ResultFields<R['type']> => ({
  result: r.type,
  value: 'value' in r ? r.value : null,
  stamp: 'stamp' in r ? r.stamp : null,
});

import type { Bytes } from '../../../src/core/bytes.js';
import type { Put } from '../../../src/core/messages.js';

/** A put of client 9 that requires nothing. */
export const putOf = (clientTime: number, key: Bytes, value: Bytes): Put => ({
  type: 'put',
  client: 9,
  session: '1',
  clientTime,
  replica: null,
  clock: 0,
  key,
  value,
  require: [],
});

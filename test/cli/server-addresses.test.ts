/** Addresses of servers on a command line: whatever id a server may have, it can be named with. */
import { describe, expect, test } from 'vitest';
import { addServer } from '../../src/cli/parse.js';

describe('the address of a server', () => {
  test.each([
    ['0@h:1', { id: 0, host: 'h', port: 1 }],
    ['7@[::1]:65535', { id: 7, host: '::1', port: 65_535 }],
    ['9007199254740991@7', { id: Number.MAX_SAFE_INTEGER, host: '127.0.0.1', port: 7 }],
  ])('%s', (text, address) => expect(addServer(text)).toEqual([address]));

  test.each(['9007199254740992@h:1', '12345678901234567@h:1', '-1@h:1', '@h:1', '1@h:0', '1@h:65536', '1@:1', '1.5@h:1'])(
    '%s is none',
    (text) => expect(() => addServer(text)).toThrow('Use ID@HOST:PORT'),
  );

  test('is named once', () => expect(() => addServer('1@h:2', addServer('1@h:1'))).toThrow('there already'));
});

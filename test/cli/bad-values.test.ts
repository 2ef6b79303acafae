/**
 * What an option cannot have for its value is bad usage, said of the option, and nothing is begun: every option of the commands that run servers and
 * sessions with every value that its kind does not have, on the command line and in a configuration file.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { main as backup } from '../../src/cli/backup-command.js';
import { main as client } from '../../src/cli/client-command.js';
import { main as server } from '../../src/cli/server-command.js';
import { runMasterProgram } from '../../src/master/program.js';
import { UsageError } from '../../src/command-line/exit.js';

const PATHS = ['', 'x'.repeat(5000)];
const HOSTS = ['', 'no such host', 'a\nb', ' ', '\u001b[2J', 'x'.repeat(300)];
const NUMBERS = ['', '-1', '1.5', '1e3', 'NaN', '0x10', ' 1', '1 ', '99999999999999999999', '٣'];
const ADDRESSES = ['', 'x', '0@', '0@h', '0@h:0', '0@h:70000', '0@no such host:1', '-1@h:1', '1.5@h:1', '0@::1:7', '0@[::1:7'];
const LEVELS = ['', 'loud', 'INFO'];

type Kinds = Readonly<Record<string, ReadonlyArray<string>>>;

const TLS: Kinds = { '--tls-cert': PATHS, '--tls-key': PATHS, '--tls-ca': PATHS };
const OF_SERVER: Kinds = {
  ...{ '--id': NUMBERS, '--port': NUMBERS, '--anti-entropy-ms': NUMBERS, '--metrics-port': NUMBERS },
  ...{ '--host': HOSTS, '--metrics-host': HOSTS, '--peer': ADDRESSES, '--log-level': LEVELS },
  ...{ '--data-dir': PATHS, '--secret-file': PATHS, ...TLS },
};
const OF_CLIENT: Kinds = {
  ...{ '--server': ADDRESSES, '--timeout-ms': [...NUMBERS, '99'] },
  ...{ '--secret-file': PATHS, '--token-file': PATHS, ...TLS },
};
const OF_MASTER: Kinds = {
  ...{ '--anti-entropy-ms': NUMBERS, '--timeout-ms': NUMBERS, '--host': HOSTS, '--log-level': LEVELS },
  ...{ '--ports': ['', '1', '2-1', '0-5', '1-70000', 'a-b'], '--data-dir': PATHS, '--trace': PATHS, '--log-file': PATHS },
};
const OF_BACKUP: Kinds = { '--data-dir': PATHS, '--to': PATHS };

const home = mkdtempSync(join(tmpdir(), 'bayou-values-'));
const secret = join(home, 'secret');
/** As the commands set it, too. */
const umask = process.umask(0o077);
beforeAll(() => writeFileSync(secret, 'a secret that is long enough', { mode: 0o600 }));
afterAll(() => {
  process.umask(umask);
  rmSync(home, { recursive: true, force: true });
});

/** What would be begun fails of a folder that is a file: status 1, or a line that is no usage. */
const SERVER = ['--id', '1', '--data-dir', join(secret, 'no'), '--secret-file', secret];
const CLIENT = ['--server', '5@127.0.0.1:1', '--secret-file', secret];

/** What a command says and comes to: its status, or what it throws for bad usage. */
const run = async (main: (args: ReadonlyArray<string>) => Promise<number>, args: ReadonlyArray<string>) => {
  let said = '';
  const spy = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
  try {
    return { status: await main(args), said };
  } catch (error) {
    if (error instanceof UsageError) return { status: 2, said: `${error.message}\n` };
    if (error instanceof CommanderError) return { status: 2, said };
    throw error;
  } finally {
    spy.mockRestore();
  }
};

const cases = (kinds: Kinds): ReadonlyArray<readonly [flag: string, value: string]> =>
  Object.entries(kinds).flatMap(([flag, values]) => values.map((value) => [flag, value] as const));

const ONE_LINE = /^[^\n]+\n$/;

describe('a value that an option cannot have', () => {
  test.each([
    ['server', server, SERVER, OF_SERVER],
    ['client', client, CLIENT, OF_CLIENT],
    ['backup', backup, ['--data-dir', home, '--to', home], OF_BACKUP],
    ['master', (args: ReadonlyArray<string>) => runMasterProgram('bayou master', args), [join(home, 'none')], OF_MASTER],
  ] as const)('of bayou %s is bad usage', async (_name, main, whole, kinds) => {
    for (const [flag, value] of cases(kinds)) {
      const { status, said } = await run(main, [...whole, `${flag}=${value}`]);
      expect([flag, value, status]).toEqual([flag, value, 2]);
      expect(said).toMatch(ONE_LINE);
      expect(said).toContain(flag);
    }
  });

  test('is said with the file and the field where it is in a configuration file', async () => {
    const file = join(home, 'config.json');
    for (const [flag, value] of cases(OF_SERVER)) {
      const field = flag.slice(2).replaceAll(/-(.)/g, (_all, c: string) => c.toUpperCase());
      for (const given of [value, [value]]) {
        writeFileSync(file, JSON.stringify({ [field]: given }));
        const { status, said } = await run(server, [...SERVER, '--config', file]);
        expect([field, given, status]).toEqual([field, given, 2]);
        expect(said.startsWith(`${file}: ${field}: `), said).toBe(true);
      }
    }
  });

  test.each([
    ['a server that is its own peer', server, [...SERVER, '--peer', '1@h:1'], '--peer: server 1 is this server itself'],
    ['a peer that is there twice', server, [...SERVER, '--peer', '0@h:1', '--peer', '0@h:2'], 'Server 0 is there already'],
    ['a server that is there twice', client, [...CLIENT, '--server', '5@h:2'], 'Server 5 is there already'],
    ['metrics that are nowhere', server, [...SERVER, '--metrics-host', '::1'], '--metrics-host: without --metrics-port'],
  ])('so is %s', async (_name, main, args, why) => {
    const { status, said } = await run(main, args);
    expect(status).toBe(2);
    expect(said).toContain(why);
    expect(said).toMatch(ONE_LINE);
  });

  test('the same commands without it have other faults, or none: each case above is about its value', async () => {
    expect((await run(server, SERVER)).status).toBe(1);
    expect((await run(client, [...CLIENT, '--timeout-ms', '100'])).status).toBe(1);
  });
});

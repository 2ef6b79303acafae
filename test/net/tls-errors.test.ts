/** What is wrong with TLS is said in one line, at both ends, and names the option to mend: for each way in which two ends can differ. */
import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, startServer } from '../../src/index.js';
import { dial } from '../../src/net/handshake.js';
import { certificates } from '../support/certificates.js';
import { until } from '../support/until.js';
import { QUIET, remember, SECRET, serve } from './support.js';

const { home, authority, signed, pem, remove, openssl } = certificates();
const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

beforeAll(() => {
  authority('ca');
  authority('other');
  signed('member', 'ca', 'IP:127.0.0.1');
  signed('elsewhere', 'ca', 'IP:127.0.0.9');
  signed('expired', 'ca', 'IP:127.0.0.1', -1);
  signed('stranger', 'other', 'IP:127.0.0.1');
  openssl('genrsa', '-out', 'rsa.key', '2048');
  openssl('ec', '-in', 'member.key', '-aes256', '-passout', 'pass:word', '-out', 'locked.key');
});
afterAll(remove);

const shows = (name: string) => ({ cert: pem(`${name}.pem`), key: pem(`${name}.key`) });
type Ends = Readonly<Record<string, () => { readonly cert?: string; readonly key?: string; readonly ca?: string } | undefined>>;

const SERVERS: Ends = {
  'without TLS': () => undefined,
  'with a certificate': () => shows('member'),
  'that asks for certificates': () => ({ ...shows('member'), ca: pem('ca.pem') }),
  'with a certificate of another authority': () => shows('stranger'),
  'with a certificate for elsewhere': () => shows('elsewhere'),
  'with a certificate that is over': () => shows('expired'),
};
const DIALERS: Ends = {
  'without TLS': () => undefined,
  'with an authority': () => ({ ca: pem('ca.pem') }),
  'with a certificate and an authority': () => ({ ...shows('member'), ca: pem('ca.pem') }),
  'with another authority': () => ({ ca: pem('other.pem') }),
  'with a certificate of another authority': () => ({ ...shows('stranger'), ca: pem('ca.pem') }),
  'with a certificate that is over': () => ({ ...shows('expired'), ca: pem('ca.pem') }),
  'without an authority': () => shows('member'),
};
/** The pairs that fit. A server that asks nobody for certificates takes whatever is shown. */
const FITS: ReadonlySet<string> = new Set([
  'without TLS, without TLS',
  ...Object.keys(DIALERS)
    .filter((name) => /authority$|is over$/.test(name) && !/^with another|^without/.test(name))
    .map((name) => `with a certificate, ${name}`),
  'that asks for certificates, with a certificate and an authority',
  'with a certificate of another authority, with another authority',
]);

describe.each(Object.entries(SERVERS))('a server %s', (server, its) => {
  test.each(Object.entries(DIALERS))('and a dialer %s', async (dialer, own) => {
    const logger = remember();
    const running = await serve(0, logger, { tls: its() });
    const me = { me: { role: 'client', id: 5 }, secret: SECRET, tls: own() } as const;
    const dialed = await dial(me, running.address, { role: 'server', id: 0 }, QUIET);
    if (FITS.has(`${server}, ${dialer}`)) expect(dialed).toMatchObject({ _tag: 'Right' });
    else {
      expect(E.isLeft(dialed) && dialed.left).toMatch(/^[^\n]*--tls-(cert|ca)[^\n]*$/);
      await until(() => logger.lines.length > 0);
      for (const line of logger.lines) {
        expect(line).toMatch(/^a connection was cut off: [^\n]*$/);
        expect(line).not.toMatch(/openssl|routines|\.c:/);
      }
    }
    await running.close();
  });
});

/** What listens at a port that was mistaken for a server's, by what it says to whoever says something. */
const SAYS: Readonly<Record<string, Buffer>> = {
  HTTP: Buffer.from('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'),
  'a greeting': Buffer.from('SSH-2.0-OpenSSH_9.6\r\n'),
  'an alert of TLS': Buffer.from([21, 3, 3, 0, 2, 2, 70]),
  zeros: Buffer.alloc(64),
  nothing: Buffer.alloc(0),
};

describe.each(Object.entries(SAYS))('where somebody says %s', (_says, bytes) => {
  test.each(Object.entries(DIALERS))('a dialer %s is told so in one line of ours', async (_dialer, own) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(bytes));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
    const me = { me: { role: 'client', id: 5 }, secret: SECRET, tls: own(), handshakeMs: 2_000 } as const;
    const dialed = await dial(me, address, { role: 'server', id: 0 }, QUIET);
    server.close();
    expect(E.isLeft(dialed) && dialed.left).toMatch(
      /^[^\n]*(--tls-(cert|ca)|--metrics-port|not JSON|handshake|bayou speaks TLS 1\.3 and nothing older)[^\n]*$/,
    );
    expect(E.isLeft(dialed) && dialed.left).not.toMatch(/openssl|routines|EPROTO|\.c:/);
  });
});

describe('texts that are no use are refused before anything starts', () => {
  const WRONG: ReadonlyArray<readonly [string, () => object, string]> = [
    ['an authority that is none', () => ({ ca: 'rubbish' }), 'there is no certificate in --tls-ca (tls.ca)'],
    ['an authority that is empty', () => ({ ca: '' }), 'there is no certificate in --tls-ca (tls.ca)'],
    [
      'a certificate that is empty',
      () => ({ cert: '', key: pem('member.key') }),
      'there is no certificate in --tls-cert (tls.cert)',
    ],
    ['a key that is empty', () => ({ cert: pem('member.pem'), key: '' }), 'there is no private key in --tls-key (tls.key)'],
    ['a key as authority', () => ({ ca: pem('ca.key') }), 'there is no certificate in --tls-ca (tls.ca)'],
    ['a request as authority', () => ({ ca: pem('member.csr') }), 'there is no certificate in --tls-ca (tls.ca)'],
    ['an authority that is cut off', () => ({ ca: pem('ca.pem').slice(0, 200) }), 'there is no certificate in --tls-ca (tls.ca)'],
    [
      'an authority that is spoilt',
      () => ({ ca: pem('ca.pem').replace(/\n[A-Za-z0-9+/]{20}/, '\nAAAAAAAAAAAAAAAAAAAA') }),
      '--tls-ca (tls.ca) has a certificate that cannot be read: ',
    ],
    [
      'one of two authorities spoilt',
      () => ({ ca: `${pem('other.pem')}${pem('ca.pem').replace(/\n[A-Za-z0-9+/]{20}/, '\nAAAAAAAAAAAAAAAAAAAA')}` }),
      '--tls-ca (tls.ca) has a certificate that cannot be read: ',
    ],
    [
      'a certificate as key',
      () => ({ cert: pem('member.pem'), key: pem('member.pem') }),
      'no private key in --tls-key (tls.key)',
    ],
    [
      'a key with a passphrase',
      () => ({ cert: pem('member.pem'), key: pem('locked.key') }),
      '--tls-key (tls.key) has a passphrase',
    ],
    [
      'the key of another',
      () => ({ cert: pem('member.pem'), key: pem('other.key') }),
      'is not the key of the certificate in --tls-cert (tls.cert)',
    ],
    ['the key of another, of another kind', () => ({ cert: pem('member.pem'), key: pem('rsa.key') }), 'is not the key of the'],
  ];
  test.each(WRONG)('%s', async (_name, tls, said) => {
    for (const done of [
      await connect({ servers: [{ id: 0, port: 1 }], secret: SECRET, tls: tls() }),
      await startServer({ id: 0, secret: SECRET, tls: { ...shows('member'), ...tls() } }),
    ]) {
      expect(E.isLeft(done) && done.left).toContain(said);
      expect(E.isLeft(done) && done.left).toMatch(/^tls: [^\n]*$/);
    }
  });
});

test('several authorities in one text, with words between, are taken', async () => {
  const tls = { ...shows('member'), ca: `the first\n${pem('other.pem')}\nthe second\n${pem('ca.pem')}` };
  const server = await startServer({ id: 0, secret: SECRET, tls, logLevel: 'silent' });
  if (E.isLeft(server)) throw new Error(server.left);
  const session = await connect({ servers: [{ id: 0, port: server.right.port }], secret: SECRET, tls });
  expect(session._tag).toBe('Right');
  if (E.isRight(session)) session.right.close();
  await server.right.close();
});

test.each([0o640, 0o604, 0o644])('a key that others may read (%o) is refused by the commands', (mode) => {
  writeFileSync(join(home, 'secret'), SECRET, { mode: 0o600 });
  writeFileSync(join(home, 'open.key'), pem('member.key'));
  chmodSync(join(home, 'open.key'), mode);
  const files = ['--secret-file', 'secret', '--tls-cert', 'member.pem', '--tls-key', 'open.key'];
  for (const command of [
    ['server', '--id', '0', '--data-dir', 'data'],
    ['client', '--server', '0@1'],
  ])
    expect(spawnSync(process.execPath, [CLI, ...command, ...files], { cwd: home, encoding: 'utf8', input: '' })).toMatchObject({
      status: 2,
      stderr: `bayou ${command[0]}: --tls-key: open.key: others than its owner may use it; chmod 600 it, and have another one certified if they may have read it\n`,
    });
});

/** TLS: with certificates made here by openssl, for servers in this process and for the commands that ship. */
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { connect as connectPlain } from 'node:net';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type BayouServer, connect, startServer } from '../../src/index.js';
import { dial } from '../../src/net/handshake.js';
import { certificates } from '../support/certificates.js';
import { until } from '../support/until.js';
import { QUIET, SECRET, serveForTest } from './support.js';
import type { RunningServer } from '../../src/net/server.js';

const { home, authority, signed, pem, remove } = certificates();
const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

beforeAll(() => {
  authority('ca');
  authority('other');
  signed('member', 'ca', 'IP:127.0.0.1,DNS:localhost');
  signed('elsewhere', 'ca', 'IP:127.0.0.9');
  signed('stranger', 'other', 'IP:127.0.0.1');
});
afterAll(remove);

const own = (name: string, by = 'ca') => ({ cert: pem(`${name}.pem`), key: pem(`${name}.key`), ca: pem(`${by}.pem`) });

let servers: BayouServer[] = [];
afterEach(async () => {
  await Promise.all(servers.map((s) => s.close()));
  servers = [];
});

const start = (name: string) => serveForTest(0, { tls: own(name) });

const dialed = (server: RunningServer, tls: Parameters<typeof dial>[0]['tls'], host = '127.0.0.1') =>
  dial(
    { me: { role: 'client', id: 5 }, secret: SECRET, tls },
    { host, port: server.address.port },
    { role: 'server', id: 0 },
    QUIET,
  );

describe('a server with TLS', () => {
  test('is reached by whoever shows a certificate of its authority and knows the secret, by address and by name', async () => {
    const { server } = await start('member');
    for (const host of ['127.0.0.1', 'localhost']) {
      const connection = await dialed(server, own('member'), host);
      expect(E.isRight(connection), JSON.stringify(connection)).toBe(true);
    }
  });

  test.each([
    ['no certificate', () => ({ ca: pem('ca.pem') })],
    ['the certificate of another authority', () => ({ ...own('stranger'), ca: pem('ca.pem') })],
    ['no TLS at all', () => undefined],
  ])('is not reached with %s', async (_name, tls) => {
    const { server, lines } = await start('member');
    expect(E.isLeft(await dialed(server, tls()))).toBe(true);
    await until(() => lines.length > 0);
    expect(lines[0]).toContain('a connection was cut off: no TLS: ');
    expect(E.isRight(await dialed(server, own('member')))).toBe(true);
  });

  test('whose certificate is for another address, or by another authority, is not believed', async () => {
    const { server } = await start('elsewhere');
    const wrong = await dialed(server, own('member'));
    expect(E.isLeft(wrong) && wrong.left).toContain('127.0.0.1');
    const { server: fine } = await start('member');
    const unknown = await dialed(fine, { ...own('member'), ca: pem('other.pem') });
    expect(E.isLeft(unknown) && unknown.left).toContain('certificate');
  });

  test('closes a stranger who says nothing, and others are served meanwhile', async () => {
    const { server } = await start('member');
    const silent = connectPlain(server.address.port, '127.0.0.1');
    silent.on('error', () => undefined);
    expect(E.isRight(await dialed(server, own('member')))).toBe(true);
    silent.resume();
    await until(() => silent.closed);
  });
});

describe('in the library', () => {
  test('two servers and a session talk over TLS', async () => {
    const made = [];
    for (const id of [0, 1]) {
      const server = await startServer({
        id,
        secret: SECRET,
        tls: own('member'),
        antiEntropyMs: 5,
        logLevel: 'silent',
        peers: made,
      });
      if (E.isLeft(server)) throw new Error(server.left);
      servers.push(server.right);
      made.push(server.right);
    }
    const session = await connect({ servers: made.slice(0, 1), secret: SECRET, tls: own('member') });
    if (E.isLeft(session)) throw new Error(session.left);
    expect(await session.right.put('k', 'v')).toMatchObject({ type: 'accepted' });
    const reader = await connect({ servers: made.slice(1), secret: SECRET, tls: own('member'), token: session.right.token() });
    if (E.isLeft(reader)) throw new Error(reader.left);
    let got = await reader.right.get('k');
    while (got.type === 'ERR_DEP') got = await reader.right.get('k');
    expect(got).toMatchObject({ type: 'value', text: 'v' });
    session.right.close();
    reader.right.close();
  });

  test.each([
    ['a key without its certificate', () => ({ key: pem('member.key') }), 'go together'],
    ['no certificate', () => ({ ca: pem('ca.pem') }), 'a server needs a certificate and its key'],
    [
      'the key of another certificate',
      () => ({ cert: pem('member.pem'), key: pem('ca.key') }),
      'is not the key of the certificate',
    ],
    ['rubbish', () => ({ cert: 'rubbish', key: 'rubbish' }), 'there is no certificate in --tls-cert (tls.cert)'],
  ])('a server with %s is refused in one line', async (_name, tls, said) => {
    const started = await startServer({ id: 0, tls: tls() });
    expect(E.isLeft(started) && started.left).toContain(said);
    expect(E.isLeft(started) && started.left).not.toContain('\n');
  });
});

test('bayou server and bayou client speak TLS by files', async () => {
  const files = ['--tls-cert', 'member.pem', '--tls-key', 'member.key', '--tls-ca', 'ca.pem'];
  const child = spawn(process.execPath, [CLI, 'server', '--id', '0', '--data-dir', 'data', '--secret-file', 'secret', ...files], {
    cwd: home,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const line = await new Promise<string>((resolve) => child.stdout.once('data', (d: Buffer) => resolve(d.toString())));
  const port = /:(\d+)\n/.exec(line)?.[1] ?? '';
  const client = (...more: ReadonlyArray<string>) =>
    spawnSync(process.execPath, [CLI, 'client', '--server', `0@127.0.0.1:${port}`, '--secret-file', 'secret', ...more], {
      cwd: home,
      input: 'put a b\nget a\n',
      encoding: 'utf8',
    });
  expect(client(...files)).toMatchObject({ status: 0, stdout: 'a:b\n' });
  expect(client().status).toBe(1);
  const missing = client('--tls-ca', 'nothing.pem');
  expect([missing.status, missing.stderr.split('\n').length]).toEqual([2, 2]);
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  expect(await gone).toBe(0);
});

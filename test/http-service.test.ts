/** examples/http-service.mjs, as a process: a user is a session, an outcome a status, and a stop loses nothing of either. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

let folder = '';
let service: ChildProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bayou-http-'));
});
afterEach(() => {
  service?.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** Starts it; gives its address. */
const start = async (): Promise<string> => {
  service = spawn(process.execPath, ['examples/http-service.mjs', folder], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface(service.stdout!), 'line')) as [string];
  return line;
};

const stop = async (): Promise<unknown> => {
  const ended = once(service!, 'close');
  service!.kill('SIGTERM');
  return (await ended)[0];
};

/** What a user is answered: the status, and the body of a 200. */
const asks = async (url: string, user: string | undefined, body?: string) => {
  const response = await fetch(url, {
    ...(body === undefined ? {} : { method: 'PUT', body }),
    headers: { connection: 'close', ...(user === undefined ? {} : { cookie: `user=${user}` }) },
  });
  const text = await response.text();
  return response.status === 200 ? text : response.status;
};

test('a stopped service goes on where it was, and what a user has seen is asked of servers that lost it', async () => {
  const first = await start();
  expect(await asks(`${first}/colour`, 'ann', 'blue')).toBe(204);
  expect(await asks(`${first}/colour`, 'ann')).toBe('blue');
  expect(await asks(`${first}/shape`, 'ann')).toBe(404);
  expect(await asks(`${first}/colour`, 'ann', 'x'.repeat(600_000))).toBe(413);
  expect(await asks(`${first}/%ff`, 'ann')).toBe(400);
  expect(await stop()).toBe(0);
  expect(statSync(join(folder, 'tokens.json')).mode & 0o777).toBe(0o600);

  const again = await start();
  expect(await asks(`${again}/colour`, 'ann')).toBe('blue');
  expect(await stop()).toBe(0);

  for (const server of ['0', '1']) rmSync(join(folder, server), { recursive: true });
  const emptied = await start();
  expect(await asks(`${emptied}/colour`, 'ann')).toBe(503);
  expect(await asks(`${emptied}/colour`, 'bob')).toBe(404);
  expect(await asks(`${emptied}/colour`, undefined)).toBe(404);
});

test('two requests of one user at once are one session', async () => {
  const url = await start();
  expect(await Promise.all([1, 2, 3, 4].map((n) => asks(`${url}/k`, 'ann', String(n))))).toEqual([204, 204, 204, 204]);
  expect(['1', '2', '3', '4']).toContain(await asks(`${url}/k`, 'ann'));
});

test('only GET, HEAD and PUT are served: no other method touches a value', async () => {
  const url = await start();
  const headers = { connection: 'close', cookie: 'user=ann' };
  expect(await asks(`${url}/colour`, 'ann', 'blue')).toBe(204);
  for (const method of ['POST', 'DELETE', 'OPTIONS', 'PATCH']) {
    const answer = await fetch(`${url}/colour`, { method, headers });
    expect([method, answer.status, answer.headers.get('allow')]).toEqual([method, 405, 'GET, HEAD, PUT']);
  }
  const head = await fetch(`${url}/colour`, { method: 'HEAD', headers });
  expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '4', '']);
  expect((await fetch(`${url}/shape`, { method: 'HEAD', headers })).status).toBe(404);

  const got = await fetch(`${url}/colour?at=7`, { headers });
  expect([got.status, got.headers.get('cache-control'), got.headers.get('content-type'), await got.text()]).toEqual([
    200,
    'no-store',
    'application/octet-stream',
    'blue',
  ]);
});

test.each([
  ['[["ann",{"version":2', [], 'tokens.json: '],
  ['7', [], 'tokens.json: '],
  ['[]', ['70000'], 'the port is a number from 0 to 65535, not 70000'],
])('what it cannot begin with is one line: %j %j', (tokens, args, said) => {
  writeFileSync(join(folder, 'tokens.json'), tokens);
  const { status, stderr } = spawnSync(process.execPath, ['examples/http-service.mjs', folder, ...args], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stderr).toContain(said);
  expect(stderr.trim().split('\n')).toHaveLength(1);
});

test('a port that is taken is one line', async () => {
  const taken = new URL(await start()).port;
  const other = mkdtempSync(join(tmpdir(), 'bayou-http-'));
  const { status, stderr } = spawnSync(process.execPath, ['examples/http-service.mjs', other, taken], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  rmSync(other, { recursive: true });
  expect([status, stderr.trim().split('\n')]).toEqual([1, [expect.stringContaining('EADDRINUSE')]]);
});

test('a token that is none fails its own user alone', async () => {
  writeFileSync(join(folder, 'tokens.json'), '[["ann",{"version":3}]]');
  const url = await start();
  expect(await asks(`${url}/colour`, 'ann')).toBe(503);
  expect(await asks(`${url}/colour`, 'bob')).toBe(404);
});

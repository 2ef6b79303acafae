/** A process that catches up over a slow link is killed in the middle, and goes on where it was (R9, R10). */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { throttle } from '../../conformance/faults/throttle.js';
import { createDiskLog } from '../../src/impl/log/disk-log.js';
import { dial } from '../../src/net/handshake.js';
import { ask, dialed, QUIET, remember, SECRET, serve, storedAt } from '../net/support.js';
import { putOf } from '../impl/support/puts.js';
import { until } from '../support/until.js';
import { right } from '../support/right.js';

const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'bayou-catchup-'));
const children: ChildProcess[] = [];
afterAll(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(dir, { recursive: true, force: true });
});

const WRITES = 2_000;
const VALUE = 'v'.repeat(1_000);
/** Slow enough that there is a middle, and quick enough for a test. */
const BYTES_PER_SECOND = 1_000_000;

const start = async (peerPort: number): Promise<{ readonly child: ChildProcess; readonly port: number }> => {
  const files = ['--data-dir', join(dir, 'data'), '--secret-file', join(dir, 'secret')];
  const args = ['server', '--id', '1', ...files, '--peer', `0@127.0.0.1:${peerPort}`, '--log-level', 'silent'];
  const child = spawn(process.execPath, [CLI, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const line = await new Promise<string>((resolve) => {
    child.stdout.setEncoding('utf8').once('data', resolve);
    child.once('exit', (status) => resolve(`exit status ${status}`));
  });
  const port = Number(/:(\d+)\n?$/.exec(line)?.[1]);
  if (!Number.isInteger(port)) throw new Error(line);
  return { child, port };
};

test('a puller that is killed in the middle of a pull goes on where it was, and what came before does not come again', async () => {
  writeFileSync(join(dir, 'secret'), `${SECRET}\n`, { mode: 0o600 });
  const server = await serve(0, remember());
  const client = await dialed({ role: 'client', id: 9 }, server);
  for (let i = 1; i <= WRITES; i++) await ask(client, putOf(i, `key${i}`, VALUE), 10_000);
  const link = await throttle(server.address.port, BYTES_PER_SECOND);

  const first = await start(link.port);
  await until(() => link.passed() > (WRITES * VALUE.length) / 2);
  const gone = new Promise((resolve) => first.child.once('exit', resolve));
  first.child.kill('SIGKILL');
  await gone;
  const log = createDiskLog(join(dir, 'data'));
  const held = right(await log.open({ server: 1 }));
  const { transfers, waiting, vv } = held;
  const came = [...waiting].length;
  await log.close();
  expect(transfers).toMatchObject([{ from: '0.0', base: [], goal: [['0.0', WRITES]], after: { r: '0.0' } }]); // prettier-ignore
  expect([came > 0, came < WRITES, vv]).toEqual([true, true, []]);

  const before = link.passed();
  const second = await start(link.port);
  const address = { host: '127.0.0.1', port: second.port };
  const master = right(await dial({ me: { role: 'master', id: 0 }, secret: SECRET }, address, { role: 'server', id: 1 }, QUIET));
  expect(await ask(master, { type: 'sync' }, 10_000)).toMatchObject({ vv: [['0.0', WRITES]], failed: [] });
  expect(await storedAt(master)).toHaveLength(WRITES);
  // The writes that were missing pass, with some bytes around each. The writes that had come before do not pass again.
  expect(link.passed() - before).toBeLessThan((WRITES - came) * (VALUE.length + 200) + 200_000);
  master.close('done');
  second.child.kill('SIGKILL');
  link.close();
  await server.close();
});

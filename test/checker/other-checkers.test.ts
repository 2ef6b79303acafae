/** docs/from-other-checkers.md: its models are run by the checkers they are for, and its lines are counted. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { blocksOf, refreshed } from '../support/transcript.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGE = join(ROOT, 'docs/from-other-checkers.md');

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'bayou-others-'));
  for (const block of blocksOf(readFileSync(PAGE, 'utf8')))
    if (block.kind === 'file') writeFileSync(join(dir, block.name), block.text);
});
afterAll(() => rmSync(dir, { recursive: true }));

const run = (command: string): string => {
  const [npx, name, ...args] = command.split(' ');
  expect([npx, name]).toEqual(['npx', 'bayou']);
  const { stdout, stderr } = spawnSync(process.execPath, [join(ROOT, 'dist/cli/main.js'), ...args], {
    cwd: dir,
    encoding: 'utf8',
  });
  return stdout + stderr;
};

/** Lines that are neither empty nor comments, in whichever of these languages. */
const linesOf = (text: string): number =>
  text
    .replace(/\/\*\*?[^]*?\*\//g, '')
    .split('\n')
    .filter((line) => line.trim() !== '' && !/^\s*(?:\/\/|\\\*)/.test(line)).length;

const lines = (file: string): number => linesOf(readFileSync(file, 'utf8'));

/** The page with its lines counted. */
const counted = (page: string): string => {
  const models = (name: string): number => lines(join(ROOT, 'examples/models', name));
  // Each register is the example and what both examples share.
  const registers = (name: string, shared: string): number => models(name) + models(`shared/register-service.${shared}`);
  const jugs = ['Jugs.tla', 'jugs.qnt', 'main.rs', 'jugs.mjs'].map((name) => lines(join(dir, name)));
  return page
    .replace(/^\| the jugs, above \|.*$/m, `| the jugs, above | ${jugs.join(' | ')} |`)
    .replace(/(^\| single-decree Paxos .*\| 204 \|) \d+ \|$/m, `$1 ${registers('paxos.mjs', 'mjs')} |`)
    .replace(/(^\| the ABD register .*\| 228 \|) \d+ \|$/m, `$1 ${registers('abd.mjs', 'mjs')} |`)
    .replace(
      /they are \d+ and \d+\. They have/,
      `they are ${registers('paxos.ts', 'mts')} and ${registers('abd.ts', 'mts')}. They have`,
    );
};

test('shows what our command prints, and its lines are counted', () => {
  const page = readFileSync(PAGE, 'utf8');
  const updated = counted(refreshed(page, run));
  // `UPDATE_DOCS=1 npx vitest run test/checker/other-checkers.test.ts` writes both into the page.
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(PAGE, updated);
  expect(updated).toBe(page);
});

describe('the same model, by other checkers', () => {
  test('Quint finds the answer too', () => {
    const quint = join(ROOT, 'node_modules/@informalsystems/quint/dist/src/cli.js');
    const options = ['--invariant=notSolved', '--max-samples=20000', '--max-steps=25', '--backend=typescript', '--seed=2'];
    const { stdout, stderr } = spawnSync(process.execPath, [quint, 'run', 'jugs.qnt', ...options], {
      cwd: dir,
      encoding: 'utf8',
    });
    expect(stdout + stderr).toContain('[violation]');
    expect(stdout).toMatch(/\{ big: 4, small: [03] \}/);
  });

  const jar = process.env['TLA2TOOLS'];
  test.skipIf(jar === undefined || !existsSync(jar))('TLC finds it in as many steps (env TLA2TOOLS: a tla2tools.jar)', () => {
    writeFileSync(join(dir, 'Jugs.cfg'), 'INIT Init\nNEXT Next\nINVARIANT NotSolved\n');
    const { stdout } = spawnSync('java', ['-cp', jar!, 'tlc2.TLC', '-workers', '1', 'Jugs'], { cwd: dir, encoding: 'utf8' });
    expect(stdout).toContain('Invariant NotSolved is violated');
    expect(stdout.match(/^State \d+:/gm)).toHaveLength(7);
  });

  test.skipIf(jar === undefined || !existsSync(jar)).each([
    [3, 93],
    [4, 516],
    [5, 3_255],
  ])('TLC counts the states of the ticket lock of %i processes, and finds it fair', (processes, states) => {
    writeFileSync(join(dir, 'TicketLock.tla'), readFileSync(join(ROOT, 'examples/models/TicketLock.tla')));
    writeFileSync(
      join(dir, 'TicketLock.cfg'),
      `CONSTANT N = ${processes}\nSPECIFICATION Spec\nINVARIANT Exclusion\nPROPERTY Served\n`,
    );
    const { stdout } = spawnSync('java', ['-cp', jar!, 'tlc2.TLC', '-workers', '1', 'TicketLock'], {
      cwd: dir,
      encoding: 'utf8',
    });
    expect(stdout).toContain('No error has been found');
    expect(stdout).toContain(`${states} distinct states found, 0 states left on queue`);
  });

  // Built once by the bench of the plain interface; from the registry here it would take minutes.
  const peer = join(ROOT, 'node_modules/.cache/stateright');
  test.skipIf(!existsSync(join(peer, 'target/release')))(
    'Stateright finds it in as many steps (after npm run bench:plain)',
    () => {
      mkdirSync(join(peer, 'src/bin'), { recursive: true });
      writeFileSync(join(peer, 'src/bin/jugs.rs'), readFileSync(join(dir, 'main.rs')));
      const printed = execFileSync('cargo', ['run', '--release', '--offline', '--quiet', '--bin', 'jugs'], {
        cwd: peer,
        encoding: 'utf8',
      });
      expect(printed.trim()).toBe('6');
    },
  );
});

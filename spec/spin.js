/**
 * The Promela side of the core (bayou-s): Spin explores it, and its count of states is compared with counts.json.
 *
 *     npm run spec:spin [-- NAME...]      without names: the configurations of the core up to 300,000 states, and V1
 *
 * Exit codes: 0 all agree; 1 one differs; 2 a name that is no configuration of the core; 69 spin or gcc is not there, nothing was run.
 */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const LARGEST = 300_000;
const TIMEOUT_MS = 600_000;

const run = (command, args, cwd) => {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8', timeout: TIMEOUT_MS });
  return { ok: error === undefined && status === 0, output: `${stdout ?? ''}${stderr ?? ''}${error?.message ?? ''}` };
};

const isCore = (c) => c.name.startsWith('bayou-s-') || c.name === 'v1-original-clock';

const core = () =>
  readdirSync(join(here, 'configs'))
    .map((f) => JSON.parse(readFileSync(join(here, 'configs', f), 'utf8')))
    .filter(isCore);

/** What Spin says: how many states, or that an assertion fails. */
const explore = (config) => {
  const folder = mkdtempSync(join(tmpdir(), 'bayou-spin-'));
  try {
    copyFileSync(join(here, 'bayou.pml'), join(folder, 'bayou.pml'));
    const { servers, clients, keys, puts, variant } = config;
    const bounds = [`-DS=${servers}`, `-DC=${clients}`, `-DK=${keys}`, `-DN=${puts}`, ...(variant === 'V1' ? ['-DV1'] : [])];
    const steps = [
      ['spin', ['-a', '-DGUARD', ...bounds, 'bayou.pml']],
      ['gcc', ['-O2', '-DSAFETY', '-DNOREDUCE', '-DNOFAIR', '-DNOBOUNDCHECK', '-DMEMLIM=4000', '-o', 'pan', 'pan.c']],
      [join(folder, 'pan'), ['-m10000', '-w22']],
    ];
    for (const [command, args] of steps) {
      const { ok, output } = run(command, args, folder);
      if (!ok) return { failed: `${command}: ${output.trim().split('\n').slice(-8).join('\n')}` };
      if (/assertion violated/.test(output)) return { violated: true };
      const stored = /(\d+) states, stored/.exec(output);
      if (stored !== null) return { states: Number(stored[1]) };
    }
    return { failed: 'pan printed no count of states' };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

const text = (v) => ('failed' in v ? `nothing: ${v.failed}` : 'violated' in v ? 'violated' : `${v.states} states`);

const compare = (config, counts) => {
  const ours = config.expect === 'holds' ? { states: counts[config.name]?.states } : { violated: true };
  const spin = explore(config);
  const agrees = ours.states === spin.states && ours.violated === spin.violated && !('failed' in spin);
  console.log(`${agrees ? 'agrees ' : 'DIFFERS'}  ${config.name}: Spin says ${text(spin)}, ours ${text(ours)}`);
  if (!agrees) console.log(`  repeat with: npm run spec:spin -- ${config.name}`);
  return agrees;
};

const main = (names) => {
  const missing = [
    ['spin', ['-V']],
    ['gcc', ['--version']],
  ].filter(([command, args]) => !run(command, args, here).ok);
  if (missing.length > 0) {
    console.error(
      `Spin was not run: ${missing.map(([c]) => c).join(' and ')} not found; install them with: apt-get install spin gcc libc6-dev`,
    );
    return 69;
  }
  const all = core();
  const unknown = names.filter((n) => !all.some((c) => c.name === n));
  if (unknown.length > 0) {
    console.error(`no configuration of the core: ${unknown.join(', ')}; there are ${all.map((c) => c.name).join(', ')}`);
    return 2;
  }
  const counts = JSON.parse(readFileSync(join(here, 'counts.json'), 'utf8'));
  const chosen = all.filter((c) =>
    names.length > 0 ? names.includes(c.name) : c.expect !== 'holds' || (counts[c.name]?.states ?? Infinity) <= LARGEST,
  );
  return chosen.map((c) => compare(c, counts)).every(Boolean) ? 0 : 1;
};

process.exitCode = main(process.argv.slice(2));

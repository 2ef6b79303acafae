/**
 * The plain `Model` interface on two-phase commit, beside Stateright in the same run where cargo can fetch and build it.
 *
 *     npm run bench:plain                 3, 5 and 7 resource managers; writes docs/plain-figures.md
 *
 * Each check is a process of its own, one after the other; seconds are those that the search itself takes, without start and compilation.
 * Stateright runs its own example (`examples/2pc.rs` of the crate), on one thread, breadth first.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { cpus, homedir, loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// --- types -----------------------------------------------------------------------------------------------------------------

interface Row {
  readonly checker: string;
  readonly managers: number;
  readonly states: number;
  readonly seconds: number;
  readonly processorSeconds: number | undefined;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CACHE = join(ROOT, 'node_modules/.cache');
const STATERIGHT = '0.31.0';
const MANAGERS = [3, 5, 7];

// --- ours ------------------------------------------------------------------------------------------------------------------

/** The example is TypeScript; it is compiled once, next to a package.json that lets it find `bayou/checker`. */
const compileExample = (): string => {
  const out = join(CACHE, 'examples');
  const tsc = ['node_modules/typescript/bin/tsc', '--ignoreConfig', 'examples/models/two-phase-commit.ts'];
  const flags = [
    '--rootDir',
    '.',
    '--outDir',
    out,
    '--module',
    'nodenext',
    '--target',
    'es2023',
    '--skipLibCheck',
    '--types',
    'node',
  ];
  const { status, stdout } = spawnSync(process.execPath, [...tsc, ...flags], { cwd: ROOT, encoding: 'utf8' });
  if (status !== 0) throw new Error(stdout);
  return join(out, 'examples/models/two-phase-commit.js');
};

const ours = (example: string, managers: number): Row => {
  const program = `
    import { checkSync } from 'bayou/checker';
    import { twoPhaseCommit } from ${JSON.stringify(example)};
    const before = process.cpuUsage();
    const { counts, statistics, verdict } = checkSync(twoPhaseCommit(${managers}));
    const { user, system } = process.cpuUsage(before);
    console.log(JSON.stringify({ verdict, states: counts.distinct, seconds: statistics.elapsedMs / 1e3, processor: (user + system) / 1e6 }));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], { cwd: ROOT, encoding: 'utf8' });
  if (stdout === '') throw new Error(stderr);
  const result = JSON.parse(stdout) as { verdict: string; states: number; seconds: number; processor: number };
  if (result.verdict !== 'holds') throw new Error(`two-phase commit does not hold: ${result.verdict}`);
  return { checker: 'bayou', managers, states: result.states, seconds: result.seconds, processorSeconds: result.processor };
};

// --- Stateright ------------------------------------------------------------------------------------------------------------

const cargo = (cwd: string, ...args: ReadonlyArray<string>): boolean =>
  spawnSync('cargo', args, { cwd, stdio: ['ignore', 'ignore', 'inherit'], timeout: 600_000 }).status === 0;

/** Stateright's example, from the crate's sources, with one thread and breadth first as ours. */
const exampleSource = (): string | undefined => {
  const registry = join(process.env['CARGO_HOME'] ?? join(homedir(), '.cargo'), 'registry/src');
  const index = readdirSync(registry).find((name) => readdirSync(join(registry, name)).includes(`stateright-${STATERIGHT}`));
  if (index === undefined) return undefined;
  return readFileSync(join(registry, index, `stateright-${STATERIGHT}/examples/2pc.rs`), 'utf8')
    .replaceAll('num_cpus::get()', '1')
    .replaceAll('.spawn_dfs()', '.spawn_bfs()');
};

/** Builds the peer; undefined where that cannot be done here. */
const buildStateright = (): string | undefined => {
  const dir = join(CACHE, 'stateright');
  mkdirSync(join(dir, 'src'), { recursive: true });
  const dependencies = [`stateright = "=${STATERIGHT}"`, 'env_logger = "0.11"', 'pico-args = "0.5"'];
  writeFileSync(
    join(dir, 'Cargo.toml'),
    ['[package]', 'name = "two-phase"', 'version = "0.1.0"', 'edition = "2021"', '[dependencies]', ...dependencies, ''].join(
      '\n',
    ),
  );
  writeFileSync(join(dir, 'src/main.rs'), 'fn main() {}\n');
  if (!cargo(dir, 'fetch')) return undefined;
  const source = exampleSource();
  if (source === undefined) return undefined;
  writeFileSync(join(dir, 'src/main.rs'), source);
  return cargo(dir, 'build', '--release') ? join(dir, 'target/release/two-phase') : undefined;
};

const stateright = (program: string, managers: number): Row => {
  const started = performance.now();
  const { stdout } = spawnSync(program, ['check', String(managers)], { encoding: 'utf8' });
  const seconds = (performance.now() - started) / 1000;
  const states = Number(/unique=(\d+)/.exec(stdout.slice(stdout.lastIndexOf('Done.')))?.[1]);
  return { checker: `Stateright ${STATERIGHT}`, managers, states, seconds, processorSeconds: undefined };
};

// --- the table -------------------------------------------------------------------------------------------------------------

const number = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 0 });

const line = ({ checker, managers, states, seconds, processorSeconds }: Row): string => {
  const cells = [
    managers,
    checker,
    number(states),
    seconds.toFixed(2),
    processorSeconds?.toFixed(2) ?? '',
    number(states / (processorSeconds ?? seconds)),
  ];
  return `| ${cells.join(' | ')} |`;
};

const example = compileExample();
const peer = buildStateright();
const load = loadavg()[0]!.toFixed(1);
const rows = MANAGERS.flatMap((managers) => [
  ours(example, managers),
  ...(peer === undefined ? [] : [stateright(peer, managers)]),
]);
const page = [
  '# Figures of the plain interface',
  '',
  'Two-phase commit (`examples/models/two-phase-commit.ts`), every state, exact, one thread, through the plain `Model` interface. States per second',
  'are per second of processor time where that is known (the machine is shared), otherwise of elapsed time; Stateright’s reporter wakes once a second, so its times are rounded up to whole seconds.',
  'It keeps 64-bit fingerprints of states; we keep and compare the states themselves.',
  '',
  '- Command: `npm run bench:plain` (this page is written by it)',
  `- Machine: ${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}, ${process.platform}, Node ${process.version}; load at the start ${load}`,
  ...(peer === undefined ? ['- Stateright could not be fetched and built here'] : []),
  '',
  '| resource managers | checker | states | seconds | processor seconds | states/s |',
  '|---|---|---|---|---|---|',
  ...rows.map(line),
  '',
].join('\n');
console.log(page);
writeFileSync(join(ROOT, 'docs/plain-figures.md'), page);

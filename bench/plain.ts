/**
 * The plain `Model` interface on two-phase commit, beside Stateright in the same run where cargo can fetch and build it.
 *
 *     npm run bench:plain                 3, 5 and 7 resource managers; writes docs/plain-figures.md
 *
 * Each check is a process of its own; the two take turns, and the median of the rounds counts. Seconds are those that the search itself
 * takes, without start and compilation, by the program's own clock. Stateright's model is the one of its example (`examples/2pc.rs` of
 * the crate), on one thread, breadth first; its `main` is ours, as its reporter looks once a second whether the search is over.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { machine, median } from './support/table.js';

// --- types -----------------------------------------------------------------------------------------------------------------

/** One check, as the program that made it says. */
interface Measured {
  readonly states: number;
  readonly seconds: number;
  /** Of all threads; for Stateright undefined where the system does not tell. */
  readonly processor?: number | undefined;
}

interface Row extends Measured {
  readonly checker: string;
  readonly managers: number;
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CACHE = join(ROOT, 'node_modules/.cache');
const STATERIGHT = '0.31.0';
const MANAGERS = [3, 5, 7];
const ROUNDS = 3;

/** Runs a program that prints one line of JSON. */
const measured = (program: string, args: ReadonlyArray<string>): Measured => {
  const { stdout, stderr } = spawnSync(program, args, { cwd: ROOT, encoding: 'utf8', timeout: 600_000 });
  if (stdout === '') throw new Error(stderr);
  return JSON.parse(stdout) as Measured;
};

// --- ours ------------------------------------------------------------------------------------------------------------------

const ours = (managers: number): Measured => {
  const program = `
    import { checkSync } from 'bayou/checker';
    import model from ${JSON.stringify(join(ROOT, 'examples/models/two-phase-commit.mjs'))};
    const before = process.cpuUsage();
    const { counts, statistics, verdict } = checkSync(model({ managers: ${managers} }));
    const { user, system } = process.cpuUsage(before);
    if (verdict !== 'holds') throw new Error('two-phase commit does not hold: ' + verdict);
    console.log(JSON.stringify({ states: counts.distinct, seconds: statistics.elapsedMs / 1e3, processor: (user + system) / 1e6 }));`;
  return measured(process.execPath, ['--input-type=module', '-e', program]);
};

// --- Stateright ------------------------------------------------------------------------------------------------------------

/** The `main` that replaces the example's own. Linux counts a process's time in hundredths of a second. */
const MAIN = `
fn processor_seconds() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let fields: Vec<&str> = stat.rsplit(')').next()?.split_whitespace().collect();
    let ticks = fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?;
    Some(ticks / 100.0)
}

fn main() {
    let rm_count = std::env::args().nth(1).and_then(|n| n.parse().ok()).unwrap_or(3);
    let before = processor_seconds();
    let began = std::time::Instant::now();
    let checker = TwoPhaseSys { rms: 0..rm_count }.checker().threads(1).spawn_bfs().join();
    let seconds = began.elapsed().as_secs_f64();
    let processor = match (before, processor_seconds()) {
        (Some(before), Some(after)) => format!(",\\"processor\\":{}", after - before),
        _ => String::new(),
    };
    println!("{{\\"states\\":{},\\"seconds\\":{}{}}}", checker.unique_state_count(), seconds, processor);
}
`;

const cargo = (cwd: string, ...args: ReadonlyArray<string>): boolean =>
  spawnSync('cargo', args, { cwd, stdio: ['ignore', 'ignore', 'inherit'], timeout: 600_000 }).status === 0;

/** The model of Stateright's example, from the crate's sources, with our `main`. */
const exampleSource = (): string | undefined => {
  const registry = join(process.env['CARGO_HOME'] ?? join(homedir(), '.cargo'), 'registry/src');
  const index = readdirSync(registry).find((name) => readdirSync(join(registry, name)).includes(`stateright-${STATERIGHT}`));
  if (index === undefined) return undefined;
  const source = readFileSync(join(registry, index, `stateright-${STATERIGHT}/examples/2pc.rs`), 'utf8');
  const at = source.indexOf('fn main()');
  return at < 0 ? undefined : source.slice(0, at) + MAIN;
};

/** Builds the peer; undefined where that cannot be done here. */
const buildStateright = (): string | undefined => {
  const dir = join(CACHE, 'stateright');
  mkdirSync(join(dir, 'src'), { recursive: true });
  const dependencies = [`stateright = "=${STATERIGHT}"`, 'env_logger = "0.11"', 'pico-args = "0.5"'];
  const manifest = [
    '[package]',
    'name = "two-phase"',
    'version = "0.1.0"',
    'edition = "2021"',
    '[dependencies]',
    ...dependencies,
    '',
  ];
  writeFileSync(join(dir, 'Cargo.toml'), manifest.join('\n'));
  writeFileSync(join(dir, 'src/main.rs'), 'fn main() {}\n');
  if (!cargo(dir, 'fetch')) return undefined;
  const source = exampleSource();
  if (source === undefined) return undefined;
  writeFileSync(join(dir, 'src/main.rs'), source);
  return cargo(dir, 'build', '--release') ? join(dir, 'target/release/two-phase') : undefined;
};

// --- the rounds ------------------------------------------------------------------------------------------------------------

const PEER = `Stateright ${STATERIGHT}`;

const medianOf = (checker: string, managers: number, rounds: ReadonlyArray<Measured>): Row => {
  const processor = rounds.map((round) => round.processor ?? NaN);
  return {
    checker,
    managers,
    states: rounds[0]!.states,
    seconds: median(rounds.map(({ seconds }) => seconds)),
    processor: processor.some(Number.isNaN) ? undefined : median(processor),
  };
};

/** Both checkers in turns, so that what else the machine does is the same for both. */
const rowsOf = (managers: number, peer: string | undefined): ReadonlyArray<Row> => {
  const rounds = Array.from({ length: ROUNDS }, () => ({
    bayou: ours(managers),
    peer: peer === undefined ? undefined : measured(peer, [String(managers)]),
  }));
  const peers = rounds.flatMap((round) => round.peer ?? []);
  return [
    medianOf(
      'bayou',
      managers,
      rounds.map(({ bayou }) => bayou),
    ),
    ...(peers.length === 0 ? [] : [medianOf(PEER, managers, peers)]),
  ];
};

// --- the page --------------------------------------------------------------------------------------------------------------

const number = (value: number): string => value.toLocaleString('en-US', { maximumFractionDigits: 0 });

const line = (row: Row): string => {
  const { checker, managers, states, seconds, processor } = row;
  const cells = [managers, checker, number(states), seconds.toFixed(3), processor?.toFixed(2) ?? '', number(states / cost(row))];
  return `| ${cells.join(' | ')} |`;
};

/** Less than this is too little for a clock of hundredths of a second. */
const LEAST = 0.1;

/** The seconds that a search took: processor time where it is known, because other programs may take the processors meanwhile. */
const cost = ({ seconds, processor = 0 }: Row): number => (processor < LEAST ? seconds : processor);

/** How the two compare in the largest space. */
const comparison = (rows: ReadonlyArray<Row>): string => {
  const [mine, theirs] = ['bayou', PEER].map((checker) => rows.findLast((row) => row.checker === checker));
  if (mine === undefined || theirs === undefined) return 'Stateright could not be fetched and built here.';
  const factor = cost(mine) / cost(theirs);
  const faster =
    factor >= 1 ? `Stateright is ${factor.toFixed(1)} times as fast` : `bayou is ${(1 / factor).toFixed(1)} times as fast`;
  return `With ${mine.managers} resource managers ${faster}. It is compiled Rust, and keeps a fingerprint of 64 bits of a state where we keep and compare the state.`;
};

const peer = buildStateright();
const about = machine();
const rows = MANAGERS.flatMap((managers) => rowsOf(managers, peer));
const page = [
  '# Figures of the plain interface',
  '',
  'Two-phase commit (`example:two-phase-commit`), every state, one thread, breadth first, through the plain `Model` interface. Each program takes its',
  `time by its own clock, around the search alone; the two take turns, and the median of ${ROUNDS} rounds counts. (Stateright’s own reporter wakes once a second, so what`,
  'it prints is rounded up to whole seconds: its model is run here without it.) States per second, and the comparison, are by processor time where the system',
  'tells it, in hundredths of a second, and where it is a tenth of a second or more, as the machine is shared; ours has the garbage collector’s threads in it.',
  '',
  comparison(rows),
  '',
  'What a model that lists its [components](own-model.md#4-from-parts) gains is in [checker-figures.md](checker-figures.md).',
  '',
  '- Command: `npm run bench:plain` (this page is written by it)',
  `- Machine: ${about}`,
  '',
  '| resource managers | checker | states | seconds | processor seconds | states/s |',
  '|---|---|---|---|---|---|',
  ...rows.map(line),
  '',
].join('\n');
console.log(page);
writeFileSync(join(ROOT, 'docs/plain-figures.md'), page);

/* eslint-disable max-lines -- one table is made here, row by row; its rows share what is said of the machine. */
/**
 * The checker's figures: bayou-s beside Spin in the same run. Prints a table in Markdown and writes it to docs/checker-figures.md.
 *
 *     npm run bench:checker                         the configurations up to 9 million states
 *     npm run bench:checker -- 3223 3214 --runs 3   some of them, three rounds
 *     npm run bench:checker -- 3224                 more than 200 million states
 *     npm run bench:checker -- 3213 --tlc           beside TLC, too (env TLA2TOOLS: the path of a tla2tools.jar)
 *     npm run bench:checker -- full messages-3      other configurations of spec/configs, without Spin
 *
 * Time is that of the whole process, from its start to its end; peak memory is the greatest resident set that Linux saw (`VmHWM`).
 * Each run is a process of its own, one after the other, in rounds: Spin, then each way of ours, then Spin again. Spin is left out where
 * `spin` or `gcc` is not installed. Every count without a reduction must be the one that spec/counts.json pins; else the bench fails.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machine, median } from './support/table.js';

// --- types -----------------------------------------------------------------------------------------------------------------

interface Measured {
  readonly seconds: number;
  /** Processor time of all its threads, in seconds. */
  readonly processor: number;
  readonly megabytes: number;
  readonly output: string;
}

/** One who checks a configuration. */
interface Contender {
  readonly engine: string;
  readonly isOurs: boolean;
  readonly once: () => Promise<Measured>;
  /** How many states a run counted. */
  readonly statesOf: (output: string) => number;
}

/** One line of the table: the runs of a contender, in the order of the rounds. */
interface Row {
  readonly contender: Contender;
  readonly states: number;
  readonly runs: Measured[];
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DEFAULT_CONFIGS = ['3213', '2223', '3223', '3313', '3214'];
/** More states than this are for the sweep alone: Spin and the search breadth first would take many gigabytes. */
const FOR_ALL = 20_000_000;
/** More states than this would take TLC an hour. */
const FOR_TLC = 1_000_000;

/** Distinct states by configuration, as they are pinned. */
const PINNED = JSON.parse(readFileSync(join(ROOT, 'spec/counts.json'), 'utf8')) as Readonly<
  Record<string, { readonly states: number } | undefined>
>;

/** `3213` for bayou-s with 3 servers, 2 clients, 1 key, 3 puts; anything else is the name of a configuration. */
const isCore = (config: string): boolean => /^\d{4}$/.test(config);
const nameOf = (config: string): string => (isCore(config) ? `bayou-s-${config}` : config);

/** What the peers' models judge (spec/bayou.pml, spec/Bayou.tla): the same is asked of ours. */
const JUDGED = ['--properties', 'RYW,MR,CONV'];

/** The ways in which ours checks, with the command line's options. */
const ENGINES: ReadonlyArray<readonly [string, ReadonlyArray<string>]> = [
  ['sweep', ['--search', 'sweep']],
  ['auto: breadth first, soon a sweep; shortest traces', []],
  ['breadth first, shortest traces', ['--search', 'bfs']],
  ['sweep, symmetry', ['--search', 'sweep', '--symmetry']],
  ['sweep, symmetry, quotient', ['--search', 'sweep', '--symmetry', '--quotient']],
];

// --- measuring -------------------------------------------------------------------------------------------------------------

const POLL_MS = 10;
/** Linux counts processor time in hundredths. */
const TICKS = 100;

/** The greatest resident set of a live process, in bytes; 0 where the system does not say. */
const peakOf = (pid: number): number => {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
};

/** Processor time of a live process, in seconds, all its threads together; 0 where the system does not say. */
const processorOf = (pid: number): number => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  } catch {
    return 0;
  }
};

const measure = (command: string, args: ReadonlyArray<string>, cwd: string): Promise<Measured> =>
  new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
    const chunks: Buffer[] = [];
    let peak = 0;
    let processor = 0;
    const poll = setInterval(() => {
      peak = Math.max(peak, peakOf(child.pid ?? 0));
      processor = Math.max(processor, processorOf(child.pid ?? 0));
    }, POLL_MS);
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', () => {
      clearInterval(poll);
      const output = Buffer.concat(chunks).toString('utf8');
      resolve({ seconds: (performance.now() - started) / 1000, processor, megabytes: peak / 2 ** 20, output });
    });
  });

// --- the contenders --------------------------------------------------------------------------------------------------------

const ours = (config: string, engine: string, options: ReadonlyArray<string>): Contender => {
  const name = nameOf(config);
  const args = ['dist/cli/main.js', 'check', name, ...options, ...(isCore(config) ? JUDGED : []), '--json'];
  const pinned = PINNED[name]?.states;
  const isReduced = options.includes('--symmetry') || options.includes('--quotient');
  return {
    engine,
    isOurs: true,
    once: () => measure(process.execPath, args, ROOT),
    statesOf: (output) => {
      const report = JSON.parse(output) as { readonly verdict: string; readonly counts: { readonly distinct: number } };
      if (report.verdict !== 'holds') throw new Error(`node ${args.join(' ')}: ${report.verdict}`);
      const states = report.counts.distinct;
      if (!isReduced && pinned !== undefined && states !== pinned) {
        throw new Error(`node ${args.join(' ')}: ${states} states, but spec/counts.json pins ${pinned}`);
      }
      return states;
    },
  };
};

const spinIsThere = (): boolean =>
  [
    ['spin', '-V'],
    ['gcc', '--version'],
  ].every(([command, option]) => spawnSync(command!, [option!]).status === 0);

const spin = (config: string, folder: string): Contender => {
  copyFileSync(join(ROOT, 'spec/bayou.pml'), join(folder, 'bayou.pml'));
  const bounds = ['S', 'C', 'K', 'N'].map((name, i) => `-D${name}=${config[i]!}`);
  const began = performance.now();
  execFileSync('spin', ['-a', '-DGUARD', ...bounds, 'bayou.pml'], { cwd: folder });
  const flags = ['-O3', '-march=native', '-DSAFETY', '-DNOREDUCE', '-DNOFAIR', '-DNOBOUNDCHECK', '-DMEMLIM=17000'];
  execFileSync('gcc', [...flags, '-o', 'pan', 'pan.c'], { cwd: folder, stdio: 'ignore' });
  const making = ((performance.now() - began) / 1000).toFixed(1);
  return {
    engine: `Spin (pan -O3, no-op steps guarded away; made in ${making} s, not counted)`,
    isOurs: false,
    once: () => measure(join(folder, 'pan'), ['-m10000', '-w25'], folder),
    statesOf: (output) => Number(/(\d+) states, stored/.exec(output)?.[1] ?? Number.NaN),
  };
};

/** What `spec/tlc.js` runs TLC with; it is no part of the build. */
interface Tla2Tools {
  readonly tlcJar: () => string | undefined;
  readonly prepareTlc: (
    folder: string,
    cfg: string,
    jar: string,
    workers: string,
  ) => { readonly command: string; readonly args: ReadonlyArray<string> };
  readonly tlcVerdict: (output: string) => { readonly states?: number };
}

const { tlcJar, prepareTlc, tlcVerdict } = (await import(join(ROOT, 'spec/tla2tools.js'))) as Tla2Tools;

const tlc = (config: string, folder: string, jar: string): Contender => {
  const cfg = readFileSync(join(ROOT, `spec/tla/bayou-s-${config}.cfg`), 'utf8');
  const { command, args } = prepareTlc(folder, cfg, jar, '1');
  return {
    engine: 'TLC (one worker, spec/Bayou.tla)',
    isOurs: false,
    once: () => measure(command, args, folder),
    statesOf: (output) => tlcVerdict(output).states ?? Number.NaN,
  };
};

// --- the rounds ------------------------------------------------------------------------------------------------------------

/** Runs all of them in turns, so that a machine whose speed changes is as fast for each. */
const inRounds = async (contenders: ReadonlyArray<Contender>, rounds: number): Promise<ReadonlyArray<Row>> => {
  const rows = new Map<Contender, Row>();
  for (let round = 0; round < rounds; round++) {
    for (const contender of contenders) {
      const run = await contender.once();
      const states = contender.statesOf(run.output);
      const row = rows.get(contender) ?? { contender, states, runs: [] };
      if (row.states !== states) throw new Error(`${contender.engine} counts ${states} states, and before ${row.states}`);
      row.runs.push(run);
      rows.set(contender, row);
    }
  }
  return [...rows.values()];
};

const allOurs = (config: string, isSmall: boolean): ReadonlyArray<Contender> =>
  ENGINES.filter(([engine]) => isSmall || !engine.includes('breadth')).map(([engine, options]) => ours(config, engine, options));

/** The rows of Spin and TLC; undefined where a tool is not installed. */
interface Peers {
  readonly spin: Row | undefined;
  readonly tlc: Row | undefined;
}

/** All of a configuration, theirs first. TLC and what is large are run once: they take minutes where the others take seconds. */
const rowsFor = async (
  config: string,
  withSpin: boolean,
  jar: string | undefined,
  runs: number,
): Promise<ReadonlyArray<string>> => {
  const states = PINNED[nameOf(config)]?.states ?? 0;
  const isSmall = states <= FOR_ALL;
  const folder = mkdtempSync(join(tmpdir(), 'bayou-bench-'));
  try {
    const withTlc = jar !== undefined && states <= FOR_TLC && isCore(config);
    const theirs = withSpin && isSmall && isCore(config) ? [spin(config, folder)] : [];
    const slow = withTlc ? await inRounds([tlc(config, folder, jar)], 1) : [];
    const rows = await inRounds([...theirs, ...allOurs(config, isSmall)], isSmall ? runs : 1);
    const peers: Peers = { spin: rows.find(({ contender }) => !contender.isOurs), tlc: slow[0] };
    const exact = rows.find(({ contender }) => contender.isOurs);
    for (const peer of [peers.spin, peers.tlc]) {
      if (peer === undefined || peer.states === exact?.states) continue;
      throw new Error(`${config}: ${peer.contender.engine} counts ${peer.states} states, ours ${exact?.states}`);
    }
    return [...slow, ...rows].map((row) => {
      const text = line(config, row, peers);
      console.log(text);
      return text;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

// --- the table -------------------------------------------------------------------------------------------------------------

/** How many times more a peer took, round by round; of these the median. */
const ratio = (of: 'seconds' | 'megabytes', row: Row, peer: Row | undefined, digits = 1): string =>
  peer === undefined || !row.contender.isOurs
    ? ''
    : `${median(row.runs.map((run, round) => (peer.runs[round] ?? peer.runs[0]!)[of] / run[of])).toFixed(digits)}×`;

const line = (config: string, row: Row, peers: Peers): string => {
  const middle = (of: 'seconds' | 'processor' | 'megabytes'): number => median(row.runs.map((run) => run[of]));
  const cells = [
    isCore(config) ? config.split('').join(',') : config,
    row.contender.engine,
    row.states.toLocaleString('en'),
    middle('seconds').toFixed(2),
    middle('processor').toFixed(2),
    middle('megabytes').toFixed(0),
    ratio('seconds', row, peers.spin),
    ratio('megabytes', row, peers.spin),
    ratio('seconds', row, peers.tlc, 0),
  ];
  return `| ${cells.join(' | ')} |`;
};

const HEAD = [
  '| servers, clients, keys, puts | engine | states | seconds | processor s | MB | times as fast as Spin | times less memory | times as fast as TLC |',
  '|---|---|---|---|---|---|---|---|---|',
];

const page = (command: string, where: string, runs: number, rows: ReadonlyArray<string>): string =>
  [
    '# Figures of the checker',
    '',
    'The core of the model (bayou-s: no links, kills or messages) checked by `bayou check`, by Spin and (where asked for) by TLC, each in a',
    'process of its own, in turns on the same machine. All judge the same three properties, `RYW`, `MR` and `CONV`. Seconds and memory are those',
    'of the whole process. Without "symmetry" and "quotient" the search is exact and unreduced, and its count of states is the same as',
    'theirs; with them fewer states stand for the same space.',
    '',
    `- Command: \`${command}\` (this page is written by it)`,
    `- Machine: ${where}`,
    `- ${runs === 1 ? 'One run of each' : `Medians of ${runs} rounds (of TLC, and above 20 million states, one run); how many times as fast is the median of the rounds' ratios`}; one thread, besides what V8 does beside it (compiling, collecting)`,
    '',
    ...HEAD,
    ...rows,
    '',
  ].join('\n');

const commandLine = (): string =>
  ['npm run bench:checker', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' ');

const main = async (): Promise<void> => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { runs: { type: 'string', default: '1' }, tlc: { type: 'boolean', default: false } },
  });
  const configs = positionals.length > 0 ? positionals : DEFAULT_CONFIGS;
  const runs = Number(values.runs);
  const where = `${machine()}; load at the start ${loadavg()[0]!.toFixed(1)}`;
  const withSpin = spinIsThere();
  if (!withSpin) console.error('Spin is left out: install it with apt-get install spin gcc libc6-dev');
  const jar = values.tlc ? tlcJar() : undefined;
  if (values.tlc && jar === undefined) console.error('TLC is left out: set TLA2TOOLS to the path of a tla2tools.jar');
  console.log(`${where}\n\n${HEAD.join('\n')}`);
  const rows: string[] = [];
  for (const config of configs) {
    rows.push(...(await rowsFor(config, withSpin, jar, runs)));
    writeFileSync(join(ROOT, 'docs/checker-figures.md'), page(commandLine(), where, runs, rows));
  }
};

await main();

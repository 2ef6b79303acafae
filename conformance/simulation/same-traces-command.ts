/**
 * Checks that a simulated run is the same wherever it is done. `npm run same-traces -- --runs 1000 --seed 1 --nodes 20,22,24` does the same runs in two
 * processes of each of these versions of Node, and compares the hashes of the traces. Missing versions of Node are fetched from the npm registry (the
 * package `node`). Exit status: 0 the traces are the same; 1 they are not; 2 bad usage; 3 a Node could not be run.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { wholeNumber } from '#bayou/command-line/command-line.js';
import { EXIT } from '#bayou/command-line/exit.js';
import { messageOf } from '#bayou/core/errors.js';
import { writePart } from '../common/page-parts.js';

interface Options {
  readonly runs: number;
  readonly seed: number;
  readonly nodes: ReadonlyArray<string>;
  readonly write: boolean;
}

/** The output of one process. */
interface Hashes {
  readonly who: string;
  readonly lines: ReadonlyArray<string>;
}

const HASHES = fileURLToPath(new URL('trace-hashes.js', import.meta.url));
const PAGE = fileURLToPath(new URL('../../../docs/simulation.md', import.meta.url));
const PART = 'the same everywhere: npm run same-traces -- --write';
const TIMES = ['first', 'second'];
/** The most output of one process, in bytes; a run has some 60. */
const MAX_BYTES = 64 * 1024 * 1024;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

const versions = (text: string): ReadonlyArray<string> => {
  if (!/^\d{1,3}(\.\d{1,3}){0,2}(,\d{1,3}(\.\d{1,3}){0,2})*$/.test(text))
    throw new InvalidArgumentError('Use versions like 20,22,24.');
  return text.split(',');
};

/** Does the runs in a process of its own. Rejects with the process's standard error where it failed. */
const hashesOf = (version: string, time: string, { runs, seed }: Options): Promise<Hashes> =>
  new Promise((resolve, reject) => {
    const args = ['exec', '--yes', `--package=node@${version}`, '--', 'node', HASHES, `${seed}`, `${runs}`];
    execFile('npm', args, { maxBuffer: MAX_BYTES }, (error, out, errors) => {
      if (error === null) resolve({ who: `Node ${version}, ${time} time`, lines: out.trimEnd().split('\n') });
      else reject(new Error(`Node ${version}: ${errors.trim() || error.message}`));
    });
  });

/** The first run whose traces differ between two processes, in one line; undefined: there is none. */
const difference = (one: Hashes, other: Hashes, seed: number): string | undefined => {
  const run = one.lines.findIndex((line, i) => line !== other.lines[i]);
  if (run < 0 && one.lines.length === other.lines.length) return undefined;
  return `run ${run} of seed ${seed} is not the same: ${one.who}: ${one.lines[run] ?? 'nothing'}; ${other.who}: ${other.lines[run] ?? 'nothing'}`;
};

const eventsOf = ({ lines }: Hashes): number => lines.reduce((sum, line) => sum + Number(line.split(' ')[2]), 0);

const main = async (o: Options): Promise<number> => {
  const all: Hashes[] = [];
  // The processes run one after the other, since their speed does not matter.
  for (const version of o.nodes) for (const time of TIMES) all.push(await hashesOf(version, time, o));
  const [first, ...others] = all;
  const differences = others.flatMap((other) => difference(first!, other, o.seed) ?? []);
  for (const line of differences) say(line);
  if (differences.length > 0) {
    say(`repeat with: npm run same-traces -- --runs ${o.runs} --seed ${o.seed} --nodes ${o.nodes.join(',')}`);
    return EXIT.violated;
  }
  const text = `${o.runs} runs of seed ${o.seed}, ${eventsOf(first!)} events, ${all.length} times each (twice on each of Node ${o.nodes.join(', ')}): the same traces, byte for byte`;
  say(text);
  if (o.write) writePart(PAGE, PART, `${text}.`);
  return EXIT.ok;
};

const command = new Command('same-traces')
  .description('do the same simulated runs in several processes and versions of Node, and compare their traces')
  .option('--runs <n>', 'how many runs', wholeNumber(1), 100)
  .option('--seed <n>', 'their seed', wholeNumber(1), 1)
  .option('--nodes <list>', 'versions of Node', versions, ['20', '22', '24'])
  .option('--write', 'write what came of it into docs/simulation.md', false)
  .action(async (o: Options) => {
    try {
      process.exitCode = await main(o);
    } catch (error) {
      process.stderr.write(`same-traces: ${messageOf(error)}\n`);
      process.exitCode = EXIT.bounded;
    }
  });
command.exitOverride((error) => process.exit(error.exitCode === 0 ? EXIT.ok : EXIT.usage));
await command.parseAsync();

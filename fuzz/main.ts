/**
 * `npm run fuzz:checker`: random models, checked in random ways, compared with an oracle that shares nothing with the checker. See docs/fuzz.md.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attempt } from './attempt.js';
import { diceOf } from './dice.js';
import { compileLate } from './compiling.js';
import { askMemorySeldom } from './memory.js';
import { optionsOf, type Options } from './options.js';
import { earlierOf, keep, rowFor, runName } from './record.js';
import { countWay, failureLines, kindsLine, nothingTried, summaryLine, type TriedCounts } from './say.js';
import { shrunk } from './shrink.js';
import { watchdog } from './watchdog.js';

/** The time between two progress lines. */
const PULSE_MS = 60_000;

/** The deadline of one model. The largest models take seconds; a busy machine may take longer. */
const DEADLINE_MS = 180_000;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** The seeds of the models: one alone, or those that follow from the run's seed, without the first `before` of them. */
function* seedsOf({ only, models, seed }: Options, before: number): Generator<number> {
  if (only !== undefined) yield only;
  if (only !== undefined) return;
  const dice = diceOf(seed);
  for (let n = 0; n < models; n++) {
    const next = dice.seed();
    if (n >= before) yield next;
  }
}

/** Records a run while it goes on. */
interface Recording {
  /** The number of models of this run that an earlier process has tried. */
  readonly before: number;
  readonly place: Parameters<typeof watchdog>[0]['record'];
  readonly keep: (tried: TriedCounts, differences: number, ms: number) => void;
}

const recordingOf = ({ record, seed, only }: Options): Recording => {
  if (record === undefined || only !== undefined) return { before: 0, place: undefined, keep: () => undefined };
  const name = runName(seed);
  const earlier = earlierOf(record, name);
  return {
    before: earlier?.models ?? 0,
    place: { file: record, name },
    keep: (tried, differences, ms) => keep(record, rowFor(name, earlier, tried, differences, ms)),
  };
};

/** Tries model after model. True where no model showed a difference. */
const fuzz = async (options: Options, folder: string): Promise<boolean> => {
  const file = join(folder, 'checkpoint');
  const began = performance.now();
  const tried = nothingTried();
  const { before, place, keep: record } = recordingOf(options);
  const watch = watchdog({ deadlineMs: DEADLINE_MS, folder, record: place });
  if (before > 0) print(`${before} models of this run are in the record; it goes on behind them`);
  let said = began;
  for (const seed of seedsOf(options, before)) {
    const now = performance.now();
    if (now - began >= options.seconds * 1000) break;
    if (now - said >= PULSE_MS) {
      said = now;
      print(summaryLine(tried, now - began));
      record(tried, 0, now - began);
    }
    watch.begin(tried.models + 1, seed);
    const { ways, states, finding } = await attempt(seed, file);
    tried.models++;
    for (const way of ways) countWay(tried, way);
    tried.states += states;
    if (ways.length === 0) tried.tooLarge++;
    if (finding === undefined) continue;
    record(tried, 1, performance.now() - began);
    const less = options.shrinks ? await shrunk(finding, file, watch.beat) : finding;
    for (const line of failureLines(less, seed, tried.models)) print(line);
    return false;
  }
  record(tried, 0, performance.now() - began);
  if (options.only === undefined) print(kindsLine(tried));
  print(summaryLine(tried, performance.now() - began));
  return true;
};

/** A folder in memory, where the system has one. A search forces its checkpoints to the disk, which is fast there. */
const IN_MEMORY = '/dev/shm';

const main = async (): Promise<void> => {
  const options = optionsOf(process.argv.slice(2));
  if (typeof options === 'string') {
    process.stderr.write(`fuzz:checker: ${options}\n`);
    process.exitCode = 2;
    return;
  }
  if (options.only === undefined) print(`seed ${options.seed}`);
  compileLate();
  askMemorySeldom();
  const folder = mkdtempSync(join(existsSync(IN_MEMORY) ? IN_MEMORY : tmpdir(), 'fuzz-checker-'));
  try {
    if (!(await fuzz(options, folder))) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
};

await main();

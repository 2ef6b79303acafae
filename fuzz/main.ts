/**
 * `npm run fuzz:checker`: random models, checked in random ways, compared with an oracle that shares nothing with the checker. See docs/fuzz.md.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attempt } from './attempt.js';
import { diceOf } from './dice.js';
import { optionsOf, type Options } from './options.js';
import { failureLines, summaryLine, type Tried } from './say.js';
import { shrunk } from './shrink.js';

/** Between two lines that say how far it is. */
const PULSE_MS = 60_000;

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** The seeds of the models: one alone, or those that follow from the seed of the run. */
function* seedsOf({ only, models, seed }: Options): Generator<number> {
  if (only !== undefined) yield only;
  if (only !== undefined) return;
  const dice = diceOf(seed);
  for (let n = 0; n < models; n++) yield dice.seed();
}

/** Tries model after model; whether all agreed. */
const fuzz = async (options: Options, file: string): Promise<boolean> => {
  const began = performance.now();
  const tried: Tried = { models: 0, ways: 0, states: 0, tooLarge: 0 };
  let said = began;
  for (const seed of seedsOf(options)) {
    const now = performance.now();
    if (now - began >= options.seconds * 1000) break;
    if (now - said >= PULSE_MS) {
      said = now;
      print(summaryLine(tried, now - began));
    }
    const { ways, states, finding } = await attempt(seed, file);
    tried.models++;
    tried.ways += ways;
    tried.states += states;
    if (ways === 0) tried.tooLarge++;
    if (finding === undefined) continue;
    const less = options.shrinks ? await shrunk(finding, file) : finding;
    for (const line of failureLines(less, seed, tried.models)) print(line);
    return false;
  }
  print(summaryLine(tried, performance.now() - began));
  return true;
};

const main = async (): Promise<void> => {
  const options = optionsOf(process.argv.slice(2));
  if (typeof options === 'string') {
    process.stderr.write(`fuzz:checker: ${options}\n`);
    process.exitCode = 2;
    return;
  }
  if (options.only === undefined) print(`seed ${options.seed}`);
  const folder = mkdtempSync(join(tmpdir(), 'fuzz-checker-'));
  try {
    if (!(await fuzz(options, join(folder, 'checkpoint')))) process.exitCode = 1;
  } finally {
    rmSync(folder, { recursive: true });
  }
};

await main();

/**
 * A watch over the fuzz from a thread of its own: a search that goes round for ever lets no timer of its own thread go off. A model that takes too long is a difference, and is
 * told with the command that repeats it; then the process is killed, for nothing else ends such a loop.
 */
import { rmSync, writeSync } from 'node:fs';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { earlierOf, keep, rowFor, type RunName } from './record.js';
import { nothingTried } from './say.js';

/** What the watch knows: how often it was told that something goes on, which model that is, and its seed. */
const BEATS = 0;
const MODELS = 1;
const SEED = 2;

interface Watched {
  readonly cells: Int32Array;
  readonly deadlineMs: number;
  /** Removed where the process is killed. */
  readonly folder: string;
  /** The record that the run is told in, and its name there. */
  readonly record: { readonly file: string; readonly name: RunName } | undefined;
}

/** The watch, as the fuzz has it. */
export interface Watchdog {
  /** A model is begun. */
  readonly begin: (model: number, seed: number) => void;
  /** Something of the model has come to its end; the deadline counts from here. */
  readonly beat: () => void;
}

/** Starts the watch; `deadlineMs`: for a model, or one try at cutting it down. */
export const watchdog = ({ deadlineMs, folder, record }: Omit<Watched, 'cells'>): Watchdog => {
  const cells = new Int32Array(new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT));
  new Worker(new URL(import.meta.url), {
    execArgv: [],
    workerData: { cells, deadlineMs, folder, record } satisfies Watched,
  }).unref();
  const beat = (): void => {
    Atomics.add(cells, BEATS, 1);
    Atomics.notify(cells, BEATS);
  };
  return {
    beat,
    begin: (model, seed) => {
      Atomics.store(cells, MODELS, model);
      Atomics.store(cells, SEED, seed);
      beat();
    },
  };
};

/** Counts the difference, in what the run told last. */
const tell = ({ file, name }: NonNullable<Watched['record']>): void =>
  keep(file, rowFor(name, earlierOf(file, name), nothingTried(), 1, 0));

const watched = ({ cells, deadlineMs, folder, record }: Watched): void => {
  let seen: number;
  do seen = Atomics.load(cells, BEATS);
  while (Atomics.wait(cells, BEATS, seen, deadlineMs) !== 'timed-out');
  const [model, seed] = [Atomics.load(cells, MODELS), Atomics.load(cells, SEED) >>> 0];
  const lines = [
    `model ${model.toLocaleString('en-US')}: the checker differs from the truth, or the fuzz does`,
    `  it has not come to an end within ${deadlineMs / 1000} s`,
    `Repeat with: npm run fuzz:checker -- --only ${seed}`,
  ];
  writeSync(1, `${lines.join('\n')}\n`);
  if (record !== undefined) tell(record);
  rmSync(folder, { recursive: true, force: true });
  process.kill(process.pid, 'SIGKILL');
};

if (!isMainThread) watched(workerData as Watched);

/**
 * Watches over the fuzz from a thread of its own, since an endless search blocks all timers of its own thread. A model that takes too long is a difference. The watchdog prints it with the
 * command that repeats it, and then kills the process: nothing else ends such a loop.
 */
import { rmSync, writeSync } from 'node:fs';
import { isMainThread, Worker, workerData } from 'node:worker_threads';
import { earlierOf, keep, rowFor, type RunName } from './record.js';
import { nothingTried } from './say.js';

/** The indices of the cells that both threads share: the number of beats, the model under way, and its seed. */
const BEATS = 0;
const MODELS = 1;
const SEED = 2;

interface Watched {
  readonly cells: Int32Array;
  readonly deadlineMs: number;
  /** The folder that is removed before the process is killed. */
  readonly folder: string;
  /** The record of the run, and the run's name there; undefined: it is not recorded. */
  readonly record: { readonly file: string; readonly name: RunName } | undefined;
}

/** The fuzz's side of the watchdog. */
export interface Watchdog {
  /** The fuzz begins a model. */
  readonly begin: (model: number, seed: number) => void;
  /** A part of the model is done; the deadline counts from here. */
  readonly beat: () => void;
}

/** Starts the watchdog. `deadlineMs`: the deadline for a model, or for one try at making it smaller. It is noticed within twice that time. */
export const watchdog = ({ deadlineMs, folder, record }: Omit<Watched, 'cells'>): Watchdog => {
  const cells = new Int32Array(new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT));
  new Worker(new URL(import.meta.url), {
    execArgv: [],
    workerData: { cells, deadlineMs, folder, record } satisfies Watched,
  }).unref();
  // It wakes nobody: a thread woken for each model would cost more than the smallest models.
  const beat = (): void => void Atomics.add(cells, BEATS, 1);
  return {
    beat,
    begin: (model, seed) => {
      Atomics.store(cells, MODELS, model);
      Atomics.store(cells, SEED, seed);
      beat();
    },
  };
};

/** Counts the difference in the run's latest row of the record. */
const tell = ({ file, name }: NonNullable<Watched['record']>): void =>
  keep(file, rowFor(name, earlierOf(file, name), nothingTried(), 1, 0));

const watched = ({ cells, deadlineMs, folder, record }: Watched): void => {
  let seen: number;
  do {
    seen = Atomics.load(cells, BEATS);
    Atomics.wait(cells, BEATS, seen, deadlineMs);
  } while (Atomics.load(cells, BEATS) !== seen);
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

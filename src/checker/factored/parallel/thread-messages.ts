/** The messages between the leader of a search and its threads, and among the threads. */
import { toldAsNoRoom } from '../../memory.js';
import type { MessagePort } from 'node:worker_threads';
import { isOfNoState } from '../../contract/fault-location.js';
import type { CheckpointIdentity } from '../../checkpoint/identity.js';
import type { AuditReport } from '../../report.js';
import type { ReadyComponentModel } from '../reduced-model.js';
import type { Tally } from '../search/tally.js';
import type { BudgetData } from './budget.js';
import type { ModelSource } from './model-source.js';
import type { Parcel } from './parcel.js';
import type { Answers, ModelDeclarations } from './same-model.js';

/** What a thread is started with. */
export interface WorkerData {
  readonly source: ModelSource;
  readonly locals: ReadonlyArray<number>;
  readonly symmetry: boolean;
  /** The maps of the closed symmetry. */
  readonly words: ReadyComponentModel['words'];
  readonly normalize: boolean;
  readonly audit: boolean;
  readonly properties: ReadonlyArray<string> | null;
  /** The limit on states that all threads share; null where there is none. */
  readonly budget: BudgetData | null;
  readonly identity: CheckpointIdentity;
  /** What the model declares in the thread of the leader. */
  readonly declared: ModelDeclarations;
  /** The checkpoint to which the thread appends; null where none is written. */
  readonly checkpoint: string | null;
  /** A checkpoint to go on from, and where its sections of each thread begin. */
  readonly resume: { readonly path: string; readonly sections: ReadonlyArray<number> } | null;
  readonly index: number;
  /** By thread: the port to it; none to itself. */
  readonly ports: ReadonlyArray<MessagePort | null>;
  /** Where other threads see the current call of a model's function. */
  readonly runs: SharedArrayBuffer;
}

/**
 * A command to a thread.
 * - `go`: go to the next depth.
 * - `pause`: expand no more, and report when all threads have received all that was sent.
 * - `write`: append your part to the checkpoint.
 * - `on`: go on with the depth that was left, after a pause or a resumption.
 * - `stop`: stop, and report what was found.
 */
export type ThreadCommand = 'go' | 'pause' | 'write' | 'on' | 'stop';

/**
 * A report of a thread. `level` says that the depth is over in this thread, and how many states wait for the next; `pulse` says how far the
 * thread is.
 */
export interface ThreadReport {
  readonly kind: 'level' | 'pulse' | 'paused' | 'written' | 'done' | 'failed';
  readonly tally: Tally;
  readonly decided: ReadonlyArray<boolean>;
  readonly violated: boolean;
  readonly waiting: number;
  /** Whether the threads have reached the limit of states. This thread has then stopped, and waits for a command. */
  readonly spent: boolean;
  readonly enabled: ReadonlyArray<boolean>;
  readonly details: Readonly<Record<string, number>>;
  readonly audited: AuditReport;
  readonly merges: boolean;
  /** What the model answers in this thread, where it is done. */
  readonly answers?: Answers;
  /** `isOfNoState`: no run leads to the fault. */
  readonly error?: { readonly name: string; readonly code?: string; readonly message: string; readonly isOfNoState?: true };
}

/**
 * A message between threads: `cells` that were found from states of a depth; `over`: the sender has no more of that depth; `quiet`: the sender
 * pauses, and sends nothing until all threads pause.
 */
export interface ThreadMessage {
  readonly kind: 'cells' | 'over' | 'quiet';
  /** The depth, as the number of times that the sender had been told to go on. */
  readonly round: number;
  readonly parcel?: Parcel;
}

export const NOTHING_AUDITED: AuditReport = { runs: 0, repeated: 0 };

/** The report of a thread that cannot go on. */
export const failure = (thrown: unknown): ThreadReport => ({
  kind: 'failed',
  tally: { distinct: 0, generated: 0, cut: 0, queue: 0, steps: [], fresh: [] },
  decided: [],
  violated: false,
  waiting: 0,
  spent: false,
  enabled: [],
  details: {},
  audited: NOTHING_AUDITED,
  merges: false,
  error: told(toldAsNoRoom(thrown)),
});

const told = (error: unknown): NonNullable<ThreadReport['error']> =>
  error instanceof Error
    ? {
        name: error.name,
        message: error.message,
        ...('code' in error ? { code: String(error.code) } : {}),
        ...(isOfNoState(error) ? { isOfNoState: true } : {}),
      }
    : { name: 'Error', message: String(error) };

/**
 * One thread of a parallel search, breadth first. Each group belongs to one thread, by a hash of its values' keys on which all agree.
 * Cells found for another thread's group are sent to it; it gives them the depth that all are finding. A depth is over when each
 * thread has expanded its own groups and has heard from every other that it has too; only then do all go on to the next.
 */
import { mayHaveMerged } from '../../contract/merging.js';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import { append, reading } from '../../checkpoint/file.js';
import type { Identity } from '../../checkpoint/identity.js';
import type { Audited } from '../../report.js';
import { showRuns } from '../../contract/doing.js';
import { thrown } from '../../contract/words.js';
import { contractedComponents } from '../../contract/validate.js';
import type { ComponentModel } from '../../model.js';
import { Budget, type BudgetData } from './budget.js';
import { readOpening, restore, write } from '../factored-checkpoint.js';
import { layoutOf } from '../compile/compile.js';
import { CheckerError } from '../../error.js';
import type { Batch } from '../store/batch.js';
import { Inbox, Outbox, type Parcel } from './parcel.js';
import { withWords, type Ready } from '../reduced-model.js';
import { detailsOf } from '../factored-report.js';
import { BreadthFirst } from '../search/breadth-first.js';
import { newSpace, type Space } from '../space.js';
import type { Tally } from '../search/tally.js';

/** Where a thread finds the model: a module, the name of a function that it exports (perhaps `async`), and its arguments (plain data). */
export interface ModelSource {
  readonly module: string;
  readonly name: string;
  readonly args: ReadonlyArray<unknown>;
}

export interface WorkerData {
  readonly source: ModelSource;
  readonly locals: ReadonlyArray<number>;
  readonly symmetry: boolean;
  /** The maps of the closed symmetry. */
  readonly words: Ready['words'];
  readonly normalize: boolean;
  readonly audit: boolean;
  readonly properties: ReadonlyArray<string> | null;
  /** The limit on states that all threads share, if there is one. */
  readonly budget: BudgetData | null;
  readonly identity: Identity;
  /** The checkpoint to which to append, if it is asked for. */
  readonly checkpoint: string | null;
  /** A checkpoint to go on from, and where its sections of each thread begin. */
  readonly resume: { readonly path: string; readonly sections: ReadonlyArray<number> } | null;
  readonly index: number;
  /** By thread: the port to it; none to itself. */
  readonly ports: ReadonlyArray<MessagePort | null>;
  /** Where others see which run of a model's function is under way. */
  readonly runs: SharedArrayBuffer;
}

/**
 * To a thread. `go`: to the next depth. `pause`: expand no more, and say so when all have heard all that was sent. `write`: append your part
 * to the checkpoint. `on`: with the depth that was left, after a pause or a resumption. `stop`, and say what was found.
 */
export type Command = 'go' | 'pause' | 'write' | 'on' | 'stop';

/** From a thread. `level`: the depth is over here, with the queue of the next; `pulse`: how far it is. */
export interface Word {
  readonly kind: 'level' | 'pulse' | 'paused' | 'written' | 'done' | 'failed';
  readonly tally: Tally;
  readonly decided: ReadonlyArray<boolean>;
  readonly violated: boolean;
  readonly waiting: number;
  /** Whether the threads have found as many states as they may: this one has stopped for that, and waits to be told. */
  readonly spent: boolean;
  readonly enabled: ReadonlyArray<boolean>;
  readonly details: Readonly<Record<string, number>>;
  readonly audited: Audited;
  readonly merges: boolean;
  readonly error?: { readonly name: string; readonly code?: string; readonly message: string };
}

/**
 * Between threads: cells that were found from states of a depth; that the sender has no more of that depth; or that it pauses, and sends
 * nothing until all have.
 */
interface Message {
  readonly kind: 'cells' | 'over' | 'quiet';
  /** Which depth: how often the sender had been told to go on. */
  readonly round: number;
  readonly parcel?: Parcel;
}

/** What another thread has found, and how far it was taken in. */
interface Held {
  readonly parcel: Parcel;
  readonly from: number;
  at: number;
}

/** The model that a source names. @throws TypeError when the module does not export such a function. */
export const buildModel = async ({ module, name, args }: ModelSource): Promise<ComponentModel> => {
  const exported = (await import(module).catch((error: unknown) => {
    throw new CheckerError('option', `source: ${module} cannot be loaded: ${thrown(error)}`);
  })) as Readonly<Record<string, unknown>>;
  const make = exported[name];
  if (typeof make !== 'function') throw new CheckerError('option', `source: ${module} exports no function ${name}`);
  return (make as (...values: ReadonlyArray<unknown>) => ComponentModel | Promise<ComponentModel>)(...args);
};

const TURN_MS = 20;
const GROUPS_PER_LOOK = 16;
const PULSE_MS = 100;

class Thread {
  private readonly space: Space;
  private readonly run: BreadthFirst;
  private readonly index: number;
  private readonly ports: ReadonlyArray<MessagePort | null>;
  private readonly outboxes: ReadonlyArray<Outbox>;
  private readonly inboxes: ReadonlyArray<Inbox>;
  private readonly say: (word: Word) => void;
  private readonly data: WorkerData;
  private readonly began = performance.now();
  /** Which threads have said that they have no more of this depth; a thread that is ahead says it only once per depth. */
  private readonly over: boolean[];
  /** Which threads have said that they pause. */
  private readonly quiet: boolean[];
  /** Messages of a depth to which this thread was not told to go yet. */
  private early: (readonly [Message, number])[] = [];
  /** What was not taken in, as there are enough states. */
  private readonly held: Held[] = [];
  private readonly budget: Budget | undefined;
  private spent = false;
  /** How often this thread was told to go on. */
  private round = 0;
  private stopped = false;
  private working = false;
  private pausing = false;
  private finished = false;
  private spoke = 0;

  constructor(model: ComponentModel, data: WorkerData, say: (word: Word) => void) {
    const { index, ports, properties, symmetry, normalize, resume } = data;
    this.data = data;
    this.index = index;
    this.ports = ports;
    this.say = say;
    this.over = ports.map(() => false);
    this.quiet = ports.map(() => false);
    const contracted = withWords(contractedComponents(model, { audit: data.audit }).model, data.words);
    this.space = newSpace(contracted, layoutOf(contracted, data.locals), {
      symmetry,
      normalize,
      shared: true,
      ...(properties === null ? {} : { properties }),
    });
    this.budget = data.budget === null ? undefined : new Budget(data.budget, this.space.tally);
    this.outboxes = ports.map(() => new Outbox(this.space, index));
    this.inboxes = ports.map(() => new Inbox(this.space));
    this.run = new BreadthFirst(this.space, Infinity, resume === null ? 'initial' : 'resume', {
      sendAway: (batch, tuple, family) => this.sendAway(batch, tuple, family),
    });
    ports.forEach((port, from) => port?.on('message', (message: Message) => this.guarded(() => this.hear(message, from))));
    if (resume === null) this.begin();
    else this.restore(resume.path, resume.sections[index]!);
    this.finish('level');
  }

  /** The initial states are everybody's first finds; all but their owners send them away, and each is counted where it belongs alone. */
  private begin(): void {
    if (this.index !== 0) this.space.tally.generated = 0;
    this.outboxes.forEach((outbox) => outbox.clear());
  }

  private restore(path: string, section: number): void {
    reading(path, section, (from) => {
      readOpening(from, this.data.identity);
      restore(from, this.space, this.run);
    });
  }

  command(command: Command): void {
    switch (command) {
      case 'go':
        this.goOn();
        break;
      case 'pause':
        this.pausing = true;
        if (!this.working) this.fallQuiet();
        break;
      case 'write':
        this.takeHeld();
        append(this.data.checkpoint!, (to) => write(to, this.space, this.run, this.data.identity));
        this.finish('written');
        break;
      case 'on':
        this.takeUp();
        break;
      case 'stop':
        this.stopped = true;
        if (!this.working) this.finish('done');
    }
  }

  /** Goes to the next depth. */
  private goOn(): void {
    this.round++;
    this.run.advanceTogether();
    this.over.fill(false);
    this.finished = false;
    this.working = true;
    const early = this.early;
    this.early = [];
    for (const [message, from] of early) this.hear(message, from);
    this.turn();
  }

  /** Goes on with the depth that was left. What others said of it still stands: they may be ahead, and have said more. */
  private takeUp(): void {
    this.pausing = false;
    if (this.finished) this.finish('level');
    else if (!this.over[this.index]!) {
      this.working = true;
      this.turn();
    }
  }

  /** Sends what has gathered, and says that there will be no more. What was sent before is heard before. */
  private fallQuiet(): void {
    this.ports.forEach((port, to) => {
      this.post(to);
      port?.postMessage({ kind: 'quiet', round: this.round } satisfies Message);
    });
    this.quiet[this.index] = true;
    this.endPause();
  }

  private endPause(): void {
    if (!this.quiet.every(Boolean)) return;
    // Nobody says it again before the leader, who waits for this word, has all go on.
    this.quiet.fill(false);
    this.finish('paused');
  }

  private owner(tuple: Int32Array): number {
    const { components, compiled } = this.space;
    let h = 0x9e3779b1;
    for (let i = 0; i < tuple.length; i++) {
      h = Math.imul(h ^ components.hashOf(compiled.kinds[i]!, tuple[i]!), 0x85ebca6b);
      h ^= h >>> 15;
    }
    return ((h ^ (h >>> 16)) >>> 0) % this.ports.length;
  }

  private sendAway(batch: Batch, tuple: Int32Array, family: number): boolean {
    const to = this.owner(tuple);
    if (to === this.index) return false;
    const outbox = this.outboxes[to]!;
    outbox.add(batch, tuple, family);
    if (outbox.isFull) this.post(to);
    return true;
  }

  private post(to: number): void {
    const parcel = this.outboxes[to]!.take();
    if (parcel === undefined) return;
    this.ports[to]?.postMessage({ kind: 'cells', round: this.round, parcel } satisfies Message, [parcel.words.buffer]);
  }

  private hear(message: Message, from: number): void {
    if (message.kind === 'quiet') {
      this.quiet[from] = true;
      this.endPause();
      return;
    }
    if (message.round !== this.round) {
      this.early.push([message, from]);
      return;
    }
    if (message.parcel === undefined) this.over[from] = true;
    else this.take({ parcel: message.parcel, from, at: 0 });
    this.endLevel();
  }

  /** Takes in what another thread has found, until there are as many states as there may be; the rest is held back. */
  private take(held: Held): void {
    if (!this.spent) this.open(held);
    if (held.at < held.parcel.words.length) this.held.push(held);
  }

  private open(held: Held): void {
    held.at = this.inboxes[held.from]!.open(held.parcel, held.at, (batch, tuple, family) => {
      this.run.expander.receive(batch, tuple, family);
      this.spent = this.budget?.isSpent() === true;
      return !this.spent;
    });
    if (this.spent) this.finish('pulse');
  }

  /** Takes in what was held back: without it what is written would lack states. */
  private takeHeld(): void {
    for (const { parcel, from, at } of this.held) {
      this.inboxes[from]!.open(parcel, at, (batch, tuple, family) => {
        this.run.expander.receive(batch, tuple, family);
        return true;
      });
    }
    this.held.length = 0;
  }

  /** Expands for a while, then lets messages in. */
  private turn(): void {
    if (this.stopped) {
      this.working = false;
      this.finish('done');
      return;
    }
    if (this.pausing) {
      this.working = false;
      this.fallQuiet();
      return;
    }
    const until = performance.now() + TURN_MS;
    do {
      for (let i = 0; i < GROUPS_PER_LOOK && !this.spent; i++) {
        if (!this.run.step()) {
          this.endWork();
          return;
        }
        this.spent = this.budget?.isSpent() === true;
      }
    } while (!this.spent && performance.now() < until);
    if (this.spent) {
      this.working = false;
      this.finish('pulse');
      return;
    }
    this.pulse();
    setImmediate(() => this.guarded(() => this.turn()));
  }

  private pulse(): void {
    if (performance.now() - this.spoke < PULSE_MS) return;
    this.spoke = performance.now();
    this.finish('pulse');
  }

  private endWork(): void {
    this.working = false;
    this.ports.forEach((port, to) => {
      this.post(to);
      port?.postMessage({ kind: 'over', round: this.round } satisfies Message);
    });
    this.over[this.index] = true;
    this.endLevel();
  }

  private endLevel(): void {
    if (this.finished || this.spent || !this.over.every(Boolean)) return;
    this.finished = true;
    this.finish('level');
  }

  /** What was noted is done again before the thread ends. The leader knows no run to where it goes wrong, and looks for one by itself. */
  private endAudit(): Audited | undefined {
    return this.space.audit?.finish(performance.now() - this.began, () => undefined);
  }

  private finish(kind: Exclude<Word['kind'], 'failed'>): void {
    const { tally, judge, memo } = this.space;
    this.say({
      kind,
      tally,
      decided: judge.found.map((evidence) => evidence !== undefined),
      violated: judge.violated,
      waiting: this.run.layer.queue.length,
      spent: this.spent,
      enabled: memo.enabled,
      details: detailsOf(this.space),
      audited: (kind === 'done' ? this.endAudit() : this.space.audit?.said()) ?? NOTHING_AUDITED,
      merges: mayHaveMerged(this.space.components.merging),
    });
  }

  /** Runs something, and says what went wrong if it throws: a model that breaks its contract is the caller's to know. */
  guarded(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.say(failure(error));
    }
  }
}

const NOTHING_AUDITED: Audited = { runs: 0, repeated: 0 };

const failure = (error: unknown): Word => ({
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
  error:
    error instanceof Error
      ? { name: error.name, message: error.message, ...('code' in error ? { code: String(error.code) } : {}) }
      : { name: 'Error', message: String(error) },
});

/** The thread's whole life: it runs where this module is started as a worker. */
const live = async (data: WorkerData): Promise<void> => {
  const port = parentPort!;
  const say = (word: Word): void => port.postMessage(word);
  showRuns(data.runs);
  try {
    const thread = new Thread(await buildModel(data.source), data, say);
    port.on('message', (command: Command) => thread.guarded(() => thread.command(command)));
  } catch (error) {
    say(failure(error));
  }
};

// Not awaited here: the model's module may import the checker, and so this module, which must be there by then.
if (parentPort !== null && isWorkerData(workerData)) void live(workerData);

function isWorkerData(data: unknown): data is WorkerData {
  return typeof data === 'object' && data !== null && 'ports' in data && 'locals' in data;
}

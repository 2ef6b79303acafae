/**
 * One thread of a parallel breadth-first search. A hash of a group's keys, on which all threads agree, says which thread owns the group. Cells
 * that are found for another thread's group are sent to it, and it gives them the depth that all threads are finding. A depth is over when each
 * thread has expanded its own groups and has heard from every other that it has too. Only then do all go on to the next.
 */
import { append, reading } from '../../checkpoint/file.js';
import type { AuditReport } from '../../report.js';
import { contractedComponents } from '../../contract/validate.js';
import type { ComponentModel } from '../../model.js';
import { Budget } from './budget.js';
import { readOpening, restore, write } from '../factored-checkpoint.js';
import { layoutOf } from '../compile/compile.js';
import { Inbox, type Parcel } from './parcel.js';
import { Peers } from './peers.js';
import { answersOf, mustDeclare } from './same-model.js';
import { withWords } from '../reduced-model.js';
import { detailsOf } from '../factored-report.js';
import { mayHaveMerged } from '../../contract/merging.js';
import { BreadthFirst } from '../search/breadth-first.js';
import { newSpace, type Space } from '../space.js';
import { failure, NOTHING_AUDITED } from './thread-messages.js';
import type { ThreadCommand, ThreadMessage, ThreadReport, WorkerData } from './thread-messages.js';

/** A parcel of another thread, and how far it was taken in. */
interface Held {
  readonly parcel: Parcel;
  readonly from: number;
  at: number;
}

/**
 * The phase of a thread. `idle`: the thread waits for its leader, or for the other threads at this depth. `expanding`: a turn of the thread is under
 * way or will be. `over`: the thread has reported that its depth is over. `spent`: the limit of states is reached, and the thread does nothing more.
 */
type Phase = 'idle' | 'expanding' | 'over' | 'spent';

const TURN_MS = 20;
const GROUPS_PER_LOOK = 16;
const PULSE_MS = 100;

export class Thread {
  private readonly space: Space;
  private readonly run: BreadthFirst;
  private readonly index: number;
  private readonly peers: Peers;
  private readonly inboxes: ReadonlyArray<Inbox>;
  private readonly say: (report: ThreadReport) => void;
  private readonly data: WorkerData;
  private readonly began = performance.now();
  /** Which threads have said that they have no more of this depth. A thread that is ahead says it only once per depth. */
  private readonly over: boolean[];
  /** Which threads have said that they pause. */
  private readonly quiet: boolean[];
  /** Messages of a depth to which this thread was not told to go yet. */
  private early: (readonly [ThreadMessage, number])[] = [];
  /** The parcels that were not taken in, because there are enough states. */
  private readonly held: Held[] = [];
  private readonly budget: Budget | undefined;
  private phase: Phase = 'idle';
  /** What the leader asked for while this thread expands. It is done at the next turn. */
  private asked: 'pause' | 'stop' | undefined = undefined;
  private spoke = 0;

  constructor(model: ComponentModel, data: WorkerData, say: (report: ThreadReport) => void) {
    const { index, ports, properties, symmetry, normalize, resume } = data;
    this.data = data;
    this.index = index;
    this.say = say;
    this.over = ports.map(() => false);
    this.quiet = ports.map(() => false);
    const { model: sound } = contractedComponents(model, { audit: data.audit });
    mustDeclare(sound, data.declared);
    const contracted = withWords(sound, data.words);
    this.space = newSpace(contracted, layoutOf(contracted, data.locals), {
      symmetry,
      normalize,
      shared: true,
      ...(properties === null ? {} : { properties }),
    });
    this.budget = data.budget === null ? undefined : new Budget(data.budget, this.space.tally);
    this.peers = new Peers(this.space, index, ports);
    this.inboxes = ports.map(() => new Inbox(this.space));
    this.run = new BreadthFirst(this.space, Infinity, resume === null ? 'initial' : 'resume', {
      sendAway: (batch, tuple, family) => this.peers.sendAway(batch, tuple, family),
    });
    ports.forEach((port, from) => port?.on('message', (message: ThreadMessage) => this.guarded(() => this.hear(message, from))));
    if (resume === null) this.begin();
    else this.restore(resume.path, resume.sections[index]!);
    this.finish('level');
  }

  /**
   * Finds the initial states. Every thread finds all of them, and sends those of other owners away. Only the owner counts a state, and only
   * thread 0 counts the finds.
   */
  private begin(): void {
    if (this.index !== 0) this.space.tally.generated = 0;
    this.peers.clear();
  }

  private restore(path: string, section: number): void {
    reading(path, section, (from) => {
      readOpening(from, this.data.identity);
      restore(from, this.space, this.run);
    });
  }

  command(command: ThreadCommand): void {
    switch (command) {
      case 'go':
        this.goOn();
        break;
      case 'pause':
      case 'stop':
        this.asked = command;
        if (this.phase !== 'expanding') this.doAsked();
        break;
      case 'write':
        this.takeHeld();
        append(this.data.checkpoint!, (to) => write(to, this.space, this.run, this.data.identity));
        this.finish('written');
        break;
      case 'on':
        this.takeUp();
    }
  }

  /** Goes to the next depth. */
  private goOn(): void {
    this.peers.round++;
    this.run.advanceTogether();
    this.over.fill(false);
    this.phase = 'expanding';
    const early = this.early;
    this.early = [];
    for (const [message, from] of early) this.hear(message, from);
    this.turn();
  }

  /** Goes on with the depth that was left. What other threads said of it still stands: they may be ahead, and have said more. */
  private takeUp(): void {
    this.asked = undefined;
    if (this.phase === 'over') this.finish('level');
    else if (this.phase === 'spent') this.finish('pulse');
    else if (!this.over[this.index]!) {
      this.phase = 'expanding';
      this.turn();
    }
  }

  /** Sends what has gathered, and says that nothing more comes until all threads pause. */
  private fallQuiet(): void {
    this.peers.tell('quiet');
    this.quiet[this.index] = true;
    this.endPause();
  }

  private endPause(): void {
    if (!this.quiet.every(Boolean)) return;
    // No thread says it again before the leader, who waits for this report, has all of them go on.
    this.quiet.fill(false);
    this.finish('paused');
  }

  private hear(message: ThreadMessage, from: number): void {
    if (message.kind === 'quiet') {
      this.quiet[from] = true;
      this.endPause();
      return;
    }
    if (message.round !== this.peers.round) {
      this.early.push([message, from]);
      return;
    }
    if (message.parcel === undefined) this.over[from] = true;
    else this.take({ parcel: message.parcel, from, at: 0 });
    this.endLevel();
  }

  /** Takes in the parcel of another thread until the limit of states is reached. The rest of the parcel is held back. */
  private take(held: Held): void {
    const isOpened = this.phase !== 'spent';
    if (isOpened) this.open(held);
    // A parcel without cells has values all the same.
    if (!isOpened || held.at < held.parcel.words.length) this.held.push(held);
  }

  private open(held: Held): void {
    held.at = this.inboxes[held.from]!.open(held.parcel, held.at, (batch, tuple, family) => {
      this.run.expander.receive(batch, tuple, family);
      return !this.isSpent();
    });
    if (this.isSpent()) this.endSpent();
  }

  /** Takes in what was held back. Without it a checkpoint would lack states. */
  private takeHeld(): void {
    for (const { parcel, from, at } of this.held) {
      this.inboxes[from]!.open(parcel, at, (batch, tuple, family) => {
        this.run.expander.receive(batch, tuple, family);
        return true;
      });
    }
    this.held.length = 0;
  }

  private isSpent(): boolean {
    return this.budget?.isSpent() === true;
  }

  private endSpent(): void {
    this.phase = 'spent';
    this.finish('pulse');
    if (this.asked !== undefined) this.doAsked(); // No turn comes for it.
  }

  /** Does what the leader asked for while the thread expanded. */
  private doAsked(): void {
    if (this.asked === 'stop') this.finish('done');
    else this.fallQuiet();
    this.asked = undefined;
  }

  /** Expands for a while, then lets messages in. */
  private turn(): void {
    if (this.phase !== 'expanding') return;
    if (this.asked !== undefined) {
      this.phase = 'idle';
      this.doAsked();
      return;
    }
    const until = performance.now() + TURN_MS;
    do {
      for (let i = 0; i < GROUPS_PER_LOOK; i++) {
        if (!this.run.step()) {
          this.endWork();
          return;
        }
        if (this.isSpent()) {
          this.endSpent();
          return;
        }
      }
    } while (performance.now() < until);
    this.pulse();
    setImmediate(() => this.guarded(() => this.turn()));
  }

  private pulse(): void {
    if (performance.now() - this.spoke < PULSE_MS) return;
    this.spoke = performance.now();
    this.finish('pulse');
  }

  private endWork(): void {
    this.phase = 'idle';
    this.peers.tell('over');
    this.over[this.index] = true;
    this.endLevel();
  }

  private endLevel(): void {
    if (this.phase === 'over' || this.phase === 'spent' || !this.over.every(Boolean)) return;
    this.phase = 'over';
    this.finish('level');
  }

  /** Repeats the noted calls of the model before the thread ends. The leader has no run to where an answer differs, and searches for one. */
  private endAudit(): AuditReport | undefined {
    const audited = this.space.audit?.finish(performance.now() - this.began, () => undefined);
    this.space.audit?.quietly(() => this.space.components.mustBeWhole());
    return audited;
  }

  private finish(kind: Exclude<ThreadReport['kind'], 'failed'>): void {
    const { tally, judge, memo } = this.space;
    this.say({
      kind,
      tally,
      decided: judge.found.map((evidence) => evidence !== undefined),
      violated: judge.violated,
      waiting: this.run.layer.queue.length,
      spent: this.phase === 'spent',
      enabled: memo.enabled,
      details: detailsOf(this.space),
      audited: (kind === 'done' ? this.endAudit() : this.space.audit?.said()) ?? NOTHING_AUDITED,
      merges: mayHaveMerged(this.space.components.merging),
      ...(kind === 'done' ? { answers: answersOf(this.space, this.run.layer, this.data, performance.now() - this.began) } : {}),
    });
  }

  /** Runs something, and reports an error: a caller must learn that its model breaks the contract. */
  guarded(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.say(failure(error));
    }
  }
}

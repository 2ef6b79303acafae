/** Sums up a series of simulated runs: their size, their faults, and the kinds of steps that they took and that no run took. */
import { createHash } from 'node:crypto';
import { counted } from '#bayou/core/counted.js';
import { KINDS, kindOf } from '../simulation/kinds.js';
import type { NetworkCounts } from '../simulation/simulated-network.js';
import type { SimulationPlan } from '../simulation/simulation-plan.js';
import type { RunVerdict } from '../layer4-hostile/assess.js';
import type { SimulatedRun } from '../simulation/simulated-run.js';
import { sumOf } from '../common/sum-of.js';
import type { TriedSessions } from './sessions-tasks.js';

/** A plan with its finished run and the verdicts on it. */
export interface TriedPlan {
  readonly plan: SimulationPlan;
  readonly run: SimulatedRun;
  readonly verdict: RunVerdict;
}

/** The sums of all runs so far. */
export class Sum {
  runs = 0;
  /** The number of runs of the library's sessions. */
  sessions = 0;
  events = 0;
  operations = 0;
  simulatedMs = 0;
  faults: Record<string, number> = {};
  readonly kinds = new Set<string>();
  readonly #traces = createHash('sha256');
  readonly #began = performance.now();

  add({ run, verdict }: TriedPlan): void {
    this.runs++;
    this.events += run.events;
    this.operations += verdict.judged.operations;
    this.simulatedMs += run.simulatedMs;
    this.#traces.update(run.trace.hash());
    for (const event of run.days.flat()) {
      const kind = kindOf(event);
      if (kind !== undefined) this.kinds.add(kind);
    }
    this.#countFaults({ ...run.processes, ...run.world }, run.network);
  }

  addSessions({ run }: TriedSessions): void {
    this.sessions++;
    this.events += run.events;
    this.operations += run.judged.puts + run.judged.gets;
    this.simulatedMs += run.simulatedMs;
    this.#traces.update(run.trace.hash());
    this.#countFaults(run.inflicted, run.network);
  }

  #countFaults(faults: Readonly<Record<string, number>>, { lost, broken, halfOpen, split }: NetworkCounts): void {
    for (const [what, n] of Object.entries({ ...faults, lost, broken: broken + halfOpen, split }))
      this.faults[what] = (this.faults[what] ?? 0) + n;
  }

  get elapsedMs(): number {
    return performance.now() - this.#began;
  }

  /** The text of the progress line. Its least important part comes last, since a narrow terminal cuts it off. */
  text(): string {
    const [simulated, real] = [this.simulatedMs / 1000, this.elapsedMs / 1000].map((s) => s.toFixed(0));
    const sessions = this.sessions === 0 ? '' : `+${this.sessions}`;
    const kinds = `${KINDS.length - this.never().length}/${KINDS.length} kinds`;
    return `${this.runs}${sessions} ${this.runs === 1 ? 'run' : 'runs'}, ${simulated} s in ${real} s, ${this.events} events, ${kinds}, ${this.#faults()}`;
  }

  /** The number of faults of each kind, the most frequent first. */
  #faults(): string {
    const kinds = Object.entries(this.faults).filter(([, n]) => n > 0);
    const each = kinds.sort(([, a], [, b]) => b - a).map(([what, n]) => `${n} ${what}`);
    return `${counted(sumOf(this.faults), 'fault')}${each.length === 0 ? '' : `: ${each.join(', ')}`}`;
  }

  private never(): ReadonlyArray<string> {
    return KINDS.filter((kind) => !this.kinds.has(kind));
  }

  /** Notes: the faults, how many kinds of steps were taken and which never, and a hash by which two series can be compared. */
  notes(): ReadonlyArray<string> {
    const never = this.never();
    return [
      this.#faults(),
      `${KINDS.length - never.length} of ${KINDS.length} kinds of steps${never.length === 0 ? '' : `; never: ${never.join(', ')}`}`,
      `all that happened has the SHA-256 ${this.#traces.copy().digest('hex')}`,
    ];
  }

  counts(): Record<string, number> {
    return {
      'simulated runs': this.runs,
      'runs of sessions of the library': this.sessions,
      'simulated seconds': Math.round(this.simulatedMs / 1000),
      'events of the simulated world': this.events,
      operations: this.operations,
      'simulated faults': sumOf(this.faults),
    };
  }
}

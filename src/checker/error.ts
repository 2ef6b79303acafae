import type { Counterexample } from './report.js';

/** A model that breaks its own contract (a step that writes what it said it only reads, a progress that falls …), or a run that cannot go on. */
export class CheckerError extends Error {
  override readonly name = 'CheckerError';
  readonly code: 'model' | 'checkpoint' | 'option';
  /** Of a fault that came up while the model was searched: the run to the state in which it did. */
  readonly trace?: Counterexample;

  constructor(code: CheckerError['code'], message: string, trace?: Counterexample) {
    super(message);
    this.code = code;
    if (trace !== undefined) this.trace = trace;
  }
}

import type { Counterexample } from './report.js';

/** Marks the errors of this class, whichever copy of this module made them. */
const MARK = Symbol.for('bayou.checker-error');

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
    Object.defineProperty(this, MARK, { value: true });
  }

  /**
   * The command is one file, and a model imports the library beside it: there are two copies of this class. What a helper of the library
   * says of a model is a fault of the model to the command too.
   */
  static override [Symbol.hasInstance](error: unknown): boolean {
    return error instanceof Error && Object.hasOwn(error, MARK);
  }
}

/** A model that breaks its own contract (a step that writes what it said it only reads, a progress that falls …), or a run that cannot go on. */
export class CheckerError extends Error {
  override readonly name = 'CheckerError';
  readonly code: 'model' | 'checkpoint' | 'option';

  constructor(code: CheckerError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

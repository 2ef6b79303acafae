/** Measures from another thread how long a thread has been in one call of a model's function (`current-call.ts`). */
export class CallWatchdog {
  private readonly current: Float64Array;
  private call = 0;
  private since = performance.now();

  constructor(buffer: SharedArrayBuffer) {
    this.current = new Float64Array(buffer, 0, 1);
  }

  /**
   * Returns the current call and for how many ms it has been seen; undefined where there is none. The time counts from the first poll
   * that saw the call, so poll regularly.
   */
  poll(): { readonly run: number; readonly ms: number } | undefined {
    const run = this.current[0]!;
    if (run !== this.call) {
      this.call = run;
      this.since = performance.now();
    }
    return run === 0 ? undefined : { run, ms: performance.now() - this.since };
  }
}

/** A call of a model's function that takes this many ms counts as one that does not come back. */
export const ENDLESS_MS = 60_000;

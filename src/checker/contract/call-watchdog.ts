/** How long a thread has been in one and the same run of a model's function (`contract/doing.ts`), seen from another one. */
export class CallWatchdog {
  private readonly current: Float64Array;
  private call = 0;
  private since = performance.now();

  constructor(buffer: SharedArrayBuffer) {
    this.current = new Float64Array(buffer, 0, 1);
  }

  /** The run that is under way, and for how many ms it has been, as far as this was asked; undefined where there is none. To be asked regularly. */
  poll(): { readonly run: number; readonly ms: number } | undefined {
    const run = this.current[0]!;
    if (run !== this.call) {
      this.call = run;
      this.since = performance.now();
    }
    return run === 0 ? undefined : { run, ms: performance.now() - this.since };
  }
}

/** A run of a model's function that takes so long, in ms, does not come back. */
export const ENDLESS_MS = 60_000;

/**
 * The limit on states that several threads share. After each group and each received batch a thread adds what it has found, and sees whether all
 * of them together have found enough. So no thread goes on for longer than one group after the limit is reached.
 */
import type { Tally } from '../search/tally.js';

/** The part of a budget that a thread is given. */
export interface BudgetData {
  readonly most: number;
  /** The states found by all, one 64-bit integer. */
  readonly found: SharedArrayBuffer;
}

/** Makes a budget of which nothing is spent. */
export const newBudget = (most: number): BudgetData => ({ most, found: new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT) });

/** One thread's view of a budget. */
export class Budget {
  private readonly most: bigint;
  private readonly found: BigInt64Array;
  private readonly tally: Pick<Tally, 'distinct'>;
  private counted = 0;

  constructor({ most, found }: BudgetData, tally: Pick<Tally, 'distinct'>) {
    this.most = BigInt(most);
    this.found = new BigInt64Array(found);
    this.tally = tally;
  }

  /** Adds what this thread has found since the last call, and says whether all threads together have found enough. */
  isSpent(): boolean {
    const fresh = this.tally.distinct - this.counted;
    this.counted += fresh;
    const before = fresh > 0 ? Atomics.add(this.found, 0, BigInt(fresh)) : Atomics.load(this.found, 0);
    return before + BigInt(fresh) >= this.most;
  }
}

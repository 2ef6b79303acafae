/** What a step of a followed replica changed, to take it back. */
import type { Bytes } from '#bayou/core/bytes.js';
import type { Stamp, Transfer } from '#bayou/core/write.js';
import type { Identity, Logged } from '#bayou/model/protocol/put-identity.js';
import { sameStamp } from '#bayou/model/protocol/order.js';
import { same, type Vector } from '#bayou/model/protocol/vector.js';
import type { Log } from '#bayou/model/protocol/write-log.js';

/** What a step changed, to take it back. */
export interface Undo {
  /** The event's index in its process. */
  readonly index: number;
  readonly clock: number;
  readonly vv: Vector;
  readonly waiting: Map<string, Logged>;
  /** What was put into it. */
  readonly added: ReadonlyArray<string>;
  readonly transfers: ReadonlyArray<Transfer>;
  readonly logs: ReadonlyArray<readonly [Bytes, Log]>;
  readonly receipt: string | undefined;
}

const isSame = (a: Stamp | null, b: Stamp | null): boolean => (a === null || b === null ? a === b : sameStamp(a, b));

/** A stamp's name. */
export const nameOf = ({ t, r }: Stamp): string => `${t} ${r}`;

/** A put's name. */
export const receiptName = ({ client, session, clientTime }: Identity): string => `${client} ${session} ${clientTime}`;

/** Are the pulls in parts equally far (R9)? */
export const sameTransfers = (some: ReadonlyArray<Transfer>, others: ReadonlyArray<Transfer>): boolean =>
  some.length === others.length &&
  some.every((x, i) => {
    const other = others[i]!;
    return x.from === other.from && same(x.base, other.base) && same(x.goal, other.goal) && isSame(x.after, other.after);
  });

/** Copies what waits: it is changed in place, and steps share it, so each has a copy of its own, once. */
export const copyingOnce = (): ((waiting: Map<string, Logged>) => Map<string, Logged>) => {
  const copies = new Map<Map<string, Logged>, Map<string, Logged>>();
  return (waiting) => {
    const copy = copies.get(waiting) ?? new Map(waiting);
    copies.set(waiting, copy);
    return copy;
  };
};

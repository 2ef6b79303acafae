/** The changes of a step of a followed replica, so that the step can be taken back. */
import type { Bytes } from '#bayou/core/bytes.js';
import type { Stamp, Transfer } from '#bayou/core/write.js';
import type { PutIdentity, LoggedWrite } from '#bayou/model/protocol/put-identity.js';
import { sameStamp } from '#bayou/model/protocol/order.js';
import { same, type Vector } from '#bayou/model/protocol/vector.js';
import type { Log } from '#bayou/model/protocol/write-log.js';

/** The parts of a replica that one step changed, as they were before the step. */
export interface Undo {
  /** The index of the step's event in its process. */
  readonly index: number;
  readonly clock: number;
  readonly vv: Vector;
  readonly waiting: Map<string, LoggedWrite>;
  /** The names of the waiting writes that the step added. */
  readonly added: ReadonlyArray<string>;
  readonly transfers: ReadonlyArray<Transfer>;
  readonly logs: ReadonlyArray<readonly [Bytes, Log]>;
  readonly receipt: string | undefined;
}

const isSame = (a: Stamp | null, b: Stamp | null): boolean => (a === null || b === null ? a === b : sameStamp(a, b));

/** A stamp's name. */
export const stampName = ({ t, r }: Stamp): string => `${t} ${r}`;

/** A put's name. */
export const receiptName = ({ client, session, clientTime }: PutIdentity): string => `${client} ${session} ${clientTime}`;

/** Have these pulls in parts come equally far (R9)? */
export const sameTransfers = (some: ReadonlyArray<Transfer>, others: ReadonlyArray<Transfer>): boolean =>
  some.length === others.length &&
  some.every((x, i) => {
    const other = others[i]!;
    return x.from === other.from && same(x.base, other.base) && same(x.goal, other.goal) && isSame(x.after, other.after);
  });

/** Returns a function that copies each map of waiting writes once: several steps share a map, which is changed in place, so they have to share its copy, too. */
export const copyingOnce = (): ((waiting: Map<string, LoggedWrite>) => Map<string, LoggedWrite>) => {
  const copies = new Map<Map<string, LoggedWrite>, Map<string, LoggedWrite>>();
  return (waiting) => {
    const copy = copies.get(waiting) ?? new Map(waiting);
    copies.set(waiting, copy);
    return copy;
  };
};

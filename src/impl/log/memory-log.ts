/** A log in memory, which lasts as long as its object. It is for tests, and for servers that need not outlive their process. */
import * as E from 'fp-ts/lib/Either.js';
import { replicaId } from '../../core/ids.js';
import { applyAppend, contentsOf, heldBy } from './contents.js';
import type { Log } from './log.js';

/** An empty log. Opened again, it gives the committed changes back. */
export const createMemoryLog = (): Log => {
  const contents = contentsOf();
  return {
    open: (owner) => {
      const found = contents.replica === undefined ? 'fresh' : 'whole';
      const replica = (contents.replica ??= replicaId(owner.server, owner.freshIncarnation));
      return Promise.resolve(E.right({ ...heldBy(contents), replica, found }));
    },
    commit: (appends) => {
      for (const append of appends) applyAppend(contents, append);
      return undefined;
    },
    look: () => Promise.resolve(),
    close: () => Promise.resolve(E.right(undefined)),
  };
};

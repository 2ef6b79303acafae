/** Reads a server's store through a session without guarantees. */
import * as E from 'fp-ts/lib/Either.js';
import { type BayouSession, connect } from '#bayou/library.js';
import type { NodeId } from '#bayou/core/ids.js';
import type { HeldValue, StoreContents } from './soak-judge.js';
import { BALLAST_KEYS, HOT_KEYS, nameIn } from './put-values.js';

const NONE = { readYourWrites: false, monotonicReads: false, writesFollowReads: false, monotonicWrites: false } as const;
const TIMEOUT_MS = 20_000;

/** Reads a server's store, key by key. */
export interface StoreReader {
  /** Reads the store; undefined where the server is gone before the end of it. */
  readonly read: (moreKeys: ReadonlyArray<string>) => Promise<StoreContents | undefined>;
  readonly close: () => void;
}

/** A reader of the server that listens at this port. */
export const readerOf = async (server: NodeId, port: number, secret: string): Promise<StoreReader | undefined> => {
  const connected = await connect({ servers: [{ id: server, port }], secret, guarantees: NONE, timeoutMs: TIMEOUT_MS });
  if (E.isLeft(connected)) return undefined;
  const session = connected.right;
  return {
    read: async (moreKeys) => {
      const keys = [...HOT_KEYS, ...BALLAST_KEYS, ...moreKeys];
      const held = await Promise.all(
        keys.map(async (key): Promise<readonly [string, HeldValue | undefined]> => [key, await heldOf(session, key)]),
      );
      return held.some(([, h]) => h === undefined) ? undefined : new Map(held as [string, HeldValue][]);
    },
    close: session.close,
  };
};

/** The server's value and stamp for a key; undefined where there is no answer. */
const heldOf = async (session: BayouSession, key: string): Promise<HeldValue | undefined> => {
  const got = await session.get(key);
  if (got.type === 'value') return { value: nameIn(got.text), stamp: got.stamp };
  return got.type === 'ERR_KEY' ? null : undefined;
};

/** Checks what a server is started in, before it starts: the folder of its log, the files that its process may open, and how long its certificate is valid. */
import { readdirSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { MAY_WRITE, type Ownership, ownershipOf } from './files/owner.js';
import { PLACE } from './impl/log/place.js';
import type { StartServerOptions } from './library-types.js';
import { descriptorsOfProcess, openDescriptors } from './net/descriptors.js';
import { fewestFor, connectionLimitsOf, type ConnectionLimits } from './net/connection-limits.js';
import { validityOf } from './net/tls.js';

/** What comes of it: how many connections there may be, and what is to be said at `warn`. */
export interface StartCheck {
  readonly connectionLimits: ConnectionLimits;
  readonly warnings: ReadonlyArray<string>;
}

const ROOT = 0;

const ANOTHER = 'use another folder, which holds nothing but the log';

const ownershipAt = (folder: string): Ownership | undefined => {
  try {
    return ownershipOf(folder, true);
  } catch {
    return undefined;
  }
};

/** Is the folder a log's alone, or empty? Then its owner and its permissions may be changed without harm to anything else. */
const isForALog = (folder: string): boolean => {
  try {
    const names = readdirSync(folder);
    return names.length === 0 || names.some((name) => name === PLACE || name === 'CURRENT');
  } catch {
    return false;
  }
};

/**
 * Looks who may write the folder: they may take its files away, and put others there. Root may anyway. What is no folder, or cannot be looked
 * at, the log itself refuses.
 */
const folderOf = (folder: string | undefined): E.Either<string, ReadonlyArray<string>> => {
  const found = folder === undefined ? undefined : ownershipAt(folder);
  if (folder === undefined || found?.isFolder !== true) return E.right([]);
  const may = (bit: number): boolean => (found.forOthers & bit) !== 0;
  const isItsOwn = !found.isSticky && isForALog(folder);
  if (!found.isOwn && found.owner !== ROOT)
    return E.left(
      `the folder of the log, ${folder}, belongs to another user (${found.owner}), who may change what is in it; run the server as that user, ` +
        (isItsOwn ? 'or give the folder and all that is in it to the user that the server runs as' : `or ${ANOTHER}`),
    );
  const [take, what] = [`the folder of the log, ${folder}, and take away what is in it`, isItsOwn ? 'chmod 700 it' : ANOTHER];
  if (may(MAY_WRITE.everybody)) return E.left(`everybody may write ${take}; ${what}`);
  return E.right(may(MAY_WRITE.group) ? [`its group may write ${take}; ${what}, unless nobody else is in the group`] : []);
};

/** ConnectionLimits for connections, limited so that the log can always open its files. */
const limitsBeside = (peers: number): E.Either<string, ConnectionLimits> => {
  const [most, taken] = [descriptorsOfProcess(), openDescriptors() + peers];
  const fewest = fewestFor(taken);
  return most < fewest
    ? E.left(`this process may have ${most} files open, and a server needs ${fewest}; raise the limit (ulimit -n)`)
    : E.right(connectionLimitsOf(most, taken));
};

/** Looks at all of it. Fails with one line. */
export const lookBeforeStart = (
  { dataDir, peers = [], tls }: StartServerOptions,
  nowMs: number,
): E.Either<string, StartCheck> => {
  const folder = folderOf(dataDir);
  if (E.isLeft(folder)) return folder;
  const certificate = tls === undefined ? undefined : validityOf(tls, nowMs);
  return E.map((connectionLimits: ConnectionLimits): StartCheck => ({
    connectionLimits,
    warnings: [...folder.right, ...(certificate === undefined ? [] : [certificate])],
  }))(limitsBeside(peers.length));
};

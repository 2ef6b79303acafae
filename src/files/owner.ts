/** Whose a folder is, where the system has users. */
import { lstatSync, statSync } from 'node:fs';

/** What the system says of a folder. */
export interface Ownership {
  /** The user that it belongs to. */
  readonly owner: number;
  /** Does it belong to the user of this process? */
  readonly isOwn: boolean;
  /** What others than its owner may do with it, as the last six bits of its mode. */
  readonly forOthers: number;
}

/** Bits of `forOthers`: to write it, for its group and for everybody. */
export const MAY_WRITE = { group: 0o020, everybody: 0o002 } as const;

/**
 * Whose a folder is; undefined where the system has no users, or there is no such folder. A link is looked through where `follow` says so.
 * @throws the system's error
 */
export const ownershipOf = (folder: string, follow: boolean): Ownership | undefined => {
  const me = process.getuid?.();
  const found = (follow ? statSync : lstatSync)(folder, { throwIfNoEntry: false });
  return me === undefined || found === undefined
    ? undefined
    : { owner: found.uid, isOwn: found.uid === me, forOthers: found.mode & 0o077 };
};

/** Tells who owns a folder, where the system has users. */
import { lstatSync, statSync } from 'node:fs';

/** The owner of a folder, and what others may do with it. */
export interface Ownership {
  /** The user id of the owner. */
  readonly owner: number;
  /** Does the folder belong to the user of this process? */
  readonly isOwn: boolean;
  /** The permissions of the folder's group and of everybody: the last six bits of the mode. */
  readonly forOthers: number;
  /** Is it a folder at all? */
  readonly isFolder: boolean;
  /** May everybody use the folder together, as with `/tmp`, so that nobody may remove what is another's? */
  readonly isSticky: boolean;
}

/** The bits of `forOthers` that let the group, or everybody, write to the folder. */
export const MAY_WRITE = { group: 0o020, everybody: 0o002 } as const;

const STICKY = 0o1000;

/**
 * The ownership of a folder. Undefined where the system has no users, or there is no such folder. `follow`: of a link, that of its target.
 * @throws the system's error
 */
export const ownershipOf = (folder: string, follow: boolean): Ownership | undefined => {
  const me = process.getuid?.();
  const found = (follow ? statSync : lstatSync)(folder, { throwIfNoEntry: false });
  return me === undefined || found === undefined
    ? undefined
    : {
        owner: found.uid,
        isOwn: found.uid === me,
        forOthers: found.mode & 0o077,
        isFolder: found.isDirectory(),
        isSticky: (found.mode & STICKY) !== 0,
      };
};

/** The errors of a log that is refused or cannot be written any more. Each is one line that says what is wrong, where, and what to do. */
import type { NodeId } from '../../core/ids.js';
import { codeOf } from '../../files/error-code.js';
import type { LogError } from './log.js';

// --- what is wrong with the log --------------------------------------------------------------------------------------------

/** The refusal of a damaged log. `tidied`: LevelDB had opened the log before the damage was seen. Otherwise no file of the log was changed. */
export const damage = (directory: string, what: string, tidied = false): LogError => ({
  type: 'damaged',
  damage: what,
  message:
    `the log in ${directory} is damaged: ${what}; ${tidied ? 'LevelDB has opened it, and removed the files that its CURRENT does not lead to' : 'nothing in it was changed'}; keep it, and put a backup in its place or begin with ` +
    'an empty folder: the server then goes on as a new replica and pulls what the others have; what only this log had is lost with it',
});

/** The refusal of another server's log. */
export const otherServer = (directory: string, is: NodeId, wanted: NodeId): LogError => ({
  type: 'other-server',
  message: `the log in ${directory} is server ${is}'s, not server ${wanted}'s; give each server a directory of its own`,
});

/** The refusal of a folder with an unfinished backup, whose process may still run. */
export const unfinished = (directory: string): LogError => ({
  type: 'damaged',
  message: `${directory} has a part of a backup that is not finished, and no log; make the backup again, or use another directory`,
});

/** The refusal of a log whose lock another process has. */
export const inUse = (directory: string): LogError => ({
  type: 'in-use',
  message: `the log in ${directory} is in use; stop the process that has it open, or use another directory`,
});

/** The refusal of a log whose database is open in a program that does not take the log's lock. */
const foreignLock = (directory: string): LogError => ({
  type: 'in-use',
  message:
    `the database in ${directory} is open in a program that does not take the log's lock (an earlier version, or a tool for LevelDB); ` +
    'stop that program',
});

// --- what is wrong with the system -----------------------------------------------------------------------------------------

interface Trouble {
  readonly type: LogError['type'];
  /** The end of LevelDB's message for this error. */
  readonly text: string;
  readonly what: string;
  readonly advice: string;
  /** The advice for the folder of a log that is open already. */
  readonly asOpen?: string;
  /** The advice for the folder that a backup is made of, and for the one that it is made in, where it is not that for a server. */
  readonly asSource?: string;
  readonly asTarget?: string;
}

const TROUBLES: Readonly<Record<string, Trouble>> = {
  ENOSPC: { type: 'full', text: 'No space left on device', what: 'the disk is full', advice: 'make room' },
  EDQUOT: { type: 'full', text: 'Disk quota exceeded', what: 'the disk quota is used up', advice: 'make room' },
  EFBIG: { type: 'full', text: 'File too large', what: 'a file may not grow further', advice: 'raise the limit of file sizes' },
  EMFILE: {
    type: 'too-many-files',
    text: 'Too many open files',
    what: 'this process has too many files open',
    advice: 'raise its limit (ulimit -n)',
  },
  ENFILE: {
    type: 'too-many-files',
    text: 'Too many open files in system',
    what: 'the system has too many files open',
    advice: 'raise its limit (sysctl fs.file-max)',
  },
  EACCES: {
    type: 'not-permitted',
    text: 'Permission denied',
    what: 'this user may not read and write it',
    advice:
      'if it is the folder of this server alone, give it and all that is in it to the user that the server runs as, else use another one',
    asOpen: 'let the user that the server runs as read and write it again',
    asSource: 'make the backup as the user that the folder belongs to',
    asTarget: 'name a folder that this user may write',
  },
  EPERM: {
    type: 'not-permitted',
    text: 'Operation not permitted',
    what: 'the system does not permit it',
    advice: 'see the attributes of the folder and of its file system',
    asTarget: 'name a folder on another file system, or see the attributes of this one',
  },
  EROFS: {
    type: 'not-permitted',
    text: 'Read-only file system',
    what: 'its file system is mounted read-only',
    advice: 'mount it for writing, after looking why it is not',
    asTarget: 'name a folder on another file system',
  },
  EIO: {
    type: 'disk',
    text: 'Input/output error',
    what: 'the disk reports an error',
    advice: "see the system's log, and move the folder to another disk",
    asSource: "see the system's log, and let another server pull all that its server has, if that runs",
    asTarget: "see the system's log, and name a folder on another disk",
  },
  ENOENT: {
    type: 'failed',
    text: 'No such file or directory',
    what: 'a file or folder that it needs is not there',
    advice: 'see that the path is right and that its disk is mounted before you make anything anew',
  },
  ENOTDIR: { type: 'failed', text: 'Not a directory', what: 'it is not a folder', advice: 'use another path' },
  EEXIST: { type: 'failed', text: 'File exists', what: 'it is not a folder', advice: 'use another path' },
  EISDIR: {
    type: 'failed',
    text: 'Is a directory',
    what: 'a folder is where a log has a file',
    advice: 'move that folder away, or use another directory for the log',
  },
};

const troubleOf = (error: unknown): Trouble | undefined => {
  const code = (error as { code?: unknown } | undefined)?.code;
  if (typeof code === 'string' && TROUBLES[code] !== undefined) return TROUBLES[code];
  const text = reason(error);
  return Object.values(TROUBLES).find((trouble) => text.endsWith(trouble.text));
};

/** An error whose message says what is wrong and what to do. */
export class AdvisedError extends Error {
  readonly type: LogError['type'];

  constructor(message: string, { type = 'failed', ...options }: ErrorOptions & { readonly type?: LogError['type'] } = {}) {
    super(message, options);
    this.type = type;
  }
}

/** The files of an open log are not in its folder any more. The message says what shows it. */
export class LostLogError extends Error {}

/** One file of an open log is not in its folder any more. */
export const notInPlace = (path: string): LostLogError =>
  new LostLogError(
    `${path} is not the file that this server opened: it was removed or moved, or another was put in its place while it ran`,
  );

/** The refusal of a log that LevelDB or the system does not open, or does not read. `tidied`: LevelDB had opened it. */
export const openError = (directory: string, error: unknown, tidied = false): LogError => {
  if (error instanceof AdvisedError)
    return { type: error.type, message: `the log in ${directory} cannot be opened: ${error.message}` };
  const code = (error as { cause?: { code?: string } }).cause?.code;
  if (code === 'LEVEL_LOCKED') return foreignLock(directory);
  const trouble = troubleOf(error);
  if (trouble !== undefined) {
    const { type, what, advice } = trouble;
    return { type, message: `the log in ${directory} cannot be opened: ${what} (${reason(error)}); ${advice}` };
  }
  if (code === 'LEVEL_CORRUPTION') return damage(directory, `LevelDB cannot read its database (${reason(error)})`, tidied);
  return {
    type: 'failed',
    message: `the log in ${directory} cannot be opened: ${reason(error)}; see that it can be read and written`,
  };
};

/** The folder that a backup is made of, or the one that it is made in. */
export type BackupSide = 'asSource' | 'asTarget';

/** What the system does not let a backup do in one of its folders, and what to do about it. */
export const copyError = (folder: string, side: BackupSide, error: unknown): string => {
  const trouble = troubleOf(error);
  if (trouble === undefined) return `${folder}: ${reason(error)}`;
  return `${folder}: ${trouble.what} (${reason(error)}); ${trouble[side] ?? trouble.advice}`;
};

/** What a backup says of a log whose copy is damaged. The server of the log may run, and have in memory what its files do not have. */
export const damagedSource = (from: string, what: string): string =>
  `the log in ${from} is damaged, as its copy shows: ${what}; nothing in it was changed; keep it, and if its server runs, let another ` +
  'server pull all that it has before it is stopped';

/** What is wrong with an open log, and what to do about it. */
const troubleWith = (error: unknown): Pick<Trouble, 'type' | 'what' | 'advice'> => {
  const trouble = troubleOf(error);
  if (trouble === undefined) return { type: 'failed', what: reason(error), advice: 'repair it' };
  return { type: trouble.type, what: `${trouble.what} (${reason(error)})`, advice: trouble.asOpen ?? trouble.advice };
};

/** The troubles after which everything acknowledged can be read again. After any other one the process may have the last copy of it. */
const HARMLESS: ReadonlyArray<LogError['type']> = ['full', 'too-many-files', 'not-permitted'];

/** The error of an open log that takes no more changes. A log that is not `lost` has every acknowledged change, as far as its disk can be read. */
export const writeError = (error: unknown): LogError => {
  if (error instanceof LostLogError)
    return {
      type: 'lost',
      message:
        `the log cannot be written: ${error.message}; before a restart put back what was moved; ` +
        'if it is gone, let another server pull all that this one has before it is stopped',
    };
  const { type, what, advice } = troubleWith(error);
  const restart = HARMLESS.includes(type)
    ? ', and restart the server'
    : '; let another server pull all that this one has before it is restarted';
  return { type, message: `the log cannot be written: ${what}; ${advice}${restart}` };
};

/** The error of a log that could not be closed. */
export const closeError = (error: unknown): LogError => {
  if (error instanceof LostLogError)
    return {
      type: 'lost',
      message:
        `the log is not in its place: ${error.message}; what this server acknowledged may be lost: put the folder back if it was moved, ` +
        'and look at what is in it before the server is started again',
    };
  const { type, what, advice } = troubleWith(error);
  return { type, message: `the log could not be closed: ${what}; ${advice}; it has what was acknowledged` };
};

/** The message of an error. For an error of `classic-level`, the message of LevelDB's error behind it. */
const reason = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const isLevels = codeOf(error)?.startsWith('LEVEL_') === true;
  return isLevels && error.cause instanceof Error ? error.cause.message : error.message;
};

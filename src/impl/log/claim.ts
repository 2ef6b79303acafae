/**
 * The claim on an open log (R10): it is held by the process whose `replica.json` is in place. It guards a log whose lock two processes have passed.
 * 1. A process that opens a log puts a `replica.json` with a new inode there, and reads the log after that. (The holder does so too with each new seal.)
 * 2. The holder writes a change, and then looks whether its `replica.json` is still there. It acknowledges the change only if it is.
 * So each acknowledged change was written before the look, the look was before the next holder's `replica.json`, and that was before its reading: the next
 * holder has read the change.
 */
import { join } from 'node:path';
import type { Chance } from '../../ports/ports.js';
import { closeQuietly, replaceFile, type Files, type OpenFile } from './files.js';
import { PLACE, seal, type Sealed } from './place.js';

/** The hold on a log's folder. */
export class Claim {
  readonly #files: Files;
  readonly #directory: string;
  readonly #path: string;
  readonly #chance: Chance;
  #ino: string | undefined;
  /** Open, so that the system gives the inode to no other file meanwhile. */
  #file: OpenFile | undefined;

  constructor(files: Files, directory: string, chance: Chance) {
    this.#chance = chance;
    this.#files = files;
    this.#directory = directory;
    this.#path = join(directory, PLACE);
  }

  /** Ends the hold of whoever has the log open: what is in place stays as it is, under another inode. Where there is none, nobody holds the log. */
  take(): void {
    const text = this.#files.read(this.#path);
    if (text !== undefined) this.#hold(replaceFile(this.#files, this.#directory, PLACE, text, false));
  }

  /**
   * Is the folder still the one that was opened, and has nobody else opened it? Open files follow it wherever it is moved, new ones are made where its
   * path leads: of a folder that was removed, or in whose place another was put, or that another process has, nothing more may be written or acknowledged (R7a, R10).
   * @throws where it is not
   */
  mustStand(): void {
    if (this.#files.facts(this.#path)?.ino !== this.#ino) throw this.#lost();
  }

  /** Seals the log ({@link seal}); what was in place before must be this holder's. */
  seal(known: Sealed, sync: boolean): void {
    this.mustStand();
    this.#hold(seal(this.#files, this.#directory, known, sync, this.#chance));
  }

  /** Nothing more is asked of it. */
  release(): void {
    if (this.#file !== undefined) closeQuietly(this.#file);
    this.#file = undefined;
  }

  #hold(ino: string): void {
    this.#ino = ino;
    const file = this.#files.open(this.#path);
    this.release();
    this.#file = file;
    if (file.facts().ino !== ino) throw this.#lost();
  }

  #lost(): Error {
    return new Error(
      `${this.#path} is not the file that this server wrote: its folder was removed or moved, or another was put in its place while it ran, or another process has opened the log`,
    );
  }
}

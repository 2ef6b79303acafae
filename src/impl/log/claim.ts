/**
 * The claim on an open log (R10). The holder of the claim is the process whose `replica.json` is in place. The claim guards a log whose lock
 * two processes have passed.
 * 1. A process that opens a log puts a `replica.json` with a new inode in place, and reads the log after that. (Each new seal of the holder
 *    puts one in place too.)
 * 2. The holder writes a change, and then looks whether its `replica.json` is still in place. It acknowledges the change only if this is so.
 *
 * So the holder wrote each acknowledged change before the look. The look was before the next holder's `replica.json`, and the next holder read
 * the log after that. So the next holder has read each acknowledged change.
 */
import { join } from 'node:path';
import type { Chance } from '../../ports/ports.js';
import { LostLogError } from './errors.js';
import { closeQuietly, replaceFile, type Files, type OpenFile } from './files.js';
import { PLACE, seal, type SealedFields } from './place.js';

/** The hold on a log's folder. */
export class Claim {
  readonly #files: Files;
  readonly #directory: string;
  readonly #path: string;
  readonly #chance: Chance;
  #ino: string | undefined;
  /** The open `replica.json`: while it is open, the system gives its inode to no other file. */
  #file: OpenFile | undefined;

  constructor(files: Files, directory: string, chance: Chance) {
    this.#chance = chance;
    this.#files = files;
    this.#directory = directory;
    this.#path = join(directory, PLACE);
  }

  /**
   * Ends the claim of another process that has the log open: the text of `replica.json` stays, under another inode. Without a `replica.json`
   * no process holds the log.
   */
  take(): void {
    const text = this.#files.read(this.#path);
    if (text !== undefined) this.#hold(replaceFile(this.#files, this.#directory, PLACE, text, false));
  }

  /**
   * Checks that the folder is still the one that was opened, and that no other process has opened it. Open files follow a folder that is moved,
   * but new files are made where the path leads now. So if the folder was removed or replaced, or if another process has it, the log may write
   * and acknowledge nothing more (R7a, R10).
   * @throws if the folder is another one, or another process has opened it
   */
  mustStand(): void {
    if (this.#files.facts(this.#path)?.ino !== this.#ino) throw this.#lost();
  }

  /** {@link mustStand}, without blocking the process. */
  async look(): Promise<void> {
    const ino = this.#ino;
    const facts = await this.#files.look(this.#path);
    // A seal that was made meanwhile has looked itself.
    if (ino === this.#ino && facts?.ino !== ino) throw this.#lost();
  }

  /** Seals the log ({@link seal}). The `replica.json` in place must be this holder's. */
  seal(known: SealedFields, sync: boolean): void {
    this.mustStand();
    this.#hold(seal(this.#files, this.#directory, known, sync, this.#chance));
  }

  /** Closes the claim's file. The caller uses the claim no more. */
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

  #lost(): LostLogError {
    return new LostLogError(
      `${this.#path} is not the file that this server wrote: its folder was removed or moved, or another was put in its place while it ran, or another process has opened the log`,
    );
  }
}

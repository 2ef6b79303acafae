/** Reads lines of commands as they come. It parses lines ahead of their turn, so the master can prepare processes that later lines need. */
import { fstatSync } from 'node:fs';
import type { Readable } from 'node:stream';
import * as E from 'fp-ts/lib/Either.js';
import type { Bytes } from '../core/bytes.js';
import { type Line, parseLine } from '../core/script.js';

/** The most bytes of a line. A longer line is bad input. */
export const MAX_LINE_BYTES = 1024 * 1024;
/** The mark that some editors put at the start of a file in UTF-8. */
const BYTE_ORDER_MARK = '\u00ef\u00bb\u00bf';
/** The most lines that are read ahead. */
const MAX_AHEAD = 100_000;

/** A line with its number, from 1. `line` is a script's line unless `L` names another kind. */
export interface NumberedLine<L = Line> {
  readonly number: number;
  readonly line: L;
}

/** Lines being read. */
export interface LineReader<L> {
  /** The next line; undefined at the end. */
  readonly next: () => Promise<NumberedLine<L> | undefined>;
  /** The lines that have been read and not yet taken, at most `count`. */
  readonly ahead: (count: number) => ReadonlyArray<NumberedLine<L>>;
  readonly stop: () => void;
}

/** A script being read. */
export type ScriptReader = LineReader<Line>;

/** Is it a folder that is open as this file? */
export const isFolder = (fd: number): boolean => {
  try {
    return fstatSync(fd).isDirectory();
  } catch {
    // A standard input that was closed is empty.
    return false;
  }
};

/** Reads a stream of bytes as a script. `onError`: the stream failed; what was read before it stands. */
export const readScript = (input: Readable, onError: (error: Error) => void): ScriptReader =>
  readLines(input, parseLine, onError);

/** Appends `more` to the beginning of a line. Beyond the limit nothing is appended, because the length then shows that the line is too long. */
const longer = (rest: string, more: string): string => (rest.length <= MAX_LINE_BYTES ? rest + more : rest);

/** The lines that end in a chunk, and the beginning of the next one; `rest` is the beginning that was left before. */
export const cutLines = (rest: string, chunk: string): readonly [lines: ReadonlyArray<string>, rest: string] => {
  const pieces = chunk.split('\n');
  const last = pieces.pop() ?? '';
  if (pieces.length === 0) return [[], longer(rest, last)];
  pieces[0] = longer(rest, pieces[0] ?? '');
  return [pieces, last];
};

/** Reads a stream of bytes as lines of commands, each of which `parse` takes without its line feed, or says what is wrong with it. */
export const readLines = <C>(
  input: Readable,
  parse: (line: Bytes) => E.Either<string, C>,
  onError: (error: Error) => void,
): LineReader<E.Either<string, C>> => {
  type L = E.Either<string, C>;
  const queue: NumberedLine<L>[] = [];
  let head = 0;
  let rest = '';
  let number = 0;
  let ended = false;
  let wake: () => void = () => undefined;

  const add = (line: string): void => {
    number++;
    const text = number === 1 && line.startsWith(BYTE_ORDER_MARK) ? line.slice(BYTE_ORDER_MARK.length) : line;
    const parsed: L = text.length > MAX_LINE_BYTES ? E.left(`a line of more than ${MAX_LINE_BYTES} bytes`) : parse(text);
    queue.push({ number, line: parsed });
  };

  const take = (chunk: Buffer): void => {
    const [lines, left] = cutLines(rest, chunk.toString('latin1'));
    rest = left;
    lines.forEach(add);
    if (queue.length - head > MAX_AHEAD) input.pause();
    wake();
  };

  const end = (): void => {
    if (ended) return;
    ended = true;
    if (rest !== '') add(rest);
    wake();
  };

  input.on('data', take).on('end', end).on('close', end);
  input.on('error', (error: Error) => {
    onError(error);
    end();
  });

  const next = async (): Promise<NumberedLine<L> | undefined> => {
    while (head >= queue.length && !ended) {
      input.resume();
      await new Promise<void>((resolve) => (wake = resolve));
    }
    const line = queue[head++];
    if (head > MAX_AHEAD) {
      queue.splice(0, head);
      head = 0;
    }
    return line;
  };

  const stop = (): void => {
    input.pause();
    input.destroy();
  };
  return { next, ahead: (count) => queue.slice(head, head + count), stop };
};

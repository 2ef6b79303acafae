/** Shows the progress of a long command: one line on a terminal, which each new text replaces. */
import { clearLine, cursorTo } from 'node:readline';

/** Shows a text in place of the one before. */
export type ShowProgress = (text: string) => void;

/**
 * The progress line on a stream; undefined where the stream is no terminal. A text is cut to fit on one line. (A library for spinners would count the
 * lines to which a text wraps, and never end on a terminal that reports a width of 0, as some CI systems do.)
 */
export const progressLineOn = (stream: NodeJS.WriteStream): ShowProgress | undefined => {
  if (!stream.isTTY) return undefined;
  return (text) => {
    const { columns } = stream;
    cursorTo(stream, 0);
    clearLine(stream, 0);
    stream.write(text.slice(0, (columns > 0 ? columns : 80) - 1));
  };
};

/** A line on a terminal that is written over again and again: how far a long command is. */
import { clearLine, cursorTo } from 'node:readline';

/** Shows a text in place of the one before. */
export type ShowProgress = (text: string) => void;

/**
 * The progress line on standard error; undefined where that is no terminal. A text is cut to what fits on one line. (Spinners count
 * the lines that a text wraps to; on a terminal that says it is 0 columns wide, as some of CI do, they count for ever.)
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

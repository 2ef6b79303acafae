/**
 * A second reader of the master language, from section 5 of the contract and from docs/master.md, which has the limits. It shares no code with the master's own reader (`src/core/script.ts`), so that what
 * the master says it ran can be compared with what stands in the script.
 */
import type { Bytes } from '#bayou/core/bytes.js';
import type { Command } from '#bayou/core/script.js';

/** A line of a script. `text`: the command as its words with one blank between two. */
export type ScriptLine =
  | { readonly type: 'command'; readonly number: number; readonly command: Command; readonly text: Bytes }
  | { readonly type: 'bad'; readonly number: number };

const BLANKS: ReadonlySet<string> = new Set([' ', '\t', '\r']);
const BYTE_ORDER_MARK = '\u00ef\u00bb\u00bf';
const MAX_LINE = 2 ** 20;

/** The words of a line, read byte by byte. */
const wordsOf = (line: Bytes): ReadonlyArray<Bytes> => {
  const words: Bytes[] = [];
  let from = -1;
  for (let i = 0; i <= line.length; i++) {
    const isBlank = i === line.length || BLANKS.has(line[i]!);
    if (!isBlank && from < 0) from = i;
    if (!isBlank || from < 0) continue;
    words.push(line.slice(from, i));
    from = -1;
  }
  return words;
};

/** The id that a word is; undefined: it is none. An id is written in one way. */
const idOf = (word: Bytes | undefined): number | undefined => {
  const id = Number.parseInt(word ?? '', 10);
  return Number.isSafeInteger(id) && id >= 0 && String(id) === word ? id : undefined;
};

/** The command in these words; undefined: bad input. */
const commandOf = ([name, ...words]: ReadonlyArray<Bytes>): Command | undefined => {
  const [first, second] = [idOf(words[0]), idOf(words[1])];
  if (name === 'stabilize') return words.length === 0 ? { type: 'stabilize' } : undefined;
  if (first === undefined) return undefined;
  switch (name) {
    case 'joinServer':
    case 'killServer':
    case 'printStore':
    case 'printMemberList':
      return words.length === 1 ? { type: name, id: first } : undefined;
    case 'joinClient':
      return words.length === 2 && second !== undefined ? { type: name, id: first, server: second } : undefined;
    case 'breakConnection':
    case 'createConnection':
      return words.length === 2 && second !== undefined ? { type: name, a: first, b: second } : undefined;
    case 'put':
      return words.length === 3 ? { type: name, client: first, key: words[1]!, value: words[2]! } : undefined;
    case 'get':
      return words.length === 2 ? { type: name, client: first, key: words[1]! } : undefined;
    default:
      return undefined;
  }
};

/** The lines of a script that are commands or bad input, up to its end: `done` or `exit`, or the last line. */
export const linesOf = (script: Bytes): ReadonlyArray<ScriptLine> => {
  const lines: ScriptLine[] = [];
  const whole = script.startsWith(BYTE_ORDER_MARK) ? script.slice(BYTE_ORDER_MARK.length) : script;
  for (const [i, line] of whole.split('\n').entries()) {
    const [number, words] = [i + 1, wordsOf(line)];
    const [first] = words;
    if (line.length > MAX_LINE) {
      lines.push({ type: 'bad', number });
      continue;
    }
    if (first === undefined || first.startsWith('#')) continue;
    if (words.length === 1 && (first === 'done' || first === 'exit')) break;
    const command = commandOf(words);
    lines.push(command === undefined ? { type: 'bad', number } : { type: 'command', number, command, text: words.join(' ') });
  }
  return lines;
};

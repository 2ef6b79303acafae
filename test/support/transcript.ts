/** Documentation that runs: pages whose code blocks are files and whose console blocks are commands with what they print. */

/** One block of a page, in order: a file to write, or commands with the output that the page shows. */
export type Block =
  | { readonly kind: 'file'; readonly name: string; readonly text: string }
  | { readonly kind: 'commands'; readonly setup: boolean; readonly text: string };

const FENCE = /^```(\w+) ?([^\n]*)\n(.*?)^```$/gms;

/** The blocks of a page: ` ```js name ` is a file, ` ```console ` a transcript, ` ```console setup ` commands without output. */
export const blocksOf = (page: string): ReadonlyArray<Block> =>
  Array.from(page.matchAll(FENCE)).flatMap(([, language, info = '', text = '']): ReadonlyArray<Block> => {
    if (language === 'console') return [{ kind: 'commands', setup: info === 'setup', text }];
    return info === '' ? [] : [{ kind: 'file', name: info, text }];
  });

/** The commands of a transcript. */
const commandsOf = (transcript: string): ReadonlyArray<string> =>
  transcript
    .split('\n')
    .filter((line) => line.startsWith('$ '))
    .map((line) => line.slice(2));

/** The commands of a page's ` ```console setup ` blocks, as one line for a shell: what changes the folder does so for those after it. */
export const setupOf = (page: string): string =>
  blocksOf(page)
    .flatMap((block) => (block.kind === 'commands' && block.setup ? commandsOf(block.text) : []))
    .join(' && ');

/** Times and sizes differ from run to run; nothing else may. */
const steady = (text: string): string => text.replace(/\d+\.\d s, \d+ MB/g, '0.0 s, 50 MB').trimEnd();

/** The page with what its commands print now; files are handed to `write`, commands to `run`. */
export const refreshed = (
  page: string,
  run: (command: string) => string,
  write: (name: string, text: string) => void = () => undefined,
): string =>
  blocksOf(page).reduce((updated, block) => {
    if (block.kind === 'file') write(block.name, block.text);
    if (block.kind === 'file' || block.setup) return updated;
    const shown = commandsOf(block.text).map((command) => {
      const printed = steady(run(command));
      return printed === '' ? `$ ${command}` : `$ ${command}\n${printed}`;
    });
    return updated.replace(block.text, () => `${shown.join('\n')}\n`);
  }, page);

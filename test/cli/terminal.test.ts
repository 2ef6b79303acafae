/** `bayou check` on a terminal, by a pseudo-terminal of util-linux's `script`. */
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const hasScript = spawnSync('script', ['--version']).status === 0;

/** Clears a line; any control sequence. */
const CLEAR = '\u001b[2K';
// eslint-disable-next-line no-control-regex
const CONTROL = /\u001b\[[\d;?]*[A-Za-z]/g;

/** What a terminal shows in the end, line by line: each line since it was last cleared, without control sequences. */
const visible = (output: string): ReadonlyArray<string> =>
  output.split(/\r?\n/).map((line) =>
    line
      .slice(Math.max(0, line.lastIndexOf(CLEAR)))
      .replace(CONTROL, '')
      .replace('^C', ''),
  );

interface Shown {
  readonly status: number | null;
  readonly output: string;
  readonly lines: ReadonlyArray<string>;
}

/** Runs `bayou check` with these words on a terminal of 120 columns; `onOutput` sees what was printed so far, and can type. */
const onTerminal = (words: string, onOutput?: (output: string, type: (keys: string) => void) => void): Promise<Shown> =>
  new Promise((resolve, reject) => {
    const command = `stty cols 120 && exec ${process.execPath} dist/cli/main.js check ${words}`;
    const child = spawn('script', ['-qefc', command, '/dev/null'], { cwd: ROOT, stdio: ['pipe', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      onOutput?.(output, (keys) => child.stdin.write(keys));
    });
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, output, lines: visible(output).filter((line) => line !== '') }));
  });

const PROGRESS = /[\d,]+ states · [\d,]+ generated · [\d,]+\/s · queue [\d,]+ · depth \d+ · \d+(\.\d)? [MG]B · \d/;

describe.skipIf(!hasScript)('on a terminal (skipped where util-linux’s script, which makes them, is not installed)', () => {
  test('a line shows how far the search is; Ctrl-C ends it with the summary, and nothing of the line is left', async () => {
    let typed = false;
    const { status, output, lines } = await onTerminal('bayou-s-3224', (sofar, type) => {
      if (!typed && PROGRESS.test(sofar)) type('\u0003');
      typed ||= PROGRESS.test(sofar);
    });
    expect(output).toMatch(PROGRESS);
    expect(status).toBe(130);
    expect(lines.filter((line) => PROGRESS.test(line))).toEqual([]);
    expect(lines.at(0)).toBe('Properties');
    expect(lines.at(-1)).toMatch(
      /^bayou-s-3224: interrupted: [\d,]+ states, depth \d+ complete; 3 servers; 2 clients; 2 keys; 4 puts; exact(?: if the model's functions are pure)?$/,
    );
  });

  test('a verdict stands alone on its line', async () => {
    const { status, lines } = await onTerminal('bayou-s-2213');
    expect(status).toBe(0);
    expect(lines.at(-1)).toBe(
      "bayou-s-2213: holds: all 10,031 states, depth 10; 2 servers; 2 clients; 1 key; 3 puts; exact if the model's functions are pure",
    );
    expect(lines.filter((line) => PROGRESS.test(line))).toEqual([]);
  });

  test('--step is a prompt: steps by number and by name, completed by a tab, and the last command again', async () => {
    const keys = ['1\r', 'rea\t', '\u001b[A\r', 'done\r'];
    let typed = 0;
    let completed = false;
    const { status, lines } = await onTerminal('test/cli/models/counter.mjs --step', (sofar, type) => {
      // A prompt on a line of its own waits for a command.
      const prompts = sofar.split('\n\u001b[1G\u001b[0J\u001b[36mstep> ').length - 1;
      if (prompts > typed && typed < keys.length) type(keys[typed++]!);
      // A tab among other keys is one of a text that is pasted: the line ends when it has been completed.
      if (!completed && typed === 2 && sofar.endsWith('read 1')) type('\r');
      completed ||= typed === 2 && sofar.endsWith('read 1');
    });
    expect(status).toBe(0);
    expect(lines.join('\n')).toMatch(/^1 {2}read 0$[^]*^2 {2}read 1$[^]*^"read 1" is no command/m);
  });

  test('with two workers too', async () => {
    let typed = false;
    const { status, lines } = await onTerminal('bayou-s-3224 --workers 2', (sofar, type) => {
      if (!typed && PROGRESS.test(sofar)) type('\u0003');
      typed ||= PROGRESS.test(sofar);
    });
    expect(status).toBe(130);
    expect(lines.at(-1)).toMatch(/^bayou-s-3224: interrupted: /);
  });
});

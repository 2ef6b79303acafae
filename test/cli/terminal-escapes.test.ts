/** What a terminal would obey is shown and not obeyed, whatever is named; and a temporary folder that is none is one line. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inOneLine } from '../../src/command-line/say.js';

const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'bayou-shown-'));
  writeFileSync(join(home, 'file'), '');
  writeFileSync(join(home, 's.script'), 'joinServer 0\n');
  mkdirSync(join(home, 'small'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const bayou = (args: ReadonlyArray<string>, temporary = home): readonly [number | null, string] => {
  const done = spawnSync(process.execPath, [CLI, ...args], {
    cwd: home,
    input: '',
    encoding: 'utf8',
    timeout: 60_000,
    env: { ...process.env, TMPDIR: temporary },
  });
  return [done.status, done.stderr];
};

/** A colour, a title of the window, a line of its own, and text that runs from right to left. */
const NAME = 'x\u001b[31m\u001b]0;title\u0007\nbayou: all is well\u202e\u009b2J';

describe('a name that a terminal would obey is one line', () => {
  test.each([
    [['master', NAME]],
    [['check', NAME]],
    [['check', '--set', NAME]],
    [['conform', NAME]],
    [['explore', NAME]],
    [['explain', NAME]],
    [['server', '--config', NAME]],
    [['server', '--id', NAME]],
    [['client', '--server', '0@1', '--secret-file', NAME]],
    [['backup', '--data-dir', NAME, '--to', 'copy']],
    [[NAME]],
    [['check', `--${NAME}`]],
  ])('%j', (args) => {
    const [status, said] = bayou(args);
    expect([1, 2]).toContain(status);
    expect(said).toMatch(/^bayou( \w+)?: [^\p{Cc}\u202e]*\n$/u);
  });

  test('all characters but those are shown as they are', () => {
    expect(inOneLine('größe 🌊 \ud800 a\tb')).toBe(String.raw`größe 🌊 \u{d800} a\tb`);
  });
});

describe('a temporary folder', () => {
  test.each(['master', 'conform', 'explore'])('that is none, or below a file, is one line: %s', (command) => {
    for (const temporary of ['none', 'file', 'file/x']) {
      const [status, said] = bayou([command, 's.script', ...(command === 'explore' ? ['--html', 'page.html'] : [])], temporary);
      expect(said).toMatch(new RegExp(`^bayou ${command}: [^\\n]*${temporary}: [^\\n]*; see to TMPDIR\\n$`));
      expect(status).toBe(2);
    }
  });

  test.runIf(process.platform === 'linux' && process.getuid?.() === 0)('that is full is one line', () => {
    for (const command of ['master', 'conform']) {
      const script = `mount -t tmpfs -o size=4k tmpfs small; head -c 4096 /dev/zero > small/x; TMPDIR=small "$NODE" "$CLI" ${command} s.script 2>&1; echo "status $?"`;
      const said = execFileSync('unshare', ['-m', 'bash', '-c', script], {
        cwd: home,
        encoding: 'utf8',
        env: { ...process.env, NODE: process.execPath, CLI },
      });
      expect(said).toMatch(new RegExp(`^bayou ${command}: [^\\n]*: the disk is full(; see to TMPDIR)?\\nstatus 2\\n$`));
    }
  });

  test('is no matter of a check', () => {
    expect(bayou(['check', 'bayou-s-2112'], 'none')).toEqual([0, '']);
  });
});

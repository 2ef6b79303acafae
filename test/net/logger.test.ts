import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const run = promisify(execFile);
const LOGGER = fileURLToPath(new URL('../../dist/net/logger.js', import.meta.url));

/** Logs three lines, in three turns, and says on standard output how far it came. */
const program = (file: string): string => `
  const { makeLogger } = await import(${JSON.stringify(LOGGER)});
  const logger = makeLogger({ name: 'x', level: 'info', file: ${file} });
  for (let i = 0; i < 3; i++) { logger.warn('line ' + i); await new Promise((go) => setTimeout(go, 100)); }
  process.stdout.write('went on');`;

test.runIf(existsSync('/dev/full'))('a log that cannot be written, file or standard error, ends no process', async () => {
  for (const [file, redirect] of [
    ['"/dev/full"', ''],
    ['null', '2>/dev/full'],
    ['null', '2>&-'],
    ['"/dev/null/x"', '2>/dev/full'],
  ] as const) {
    const shell = `exec "$0" --input-type=module -e "$1" ${redirect}`;
    const { stdout } = await run('/bin/sh', ['-c', shell, process.execPath, program(file)]);
    expect(stdout, `${file} ${redirect}`).toBe('went on');
  }
});

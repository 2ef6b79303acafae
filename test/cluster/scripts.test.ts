/**
 * The script corpus against real clusters: standard output to the byte, standard error line by line, the exit status.
 * `UPDATE_EXPECTED=1 npx vitest run test/cluster/scripts.test.ts` writes what the cluster does over what was expected.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { textOfBytes } from '../../src/core/bytes.js';
import { type Outcome, runMaster } from '../support/master.js';

const ROOT = fileURLToPath(new URL('../../conformance/scripts', import.meta.url));
const SCRIPTS = readdirSync(ROOT, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.script'))
  .map((file) => file.slice(0, -'.script'.length))
  .sort();

const read = (name: string, kind: 'script' | 'out' | 'err'): string => {
  const file = path.join(ROOT, `${name}.${kind}`);
  return existsSync(file) ? readFileSync(file, 'latin1') : '';
};

/** The second line of a script may say how it is run. Pulls in the background are off unless it says otherwise: the output is then determined. */
const flagsOf = (script: string): ReadonlyArray<string> => {
  const second = script.split('\n', 2)[1] ?? '';
  return /^# flags: (.*?)\s*$/.exec(second)?.[1]?.split(' ') ?? ['--anti-entropy-ms', '0'];
};

const linesOf = (text: string): ReadonlyArray<string> => text.split('\n').slice(0, -1);

/**
 * A line as expected: its parts between ellipses stand in it one after the other, the first at its beginning. A part may be one of
 * several, as in `ERR_CONN|UNKNOWN`: a put right after a kill may or may not have left its client (R14).
 */
const fits = (line: string, expected: string): boolean => {
  let at = 0;
  for (const [i, part] of expected.split('…').entries()) {
    const ends = part.split('|').flatMap((one) => {
      const found = line.indexOf(one, at);
      return found === 0 || (i > 0 && found > 0) ? [found + one.length] : [];
    });
    if (ends.length === 0) return false;
    at = Math.min(...ends);
  }
  return true;
};

/** A put that failed is an error of the run; every other line of standard error means bad input, and the exit status says so. */
const statusOf = (errors: ReadonlyArray<string>): number =>
  errors.every((line) => /^line \d+: put.*(ERR_CONN|ERR_DEP|UNKNOWN)/.test(line)) ? 0 : 1;

const compare = (outcome: Outcome, name: string): void => {
  const errors = linesOf(textOfBytes(read(name, 'err')));
  const lines = linesOf(textOfBytes(outcome.stderr));
  expect(textOfBytes(outcome.stdout)).toBe(textOfBytes(read(name, 'out')));
  expect(outcome.stdout).toBe(read(name, 'out'));
  expect(
    lines.length === errors.length && lines.every((line, i) => fits(line, errors[i]!)),
    `expected on standard error:\n${errors.join('\n')}\nwas:\n${lines.join('\n')}\n`,
  ).toBe(true);
  expect(outcome.status).toBe(statusOf(errors));
};

const update = (outcome: Outcome, name: string): void => {
  const write = (kind: 'out' | 'err', text: string): void => {
    const file = path.join(ROOT, `${name}.${kind}`);
    if (kind === 'err' && text === '') rmSync(file, { force: true });
    else writeFileSync(file, text, 'latin1');
  };
  write('out', outcome.stdout);
  write('err', outcome.stderr);
};

describe('the script corpus', () => {
  test('has at least sixty scripts, each with a line that says what it is for', () => {
    expect(SCRIPTS.length).toBeGreaterThanOrEqual(60);
    for (const name of SCRIPTS) expect(read(name, 'script'), name).toMatch(/^# \S.{20}/);
  });

  test.concurrent.each(SCRIPTS)(
    '%s',
    async (name) => {
      const script = read(name, 'script');
      const outcome = await runMaster(script, flagsOf(script));
      if (process.env['UPDATE_EXPECTED'] === '1') update(outcome, name);
      else compare(outcome, name);
    },
    180_000,
  );
});

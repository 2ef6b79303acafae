/**
 * A short soak: servers are killed in all the ways they die, folders put back from copies, tokens used again, while sessions ask.
 * `npm run soak` is the long one; BAYOU_SOAK_KILLS and BAYOU_SOAK_SEED try more, or others, here.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const MAIN = fileURLToPath(new URL('../../dist/conformance/soak/soak-command.js', import.meta.url));
const KILLS = process.env['BAYOU_SOAK_KILLS'] ?? '25';
const SEED = process.env['BAYOU_SOAK_SEED'] ?? '1';
/** The longest it may take, in s; a machine that does much else is slow. */
const SECONDS = 300;

const soak = (...args: string[]): Promise<{ readonly status: number; readonly output: string }> =>
  new Promise((resolve) => {
    const child = execFile(process.execPath, [MAIN, ...args], { maxBuffer: 64 * 1024 * 1024 }, (_error, stdout, stderr) =>
      resolve({ status: child.exitCode ?? -1, output: args.includes('many') ? stderr : stdout }),
    );
  });

test(
  `nothing that was acknowledged is lost or undone by ${KILLS} kills (seed ${SEED})`,
  async () => {
    const { status, output } = await soak('--kills', KILLS, '--seed', SEED, '--seconds', String(SECONDS));
    expect(output).toContain('nothing was lost or undone, and all stores are equal');
    expect(output).toMatch(/puts: [1-9]\d* acknowledged/);
    expect(output).toContain(`repeat with: npm run soak -- --kills ${KILLS} --seed ${SEED}`);
    expect(status).toBe(0);
  },
  (SECONDS + 120) * 1000,
);

test('wrong numbers are bad usage', async () => {
  const { status, output } = await soak('--kills', 'many');
  expect([status, output]).toEqual([2, expect.stringContaining('Use a whole number from 1.')]);
});

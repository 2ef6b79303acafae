/** A supervised process tells what it comes to before it ends, however late the command itself would have told it. */
import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';

const END_PROCESS = new URL('../../dist/cli/supervised/end-process.js', import.meta.url).href;

test.each(['endSoon', 'endNow'])('%s tells the status', (end) => {
  const program = `import { ${end} } from ${JSON.stringify(END_PROCESS)};
    setInterval(() => {}, 1000);
    ${end}(3);`;
  const { status, output } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
    env: { ...process.env, BAYOU_WATCHED: '1' },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    encoding: 'utf8',
    timeout: 60_000,
  });
  expect([status, output[3]]).toEqual([3, '{"kind":"status","status":3}\n']);
});

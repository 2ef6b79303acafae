import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

test('where the trace cannot grow the run ends, says so in a line, and leaves the parts of the trace', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'bayou-full-'));
  try {
    const script = join(dir, 'long.script');
    writeFileSync(script, ['joinServer 0', 'joinClient 1 0', ...Array.from({ length: 60 }, () => 'put 1 a b'), ''].join('\n'));
    const args = [
      '-c',
      'ulimit -f 4; exec "$0" "$@"',
      process.execPath,
      CLI,
      'master',
      '--trace',
      join(dir, 'run.ndjson'),
      script,
    ];
    const [status, stderr] = await new Promise<readonly [unknown, string]>((resolve) => {
      execFile('bash', args, { timeout: 60_000 }, (error, _, text) => resolve([error?.code, text]));
    });
    expect(status).toBe(3);
    expect(stderr).toMatch(/(master|server-0#1|client-1#1): its trace cannot be written: EFBIG: .*; it ends here\n/);
    expect(stderr).not.toContain('    at ');
    expect(readdirSync(dir)).toContain('run.ndjson.d');
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});

import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { outcomeOf, withDirectory, withJournal } from './support/log-image.js';

/** Puts until it is refused, then asks for more; says what came of each, and that it lives. No file may outgrow 100 KiB. */
const WRITER = `
  import { openDurable } from '#bayou/impl/durable.js';
  import { createDiskLog } from '#bayou/impl/log/disk-log.js';
  const opened = await openDurable(createDiskLog(process.argv[1], { takeInMs: 60_000 }), { server: 1 });
  const lines = [];
  const handle = (message) => new Promise((resolve) => opened.right.handle(message, resolve));
  let refusals = 0;
  for (let n = 1; refusals < 3; n++) {
    const answer = await handle({ type: 'put', client: 9, session: '1', clientTime: n, replica: null, clock: 0, key: 'k' + n, value: 'x'.repeat(500), require: [] });
    if (answer.type === 'refused') refusals++;
    lines.push(n + ' ' + (answer.reason ?? answer.type));
  }
  lines.push('get ' + (await handle({ type: 'get', client: 9, key: 'k1', atLeast: null, require: [] })).type);
  lines.push(opened.right.failure.message);
  process.stdout.write(lines.join('\\n'), () => process.kill(process.pid, 'SIGKILL'));
`;

test('when the log cannot grow, nothing more is acknowledged, the process lives, says why, and answers gets; what was acknowledged is there (R10)', () =>
  withDirectory(async (directory) => {
    let output = '';
    try {
      const limited = 'ulimit -f 100; exec "$0" --input-type=module -e "$1" "$2"';
      execFileSync('bash', ['-c', limited, process.execPath, WRITER, directory], {
        encoding: 'latin1',
        timeout: 20_000,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
    } catch (error) {
      output = (error as { stdout?: string }).stdout ?? '';
    }
    const lines = output.split('\n');
    const accepted = lines.filter((line) => line.endsWith(' accepted')).length;
    expect(accepted).toBeGreaterThan(10);
    expect(lines.slice(accepted, accepted + 4).map((line) => line.split(' ')[1])).toEqual([
      'unlogged',
      'failed',
      'failed',
      'found', // reads go on
    ]);
    expect(lines.at(-1)).toMatch(
      /^the log cannot be written: a file may not grow further \(EFBIG: .*\); raise the limit of file sizes, and restart the server$/,
    );
    const outcome = await outcomeOf(directory, withJournal());
    if ('error' in outcome) throw new Error(outcome.error.message);
    expect(outcome.found).toBe('whole'); // what was written of the last record was taken back
    expect(outcome.state.log.map((w) => w.clientTime)).toEqual(Array.from({ length: accepted }, (_, i) => i + 1));
  }));

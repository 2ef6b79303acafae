import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import * as E from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { createDiskLog } from '#bayou/impl/log/disk-log.js';
import { nodeFiles, type Files } from '#bayou/impl/log/files.js';
import { openLevel } from '#bayou/impl/log/level-directory.js';
import { withDirectory } from './support/log-image.js';

/** Opens the log, puts, and says how many puts were acknowledged, for ever. */
const OWNER = `
  import { openDurable } from '#bayou/impl/durable.js';
  import { createDiskLog } from '#bayou/impl/log/disk-log.js';
  import { writeSync } from 'node:fs';
  const opened = await openDurable(createDiskLog(process.argv[1], { takeInCount: 50, fileBytes: 20_000 }), { server: 1 });
  if (opened._tag === 'Left') throw new Error(opened.left.message);
  let n = 0;
  setInterval(() => {
    for (let i = 0; i < 20; i++) {
      const clientTime = ++n;
      const put = { type: 'put', client: 9, session: '5e55', replica: null, clientTime, clock: 0, key: 'k', value: 'v' + n, require: [] };
      opened.right.handle(put, (answer) => writeSync(1, answer.type + ' ' + clientTime + '\\n'));
    }
  }, 1);
`;

interface OwnerProcess {
  readonly process: ChildProcess;
  /** The greatest client time that was acknowledged so far. */
  readonly acknowledged: () => number;
}

const startOwner = async (directory: string): Promise<OwnerProcess> => {
  const child = spawn(process.execPath, ['--input-type=module', '-e', OWNER, directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let [output, last] = ['', 0];
  child.stdout.setEncoding('latin1').on('data', (text: string) => {
    output += text;
    for (let end = output.indexOf('\n'); end >= 0; end = output.indexOf('\n')) {
      last = Number(/^accepted (\d+)$/.exec(output.slice(0, end))?.[1] ?? last);
      output = output.slice(end + 1);
    }
  });
  await once(child.stdout, 'data');
  return { process: child, acknowledged: () => last };
};

const openOnce = (directory: string) => createDiskLog(directory).open({ server: 1 });

test('a log belongs to one process, also while that is stopped; killed, it leaves everything to the next (R10)', () =>
  withDirectory(async (root) => {
    const directory = join(root, 'data');
    const owner = await startOwner(directory);
    try {
      const inUse = { left: { type: 'in-use', message: expect.stringMatching(/is in use; stop the process/) as string } };
      expect(await openOnce(directory)).toMatchObject(inUse);
      owner.process.kill('SIGSTOP');
      expect(await openOnce(directory)).toMatchObject(inUse);
      owner.process.kill('SIGCONT');

      // From before the death of the one to after it, the other tries.
      const tries = (async () => {
        for (;;) {
          const log = createDiskLog(directory);
          const opened = await log.open({ server: 1 });
          if (E.isRight(opened)) return [log, opened.right] as const;
          expect(opened.left.type).toBe('in-use');
        }
      })();
      await new Promise((resolve) => setTimeout(resolve, 50));
      owner.process.kill('SIGKILL');
      await once(owner.process, 'close');
      const [log, recovered] = await tries;
      expect([recovered.found, recovered.replica]).toEqual(['whole', '1.0']);
      expect(recovered.clock).toBeGreaterThanOrEqual(owner.acknowledged());
      expect(owner.acknowledged()).toBeGreaterThan(0);
      await log.close();
    } finally {
      owner.process.kill('SIGKILL');
    }
  }));

test('the lock is taken before anything is read, looked at or written, and given back after everything (R10)', () =>
  withDirectory(async (root) => {
    const calls: string[] = [];
    const noted = <A extends unknown[], B>(name: string, call: (...args: A) => B) => {
      return (...args: A): B => {
        calls.push(name);
        return call(...args);
      };
    };
    const files = Object.fromEntries(
      Object.entries(nodeFiles).map(([name, call]) => [name, noted(name, call as (...args: unknown[]) => unknown)]),
    ) as unknown as Files;
    const lock: Files['lock'] = async (path) => {
      calls.push('lock');
      const unlock = await nodeFiles.lock(path);
      return unlock === undefined ? undefined : noted('unlock', unlock);
    };
    const openDatabase = noted('openDatabase', openLevel);
    for (let again = 0; again < 2; again++) {
      calls.length = 0;
      const log = createDiskLog(join(root, 'data'), { files: { ...files, lock }, openDatabase });
      expect(E.isRight(await log.open({ server: 1 }))).toBe(true);
      await log.close();
      expect(calls.slice(0, 2)).toEqual(['makeFolder', 'lock']);
      expect(calls.length).toBeGreaterThan(10);
      expect(calls.at(-1)).toBe('unlock');
    }
  }));

test('of many that open one log at once, one has it (R10)', () =>
  withDirectory(async (root) => {
    for (let again = 0; again < 3; again++) {
      const logs = Array.from({ length: 8 }, () => createDiskLog(join(root, 'data')));
      const opened = await Promise.all(logs.map((log) => log.open({ server: 1 })));
      expect(opened.filter(E.isRight)).toHaveLength(1);
      expect(opened.filter(E.isLeft).map(({ left }) => left.type)).toEqual(Array.from({ length: 7 }, () => 'in-use'));
      await Promise.all(logs.map((log) => log.close()));
    }
  }));

test('a database that is open in a program without the lock is not opened, and that is said', () =>
  withDirectory(async (root) => {
    const log = createDiskLog(join(root, 'data'));
    await log.open({ server: 1 });
    await log.close();
    const other = new ClassicLevel(join(root, 'data'));
    await other.open();
    const opened = await openOnce(join(root, 'data'));
    expect(opened).toMatchObject({
      left: { type: 'in-use', message: expect.stringContaining('a program that does not take the log') as string },
    });
    await other.close();
    expect(await openOnce(join(root, 'data'))).toMatchObject({ right: { found: 'whole' } });
  }));

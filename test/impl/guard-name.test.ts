/** The name that stands for a log's folder: nobody else can know it, and whoever has taken it all the same is told from a server. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDurable } from '#bayou/impl/durable.js';
import { createDiskLog } from '#bayou/impl/log/disk-log.js';
import { idOfFolder, nameOfFolder, renameFolder } from '#bayou/impl/log/guard-name.js';
import type { Guard } from '#bayou/impl/log/lock.js';
import { socketGuard } from '#bayou/net/socket-guard.js';
import { withDirectory } from './support/log-image.js';
import { putOf } from './support/puts.js';
import { right } from '../support/right.js';

const isLinux = process.platform === 'linux';

const open = async (directory: string, guard: Guard = socketGuard) => {
  const log = createDiskLog(directory, { guard });
  return { log, opened: await log.open({ server: 1 }) };
};

/** Notes the names that are asked for. */
const noting =
  (names: string[]): Guard =>
  (name) => {
    names.push(name);
    return socketGuard(name);
  };

/** A process that opens the log and stays until it is killed. */
const HOLDER = `
  import { createDiskLog } from '#bayou/impl/log/disk-log.js';
  import { socketGuard } from '#bayou/net/socket-guard.js';
  const opened = await createDiskLog(process.argv[1], { guard: socketGuard }).open({ server: 1 });
  console.log(opened._tag);
  setInterval(() => undefined, 1000);
`;

describe('the name of a folder', () => {
  test('is made of a value that is in no other folder, for its owner alone, whole', () =>
    withDirectory(async (root) => {
      const names = new Set<string>();
      for (const name of ['a', 'b']) {
        mkdirSync(join(root, name), { mode: 0o755 });
        names.add(nameOfFolder(join(root, name)));
        expect(nameOfFolder(join(root, name))).toBe([...names].at(-1));
        expect(statSync(join(root, name, 'guard')).mode & 0o777).toBe(0o600);
        expect(readdirSync(join(root, name))).toEqual(['guard']);
      }
      expect(names.size).toBe(2);
      await Promise.resolve();
    }));

  test('says nothing that a user who cannot read the folder knows', () =>
    withDirectory(async (root) => {
      const data = join(root, 'data');
      mkdirSync(data);
      const first = nameOfFolder(data);
      rmSync(join(data, 'guard'));
      // Path, device, inode and times of the folder are what they were.
      expect(nameOfFolder(data)).not.toBe(first);
      await Promise.resolve();
    }));

  test('is the same by every path and after a move, and another one in a copy, though the copy has the value', () =>
    withDirectory(async (root) => {
      const data = join(root, 'data');
      mkdirSync(data);
      const name = nameOfFolder(data);
      symlinkSync(data, join(root, 'link'));
      expect(nameOfFolder(join(root, 'link'))).toBe(name);
      cpSync(data, join(root, 'copy'), { recursive: true });
      expect(readFileSync(join(root, 'copy', 'guard'))).toEqual(readFileSync(join(data, 'guard')));
      expect(nameOfFolder(join(root, 'copy'))).not.toBe(name);
      renameSync(data, join(root, 'moved'));
      expect(nameOfFolder(join(root, 'moved'))).toBe(name);
      await Promise.resolve();
    }));

  test.each([
    ['empty', (file: string) => writeFileSync(file, '')],
    ['cut off', (file: string) => writeFileSync(file, 'ab')],
    ['something else', (file: string) => writeFileSync(file, `${'x'.repeat(64)}\n`)],
    ['large', (file: string) => writeFileSync(file, 'a'.repeat(100_000))],
    ['readable by others, who may know it', (file: string) => chmodSync(file, 0o644)],
  ])('is made anew where the value is %s', (_name, spoil) =>
    withDirectory(async (root) => {
      const before = nameOfFolder(root);
      spoil(join(root, 'guard'));
      const after = nameOfFolder(root);
      expect(after).not.toBe(before);
      expect(nameOfFolder(root)).toBe(after);
      expect(statSync(join(root, 'guard')).mode & 0o777).toBe(0o600);
      expect(readdirSync(root)).toEqual(['guard']);
      await Promise.resolve();
    }),
  );

  test('is one for all that make it at once, and what kills left goes with the next name', () =>
    withDirectory(async (root) => {
      const CHILD = `
        import { nameOfFolder } from '#bayou/impl/log/guard-name.js';
        process.stdin.once('data', () => { console.log(nameOfFolder(process.argv[1])); process.exit(); });
        console.log('ready');`;
      const children = Array.from({ length: 6 }, () =>
        spawn(process.execPath, ['--input-type=module', '-e', CHILD, root], { stdio: ['pipe', 'pipe', 'inherit'] }),
      );
      const said = children.map(() => '');
      children.forEach((child, i) => child.stdout.on('data', (text: Buffer) => (said[i] = `${said[i] ?? ''}${text.toString()}`)));
      await Promise.all(children.map((child) => once(child.stdout, 'data')));
      const ends = children.map((child) => once(child, 'close'));
      for (const child of children) child.stdin.write('now');
      await Promise.all(ends);
      expect(new Set(said)).toEqual(new Set([`ready\n${nameOfFolder(root)}\n`]));
      writeFileSync(join(root, 'guard-0123456789abcdef.new'), 'half');
      const before = nameOfFolder(root);
      renameFolder(root, 'another folder');
      expect(nameOfFolder(root)).toBe(before);
      renameFolder(root, idOfFolder(root));
      expect(nameOfFolder(root)).not.toBe(before);
      expect(readdirSync(root)).toEqual(['guard']);
    }));
});

describe.runIf(isLinux)('a log with a name', () => {
  test('has another one after each close, which nobody has seen, and the same after a kill', () =>
    withDirectory(async (root) => {
      const data = join(root, 'data');
      const names: string[] = [];
      for (let again = 0; again < 3; again++) {
        const { log, opened } = await open(data, noting(names));
        expect(opened._tag).toBe('Right');
        expect(readFileSync('/proc/net/unix', 'latin1')).toContain(`@bayou-${names[again]}-`);
        await log.close();
      }
      expect(new Set(names).size).toBe(3);
      const next = nameOfFolder(data);
      const child = spawn(process.execPath, ['--input-type=module', '-e', HOLDER, data], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      expect(String(await once(child.stdout, 'data'))).toBe('Right\n');
      child.kill('SIGKILL');
      await once(child, 'close');
      expect(nameOfFolder(data)).toBe(next);
      const { log, opened } = await open(data);
      expect(opened).toMatchObject({ right: { found: 'whole' } });
      await log.close();
    }));

  test('that somebody else has taken is refused with what to do, and that helps; the log is as it was', () =>
    withDirectory(async (root) => {
      const data = join(root, 'data');
      const first = await open(data);
      await first.log.close();
      const squatter = createServer().listen(`\0bayou-${nameOfFolder(data)}-`.padEnd(108, '.'));
      await once(squatter, 'listening');
      const refused = await open(data);
      expect(refused.opened).toEqual({
        _tag: 'Left',
        left: {
          type: 'in-use',
          message:
            `the log in ${data} cannot be opened: a process has taken the name that stands for it, and no process that is seen from here has locked ` +
            `${data}/lock; if no server has it open, delete ${data}/guard: the folder then gets another name, which nobody can know`,
        },
      });
      rmSync(join(data, 'guard'));
      const again = await open(data);
      expect(again.opened).toMatchObject({ right: { found: 'whole', replica: '1.0' } });
      await again.log.close();
      squatter.close();
    }));

  test('and nobody’s advice harms: where a server had it open after all, that one acknowledges nothing more', () =>
    withDirectory(async (root) => {
      const data = join(root, 'data');
      const opened = right(await openDurable(createDiskLog(data, { guard: socketGuard }), { server: 1 }));
      const first = opened;
      // The line asks to be sure that nobody has the log. Here somebody has it, and the file's lock is dropped as well.
      rmSync(join(data, 'guard'));
      rmSync(join(data, 'lock'), { recursive: true });
      readFileSync(join(data, 'LOCK'));
      const child = spawn(process.execPath, ['--input-type=module', '-e', HOLDER, data], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      expect(String(await once(child.stdout, 'data'))).toBe('Right\n');
      expect(await new Promise((resolve) => first.handle(putOf(1, 'k', 'v'), resolve))).toMatchObject({ type: 'refused' });
      expect(first.failure?.message).toContain('another process has opened the log');
      child.kill('SIGKILL');
      await once(child, 'close');
      await first.close();
      expect(existsSync(join(data, 'guard'))).toBe(true);
    }));
});

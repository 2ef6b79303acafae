/** The ways in which people put a folder's files back from a copy. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  closeSync,
  ftruncateSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';

/** Puts what is in `copy` in the place of what is in `folder`. */
export type Tool = (copy: string, folder: string) => void;

const run = (command: string, ...args: string[]): void =>
  void execFileSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
const anew =
  (tool: Tool): Tool =>
  (copy, folder) => {
    rmSync(folder, { recursive: true, force: true });
    tool(copy, folder);
  };

interface RsyncOptions {
  readonly inPlace: boolean;
  /** `-t`: keeps times, and leaves alone what has the same size and time; without: what has the same bytes. */
  readonly times: boolean;
  readonly remove: boolean;
}

const writeInPlace = (path: string, bytes: Buffer): void => {
  const fd = openSync(path, 'r+');
  ftruncateSync(fd, bytes.length);
  writeSync(fd, bytes, 0, bytes.length, 0);
  closeSync(fd);
};

/** As rsync does it: see its manual on the quick check, `--inplace`, `--checksum` and `--delete`. */
const rsync =
  ({ inPlace, times, remove }: RsyncOptions): Tool =>
  (copy, folder) => {
    mkdirSync(folder, { recursive: true });
    const names = readdirSync(copy).filter((name) => statSync(join(copy, name)).isFile());
    for (const name of readdirSync(folder)) {
      if (remove && !names.includes(name) && statSync(join(folder, name)).isFile()) rmSync(join(folder, name));
    }
    for (const name of names) {
      const [from, to] = [join(copy, name), join(folder, name)];
      const [source, target] = [statSync(from), statSync(to, { throwIfNoEntry: false })];
      const sameSize = target?.size === source.size;
      const alike = times
        ? Math.floor((target?.mtimeMs ?? 0) / 1000) === Math.floor(source.mtimeMs / 1000)
        : sameSize && readFileSync(to).equals(readFileSync(from));
      if (sameSize && alike) continue;
      if (target !== undefined && inPlace) {
        writeInPlace(to, readFileSync(from));
      } else {
        copyFileSync(from, `${to}.tmp`);
        chmodSync(`${to}.tmp`, source.mode);
        renameSync(`${to}.tmp`, to);
      }
      if (times) utimesSync(to, source.atime, source.mtime);
    }
  };

const tar =
  (...options: string[]): Tool =>
  (copy, folder) => {
    run('tar', '-C', copy, '-cf', `${copy}.tar`, '.');
    mkdirSync(folder, { recursive: true });
    run('tar', '-C', folder, ...options, '-xf', `${copy}.tar`);
  };

/** By name. Each leaves the copy as it is, but for `mv`. */
export const TOOLS: Readonly<Record<string, Tool>> = {
  'rm -r, cp -a': anew((copy, folder) => run('cp', '-a', copy, folder)),
  'rm -r, cp -r': anew((copy, folder) => run('cp', '-r', copy, folder)),
  'rm -r, mv': anew((copy, folder) => renameSync(copy, folder)),
  'cp -a over it': (copy, folder) => run('cp', '-a', `${copy}/.`, folder),
  'cp -r over it': (copy, folder) => run('cp', '-r', `${copy}/.`, folder),
  'tar x over it': tar(),
  'tar x --overwrite': tar('--overwrite'),
  'rsync -a': rsync({ inPlace: false, times: true, remove: false }),
  'rsync -a --delete': rsync({ inPlace: false, times: true, remove: true }),
  'rsync -a --inplace --delete': rsync({ inPlace: true, times: true, remove: true }),
  'rsync -rc --delete': rsync({ inPlace: false, times: false, remove: true }),
  'rsync -rc --inplace --delete': rsync({ inPlace: true, times: false, remove: true }),
};

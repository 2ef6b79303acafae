/**
 * Kills a real process, with LevelDB itself, in the n-th of its system calls that change a file (by strace). The process is killed in its first start, and in other
 * runs in its second, with fsync and without. Then the log must open as the same replica, with every acknowledged put.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const WORKER = fileURLToPath(new URL('killed-worker.js', import.meta.url));
const CALLS = 'write,pwrite64,writev,rename,renameat,renameat2,unlink,unlinkat,fsync,fdatasync,ftruncate,mkdir,mkdirat';
const PUTS = 12;

/** The result of the kills: how many hit the process, the sum of the puts acknowledged before each, and the failures, a line each. */
export interface RealKills {
  readonly kills: number;
  readonly acknowledged: number;
  readonly wrong: ReadonlyArray<string>;
}

/** Is strace installed, and may it trace? */
export const hasStrace = (): boolean => spawnSync('strace', ['-o', '/dev/null', 'true']).status === 0;

const run = (command: string, args: ReadonlyArray<string>): string[] =>
  spawnSync(command, args, { encoding: 'latin1', timeout: 60_000, stdio: ['ignore', 'pipe', 'ignore'] }).stdout.split('\n');

/** The number in the last line that begins with `word`; 0 where there is none. */
const lastIn = (lines: ReadonlyArray<string>, word: string): number =>
  Number(
    lines
      .findLast((line) => line.startsWith(`${word} `))
      ?.split(' ')
      .at(-1) ?? 0,
  );

const killOnce = (folder: string, mode: string, isSecond: boolean, call: number) => {
  const node = (puts: number, before: number): string[] => [WORKER, folder, mode, `${puts}`, `${before}`];
  const first = isSecond ? run(process.execPath, node(PUTS, 0)) : [];
  const inject = ['-f', '-o', '/dev/null', '-e', `trace=${CALLS}`, '-e', `inject=${CALLS}:signal=SIGKILL:when=${call}`];
  const killed = run('strace', [...inject, process.execPath, ...node(PUTS, 100)]);
  const after = run(process.execPath, node(0, 0));
  const acknowledged = Math.max(lastIn(first, 'accepted'), lastIn(killed, 'accepted'));
  const wasOpen = [...first, ...killed].some((line) => line.startsWith('open '));
  const opened = after.find((line) => line.startsWith('open '));
  const isWell =
    opened !== undefined && lastIn(after, 'open') >= acknowledged && (!wasOpen || opened.startsWith('open whole 1.0 '));
  return {
    hit: !killed.includes('closed'),
    acknowledged,
    wrong: isWell
      ? []
      : [`${mode}, ${isSecond ? 'second' : 'first'} start, call ${call}: ${after[0] ?? ''}; acknowledged ${acknowledged}`],
  };
};

/** For each mode and each start: kills at call 1, 2, … `calls` (strace counts by thread), up to the first that is never made. */
export const killAtCalls = (calls: number): RealKills => {
  const root = mkdtempSync(join(tmpdir(), 'bayou-kills-'));
  let [kills, acknowledged] = [0, 0];
  const wrong: string[] = [];
  try {
    for (const mode of ['plain', 'fsync']) {
      for (const isSecond of [false, true]) {
        for (let call = 1; call <= calls; call++) {
          const folder = join(root, 'data');
          rmSync(folder, { recursive: true, force: true });
          const one = killOnce(folder, mode, isSecond, call);
          if (!one.hit) break;
          kills++;
          acknowledged += one.acknowledged;
          wrong.push(...one.wrong);
        }
      }
    }
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  return { kills, acknowledged, wrong };
};

/**
 * People at a shell. They use `bayou client` with its token in a file: they end it, kill it, begin again with the same file or an older one, or run it twice at
 * a time. And they use `bayou master` on the servers' folders, day after day with the same client id. These programs do not tell them stamps.
 */
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NodeId } from '#bayou/core/ids.js';
import type { SeededChance } from '../common/seeded-chance.js';
import type { SoakJudge } from './soak-judge.js';
import { CLI_FILE, withDeadline } from '../faults/shipped-server.js';

const DEADLINE_MS = 60_000;

/** The output of a program. */
interface Printed {
  readonly out: ReadonlyArray<string>;
  readonly err: string;
  readonly wasKilled: boolean;
  readonly status: number | null;
}

/** Runs a program to its end, or kills it after `killAfterMs`. */
const run = async (args: ReadonlyArray<string>, input: string, killAfterMs: number | undefined): Promise<Printed> => {
  const child = spawn(process.execPath, [CLI_FILE, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const timer = killAfterMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), killAfterMs);
  try {
    await withDeadline(closed, DEADLINE_MS, `bayou ${args[0] ?? ''} did not end`);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  } finally {
    clearTimeout(timer);
  }
  // The last line may be cut off.
  const lines = out.split('\n');
  lines.pop();
  return { out: lines, err, wasKilled: child.signalCode === 'SIGKILL', status: child.exitCode };
};

interface Pair {
  readonly key: string;
  readonly value: string;
}

/** Lines that put each pair's value and then read it. */
const linesOf = (pairs: ReadonlyArray<Pair>): string =>
  pairs.map(({ key, value }) => `put ${key} ${value}\nget ${key}\n`).join('');

/** Tells the judge what a session without stamps has seen. `sessions`: this session, and the sessions whose tokens it has in full. */
const learn = (judge: SoakJudge, sessions: ReadonlyArray<number>, pairs: ReadonlyArray<Pair>, p: Printed): void => {
  for (const [i, { key, value }] of pairs.entries()) {
    const line = p.out[i];
    const shown = line?.startsWith(`${key}:`) === true ? line.slice(key.length + 1) : undefined;
    const complained = new RegExp(`put (\\d+ )?${key}\\b`).test(p.err);
    if (shown === value || (!p.wasKilled && !complained && line !== undefined)) judge.told(value);
    else judge.ended(value, 'unknown');
    if (shown === undefined || /^ERR_(DEP|CONN)$/.test(shown)) continue;
    for (const session of sessions) judge.shown(session, key, shown === 'ERR_KEY' ? null : shown);
  }
};

/** A user at a shell, with a token file. */
export class ShellUser {
  readonly keys: ReadonlyArray<string>;
  readonly #judge: SoakJudge;
  readonly #file: string;
  readonly #number: number;
  #n = 0;
  /** The sessions whose knowledge the token in the file has in full. */
  #known: number[] = [];
  #knownOld: number[] = [];
  #busy = false;

  constructor(judge: SoakJudge, home: string, number: number) {
    this.#judge = judge;
    this.#file = join(home, `token-${number}.json`);
    this.#number = number;
    this.keys = Array.from({ length: 4 }, (_, i) => `person${number}.${i}`);
  }

  /** Runs one session at the shell. Resolves with true where it was killed. */
  async sit(chance: SeededChance, secretFile: string, ports: ReadonlyArray<readonly [NodeId, number]>): Promise<boolean> {
    if (this.#busy) throw new Error('one session of a user at a time');
    this.#busy = true;
    try {
      const [session, pairs] = this.#plan(chance);
      this.#maybeOlder(chance);
      const servers = ports.flatMap(([id, port]) => ['--server', `${id}@127.0.0.1:${port}`]);
      const args = ['client', ...servers, '--secret-file', secretFile, '--token-file', this.#file, '--timeout-ms', '1000'];
      const killed = chance.percent(50) ? chance.whole(100, 1200) : undefined;
      const printed = await run(args, linesOf(pairs), killed);
      learn(this.#judge, [session, ...this.#known], pairs, printed);
      if (!printed.wasKilled && printed.out.length > 0) this.#known.push(session);
      return printed.wasKilled;
    } finally {
      this.#busy = false;
    }
  }

  #plan(chance: SeededChance): readonly [number, ReadonlyArray<Pair>] {
    const session = this.#judge.begin();
    const pairs = Array.from({ length: chance.whole(1, 6) }, () => this.#pair(session, chance.pick(this.keys)));
    return [session, pairs];
  }

  #pair(session: number, key: string): Pair {
    const value = `p${this.#number}.${this.#n++}.0`;
    this.#judge.put(session, key, value);
    return { key, value };
  }

  /** Keeps a copy of the token, or goes back to the kept copy. */
  #maybeOlder(chance: SeededChance): void {
    const kept = `${this.#file}.old`;
    if (existsSync(this.#file) && chance.percent(25)) {
      copyFileSync(this.#file, kept);
      this.#knownOld = [...this.#known];
    } else if (existsSync(kept) && chance.percent(25)) {
      copyFileSync(kept, this.#file);
      this.#known = [...this.#knownOld];
    }
  }
}

const DAY_CLIENT = 900;
/** Keys of the master's client. */
export const DAY_KEYS: ReadonlyArray<string> = ['day.0', 'day.1', 'day.2'];

/** Runs one day of `bayou master` on the servers' folders, while no server of the soak runs. */
export const spendDay = async (
  judge: SoakJudge,
  chance: SeededChance,
  o: { readonly data: string; readonly home: string; readonly day: number; readonly servers: ReadonlyArray<NodeId> },
): Promise<void> => {
  const session = judge.begin();
  const pairs = DAY_KEYS.slice(0, chance.whole(1, DAY_KEYS.length)).map((key, i) => {
    const value = `d${o.day}.${i}.0`;
    judge.put(session, key, value);
    return { key, value };
  });
  const script = join(o.home, 'day.script');
  const joins = o.servers.map((id) => `joinServer ${id}\n`).join('');
  const body = pairs.map(({ key, value }) => `put ${DAY_CLIENT} ${key} ${value}\nget ${DAY_CLIENT} ${key}\n`).join('');
  writeFileSync(script, `${joins}joinClient ${DAY_CLIENT} ${chance.pick(o.servers)}\n${body}stabilize\n`);
  const printed = await run(['master', '--data-dir', o.data, '--timeout-ms', '30000', script], '', undefined);
  if (printed.status !== 0) judge.accuse('stores', `a day of the master failed: ${printed.err.slice(0, 500)}`);
  learn(judge, [session], pairs, printed);
};

/**
 * A server that joins and lacks much: how long it takes to catch up, how much memory both ends need, and for how long their event loops
 * stand still at most.
 *
 * `npm run bench:catchup` (`-- --write` puts the table into docs/figures.md; `-- --small` takes a hundredth of everything, to see that it runs).
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { throttle } from '#bayou/conformance/faults/throttle.js';
import { newSecret } from '#bayou/net/auth.js';
import { dial } from '#bayou/net/handshake.js';
import type { Answer, NetRequest, Party } from '#bayou/net/protocol.js';
import type { CatchupSays, CatchupServer } from './support/catchup-server.js';
import { figure, machine, table, writeSection } from './support/table.js';

const SERVER = fileURLToPath(new URL('support/catchup-server.js', import.meta.url));
const MASTER: Party = { role: 'master', id: 0 };
/** A part of a pull, or none, has to come within this: what the master waits for, not for the whole. */
const PROGRESS_MS = 7_000;
const scale = process.argv.includes('--small') ? 0.01 : 1;
const dir = mkdtempSync(join(tmpdir(), 'bayou-catchup-'));
const secret = newSecret();

/** One thing that is missing, and the way by which it comes. */
interface Case {
  readonly name: string;
  readonly puts: number;
  readonly valueBytes: number;
  readonly bytesPerSecond?: number;
}

const CASES: ReadonlyArray<Case> = [
  { name: '200,000 writes of 100 bytes', puts: 200_000, valueBytes: 100 },
  { name: '1 GiB in writes of 16 KiB', puts: 65_536, valueBytes: 16_384 },
  { name: '10 MB in writes of 1 KB, over a link of 1 MB/s', puts: 10_000, valueBytes: 1_000, bytesPerSecond: 1_000_000 },
];

const heard = <T extends CatchupSays['type']>(child: ChildProcess, type: T): Promise<CatchupSays & { readonly type: T }> =>
  new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`a server ended with ${code ?? 'a signal'}`)));
    const listen = (says: unknown): void => {
      if ((says as CatchupSays).type !== type) return;
      child.off('message', listen);
      resolve(says as CatchupSays & { readonly type: T });
    };
    child.on('message', listen);
  });

const start = async (what: CatchupServer): Promise<{ readonly child: ChildProcess; readonly port: number }> => {
  const child = fork(SERVER, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  child.send(what);
  const { port } = await heard(child, 'listening');
  return { child, port };
};

/** Fills a server's log, in a process that ends then. */
const filled = (what: CatchupServer): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = fork(SERVER, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    child.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`the log could not be filled: ${code ?? 'a signal'}`)),
    );
    child.send(what);
  });

const stop = async (child: ChildProcess): Promise<void> => {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.removeAllListeners('exit');
  child.once('exit', () => undefined);
  child.kill('SIGKILL');
  await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 2_000))]);
};

const statsOf = (child: ChildProcess): Promise<CatchupSays & { readonly type: 'stats' }> => {
  const stats = heard(child, 'stats');
  child.send('stats');
  return stats;
};

/** Links the joiner to the other, and asks it for all that the other has; in ms. */
const catchUp = async (joiner: number, other: number): Promise<number> => {
  const dialed = await dial(
    { me: MASTER, secret },
    { host: '127.0.0.1', port: joiner },
    { role: 'server', id: 1 },
    {
      onAsk: (_c, _a, reply) => reply({ type: 'failed', why: 'nothing is done here' }),
      onClose: () => undefined,
      onFault: () => undefined,
    },
  );
  if (E.isLeft(dialed)) throw new Error(dialed.left);
  const ask = (what: NetRequest): Promise<Answer> =>
    new Promise((resolve, reject) =>
      dialed.right.ask(what, PROGRESS_MS, (answer) =>
        E.isRight(answer) ? resolve(answer.right) : reject(new Error(answer.left.why)),
      ),
    );
  const began = performance.now();
  await ask({ type: 'link', peer: { role: 'server', id: 0 }, address: { host: '127.0.0.1', port: other } });
  const synced = await ask({ type: 'sync' });
  const ms = performance.now() - began;
  if (synced.type !== 'synced' || synced.failed.length > 0) throw new Error(`it did not catch up: ${JSON.stringify(synced)}`);
  dialed.right.close('done');
  return ms;
};

const measure = async ({ name, puts, valueBytes, bytesPerSecond }: Case): Promise<string[]> => {
  const folder = join(dir, String(puts));
  const many = Math.max(1, Math.round(puts * scale));
  const a = { id: 0, dir: join(folder, 'a'), secret, puts: 0, valueBytes };
  await filled({ ...a, puts: many });
  const answerer = await start(a);
  const joiner = await start({ ...a, id: 1, dir: join(folder, 'b') });
  const way = bytesPerSecond === undefined ? undefined : await throttle(answerer.port, bytesPerSecond);
  for (const { child } of [answerer, joiner]) child.send('begin');
  const ms = await catchUp(joiner.port, way?.port ?? answerer.port);
  const stats = [await statsOf(joiner.child), await statsOf(answerer.child)];
  await Promise.all([stop(answerer.child), stop(joiner.child)]);
  way?.close();
  rmSync(folder, { recursive: true, force: true });
  return [name, `${figure(ms / 1000)} s`, ...stats.flatMap((s) => [`${figure(s.stallMs)} ms`, `${figure(s.rssMiB)} MiB`])];
};

const rows: string[][] = [];
for (const one of CASES) {
  rows.push(await measure(one));
  console.error(rows.at(-1)?.join(' | '));
}
const text = [
  `${machine()}; a server that joins with an empty log, with durable logs on disk at both ends; \`npm run bench:catchup\``,
  table(
    [
      'what is missing',
      'time',
      'joiner: longest stall',
      'joiner: most memory',
      'answerer: longest stall',
      'answerer: most memory',
    ],
    rows,
  ),
].join('\n\n');
console.log(text);
if (process.argv.includes('--write')) writeSection('docs/figures.md', 'catchup', text);
rmSync(dir, { recursive: true, force: true });
process.exit();

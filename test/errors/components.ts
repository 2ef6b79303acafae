/** Lines of parts that run in this process with something faulty beside them: models, processes, certificates. By the line of docs/errors.md. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type * as ScriptRuns from '../../conformance/runs/script-runs.js';
import {
  checkComponents,
  checkSync,
  type ComponentModel,
  interaction,
  internedModel,
  over,
  slot,
} from '../../src/checker/index.js';
import { beginRun, endRun } from '../../src/master/crash-cleanup.js';
import { makeStarter } from '../../src/master/processes.js';
import { withDirectory } from '../impl/support/log-image.js';
import { remember, SECRET, serve } from '../net/support.js';
import { certificates } from '../support/certificates.js';
import { until } from '../support/until.js';
import { at, type Lines, listening, reached } from './faulty-ends.js';

// --- the checker as a library ----------------------------------------------------------------------------------------------

/** A counter of components; its values have these keys. */
const counting = (key: (n: number) => string): ComponentModel => {
  const cell = slot<number>('cell', 'a', 0);
  return {
    name: 'counting',
    slots: [cell],
    key: (_kind, local) => key(local),
    interactions: [
      interaction({
        label: { family: 'Add', args: [] },
        slots: [cell],
        writes: [0],
        step: (n) => (n < 20 ? [{ next: [n + 1] }] : []),
      }),
    ],
    properties: [{ kind: 'always', name: 'anything', over: [over([cell], () => true)] }],
  };
};
const thrownBy = async (run: () => unknown): Promise<string> => {
  try {
    await run();
    return 'nothing is thrown';
  } catch (error) {
    return String(error);
  }
};

const CHECKER: Lines = {
  'checkpoint: a search of … cannot be kept: …': () =>
    thrownBy(() => checkSync(internedModel(counting(String)), { checkpoint: 'c' })),
  'the model encodes its values differently now': () =>
    withDirectory(async (root) => {
      const file = join(root, 'kept');
      await checkComponents(counting(String), { maxStates: 5, checkpoint: file });
      return thrownBy(() =>
        checkComponents(
          counting((n) => (n < 2 ? String(n) : 'alike')),
          { resume: file },
        ),
      );
    }),
};

// --- processes -------------------------------------------------------------------------------------------------------------

const BUILT_RUNS = new URL('../../dist/conformance/runs/script-runs.js', import.meta.url).href;

const PROCESSES: Lines = {
  'it was not ready within … ms': async () => {
    const run = beginRun();
    if (E.isLeft(run)) return run.left;
    const starter = makeStarter(run.right, () => undefined);
    const said = await starter.take('server').configure({ name: 'none of a server' } as never, 1);
    await starter.killAll();
    endRun(run.right);
    return E.isLeft(said) ? said.left : 'it is ready';
  },
  'the run was not over after … ms': async () => {
    const text = Array.from({ length: 40 }, (_, id) => `joinServer ${id}`).join('\n');
    // As built: it starts the programs beside it.
    const { tryScript } = (await import(BUILT_RUNS)) as typeof ScriptRuns;
    const judged = await tryScript({ name: 'long', text, flags: [] }, { deadlineMs: 100 });
    return E.isLeft(judged) ? judged.left : 'it was over';
  },
};

// --- TLS -------------------------------------------------------------------------------------------------------------------

/** Certificates of an authority `ca` and of others, made once. */
const made = (() => {
  let all: ReturnType<typeof certificates> | undefined;
  return () => {
    if (all !== undefined) return all;
    all = certificates();
    for (const name of ['ca', 'other']) all.authority(name);
    all.signed('member', 'ca', 'IP:127.0.0.1');
    all.signed('expired', 'ca', 'IP:127.0.0.1', -1);
    all.signed('stranger', 'other', 'IP:127.0.0.1');
    process.once('exit', all.remove);
    return all;
  };
})();
const shown = (name: string) => ({ cert: made().pem(`${name}.pem`), key: made().pem(`${name}.key`), ca: made().pem('ca.pem') });

/** OpenSSL's own server, which says why it does not take a certificate. */
const opensslServer = async (use: (port: number) => Promise<string>): Promise<string> => {
  const files = ['-cert', 'member.pem', '-key', 'member.key', '-CAfile', 'ca.pem', '-Verify', '1', '-verify_return_error'];
  const child = spawn('openssl', ['s_server', '-accept', '127.0.0.1:0', ...files], { cwd: made().home });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const port = (): number => Number(/^ACCEPT .*:(\d+)$/m.exec(said)?.[1]);
  await until(() => port() > 0);
  try {
    return await use(port());
  } finally {
    child.kill('SIGKILL');
  }
};

const TLS: Lines = {
  'the --tls-cert of the other end has to be renewed (or a date is wrong)': async () => {
    const server = await serve(0, remember(), { tls: shown('expired') });
    const said = await reached(server, { tls: shown('member') });
    await server.close();
    return said;
  },
  'the other end does not take …: it must be signed by whom the other end trusts, and be in time': () =>
    opensslServer((port) => reached({ address: { host: '127.0.0.1', port } }, { tls: shown('stranger'), secret: SECRET })),
  'look at --tls-cert, --tls-key and --tls-ca of both ends': () =>
    at(
      // An alert: the handshake has failed.
      listening((socket) => socket.once('data', () => socket.end(Buffer.from([21, 3, 3, 0, 2, 2, 40])))),
      (place) => reached(place, { tls: shown('member') }),
    ),
};

export const COMPONENTS: Lines = { ...CHECKER, ...PROCESSES, ...TLS };

/** How a master comes to the processes that it has started. */
import * as E from 'fp-ts/lib/Either.js';
import { expect, test } from 'vitest';
import { Members } from '../../src/master/members.js';
import type { Process } from '../../src/master/processes.js';
import { makeTopology } from '../../src/master/topology.js';
import type { World } from '../../src/ports/ports.js';
import { unreachable } from '../errors/faulty-ends.js';

/** Connecting fails so, each of these times; then the process is gone. Gives what is said, and how often it was tried. */
const enlisting = async (code: string, times: number) => {
  const failing = unreachable(code);
  let dials = 0;
  let end: (how: string) => void = () => undefined;
  const gone = new Promise<string>((resolve) => (end = resolve));
  const connect: World['network']['connect'] = (to) => {
    if (++dials === times) end('SIGKILL');
    return failing.network.connect(to);
  };
  const proc: Process = {
    pid: process.pid,
    configure: () => Promise.resolve(E.right({ port: 7000 })),
    kill: () => Promise.resolve(),
    gone,
  };
  const members = new Members({ ahead: () => undefined, take: () => proc, killAll: () => Promise.resolve() }, makeTopology(), {
    ...{ host: '127.0.0.1', ports: null, dataDir: null, fsync: false, antiEntropyMs: 0, timeoutMs: 500 },
    ...{ logLevel: 'silent', logFile: null, traceFileOf: () => null, onDeath: () => undefined },
    world: { ...failing, network: { ...failing.network, connect } },
  });
  const enlisted = await members.enlist({ role: 'server', id: 3 });
  return [E.isLeft(enlisted) ? enlisted.left : 'it is there', dials] as const;
};

test('a process that cannot be reached yet is dialed again while it lives', async () => {
  const [said, dials] = await enlisting('ECONNREFUSED', 3);
  expect(said).toBe('server 3 did not start: connect ECONNREFUSED 192.0.2.1:7000: nobody listens there');
  expect(dials).toBe(3);
});

test.each(['EMFILE', 'ENFILE'])('where no file is left to dial it with (%s), to wait is in vain', async (code) => {
  const [said, dials] = await enlisting(code, 5);
  expect(said).toMatch(
    /^server 3 did not start: connect E[MN]FILE 192\.0\.2\.1:7000: [^\n]* too many files open; raise its limit/,
  );
  expect(dials).toBe(1);
});

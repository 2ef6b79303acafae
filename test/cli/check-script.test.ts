import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Counterexample, TraceStep } from '#bayou/checker/report.js';
import { toScript } from '#bayou/checked-model/counterexample-script.js';
import { DEFAULTS } from '#bayou/model/checking/config.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bayou } from './run.js';

let dir = '';
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'bayou-script-'));
});
afterAll(() => rm(dir, { recursive: true }));

describe('a counterexample as a master script, run on the real cluster', () => {
  const runOf = async (config: string, property: string): Promise<ReadonlyArray<string>> => {
    await bayou(['check', config, '--out-dir', dir, '--format', 'script']);
    const { status, stderr, lines } = await bayou([
      'master',
      '--anti-entropy-ms',
      '0',
      join(dir, `${config}-${property}.script`),
    ]);
    expect(stderr).toBe('');
    expect(status).toBe(0);
    return lines;
  };

  test('V6: where the faulty model reads an older state, the cluster answers ERR_DEP (R12, R13)', async () => {
    expect(await runOf('v6-no-check-reads', 'MR')).toEqual(['a:11#1', 'a:ERR_DEP']);
  });

  test('V1: the session’s second write is the later one, whatever the replicas’ clocks say (R2)', async () => {
    const values = await runOf('v1-original-clock', 'MR');
    expect(values.at(-1)).toBe('a:11#2');
  });
});

describe('the commands', () => {
  const traceOf = (...labels: ReadonlyArray<string>): Counterexample => ({
    initial: {},
    steps: labels.map((label): TraceStep => {
      const [family = '', ...args] = label.split(' ');
      return { label: { family, args }, state: {} };
    }),
    shortest: true,
  });
  const commands = (...labels: ReadonlyArray<string>): ReadonlyArray<string> => {
    const script = toScript(traceOf(...labels), { ...DEFAULTS, servers: 3 }, 'a property');
    if (script.kind === 'cannot') return [script.why];
    return script.text
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .slice(6);
  };

  test('a client moves by its links, joins once, and numbers its puts', () => {
    expect(commands('Put c11 s0 a', 'Get c11 s0 a', 'Put c11 s2 b', 'Get c12 s2 b')).toEqual([
      'joinClient 11 0',
      'put 11 a 11#1',
      'get 11 a',
      'breakConnection 11 0',
      'createConnection 11 2',
      'put 11 b 11#2',
      'joinClient 12 2',
      'get 12 b',
    ]);
  });

  test('a server that was killed joins again and is cut off again', () => {
    expect(commands('Kill s1', 'Restart s1', 'ChangeLink s0-s1')).toEqual([
      'killServer 1',
      'joinServer 1',
      'breakConnection 1 0',
      'breakConnection 1 2',
    ]);
  });

  test('links to servers that are dead are left alone', () => {
    expect(commands('Kill s1', 'Kill s2', 'Restart s1', 'Restart s2').slice(2)).toEqual([
      'joinServer 1',
      'breakConnection 1 0',
      'joinServer 2',
      'breakConnection 2 0',
      'breakConnection 2 1',
    ]);
  });

  test('what cannot be said is named', () => {
    expect(commands('Kill s1', 'RestartBlank s1')).toEqual(['the master has no command for "RestartBlank s1"']);
  });
});

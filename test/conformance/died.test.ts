/** Servers that end by themselves: layer 3 and the judge follow the run as the master tells it, and excuse nothing that was lost. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EventOf, TraceEvent } from '#bayou/core/trace.js';
import { follow } from '../../conformance/explore/following.js';
import { parseTrace } from '../../conformance/layer3-traces/read-traces.js';
import { showTraceVerdict, validateTrace } from '../../conformance/layer3-traces/validate-trace.js';
import { historyOfTrace } from '../../conformance/layer4-hostile/judge/history-of-trace.js';
import { judge } from '../../conformance/layer4-hostile/judge/judge.js';
import { pathOfAll } from '../../conformance/path-of-a-run/build-path.js';
import { wrongInTheCalm } from '../../conformance/simulation/calm.js';
import { until } from '../support/until.js';

const BEFORE = ['joinServer 0', 'joinServer 1', 'joinClient 2 1', 'put 2 a b', 'get 2 none'];
const AFTER = ['printMemberList 0', 'stabilize', 'printStore 0', 'joinServer 1', 'get 2 a', 'stabilize', 'printStore 0'];
const numberOf = (text: string): number => [...BEFORE, ...AFTER].lastIndexOf(text) + 1;

const dir = mkdtempSync(join(tmpdir(), 'bayou-died-'));
let events: ReadonlyArray<TraceEvent> = [];
let told = { stdout: '', stderr: '', status: null as number | null };

const linksOf = (folder: string): ReadonlyArray<string> => {
  try {
    return readdirSync(folder).map((fd) => readlinkSync(join(folder, fd)));
  } catch {
    return [];
  }
};

/** The process that has its log in a folder. */
const ownerOf = (folder: string): number =>
  Number(readdirSync('/proc').find((pid) => linksOf(`/proc/${pid}/fd`).some((file) => file.startsWith(`${folder}/`))));

beforeAll(async () => {
  const [trace, data] = [join(dir, 'run.ndjson'), join(dir, 'data')];
  const master = fileURLToPath(new URL('../../dist/master.js', import.meta.url));
  const child = spawn(process.execPath, [master, '--anti-entropy-ms', '0', '--data-dir', data, '--trace', trace]);
  child.stdout.setEncoding('latin1').on('data', (text: string) => (told.stdout += text));
  child.stderr.setEncoding('latin1').on('data', (text: string) => (told.stderr += text));
  child.stdin.write(`${BEFORE.join('\n')}\n`);
  await until(() => told.stdout.includes('none:ERR_KEY'));
  process.kill(ownerOf(join(data, 'server-1')), 'SIGKILL');
  await until(() => told.stderr.includes('ended by itself'));
  child.stdin.end(`${AFTER.join('\n')}\n`);
  await once(child, 'close');
  told = { ...told, status: child.exitCode };
  const read = parseTrace(readFileSync(trace, 'utf8'));
  events = E.isRight(read) ? read.right.map((e) => (e.type === 'result' ? { ...e, ms: 1 } : e)) : [];
}, 60_000);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const shown = (some: ReadonlyArray<TraceEvent>): string => showTraceVerdict(validateTrace(some));
const brokenIn = (some: ReadonlyArray<TraceEvent>): ReadonlyArray<string> =>
  judge(historyOfTrace(some)).violations.map(({ promise }) => promise);

/** The run in which the master notices the death just before its event that `isNext`, with what `edit` changes of the results. */
const noticedBefore = (
  isNext: (e: TraceEvent) => boolean,
  edit: (e: EventOf<'result'>) => Partial<EventOf<'result'>> = () => ({}),
): ReadonlyArray<TraceEvent> => {
  const died = events.find((e) => e.type === 'died')!;
  const others = events.filter((e) => e.p === 'master' && e !== died);
  const at = others.findIndex(isNext);
  const master = [...others.slice(0, at), died, ...others.slice(at)].map((e, n) => ({ ...e, n }));
  return [...master, ...events.filter((e) => e.p !== 'master')].map((e) => (e.type === 'result' ? { ...e, ...edit(e) } : e));
};
const isOf =
  (type: 'command' | 'result', line: number) =>
  (e: TraceEvent): boolean =>
    e.type === type && e.line === line;

describe('a server that ends by itself', () => {
  it('is told by the master, once, and the run conforms', () => {
    expect(told.status).toBe(3);
    expect(told.stdout).toBe('none:ERR_KEY\na:b\na:b\n');
    expect(events.filter((e) => e.type === 'died')).toMatchObject([{ p: 'master', server: 1, process: 'server-1#1' }]);
    expect(shown(events)).toMatch(/^conforms/);
    expect(brokenIn(events)).toEqual([]);
    expect(wrongInTheCalm(events)).toEqual([]);
  });

  it('is drawn, and is a kill of the path', () => {
    expect(follow(events).steps.filter((step) => step.told?.includes('ended by itself'))).toHaveLength(1);
    const path = pathOfAll(events, { name: 'run' });
    expect(path.kind).toBe('path');
    expect(JSON.stringify(path).match(/\bKill\b/g)).toHaveLength(1);
  });

  it('counts as live where no event tells the death', () => {
    const old = events.filter((e) => e.type !== 'died');
    const renumbered = [
      ...old.filter((e) => e.p === 'master').map((e, n) => ({ ...e, n })),
      ...old.filter((e) => e.p !== 'master'),
    ];
    expect(shown(renumbered)).toMatch(/^diverges[^]*rule: {2}section 5/);
  });

  it('may be in a member list or not, while the master notices', () => {
    const line = numberOf('printMemberList 0');
    const printing = (output: ReadonlyArray<string>) => (e: EventOf<'result'>) => (e.line === line ? { output } : {});
    for (const output of [[], ['1']]) {
      expect(shown(noticedBefore(isOf('result', line), printing(output)))).toMatch(/^conforms/);
    }
    expect(shown(noticedBefore(isOf('command', line), printing(['1'])))).toMatch(/^diverges[^]*is connected to none/);
    expect(shown(noticedBefore(isOf('command', line + 1), printing(['1'])))).toMatch(/^conforms/);
    expect(shown(noticedBefore(isOf('command', line + 1), printing([])))).toMatch(/^diverges[^]*is connected to 1/);
  });

  it('is not stabilized with the others once it is known to be dead, and is before', () => {
    const line = numberOf('printMemberList 0') + 1;
    const after = noticedBefore(isOf('command', line), (e) => (e.line === line - 1 ? { output: ['1'] } : {}));
    expect(shown(after)).toMatch(/^conforms/);
    // A stabilize that succeeds has asked every server that was live when it began.
    const during = noticedBefore(isOf('result', line), (e) => (e.line === line - 1 ? { output: ['1'] } : {}));
    expect(shown(during)).toMatch(/^diverges[^]*server-0#1 came out of it with \[\]/);
    expect(brokenIn(during)).toEqual(['DURABLE']);
  });

  it('must have what it acknowledged when it is back', () => {
    const lost = events.map((e) => (e.p === 'server-1#2' && e.type === 'start' ? { ...e, vv: [], clock: 0, writes: 0 } : e));
    expect(shown(lost)).toMatch(/^diverges[^]*rule: {2}R10/);
    const line = numberOf('printStore 0');
    const unprinted = events.map((e) => (e.type === 'result' && e.line === line ? { ...e, output: [] } : e));
    expect(brokenIn(unprinted)).toEqual(['DURABLE']);
  });

  it('has no events after its death', () => {
    const early = noticedBefore(isOf('command', numberOf('put 2 a b')));
    expect(shown(early)).toMatch(/^diverges/);
  });
});

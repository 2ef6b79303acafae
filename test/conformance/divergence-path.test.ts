/** A run of the cluster that diverges becomes a path, which the checker replays and explains. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadPath, type RecordedPath } from '#bayou/checked-model/path-file.js';
import { replayPath } from '#bayou/checked-model/replay-path.js';
import type { TraceEvent } from '#bayou/core/trace.js';
import { PROPERTIES, type PropertyId } from '#bayou/model/checking/sentences.js';
import { copyWith } from '../../conformance/mutants/copy.js';
import { MUTANTS } from '../../conformance/mutants/mutant-table.js';
import { pathOf } from '../../conformance/path-of-a-run/build-path.js';
import { rejectionOf } from '../../conformance/path-of-a-run/refused-result.js';
import { observedIn } from '../../conformance/layer2-scripts/observed-commands.js';
import { decide } from '../../conformance/layer2-scripts/oracle.js';
import { runOnCluster } from '../../conformance/runs/traced-cluster.js';
import { validateTrace } from '../../conformance/layer3-traces/validate-trace.js';
import { bayou } from '../cli/run.js';
import { right } from '../support/right.js';

// The copies find their libraries beside the project's own.
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CACHE = join(ROOT, 'node_modules/.cache');
let dir = '';
beforeAll(() => {
  mkdirSync(CACHE, { recursive: true });
  dir = mkdtempSync(join(CACHE, 'path-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** The built program with a fault of the table in it. */
const faulty = (name: string): string => {
  const copy = join(dir, name);
  copyWith(
    MUTANTS.find((m) => m.name === name)!,
    copy,
    ROOT,
  );
  return join(copy, 'dist');
};

/** Nothing is pulled but in the stabilize, and both put before it: the stamps are those of a tie, whatever the timing. */
const SCRIPT = `joinServer 0
joinServer 1
breakConnection 0 1
joinClient 20 0
joinClient 30 1
put 20 x one
put 30 x two
breakConnection 20 0
createConnection 20 1
get 20 x
createConnection 0 1
stabilize
printStore 0
printStore 1
`;

const runWith = async (name: string, script = SCRIPT): Promise<ReadonlyArray<TraceEvent>> => {
  const run = right(await runOnCluster(script, { program: join(faulty(name), 'master.js'), flags: ['--anti-entropy-ms', '0'] }));
  return run.events;
};

/**
 * A run in which the fault shows. Under V7 it need not: where server 0 pulls first, it drops its own write, the smaller one to it, and
 * server 1 never gets to see the two together.
 */
const divergingRun = async (name: string, script: string): Promise<ReadonlyArray<TraceEvent>> => {
  for (let tries = 0; tries < 20; tries++) {
    const events = await runWith(name, script);
    if (validateTrace(events).rejection !== undefined) return events;
  }
  throw new Error(`20 runs of a cluster with fault ${name} conform`);
};

const pathFrom = (events: ReadonlyArray<TraceEvent>): RecordedPath => {
  const { rejection } = validateTrace(events);
  const built = pathOf(events, rejection!, { name: 'run' });
  if (built.kind === 'none') throw new Error(built.why);
  return built.path;
};

const withVariant = (path: RecordedPath, variant: RecordedPath['config']['variant']): RecordedPath => ({
  ...path,
  config: { ...path.config, variant },
});

describe('from the checker to a faulty cluster and back', () => {
  it('V1: counterexample, script, run, trace, path; the protocol refuses it, and V1 breaks what it breaks', async () => {
    await bayou(['check', 'v1-original-clock', '--out-dir', dir, '--format', 'script']);
    const script = join(dir, 'v1-original-clock-MR.script');
    const main = join(faulty('V1'), 'cli/main.js');
    const args = [main, 'conform', script, '--out-dir', dir, '--shrink-runs', '0'];
    const stdout = await new Promise<string>((resolve) => execFile(process.execPath, args, (_, text) => resolve(text)));
    const path = join(dir, 'v1-original-clock-MR.path.json');
    expect(stdout).toContain(`explain it: bayou check --replay ${path}`);
    expect(stdout).toContain('--variant V1');

    const plain = await bayou(['check', '--replay', path]);
    expect(plain.status).toBe(1);
    expect(plain.stdout).toContain('The model refuses Put c11 s0 a');
    expect(plain.stdout).toMatch(/seen: {4}accepted 1@0\.0\n +allowed: accepted 2@0\.0\n {2}rule R2/);

    const fault = await bayou(['check', '--replay', path, '--variant', 'V1']);
    expect(fault.status).toBe(1);
    expect(fault.stdout).toContain(`Violated after step 3: ${PROPERTIES.LATER.name} [R2]`);
    const other = await bayou(['check', '--replay', path, '--variant', 'V5', '--json']);
    expect(JSON.parse(other.stdout)).toMatchObject({ variant: 'V5', refusal: { why: 'otherwise', step: 2 } });

    const again = await bayou(['conform', '--trace', join(dir, 'v1-original-clock-MR.ndjson'), '--out-dir', dir]);
    expect(again.status).toBe(1);
  });
});

describe('a run of a faulty cluster becomes a path', () => {
  const FAULTS: ReadonlyArray<
    readonly [variant: RecordedPath['config']['variant'], refused: string, broken: PropertyId, script: string]
  > = [
    // Server 1 has no write to the key that would be late enough.
    ['V6', 'Get', 'RYW', SCRIPT.replace('put 30 x two\n', '')],
    ['V7', '', 'DURABLE', SCRIPT],
  ];
  it.each(FAULTS)(
    '%s: the protocol refuses it at a %s, the model with the fault takes it whole',
    async (variant, refused, broken, script) => {
      const path = pathFrom(await divergingRun(variant, script));
      expect(path.variants).toEqual([variant]);
      const plain = replayPath(path);
      expect(plain.refusal?.label?.family ?? '').toBe(refused);
      expect(plain.refusal?.differences.length).toBeGreaterThan(0);
      const fault = replayPath(withVariant(path, variant));
      expect(fault.refusal).toBeUndefined();
      expect(fault.broken.map(({ property }) => property)).toContain(PROPERTIES[broken].name);
    },
  );

  it('V4: a stabilize that ends too early, over the links that there are', async () => {
    const chain = [0, 1, 2, 3, 4].flatMap((a) => [
      `joinServer ${a}`,
      ...Array.from({ length: Math.max(0, a - 1) }, (_, b) => `breakConnection ${b} ${a}`),
    ]);
    const puts = [0, 4].flatMap((a) => [`joinClient 1${a} ${a}`, `put 1${a} k${a} v`]);
    const path = pathFrom(await runWith('V4', [...chain, ...puts, 'stabilize', ''].join('\n')));
    expect(replayPath(path).refusal).toMatchObject({ label: { family: 'Stabilize' }, why: 'otherwise' });
    const fault = replayPath(withVariant(path, 'V4'));
    expect(fault.refusal).toBeUndefined();
    expect(fault.broken.map(({ property }) => property)).toContain(PROPERTIES.STABLE.name);
  });

  it('V3: what layer 2 alone notices: a log that is gone (R10)', async () => {
    const events = await runWith('V3', 'joinServer 0\njoinClient 5 0\nput 5 a x\nkillServer 0\njoinServer 0\nprintStore 0\n');
    const oracle = decide(observedIn(events), { background: false, keepsLog: true });
    expect(oracle.verdict).toBe('diverges');
    const built = pathOf(events, rejectionOf(events, oracle)!, { name: 'run', keepsLog: true });
    const { refusal } = replayPath((built as { readonly path: RecordedPath }).path);
    expect(refusal).toMatchObject({ label: { family: 'Restart', args: ['s0'] }, why: 'otherwise' });
    expect(refusal?.differences).toContainEqual({ name: 'vector of s0', seen: '[]', allowed: ['[0.0:1]'] });
  });

  it('what is no step of the model is said after the steps', async () => {
    const file = join(dir, 'order.path.json');
    const script = readFileSync(join(ROOT, 'conformance/scripts/sessions/order-of-servers.script'), 'latin1');
    const path = pathFrom(await runWith('asking-order', script));
    writeFileSync(file, JSON.stringify(path));
    const { status, stdout } = await bayou(['check', '--replay', file]);
    expect(status).toBe(1);
    expect(stdout).toContain('No step of the model explains event');
    expect(stdout).toContain('rule R13');
  });
});

describe('by a trace made by hand', () => {
  const by = (p: string, ...bodies: ReadonlyArray<object>): ReadonlyArray<TraceEvent> =>
    bodies.map((body, n) => ({ p, n, ...body }) as TraceEvent);
  const start = (replica: string) => ({ type: 'start', replica, fresh: true, vv: [], clock: 0, writes: 0, transfers: [] });
  const put = {
    type: 'accept',
    client: 20,
    clientTime: 1,
    clock: 0,
    require: [],
    key: 'x',
    value: 'one',
    stamp: { t: 1, r: '0.0' },
    repeated: false,
  };
  const answered = { type: 'pullAnswered', puller: '1.0', asked: [], after: null, writes: [], upTo: null, vv: [], clock: 0 };
  const has: ReadonlyArray<readonly [string, number]> = [['0.0', 1]];
  const events = [
    ...by('server-0#1', start('0.0'), { ...answered, pull: 'first' }, put, { ...answered, pull: 'second', vv: has, clock: 1 }),
    ...by(
      'server-1#1',
      start('1.0'),
      { type: 'pullAsked', peer: 0, pull: 'first', vv: [], after: null },
      { type: 'merged', peer: '0.0', pull: 'first', vv: [], clock: 0 },
      { type: 'pullAsked', peer: 0, pull: 'second', vv: [], after: null },
      { type: 'merged', peer: '0.0', pull: 'second', vv: has, clock: 1 },
    ),
  ];

  it('V2: a torn answer is refused for the write that is not in it, and breaks R8 where the model tears it too', () => {
    const path = pathFrom(events);
    expect([path.variants, path.names]).toEqual([['V2'], { c11: 'client 20', '11#1': 'one' }]);
    expect(replayPath(path).refusal).toMatchObject({
      label: { family: 'Pull', args: ['s1', 's0'] },
      differences: [{ name: 'new writes', seen: '', allowed: ['x=11#1 1@0.0'] }],
    });
    const fault = replayPath(withVariant(path, 'V2'));
    expect(fault.refusal).toBeUndefined();
    expect(fault.broken.map(({ property }) => property)).toContain(PROPERTIES.R8.name);
  });

  it('V8: an answer without the write that the vector claims is refused, and breaks R8 where the model is eager too', () => {
    const got = {
      type: 'answer',
      client: 30,
      key: 'x',
      atLeast: null,
      require: [],
      result: 'missing',
      stamp: null,
      value: null,
      vv: has,
    };
    const path = pathFrom([
      ...by('server-0#1', start('0.0'), put, {
        ...answered,
        pull: 'first',
        vv: has,
        clock: 1,
        writes: [{ t: 1, r: '0.0', client: 20, clientTime: 1, key: 'x', value: 'one' }],
      }),
      ...by(
        'server-1#1',
        start('1.0'),
        { type: 'pullAsked', peer: 0, pull: 'first', vv: [], after: null },
        { type: 'merged', peer: '0.0', pull: 'first', vv: has, clock: 1 },
        got,
      ),
    ]);
    expect(path.variants).toEqual(['V8']);
    expect(replayPath(path).refusal).toMatchObject({
      label: { family: 'Get', args: ['c12', 's1', 'x'] },
      differences: [{ name: 'result', seen: 'ERR_KEY', allowed: ['11#1 1@0.0'] }],
    });
    const fault = replayPath(withVariant(path, 'V8'));
    expect(fault.refusal).toBeUndefined();
    expect(fault.broken.map(({ property }) => property)).toContain(PROPERTIES.R8.name);
  });
});

describe('bayou check --replay', () => {
  it('replays a counterexample of --format json to its violation, and shows where the protocol parts from it', async () => {
    await bayou(['check', 'v8-eager-vv', '--out-dir', dir, '--format', 'json']);
    const file = join(dir, 'v8-eager-vv-R8.trace.json');
    const { status, stdout } = await bayou(['check', '--replay', file]);
    expect([status, stdout.includes('[R8]')]).toEqual([1, true]);
    const plain = await bayou(['check', '--replay', file, '--variant', 'FIXED']);
    expect(plain.stdout).toContain('The model refuses Pull s1 s0');
    const noStep = await bayou(['check', '--replay', file, '--variant', 'V2']);
    expect(noStep.status).toBe(1);
  });

  it('says what can be done where a step cannot be taken, or is none', () => {
    const config = { servers: 2, clients: 1, keys: 1, puts: 1 };
    const replayed = (label: { readonly family: string; readonly args: ReadonlyArray<string> }) => {
      const file = join(dir, 'hand.json');
      const put = { label: { family: 'Put', args: ['c11', 's0', 'a'] }, seen: { result: 'accepted 1@0.0' } };
      writeFileSync(file, JSON.stringify({ model: 'hand', config, steps: [put, { label }] }));
      return replayPath(loadPath(file, new Map()) as RecordedPath);
    };
    expect(replayed({ family: 'Put', args: ['c11', 's1', 'a'] }).refusal).toMatchObject({ step: 1, why: 'disabled' });
    expect(replayed({ family: 'Put', args: ['c11', 's1', 'a'] }).refusal?.enabled).toContain('Get c11 s0 a');
    expect(replayed({ family: 'Kill', args: ['s0'] }).refusal).toMatchObject({ step: 1, why: 'unknown' });
    expect(replayed({ family: 'Pull', args: ['s1', 's0'] })).toMatchObject({ from: [0, 1], broken: [] });
  });

  it('refuses what is no path with one line', async () => {
    const file = join(dir, 'bad.json');
    for (const [text, why] of [
      ['{', 'it is not JSON'],
      ['{"steps":[]}', 'it is no path'],
      ['{"model":"x","config":{"servers":99},"steps":[]}', 'servers: expected a whole number from 1 to 11'],
    ] as const) {
      writeFileSync(file, text);
      const { status, stderr } = await bayou(['check', '--replay', file]);
      expect([status, stderr.trim().split('\n').length]).toEqual([2, 1]);
      expect(stderr).toContain(why);
    }
    expect((await bayou(['check', '--replay', join(dir, 'none.json')])).stderr).toContain('none.json: there is no such file');
    expect((await bayou(['check', 'default', '--replay', file])).status).toBe(2);
    expect(readFileSync(file, 'utf8')).toContain('99');
  });
});

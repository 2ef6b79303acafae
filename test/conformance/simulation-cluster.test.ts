import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { simulationPlanOf } from '../../conformance/simulation/simulation-plan.js';
import { assess, showAssessment } from '../../conformance/layer4-hostile/assess.js';
import { simulate } from '../../conformance/simulation/simulated-run.js';
import { NO_NETWORK_FAULTS } from '../../conformance/simulation/network-faults.js';
import { planned } from './support/simulation-plans.js';

const HASHES = fileURLToPath(new URL('../../dist/conformance/simulation/trace-hashes.js', import.meta.url));
const RUNS = 15;
const SEED = 3;

describe('a simulated run of the cluster', () => {
  it('may be put back from a copy that is older than another, and then from the younger one (R7a)', async () => {
    const script = [
      ...['joinServer 0', 'joinServer 1', 'joinClient 100 1', 'put 100 k a', 'get 100 k', 'put 100 k b', 'put 100 l c'],
      ...['get 100 k', 'put 100 k d', 'get 100 k', 'put 100 l e', 'stabilize', 'printStore 0', 'printStore 1'],
    ];
    const where = { type: 'putBack', server: 1 } as const;
    const faults = [
      { ...where, line: 5, after: 3 },
      { ...where, line: 7, after: 4 },
    ];
    const plan = {
      ...simulationPlanOf(1, 0),
      script,
      nextDay: [],
      fsync: true,
      networkFaults: NO_NETWORK_FAULTS,
      faults,
      world: [],
    };
    const run = await simulate(plan);
    const verdict = await assess(run);
    expect(run.processes.putBack).toBe(2);
    expect(verdict.sound, showAssessment(verdict)).toBe(true);
    const replicas = run.days.flat().flatMap((e) => (e.type === 'start' && e.p.startsWith('server-1') ? [e.replica] : []));
    expect(new Set(replicas).size).toBe(3);
  });

  it('is followed where a client starts and its server does not answer: whatever it is linked to later is its own (R13)', async () => {
    const script = [
      ...['joinServer 0', 'joinServer 1', 'joinClient 100 1', 'createConnection 100 0', 'put 100 k a', 'get 100 k'],
      ...['stabilize', 'printStore 0', 'printStore 1'],
    ];
    const faults = [{ type: 'pause', line: 3, server: 1, ms: 9_000 } as const];
    const run = await simulate({
      ...simulationPlanOf(1, 0),
      script,
      nextDay: [],
      networkFaults: NO_NETWORK_FAULTS,
      faults,
      world: [],
    });
    const verdict = await assess(run);
    expect(verdict.sound, showAssessment(verdict)).toBe(true);
    const results = run.days.flat().flatMap((e) => (e.type === 'result' ? [[...e.output, ...e.errors].join()] : []));
    expect(results[2]).toContain('server 1: no answer');
    expect(results[5]).toBe('k:a');
  });

  it('asks a server again where its connection breaks at any moment of a get, and is judged by the answer that it got (R13)', async () => {
    const script = [
      ...['joinServer 0', 'joinServer 1', 'breakConnection 0 1', 'joinClient 100 0', 'put 100 k a', 'breakConnection 100 0'],
      ...[
        'createConnection 100 1',
        'get 100 k',
        'get 100 k',
        'put 100 k b',
        'get 100 k',
        'stabilize',
        'printStore 0',
        'printStore 1',
      ],
    ];
    let askedTwice = 0;
    for (let us = 100; us <= 1_000; us += 25) {
      const reset = { type: 'reset', line: 8, afterMs: us / 1000, machine: 2, other: 1 } as const;
      const plan = {
        ...simulationPlanOf(1, 0),
        script,
        nextDay: [],
        antiEntropyMs: 0,
        networkFaults: NO_NETWORK_FAULTS,
        faults: [],
        world: [reset],
      };
      const run = await simulate(plan);
      const verdict = await assess(run);
      expect(verdict.sound, `after ${us} µs: ${showAssessment(verdict)}`).toBe(true);
      const told = run.days.flat().filter(({ p }) => p.startsWith('client-100'));
      const [first] = told.flatMap((e, i) => (e.type === 'getDone' ? [i] : []));
      if (told.slice(0, first).filter((e) => e.type === 'asked' && e.op === 'get').length === 2) askedTwice++;
    }
    expect(askedTwice).toBeGreaterThan(0);
  });

  it.each([
    ['clock', ['"reason":"too-far"']],
    ['value', ['"reason":"too-large"', '"reason":"too-large"']],
    ['address', ['closed']],
    ['claim', ['"type":"pulled"']],
  ] as const)(
    'sends a guest away who asks for what nobody may, or goes on as a new replica, and loses nothing: %s (R16, R7a)',
    async (what, heard) => {
      const script = [
        ...['joinServer 0', 'joinServer 1', 'joinClient 100 0', 'put 100 k a', 'put 100 k b', 'stabilize', 'printStore 0'],
        ...['printStore 1', 'get 100 k', 'put 100 k c'],
      ];
      const guest = { type: 'guest', line: 4, afterMs: 0, machine: 0, what } as const;
      const plan = {
        ...simulationPlanOf(1, 0),
        script,
        nextDay: [],
        thinkMs: 300,
        fsync: false,
        networkFaults: NO_NETWORK_FAULTS,
      };
      const run = await simulate({ ...plan, faults: [], world: [guest] }, { keep: true });
      const verdict = await assess(run);
      expect(verdict.sound, showAssessment(verdict)).toBe(true);
      const said = run.trace.lines().filter((line) => line.includes('the guest '));
      expect(said).toEqual(heard.map((words) => expect.stringContaining(words) as unknown));
      expect(run.days.flat().filter((e) => e.type === 'renewed')).toHaveLength(what === 'claim' ? 1 : 0);
    },
  );

  it('starts a server once more whose start was cut off, or failed, at any call to its disk, and loses nothing (R10)', async () => {
    const script = [
      ...['joinServer 0', 'joinServer 1', 'joinClient 100 0', 'put 100 k a', 'put 100 k b', 'put 100 k c', 'stabilize'],
      ...['printStore 0', 'printStore 1', 'get 100 k', 'put 100 k d'],
    ];
    let starts = 0;
    for (const [kind, calls, every] of [
      ['kill', 20, 1],
      ['EIO', 100, 3],
    ] as const)
      for (let after = 0; after < calls; after += every) {
        const start = { type: 'start', line: 6, server: 0, kind, afters: [after, calls - after], part: 0.3 } as const;
        const run = await simulate(planned(script, { faults: [start] }));
        const verdict = await assess(run);
        expect(verdict.sound, `${kind} after ${after} calls: ${showAssessment(verdict)}`).toBe(true);
        const joins = run.days.flat().filter((e) => e.type === 'command' && e.text === 'joinServer 0').length;
        if (joins > 2) starts++;
      }
    // The last calls come when the log is open.
    expect(starts).toBeGreaterThan(45);
  });

  it('has clients who find a server that came back elsewhere, since somebody else took its port (R13)', async () => {
    const script = [
      ...['joinServer 0', 'joinClient 100 0', 'put 100 k a', 'killServer 0', 'joinServer 0', 'stabilize', 'printStore 0'],
      ...['get 100 k', 'put 100 k b'],
    ];
    const squat = { type: 'squat', line: 3, afterMs: 0, machine: 0 } as const;
    const plan = { ...simulationPlanOf(1, 0), script, nextDay: [], thinkMs: 300, networkFaults: NO_NETWORK_FAULTS };
    const run = await simulate({ ...plan, faults: [], world: [squat] });
    const verdict = await assess(run);
    expect(verdict.sound, showAssessment(verdict)).toBe(true);
    expect(run.world.squat).toBe(1);
    const results = run.days.flat().flatMap((e) => (e.type === 'result' ? [[...e.output, ...e.errors].join()] : []));
    expect(results.slice(-3)).toEqual(['k:a', 'k:a', '']);
  });

  it('leaves the same trace whenever and wherever it is done', async () => {
    const elsewhere = execFileSync(process.execPath, [HASHES, `${SEED}`, `${RUNS}`], { encoding: 'utf8' })
      .trim()
      .split('\n');
    const lines: string[] = [];
    // Not in their order: what one run leaves in the process is nothing to the next.
    for (let run = RUNS - 1; run >= 0; run--) {
      const { trace, events } = await simulate(simulationPlanOf(SEED, run));
      lines.unshift(`${run} ${trace.hash()} ${events}`);
    }
    expect(lines).toEqual(elsewhere);
    expect(new Set(lines.map((line) => line.split(' ')[1])).size).toBe(RUNS);
  });
});

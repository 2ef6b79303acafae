import { checkSync } from '#bayou/checker/check.js';
import { toDot } from '#bayou/checker/output/dot.js';
import { toItf } from '#bayou/checker/output/itf.js';
import { toMermaid } from '#bayou/checker/output/mermaid.js';
import { toShiViz } from '#bayou/checker/output/shiviz.js';
import { summaryLines, verdictLine } from '#bayou/checker/output/summary.js';
import { traceLines } from '#bayou/checker/output/counterexample-lines.js';
import type { Counterexample } from '#bayou/checker/report.js';
import { describe, expect, test } from 'vitest';
import { philosophers } from '../../examples/models/philosophers.js';
import { waterJugs } from '../../examples/models/water-jugs.js';

const jugs = checkSync(waterJugs).properties[0]!.trace!;

const exchange: Counterexample = {
  initial: { c1: 'idle', s0: 'a', s1: 'b', budget: '1' },
  steps: [
    {
      label: { family: 'Put', args: ['c1', 's0', 'k#1;'] },
      note: 'stamped 1',
      state: { c1: 'idle', s0: 'a2', s1: 'b', budget: '0' },
    },
    { label: { family: 'Pull', args: ['s1', 's0'] }, state: { c1: 'idle', s0: 'a2', s1: 'a2', budget: '0' } },
    { label: { family: 'Kill', args: ['s0'] }, state: { c1: 'idle', s0: 'a2', s1: 'a2' } },
  ],
  shortest: true,
};

describe('a trace for people', () => {
  test('shows the initial state whole and then what changed', () => {
    expect(traceLines(jugs)).toEqual([
      '0  initial state',
      '     small  0',
      '     big    0',
      '1  fill big',
      '     big  5',
      '2  big to small',
      '     small  3',
      '     big    2',
      '3  empty small',
      '     small  0',
      '4  big to small',
      '     small  2',
      '     big    0',
      '5  fill big',
      '     big  5',
      '6  big to small',
      '     small  3',
      '     big    4',
    ]);
  });

  test('has notes, and says what went', () => {
    expect(traceLines(exchange)).toContain('1  Put c1 s0 k#1;  (stamped 1)');
    expect(traceLines(exchange)).toContain('     budget  (gone)');
  });

  test('says where a cycle begins and that it comes back', () => {
    const lasso = checkSync(philosophers(2, 'polite')).properties.find(({ kind }) => kind === 'eventually')!.trace!;
    const lines = traceLines(lasso);
    expect(lines.join('\n')).toContain('(the cycle begins here)');
    expect(lines.at(-1)).toBe(`Back at state ${lasso.loop!}, and so for ever.`);
    expect(lasso.steps.at(-1)!.state).toEqual(lasso.loop === 0 ? lasso.initial : lasso.steps[lasso.loop! - 1]!.state);
  });

  test('says that a run stutters', () => {
    expect(traceLines({ ...exchange, loop: 3 }).at(-1)).toBe('Here it stays for ever: no step changes anything.');
  });
});

test('ITF has every state, the action taken, and the loop', () => {
  const itf = JSON.parse(JSON.stringify(toItf({ ...jugs, loop: 6 }, 'water jugs', 'nobody measures 4 gallons'))) as {
    vars: string[];
    states: Record<string, unknown>[];
    loop: number;
  };
  expect(itf.vars).toEqual(['small', 'big', 'mbt::actionTaken', 'note']);
  expect(itf.states).toHaveLength(7);
  expect(itf.states[0]).toMatchObject({ '#meta': { index: 0 }, small: { '#bigint': '0' }, 'mbt::actionTaken': 'init' });
  expect(itf.states[6]).toMatchObject({ big: { '#bigint': '4' }, 'mbt::actionTaken': 'big to small' });
  expect(itf.loop).toBe(6);
});

describe('Mermaid', () => {
  test('draws arrows between participants and notes over one, with its special characters escaped', () => {
    expect(toMermaid(exchange)).toBe(
      [
        'sequenceDiagram',
        '  participant c1',
        '  participant s0',
        '  participant s1',
        '  c1->>s0: Put c1 s0 k#35;1#59;: stamped 1',
        '  s1->>s0: Pull s1 s0',
        '  Note over s0: Kill s0',
        '',
      ].join('\n'),
    );
  });

  test('says what it is about, and what each step changed', () => {
    const before = { c1: 'idle', s0: 'clock 0' };
    const steps = [{ label: { family: 'Put', args: ['c1', 's0'] }, note: '1@0.0', state: { c1: 'idle', s0: 'clock 1' } }];
    expect(toMermaid({ initial: before, steps, shortest: true }, { title: 'v1', property: 'MR; broken' })).toBe(
      [
        'sequenceDiagram',
        '  participant c1',
        '  participant s0',
        '  Note over c1,s0: v1',
        '  c1->>s0: Put c1 s0: 1@0.0',
        '  Note right of s0: clock 1',
        '  Note over c1,s0: MR#59; broken',
        '',
      ].join('\n'),
    );
  });

  test('puts a cycle into a loop', () => {
    expect(toMermaid({ ...exchange, loop: 1 })).toContain(
      '  loop for ever\n    s1->>s0: Pull s1 s0\n    Note over s0: Kill s0\n  end',
    );
  });
});

test('ShiViz: every host counts its own events from 1, and an answer has heard of the question', () => {
  const [header, delimiter, ...lines] = toShiViz(exchange).split('\n');
  expect(delimiter).toBe('');
  const events = [...lines.join('\n').matchAll(new RegExp(header!, 'g'))].map(({ groups }) => ({
    host: groups!['host']!,
    event: groups!['event']!,
    clock: JSON.parse(groups!['clock']!) as Record<string, number>,
  }));
  expect(events).toHaveLength(3 + 3 + 3 + 1);
  for (const host of ['c1', 's0', 's1']) {
    const own = events.filter((event) => event.host === host).map(({ clock }) => clock[host]);
    expect(own).toEqual(own.map((_, i) => i + 1));
  }
  expect(events.find(({ event }) => event === 'Pull s1 s0: done')!.clock).toEqual({ c1: 2, s0: 3, s1: 3 });
});

describe('DOT', () => {
  test('has every state and every step', () => {
    const dot = toDot(waterJugs);
    expect(dot.kind).toBe('graph');
    if (dot.kind !== 'graph') return;
    expect(dot.text.match(/^ {2}\d+ \[/gm)).toHaveLength(16);
    expect(dot.text).toContain('0 [label="small: 0\\nbig: 0", style=bold];');
    expect(dot.text).toContain('0 -> 1 [label="fill small"];');
  });

  test('has no self-loops, and what breaks a property is red', () => {
    const dot = toDot({
      name: 'counter',
      initial: [0],
      actions: () => ['stay', 'go'],
      next: (at: number, action: string) => (action === 'go' ? Math.min(at + 1, 2) : at),
      label: (action: string) => ({ family: action, args: [] }),
      properties: [{ kind: 'always', name: 'below two', holds: (at: number) => at < 2 }],
    });
    const text = dot.kind === 'graph' ? dot.text : '';
    expect(text.match(/ -> /g)).toHaveLength(2);
    expect(text).toContain('  0 -> 1 [label="go"];');
    expect(text).toContain('  1 -> 2 [label="go", color=red');
    expect(text).toMatch(/^ {2}2 \[label="state: 2", color=red/m);
  });

  test('refuses a graph that is too large, rather than drawing part of it', () => {
    expect(toDot(waterJugs, 15)).toEqual({ kind: 'too large', limit: 15 });
    expect(toDot(waterJugs, 16).kind).toBe('graph');
  });
});

describe('the summary', () => {
  test('ends with the verdict and its bounds', () => {
    const report = checkSync(waterJugs, { properties: [], bounds: ['two jugs'] });
    expect(summaryLines(report).at(-1)).toBe(
      'water jugs: bounded (no property was judged): all 16 states, depth 7; two jugs; exact',
    );
  });

  test('says how far a search came that was stopped', () => {
    expect(verdictLine(checkSync(waterJugs, { maxDepth: 5 }))).toBe(
      'bounded: 12 states, depth 4 complete; no further than 5 steps; exact',
    );
  });

  test('says what was not reached', () => {
    const empty = { name: 'an 8', kind: 'sometimes' as const, holds: ({ big }: { big: number }) => big === 8 };
    const model = { ...waterJugs, families: ['fill small', 'drink'], properties: [empty] };
    const lines = summaryLines(checkSync(model, { requireWitnesses: true }));
    expect(lines).toContain('  never enabled: drink');
    expect(lines).toContain('  not reached: an 8');
    expect(lines.at(-1)).toContain('vacuous');
  });
});

/**
 * Random scripts against real processes. `BAYOU_RANDOM_RUNS` and `BAYOU_SEED` try more and others; a failure prints the
 * shortest script that still fails, and the seed.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { judge } from '../../conformance/layer4-hostile/judge/judge.js';
import { newTopology, applyCommand, partitionsOf } from '../../conformance/common/topology-of-script.js';
import { historyOfTrace } from '../../conformance/layer4-hostile/judge/history-of-trace.js';
import { showVerdict } from '../../conformance/layer4-hostile/judge/verdict.js';
import { type RandomScript, scripts } from '../../conformance/common/random-scripts.js';
import { parseLine } from '../../src/core/script.js';
import { type TraceEvent, TraceEventC } from '../../src/core/trace.js';
import { runMaster } from '../support/master.js';
import { mustBeAll } from '../support/random.js';
import { seedOr } from '../support/seeds.js';

const RUNS = Number(process.env['BAYOU_RANDOM_RUNS'] ?? 15);
const SEED = seedOr(2026);
const DEADLINE_MS = 60_000;

const home = mkdtempSync(path.join(tmpdir(), 'bayou-random-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));

const MARK = 'BAYOU_TEST_MARK';

/** The processes that inherited a mark in their environment and still live (Linux). */
const survivors = (mark: string): ReadonlyArray<string> =>
  existsSync('/proc/self/environ')
    ? readdirSync('/proc').filter((pid) => {
        try {
          return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(`${MARK}=${mark}`);
        } catch {
          return false;
        }
      })
    : [];

const readTrace = (file: string): ReadonlyArray<TraceEvent> =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const event: unknown = JSON.parse(line);
      if (!TraceEventC.is(event)) throw new Error(`not a trace event: ${line}`);
      return event;
    });

/** The partitions at the end of a script. */
const partitionsAfter = (lines: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<number>> => {
  const t = newTopology();
  for (const line of lines) {
    const parsed = parseLine(line);
    if (E.isRight(parsed) && parsed.right !== undefined) applyCommand(t, parsed.right);
  }
  return partitionsOf(t);
};

/** What the last printStore of each server printed. */
const finalStores = (events: ReadonlyArray<TraceEvent>): ReadonlyMap<number, string> => {
  const stores = new Map<number, string>();
  let server: number | undefined;
  for (const e of events) {
    if (e.type === 'command') server = /^printStore (\d+)$/.test(e.text) ? Number(e.text.split(' ')[1]) : undefined;
    if (e.type === 'result' && server !== undefined) stores.set(server, e.output.join('\n'));
  }
  return stores;
};

let run = 0;

const holds = async ({ lines, badLines }: RandomScript, antiEntropyMs: number): Promise<void> => {
  const mark = `${process.pid}-${run++}`;
  const trace = path.join(home, `${mark}.ndjson`);
  const flags = ['--anti-entropy-ms', String(antiEntropyMs), '--trace', trace];
  const outcome = await runMaster(`${lines.join('\n')}\n`, flags, DEADLINE_MS, { [MARK]: mark });

  const complaints = outcome.stderr.split('\n').slice(0, -1);
  const failedPuts = complaints.filter((line) => /^line \d+: put .*: (ERR_CONN|UNKNOWN): /.test(line));
  const refused = complaints.filter((line) => !failedPuts.includes(line));
  expect(
    refused.map((line) => Number(/^line (\d+): /.exec(line)?.[1])),
    outcome.stderr,
  ).toEqual(badLines);
  expect(outcome.status).toBe(badLines.length > 0 ? 1 : 0);

  const events = readTrace(trace);
  const printed = events.flatMap((e) => (e.type === 'result' ? e.output.map((line) => `${line}\n`) : [])).join('');
  expect(outcome.stdout).toBe(printed);
  const stores = finalStores(events);
  for (const group of partitionsAfter(lines)) {
    const first = stores.get(group[0]!);
    expect(first).toBeDefined();
    for (const id of group) expect(stores.get(id), `server ${id} of partition ${group.join(', ')}`).toBe(first);
  }
  const verdict = judge(historyOfTrace(events));
  expect(verdict.kept, showVerdict(verdict)).toBe(true);
  expect(verdict.undecided).toEqual([]);
  expect(survivors(mark)).toEqual([]);
};

test('random scripts: no crash, no hang, stores equal after stabilize, the judge content, no process left', async () => {
  const reporter = (out: fc.RunDetails<[RandomScript, number]>): void => {
    if (!out.failed) {
      mustBeAll(out);
      return;
    }
    const script = out.counterexample?.[0].lines.join('\n') ?? '';
    throw new Error(
      `${String(out.errorInstance)}\nscript (--anti-entropy-ms ${String(out.counterexample?.[1])}):\n${script}\n` +
        `repeat with: BAYOU_SEED=${out.seed} BAYOU_RANDOM_RUNS=${RUNS} npx vitest run test/cluster/random-scripts.test.ts`,
    );
  };
  await fc.assert(fc.asyncProperty(scripts(), fc.constantFrom(0, 5), holds), {
    numRuns: RUNS,
    seed: SEED,
    reporter,
  });
}, 600_000);

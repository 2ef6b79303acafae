/**
 * Layer 3's speed: a run of 20,000 commands on 5 servers with 25 clients is recorded, and its trace validated. The peer in the same
 * run is the time that the cluster itself took. `npm run build && node bench/trace.js [commands]`
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import { readTrace } from '../dist/conformance/layer3-traces/read-traces.js';
import { showTraceVerdict, validateTrace } from '../dist/conformance/layer3-traces/validate-trace.js';

/** The same numbers for the same seed (mulberry32). */
const dice = (seed) => (sides) => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) % sides;
};

const script = (commands) => {
  const roll = dice(1);
  const lines = [0, 1, 2, 3, 4].map((s) => `joinServer ${s}`);
  for (let c = 5; c < 30; c++) lines.push(`joinClient ${c} ${roll(5)}`);
  for (let i = 0; i < commands; i++) {
    const client = 5 + roll(25);
    if (i % 450 === 449) lines.push('stabilize');
    else if (i % 900 === 100) lines.push(`breakConnection ${roll(2)} ${2 + roll(3)}`);
    else
      lines.push(roll(2) === 0 ? `put ${client} ${roll(40)} ${String.fromCharCode(97 + roll(26))}` : `get ${client} ${roll(40)}`);
  }
  return `${lines.join('\n')}\n`;
};

const dir = mkdtempSync(join(tmpdir(), 'bayou-bench-'));
const file = join(dir, 'run.ndjson');
const began = performance.now();
const input = script(Number(process.argv[2] ?? 20_000));
const master = spawnSync(process.execPath, [fileURLToPath(new URL('../dist/master.js', import.meta.url)), '--trace', file], {
  input,
});
const ran = performance.now();
const read = readTrace(file);
if (read._tag === 'Left') throw new Error(read.left);
const parsed = performance.now();
const verdict = validateTrace(read.right);
const done = performance.now();
rmSync(dir, { recursive: true });
console.log(showTraceVerdict(verdict));
console.log(
  `the cluster ran ${input.split('\n').length - 1} commands in ${Math.round(ran - began)} ms (exit status ${master.status});`,
  `the trace was read in ${Math.round(parsed - ran)} ms and validated in ${Math.round(done - parsed)} ms`,
);

/**
 * The course's load: 5 servers, 5 clients, one each, puts in rotation, then `stabilize`, beside as many bare two-hop round trips;
 * start-up; `stabilize` of a chain.
 *
 * `npm run bench:course` (`-- --write` puts the tables into docs/figures.md)
 */
import { bareRoundTrips } from './support/hops.js';
import { between, mark, timeMarks } from './support/script.js';
import { figure, machine, median, table, writeSection } from './support/table.js';

const RUNS = 3;

const joins = [0, 1, 2, 3, 4].map((s) => `joinServer ${s}`).concat([0, 1, 2, 3, 4].map((c) => `joinClient ${c + 5} ${c}`));

const puts = (count: number): string[] => Array.from({ length: count }, (_, i) => `put ${5 + (i % 5)} key${i % 100} value${i}`);

const course = async (count: number): Promise<ReadonlyArray<string | number>> => {
  const ratios: number[] = [];
  const after: number[] = [];
  const whole: number[] = [];
  const stable: number[] = [];
  const bare: number[] = [];
  const rotating: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    bare.push(await bareRoundTrips(count));
    rotating.push(await bareRoundTrips(count, 5));
    const script = [...joins, mark(5, 'joined'), ...puts(count), mark(5, 'put'), 'stabilize', mark(5, 'stable')];
    const marks = await timeMarks(script);
    after.push((count / between(marks, 'joined', 'put')) * 1000);
    whole.push((count / (marks.get('end') ?? NaN)) * 1000);
    stable.push(between(marks, 'put', 'stable'));
    ratios.push((after.at(-1) ?? NaN) / (bare.at(-1) ?? NaN));
  }
  return [
    count,
    ...[after, bare].map((x) => figure(median(x))),
    median(ratios).toFixed(2),
    figure(median(rotating)),
    (median(after) / median(rotating)).toFixed(2),
    figure(median(whole)),
    figure(median(stable)),
  ];
};

const startUp = async (): Promise<number> => {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) times.push((await timeMarks([...joins, mark(9, 'joined')])).get('joined') ?? NaN);
  return median(times);
};

/** 0 – 1 – 2 – 3 – 4, all puts at one end; without background pulls, so that `stabilize` does all the work. */
const chain = async (count: number): Promise<number> => {
  const cuts = [0, 1, 2, 3, 4].flatMap((a) => [0, 1, 2, 3, 4].filter((b) => b > a + 1).map((b) => `breakConnection ${a} ${b}`));
  const at0 = Array.from({ length: count }, (_, i) => `put 5 key${i} value${i}`);
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const script = [...joins, ...cuts, ...at0, mark(5, 'put'), 'stabilize', mark(5, 'stable')];
    times.push(between(await timeMarks(script, ['--anti-entropy-ms', '0']), 'put', 'stable'));
  }
  return median(times);
};

const rows: ReadonlyArray<string | number>[] = [];
for (const count of [200, 2_000, 20_000]) rows.push(await course(count));
const head = [
  'puts',
  'puts/s after start-up',
  'bare round trips/s',
  'ratio',
  'bare over five pairs/s',
  'ratio',
  'puts/s over the whole run',
  'stabilize, ms',
];
const text = [
  `${machine()}; medians of ${RUNS} runs; \`npm run bench:course\``,
  table(head, rows),
  table(
    ['what', 'ms'],
    [
      ['launch of the master to the last of 5 servers and 5 clients joined', figure(await startUp())],
      ['stabilize of five servers in a chain after 1,000 puts at one end', figure(await chain(1_000))],
    ],
  ),
].join('\n\n');
console.log(text);
if (process.argv.includes('--write')) writeSection('docs/figures.md', 'course', text);
process.exit();

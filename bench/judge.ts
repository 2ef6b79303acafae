/**
 * The independent judge on a million operations: 5 servers, 25 clients, 100 keys, a pull in every ten steps.
 *
 * `npm run bench:judge` (`-- 100000` for fewer operations, `-- --write` puts the table into docs/figures.md)
 */
import { diceOf } from '#bayou/conformance/common/seeded-chance.js';
import type { JudgedHistory } from '#bayou/conformance/layer4-hostile/judge/judged-history.js';
import { readJepsen, writeJepsen } from '#bayou/conformance/layer4-hostile/judge/jepsen.js';
import { judge } from '#bayou/conformance/layer4-hostile/judge/judge.js';
import { soundHistory, type HistoryStep } from '#bayou/conformance/layer4-hostile/judge/sound-histories.js';
import { figure, machine, table, writeSection } from './support/table.js';

const COUNT = Number(process.argv.find((arg) => /^\d+$/.test(arg)) ?? 1_000_000);

const dice = diceOf(1);
const below = (n: number): number => Math.floor(dice() * n);
const step = (): HistoryStep => ({
  what: dice() < 0.1 ? 'pull' : dice() < 0.5 ? 'put' : 'get',
  client: below(25),
  server: below(5),
  peer: below(5),
  key: below(100),
});

const rows: (string | number)[][] = [];
const time = <A>(what: string, work: () => A): A => {
  const began = performance.now();
  const before = process.cpuUsage();
  const result = work();
  const used = process.cpuUsage(before);
  const seconds = (performance.now() - began) / 1000;
  rows.push([what, seconds.toFixed(2), ((used.user + used.system) / 1e6).toFixed(2), figure(COUNT / seconds)]);
  return result;
};
const mustKeep = (h: JudgedHistory): void => {
  if (!judge(h).kept) throw new Error('a sound history was found broken');
};

const history = soundHistory(Array.from({ length: Math.ceil(COUNT / 0.9) }, step), 5);
const h: JudgedHistory = { ...history, operations: history.operations.slice(0, COUNT), stores: [] };
if (h.operations.length !== COUNT) throw new Error(`only ${h.operations.length} operations`);
const bare: JudgedHistory = { ...h, operations: h.operations.map((op) => ({ ...op, stamp: null })) };

time('judged by stamps', () => mustKeep(h));
time('judged by values alone', () => mustKeep(bare));
const text = time('written as JSON in the style of Jepsen', () => writeJepsen(h));
time('read again', () => readJepsen(text));

const report = [
  `${figure(COUNT)} operations; \`npm run bench:judge\` on ${machine()}`,
  '',
  table(['what', 'seconds', 'of processor time', 'operations per second'], rows),
].join('\n');
console.log(report);
if (process.argv.includes('--write')) writeSection('docs/figures.md', 'judge', report);

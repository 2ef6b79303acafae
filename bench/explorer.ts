/**
 * The explorer's page: how large it is, how long it takes to load the trace of a real run of some 100,000 events, and how many frames a second it
 * draws while list and diagram are scrolled.
 *
 * `npm run bench:explorer` (`-- 5000` for fewer commands, `-- --write` puts the table into docs/figures.md); needs a chromium
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { diceOf } from '#bayou/conformance/common/seeded-chance.js';
import { figure, machine, median, table, writeSection } from './support/table.js';

const COMMANDS = Number(process.argv.find((arg) => /^\d+$/.test(arg)) ?? 20_000);
const LOADS = 5;
const FRAMES_MS = 3000;

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bayou-bench-explorer-'));
const file = (name: string): string => join(folder, name);

const dice = diceOf(1);
const below = (n: number): number => Math.floor(dice() * n);

/** Three servers, three clients, ten keys; puts and gets by turns of a coin, a link that is cut now and then. */
const script = (): string => {
  const lines = ['joinServer 0', 'joinServer 1', 'joinServer 2', 'joinClient 10 0', 'joinClient 11 1', 'joinClient 12 2'];
  for (let i = 0; i < COMMANDS; i++) {
    const [client, key] = [10 + below(3), 'abcdefghij'[below(10)]!];
    lines.push(dice() < 0.5 ? `put ${client} ${key} ${i}` : `get ${client} ${key}`);
    if (i % 500 === 250) lines.push('breakConnection 0 1');
    if (i % 500 === 450) lines.push('createConnection 0 1');
  }
  return `${lines.join('\n')}\n`;
};

const bayou = (...args: ReadonlyArray<string>): void => {
  execFileSync(process.execPath, [join(root, 'dist/cli/main.js'), ...args], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
};

writeFileSync(file('run.script'), script());
bayou('master', '--memory', '--trace', file('run.ndjson'), file('run.script'));
bayou('explore', file('run.ndjson'), '--html', file('run.html'));
const events = readFileSync(file('run.ndjson'), 'utf8').split('\n').length - 1;

const browser = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
const loads: number[] = [];
const frames: number[] = [];
for (let i = 0; i < LOADS; i++) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 720 } });
  const began = performance.now();
  await page.goto(`file://${file('run.html')}`);
  await page.waitForSelector('html[data-ready]');
  loads.push(performance.now() - began);
  // As text, since it runs in the page: list and diagram are scrolled a step in each frame.
  const drawn = await page.evaluate(`new Promise((resolve) => {
    const [list, sight] = [document.querySelector('.list'), document.querySelector('.sight')];
    const began = performance.now();
    let frames = 0;
    const frame = () => {
      list.scrollTop -= 300;
      sight.scrollLeft -= 150;
      frames++;
      if (performance.now() - began < ${FRAMES_MS}) requestAnimationFrame(frame);
      else resolve((frames * 1000) / (performance.now() - began));
    };
    requestAnimationFrame(frame);
  })`);
  frames.push(Number(drawn));
  await page.close();
}
await browser.close();

const kilobytes = (path: string): string => figure(Math.round(statSync(path).size / 1000));

const report = [
  `A run of ${figure(events)} events; medians of ${LOADS} loads; \`npm run bench:explorer\` on ${machine()}`,
  '',
  table(
    ['what', 'figure'],
    [
      ['the page without data, kB', kilobytes(join(root, 'dist/page/explorer.html'))],
      ['the page of the run, kB', kilobytes(file('run.html'))],
      ['from opening it to the first picture, ms', figure(Math.round(median(loads)))],
      ['frames a second while list and diagram are scrolled', median(frames).toFixed(0)],
    ],
  ),
].join('\n');
rmSync(folder, { recursive: true, force: true });
console.log(report);
if (process.argv.includes('--write')) writeSection('docs/figures.md', 'explorer', report);

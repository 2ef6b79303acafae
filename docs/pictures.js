/**
 * Takes the pictures of the explorer that the docs show, from the real page: `npm run pictures`. Needs a chromium (CHROMIUM names another one).
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'bayou-pictures-'));

const TALL = 720;
const LOW = 460;

/** What is shown, in which state of the page, and what the picture is called. */
const PICTURES = [
  { what: 'v1-original-clock', place: '#run=0&at=5', name: 'explorer', scheme: 'light', height: TALL },
  { what: 'v1-original-clock', place: '#run=0&at=5&tab=space', name: 'space', scheme: 'dark', height: TALL },
  { what: 'examples/partition.script', place: '', name: 'run', scheme: 'light', height: TALL },
  { what: 'counter.mjs', place: '', name: 'counter', scheme: 'light', height: LOW },
  { what: 'coffee-drawn.mjs', place: '', name: 'coffee', scheme: 'light', height: LOW },
];

// Models of one's own are those of the pages.
for (const page of ['own-model', 'explore-your-model'])
  for (const [, name, text] of readFileSync(join(root, `docs/${page}.md`), 'utf8').matchAll(/^```js (\S+)\n([^]*?)^```$/gm))
    writeFileSync(join(folder, name), text);

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
for (const { what, place, name, scheme, height } of PICTURES) {
  const html = join(folder, `${name}.html`);
  execFileSync(process.execPath, [join(root, 'dist/cli/main.js'), 'explore', what, '--html', html], {
    cwd: what.endsWith('.mjs') ? folder : root,
  });
  const page = await browser.newPage({ viewport: { width: 1280, height }, colorScheme: scheme, reducedMotion: 'reduce' });
  await page.goto(`file://${html}${place}`);
  await page.waitForSelector(place.includes('space') ? '.graph' : 'html[data-ready]');
  // What can be done is known a moment later.
  if (what.startsWith('v1') && !place.includes('space')) await page.waitForSelector('[data-choice]');
  await page.screenshot({ path: join(root, `docs/pictures/${name}.png`) });
  await page.close();
  console.log(`docs/pictures/${name}.png`);
}
await browser.close();
rmSync(folder, { recursive: true, force: true });

/** A real browser for the tests of the explorer's page: Debian's chromium, driven by playwright. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import { bayou, type Ran } from '../../cli/run.js';

const PLACES = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Where the browser is; undefined: there is none here. */
const program = PLACES.find((place) => place !== undefined && existsSync(place));

/** CI says that there must be one: then a missing browser fails, and is not left out. */
const isRequired = process.env['BAYOU_BROWSER'] === 'required';

/** Whether the tests that need a browser are left out; says so in one line. */
export const withoutBrowser = (): boolean => {
  if (program !== undefined) return false;
  if (isRequired) throw new Error('no browser was found, and BAYOU_BROWSER=required: apt-get install chromium, or set CHROMIUM');
  process.stderr.write('the tests of the explorer in a browser are left out: there is no chromium (apt-get install chromium)\n');
  return true;
};

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: program ?? '', args: ['--no-sandbox', '--disable-gpu'] });

/** A page that writes down what must not happen: errors, and requests to any other address. */
export interface Watched {
  readonly page: Page;
  readonly wrong: string[];
}

const SIZE = { width: 1280, height: 720 };

export const open = async (browser: Browser, address: string, colorScheme: 'light' | 'dark' = 'light'): Promise<Watched> => {
  const context = await browser.newContext({ viewport: SIZE, colorScheme, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const wrong: string[] = [];
  const origin = address.startsWith('file:') ? 'file:' : new URL(address).origin;
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') wrong.push(`console: ${message.text()}`);
  });
  page.on('pageerror', ({ message }) => wrong.push(`error: ${message}`));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(origin) && !url.startsWith('blob:') && !url.startsWith('data:')) wrong.push(`request: ${url}`);
  });
  await page.goto(address);
  await page.waitForSelector('html[data-ready]');
  return { page, wrong };
};

/** A command that shows a page: its address, how it is ended, and what came of it. */
export interface Served {
  readonly address: string;
  readonly stop: (signal?: NodeJS.Signals) => void;
  readonly ended: Promise<Ran>;
}

/** A folder that is gone afterwards, and the pages that the command that ships writes to it, or shows. */
export const pages = (): {
  readonly folder: string;
  readonly page: (...args: ReadonlyArray<string>) => Promise<string>;
  readonly served: (...args: ReadonlyArray<string>) => Promise<Served>;
  readonly end: () => void;
} => {
  const folder = mkdtempSync(join(tmpdir(), 'bayou-explorer-'));
  let count = 0;
  const page = async (...args: ReadonlyArray<string>): Promise<string> => {
    const file = join(folder, `${count++}.html`);
    const ran = await bayou(['explore', ...args, '--html', file]);
    if (ran.status !== 0) throw new Error(`bayou explore ${args.join(' ')}: status ${String(ran.status)}: ${ran.stderr}`);
    return `file://${file}`;
  };
  /** What must be ended even where a test fails half way. */
  const endings: (() => void)[] = [];
  const served = async (...args: ReadonlyArray<string>): Promise<Served> => {
    let shown: (address: string) => void = () => undefined;
    const address = new Promise<string>((resolve) => (shown = resolve));
    let stop: Served['stop'] = () => undefined;
    const ended = bayou(['explore', ...args], (output, kill) => {
      stop = (signal = 'SIGTERM') => kill(signal);
      endings.push(stop);
      const [found] = /http:\S+/.exec(output) ?? [];
      if (found !== undefined) shown(found);
    });
    return { address: await address, stop: (signal) => stop(signal), ended };
  };
  const end = (): void => {
    for (const stop of endings) stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { folder, page, served, end };
};

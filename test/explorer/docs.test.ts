/**
 * The explorer's pages of the documentation run: their files are written, their commands run, and what their `page` blocks press and see is
 * pressed and seen in a real browser.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch, open, withoutBrowser } from './support/browser.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGES = ['explain-a-failure', 'watch-your-script', 'explore-your-model'];
const isSkipped = withoutBrowser();

interface Block {
  readonly language: string;
  readonly info: string;
  readonly text: string;
}

const blocksOf = (page: string): ReadonlyArray<Block> =>
  Array.from(
    readFileSync(join(ROOT, `docs/${page}.md`), 'utf8').matchAll(/^```(\w+) ?([^\n]*)\n(.*?)^```$/gms),
    ([, language = '', info = '', text = '']) => ({
      language,
      info,
      text,
    }),
  );

/** One line of a `page` block: what is done, or what is seen then. */
const obey = async (page: Page, line: string): Promise<void> => {
  const [, verb = '', rest = ''] = /^(press|click|choose|see) (.*)$/.exec(line) ?? [];
  if (verb === 'press') await page.keyboard.press(rest);
  else if (verb === 'click') await page.locator('.choices').getByRole('button', { name: rest }).first().click();
  else if (verb === 'choose') await page.getByRole('combobox', { name: 'Run' }).selectOption({ label: rest });
  else if (verb === 'see') {
    const found = page.getByText(rest).locator('visible=true');
    await found
      .first()
      .waitFor({ timeout: 10_000 })
      .catch(() => {
        throw new Error(`the page does not show: ${rest}`);
      });
  } else throw new Error(`no line of a page block: ${line}`);
};

const shell = (command: string, cwd: string): string =>
  spawnSync('bash', ['-c', command], { cwd, encoding: 'utf8', timeout: 120_000 }).stdout;

describe.skipIf(isSkipped)('docs', () => {
  let browser: Browser;
  const folder = mkdtempSync(join(tmpdir(), 'bayou-docs-'));

  beforeAll(async () => {
    browser = await launch();
    // As if the package were installed there, with its examples beside.
    mkdirSync(join(folder, 'node_modules/.bin'), { recursive: true });
    symlinkSync(ROOT, join(folder, 'node_modules/bayou'));
    symlinkSync(join(ROOT, 'dist/cli/main.js'), join(folder, 'node_modules/.bin/bayou'));
    cpSync(join(ROOT, 'examples'), join(folder, 'examples'), { recursive: true });
  });
  afterAll(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(PAGES)('%s', async (name) => {
    const blocks = blocksOf(name);
    expect(blocks.some(({ language }) => language === 'page')).toBe(true);
    for (const { language, info, text } of blocks) {
      if (language === 'js') writeFileSync(join(folder, info), text);
      if (language === 'console')
        for (const step of text.split(/^\$ /m).slice(1)) {
          const command = step.slice(0, step.indexOf('\n'));
          expect(shell(command, folder)).toBe(step.slice(step.indexOf('\n') + 1));
        }
      if (language !== 'page') continue;
      const { page, wrong } = await open(browser, `file://${join(folder, info)}`);
      for (const line of text.trimEnd().split('\n')) await obey(page, line);
      expect(wrong).toEqual([]);
      await page.context().close();
    }
  });
});

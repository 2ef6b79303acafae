/** Models of one's own in the explorer, in a real browser: whatever they begin with, are made of, and are called. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch, open, pages, withoutBrowser } from './support/browser.js';

const isSkipped = withoutBrowser();

const MODELS = 'test/explorer/models';

const mergedBy = async (page: Page, part: string): Promise<string> => {
  await page.getByRole('combobox', { name: /One node for each/ }).selectOption(part);
  return page.locator('.graph').innerHTML();
};

describe.skipIf(isSkipped)("models of one's own in a browser", () => {
  let browser: Browser;
  const made = pages();

  beforeAll(async () => {
    browser = await launch();
  });
  afterAll(async () => {
    await browser.close();
    made.end();
  });

  test('a run that begins in another than the first initial state is gone on with from there', async () => {
    const { address, stop, ended } = await made.served(`${MODELS}/deadlock.mjs`);
    const { page, wrong } = await open(browser, `${address}#run=0&at=0`);
    await page.locator('[data-choice]').first().waitFor();
    const initial = page.getByRole('combobox', { name: /Begin in initial state/ });
    expect(await initial.inputValue()).toBe('2');
    expect(await page.locator('.card.small').innerText()).toMatch(/a\s+2\s+b\s+0/);
    expect(await page.locator('.choices .choice').allInnerTexts()).toEqual([expect.stringMatching(/^b\s+▸ this run$/)]);
    await page.keyboard.press('End');
    await page.getByText('Nothing can be done here.').waitFor();
    // From the other initial states one goes on as well, and the address says from which.
    await initial.selectOption('1');
    await page.waitForURL(/#way=1:&at=0$/);
    expect(await initial.inputValue()).toBe('1');
    await page.locator('.choices').getByRole('button', { name: 'a' }).click();
    await page.waitForURL(/#way=1:0&at=1$/);
    const shared = await open(browser, page.url());
    expect(await shared.page.locator('.list').innerText()).toBe(await page.locator('.list').innerText());
    await initial.selectOption('0');
    await page.waitForURL(/#way=0:&at=0$/);
    expect([...wrong, ...shared.wrong]).toEqual([]);
    await page.context().close();
    await shared.page.context().close();
    stop();
    expect((await ended).status).toBe(0);
  });

  test('states merged by a part: depths may be empty, and each drawing is laid out anew', async () => {
    const counting = await made.served(`${MODELS}/counting.mjs`);
    const { page, wrong } = await open(browser, `${counting.address}#run=0&at=0&tab=space`);
    await page.getByText('That is all of it.').waitFor();
    await mergedBy(page, 'n');
    expect(await page.getByRole('img', { name: /nodes/ }).getAttribute('aria-label')).toBe(
      '301 nodes, 300 edges without self-loops',
    );
    expect(wrong).toEqual([]);
    await page.context().close();
    counting.stop();

    const forks = await made.served(`${MODELS}/forks.mjs`);
    const [one, other] = [await open(browser, `${forks.address}#tab=space`), await open(browser, `${forks.address}#tab=space`)];
    for (const { page: each } of [one, other]) await each.getByText('That is all of it.').waitFor();
    const chain = await mergedBy(one.page, 'chain');
    expect(await mergedBy(one.page, 'fork')).toBe(await mergedBy(other.page, 'fork'));
    expect(await mergedBy(one.page, 'chain')).toBe(chain);
    expect([...one.wrong, ...other.wrong]).toEqual([]);
    for (const { page: each } of [one, other]) await each.context().close();
    forks.stop();
    await Promise.all([counting.ended, forks.ended]);
  });

  test('names are names, whatever stands in them, and each part is there with its JSON', async () => {
    const { address, stop, ended } = await made.served(`${MODELS}/parts.mjs`);
    for (const from of [await made.page(`${MODELS}/parts.mjs`), address]) {
      const { page, wrong } = await open(browser, from);
      expect(await page.locator('h1').innerText()).toBe('</title></script><!-- "parts" & more');
      expect(await page.title()).toBe('</title></script><!-- "parts" & more · bayou explore');
      expect(await page.locator('img, script:not([id]):not([type=module])').count()).toBe(0);
      const count = Number(/of (\d+)$/.exec(await page.locator('.scrubber output').innerText())?.[1]);
      // In the last state each of them is what the last step made of it.
      const state = await page.locator('.state').innerText();
      for (const name of ['__proto__', 'constructor', '<img src=x onerror=alert(1)>', 's0'])
        expect(state).toContain(`${name} ${count}`);
      for (const raw of await page.getByRole('button', { name: /as JSON$/ }).all()) {
        await raw.click();
        await page.locator('.card pre').waitFor();
      }
      for (let at = count; at > 0; at--) await page.keyboard.press('k');
      await page.getByText('before anything is done').waitFor();
      expect(wrong).toEqual([]);
      await page.context().close();
    }
    stop();
    await ended;
  });
});

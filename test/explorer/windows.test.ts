/** The page in windows of all sizes, of a laptop, a projector, and one that was enlarged: nothing that matters is out of sight. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launch, open, pages, withoutBrowser } from './support/browser.js';

const isSkipped = withoutBrowser();

const SIZES = [
  [1280, 720],
  [1920, 1080],
  [1024, 768],
  [853, 480],
  [800, 600],
] as const;

/** By how much the page is larger than its window, and what of its head is beyond the edge. */
const BEYOND = `(() => {
  const { scrollHeight, clientHeight, scrollWidth, clientWidth } = document.documentElement;
  const outside = [...document.querySelectorAll('.head button, .head select')].filter((e) => {
    const { left, right, top, bottom } = e.getBoundingClientRect();
    return left < 0 || top < 0 || right > innerWidth || bottom > innerHeight;
  });
  return [scrollHeight - clientHeight, scrollWidth - clientWidth, outside.length];
})()`;

describe.skipIf(isSkipped)('windows', () => {
  let browser: Browser;
  const made = pages();
  const addresses: string[] = [];

  beforeAll(async () => {
    browser = await launch();
    for (const what of [
      'v1-original-clock',
      'v10-lost-for-ever',
      'examples/original-clock.ndjson',
      'test/explorer/models/long.mjs',
    ])
      addresses.push(await made.page(what));
  });
  afterAll(async () => {
    await browser.close();
    made.end();
  });

  test.each(SIZES)('%d × %d', async (width, height) => {
    for (const address of addresses) {
      const { page, wrong } = await open(browser, address);
      await page.setViewportSize({ width, height });
      // The reason is seen without scrolling, beside the picture; before its headline stands what is promised, which may be long.
      const isLong = address === addresses.at(-1);
      const box = await page
        .locator(isLong ? '.why .property' : '.why .headline')
        .first()
        .boundingBox();
      expect(box!.y + 20).toBeLessThan(height);
      expect(box!.x + 100).toBeLessThan(width);
      expect((await page.locator('.sight').boundingBox())!.y + 100).toBeLessThan(height);
      const steps = await page.locator('.scrubber output').innerText();
      for (let i = 0; i < 4; i++) {
        expect(await page.evaluate(BEYOND), `${address} ${i}`).toEqual([0, 0, 0]);
        await page.keyboard.press('k');
      }
      expect(await page.locator('.scrubber output').innerText()).not.toBe(steps);
      expect(wrong).toEqual([]);
      await page.context().close();
    }
  });
});

/** The explorer's page in a real browser: the built file, as it opens from disk. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { simulationPlanOf } from '../../conformance/simulation/simulation-plan.js';
import { bayou } from '../cli/run.js';
import { launch, open, pages, withoutBrowser } from './support/browser.js';

const isSkipped = withoutBrowser();

/** What axe finds, one line for each. */
const violations = async (page: Page): Promise<ReadonlyArray<string>> => {
  // The page's policy lets no other code in: axe comes by the debugger.
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe: here } = globalThis as unknown as { readonly axe: typeof axe };
    const found = await here.run();
    return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' | ')}`);
  });
};

/** What has the keyboard: its name and its tag. As text, since it runs in the page. */
const FOCUSED = `[(document.activeElement?.ariaLabel ?? document.activeElement?.textContent ?? '').trim(), document.activeElement?.tagName ?? '']`;

/** The cards of which something stands beyond the edge. */
const TOO_WIDE = `[...document.querySelectorAll('.card')].filter((card) => card.scrollWidth > card.clientWidth + 1).map((card) => card.textContent)`;

/** Waits until the page stands at a step. */
const standsAt = (page: Page, text: string | RegExp): Promise<void> =>
  page.locator('.scrubber output').getByText(text, { exact: true }).waitFor({ timeout: 10_000 });

const VARIANTS = [
  ['v1-original-clock', 'older than'],
  ['v2-torn-answer', 'does not have it'],
  ['v3-amnesia', 'have the stamp 1@0.0'],
  ['v4-fixed-rounds', 'different stores'],
  ['v5-no-advance', 'has a later write already'],
  ['v6-no-check', 'says that there is no a'],
  ['v7-tie', 'different stores'],
  ['v8-eager-vv', 'does not have it'],
  ['v9-reused-session', 'takes it for another'],
  ['v10-rolled-back', 'different stores'],
  ['v11-repeat-anywhere', 'wins for ever'],
] as const;

describe.skipIf(isSkipped)('the explorer in a browser', () => {
  let browser: Browser;
  const made = pages();
  let v1 = '';

  beforeAll(async () => {
    browser = await launch();
    v1 = await made.page('v1-original-clock');
  });
  afterAll(async () => {
    await browser.close();
    made.end();
  });

  test('a counterexample says why: what was compared, what makes it a fault, where the protocol does otherwise', async () => {
    const { page, wrong } = await open(browser, v1);
    const why = await page.locator('.why').innerText();
    expect(why).toContain('Monotonic Reads promises: no get returns a write older than one its session has read of the key.');
    expect(why).toContain('c11 gets a=11#2 from s0: older than a=11#1, which it read before.');
    expect(why).toContain('1@0.0 is older than 1@1.0: the accept times are equal, and replica 0.0 comes before 1.0 (R4).');
    expect(why).toContain(
      'The protocol instead: c11 puts a=11#2 at s0, which stamps it 2@0.0: by R2 the stamp is the greater of',
    );
    expect(why).toContain('So a=11#2 counts as the older one everywhere and for ever');
    expect(why).toContain(
      'Read a=11#1 as “key a has the value of client 11’s first put”, and its stamp 1@1.0 as “accepted at time 1 by server 1”.',
    );
    expect(why).toContain('drops it in favour of a=11#2, a later put of the same session (V1 prunes by client time alone)');
    expect(await page.locator('.verdict').innerText()).toBe('✕ violated: Monotonic Reads');
    await page.getByText('V1 original-clock').click();
    expect(await page.locator('.why').innerText()).toContain('What breaks: a get can go back in the order');
    expect(wrong).toEqual([]);
  });

  test('steps by keyboard, by click, by the address; the state shows what each changed', async () => {
    const { page, wrong } = await open(browser, `${v1}#run=0&at=0`);
    await standsAt(page, 'step 0 of 5');
    await page.keyboard.press('j');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    await standsAt(page, 'step 3 of 5');
    expect(page.url()).toContain('at=3');
    expect(await page.getByRole('article', { name: 'server 0' }).innerText()).toMatch(/added:\s+a=11#2\s+1@0\.0/);
    await page.keyboard.press('k');
    await standsAt(page, 'step 2 of 5');
    await page.keyboard.press('End');
    await standsAt(page, 'step 5 of 5');
    await page.keyboard.press('Home');
    await standsAt(page, 'step 0 of 5');
    await page.getByRole('option', { name: /s0 pulls from s1/ }).click();
    await standsAt(page, 'step 4 of 5');
    await page.locator('.why').getByRole('button', { name: 'step 2' }).first().click();
    await standsAt(page, 'step 2 of 5');
    await page.getByRole('slider').fill('5');
    await standsAt(page, 'step 5 of 5');
    expect(wrong).toEqual([]);
  });

  test('a branch is taken, shared by its address, and left again', async () => {
    const { page, wrong } = await open(browser, `${v1}#run=0&at=0`);
    await page.getByRole('button', { name: 'c11 s0 a', exact: false }).first().click();
    await standsAt(page, 'step 1 of 1');
    await page.getByRole('button', { name: /s1 s0/ }).click();
    await standsAt(page, 'step 2 of 2');
    const shared = page.url();
    expect(shared).toMatch(/#way=0:\d+\.\d+&at=2$/);
    const words = await page.locator('.list').innerText();
    expect(words).toContain('s1 pulls from s0');
    const other = await open(browser, shared);
    expect(await other.page.locator('.list').innerText()).toBe(words);
    await page.getByRole('combobox').first().selectOption('0');
    await standsAt(page, 'step 0 of 5');
    expect([...wrong, ...other.wrong]).toEqual([]);
  });

  test('an address that is none is no harm', async () => {
    for (const address of ['#way=0:9999&at=1', '#run=77&at=-3', '#%%%=&&at=x', '#way=zz:1.x.2&at=99']) {
      const { page, wrong } = await open(browser, v1 + address);
      expect(await page.locator('h1').innerText()).toBe('v1-original-clock');
      expect(wrong).toEqual([]);
      await page.close();
    }
  });

  test('by keyboard alone: choose a step that can be taken, find, play, shortcuts, the space', async () => {
    const { page, wrong } = await open(browser, `${v1}#run=0&at=0`);
    await page.locator('[data-choice]').first().waitFor();
    await page.keyboard.press('c');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.waitForURL(/#way=/);
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    expect(await page.getByRole('dialog').innerText()).toContain('one step on');
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    const found = await open(browser, `${v1}#run=0&at=0`);
    await found.page.keyboard.press('/');
    await found.page.keyboard.type('Pull s0 s1');
    await found.page.keyboard.press('Enter');
    await standsAt(found.page, 'step 4 of 5');
    await found.page.keyboard.press('Escape');
    await found.page.keyboard.press('Home');
    await found.page.keyboard.press(' ');
    // It goes on by itself, and may be further when one looks.
    await standsAt(found.page, /^step [2-5] of 5$/);
    await found.page.keyboard.press(' ');
    await found.page.keyboard.press('s');
    await found.page.getByRole('heading', { name: 'The state space' }).waitFor();
    expect([...wrong, ...found.wrong]).toEqual([]);
  });

  test('the space: drawn in layers without self-loops, the run on it, merged by a part', async () => {
    const { page, wrong } = await open(browser, `${v1}#run=0&at=5&tab=space`);
    await page.getByText('That is all of it.').waitFor();
    expect(await page.locator('.numbers').innerText()).toContain('71 states');
    expect(await page.getByRole('img', { name: /nodes/ }).getAttribute('aria-label')).toMatch(
      /^71 nodes, \d+ edges without self-loops$/,
    );
    expect(await page.locator('.graph .node.path').count()).toBe(6);
    expect(await page.locator('.graph .edge.path').count()).toBe(5);
    await page.getByRole('combobox', { name: /One node for each/ }).selectOption('puts');
    expect(await page.getByRole('img', { name: /nodes/ }).getAttribute('aria-label')).toMatch(/^3 nodes/);
    expect(await page.locator('.bars').first().innerText()).toContain('depth 0');
    expect(await page.locator('.bars').last().innerText()).toContain('Pull');
    expect(wrong).toEqual([]);
  });

  test.each(VARIANTS)('%s: the headline says what is broken, and the page is accessible, light and dark', async (name, says) => {
    const address = await made.page(name);
    for (const scheme of ['light', 'dark'] as const) {
      const { page, wrong } = await open(browser, address, scheme);
      expect(await page.locator('.why .headline').innerText()).toContain(says);
      expect(await page.locator('html').getAttribute('data-theme')).toBe(scheme);
      await page.locator('[data-choice]').first().waitFor();
      expect(await violations(page)).toEqual([]);
      expect(wrong).toEqual([]);
      await page.context().close();
    }
  });

  test.each(['light', 'dark'] as const)('every view is accessible: %s', async (scheme) => {
    const { page, wrong } = await open(browser, v1, scheme);
    await page.locator('[data-choice]').first().waitFor();
    // Everything that opens is open.
    for (const summary of await page.locator('summary').all()) await summary.click();
    for (const raw of await page.getByRole('button', { name: /as JSON$/ }).all()) {
      await raw.click();
      expect(await violations(page)).toEqual([]);
    }
    await page.keyboard.press('/');
    await page.keyboard.type('Pull');
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Home');
    await page.keyboard.press('c');
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await page.getByRole('dialog').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('s');
    await page.getByText('That is all of it.').waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole('combobox', { name: /One node for each/ }).selectOption('s0');
    expect(await violations(page)).toEqual([]);
    expect(wrong).toEqual([]);
  });

  test('whatever the page can do is done by keyboard alone', async () => {
    const { page, wrong } = await open(browser, `${v1}#run=0&at=0`);
    await page.locator('[data-choice]').first().waitFor();
    // Tab comes to everything that can be pressed, and each has a name.
    const reached = new Set<string>();
    for (let i = 0; i < 80; i++) {
      await page.keyboard.press('Tab');
      const [name = '', kind = ''] = await page.evaluate<ReadonlyArray<string>>(FOCUSED);
      reached.add(kind === 'INPUT' || kind === 'SELECT' || kind === 'SUMMARY' ? kind : `${kind} ${name}`);
    }
    for (const wanted of [
      'INPUT',
      'SUMMARY',
      'BUTTON play',
      'BUTTON one step on',
      'BUTTON shortcuts',
      'BUTTON Space',
      'BUTTON s0 as JSON',
    ])
      expect([...reached]).toContain(wanted);
    // A change of run, and of what the space shows, by keys.
    await page.keyboard.press('Escape');
    await page.keyboard.press('End');
    await standsAt(page, 'step 5 of 5');
    await page.keyboard.press('PageUp');
    await standsAt(page, 'step 0 of 5');
    await page.keyboard.press('t');
    expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
    await page.keyboard.press('s');
    await page.getByText('That is all of it.').waitFor();
    await page.getByRole('combobox', { name: /One node for each/ }).focus();
    await page.keyboard.press('ArrowDown');
    expect(await page.getByRole('img', { name: /nodes/ }).getAttribute('aria-label')).not.toMatch(/^71 nodes/);
    expect(wrong).toEqual([]);
  });

  test.each(['values', 'hundred', 'deadlock', 'lasso'])(
    "a model of one's own of every kind of value and end: %s",
    async (name) => {
      const { page, wrong } = await open(browser, await made.page(`test/explorer/models/${name}.mjs`));
      expect(await page.locator('.why .headline').innerText()).not.toBe('');
      expect(await violations(page)).toEqual([]);
      const count = Number(/of (\d+)$/.exec(await page.locator('.scrubber output').innerText())?.[1]);
      // Every state of it can be drawn, and nothing stands beside its card.
      for (let at = count; at >= 0; at--) {
        await standsAt(page, `step ${at} of ${count}`);
        const over = await page.evaluate<ReadonlyArray<string>>(TOO_WIDE);
        expect(over).toEqual([]);
        await page.keyboard.press('k');
      }
      expect(wrong).toEqual([]);
    },
  );

  test('a lasso: the loop is marked', async () => {
    const { page, wrong } = await open(browser, await made.page('v10-lost-for-ever'));
    expect(await page.locator('.loop').textContent()).toContain('and so for ever');
    expect(await page.locator('.list').innerText()).toContain('the loop begins here');
    expect(await page.locator('.why .headline').innerText()).toContain('different stores');
    expect(wrong).toEqual([]);
  });

  test('a real run: the processes, the ERR_DEP and what the session required', async () => {
    const { page, wrong } = await open(browser, await made.page('examples/partition.script'));
    expect(await page.locator('.verdict').innerText()).toMatch(/conforms: the model explains all \d+ events/);
    expect(await page.locator('.lanes').textContent()).toBe('masterclient 2server 0server 1');
    expect(await page.locator('.properties').innerText()).toMatch(/Monotonic Reads\s+kept/);
    const aside = page.getByRole('region', { name: 'About this step' });
    expect(await aside.innerText()).toContain('server 1 does not have what the session requires of a');
    expect(await aside.innerText()).toMatch(/^at least 1@0\.\d{4}…$/m);
    expect(await page.getByRole('article', { name: 'client 2' }).innerText()).toContain('s1');
    expect(await violations(page)).toEqual([]);
    // The same run as steps of the model, from which one can go on another way.
    await page.getByRole('combobox', { name: 'Run' }).selectOption({ label: 'on the model: the run' });
    await page.keyboard.press('Home');
    await page.locator('[data-choice]').last().click();
    await page.waitForURL(/#way=0:\d+&at=1&of=1$/);
    const shared = await open(browser, page.url());
    expect(await shared.page.locator('.list').innerText()).toBe(await page.locator('.list').innerText());
    await page.keyboard.press('s');
    await page.getByRole('heading', { name: 'The state space' }).waitFor();
    expect([...wrong, ...shared.wrong]).toEqual([]);
  });

  test('a divergence: the first event that no step explains, what would have been allowed, and the rule', async () => {
    const { page, wrong } = await open(browser, await made.page('examples/original-clock.ndjson'));
    expect(await page.locator('.verdict').innerText()).toContain('diverges from the model');
    expect(await page.locator('.step.bad').innerText()).toContain('server 0 accepts a=11#2');
    const why = await page.locator('.why').innerText();
    expect(why).toContain('No step of the model explains event 5 of server-0#1.');
    expect(why).toContain('accepted 1@0.0');
    expect(why).toContain('accepted 2@0.0');
    expect(why).toContain('t := max(own accept time, l) + 1');
    // What came after it is there as it was seen, and nobody judged it.
    expect(await page.locator('.unjudged').textContent()).toContain('not judged');
    expect(await page.locator('.scrubber output').innerText()).toBe('step 37 of 62');
    expect(await page.locator('.state').innerText()).toContain('The model stops before step 37');
    await page.keyboard.press('End');
    await standsAt(page, 'step 62 of 62');
    expect(await page.locator('.step.after.here').innerText()).toContain('not judged');
    // The model with the fault explains the run, and says what it breaks.
    await page.getByRole('combobox', { name: 'Run' }).selectOption({ label: 'on the model: as V1 explains it' });
    expect(await page.locator('.why .headline').innerText()).not.toBe('');
    expect(await violations(page)).toEqual([]);
    expect(wrong).toEqual([]);
  });

  test('the plan of a simulated run is simulated again, and shown as a real run is', async () => {
    const file = join(made.folder, 'plan.json');
    writeFileSync(file, JSON.stringify({ ...simulationPlanOf(7, 3), nextDay: [] }));
    const { page, wrong } = await open(browser, await made.page(file));
    expect(await page.locator('h1').innerText()).toBe('plan.json: a simulated run');
    expect(await page.locator('.verdict').innerText()).toMatch(/^✓ conforms: the model explains all \d+ events$/);
    expect(await page.locator('.properties').innerText()).toMatch(/Convergence\s+kept/);
    expect(await violations(page)).toEqual([]);
    expect(wrong).toEqual([]);
  });

  test('bayou conform writes a page beside a run that diverges, and bayou check one beside each counterexample', async () => {
    const folder = join(made.folder, 'kept');
    const conformed = await bayou(['conform', '--trace', 'examples/original-clock.ndjson', '--out-dir', folder]);
    expect(conformed.status).toBe(1);
    const [, diverged = ''] = /see it: (\S+\.html)/.exec(conformed.stdout) ?? [];
    const checked = await bayou(['check', 'v7-tie', '--out-dir', folder]);
    const [, broken = ''] = /^See it: (\S+\.html)$/m.exec(checked.stdout) ?? [];
    for (const [file, says] of [
      [diverged, 'No step of the model explains event 5 of server-0#1.'],
      [broken, 'different stores'],
    ] as const) {
      const { page, wrong } = await open(browser, `file://${file}`);
      expect(await page.locator('.why .headline').innerText()).toContain(says);
      expect(wrong).toEqual([]);
    }
  });

  test('names with everything in them stand on the page as they are, and are no markup', async () => {
    const { page, wrong } = await open(browser, await made.page('test/cli/models/names-with-everything.mjs'));
    expect(await page.locator('h1').count()).toBe(1);
    expect(wrong).toEqual([]);
  });

  test("a counterexample's file, and one of a model of one's own, are shown as they were found", async () => {
    const folder = join(made.folder, 'out');
    await bayou(['check', 'v7-tie', '--out-dir', folder, '--format', 'json']);
    const { page, wrong } = await open(browser, await made.page(join(folder, 'v7-tie-CONV.trace.json')));
    expect(await page.locator('.why .headline').innerText()).toContain('different stores');
    expect(wrong).toEqual([]);
  });

  /** A check that two pages follow, the second of which steps. A machine that takes long to open them gets a check that takes longer. */
  const stillRunning = async () => {
    for (const seconds of [12, 36, 108]) {
      const { address, stop, ended } = await made.served('bayou-s-3224', '--max-seconds', String(seconds));
      const { page, wrong } = await open(browser, address);
      const stepping = await open(browser, address);
      await stepping.page.keyboard.press('s');
      await stepping.page.locator('[data-choice]').first().click();
      await stepping.page.waitForURL(/#way=0:0&at=1/);
      await stepping.page.keyboard.press('s');
      const running = page.getByRole('heading', { name: 'The check, as it runs' });
      if (await running.isVisible()) return { page, wrong, stepping, stop, ended };
      await Promise.all([page, stepping.page].map((each) => each.context().close()));
      stop();
      await ended;
    }
    throw new Error('each of the checks had ended before the pages were there');
  };

  // Whoever has begun to step is not interrupted when it ends; whoever only looks sees what was found.
  test('a check that takes longer is followed while it runs, and the page shows what it found at its end', async () => {
    const { page, wrong, stepping, stop, ended } = await stillRunning();
    for (const name of ['states', 'states per second', 'depth', 'memory'])
      expect(
        await page
          .getByRole('img', { name: `${name} by time` })
          .first()
          .getAttribute('aria-label'),
      ).toMatch(/up to [\d,]+/);
    expect(await violations(stepping.page)).toEqual([]);
    await stepping.page.getByRole('button', { name: 'The check has ended: show what it found' }).click();
    for (const each of [stepping.page, page]) await each.locator('.verdict').getByText('nothing violated').waitFor();
    await page.getByRole('heading', { name: 'The check, as it ran' }).waitFor();
    expect(await page.locator('.verdict').innerText()).toMatch(/^· bounded: \d+ states looked at, nothing violated$/);
    expect(wrong).toEqual([]);
    await page.context().close();
    stop();
    const { status, stdout } = await ended;
    expect([status, stdout]).toEqual([
      0,
      expect.stringMatching(/^bayou-s-3224: being checked\nhttp:.*\nbayou-s-3224: bounded: .*\n$/),
    ]);
    expect(stepping.wrong).toEqual([]);
  });

  test("a model of one's own is stepped through behind the local server", async () => {
    const { address, stop, ended } = await made.served('example:water-jugs');
    const { page, wrong } = await open(browser, address);
    await page.locator('[data-choice]').first().waitFor();
    await page.keyboard.press('Home');
    await page.locator('[data-choice]').last().click();
    await standsAt(page, 'step 1 of 1');
    await page.keyboard.press('s');
    await page.getByText('That is all of it.').waitFor();
    expect(await violations(page)).toEqual([]);
    expect(wrong).toEqual([]);
    await page.context().close();
    stop();
    expect((await ended).status).toBe(0);
  });
});

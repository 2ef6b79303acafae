/** The local server of a page: it is there for whoever knows its address, and for nobody else. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serve, type RunningPageServer } from '#bayou/cli/explore/page-server.js';
import type { Question } from '#bayou/explorer/asked.js';
import { bayou } from '../cli/run.js';
import { right } from '../support/right.js';

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

const ask = (address: URL, path: string, method = 'GET', body = '', host = address.host, more = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asked = request(
      { host: address.hostname, port: address.port, path, method, headers: { host, ...more }, agent: false },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers }));
      },
    );
    asked.on('error', reject).end(body);
  });

describe('the server', () => {
  let running: RunningPageServer;
  let address: URL;
  const questions: Question[] = [];

  beforeAll(async () => {
    const served = right(
      await serve(
        {
          page: () => '<p>the page</p>',
          answer: (question) => {
            questions.push(question);
            return { ask: 'wrong', why: 'so it is' };
          },
        },
        0,
      ),
    );
    running = served;
    address = new URL(running.address);
  });
  afterAll(() => running.close());

  test('is on loopback alone, under a name that nobody guesses', () => {
    expect(address.hostname).toBe('127.0.0.1');
    expect(address.pathname).toMatch(/^\/[\w-]{22}\/$/);
  });

  test('gives the page to whoever knows the address', async () => {
    const { status, body, headers } = await ask(address, address.pathname);
    expect([status, body]).toEqual([200, '<p>the page</p>']);
    expect(headers['cache-control']).toBe('no-store');
  });

  test.each([
    ['the root', '/', 'GET'],
    ['a wrong token', '/aaaaaaaaaaaaaaaaaaaaaa/', 'GET'],
    ['a file', '/etc/passwd', 'GET'],
    ['a question without the token', '/ask', 'POST'],
  ])('has nothing for %s', async (_, path, method) => {
    expect((await ask(address, path, method, '{}')).status).toBe(404);
  });

  test('has nothing for a page that points here by another name', async () => {
    expect((await ask(address, address.pathname, 'GET', '', 'evil.example')).status).toBe(404);
    expect(
      (
        await ask(
          address,
          `${address.pathname}ask`,
          'POST',
          '{"ask":"place","to":{"initial":0,"ways":[]}}',
          `localhost:${address.port}`,
        )
      ).status,
    ).toBe(404);
    expect(questions).toEqual([]);
  });

  test('has nothing for a page of another origin that asks', async () => {
    const question = '{"ask":"place","to":{"initial":0,"ways":[]}}';
    for (const origin of ['https://evil.example', 'null', `https://${address.host}`, `http://${address.hostname}:1`])
      expect((await ask(address, `${address.pathname}ask`, 'POST', question, address.host, { origin })).status, origin).toBe(404);
    expect(questions).toEqual([]);
    expect(
      (await ask(address, `${address.pathname}ask`, 'POST', question, address.host, { origin: address.origin })).status,
    ).toBe(200);
    expect(questions.splice(0)).toHaveLength(1);
  });

  test.each([
    '',
    '{',
    '[]',
    '{"ask":"place"}',
    '{"ask":"place","to":{"initial":"0","ways":[]}}',
    '{"ask":"delete"}',
    '{"ask":"choices","to":{"initial":0}}',
    '"'.padEnd(100, 'x'),
  ])('refuses what is no question: %s', async (body) => {
    expect((await ask(address, `${address.pathname}ask`, 'POST', body)).status).toBe(400);
    expect(questions).toEqual([]);
  });

  test('refuses more than a question can be', async () => {
    const done = await ask(address, `${address.pathname}ask`, 'POST', 'x'.repeat(2 ** 21)).catch(() => ({ status: 400 }));
    expect(done.status).toBe(400);
  });

  test('answers a question', async () => {
    const question = { ask: 'place', to: { initial: 0, ways: [1, 2] } };
    const { status, body } = await ask(address, `${address.pathname}ask`, 'POST', JSON.stringify(question));
    expect([status, JSON.parse(body)]).toEqual([200, { ask: 'wrong', why: 'so it is' }]);
    expect(questions.splice(0)).toEqual([question]);
  });
});

describe('bayou explore', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bayou-senseless-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each([
    ['empty.ndjson', '', 'it has no events'],
    ['blank.ndjson', '\n\n', 'it has no events'],
    ['words.ndjson', 'hello\n', 'is not a trace event'],
    ['half.ndjson', '{"p":"master"}\n', 'is not a trace event'],
    ['empty.script', '', 'there is no command in it'],
    ['comments.script', '# nothing\n\n', 'there is no command in it'],
    ['done.script', 'done\nput 1 a b\n', 'there is no command in it'],
    ['words.script', '# first\nsome words here\n', 'line 2: '],
    ['bytes.script', '\0\u00ff\u0001', 'line 1: '],
    ['empty.json', '', 'it is not JSON'],
    ['nothing.json', '{}', 'it is empty'],
    ['list.json', '[]', 'a configuration is a JSON object'],
    ['null.json', 'null', 'a configuration is a JSON object'],
    ['steps.json', '{"steps":[]}', 'it is no path'],
    ['plan.json', '{"script":[]}', 'no plan of a simulated run'],
    ['nobody.json', '{"puts":-1}', 'puts'],
    ['empty.mjs', '', 'no default export'],
    ['number.mjs', 'export default 3', 'expected a Model'],
  ])('a file that has nothing to show, %s: one line, status 2, and no page', async (name, text, says) => {
    const [file, html] = [join(folder, name), join(folder, `${name}.html`)];
    writeFileSync(file, text);
    const { status, stdout, stderr } = await bayou(['explore', file, '--html', html]);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr.startsWith(`bayou explore: ${file}`), stderr).toBe(true);
    expect(stderr).toContain(says);
    expect([status, stdout, existsSync(html)]).toEqual([2, '', false]);
  });

  const VIEWED = (view: string): string => `export default {
    name: 'viewed', initial: [{ items: ['b', 'a'] }], actions: ({ items }) => (items.length < 4 ? ['c'] : []),
    next: ({ items }, what) => ({ items: [...items, what] }), label: (what) => ({ family: 'Add', args: [what] }),
    properties: [{ kind: 'always', name: 'few', holds: ({ items }) => items.length < 4 }],
    view: ${view},
  };`;

  test.each([
    [
      'kind',
      "() => ({ kind: 'table' })",
      'what view gives: kind: expected one of text, badge, fields, set, list, vector, entry, but it is "table"',
    ],
    ['items', "() => ({ kind: 'set' })", 'what view gives: items: expected a list, but it is missing'],
    ['text', "(part, items) => ({ kind: 'text', text: items.length })", 'what view gives: text: expected a text, but it is 2'],
    [
      'deep',
      "() => ({ kind: 'list', items: [{ kind: 'fields', fields: [['a', { kind: 'vector', entries: [['b', NaN]] }]] }] })",
      'what view gives: items[0].fields[0][1].entries[0][1]: expected a finite number, but it is NaN',
    ],
    ['pair', "() => ({ kind: 'fields', fields: { a: 1 } })", 'what view gives: fields: expected a list, but it is an object'],
    ['throws', '(part, value) => value.size.no', 'view threw TypeError: '],
    ['changes', "(part, items) => ({ kind: 'text', text: items.sort().join() })", 'view changes what it is given'],
    ['endless', '() => { for (;;); }', 'view does not come back'],
  ])('a view that cannot be drawn is one line, and no page: %s', async (name, view, says) => {
    const [file, html] = [join(folder, `view-${name}.mjs`), join(folder, `view-${name}.html`)];
    writeFileSync(file, VIEWED(view));
    const { status, stderr } = await bayou(['explore', file, '--html', html, '--max-seconds', '1']);
    expect(stderr).toMatch(/^bayou explore: [^\n]+\n$/);
    expect(stderr.replace(/view of .*? (gives|threw)/, 'view $1')).toContain(says);
    expect([status, existsSync(html)]).toEqual([2, false]);
  });

  test.each([
    [['nothing-of-that-name'], 'there is neither such a file nor a configuration of that name'],
    [['no-such.ndjson'], 'no-such.ndjson: there is no such file'],
    [['no-such.script'], 'no such file'],
    [['v1'], 'say which: v1-original-clock'],
    [['default', 'settle'], 'explore one at a time'],
    [['default', '--flags', '--memory'], '--flags is for a script'],
    [['v7-tie', '--html', '/no/such/folder/x.html'], 'its folder is not there'],
    [['package.json'], 'no such field'],
  ])('%j: one line, and status 2', async (args, says) => {
    const { status, stderr } = await bayou(['explore', ...args]);
    expect(status).toBe(2);
    expect(stderr).toContain(says);
    expect(stderr).toMatch(/^bayou explore: [^\n]+\n$/);
  });
});

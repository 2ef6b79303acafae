/** Each output format, read by the tool it is for. */
import { instance } from '@viz-js/viz';
import * as fc from 'fast-check';
import { createRequire } from 'node:module';
import mermaid from 'mermaid';
import { describe, expect, test } from 'vitest';
import { checkSync } from '#bayou/checker/check.js';
import type { Model } from '#bayou/checker/model.js';
import { toDot } from '#bayou/checker/output/dot.js';
import { toItf } from '#bayou/checker/output/itf.js';
import { toMermaid } from '#bayou/checker/output/mermaid.js';
import { toShiViz } from '#bayou/checker/output/shiviz.js';
import { traceLines } from '#bayou/checker/output/counterexample-lines.js';
import { encode } from '#bayou/checker/values/encode.js';
import type { Counterexample } from '#bayou/checker/report.js';
import { text } from '#bayou/checker/shown/text.js';
import { plainValue } from '#bayou/checker/shown/value.js';

// --- traces ----------------------------------------------------------------------------------------------------------------

type Bag = Readonly<Record<string, unknown>>;

/** A run through these states, by steps of these labels. */
const runOf = (states: ReadonlyArray<Bag>, args: (step: number) => ReadonlyArray<string | number> = () => []): Counterexample => {
  const model: Model<number, number> = {
    name: 'run',
    initial: [0],
    actions: (at) => (at < states.length - 1 ? [at] : []),
    next: (at) => at + 1,
    label: (step) => ({ family: `step ${step}`, args: args(step) }),
    note: (step) => `note ${step}; #x\nsecond line`,
    parts: (at) => states[at]!,
    properties: [{ name: 'it goes on', kind: 'always', holds: (at) => at !== states.length - 1 }],
  };
  return checkSync(model).properties[0]!.trace!;
};

const NASTY = [
  'worker 0',
  'end',
  'a->b',
  'x;y',
  'c:d',
  'é😀',
  'q"uote',
  'line\nbreak',
  'note',
  '#meta',
  'mbt::actionTaken',
  'A,B',
  'back\\slash',
  '<b>',
  '__proto__',
  'constructor',
  'participant',
  '%%{init}',
  '&lt;',
  '',
  ' ',
  '-',
  'c1',
  'worker_0',
  '\u2028',
  'loop',
  '+x',
  'a as b',
  '"',
  '\\',
];

/** Each name is a part that a step sets, which names the next part too. */
const nasty = (names: ReadonlyArray<string>): Counterexample =>
  runOf(
    Array.from({ length: names.length + 1 }, (_, done) => Object.fromEntries(names.map((name, i) => [name, i < done ? 1 : 0]))),
    (step) => [names[step]!, names[(step + 1) % names.length]!],
  );

const anyNames = fc.uniqueArray(
  fc.oneof(fc.constantFrom(...NASTY), fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' })),
  {
    minLength: 1,
    maxLength: 6,
  },
);

// --- ITF -------------------------------------------------------------------------------------------------------------------

/** Quint's own reader; its entry is CommonJS. */
const quint = createRequire(import.meta.url)('@informalsystems/quint/dist/src/itf.js') as {
  readonly ofItf: (itf: unknown) => ReadonlyArray<QuintEx>;
};

interface QuintEx {
  readonly kind: string;
  readonly value?: unknown;
  readonly name?: string;
  readonly opcode?: string;
  readonly args?: ReadonlyArray<QuintEx>;
}

/** A value that Quint read, as a value of ours: what the reader understood. */
const understood = ({ kind, value, name, opcode, args = [] }: QuintEx): unknown => {
  if (kind === 'name') return name === 'undefined' ? undefined : name === 'null' ? null : { unserializable: name };
  if (kind !== 'app') return value;
  const items = args.map(understood);
  if (opcode === 'Set') return new Set(items);
  if (opcode === 'Map') return new Map(items as [unknown, unknown][]);
  if (opcode === 'variant') return { tag: items[0], value: items[1] };
  if (opcode === 'Rec')
    return Object.fromEntries(items.flatMap((item, i) => (i % 2 === 0 ? [[item as string, items[i + 1]]] : [])));
  return items;
};

interface Itf {
  readonly vars: ReadonlyArray<string>;
  readonly states: ReadonlyArray<Readonly<Record<string, unknown>>>;
}

const itfOf = (trace: Counterexample): Itf => JSON.parse(JSON.stringify(toItf(trace, 'a model', 'a property'))) as Itf;

/** What Quint reads of each state. */
const readBack = (itf: Itf): ReadonlyArray<Bag> => quint.ofItf(itf).map((state) => understood(state) as Bag);

/** What the format says a document is: every state has every variable and `#meta`, and no other field. */
const mustBeWhole = ({ vars, states }: Itf): void => {
  expect(new Set(vars).size).toBe(vars.length);
  for (const state of states) expect(Object.keys(state).sort()).toEqual(['#meta', ...vars].sort());
};

/** Values that a format can say: whole numbers are of arbitrary size there, so `1` and `1n` are one. */
const sayable = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.string(),
    fc.boolean(),
    fc.bigInt(),
    fc.maxSafeInteger(),
    fc.constant(undefined),
    fc.constant(null),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.uniqueArray(tie('value'), { maxLength: 3, selector: text }).map((items) => new Set(items)),
    fc.dictionary(fc.string({ maxLength: 3 }), tie('value'), { maxKeys: 3, noNullPrototype: true }),
    fc.uniqueArray(fc.tuple(tie('value'), tie('value')), { maxLength: 3, selector: ([key]) => text(key) }).map((e) => new Map(e)),
  ),
})).value;

/** The same with numbers as Quint has them, and records that the format can only say as maps as such. */
const inItf = (value: unknown): unknown => {
  if (typeof value === 'number') return BigInt(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(inItf);
  if (value instanceof Set) return new Set(Array.from(value, inItf));
  if (value instanceof Map) return new Map(Array.from(value, ([k, v]) => [inItf(k), inItf(v)]));
  const fields = Object.entries(value).map(([name, field]) => [name, inItf(field)] as const);
  return fields.some(([name]) => /^#|^__/.test(name)) ? new Map(fields) : Object.fromEntries(fields);
};

describe('ITF, read by Quint', () => {
  test('has each value as it is, whatever it is', () => {
    fc.assert(
      fc.property(sayable, (value) => {
        const itf = itfOf(runOf([{ it: value }, { it: [value] }]));
        mustBeWhole(itf);
        const [first, second] = readBack(itf);
        expect(text(first!['it'])).toBe(text(inItf(value)));
        expect(text(second!['it'])).toBe(text([inItf(value)]));
      }),
      { numRuns: 300 },
    );
  });

  test('has a variable for every part, whatever its name, in every state', () => {
    fc.assert(
      fc.property(anyNames, (names) => {
        const itf = itfOf(nasty(names));
        mustBeWhole(itf);
        expect(itf.vars).toHaveLength(names.length + 2);
        for (const state of readBack(itf)) expect(Object.keys(state)).toHaveLength(names.length + 2);
      }),
    );
    const last = readBack(itfOf(nasty(NASTY))).at(-1)!;
    expect(last).toMatchObject({ note: 1n, 'mbt::actionTaken': 1n, 'part #meta': 1n, 'part __proto__': 1n });
    expect(last['mbt::actionTaken_']).toMatch(/^step /);
    expect(last['note_']).toMatch(/^note /);
  });

  test('has parts that come and go: constant variables, absent where there is no such part', () => {
    const [first, second, third] = readBack(itfOf(runOf([{ a: 1 }, { a: 1, b: 2 }, { b: 2 }])));
    expect([first!['b'], second!['b'], third!['a']]).toEqual([{ unserializable: 'absent' }, 2n, { unserializable: 'absent' }]);
  });

  test('a number that is none in the format is said to be so', () => {
    const [state] = readBack(itfOf(runOf([{ half: 0.5, none: NaN, huge: 2 ** 60 }, {}])));
    expect(state).toMatchObject({ half: { unserializable: '0.5' }, none: { unserializable: 'NaN' }, huge: 2n ** 60n });
  });

  test('a value that contains itself is cut, not followed for ever', () => {
    const ring: unknown[] = [];
    ring.push(ring);
    expect(JSON.stringify(plainValue(ring))).toContain('too deep');
    expect(text(ring)).toContain('…');
  });
});

// --- texts -----------------------------------------------------------------------------------------------------------------

describe('texts', () => {
  test('two values have one text exactly when the checker takes them for one', () => {
    fc.assert(
      fc.property(sayable, sayable, (a, b) => {
        expect(text(a) === text(b)).toBe(encode(a) === encode(b));
      }),
      { numRuns: 500 },
    );
  });

  const LOOKALIKES: ReadonlyArray<unknown> = [
    1,
    '1',
    1n,
    '1n',
    true,
    'true',
    null,
    'null',
    undefined,
    'undefined',
    '',
    [],
    {},
    new Set(),
    new Map(),
    '[]',
    '{}',
    ['a, b'],
    ['a', 'b'],
    { a: 'b' },
    new Map([['a', 'b']]),
    new Set(['a -> b']),
    new Set(['a: b']),
    new Date(0),
    '1970-01-01T00:00:00.000Z',
    new Date(1),
    new Uint8Array([1]),
    new Uint16Array([1]),
    [1],
    [[1]],
    'Set {}',
    'a\nb',
    'a\\nb',
    ' a',
    'a ',
    'a',
  ];

  test('what looks alike is written differently', () => {
    expect(new Set(LOOKALIKES.map(text)).size).toBe(LOOKALIKES.length);
  });

  test('names and phrases stand as they are', () => {
    expect(text({ at: ['start', 'worker 0'], id: 'm1.0@2' })).toBe('{at: [start, worker 0], id: m1.0@2}');
  });

  test('every step that changes a value shows that it did', () => {
    fc.assert(
      fc.property(sayable, sayable, (before, after) => {
        const lines = traceLines(runOf([{ part: before }, { part: after }])).slice(3);
        expect(lines.length).toBe(encode(before) === encode(after) ? 0 : 1);
      }),
      { numRuns: 300 },
    );
  });

  test('a set of messages is shown by what came and what went, a large value by the places that changed', () => {
    const sent = (...ids: ReadonlyArray<number>): ReadonlySet<unknown> =>
      new Set(ids.map((id) => ({ type: 'prepared', from: `resource manager ${id}` })));
    const rows = Array.from({ length: 12 }, (_, i) => ({ name: `row ${i}`, cells: [0, 0] }));
    const lines = traceLines(
      runOf([
        { net: sent(1, 2, 3), rows },
        { net: sent(1, 3, 4), rows: rows.with(7, { name: 'row 7', cells: [0, 5] }) },
        { net: sent(1), rows: [...rows, { name: 'last', cells: [] }] },
      ]),
    );
    expect(lines.slice(4, 6)).toEqual([
      '     net   + {from: resource manager 4, type: prepared}  - {from: resource manager 2, type: prepared}',
      '     rows  [7].cells[1] 5',
    ]);
    expect(lines[7]).toBe('     net   {{from: resource manager 1, type: prepared}}');
  });
});

// --- Mermaid ---------------------------------------------------------------------------------------------------------------

interface Sequence {
  readonly getActors: () => ReadonlyMap<string, { readonly description: string }>;
  readonly getMessages: () => ReadonlyArray<{ readonly message: string; readonly from?: string }>;
}

/** Mermaid keeps entities in a form of its own until it draws them. */
const drawn = (kept: string): string =>
  kept.replace(/ﬂ°°(\d+)¶ß/g, (_, code: string) => String.fromCharCode(Number(code))).replace(/ﬂ°(\w+)¶ß/g, '&$1;');

const sequenceOf = async (trace: Counterexample): Promise<{ actors: ReadonlyArray<string>; messages: ReadonlyArray<string> }> => {
  await mermaid.parse(toMermaid(trace));
  // Only this gives what was read; `parse` says no more than that it was.
  // eslint-disable-next-line @typescript-eslint/no-deprecated
  const diagram = await mermaid.mermaidAPI.getDiagramFromText(toMermaid(trace));
  const db = diagram.db as unknown as Sequence;
  return {
    actors: Array.from(db.getActors().values(), ({ description }) => drawn(description)),
    messages: db.getMessages().flatMap(({ message, from }) => (from === undefined ? [] : [drawn(message)])),
  };
};

const flat = (line: string): string => line.replace(/[\n\r\u2028\u2029]+/g, ' ').trim();

describe('Mermaid, read by Mermaid', () => {
  test('draws every participant under its name and every step as one line, whatever they are called', async () => {
    const { actors, messages } = await sequenceOf(nasty(NASTY));
    expect(actors.map(flat)).toEqual(NASTY.map(flat));
    expect(messages).toHaveLength(NASTY.length);
    expect(messages.map((message) => message.includes('note '))).not.toContain(false);
  });

  test('whatever the names are', async () => {
    await fc.assert(
      fc.asyncProperty(anyNames, async (names) => {
        const { actors, messages } = await sequenceOf(nasty(names));
        expect([actors.length, messages.length]).toEqual([names.length, names.length]);
      }),
      { numRuns: 60 },
    );
  });

  test('a run in which no part of the state takes part: each step says what it changed', async () => {
    const states = [
      { small: 0, big: 0 },
      { small: 0, big: 5 },
      { small: 3, big: 2 },
    ];
    const trace = runOf(states, () => ['jug']);
    const text = toMermaid(trace, { title: 'jugs', property: 'never two' });
    await mermaid.parse(text);
    expect(text.split('\n').flatMap((line) => /Note right of party_0: (.*)/.exec(line)?.[1] ?? [])).toEqual([
      'big: 5',
      'small: 3, big: 2',
    ]);
  });

  test('a lasso, and a run that stutters', async () => {
    expect((await sequenceOf({ ...nasty(NASTY), loop: 2 })).messages).toHaveLength(NASTY.length);
    expect((await sequenceOf({ ...nasty(NASTY), loop: NASTY.length })).messages.at(-1)).toBe('nothing changes any more');
  });
});

// --- ShiViz ----------------------------------------------------------------------------------------------------------------

interface Event {
  readonly event: string;
  readonly host: string;
  readonly clock: Readonly<Record<string, number>>;
}

/** As ShiViz reads it (js/model/parser.js): the first line is the expression, the second the delimiter; the rest is trimmed and searched. */
const shivizEvents = (log: string): ReadonlyArray<Event> => {
  const [expression = '', delimiter, ...rest] = log.split('\n');
  expect(delimiter).toBe('');
  return Array.from(rest.join('\n').trim().matchAll(new RegExp(expression, 'g')), ({ groups = {} }) => ({
    event: groups['event']!,
    host: groups['host']!,
    clock: JSON.parse(groups['clock']!) as Event['clock'],
  }));
};

/** What its VectorTimestamp and its graph ask for: a host is in its own clock, counts by one from 1, and never knows less than before. */
const mustBeDrawable = (events: ReadonlyArray<Event>): void => {
  const last = new Map<string, Event['clock']>();
  for (const { host, clock } of events) {
    const before = last.get(host) ?? {};
    expect(clock[host]).toBe((Object.hasOwn(before, host) ? before[host]! : 0) + 1);
    for (const [other, known] of Object.entries(before)) expect(clock[other]).toBeGreaterThanOrEqual(known);
    last.set(host, clock);
  }
};

describe('ShiViz, read by its expression', () => {
  test('has every event of every host, whatever they are called', () => {
    fc.assert(
      fc.property(fc.oneof(anyNames, fc.constant(NASTY)), (names) => {
        const events = shivizEvents(toShiViz(nasty(names)));
        const perStep = names.length === 1 ? 1 : 3;
        expect(events).toHaveLength(names.length + names.length * perStep);
        expect(new Set(events.map(({ host }) => host)).size).toBe(names.length);
        mustBeDrawable(events);
      }),
    );
  });

  test.each([['set', '{"v":0}'], ['set', '{v: 1}'], ['{"v":0}'], [' ', '{}'], ['put', 'x', '{"v":0}']])(
    'takes no event for a host with its clock: %s %s',
    (family, ...args) => {
      const model: Model<number, number> = {
        name: 'braces',
        initial: [0],
        actions: (at) => [at],
        next: (at) => at + 1,
        label: () => ({ family, args }),
        parts: (at) => ({ model: at }),
        properties: [{ name: 'it goes on', kind: 'always', holds: (at) => at < 2 }],
      };
      const events = shivizEvents(toShiViz(checkSync(model).properties[0]!.trace!));
      expect(events.map(({ host }) => host)).toEqual(['model', 'model', 'model']);
      const said = [family, ...args].join(' ').trim();
      expect(events.slice(1).map(({ event }) => event.replace('\u00a0', ' '))).toEqual([said, said]);
      mustBeDrawable(events);
    },
  );
});

// --- DOT -------------------------------------------------------------------------------------------------------------------

/** The lines of text that Graphviz draws, in its order, as a browser shows them. */
const drawnTexts = (svg: string): ReadonlyArray<string> =>
  Array.from(svg.matchAll(/<text [^>]*>([^<]*)<\/text>/g), ([, line = '']) =>
    line
      .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&quot;', '"')
      .replaceAll('&amp;', '&'),
  );

describe('DOT, read by Graphviz', () => {
  test('has every state and step, and every text as it is, whatever is in it', async () => {
    const viz = await instance();
    const model: Model<number, string> = {
      name: NASTY.join(' & '),
      initial: [0],
      actions: (at) => (at < NASTY.length ? [NASTY[at]!] : []),
      next: (at) => at + 1,
      label: (name) => ({ family: name, args: [name] }),
      show: (at) => ({ at: `${at} ${NASTY[at] ?? ''}\\N \\l &amp; x` }),
      properties: [{ name: 'any', kind: 'always', holds: () => true }],
    };
    const dot = toDot(model);
    const svg = viz.renderString(dot.kind === 'graph' ? dot.text : '', { format: 'svg' });
    expect([svg.match(/class="node"/g)?.length, svg.match(/class="edge"/g)?.length]).toEqual([NASTY.length + 1, NASTY.length]);
    const texts = new Set(drawnTexts(svg).map((line) => line.replaceAll('\u00a0', ' ').trim()));
    NASTY.forEach((name, at) => {
      const wanted = `at: ${at} ${name}\\N \\l &amp; x`.split('\n').map((line) => line.trim());
      for (const line of wanted) expect(texts).toContain(line);
    });
  });
});

// --- models whose names have everything in them ----------------------------------------------------------------------------

type AnyPlain = Model<Bag, string>;

const modelOf = async (name: string): Promise<AnyPlain> =>
  ((await import(`../cli/models/${name}.mjs`)) as { readonly default: AnyPlain }).default;

describe.each(['names-with-everything', 'field-called-note', 'names-alike-in-a-file-name'])('the model %s', (name) => {
  test('is readable in every format, with every value', async () => {
    const model = await modelOf(name);
    const traces = checkSync(model, { keepGoing: true }).properties.map(({ trace }) => trace!);
    expect(traces).toHaveLength(model.properties.length);
    const viz = await instance();
    const dot = toDot(model);
    expect(viz.renderString(dot.kind === 'graph' ? dot.text : '', { format: 'svg' })).toContain('</svg>');
    for (const trace of traces) {
      const itf = itfOf(trace);
      mustBeWhole(itf);
      const last = readBack(itf).at(-1)!;
      const parts = Object.entries(trace.steps.at(-1)!.values!);
      expect(parts.map(([part]) => text(last[part === '#meta' ? 'part #meta' : part]))).toEqual(
        parts.map(([, value]) => text(inItf(value))),
      );
      expect((await sequenceOf(trace)).messages).toHaveLength(trace.steps.length);
      // As the command writes it: with the model's name, the property, and a note of what each step changed.
      await mermaid.parse(toMermaid(trace, { title: model.name, property: model.properties[0]!.name }));
      mustBeDrawable(shivizEvents(toShiViz(trace)));
    }
  });
});

/** docs/conformance.md says of each event of a trace who writes it down, who follows it, and what step of the model it is: as the code has it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { TraceEventC } from '#bayou/core/trace.js';
import { declares } from './support/declares.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const filesIn = (folder: string): ReadonlyArray<string> =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${folder}/${name}`);

// --- what the page says ----------------------------------------------------------------------------------------------------

interface Place {
  readonly name: string;
  readonly file: string;
}

interface Row {
  readonly event: string;
  readonly writers: ReadonlyArray<Place>;
  readonly followers: ReadonlyArray<Place>;
  readonly steps: ReadonlyArray<Place>;
}

const placesIn = (cell: string): ReadonlyArray<Place> =>
  [...cell.matchAll(/\[`(\w+)`\]\(\.\.\/([^)]+)\)/g)].map(([, name = '', file = '']) => ({ name, file }));

const rows: ReadonlyArray<Row> = [
  ...read('docs/conformance.md').matchAll(/^\| `(\w+)` \| ([^|]*) \| ([^|]*) \| ([^|]*) \|$/gm),
].map(([, event = '', writers = '', followers = '', steps = '']) => ({
  event,
  writers: placesIn(writers),
  followers: placesIn(followers),
  steps: placesIn(steps),
}));

// --- what the code has -----------------------------------------------------------------------------------------------------

const EVENTS = TraceEventC.types.map(({ name }) => /\w+/.exec(name.replace(/^Readonly</, ''))?.[0] ?? name);

/** The files that hand an event of this kind to a tracer. */
const writersOf = (event: string): ReadonlyArray<string> =>
  ['src/net', 'src/master', 'src/impl']
    .flatMap(filesIn)
    .filter((file) => new RegExp(`\\btrace(\\?\\.)?\\(\\{\\s*type: '${event}'`).test(read(file)));

const LAYER = filesIn('conformance/layer3-traces');

/** What is called where this event's turn comes, in the follower of any kind of process. */
const calledFor = (event: string): ReadonlyArray<string> =>
  LAYER.filter((file) => /\/follow-\w+\.ts$/.test(file)).flatMap((file) =>
    [
      ...read(file).matchAll(
        new RegExp(`(?:case '${event}':|if \\(event\\.type === '${event}'\\))\\s*(?:return )?(?:\\(\\) => )?(\\w+)\\(`, 'g'),
      ),
    ].map(([, name = '']) => name),
  );

/** Does the layer take this function from the model: by its name, or as one of a module's? */
const isTaken = ({ name, file }: Place): boolean => {
  const module = file.replace(/^src/, '#bayou').replace(/ts$/, 'js');
  return LAYER.map(read).some((source) => {
    const clause = new RegExp(`import ([^;]*?) from '${module}'`).exec(source)?.[1];
    if (clause === undefined) return false;
    const all = /\* as (\w+)/.exec(clause)?.[1];
    const call = all === undefined ? name : `${all}\\.${name}`;
    return (all !== undefined || new RegExp(`\\b${name}\\b`).test(clause)) && new RegExp(`\\b${call}\\(`).test(source);
  });
};

describe('the table of followers', () => {
  test('has every kind of event that there is, once, and no other', () => {
    expect(EVENTS.length).toBeGreaterThan(15);
    expect(rows.map(({ event }) => event).sort()).toEqual([...EVENTS].sort());
  });
  test.each(rows)('$event is written down there, and nowhere else', ({ event, writers }) => {
    expect(writers.filter(({ name, file }) => !declares(read(file), name))).toEqual([]);
    expect([...new Set(writers.map(({ file }) => file))].sort()).toEqual([...writersOf(event)].sort());
  });
  test.each(rows)('$event has one follower, which is the one called for it', ({ event, followers }) => {
    expect(followers.map(({ name }) => name)).toEqual(calledFor(event));
    expect(followers.filter(({ name, file }) => !declares(read(file), name))).toEqual([]);
  });
  test.each(rows)('$event takes steps that the model has, and that the layer takes from it', ({ steps }) => {
    expect(steps.filter(({ name, file }) => !declares(read(file), name))).toEqual([]);
    expect(steps.filter((step) => !isTaken(step))).toEqual([]);
  });
});

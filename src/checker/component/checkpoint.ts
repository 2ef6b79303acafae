/**
 * A search that was stopped, in a file from which a later run goes on to the same totals.
 *
 * Kept are the component values, the groups with their cells, the queues and the counts. The memo is not: it is filled again as it is
 * needed. A sample of its rows is, though, and run again on resumption: a model whose steps are not what they were is refused, like one
 * whose slots, interactions, properties or reductions differ.
 *
 * The file: one line of JSON (the {@link Header}), then the component values as V8 serialises them, then words.
 */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, openSync, readSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';
import type { ComponentModel } from '../interface.js';
import type { Ints } from '../ints.js';
import { CheckerError } from './error.js';
import { strideOf } from './memo.js';
import { Breadth, Sweep, type Frontier } from './search.js';
import type { Space } from './space.js';
import type { Layer } from './store.js';

const FORMAT = 2;
/** How many remembered rows are run again, at most, for each interaction. */
const SAMPLE = 20;

/** What must be the same for a resumption. */
export interface Identity {
  readonly model: string;
  readonly shape: string;
  /** Plain data, by name. */
  readonly options: Readonly<Record<string, unknown>>;
}

interface Header {
  readonly format: number;
  readonly identity: Identity;
  readonly locals: ReadonlyArray<number>;
  readonly tally: Space['tally'];
  readonly enabled: ReadonlyArray<boolean>;
  readonly found: ReadonlyArray<{
    readonly state: ReadonlyArray<number>;
    readonly step?: { meeting: number; outcome: number };
  } | null>;
  readonly sample: ReadonlyArray<{
    readonly meeting: number;
    readonly ids: ReadonlyArray<number>;
    readonly row: ReadonlyArray<number>;
  }>;
  readonly frontier: Frontier;
  readonly layers: ReadonlyArray<{ readonly level: number; readonly top: number; readonly room: number }>;
  /** Bytes of the values, then words of each list that follows. */
  readonly values: number;
  readonly words: ReadonlyArray<number>;
  /** SHA-256 of all that follows the header. */
  readonly digest: string;
}

// --- identity --------------------------------------------------------------------------------------------------------------

/** The fingerprint of a model, of those of its properties that are judged (default all), and of the options that change what is found. */
export const identityOf = (
  model: ComponentModel,
  judged: ReadonlyArray<string> | undefined,
  options: Identity['options'],
): Identity => {
  const shape = [
    model.slots.map(({ kind, name }) => [kind, name]),
    model.interactions.map(({ label, slots, writes }) => [label, slots.map(({ name }) => name), writes]),
    model.properties.filter(({ name }) => judged?.includes(name) ?? true).map(({ kind, name }) => [kind, name]),
    (model.symmetry ?? []).map(({ name }) => name),
  ];
  return { model: model.name, shape: createHash('sha256').update(JSON.stringify(shape)).digest('hex'), options };
};

const refuse = (path: string, why: string): CheckerError => new CheckerError('checkpoint', `checkpoint ${path}: ${why}`);

const whyOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What differs, as `puts 3, not 4`: there, and here. */
const differences = (saved: Identity['options'], asked: Identity['options']): ReadonlyArray<string> => {
  const text = (value: unknown): string => {
    if (value === undefined) return 'not set';
    return typeof value === 'string' ? value : JSON.stringify(value);
  };
  return [...new Set([...Object.keys(saved), ...Object.keys(asked)])].flatMap((name) => {
    const [there, here] = [text(saved[name]), text(asked[name])];
    return there === here ? [] : [`${name} ${there}, not ${here}`];
  });
};

const mustAgree = (path: string, saved: Identity, asked: Identity): void => {
  if (saved.model !== asked.model) throw refuse(path, `it is of the model "${saved.model}", not of "${asked.model}"`);
  const differ = differences(saved.options, asked.options);
  if (differ.length > 0) throw refuse(path, `it was made with other options: ${differ.join('; ')}`);
  if (saved.shape !== asked.shape)
    throw refuse(path, `the model "${asked.model}" has other slots, interactions or properties now`);
};

// --- saving ----------------------------------------------------------------------------------------------------------------

const valuesOf = (space: Space, path: string): Buffer => {
  const { components } = space;
  const bytes = serialize(components.kinds.map(({ values }) => values));
  const again = deserialize(bytes) as ReadonlyArray<ReadonlyArray<unknown>>;
  components.kinds.forEach((kind, k) => {
    const lost = again[k]!.findIndex((value, id) => components.find(k, value) !== id);
    if (lost !== -1) throw refuse(path, `values of the kind "${kind.name}" are not plain data and cannot be written`);
  });
  return bytes;
};

const sampleOf = (space: Space): Header['sample'] => {
  const { data } = space.memo.pool;
  return space.compiled.meetings.flatMap((meeting) =>
    space.memo
      .rowsOf(meeting)
      .slice(0, SAMPLE)
      .map(({ ids, row }) => ({
        meeting: meeting.index,
        ids,
        row: Array.from(data.subarray(row, row + 1 + data[row]! * strideOf(meeting))),
      })),
  );
};

const wordsOf = (layers: ReadonlyArray<Layer>, lists: ReadonlyArray<Int32Array>): ReadonlyArray<Int32Array> => [
  ...lists,
  ...layers.flatMap((layer) => [layer.blocks.view(), layer.queue.view(), ...layer.arena.words, new Int32Array(0)]),
];

const bytesOf = (words: Int32Array): Uint8Array => new Uint8Array(words.buffer, words.byteOffset, words.byteLength);

/** Writes a search that stopped between two groups. The file appears whole or not at all. */
export const save = (path: string, space: Space, run: Breadth | Sweep, identity: Identity): void => {
  const layers = [...run.layers()];
  const values = valuesOf(space, path);
  const words = wordsOf(layers, run.lists());
  const digest = createHash('sha256').update(values);
  for (const list of words) digest.update(bytesOf(list));
  const header: Header = {
    format: FORMAT,
    identity,
    locals: space.compiled.layout.locals,
    tally: space.tally,
    enabled: space.memo.enabled,
    found: space.judge.found.map((evidence) => (evidence === undefined ? null : { ...evidence, state: [...evidence.state] })),
    sample: sampleOf(space),
    frontier: run.frontier(),
    layers: layers.map((layer) => ({ level: layer.level, ...layer.arena.place() })),
    values: values.length,
    words: words.map((list) => list.length),
    digest: digest.digest('hex'),
  };
  writing(path, () => {
    const file = openSync(partOf(path), 'w');
    try {
      writeAll(file, Buffer.from(`${JSON.stringify(header)}\n`));
      for (const bytes of [values, ...words.map(bytesOf)]) writeAll(file, bytes);
    } finally {
      closeSync(file);
    }
    renameSync(partOf(path), path);
  });
};

const partOf = (path: string): string => `${path}.part`;

/** Does something with the file that becomes the checkpoint; what goes wrong leaves nothing of it. */
const writing = (path: string, act: () => void): void => {
  try {
    act();
  } catch (error) {
    if (error instanceof CheckerError) throw error;
    if (existsSync(partOf(path))) rmSync(partOf(path));
    throw refuse(path, `it cannot be written: ${whyOf(error)}`);
  }
};

/** Refuses a place where no checkpoint can be written: better before a search of hours than after it. */
export const mustBeWritable = (path: string): void => {
  writing(path, () => {
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) throw refuse(path, 'it is a folder');
    closeSync(openSync(partOf(path), 'w'));
    rmSync(partOf(path));
  });
};

const writeAll = (file: number, bytes: Uint8Array): void => {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at, Math.min(bytes.length - at, 1 << 24));
};

// --- loading ---------------------------------------------------------------------------------------------------------------

/** A checkpoint that was read. */
export interface Saved {
  readonly path: string;
  readonly header: Header;
  readonly values: ReadonlyArray<ReadonlyArray<unknown>>;
  readonly words: ReadonlyArray<Int32Array>;
}

const LINE = 1 << 16;

const readHeader = (path: string, file: number): readonly [Header, number] => {
  const chunks: Buffer[] = [];
  for (;;) {
    const chunk = Buffer.alloc(LINE);
    const n = readSync(file, chunk, 0, LINE, null);
    const end = chunk.subarray(0, n).indexOf(10);
    chunks.push(chunk.subarray(0, end === -1 ? n : end));
    if (end !== -1) break;
    if (n < LINE) throw refuse(path, 'it has no header: this is not a checkpoint');
  }
  const text = Buffer.concat(chunks);
  try {
    const header = JSON.parse(text.toString('utf8')) as Header;
    if (header.format !== FORMAT) throw refuse(path, `it has the format ${String(header.format)}, not ${FORMAT}`);
    return [header, text.length + 1];
  } catch (error) {
    if (error instanceof CheckerError) throw error;
    throw refuse(path, 'its header is damaged: this is not a checkpoint');
  }
};

const readExactly = (path: string, file: number, at: number, into: Uint8Array): number => {
  for (let done = 0; done < into.length;) {
    const n = readSync(file, into, done, Math.min(into.length - done, 1 << 24), at + done);
    if (n === 0) throw refuse(path, 'it ends too early');
    done += n;
  }
  return at + into.length;
};

/** Reads a checkpoint, and sees that it is whole and of this model. */
export const load = (path: string, identity: Identity): Saved => {
  const file = openFile(path);
  try {
    const [header, start] = readHeader(path, file);
    mustAgree(path, header.identity, identity);
    const values = new Uint8Array(header.values);
    let at = readExactly(path, file, start, values);
    const digest = createHash('sha256').update(values);
    const words = header.words.map((length) => {
      const list = new Int32Array(length);
      at = readExactly(path, file, at, bytesOf(list));
      digest.update(bytesOf(list));
      return list;
    });
    if (digest.digest('hex') !== header.digest) throw refuse(path, 'it is damaged: its digest does not match');
    return { path, header, values: deserialize(values) as Saved['values'], words };
  } finally {
    closeSync(file);
  }
};

const openFile = (path: string): number => {
  try {
    if (statSync(path).isDirectory()) throw refuse(path, 'it is a folder');
    return openSync(path, 'r');
  } catch (error) {
    if (error instanceof CheckerError) throw error;
    throw refuse(path, `it cannot be read: ${whyOf(error)}`);
  }
};

/** Fills a fresh space and run with a checkpoint; the run must be of the same order. */
export const restore = (saved: Saved, space: Space, run: Breadth | Sweep): void => {
  const { header, path } = saved;
  saved.values.forEach((values, kind) => {
    values.forEach((value, id) => {
      if (space.components.intern(kind, value) !== id) throw refuse(path, 'the model encodes its values differently now');
    });
  });
  for (const { meeting, ids, row } of header.sample) {
    const again = space.memo.rowFor(space.compiled.meetings[meeting]!, ids);
    if (row.some((word, i) => word !== space.memo.pool.at(again + i)))
      throw refuse(path, 'a step of the model has another outcome now');
  }
  Object.assign(space.tally, header.tally);
  header.enabled.forEach((enabled, i) => (space.memo.enabled[i] = enabled));
  header.found.forEach((evidence, i) => {
    if (evidence !== null) space.judge.decide(i, { ...evidence, state: Int32Array.from(evidence.state) });
  });
  run.resume(header.frontier, restoreLayers(saved, space), saved.words);
};

const restoreLayers = ({ header, words }: Saved, space: Space): ReadonlyArray<Layer> => {
  let at = header.frontier.lists;
  return header.layers.map(({ level, top, room }) => {
    const layer = space.newLayer(level);
    const blocks = words[at++]!;
    const queue = words[at++]!;
    const pages: Int32Array[] = [];
    for (; words[at]!.length > 0; at++) pages.push(words[at]!);
    at++;
    layer.arena.restore(pages, top, room);
    fill(layer.blocks, blocks);
    fill(layer.queue, queue);
    layer.reindex(space.shape.group);
    return layer;
  });
};

const fill = (list: Ints, words: Int32Array): void => {
  list.reserve(words.length);
  list.data.set(words);
  list.length = words.length;
};

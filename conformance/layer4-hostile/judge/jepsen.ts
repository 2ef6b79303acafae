/**
 * Reads and writes histories as JSON in the style of Jepsen and Elle: an array, or one object a line. Each operation has an `invoke` and an `ok`,
 * `fail` or `info`. The reader takes `put`/`get` and `write`/`read` with a value `[key, value]`, and transactions (`txn`) of a single
 * `["w", k, v]` or `["r", k, v]`; it passes over all other entries (a nemesis). The writer adds fields that Jepsen does not know (`session`,
 * `stamp`, `server` and `guarantees`), and the printed stores as `f: "store"`.
 */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts/lib/index.js';
import { messageOf } from '#bayou/core/errors.js';
import { type Guarantees, GuaranteesC } from '#bayou/core/guarantees.js';
import { StampC } from '#bayou/core/write.js';
import {
  type JudgedHistory,
  historyOf,
  type Operation,
  type SessionName,
  sessionOf,
  type StoreView,
  inTimeOrder,
} from './judged-history.js';

const Atom = t.union([t.string, t.number, t.boolean]);
const Pair = t.tuple([Atom, t.union([Atom, t.null, t.undefined])]);
const Txn = t.tuple([t.tuple([t.union([t.literal('r'), t.literal('w')]), Atom, t.union([Atom, t.null])])]);

const EntryC = t.intersection([
  t.type({
    type: t.union([t.literal('invoke'), t.literal('ok'), t.literal('fail'), t.literal('info')]),
    process: t.union([t.number, t.string]),
    f: t.string,
  }),
  t.partial({
    /** The session's name, where a process has had several. */
    session: t.string,
    value: t.unknown,
    stamp: t.union([StampC, t.null]),
    server: t.number,
    guarantees: GuaranteesC,
    /** The position of the `invoke` that this entry completes, where a process has several operations in flight. */
    pair: t.number,
    settled: t.union([t.type({ round: t.number, group: t.array(t.number), position: t.number }), t.null]),
    ordered: t.boolean,
    reborn: t.array(t.number),
  }),
]);
type Entry = t.TypeOf<typeof EntryC>;

/** The same as {@link EntryC}, but faster where an entry is the `invoke` of an operation without further fields. */
const isEntry = (u: unknown): u is Entry => {
  if (typeof u !== 'object' || u === null) return false;
  const e = u as Partial<Record<keyof Entry, unknown>>;
  const plain = e.type === 'invoke' && typeof e.process === 'number' && typeof e.f === 'string' && e.guarantees === undefined;
  return (
    (plain && e.session === undefined && e.pair === undefined && e.stamp === undefined && e.settled === undefined) || EntryC.is(u)
  );
};

const StoreC = t.array(t.tuple([t.string, t.string]));

type Asked = Pick<Operation, 'f' | 'process' | 'session' | 'key' | 'value' | 'invoked'>;

const FUNCTIONS: Readonly<Record<string, 'put' | 'get'>> = { put: 'put', write: 'put', get: 'get', read: 'get' };

/** The function, key and value of an entry; undefined where the entry is neither a put nor a get. */
const subject = (e: Entry): { f: 'put' | 'get'; key: string; value: string | null } | undefined => {
  const text = (u: string | number | boolean | null | undefined): string | null =>
    u === null || u === undefined ? null : String(u);
  if (e.f === 'txn' && Txn.is(e.value)) {
    const [f, key, value] = e.value[0];
    return { f: f === 'w' ? 'put' : 'get', key: String(key), value: text(value) };
  }
  const f = Object.hasOwn(FUNCTIONS, e.f) ? FUNCTIONS[e.f] : undefined;
  if (f === undefined) return undefined;
  if (Pair.is(e.value)) return { f, key: String(e.value[0]), value: text(e.value[1]) };
  return Array.isArray(e.value) && Atom.is(e.value[0]) ? { f, key: String(e.value[0]), value: null } : undefined;
};

/** Reads a history. Left: one line that says which entry is wrong. */
export const readJepsen = (text: string): E.Either<string, JudgedHistory> =>
  E.chain((entries: ReadonlyArray<unknown>) => historyOfEntries(entries))(parse(text));

const parse = (text: string): E.Either<string, ReadonlyArray<unknown>> => {
  const json = (s: string, where: string): E.Either<string, unknown> =>
    E.tryCatch(
      () => JSON.parse(s) as unknown,
      (e) => `${where}: not JSON: ${messageOf(e)}`,
    );
  if (text.trimStart().startsWith('['))
    return E.chain((u: unknown) => (Array.isArray(u) ? E.right(u as unknown[]) : E.left('not an array')))(json(text, 'history'));
  const entries: unknown[] = [];
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const entry = json(line, `line ${i + 1}`);
    if (E.isLeft(entry)) return entry;
    entries.push(entry.right);
  }
  return E.right(entries);
};

const historyOfEntries = (entries: ReadonlyArray<unknown>): E.Either<string, JudgedHistory> => {
  const operations: Operation[] = [];
  const stores: StoreView[] = [];
  const guarantees = new Map<SessionName, Guarantees>();
  const open = new Map<string, Asked>();
  const rest: { ordered?: boolean; reborn?: ReadonlySet<number> } = {};
  for (const [position, entry] of entries.entries()) {
    if (!isEntry(entry)) return E.left(`entry ${position}: not an operation with type, process and f`);
    if (entry.f === 'history') Object.assign(rest, { ordered: entry.ordered ?? true, reborn: new Set(entry.reborn) });
    if (entry.f === 'store' && entry.type === 'ok' && StoreC.is(entry.value) && entry.server !== undefined)
      stores.push({ server: entry.server, entries: entry.value, position, settled: entry.settled ?? null });
    if (typeof entry.process !== 'number') continue;
    if (entry.guarantees !== undefined) guarantees.set(entry.session ?? entry.process, entry.guarantees);
    const about = subject(entry);
    if (about === undefined) continue;
    const process = entry.process;
    const name = entry.pair === undefined || entry.type === 'invoke' ? String(process) : `pair ${entry.pair}`;
    if (entry.type === 'invoke') {
      const session = entry.session ?? null;
      const asked = { f: about.f, key: about.key, value: about.value, process, session, invoked: position };
      open.set(name, asked);
      open.set(`pair ${position}`, asked);
      continue;
    }
    const asked = open.get(name);
    if (asked?.f !== about.f || asked.key !== about.key)
      return E.left(
        `entry ${position}: ${entry.type} of ${about.f} ${about.key} by process ${process}, which had not invoked it`,
      );
    open.delete(name);
    open.delete(`pair ${asked.invoked}`);
    operations.push(completed(asked, entry, about.value, position));
  }
  for (const [name, asked] of open)
    if (name.startsWith('pair ') && asked.f === 'put') operations.push(completed(asked, { type: 'info' }, asked.value, Infinity));
  operations.sort((a, b) => a.invoked - b.invoked);
  return E.right(historyOf(operations, { stores, guarantees, ...rest }));
};

const completed = (
  asked: Asked,
  e: Pick<Entry, 'type' | 'stamp' | 'server'>,
  value: string | null,
  position: number,
): Operation => ({
  // Field by field: an object that begins with a spread is slower to make and to read, and a history has a million of them.
  f: asked.f,
  key: asked.key,
  process: asked.process,
  session: asked.session,
  invoked: asked.invoked,
  value: asked.f === 'put' ? asked.value : value,
  outcome: e.type === 'ok' ? 'ok' : e.type === 'fail' || asked.f === 'get' ? 'fail' : 'info',
  stamp: e.stamp ?? null,
  server: e.server ?? null,
  completed: e.type === 'info' ? Infinity : position,
});

/** Writes a history, one JSON object a line. {@link readJepsen} reads the same history from it, with other positions. */
export const writeJepsen = (h: JudgedHistory): string => {
  const lines: string[] = [];
  const met = new Set<SessionName>();
  const invokedAt = new Uint32Array(h.operations.length);
  const stores = [...h.stores].sort((a, b) => a.position - b.position);
  const positions: number[] = [];
  let store = 0;
  const add = (position: number, entry: Record<string, unknown>): number => {
    positions.push(position);
    return lines.push(`{"index":${lines.length},${JSON.stringify(entry).slice(1)}\n`) - 1;
  };
  /** Adds the stores before `until`, so that they stand between the operations. The position of a store's `stabilize` is written as a line's number. */
  const addStores = (until: number): void => {
    for (; store < stores.length && stores[store]!.position < until; store++) {
      const { server, entries, position, settled } = stores[store]!;
      const began = settled && { ...settled, position: positions.findLastIndex((at) => at <= settled.position) };
      add(position, { type: 'ok', process: 'master', f: 'store', server, value: entries, settled: began });
    }
  };
  add(-Infinity, { type: 'info', process: 'master', f: 'history', ordered: h.ordered, reborn: [...h.reborn] });
  inTimeOrder(
    h.operations,
    (op, i) => {
      const { process, f, key, value, invoked } = op;
      addStores(invoked);
      const name = sessionOf(op);
      const guarantees = met.has(name) ? undefined : h.guarantees.get(name);
      met.add(name);
      const session = op.session ?? undefined;
      invokedAt[i] = add(invoked, { type: 'invoke', process, session, f, value: [key, f === 'put' ? value : null], guarantees });
    },
    (op, i) => {
      addStores(op.completed);
      const { process, f, key, value, outcome, stamp } = op;
      const known = { stamp: stamp ?? undefined, server: op.server ?? undefined };
      add(op.completed, { type: outcome, process, f, value: [key, value], ...known, pair: invokedAt[i] });
    },
  );
  addStores(Infinity);
  return lines.join('');
};

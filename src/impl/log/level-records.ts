/**
 * The durable log's records: their LevelDB keys and values, each value with a CRC-32 over key and payload.
 *
 * | key | holds |
 * |---|---|
 * | `meta` | {@link Meta}, JSON |
 * | `w/<replica>/<accept time>` | a live write, or one that came in a part of a pull and is live when the vector has it (R9) |
 * | `p/<client>/<session>/<slot>` | a put to recognise (R3) |
 * | `p/<client>/<slot>` | one that was remembered before sessions had numbers |
 *
 * Every record but `meta` has a digest; `meta` has their number and the sum of their digests, and is written in the same atomic
 * batch. So records that go missing, or come back, are found on opening even where LevelDB says nothing.
 */
import { crc32 } from 'node:zlib';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts/lib/index.js';
import { Natural, NodeIdC, ReplicaIdC } from '../../core/ids.js';
import { TransferC, VectorEntriesC, WriteC, type Stamp, type Write } from '../../core/write.js';
import { nameOfSlot, NO_SESSION, type Seen, withSession } from '../client-windows.js';

/** The key of the one {@link Meta} record. */
export const META = 'meta';

const META_PROPS = {
  server: NodeIdC,
  replica: ReplicaIdC,
  clock: Natural,
  vv: VectorEntriesC,
  /** How many other records there are, and the sum of their digests. */
  records: Natural,
  sum: Natural,
  /** How far pulls in parts have come (R9); not there in a log from before there were parts. */
  transfers: t.union([t.readonlyArray(TransferC), t.undefined]),
  /** The boot of the machine during which commits may not have reached the disk; '' when all have. */
  unsyncedBoot: t.string,
};

const MetaC = t.readonly(
  t.strict({
    ...META_PROPS,
    version: t.literal(2),
    /** The log's name, made with it; its journal and its place have it too. */
    log: t.string,
    /** The number of the last change that is in the database. */
    mark: Natural,
  }),
);

/** As an earlier version wrote it. Its `mark` was negative when the log was closed; how often it was opened is no longer read. */
const EarlierMetaC = t.readonly(t.strict({ ...META_PROPS, version: t.literal(1), mark: t.number }));

/** What the database says of itself. `log` is '' where an earlier version wrote it last. */
export type Meta = t.TypeOf<typeof MetaC>;

/** A record's LevelDB key and value, and what it adds to the sum in {@link Meta}. */
export interface Entry {
  readonly key: string;
  readonly value: Buffer;
  readonly digest: number;
}

const CRC = 4;

const seal = (key: string, payload: string): { readonly value: Buffer; readonly crc: number } => {
  const value = Buffer.allocUnsafe(CRC + payload.length);
  value.write(payload, CRC, 'latin1');
  const crc = crc32(value.subarray(CRC), crc32(key));
  value.writeUInt32LE(crc, 0);
  return { value, crc };
};

/** The payload; undefined when key or value is not what was written. */
const unseal = (key: string, value: Buffer): string | undefined =>
  value.length >= CRC && crc32(value.subarray(CRC), crc32(key)) === value.readUInt32LE(0)
    ? value.toString('latin1', CRC)
    : undefined;

// --- meta ------------------------------------------------------------------------------------------------------------------

/** The value of {@link META}. */
export const encodeMeta = (meta: Meta): Buffer => seal(META, JSON.stringify(meta)).value;

/** The value of {@link META}; undefined when it is damaged. */
export const decodeMeta = (value: Buffer): Meta | undefined => {
  const payload = unseal(META, value);
  if (payload === undefined) return undefined;
  const json: unknown = JSON.parse(payload);
  const meta = MetaC.decode(json);
  if (E.isRight(meta)) return meta.right;
  const earlier = EarlierMetaC.decode(json);
  return E.isRight(earlier) ? { ...earlier.right, version: 2, log: '', mark: Math.abs(earlier.right.mark) } : undefined;
};

// --- writes ----------------------------------------------------------------------------------------------------------------

/** Accept times have the same number of digits, so that LevelDB's order is theirs. */
export const keyOfWrite = (stamp: Stamp): string => `w/${stamp.r}/${String(stamp.t).padStart(16, '0')}`;

/** A live write never changes, so its digest need not cover its value: dropping it costs no second look at the value. */
export const digestOfWrite = (key: string): number => crc32(key);

/** A live write's record. */
export const encodeWrite = (w: Write, waits = false): Entry => {
  const key = keyOfWrite(w);
  const { value } = seal(key, `${waits ? WAITS : ''}${w.client} ${w.clientTime} ${w.key.length} ${w.key}${w.value}`);
  return { key, value, digest: digestOfWrite(key) };
};

const WRITE_KEY = /^w\/([^/]+)\/(\d{16})$/;
/** What the payload of a write begins with that came in a part of a pull. */
const WAITS = '~';
const WRITE_HEAD = /^(~?)(\d+) (\d+) (\d+) /;

/** A write, and whether it came in a part of a pull; undefined when the record is damaged. */
export const decodeWrite = (key: string, value: Buffer): { readonly write: Write; readonly waits: boolean } | undefined => {
  const payload = unseal(key, value);
  const stamp = WRITE_KEY.exec(key);
  const head = payload === undefined ? null : WRITE_HEAD.exec(payload);
  if (payload === undefined || stamp === null || head === null) return undefined;
  const from = head[0].length;
  const to = from + Number(head[4]);
  const write = {
    t: Number(stamp[2]),
    r: stamp[1],
    client: Number(head[2]),
    clientTime: Number(head[3]),
    key: payload.slice(from, to),
    value: payload.slice(to),
  };
  return WriteC.is(write) ? { write, waits: head[1] === WAITS } : undefined;
};

// --- puts to recognise -----------------------------------------------------------------------------------------------------

/** The key of a remembered put. */
export const keyOfSeen = (seen: Seen): string =>
  `p/${seen.session === NO_SESSION ? nameOfSlot(seen).replace(`/${NO_SESSION}/`, '/') : nameOfSlot(seen)}`;

/** A remembered put's record. Its slot is used again, so the digest covers the value. */
export const encodeSeen = (seen: Seen): Entry => {
  const key = keyOfSeen(seen);
  const more = seen.session === NO_SESSION ? '' : ` ${seen.session} ${seen.digest}`;
  const { value, crc } = seal(key, `${seen.client} ${seen.clientTime} ${seen.stamp.t} ${seen.stamp.r}${more}`);
  return { key, value, digest: crc };
};

/** A remembered put; undefined when the record is damaged. */
export const decodeSeen = (key: string, value: Buffer): Seen | undefined => {
  const [client, clientTime, time, r, session, digest] = unseal(key, value)?.split(' ') ?? [];
  if (!ReplicaIdC.is(r)) return undefined;
  const seen = { client: Number(client), clientTime: Number(clientTime), stamp: { t: Number(time), r } };
  return withSession(session === undefined ? seen : { ...seen, session, digest: Number(digest) });
};

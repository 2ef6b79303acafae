/**
 * The durable log's records: their LevelDB keys and values, each value with a CRC-32 over key and payload.
 *
 * | key | holds |
 * |---|---|
 * | `meta` | {@link Meta}, JSON |
 * | `w/<replica>/<accept time>` | a live write, or a write of a part of a pull, which is live when the vector claims it (R9) |
 * | `p/<client>/<session>/<slot>` | a put to recognise (R3) |
 * | `p/<client>/<slot>` | a put that was remembered before sessions had numbers |
 *
 * Every record but `meta` has a digest. `meta` has the number of these records and the sum of their digests, and every atomic batch writes
 * `meta` too. So an opening notices records that went missing or came back, even if LevelDB reports nothing.
 */
import { crc32 } from 'node:zlib';
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts/lib/index.js';
import { Natural, NodeIdC, ReplicaIdC } from '../../core/ids.js';
import { TransferC, VectorEntriesC, WriteC, type Stamp, type Write } from '../../core/write.js';
import { nameOfSlot, NO_SESSION, type SeenPut, withSession } from '../client-windows.js';

/** The key of the one {@link Meta} record. */
export const META = 'meta';

const META_PROPS = {
  server: NodeIdC,
  replica: ReplicaIdC,
  clock: Natural,
  vv: VectorEntriesC,
  /** The number of the other records. `sum` is the sum of their digests. */
  records: Natural,
  sum: Natural,
  /** The progress of pulls in parts (R9). Undefined: the log is from before there were parts. */
  transfers: t.union([t.readonlyArray(TransferC), t.undefined]),
  /** The boot of the machine during which commits may not have reached the disk. '': every commit has reached the disk. */
  unsyncedBoot: t.string,
};

/** What an opening notes of the journal's files of an earlier opening that it has found, before it removes them or sets them aside. */
const TakenC = t.readonly(
  t.strict({
    /** The name of the earlier opening. '': a version before openings had names wrote the files. */
    opening: t.string,
    /** The number of its last change that the database has. */
    known: Natural,
    /** The names of the files to set aside. */
    aside: t.readonlyArray(t.string),
  }),
);

/** What the database knows of an earlier opening's files ({@link TakenC}). */
export type TakenFiles = t.TypeOf<typeof TakenC>;

const MetaC = t.readonly(
  t.strict({
    ...META_PROPS,
    version: t.literal(2),
    /** The log's name, made together with the log. The journal and the place have this name too. */
    log: t.string,
    /** The number of the last change that is in the database. */
    mark: Natural,
    /** The name of the opening that wrote the record. Undefined: the log is from before openings had names. */
    opening: t.union([t.string, t.undefined]),
    taken: t.union([t.readonlyArray(TakenC), t.undefined]),
  }),
);

/** The record of an earlier version. Its `mark` is negative if the log was closed. Its count of openings is no longer read. */
const EarlierMetaC = t.readonly(t.strict({ ...META_PROPS, version: t.literal(1), mark: t.number }));

/** The record that describes the database. `log` is '' if an earlier version wrote the record last. */
export type Meta = t.TypeOf<typeof MetaC>;

/** A record's LevelDB key and value. `digest` is the record's share of the sum in {@link Meta}. */
export interface LevelEntry {
  readonly key: string;
  readonly value: Buffer;
  readonly digest: number;
}

const CRC = 4;

const withChecksum = (key: string, payload: string): { readonly value: Buffer; readonly crc: number } => {
  const value = Buffer.allocUnsafe(CRC + payload.length);
  value.write(payload, CRC, 'latin1');
  const crc = crc32(value.subarray(CRC), crc32(key));
  value.writeUInt32LE(crc, 0);
  return { value, crc };
};

/** The payload. Undefined: the key or the value is not as it was written. */
const checkedPayload = (key: string, value: Buffer): string | undefined =>
  value.length >= CRC && crc32(value.subarray(CRC), crc32(key)) === value.readUInt32LE(0)
    ? value.toString('latin1', CRC)
    : undefined;

// --- meta ------------------------------------------------------------------------------------------------------------------

/** Encodes the value of {@link META}. */
export const encodeMeta = (meta: Meta): Buffer => withChecksum(META, JSON.stringify(meta)).value;

/** Decodes the value of {@link META}. Undefined: the value is damaged. */
export const decodeMeta = (value: Buffer): Meta | undefined => {
  const payload = checkedPayload(META, value);
  if (payload === undefined) return undefined;
  const json: unknown = JSON.parse(payload);
  const meta = MetaC.decode(json);
  if (E.isRight(meta)) return meta.right;
  const earlier = EarlierMetaC.decode(json);
  return E.isRight(earlier)
    ? { ...earlier.right, version: 2, log: '', mark: Math.abs(earlier.right.mark), opening: undefined, taken: undefined }
    : undefined;
};

// --- writes ----------------------------------------------------------------------------------------------------------------

/** A write's key. All accept times get the same number of digits, so LevelDB's order of keys is the order of accept times. */
export const keyOfWrite = (stamp: Stamp): string => `w/${stamp.r}/${String(stamp.t).padStart(16, '0')}`;

/** The digest of a write covers the key alone, because a write never changes. So dropping a write needs no look at its value. */
export const digestOfWrite = (key: string): number => crc32(key);

/** A write's record. `waits`: the write came in a part of a pull. */
export const encodeWrite = (w: Write, waits = false): LevelEntry => {
  const key = keyOfWrite(w);
  const { value } = withChecksum(key, `${waits ? WAITS : ''}${w.client} ${w.clientTime} ${w.key.length} ${w.key}${w.value}`);
  return { key, value, digest: digestOfWrite(key) };
};

const WRITE_KEY = /^w\/([^/]+)\/(\d{16})$/;
/** The first letter of the payload of a write that came in a part of a pull. */
const WAITS = '~';
const WRITE_HEAD = /^(~?)(\d+) (\d+) (\d+) /;

/** Decodes a write's record. `waits`: the write came in a part of a pull. Undefined: the record is damaged. */
export const decodeWrite = (key: string, value: Buffer): { readonly write: Write; readonly waits: boolean } | undefined => {
  const payload = checkedPayload(key, value);
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
export const keyOfSeen = (seen: SeenPut): string =>
  `p/${seen.session === NO_SESSION ? nameOfSlot(seen).replace(`/${NO_SESSION}/`, '/') : nameOfSlot(seen)}`;

/** A remembered put's record. The digest covers the value, because another put may take the same slot. */
export const encodeSeen = (seen: SeenPut): LevelEntry => {
  const key = keyOfSeen(seen);
  const more = seen.session === NO_SESSION ? '' : ` ${seen.session} ${seen.digest}`;
  const { value, crc } = withChecksum(key, `${seen.client} ${seen.clientTime} ${seen.stamp.t} ${seen.stamp.r}${more}`);
  return { key, value, digest: crc };
};

/** Decodes a remembered put's record. Undefined: the record is damaged. */
export const decodeSeen = (key: string, value: Buffer): SeenPut | undefined => {
  const [client, clientTime, time, r, session, digest] = checkedPayload(key, value)?.split(' ') ?? [];
  if (!ReplicaIdC.is(r)) return undefined;
  const seen = { client: Number(client), clientTime: Number(clientTime), stamp: { t: Number(time), r } };
  return withSession(session === undefined ? seen : { ...seen, session, digest: Number(digest) });
};

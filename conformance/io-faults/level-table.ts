/** Writes and reads LevelDB tables with one record, uncompressed, as LevelDB's doc/table_format.md describes them. */
import { maskedCrc } from '#bayou/impl/log/level-bytes.js';

const varint = (n: number): Buffer => {
  const bytes: number[] = [];
  let left = n;
  for (; left >= 128; left = Math.floor(left / 128)) bytes.push((left % 128) + 128);
  return Buffer.from([...bytes, left]);
};

const uint32 = (n: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(n >>> 0);
  return bytes;
};

/** A slice of LevelDB's format: the length, then the bytes. */
const sliceOf = (bytes: Buffer): Buffer => Buffer.concat([varint(bytes.length), bytes]);

const KEY = Buffer.from('all');

/** A block with at most one entry: the length shared with the key before (0), the other lengths, key and value; then the restart points and their number. */
const blockOf = (value: Buffer | undefined): Buffer => {
  const entry = value === undefined ? [] : [varint(0), varint(KEY.length), varint(value.length), KEY, value];
  return Buffer.concat([...entry, uint32(0), uint32(1)]);
};

/** A block as it stands in the file: with its kind (0: not compressed) and the masked checksum of both. */
const withTrailer = (block: Buffer): Buffer => {
  const typed = Buffer.concat([block, Buffer.from([0])]);
  return Buffer.concat([typed, uint32(maskedCrc(typed, 0, typed.length))]);
};

/** A table that holds these bytes. */
export const tableOf = (value: Buffer): Buffer => {
  const data = blockOf(value);
  const metaindex = blockOf(undefined);
  const index = blockOf(Buffer.concat([varint(0), varint(data.length)]));
  const blocks = [data, metaindex, index].map(withTrailer);
  const metaindexAt = blocks[0]!.length;
  const indexAt = metaindexAt + blocks[1]!.length;
  const footer = Buffer.alloc(48);
  Buffer.concat([varint(metaindexAt), varint(metaindex.length), varint(indexAt), varint(index.length)]).copy(footer);
  footer.writeBigUInt64LE(0xdb4775248b80fb57n, 40);
  return Buffer.concat([...blocks, footer]);
};

/** The bytes that a table holds. */
export const bytesIn = (table: Buffer): Buffer => {
  let at = 0;
  const number = (): number => {
    let [n, scale] = [0, 1];
    for (; ; scale *= 128) {
      const byte = table[at++] ?? 0;
      n += (byte % 128) * scale;
      if (byte < 128) return n;
    }
  };
  number();
  const key = number();
  const value = number();
  return table.subarray(at + key, at + key + value);
};

/** A version edit: the first write-ahead file (field 2), the next file and the last sequence (3 and 4), and a table at level 0 (field 7). */
export const editOf = (firstLog: number, table: { readonly number: number; readonly size: number } | undefined): Buffer => {
  const log = Buffer.concat([varint(2), varint(firstLog), varint(3), varint(firstLog + 1), varint(4), varint(0)]);
  if (table === undefined) return log;
  return Buffer.concat([log, varint(7), varint(0), varint(table.number), varint(table.size), sliceOf(KEY), sliceOf(KEY)]);
};

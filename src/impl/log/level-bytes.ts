/** The numbers, byte strings and checksums of LevelDB's files. All are little-endian. */

/** Reads a buffer from its front. Throws a RangeError at the buffer's end. */
export class BytesReader {
  readonly #buffer: Buffer;
  #pos = 0;

  constructor(buffer: Buffer) {
    this.#buffer = buffer;
  }

  done(): boolean {
    return this.#pos >= this.#buffer.length;
  }

  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#buffer.readUInt8(this.#pos++);
      value += (byte % 128) * scale;
      if (byte < 128) return value;
      if (scale > 2 ** 56) throw new RangeError('number too long');
    }
  }

  take(length: number): Buffer {
    if (this.#pos + length > this.#buffer.length) throw new RangeError('past the end');
    this.#pos += length;
    return this.#buffer.subarray(this.#pos - length, this.#pos);
  }

  bytes(): Buffer {
    return this.take(this.varint());
  }
}

// --- CRC-32C (Castagnoli, reflected) ---------------------------------------------------------------------------------------

const TABLE = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let bit = 0; bit < 8; bit++) c = (c & 1) === 1 ? (c >>> 1) ^ 0x82f63b78 : c >>> 1;
  return c >>> 0;
});

/** The CRC-32C of `bytes[from, to)`. */
export const crc32c = (bytes: Uint8Array, from = 0, to = bytes.length): number => {
  let c = -1;
  for (let i = from; i < to; i++) c = TABLE[(c ^ bytes[i]!) & 0xff]! ^ (c >>> 8);
  return ~c >>> 0;
};

/** The CRC-32C in LevelDB's stored form: rotated, and a constant added, because a CRC of data that holds CRCs is weak. */
export const maskedCrc = (bytes: Uint8Array, from: number, to: number): number => {
  const crc = crc32c(bytes, from, to);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
};

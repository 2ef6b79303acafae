/** Splits a stream of bytes into frames as they stand on the wire: four bytes of length, big-endian, and the payload. */

const HEADER = 4;

/** Takes the next bytes of a stream; returns the frames that are complete, with their headers. */
export type FrameSplitter = (chunk: Buffer) => ReadonlyArray<Buffer>;

/** A splitter for one direction of one connection. */
export const frameSplitter = (): FrameSplitter => {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
    const frames: Buffer[] = [];
    while (rest.length >= HEADER && rest.length >= HEADER + rest.readUInt32BE(0)) {
      const end = HEADER + rest.readUInt32BE(0);
      frames.push(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
    return frames;
  };
};

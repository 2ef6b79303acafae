/**
 * A tap lets a proxy that knows the cluster's secret open the frames that pass and seal them again. Only so can the proxy repeat and reorder a member's
 * frames: an end does not open a frame that comes out of order. The tap reads the introductions as they pass (`src/net/protocol.ts`).
 */
import * as E from 'fp-ts/lib/Either.js';
import { AcceptHelloC, DialHelloC } from '#bayou/net/protocol.js';
import { frameCipherOf } from '#bayou/net/frame-cipher.js';

/** The end that sent a frame. */
export type FrameSender = 'dialer' | 'acceptor';

/** Opens the frames of one direction as they come, and seals them as they leave. */
export interface Wire {
  /** Opens a frame; undefined where it does not open. */
  readonly open: (frame: Buffer) => Buffer | undefined;
  readonly seal: (frame: Buffer) => Buffer;
}

/** Learns the ciphers of one connection from its introductions. */
export interface Tap {
  /** Takes an introduction: a frame that is not sealed. */
  readonly hear: (end: FrameSender, frame: Buffer) => void;
  /** The ciphers for the frames of this end; undefined before both ends have introduced themselves. */
  readonly wire: (end: FrameSender) => Wire | undefined;
}

const HEADER = 4;

const framed = (payload: Buffer): Buffer => {
  const header = Buffer.alloc(HEADER);
  header.writeUInt32BE(payload.length);
  return Buffer.concat([header, payload]);
};

const parsed = (frame: Buffer): unknown => {
  try {
    return JSON.parse(frame.toString('latin1', HEADER));
  } catch {
    return undefined;
  }
};

/** A tap on one connection. */
export const tapOf = (secret: string): Tap => {
  const heard: { dialer?: unknown; acceptor?: unknown } = {};
  return {
    hear: (end, frame) => (heard[end] ??= parsed(frame)),
    wire: (end) => {
      const [dialer, acceptor] = [DialHelloC.decode(heard.dialer), AcceptHelloC.decode(heard.acceptor)];
      if (E.isLeft(dialer) || E.isLeft(acceptor)) return undefined;
      const introduction = {
        dialer: dialer.right.hello.from,
        dialerNonce: dialer.right.hello.nonce,
        acceptor: acceptor.right.hello.from,
        acceptorNonce: acceptor.right.hello.nonce,
        acceptorReplica: acceptor.right.hello.replica,
        channel: '',
      };
      // Each end opens the frames that the other sealed. The proxy opens an end's frames as the other end does.
      const { open } = frameCipherOf(secret, end === 'dialer' ? 'acceptor' : 'dialer', introduction);
      const { seal } = frameCipherOf(secret, end, introduction);
      return {
        open: (frame) => {
          const text = open(frame.subarray(HEADER));
          return text === undefined ? undefined : framed(Buffer.from(text, 'latin1'));
        },
        seal: (frame) => framed(seal(frame.toString('latin1', HEADER))),
      };
    },
  };
};

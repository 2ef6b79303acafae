/**
 * Sealed frames: after the handshake every frame is encrypted and authenticated with a key of this one connection, and counted.
 *
 * Whoever carries the bytes without knowing the cluster's secret (a relay, a squatter on an old port that hands the handshake through) can
 * neither read a frame nor make, change, repeat, leave out or reorder one: the next frame does not open, and the connection is closed.
 *
 * The keys come from the secret and both ends' nonces by HKDF (RFC 5869), one for each direction; frames are AES-256-GCM with a counter as
 * nonce. Somebody who recorded the bytes of a connection and learns the secret later can read them: use TLS as well where that matters.
 */
import { createCipheriv, createDecipheriv, createSecretKey, hkdfSync, type KeyObject } from 'node:crypto';
import { describeIntroduction, type Introduction } from './auth.js';

/** Seals what one end sends and opens what the other end sent, each in order. */
export interface FrameCipher {
  /** The sealed payload of a text of characters below U+0100, after `room` bytes that the caller fills in. Default: no such bytes. */
  readonly seal: (text: string, room?: number) => Buffer;
  /** The text of a sealed payload; undefined where it was not sealed by the other end, as its next. */
  readonly open: (payload: Buffer) => string | undefined;
}

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
/** How many bytes longer a sealed payload is than its text. */
const TAG_BYTES = 16;
const OPTIONS = { authTagLength: TAG_BYTES };

/** A counter as a nonce: never used twice under one key, since a connection ends long before 2^48 frames. */
const counter = (): (() => Buffer) => {
  const nonce = Buffer.alloc(NONCE_BYTES);
  let n = 0;
  return () => {
    nonce.writeUIntBE(n++, NONCE_BYTES - 6, 6);
    return nonce;
  };
};

const sealer = (key: KeyObject): FrameCipher['seal'] => {
  const next = counter();
  return (text, room = 0) => {
    const cipher = createCipheriv(ALGORITHM, key, next(), OPTIONS);
    const sealed = cipher.update(text, 'latin1');
    cipher.final();
    const payload = Buffer.allocUnsafe(room + sealed.length + TAG_BYTES);
    payload.set(sealed, room);
    payload.set(cipher.getAuthTag(), room + sealed.length);
    return payload;
  };
};

const opener = (key: KeyObject): FrameCipher['open'] => {
  const next = counter();
  return (payload) => {
    if (payload.length < TAG_BYTES) return undefined;
    const end = payload.length - TAG_BYTES;
    const decipher = createDecipheriv(ALGORITHM, key, next(), OPTIONS);
    decipher.setAuthTag(payload.subarray(end));
    // With an encoding Node would make a decoder of strings for each frame.
    const text = decipher.update(payload.subarray(0, end));
    try {
      decipher.final();
      return text.toString('latin1');
    } catch {
      // Node throws where the tag is wrong.
      return undefined;
    }
  };
};

/** The seal of one end of the connection that this introduction began. */
export const frameCipherOf = (secret: string, end: 'dialer' | 'acceptor', introduction: Introduction): FrameCipher => {
  const keys = Buffer.from(
    hkdfSync('sha256', secret, 'bayou frames', describeIntroduction('frames', introduction), 2 * KEY_BYTES),
  );
  // Node would copy keys that are given as bytes for each frame.
  const [there, back] = [createSecretKey(keys.subarray(0, KEY_BYTES)), createSecretKey(keys.subarray(KEY_BYTES))];
  return end === 'dialer' ? { seal: sealer(there), open: opener(back) } : { seal: sealer(back), open: opener(there) };
};

/**
 * Remembers the puts that this server has accepted lately. So the server recognises a repeated put (R3) after a lost answer. This also
 * works while several puts of one session are on their way at once, and after a restart: the log keeps the windows with the writes.
 *
 * A session's window has {@link WINDOW} slots. The put with client time `c` is remembered in slot `c mod WINDOW` until a later put takes
 * the slot. So a repetition is recognised until its session has gone {@link WINDOW} puts further at this server. After that the slot
 * holds a later client time, and the repetition is refused as too old: the put may have a stamp already, and must not silently get a
 * second one. This holds also for a put that names no replica: it was sent for the first time then, but it may have been on its way for so long that its
 * repetition came before it. Its session knows whether there is a repetition, and takes the refusal for certain where there is none. Each slot also holds a digest of the put's key and value. So another put under the same identity is not taken for a
 * repetition.
 *
 * There are at most {@link SESSIONS} windows. One more session takes the place of the least recently used window. A session whose window was
 * given up has a new one with its next put. A put that names the replica to which it went before may be a repetition. If such a put is in no
 * window, it is refused as too old too, unless its session's clock shows that it is younger than every window given up, or that it would be in its
 * session's window: its stamp would be above that clock (R2).
 */
import { crc32 } from 'node:zlib';
import type { Bytes } from '../core/bytes.js';
import type { NodeId, SessionNumber } from '../core/ids.js';
import type { Put } from '../core/messages.js';
import type { Stamp } from '../core/write.js';

/**
 * Puts remembered for each session. A session does not send a put to a replica where an unanswered put is that is so many client times earlier
 * ({@link isBeyondWindow}). Otherwise the later put could take the slot of the earlier one, whose repetition would be refused.
 */
export const WINDOW = 1024;
/** Sessions remembered. */
export const SESSIONS = 1024;

/**
 * The session number of puts that were remembered before sessions had numbers. No session has this number, so no put of a session is
 * compared with these puts.
 */
export const NO_SESSION: SessionNumber = '0';

/** A remembered put: its identity (R3), the stamp that it got, and the digest of its key and value ({@link digestOf}). */
export interface SeenPut {
  readonly client: NodeId;
  readonly session: SessionNumber;
  readonly clientTime: number;
  readonly stamp: Stamp;
  readonly digest: number;
}

/** Fills in the fields that a put lacks which was remembered before sessions had numbers. Any other put stays as it is. */
export const withSession = (seen: Omit<SeenPut, 'session' | 'digest'> & Partial<SeenPut>): SeenPut => ({
  session: NO_SESSION,
  digest: 0,
  ...seen,
});

/** The slots of each session. The least recently used session is first. Mutable. */
export type ClientWindows = Map<string, Slots>;

type Slots = Map<number, SeenPut>;

/** The digest of a put's key and value: 32 bits. */
export const digestOf = (key: Bytes, value: Bytes): number => crc32(value, crc32(`${key.length} ${key}`));

/** Is a put of the client time `later` too far beyond one of the same session, so that both could want one slot? */
export const isBeyondWindow = (later: number, earlier: number): boolean => later - earlier >= WINDOW;

/** The slot of a client time. */
const slotOf = (clientTime: number): number => clientTime % WINDOW;

const nameOfWindow = ({ client, session }: Pick<SeenPut, 'client' | 'session'>): string => `${client}/${session}`;

/** The name of a put's slot among all windows: `client/session/slot`. Two puts of one slot cannot both be remembered. */
export const nameOfSlot = (seen: Pick<SeenPut, 'client' | 'session' | 'clientTime'>): string =>
  `${nameOfWindow(seen)}/${slotOf(seen.clientTime)}`;

/**
 * The stamp that the put got before. Undefined: the put is new. `too-old`: this server cannot tell any more. `not-the-same`: another put
 * had the same identity.
 */
export const recall = (windows: ClientWindows, put: Put): Stamp | undefined | 'too-old' | 'not-the-same' => {
  const slots = windows.get(nameOfWindow(put));
  const seen = slots?.get(slotOf(put.clientTime));
  if (seen === undefined || seen.clientTime < put.clientTime)
    return put.replica !== null && mayBeForgotten(windows, slots, put.clock) ? 'too-old' : undefined;
  if (seen.clientTime > put.clientTime) return 'too-old';
  return seen.digest === digestOf(put.key, put.value) ? seen.stamp : 'not-the-same';
};

/** Remembers a put. Gives the puts that were forgotten to make room. */
export const remember = (windows: ClientWindows, seen: SeenPut): ReadonlyArray<SeenPut> => {
  const name = nameOfWindow(seen);
  const slots = windows.get(name) ?? new Map<number, SeenPut>();
  windows.delete(name); // The next line sets the window again, as the most recently used one.
  windows.set(name, slots);
  const slot = slotOf(seen.clientTime);
  const before = slots.get(slot);
  slots.set(slot, seen);
  if (before !== undefined) return [before];
  // The number of windows grows only with a session that had no window.
  return windows.size <= SESSIONS ? NONE : forgetOldest(windows);
};

/** The windows that hold these puts, least recently used session first. */
export const windowsOf = (all: Iterable<SeenPut>): ClientWindows => {
  const windows: ClientWindows = new Map();
  for (const seen of [...all].sort((a, b) => a.stamp.t - b.stamp.t)) remember(windows, seen);
  return windows;
};

const NONE: ReadonlyArray<SeenPut> = [];

/**
 * May a put with a stamp above `clock` have been forgotten with an earlier window of its session? Every window given up is older than the windows left. A
 * put in the session's window with a stamp of at most `clock` came before this put, and the window was not given up since.
 */
const mayBeForgotten = (windows: ClientWindows, slots: Slots | undefined, clock: number): boolean => {
  if (windows.size < SESSIONS || [...(slots?.values() ?? [])].some(({ stamp }) => stamp.t <= clock)) return false;
  const [oldest] = windows.values();
  return [...(oldest?.values() ?? [])].some(({ stamp }) => clock < stamp.t);
};

const forgetOldest = (windows: ClientWindows): SeenPut[] => {
  const [oldest] = windows;
  if (oldest === undefined) return [];
  windows.delete(oldest[0]);
  return [...oldest[1].values()];
};

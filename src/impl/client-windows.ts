/**
 * Which puts this server has accepted lately, so that a repeated one is recognised (R3) after a lost answer, also when several
 * puts of one session are on their way at once, and after a restart (the log keeps the windows with the writes).
 *
 * A session's window has {@link WINDOW} slots; the put with client time `c` is remembered in slot `c mod WINDOW` until a later
 * one takes the slot. So a repetition is recognised as long as its session has not gone {@link WINDOW} puts further at this
 * server; when it has, the slot holds a later client time, and the put is refused as too old: it may have a stamp already, and
 * must not silently get a second one. With each put goes a digest of its key and value, so that an identity that is used again
 * for something else is not taken for a repetition.
 *
 * There are {@link SESSIONS} windows, however many sessions come and go; beyond them the least recently used one is given up.
 * A put that may be a repetition (it says which replica it went to before) and has no window is refused as too old as well, unless
 * its session's clock says that it is younger than all that was given up: its stamp would be above that clock (R2).
 */
import { crc32 } from 'node:zlib';
import type { Bytes } from '../core/bytes.js';
import type { NodeId, SessionNumber } from '../core/ids.js';
import type { Put } from '../core/messages.js';
import type { Stamp } from '../core/write.js';

/** Puts remembered for each session: the most a session may have unanswered at once. */
export const WINDOW = 1024;
/** Sessions remembered. */
export const SESSIONS = 1024;

/**
 * The session number of puts that were remembered before sessions had numbers. No session has it, and nothing that a session sends
 * is compared with what stands under it.
 */
export const NO_SESSION: SessionNumber = '0';

/** A remembered put: which it was (R3), the stamp it got, and the digest of its key and value ({@link digestOf}). */
export interface Seen {
  readonly client: NodeId;
  readonly session: SessionNumber;
  readonly clientTime: number;
  readonly stamp: Stamp;
  readonly digest: number;
}

/** A put that was remembered before sessions had numbers, or one of now. */
export const withSession = (seen: Omit<Seen, 'session' | 'digest'> & Partial<Seen>): Seen => ({
  session: NO_SESSION,
  digest: 0,
  ...seen,
});

/** For each session, least recently used first, its slots. Mutable. */
export type ClientWindows = Map<string, Map<number, Seen>>;

/** The digest of a put's key and value: 32 bits. */
export const digestOf = (key: Bytes, value: Bytes): number => crc32(value, crc32(`${key.length} ${key}`));

/** The slot of a client time. */
const slotOf = (clientTime: number): number => clientTime % WINDOW;

const nameOfWindow = ({ client, session }: Pick<Seen, 'client' | 'session'>): string => `${client}/${session}`;

/** The name of the slot of a put, among all windows: `client/session/slot`. Two puts that have one cannot both be remembered. */
export const nameOfSlot = (seen: Pick<Seen, 'client' | 'session' | 'clientTime'>): string =>
  `${nameOfWindow(seen)}/${slotOf(seen.clientTime)}`;

/**
 * The stamp the put got before; undefined when it is new; `too-old` when nobody can tell any more; `not-the-same` when another
 * put had its identity.
 */
export const recall = (windows: ClientWindows, put: Put): Stamp | undefined | 'too-old' | 'not-the-same' => {
  const slots = windows.get(nameOfWindow(put));
  if (slots === undefined) return put.replica !== null && mayBeForgotten(windows, put.clock) ? 'too-old' : undefined;
  const seen = slots.get(slotOf(put.clientTime));
  if (seen === undefined || seen.clientTime < put.clientTime) return undefined;
  if (seen.clientTime > put.clientTime) return 'too-old';
  return seen.digest === digestOf(put.key, put.value) ? seen.stamp : 'not-the-same';
};

/** Remembers a put. Gives what had to be forgotten for it. */
export const remember = (windows: ClientWindows, seen: Seen): ReadonlyArray<Seen> => {
  const name = nameOfWindow(seen);
  const slots = windows.get(name) ?? new Map<number, Seen>();
  windows.delete(name); // and set again: now the most recently used
  windows.set(name, slots);
  const slot = slotOf(seen.clientTime);
  const before = slots.get(slot);
  slots.set(slot, seen);
  if (before !== undefined) return [before];
  // A session that was there already makes none too many.
  return windows.size <= SESSIONS ? NONE : forgetOldest(windows);
};

/** The windows that hold these puts, least recently used session first. */
export const windowsOf = (all: Iterable<Seen>): ClientWindows => {
  const windows: ClientWindows = new Map();
  for (const seen of [...all].sort((a, b) => a.stamp.t - b.stamp.t)) remember(windows, seen);
  return windows;
};

const NONE: ReadonlyArray<Seen> = [];

/** May a put with a stamp above this have been forgotten with its window? Whatever was given up is older than what is left. */
const mayBeForgotten = (windows: ClientWindows, clock: number): boolean => {
  if (windows.size < SESSIONS) return false;
  const [oldest] = windows.values();
  return [...(oldest?.values() ?? [])].some(({ stamp }) => clock < stamp.t);
};

const forgetOldest = (windows: ClientWindows): Seen[] => {
  const [oldest] = windows;
  if (oldest === undefined) return [];
  windows.delete(oldest[0]);
  return [...oldest[1].values()];
};

/**
 * Which puts this server has accepted lately, so that a repeated one is recognised (R3) after a lost answer, also when several
 * puts of one client are on their way at once, and after a restart (the log keeps the windows with the writes).
 *
 * A client's window has {@link WINDOW} slots; the put with client time `c` is remembered in slot `c mod WINDOW` until a later
 * one takes the slot. So a repetition is recognised as long as its client has not gone {@link WINDOW} puts further at this
 * server; when it has, the slot holds a later client time, and the put is refused as too old: it may have a stamp already, and
 * must not silently get a second one. A client whose window was given up (the least recently used beyond {@link CLIENTS})
 * cannot be told from a new one: its repetition, very late indeed, would get a second stamp, which is what R14 has to allow at
 * another server anyway.
 */
import type { NodeId } from '../core/ids.js';
import type { Stamp } from '../core/write.js';

/** Puts remembered for each client: the most a client may have unanswered at once. */
export const WINDOW = 1024;
/** Clients remembered. */
export const CLIENTS = 1024;

/** A remembered put: its client time and the stamp it got. */
export interface Seen {
  readonly client: NodeId;
  readonly clientTime: number;
  readonly stamp: Stamp;
}

/** For each client, least recently used first, its slots. Mutable. */
export type ClientWindows = Map<NodeId, Map<number, Seen>>;

/** The slot of a client time. */
export const slotOf = (clientTime: number): number => clientTime % WINDOW;

/** The stamp the put got before; undefined when it is new; `too-old` when nobody can tell any more. */
export const recall = (windows: ClientWindows, client: NodeId, clientTime: number): Stamp | undefined | 'too-old' => {
  const seen = windows.get(client)?.get(slotOf(clientTime));
  if (seen === undefined || seen.clientTime < clientTime) return undefined;
  return seen.clientTime === clientTime ? seen.stamp : 'too-old';
};

/** Remembers a put. Gives what had to be forgotten for it. */
export const remember = (windows: ClientWindows, seen: Seen): ReadonlyArray<Seen> => {
  const slots = windows.get(seen.client) ?? new Map<number, Seen>();
  windows.delete(seen.client); // and set again: now the most recently used
  windows.set(seen.client, slots);
  const slot = slotOf(seen.clientTime);
  const before = slots.get(slot);
  slots.set(slot, seen);
  if (before !== undefined) return [before];
  // A client that was there already makes none too many.
  return windows.size <= CLIENTS ? NONE : forgetOldest(windows);
};

/** The windows that hold these puts, least recently used client first. */
export const windowsOf = (all: Iterable<Seen>): ClientWindows => {
  const windows: ClientWindows = new Map();
  for (const seen of [...all].sort((a, b) => a.stamp.t - b.stamp.t)) remember(windows, seen);
  return windows;
};

const NONE: ReadonlyArray<Seen> = [];

const forgetOldest = (windows: ClientWindows): Seen[] => {
  const [oldest] = windows;
  if (oldest === undefined) return [];
  windows.delete(oldest[0]);
  return [...oldest[1].values()];
};

/**
 * Takes the frames of one connection, a share of them in each turn of the process. However much a member sends, and over however many connections, every
 * other member has a turn in between. The rest waits where it is: in the one chunk that was read, in the socket's buffer, and at the other end.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { ByteStream, Clock, Timers } from '../ports/ports.js';
import type { FrameReader } from './frame.js';
import { MAX_PER_TURN, TURN_MS } from './net-limits.js';
import { turnsOf } from './turns.js';

/** The part of a member's turn that a connection has now: above 0, up to 1. */
export type TurnShare = () => number;

/** Takes the frames. */
export interface FrameTaker {
  /** Takes the value of a frame. `bytes`: the length of the frame. */
  readonly take: (value: unknown, bytes: number) => void;
  /** Is there no room for more frames? Then none is read until {@link Intake.goOn}. */
  readonly isBusy: () => boolean;
  /** A frame is wrong; no further frame is read. */
  readonly onFault: (what: string) => void;
}

/** The frames of a connection on their way in. */
export interface Intake {
  /** When the last byte came, by the clock in ms; before the first byte, when the intake began. */
  readonly heardAt: () => number;
  /** There may be room again. */
  readonly goOn: () => void;
  /** Takes all complete frames, however many: no more bytes come. */
  readonly finish: () => void;
}

/** How much of its share of the present turn a connection has used. */
interface UsedShare {
  /** Is a part of the share left? */
  readonly hasLeft: () => boolean;
  /** The connection takes frames from now on, by the clock in ms. */
  readonly begin: (nowMs: number) => void;
  /** Counts a frame that was taken between the last call and now. */
  readonly add: (nowMs: number) => void;
}

const takenInTurn = (timers: Timers, share: TurnShare): UsedShare => {
  const turnNow = turnsOf(timers);
  let turn = -1;
  let [frames, ms] = [0, 0];
  let since = 0;
  return {
    begin: (nowMs) => void (since = nowMs),
    hasLeft: () => {
      const now = turnNow();
      if (now !== turn) [turn, frames, ms] = [now, 0, 0];
      return frames === 0 || (frames < MAX_PER_TURN * share() && ms < TURN_MS * share());
    },
    add: (nowMs) => {
      frames++;
      ms += nowMs - since;
      since = nowMs;
    },
  };
};

/** Calls `act` soon, and once, however often `ask` is called before. */
const soonOnce = (timers: Timers, act: () => void): { readonly ask: () => void; readonly isAsked: () => boolean } => {
  let isAsked = false;
  return {
    ask: () => {
      if (isAsked) return;
      isAsked = true;
      timers.soon(() => {
        isAsked = false;
        act();
      });
    },
    isAsked: () => isAsked,
  };
};

/** Reads the frames of a stream. `reader`: has the bytes that the stream has delivered already. */
export const intake = (
  { clock, timers }: { readonly clock: Clock; readonly timers: Timers },
  socket: ByteStream,
  reader: FrameReader,
  share: TurnShare,
  { take, isBusy, onFault }: FrameTaker,
): Intake => {
  const { nowMs } = clock;
  const taken = takenInTurn(timers, share);
  let isPaused = false;
  let isOver = false;
  let heardAt = nowMs();

  /** Takes one frame. False: there is none. */
  const takeOne = (): boolean => {
    const next = reader.next();
    if (E.isLeft(next)) {
      isOver = true;
      onFault(next.left);
    } else if (next.right !== undefined) {
      take(next.right.value, next.right.bytes);
      taken.add(nowMs());
      return true;
    }
    return false;
  };

  const run = (since: number): void => {
    taken.begin(since);
    while (!isOver && !socket.destroyed && !isBusy() && taken.hasLeft())
      if (!takeOne()) {
        isPaused = false;
        socket.resume();
        return;
      }
    if (isOver || socket.destroyed) return;
    isPaused = true;
    socket.pause();
    if (!isBusy()) later.ask();
  };
  const later = soonOnce(timers, () => run(nowMs()));

  socket.on('data', (chunk: Buffer) => {
    heardAt = nowMs();
    reader.push(chunk);
    if (!later.isAsked()) run(heardAt);
  });
  if (reader.pending() > 0) later.ask();
  return {
    heardAt: () => heardAt,
    goOn: () => {
      if (isPaused) later.ask();
    },
    finish: () => {
      while (!isOver && takeOne());
    },
  };
};

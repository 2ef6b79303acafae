/**
 * Frames of one connection, a share of them in each turn of the process: however much a member sends, and over however many connections, everybody
 * else has a turn in between. What is over waits where it is: in the one chunk that was read, in the socket's buffer, and with the other end.
 */
import type { Socket } from 'node:net';
import * as E from 'fp-ts/lib/Either.js';
import type { FrameReader } from './frame.js';
import { MAX_PER_TURN, TURN_MS } from './limits.js';

/** Which part of a member's turn a connection has, now: above 0, up to 1. */
export type Share = () => number;

/** What takes the frames. */
export interface Taker {
  readonly take: (value: unknown) => void;
  /** Is there no room for more? Then nothing is read until {@link Intake.goOn}. */
  readonly isBusy: () => boolean;
  /** A frame is wrong: nothing more is read. */
  readonly onFault: (what: string) => void;
}

/** The frames of a connection on their way in. */
export interface Intake {
  /** There may be room again. */
  readonly goOn: () => void;
  /** Takes whatever frames are complete, however many: nothing more comes. */
  readonly finish: () => void;
}

let turn = 0;
let isCounted = false;

/** The number of the process's turn: all sockets that have something are read once in each. */
const turnNow = (): number => {
  if (!isCounted) {
    isCounted = true;
    setImmediate(() => {
      isCounted = false;
      turn++;
    });
  }
  return turn;
};

/** Reads the frames of a socket; `reader` holds what it has delivered already. */
export const intake = (socket: Socket, reader: FrameReader, share: Share, { take, isBusy, onFault }: Taker): Intake => {
  let mine = -1;
  let [frames, ms] = [0, 0];
  let isScheduled = false;
  let isOver = false;

  /** Is there something left of its share in this turn? */
  const hasLeft = (): boolean => {
    const now = turnNow();
    if (now !== mine) [mine, frames, ms] = [now, 0, 0];
    return frames === 0 || (frames < MAX_PER_TURN * share() && ms < TURN_MS * share());
  };

  /** Takes one frame. False: there is none. */
  const takeOne = (): boolean => {
    const next = reader.next();
    if (E.isLeft(next)) {
      isOver = true;
      onFault(next.left);
    } else if (next.right !== undefined) {
      const start = performance.now();
      take(next.right.value);
      frames++;
      ms += performance.now() - start;
      return true;
    }
    return false;
  };

  const later = (): void => {
    if (isScheduled) return;
    isScheduled = true;
    setImmediate(() => {
      isScheduled = false;
      run();
    });
  };

  const run = (): void => {
    while (!isOver && !socket.destroyed && !isBusy() && hasLeft())
      if (!takeOne()) {
        socket.resume();
        return;
      }
    if (isOver || socket.destroyed) return;
    socket.pause();
    if (!isBusy()) later();
  };

  socket.on('data', (chunk: Buffer) => {
    reader.push(chunk);
    if (!isScheduled) run();
  });
  if (reader.pending() > 0) later();
  return {
    goOn: () => {
      if (socket.isPaused()) later();
    },
    finish: () => {
      while (!isOver && takeOne());
    },
  };
};
